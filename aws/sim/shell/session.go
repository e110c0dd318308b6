package shell

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// maxProcs bounds what one session runs at once.
const maxProcs = 200

// session is one visit to a container: a terminal, its jobs and processes.
type session struct {
	box    *Box
	disk   *disk.FS
	tty    *tty.TTY
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	nested atomic.Int32 // files that run now

	mu    sync.Mutex
	pids  int
	procs map[int]*process
	live  int
	front *group // hears of the keys' signals
	line  *group // the line that the shell itself runs
	early bool   // an interrupt came between the prompt and what it is for
	jobs  []*group
}

func (n *session) now() time.Time { return n.box.facts.Clock() }
func (n *session) fs() *disk.FS   { return n.disk }

// dash says whether sh is Debian's, which counts lines in its errors.
func (n *session) dash() bool { return n.box.facts.OSID == "debian" || n.box.facts.OSID == "ubuntu" }

func (n *session) home(user string) string {
	switch user {
	case "root":
		return "/root"
	case "nobody":
		return "/nonexistent"
	case "daemon", "bin", "sys":
		return "/" + user
	}
	return "~" + user
}

func (n *session) nextPID() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pids++
	return n.pids
}

func (n *session) enter(p *process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.procs[p.pid] = p
}

func (n *session) leave(p *process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.procs, p.pid)
}

func (n *session) newGroup(text string) *group {
	return newGroup(n.ctx, n.nextPID(), text, n.tty.Wake)
}

// spawn runs f beside; false if too much is running.
func (n *session) spawn(wg *sync.WaitGroup, f func()) bool {
	n.mu.Lock()
	if n.live >= maxProcs || n.ctx.Err() != nil {
		n.mu.Unlock()
		return false
	}
	n.live++
	n.mu.Unlock()
	if wg != nil {
		wg.Add(1)
	}
	n.wg.Go(func() {
		defer func() {
			n.mu.Lock()
			n.live--
			n.mu.Unlock()
			if wg != nil {
				wg.Done()
			}
		}()
		defer n.survive()
		f()
	})
	return true
}

// survive keeps a fault of the interpreter from ending the simulator.
func (n *session) survive() {
	if r := recover(); r != nil {
		fmt.Fprintf(n.tty, "\nshell: internal error: %v\n", r)
	}
}

// start runs a group's process beside.
func (n *session) start(g *group, run func() int) bool {
	g.begin()
	return n.spawn(nil, func() {
		status := 1
		defer func() { g.end(g.killed(status)) }()
		status = run()
	})
}

func (n *session) swapFront(g *group) (old *group) {
	n.mu.Lock()
	defer n.mu.Unlock()
	old, n.front = n.front, g
	return old
}

func (n *session) swapLine(g *group) (old *group) {
	n.mu.Lock()
	old, n.line = n.line, g
	early := n.early && g != nil
	n.early = false
	n.mu.Unlock()
	if early {
		g.send(sigInt)
	}
	return old
}

// key hears of the terminal's signals.
func (n *session) key(s tty.Signal) {
	n.mu.Lock()
	front, line := n.front, n.line
	n.early = n.early || front == nil && line == nil && s == tty.Interrupt
	n.mu.Unlock()
	switch sig := keySignal(s); {
	case s == tty.HangUp:
		n.cancel()
	case front != nil:
		front.send(sig)
	case line != nil && sig != sigTstp:
		line.send(sig)
		// What the line has put in front meanwhile cannot know.
		n.mu.Lock()
		front = n.front
		n.mu.Unlock()
		if front != nil {
			front.send(sig)
		}
	}
}

// Run runs a command for another one.
func (n *session) Run(p *proc.Proc) int {
	file := n.findIn(p.Getenv("PATH"), p.Dir, p.Args[0])
	if file == "" {
		fmt.Fprintf(p.Err, "%s: No such file or directory\n", p.Args[0])
		return 127
	}
	return n.runFile(p, file)
}

// Limit runs a command in a group of its own, which is ended after a time.
func (n *session) Limit(p *proc.Proc, d time.Duration) (status int, late bool) {
	outer := groupOf(p.Ctx)
	g := newGroup(outer.ctx, outer.id, outer.text, outer.wake)
	g.front = !outer.behind()
	defer g.cancel()
	q := *p
	q.Ctx, q.May = g.ctx, g.may
	if h, ok := p.In.(*handle); ok {
		q.In = &handle{h.d, g}
	}
	for _, w := range []*io.Writer{&q.Out, &q.Err} {
		if h, ok := (*w).(*handle); ok {
			*w = &handle{h.d, g}
		}
	}
	stop := time.AfterFunc(d, func() { g.send(sigTerm) })
	defer stop.Stop()
	status = n.Run(&q)
	return status, g.killed(0) != 0
}

// Find is where a command lies.
func (n *session) Find(p *proc.Proc, name string) string {
	return n.findIn(p.Getenv("PATH"), p.Dir, name)
}

func (n *session) tool(name string) proc.Tool { return n.box.tools[name] }

// Processes lists the container's processes and the session's.
func (n *session) Processes() []machine.Process {
	now := n.now()
	out := n.box.facts.Processes(now)
	out = append(out, n.box.agent(now)...)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.procs {
		stat := "S+"
		if p.shell {
			stat = "Ss"
		}
		if p.group != nil {
			if stopped, _ := p.group.state(); stopped {
				stat = "T"
			} else if !p.shell {
				stat = "R+"
			}
		}
		out = append(out, machine.Process{PID: p.pid, PPID: p.ppid, User: "root", TTY: "pts/0", Stat: stat, Command: p.text,
			RSS: 3 << 20, VSZ: 4 << 20, Threads: 1, Started: p.begun, FDs: 4})
	}
	sortProcesses(out)
	return out
}

func sortProcesses(all []machine.Process) {
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].PID < all[j-1].PID; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}

// Signal sends a signal. The container's own processes take it and live on: the
// world, not the shell, decides their fate.
func (n *session) Signal(pid, sig int) error {
	n.mu.Lock()
	var to *group
	found := false
	for _, p := range n.procs {
		if p.pid == pid || p.group != nil && p.group.id == -pid {
			found = true
			switch {
			case !p.shell, sig == sigKill, sig == sigHup:
				to = p.group
			case n.line != nil && n.line.catches(sig):
				to = n.line
			}
		}
	}
	n.mu.Unlock()
	if to != nil {
		to.send(sig)
		return nil
	}
	if found {
		return nil // an interactive shell ignores the others
	}
	for _, p := range n.box.facts.Processes(n.now()) {
		if p.PID == pid {
			return nil
		}
	}
	return proc.ErrNoProcess
}

// adopt makes a group a job.
func (n *session) adopt(g *group) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if g.number != 0 {
		return
	}
	top := 0
	for _, j := range n.jobs {
		top = max(top, j.number)
	}
	g.number = top + 1
	n.jobs = append(n.jobs, g)
}

// forget removes a job.
func (n *session) forget(g *group) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, j := range n.jobs {
		if j == g {
			n.jobs = append(n.jobs[:i:i], n.jobs[i+1:]...)
			return
		}
	}
}

func (n *session) list() []*group {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]*group(nil), n.jobs...)
}

// describe is a job's line.
func (n *session) describe(g *group) string {
	mark := ' '
	if all := n.list(); len(all) > 0 {
		if all[len(all)-1] == g {
			mark = '+'
		} else if len(all) > 1 && all[len(all)-2] == g {
			mark = '-'
		}
	}
	what := "Running"
	end := " &"
	stopped, ended := g.state()
	switch {
	case ended && g.status == 0:
		what, end = "Done", ""
	case ended && g.status > 128:
		what, end = map[int]string{sigTerm: "Terminated", sigKill: "Killed", sigInt: "Interrupt", sigHup: "Hangup"}[g.status-128], ""
	case ended:
		what, end = fmt.Sprintf("Exit %d", g.status), ""
	case stopped:
		what, end = "Stopped", ""
	}
	return fmt.Sprintf("[%d]%c  %-24s%s%s", g.number, mark, what, g.text, end)
}

// notice tells of a stopped job.
func (n *session) notice(s *Shell, g *group) {
	if s.interactive {
		fmt.Fprintf(n.tty, "\n%s\n", n.describe(g))
	}
}

// announce tells of a job that begins in the background.
func (n *session) announce(s *Shell, g *group, pid int) {
	fmt.Fprintf(s.handle(2), "[%d] %d\n", g.number, pid)
}

// reap tells of jobs that have ended.
func (n *session) reap(w io.Writer) {
	for _, g := range n.list() {
		if _, ended := g.state(); ended {
			fmt.Fprintln(w, n.describe(g))
			n.forget(g)
		}
	}
}
