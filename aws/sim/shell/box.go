// Package shell is a container to look into without a container: an interpreter of
// the shell language with tools of its own on a disk in memory, behind a terminal
// in memory. No program of the host is run, no file of it is read, and nothing of
// it (name, environment, users, pids, directories) can be seen.
package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tools"
	"ecsole/aws/sim/shell/tty"
)

// written bounds what can be written to one container's disk.
const written = 128 << 20

// firstPID is the first process id of a session.
const firstPID = 61

// Box is one simulated container. Its disk keeps what sessions write, as a
// container's does, until one of them has wrecked it: then the next session finds
// it as new.
type Box struct {
	facts    machine.Facts
	tools    map[string]proc.Tool
	builtins map[string]builtin

	mu   sync.Mutex // disk, pids
	disk *disk.FS
	pids int

	// visits is apart from mu: /proc asks for it while the disk is locked.
	visits   sync.Mutex
	sessions map[*session]bool
}

// New makes a container of facts.
func New(f machine.Facts) *Box {
	f.Complete()
	return &Box{facts: f, tools: tools.All(), builtins: newBuiltins(), sessions: map[*session]bool{}, pids: firstPID}
}

// Facts are the container's facts.
func (b *Box) Facts() *machine.Facts { return &b.facts }

// path is the search path of commands.
func (b *Box) path() string {
	for _, e := range b.facts.Env {
		if v, ok := strings.CutPrefix(e, "PATH="); ok {
			return v
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// open makes a session.
func (b *Box) open(ctx context.Context, term tty.Stream) *session {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk == nil || !b.healthy() {
		b.disk = b.newDisk()
	}
	n := &session{box: b, disk: b.disk, tty: tty.New(term), pids: b.pids, procs: map[int]*process{}}
	b.pids += 40
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.tty.OnSignal(n.key)
	b.visits.Lock()
	defer b.visits.Unlock()
	b.sessions[n] = true
	return n
}

// healthy says whether a session can begin on the disk.
func (b *Box) healthy() bool {
	for _, name := range []string{"/bin/sh", "/bin/ls", "/etc/passwd", "/tmp", "/dev/null"} {
		if _, err := b.disk.Stat(name); err != nil {
			return false
		}
	}
	return true
}

// ErrText is how the agent reports a command that cannot be started.
const ErrText = "----------ERROR-------\nUnable to start command: "

// Run runs a command at a terminal until it ends. The text is the reason why it
// could not be started, in the agent's words, or empty. As the agent does in
// containers, it splits the command into words without a shell.
func (b *Box) Run(ctx context.Context, term tty.Stream, command string) (reason string) {
	n := b.open(ctx, term)
	defer func() {
		n.cancel()
		n.wg.Wait()
		b.visits.Lock()
		delete(b.sessions, n)
		b.visits.Unlock()
	}()
	args, err := Split(command)
	if err != nil {
		return ErrText + err.Error()
	}
	if len(args) == 0 {
		args = []string{"sh"}
	}
	file := n.findIn(b.path(), b.facts.Workdir, args[0])
	if file == "" {
		if strings.Contains(args[0], "/") {
			return fmt.Sprintf("%sFailed to start pty: fork/exec %s: no such file or directory", ErrText, args[0])
		}
		return fmt.Sprintf("%sFailed to start pty: exec: %q: executable file not found in $PATH", ErrText, args[0])
	}
	go n.tty.Run() // ends with the terminal, which outlives the session
	g := n.newGroup(command)
	g.front = true
	n.swapFront(g)
	p := &process{pid: n.nextPID(), ppid: agentPID(2), group: g, text: strings.Join(args, " "), begun: n.now()}
	n.enter(p)
	term0 := newDesc(console{n.tty})
	n.start(g, func() int {
		return n.runFile(&proc.Proc{
			Ctx: g.ctx, Args: args, Env: b.env(), Dir: b.workdir(), FS: n.disk, TTY: n.tty, Facts: &b.facts, PID: p.pid,
			Session: n, May: g.may, In: &handle{term0, g}, Out: &handle{term0, g}, Err: &handle{term0, g},
		}, file)
	})
	for {
		select {
		case <-g.done:
			return ""
		case <-n.ctx.Done():
			return ""
		case <-g.halted():
			g.resume(true) // nobody is there to resume it
		}
	}
}

// env is the environment that the agent gives to a session.
func (b *Box) env() []string {
	env := append([]string(nil), b.facts.Env...)
	has := func(name string) bool {
		for _, e := range env {
			if strings.HasPrefix(e, name+"=") {
				return true
			}
		}
		return false
	}
	for _, e := range []string{"HOME=/root", "LANG=C.UTF-8", "TERM=xterm-256color", "PATH=" + b.path()} {
		if name, _, _ := strings.Cut(e, "="); !has(name) {
			env = append(env, e)
		}
	}
	return env
}

func (b *Box) workdir() string {
	if i, err := b.disk.Stat(b.facts.Workdir); err == nil && i.IsDir() {
		return b.facts.Workdir
	}
	return "/"
}

// agentPID is the n-th process of the agent: itself, its worker, its session worker.
func agentPID(n int) int { return 15 + 16*n }

// agent lists the processes of ECS Exec itself.
func (b *Box) agent(time.Time) []machine.Process {
	const dir = "/managed-agents/execute-command/"
	names := []string{"amazon-ssm-agent", "ssm-agent-worker", "ssm-session-worker ecs-execute-command"}
	out := make([]machine.Process, len(names))
	for i, name := range names {
		out[i] = machine.Process{PID: agentPID(i), PPID: 0, User: "root", TTY: "?", Stat: "Ssl", Command: dir + name,
			RSS: int64(14+4*i) << 20, VSZ: 1_240 << 20, Threads: 9, Started: b.facts.Booted.Add(3 * time.Second), FDs: 11}
		if i > 0 {
			out[i].PPID = agentPID(i - 1)
		}
	}
	return out
}

// processes lists what all sessions of the container see.
func (b *Box) processes() []machine.Process {
	b.visits.Lock()
	var all []*session
	for n := range b.sessions {
		all = append(all, n)
	}
	b.visits.Unlock()
	if len(all) == 0 {
		out := append(b.facts.Processes(b.facts.Clock()), b.agent(b.facts.Clock())...)
		sortProcesses(out)
		return out
	}
	return all[0].Processes()
}

var errQuote = errors.New("invalid command line string") // an open quote

// Split cuts a command line into words as a POSIX shell would, without expansions.
func Split(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	open := false
	quote := rune(0)
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' && r != '$' && r != '`' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, open = true, true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				out = append(out, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 || escaped {
		return nil, errQuote
	}
	if open {
		out = append(out, word.String())
	}
	return out, nil
}
