package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"

	"ecsole/tui/vterm"
)

// terminal is a program on a terminal of its own, whose screen can be read.
type terminal struct {
	cmd     *exec.Cmd
	tty     *os.File
	started time.Time
	ended   chan struct{}

	mu     sync.Mutex
	screen *vterm.Screen
	bytes  int64                    // written by the program so far
	want   func(*vterm.Screen) bool // what is waited for
	marker []byte                   // what is waited for in bytes that the screen is spared
	tail   []byte                   // of those bytes
	seen   chan time.Time
}

var errGone = errors.New("the program has ended")

// launch starts a program. Its environment is only what is given.
func launch(ctx context.Context, argv, env []string, cols, rows int) (*terminal, error) {
	t := &terminal{cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), screen: vterm.New(cols, rows), ended: make(chan struct{}), seen: make(chan time.Time, 1)}
	t.cmd.Env = env
	t.cmd.WaitDelay = time.Second
	t.started = time.Now()
	tty, err := pty.StartWithSize(t.cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return nil, err
	}
	t.tty = tty
	go t.read()
	return t, nil
}

// read keeps the screen up to date. A chunk counts from when it was there, not from
// when it had been understood.
func (t *terminal) read() {
	defer close(t.ended)
	buf := make([]byte, 64<<10)
	for {
		n, err := t.tty.Read(buf)
		now := time.Now()
		if n > 0 {
			t.take(buf[:n], now)
			t.answer(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (t *terminal) take(p []byte, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += int64(len(p))
	if t.marker != nil {
		t.tail = append(t.tail, p...)
		if bytes.Contains(t.tail, t.marker) {
			t.marker, t.tail = nil, nil
			t.seen <- now
			return
		}
		t.tail = append(t.tail[:0], t.tail[max(0, len(t.tail)-len(t.marker)+1):]...)
		return
	}
	t.screen.Write(p)
	if t.want != nil && t.want(t.screen) {
		t.want = nil
		t.seen <- now
	}
}

// answer replies to what programs ask every terminal and wait for: its background,
// what it is, and where the cursor is.
func (t *terminal) answer(p []byte) {
	if bytes.Contains(p, []byte("\x1b]11;?")) {
		t.tty.WriteString("\x1b]11;rgb:1111/1111/1111\x1b\\")
	}
	if bytes.Contains(p, []byte("\x1b]10;?")) {
		t.tty.WriteString("\x1b]10;rgb:dddd/dddd/dddd\x1b\\")
	}
	if bytes.Contains(p, []byte("\x1b[c")) || bytes.Contains(p, []byte("\x1b[0c")) {
		t.tty.WriteString("\x1b[?62;22c")
	}
	if bytes.Contains(p, []byte("\x1b[6n")) {
		t.tty.WriteString("\x1b[1;1R")
	}
}

// press types keys and waits until the screen shows what they lead to. The time is
// from just before they are written to the chunk that made it true.
func (t *terminal) press(ctx context.Context, keys string, limit time.Duration, want func(*vterm.Screen) bool) (time.Duration, error) {
	t.mu.Lock()
	t.want = want
	t.mu.Unlock()
	from := time.Now()
	if _, err := t.tty.WriteString(keys); err != nil {
		return 0, err
	}
	at, err := t.wait(ctx, limit)
	return at.Sub(from), err
}

// drain types keys and waits for a text in what the program writes, which is not
// looked at otherwise: the screen would take longer than the program.
func (t *terminal) drain(ctx context.Context, keys, text string, limit time.Duration) (time.Duration, error) {
	t.mu.Lock()
	t.marker, t.tail = []byte(text), nil
	t.mu.Unlock()
	from := time.Now()
	typed := make(chan error, 1)
	go func() { // the terminal takes them as the program reads them
		_, err := t.tty.WriteString(keys)
		typed <- err
	}()
	at, err := t.wait(ctx, limit)
	if err != nil {
		return 0, err // what is typed ends with the terminal
	}
	return at.Sub(from), <-typed
}

// await waits until the screen shows something, and says when it did.
func (t *terminal) await(ctx context.Context, limit time.Duration, want func(*vterm.Screen) bool) (time.Time, error) {
	t.mu.Lock()
	if want(t.screen) {
		t.mu.Unlock()
		return time.Now(), nil
	}
	t.want = want
	t.mu.Unlock()
	return t.wait(ctx, limit)
}

func (t *terminal) wait(ctx context.Context, limit time.Duration) (time.Time, error) {
	late := time.NewTimer(limit)
	defer late.Stop()
	why := error(nil)
	select {
	case at := <-t.seen:
		return at, nil
	case <-t.ended:
		why = errGone
	case <-ctx.Done():
		why = ctx.Err()
	case <-late.C:
		why = fmt.Errorf("not on the screen within %s", limit)
	}
	t.mu.Lock()
	t.want, t.marker = nil, nil
	t.mu.Unlock()
	select {
	case at := <-t.seen: // at the last moment
		return at, nil
	default:
		return time.Time{}, fmt.Errorf("%w; the screen ends in %s", why, t.says())
	}
}

// says is the last line on the screen, for errors.
func (t *terminal) says() string {
	last := ""
	t.view(func(s *vterm.Screen) {
		for line := range strings.SplitSeq(s.String(), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				last = line
			}
		}
	})
	return strconv.Quote(last)
}

// view reads the screen.
func (t *terminal) view(f func(*vterm.Screen)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t.screen)
}

// written is the number of bytes that the program wrote so far.
func (t *terminal) written() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes
}

func (t *terminal) pid() int { return t.cmd.Process.Pid }

// close ends the program and waits for it.
func (t *terminal) close() {
	t.cmd.Process.Signal(syscall.SIGTERM)
	over := time.AfterFunc(2*time.Second, func() { t.cmd.Process.Kill() })
	t.cmd.Wait()
	over.Stop()
	t.tty.Close()
	<-t.ended
}

// pause waits a while, or until there is no time left.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
