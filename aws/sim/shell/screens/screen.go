// Package screens are the full-screen programs of the virtual shell: top, a pager
// and an editor. They draw with plain ANSI sequences on the session's terminal.
package screens

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// screen is the terminal as a program in raw mode has it.
type screen struct {
	p    *proc.Proc
	keys *tty.Keys
	old  tty.Mode
}

// open takes the terminal; false where there is none.
func open(p *proc.Proc) (*screen, bool) {
	if p.TTY == nil || !proc.IsTTY(p.Out) {
		return nil, false
	}
	s := &screen{p: p, keys: tty.NewKeys(p.TTY, p.May)}
	s.enter()
	return s, true
}

func (s *screen) enter() {
	s.old = s.p.TTY.SetMode(tty.Raw())
	s.put("\x1b[?1049h\x1b[H\x1b[2J")
}

// suspend gives the terminal back until the program is resumed (^Z).
func (s *screen) suspend() {
	const stop = 20
	s.close()
	if s.p.Session.Signal(s.p.PID, stop) == nil {
		_, _ = s.p.Out.Write(nil) // waits while the program is stopped
	}
	s.enter()
}

// close gives the terminal back as it was.
func (s *screen) close() {
	s.keys.Close()
	s.put("\x1b[?25h\x1b[0m\x1b[?1049l")
	s.p.TTY.SetMode(s.old)
}

func (s *screen) put(text string) { _, _ = io.WriteString(s.p.TTY, text) } // the session ends by itself

func (s *screen) size() (cols, rows int) { return s.p.TTY.Size() }

// draw shows lines from the top, cut to the width.
func (s *screen) draw(lines []string) {
	cols, rows := s.size()
	var b strings.Builder
	b.WriteString("\x1b[?25l\x1b[H")
	for i := range rows {
		if i < len(lines) {
			b.WriteString(ansi.Truncate(lines[i], cols, ""))
		}
		b.WriteString("\x1b[0m\x1b[K")
		if i < rows-1 {
			b.WriteString("\r\n")
		}
	}
	s.put(b.String())
}

// event is a key, a new size, or the end of a wait.
type event int

const (
	pressed event = iota
	resized
	elapsed
	ended
)

// wait waits for a key, a change of the window, or at most d (0: for ever).
func (s *screen) wait(d time.Duration) (tty.Key, event) {
	k, ev := s.await(d)
	if ev == pressed && k.Name == "ctrl+z" {
		s.suspend()
		return tty.Key{}, resized
	}
	return k, ev
}

func (s *screen) await(d time.Duration) (tty.Key, event) {
	ctx, cancel := context.WithCancel(s.p.Ctx)
	defer cancel()
	var late <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		late = t.C
	}
	type result struct {
		k   tty.Key
		err error
	}
	got := make(chan result, 1)
	go func() {
		k, err := s.keys.Next(ctx)
		got <- result{k, err}
	}()
	why := pressed
	select {
	case r := <-got:
		if r.err != nil {
			return tty.Key{}, ended
		}
		return r.k, pressed
	case <-s.p.TTY.Resized():
		why = resized
	case <-late:
		why = elapsed
	}
	cancel()
	r := <-got
	if r.err == nil {
		return r.k, pressed // a key came at the same time
	}
	if !errors.Is(r.err, context.Canceled) || s.p.Ctx.Err() != nil {
		return tty.Key{}, ended
	}
	return tty.Key{}, why
}
