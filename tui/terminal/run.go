package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/cancelreader"
	"golang.org/x/term"
)

const (
	// redrawAfter is the pause between the two sizes that make a full-screen program
	// draw its screen anew.
	redrawAfter = 60 * time.Millisecond
	// endWithin is how long an end that was asked for may take.
	endWithin = 10 * time.Second
	readSize  = 32 << 10
)

// fd is a file of the operating system.
type fd interface{ Fd() uintptr }

// run is the state of one Run.
type run struct {
	h      *Host
	pump   *pump
	keys   keys
	view   *view
	closer func() // of what belongs to the shown session
	cols   int
	rows   int
	listed []Session // a list is shown, and digits choose from it
	cover  bool
	ending bool
	ended  chan error // answers of End
}

// Run shows the session until it ends or the user leaves. The terminal is left as it
// was found.
func (h *Host) Run() error {
	escape, err := escapeByte(h.o.Escape, h.underSSH())
	if err != nil {
		return err
	}
	restore, err := raw(h.stdin)
	if err != nil {
		return err
	}
	defer restore()
	r := &run{h: h, pump: newPump(h.stdout), keys: keys{escape: escape, fresh: true}, ended: make(chan error, 1)}
	defer r.pump.end()
	r.cols, r.rows = size(h.stdin, h.stdout)
	r.pump.write([]byte("\x1b[22;2t" + strings.Repeat("\n", r.rows)))
	defer func() { r.pump.write([]byte(fmt.Sprintf("\x1b[%d;1H\r\n\x1b[23;2t", r.rows))) }()
	input, stop, err := reading(h.stdin)
	if err != nil {
		return err
	}
	defer stop()
	resized, unwatch := watchSize()
	defer unwatch()
	if err := r.attach(h.session); err != nil {
		return err
	}
	defer r.detach()
	return r.loop(input, resized)
}

// raw puts a terminal in raw mode.
func raw(in io.Reader) (restore func(), err error) {
	f, ok := in.(fd)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}, nil
	}
	state, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, fmt.Errorf("raw mode: %w", err)
	}
	return func() { _ = term.Restore(int(f.Fd()), state) }, nil // a terminal that is gone needs no mode
}

// size asks for the terminal's size; without one it is 80x24.
func size(in io.Reader, out io.Writer) (cols, rows int) {
	for _, x := range [...]any{out, in} {
		if f, ok := x.(fd); ok {
			if cols, rows, err := term.GetSize(int(f.Fd())); err == nil && cols > 0 && rows > 0 {
				return cols, rows
			}
		}
	}
	return 80, 24
}

// chunk is one read of the terminal.
type chunk struct {
	data []byte
	err  error
}

// reading reads the terminal in a goroutine that stop ends, without taking a byte
// more.
func reading(in io.Reader) (<-chan chunk, func(), error) {
	if in == nil {
		return nil, func() {}, nil
	}
	cr, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, nil, fmt.Errorf("terminal input: %w", err)
	}
	out, quit, done := make(chan chunk), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, readSize)
		for {
			n, err := cr.Read(b)
			select {
			case <-quit:
				return
			case out <- chunk{bytes.Clone(b[:n]), err}:
			}
			if err != nil {
				return
			}
			// The next read is a system call that keeps this goroutine's processor: what
			// the key has woken would wait for another one to be started.
			runtime.Gosched()
		}
	}()
	return out, func() {
		close(quit)
		if cr.Cancel() {
			<-done
		} // else it is no file, and its last read cannot be waited for
		_ = cr.Close()
	}, nil
}

// attach shows a session.
func (r *run) attach(s Session) error {
	title, banner := r.h.describe(s)
	if banner != "" {
		banner = r.banner(banner)
	}
	v, ok := s.View(func() io.Writer { return newView(r.cols, r.rows, banner, r.h.o) }).(*view)
	if !ok {
		return ErrTaken
	}
	r.h.session = s
	again := v.show(r.pump, title, r.cols, r.rows)
	stop := s.OnNotice(v.tell)
	r.view = v
	var redraw *time.Timer
	if again && r.rows > 1 {
		s.Resize(r.cols, r.rows-1)
		cols, rows := r.cols, r.rows
		redraw = time.AfterFunc(redrawAfter, func() { s.Resize(cols, rows) })
	} else {
		s.Resize(r.cols, r.rows)
	}
	r.closer = func() {
		stop()
		if redraw != nil && redraw.Stop() {
			s.Resize(r.cols, r.rows)
		}
		r.pump.release(true)
		v.hide()
		r.pump.release(false)
	}
	return nil
}

// banner says where one is and how to leave: on two lines where one does not hold it.
func (r *run) banner(where string) string {
	leave := fmt.Sprintf("leave: Enter %s .  help: Enter %[1]s ?", escapeName(r.keys.escape))
	if one := fmt.Sprintf(" %s · %s ", where, leave); ansi.StringWidth(one) <= r.cols {
		return one
	}
	return ansi.Truncate(" "+where+" ", r.cols, "…") + "\x1b[0m\r\n\x1b[7m" + ansi.Truncate(" "+leave+" ", r.cols, "…")
}

func (r *run) detach() {
	if r.closer != nil {
		r.closer()
		r.closer = nil
	}
}

// loop carries keys and sizes until the end.
func (r *run) loop(input <-chan chunk, resized <-chan struct{}) error {
	for {
		select {
		case <-r.h.session.Done():
			r.pump.flush()
			return nil
		case <-resized:
			if cols, rows := size(r.h.stdin, r.h.stdout); cols != r.cols || rows != r.rows {
				r.cols, r.rows = cols, rows
				r.h.session.Resize(cols, rows)
				r.view.resize(cols, rows)
			}
		case err := <-r.ended:
			if err != nil {
				r.h.detached = true
				return fmt.Errorf("the session may go on: %w", err)
			}
		case c := <-input:
			if leave := r.typed(c.data); leave {
				return nil
			}
			if c.err != nil {
				r.h.detached = true
				if errors.Is(c.err, io.EOF) || errors.Is(c.err, cancelreader.ErrCanceled) {
					return ErrHangup
				}
				return fmt.Errorf("%w: %w", ErrHangup, c.err)
			}
		}
	}
}

// typed takes one read of the keyboard; it says whether to leave.
func (r *run) typed(p []byte) (leave bool) {
	if r.cover {
		return r.chosen(p)
	}
	send, command := r.keys.read(p)
	if len(send) > 0 && !r.ending {
		if _, err := r.h.session.Write(send); err != nil {
			return false // it has ended, as Done is about to say
		}
	}
	return r.command(command)
}

// command does one of our commands; it says whether to leave.
func (r *run) command(c byte) (leave bool) {
	switch {
	case c == 0:
	case c == '.' && r.ending: // asked twice: do not wait
		return true
	case c == '.':
		r.end()
	case c == 'd':
		r.h.detached = true
		return true
	case c == 's':
		r.listed = r.h.list()
		r.covered(r.listText())
	case c == '?':
		r.covered(r.helpText())
	case c >= '0' && c <= '9':
		r.jump(r.h.list(), c)
	}
	return false
}

// end asks for the end of the session; the loop goes on until it has come.
func (r *run) end() {
	r.ending = true
	r.view.tell(fmt.Sprintf("ending the session … (Enter %s . again: do not wait)", escapeName(r.keys.escape)))
	s := r.h.session
	go func() { // it goes on when the user does not wait for it
		ctx, cancel := context.WithTimeout(context.Background(), endWithin)
		defer cancel()
		if err := s.End(ctx); err != nil {
			r.ended <- err
		}
	}()
}

// jump shows another session: 1 is the first of the list, 0 the tenth.
func (r *run) jump(list []Session, digit byte) {
	i := int(digit-'0'+9) % 10
	switch {
	case r.ending:
	case i >= len(list):
		r.view.tell(fmt.Sprintf("there is no session %c", digit))
	case list[i] == r.h.session:
		r.view.tell("this is session " + string(rune(digit)))
	default:
		select {
		case <-list[i].Done():
			r.view.tell(fmt.Sprintf("session %c has ended", digit))
			return
		default:
		}
		before := r.h.session
		r.detach()
		if r.attach(list[i]) != nil { // it belongs to somebody else
			_ = r.attach(before) // which was shown a moment ago
			r.view.tell(ErrTaken.Error())
		}
		r.keys.fresh, r.keys.pasting = true, false
	}
}
