package shell

import (
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/tty"
)

// print writes a node as a line, for jobs and functions.
func print(n syntax.Node) string {
	var b strings.Builder
	if syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n) != nil {
		return "…"
	}
	line, _, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
	return line
}

// flat lists the commands of a pipeline; all[i] says that errors go into the pipe
// behind command i too.
func flat(c *syntax.BinaryCmd) (cmds []*syntax.Stmt, all []bool) {
	if x, ok := c.X.Cmd.(*syntax.BinaryCmd); ok && (x.Op == syntax.Pipe || x.Op == syntax.PipeAll) && len(c.X.Redirs) == 0 && !c.X.Negated {
		cmds, all = flat(x)
	} else {
		cmds = []*syntax.Stmt{c.X}
	}
	return append(cmds, c.Y), append(all, c.Op == syntax.PipeAll)
}

// pipeline runs commands that feed each other.
func (s *Shell) pipeline(c *syntax.BinaryCmd) {
	s.front(func() string { return print(c) }, func(at *Shell) int { return at.piped(c) })
}

func (s *Shell) piped(c *syntax.BinaryCmd) int {
	cmds, all := flat(c)
	status := make([]int, len(cmds))
	var wg sync.WaitGroup
	var in *desc
	for i, st := range cmds {
		sub := s.sub(s.group)
		if in != nil {
			sub.put(0, in)
		}
		in = nil
		if i < len(cmds)-1 {
			r, w := newPipe()
			in = r
			sub.put(1, w)
			if all[i] {
				sub.put(2, w.dup())
			}
		}
		run := func() {
			defer sub.release()
			sub.stmt(st)
			status[i] = sub.last
		}
		if i == len(cmds)-1 {
			run()
		} else if !s.sess.spawn(&wg, run) {
			sub.release()
			s.errorf("fork: retry: Resource temporarily unavailable")
			status[i] = 254
		}
	}
	wg.Wait()
	if s.shopts["pipefail"] {
		for i := len(status) - 1; i >= 0; i-- {
			if status[i] != 0 {
				return status[i]
			}
		}
	}
	return status[len(status)-1]
}

func (s *Shell) subshell(c *syntax.Subshell) {
	s.front(func() string { return print(c) }, func(at *Shell) int {
		sub := at.sub(at.group)
		defer sub.release()
		sub.stmts(c.Stmts)
		sub.runTrap("EXIT")
		return sub.last
	})
}

// front runs a job in the foreground and sets the status. In the session's main
// shell it has a group of its own, which keys can stop and end, and a copy of the
// shell, which goes on when the job is stopped; elsewhere it belongs to the group
// at hand.
func (s *Shell) front(text func() string, run func(at *Shell) int) {
	if !s.main {
		s.beside(run)
		return
	}
	g := s.sess.newGroup(text())
	g.front = true
	g.catch(s.ignored())
	at := s.sub(g)
	at.pid = s.pid
	mode := s.sess.tty.Mode()
	// In front before it runs: a key typed once it shows is for it, and a shell that it
	// begins takes its place.
	old := s.ahead(g)
	ok := s.sess.start(g, func() int {
		defer at.release()
		return run(at)
	})
	if !ok {
		s.sess.swapFront(old)
		at.release()
		s.errorf("fork: retry: Resource temporarily unavailable")
		s.last = 254
		return
	}
	s.await(g, mode, old)
}

// beside runs a job of a shell that is not the session's main one.
func (s *Shell) beside(run func(at *Shell) int) {
	g, part := s.apart()
	defer part()
	if g == s.group {
		s.last = run(s)
		return
	}
	at := s.sub(g)
	defer at.release()
	at.pid = s.pid
	s.last = g.killed(run(at))
}

// ahead puts a group in front, where it gets the keys' signals.
func (s *Shell) ahead(g *group) (old *group) {
	old = s.sess.swapFront(g)
	if s.group.ctx.Err() != nil {
		g.send(sigInt) // the line was interrupted on the way here
	}
	return old
}

// await waits until the group, which is in front, has ended or is stopped; then the
// one before it is in front again, and the terminal's mode as it was.
func (s *Shell) await(g *group, mode tty.Mode, old *group) {
	select {
	case <-g.done:
	case <-g.halted():
	}
	s.sess.swapFront(old)
	stopped, ended := g.state()
	if stopped || g.killed(0) != 0 {
		s.sess.tty.SetMode(mode) // what was ended had no time to
	}
	if stopped && !ended {
		s.sess.adopt(g)
		s.sess.notice(s, g)
		s.last = 128 + sigTstp
		return
	}
	s.sess.forget(g)
	s.last = g.killed(g.status)
	if g.killed(0) == 128+sigInt && s.flow == onward {
		s.group.send(sigInt) // the line that it was part of ends too
	}
}

// background starts a job behind.
func (s *Shell) background(st *syntax.Stmt) {
	fore := *st
	fore.Background, fore.Coprocess, fore.Disown = false, false, false
	var g *group
	if s.main {
		g = s.sess.newGroup(print(&fore))
	} else {
		g = newGroup(s.group.ctx, s.sess.nextPID(), "", s.group.wake)
	}
	sub := s.sub(g)
	if !s.main {
		sub.put(0, newDesc(nothing{}))
	}
	b := &back{pid: sub.pid, group: g, done: g.done}
	run := func() int {
		defer sub.release()
		sub.stmt(&fore)
		b.status = g.killed(sub.last)
		return sub.last
	}
	ok := false
	if s.main {
		s.sess.adopt(g)
		ok = s.sess.start(g, run)
	} else {
		g.begin()
		ok = s.sess.spawn(nil, func() { g.end(run()) })
	}
	if !ok {
		sub.release()
		s.errorf("fork: retry: Resource temporarily unavailable")
		s.last = 254
		return
	}
	s.backs = append(s.backs, b)
	s.lastBack = sub.pid
	s.last = 0
	if s.main && s.interactive {
		s.sess.announce(s, g, sub.pid)
	}
}

// back is a command in the background, as wait knows it.
type back struct {
	pid    int
	group  *group
	done   chan struct{}
	status int // valid once done is closed
}
