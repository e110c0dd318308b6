package shell

import (
	"context"
	"sync"
	"time"

	"ecsole/aws/sim/shell/tty"
)

// Signals by number, as far as they mean something here.
const (
	sigHup  = 1
	sigInt  = 2
	sigQuit = 3
	sigKill = 9
	sigPipe = 13
	sigTerm = 15
	sigCont = 18
	sigStop = 19
	sigTstp = 20
)

// group is a process group: what a key's signal reaches at once. Its processes can
// be stopped at a gate that each of their reads and writes passes.
type group struct {
	id     int
	text   string // the command line, for jobs
	ctx    context.Context
	cancel context.CancelFunc
	wake   func() // lets readers of the terminal look at the gate again

	mu      sync.Mutex
	open    chan struct{} // closed while the group may run
	halt    chan struct{} // closed while it is stopped
	stopped bool
	signal  int // that ended it
	front   bool
	procs   int
	done    chan struct{} // closed when the last process has ended
	status  int
	number  int // of the job; 0 before it has one

	traps // what it does at signals instead of ending
}

func newGroup(ctx context.Context, id int, text string, wake func()) *group {
	g := &group{id: id, text: text, wake: wake, open: make(chan struct{}), halt: make(chan struct{}), done: make(chan struct{})}
	close(g.open)
	g.ctx, g.cancel = context.WithCancel(context.WithValue(ctx, groupKey{}, g))
	return g
}

type groupKey struct{}

// groupOf is the group that a command runs in.
func groupOf(ctx context.Context) *group {
	g, _ := ctx.Value(groupKey{}).(*group)
	return g
}

// afterEnd calls f when the group has ended, until stop is called.
func afterEnd(g *group, f func()) (stop func()) {
	halt := context.AfterFunc(g.ctx, f)
	return func() { halt() }
}

// may says whether the group may read the terminal now.
func (g *group) may() bool {
	g = g.top()
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.stopped && g.front
}

// pass waits while the group is stopped; false when it has ended.
func (g *group) pass() bool {
	top := g.top()
	top.mu.Lock()
	open := top.open
	top.mu.Unlock()
	select {
	case <-open:
		return g.ctx.Err() == nil
	case <-g.ctx.Done():
		return false
	}
}

// send delivers a signal: the group ends by it unless a shell in it has a trap.
func (g *group) send(sig int) {
	switch sig {
	case sigStop, sigTstp:
		g.stop()
	case sigCont:
		g.goOn(nil)
	case 0:
	default:
		if !g.trapped(sig) {
			g.kill(sig)
		}
	}
}

// kill ends the group.
func (g *group) kill(sig int) {
	g.mu.Lock()
	if g.signal == 0 {
		g.signal = sig
	}
	g.mu.Unlock()
	g.cancel()
	if g.up == nil {
		g.goOn(nil)
	}
	g.wake()
}

func (g *group) stop() {
	g = g.top()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped || g.ctx.Err() != nil {
		return
	}
	g.stopped = true
	g.open = make(chan struct{})
	close(g.halt)
}

// resume lets the group run on, in front or behind.
func (g *group) resume(front bool) { g.goOn(&front) }

// goOn lets the group run on, where it was unless a place is given.
func (g *group) goOn(front *bool) {
	g = g.top()
	g.mu.Lock()
	if front != nil {
		g.front = *front
	}
	if g.stopped {
		g.stopped = false
		close(g.open)
		g.halt = make(chan struct{})
	}
	g.mu.Unlock()
	g.wake()
}

// halted is closed when the group is stopped.
func (g *group) halted() <-chan struct{} {
	g = g.top()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.halt
}

func (g *group) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.procs++
}

// end notes that one process has ended; the last one's status is the group's.
func (g *group) end(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status = status
	if g.procs--; g.procs == 0 {
		close(g.done)
	}
}

// killed is the status of a process that a signal has ended, or the given one.
func (g *group) killed(status int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.signal != 0 {
		return 128 + g.signal
	}
	return status
}

func (g *group) state() (stopped, ended bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.done:
		return g.stopped, true
	default:
		return g.stopped, false
	}
}

// process is one entry of the session's process table.
type process struct {
	pid, ppid int
	group     *group
	text      string
	begun     time.Time
	shell     bool
}

// keySignal is the number of a key's signal.
func keySignal(s tty.Signal) int {
	switch s {
	case tty.Interrupt:
		return sigInt
	case tty.Quit:
		return sigQuit
	case tty.Suspend:
		return sigTstp
	}
	return sigHup
}
