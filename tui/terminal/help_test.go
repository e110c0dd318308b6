package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"

	"ecsole/tui/vterm"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Fprintln(os.Stderr, crash(dir))
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("os/signal.signal_recv"), goleak.IgnoreTopFunction("os/signal.loop"))
}

// shell is a session whose remote is the test.
type shell struct {
	label string
	mu    sync.Mutex
	typed bytes.Buffer
	sizes [][2]int
	view  io.Writer
	early []byte
	hear  func(string)
	done  chan struct{}
	why   string
	ends  int
	stuck chan struct{} // End waits for it
}

func newShell(label string) *shell { return &shell{label: label, done: make(chan struct{})} }

func (s *shell) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed.Write(p)
}

func (s *shell) Resize(cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, [2]int{cols, rows})
}

func (s *shell) View(open func() io.Writer) io.Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view == nil {
		s.view = open()
		s.view.Write(s.early)
	}
	return s.view
}

func (s *shell) OnNotice(f func(string)) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear = f
	return func() { s.mu.Lock(); defer s.mu.Unlock(); s.hear = nil }
}

func (s *shell) Done() <-chan struct{}   { return s.done }
func (s *shell) Ending() (string, error) { return s.why, nil }
func (s *shell) Label() string           { return s.label }
func (s *shell) Begun() time.Time        { return time.Now().Add(-time.Minute) }
func (s *shell) LastInput() time.Time    { return time.Now() }
func (s *shell) Traffic() (int64, int64) { return 1, 2 }
func (s *shell) End(ctx context.Context) error {
	s.mu.Lock()
	s.ends++
	stuck := s.stuck
	s.mu.Unlock()
	if stuck != nil {
		select {
		case <-stuck:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.finish("ended here")
	return nil
}

func (s *shell) finish(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
	default:
		s.why = why
		close(s.done)
	}
}

// writes lets the remote write.
func (s *shell) writes(text string) {
	s.mu.Lock()
	v := s.view
	if v == nil {
		s.early = append(s.early, text...)
	}
	s.mu.Unlock()
	if v != nil {
		io.WriteString(v, text)
	}
}

func (s *shell) tells(text string) {
	s.mu.Lock()
	f := s.hear
	s.mu.Unlock()
	f(text)
}

func (s *shell) input() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed.String()
}

func (s *shell) sized() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sizes)
}

func (s *shell) lastSize() [2]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sizes) == 0 {
		return [2]int{}
	}
	return s.sizes[len(s.sizes)-1]
}

// counted is a terminal that counts the bytes read from it, and that can be hung up
// while somebody reads: its end is then the answer to what is typed next.
type counted struct {
	*os.File
	read atomic.Int64
	gone atomic.Bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.read.Add(int64(n))
	if c.gone.Load() {
		return n, io.EOF
	}
	return n, err
}

// desk is the user's side: a pseudo-terminal, and what it shows.
type desk struct {
	t      *testing.T
	master *os.File
	tty    *counted
	host   *Host
	ran    chan error
	typed  int64         // bytes
	over   chan struct{} // closed when Run has returned

	mu     sync.Mutex
	screen *vterm.Screen
	raw    bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, master: master, tty: &counted{File: tty}, screen: vterm.New(60, 10), ran: make(chan error, 1)}
	d.resize(60, 10)
	read := make(chan struct{})
	go func() {
		defer close(read)
		b := make([]byte, 4096)
		for {
			n, err := master.Read(b)
			d.mu.Lock()
			d.screen.Write(b[:n])
			d.raw.Write(b[:n])
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		d.leave()
		tty.Close()
		master.Close()
		<-read
	})
	return d
}

// leave ends a Run that a test has given up, so that nobody reads the terminal when it
// is closed.
func (d *desk) leave() {
	if d.over == nil {
		return
	}
	d.tty.gone.Store(true)
	_, _ = d.master.WriteString("\n") // of a master that is closed Run has heard
	<-d.over
}

func (d *desk) resize(cols, rows int) {
	d.t.Helper()
	if err := pty.Setsize(d.master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screen.Resize(cols, rows)
}

func (d *desk) run(s Session, o Options) {
	d.host = New(s, o)
	d.host.SetStdin(d.tty)
	d.host.SetStdout(d.tty)
	before, err := term.GetState(int(d.tty.Fd()))
	if err != nil {
		d.t.Fatal(err)
	}
	over := make(chan struct{})
	d.over = over
	go func() {
		defer close(over)
		err := d.host.Run()
		after, serr := term.GetState(int(d.tty.Fd()))
		if serr == nil && fmt.Sprint(*after) != fmt.Sprint(*before) {
			err = errors.Join(err, fmt.Errorf("the terminal's mode is %v, was %v", *after, *before))
		}
		d.ran <- err
	}()
	if f, ok := s.(*shell); ok {
		n := f.sized()
		d.until("the start", func() bool { return f.sized() > n || len(d.ran) > 0 })
	}
}

// keys types. Of several texts each is a read of its own.
func (d *desk) keys(each ...string) {
	d.t.Helper()
	read := func() bool { return len(each) == 1 || d.tty.read.Load() == d.typed }
	for _, k := range each {
		d.until("a read", read)
		d.typed += int64(len(k))
		if _, err := d.master.WriteString(k); err != nil {
			d.t.Fatal(err)
		}
	}
	d.until("a read", read)
}

func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("waited for %s; the screen shows\n%s", what, d.text())
		}
	}
}

func (d *desk) text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.String()
}

func (d *desk) title() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.Title()
}

func (d *desk) sees(text string) {
	d.t.Helper()
	d.until(text, func() bool { return strings.Contains(d.text(), text) })
}

func (d *desk) gone(text string) {
	d.t.Helper()
	d.until("no "+text, func() bool { return !strings.Contains(d.text(), text) })
}

// left waits for the end of Run.
func (d *desk) left() error {
	d.t.Helper()
	select {
	case err := <-d.ran:
		return err
	case <-time.After(30 * time.Second):
		d.t.Fatalf("the host does not leave; the screen shows\n%s", d.text())
	}
	return nil
}
