// Package tty is a terminal's line discipline in memory: echo, erase, signals and
// end of file on the way in, carriage returns on the way out; and what programs
// build on it: a reader of keys and a line editor.
package tty

import (
	"bytes"
	"context"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Stream is the far end: whoever types and looks.
type Stream interface {
	io.Reader
	io.Writer
	Size() (cols, rows int)
	Resized() <-chan struct{}
}

// Signal is what a key may send to the foreground.
type Signal int

// The signals of keys.
const (
	Interrupt Signal = iota + 1 // ^C
	Quit                        // ^\
	Suspend                     // ^Z
	HangUp                      // the far end has gone
)

// Mode is how input and output are treated.
type Mode struct {
	Canon   bool // lines are edited before they are read
	Echo    bool
	Signals bool // ^C, ^\ and ^Z are signals
	CRNL    bool // carriage return is read as newline
	Post    bool // newline is written as carriage return and newline
}

// Cooked is the mode that a terminal begins with; Raw is what editors set.
func Cooked() Mode { return Mode{true, true, true, true, true} }

// Raw passes every byte as it is.
func Raw() Mode { return Mode{} }

// TTY is one terminal. It is safe for concurrent use.
type TTY struct {
	far Stream

	mu      sync.Mutex
	arrived *sync.Cond
	mode    Mode
	line    []byte   // being edited
	lines   [][]byte // to be read; an empty one is an end of file
	literal bool     // the next byte is taken as it is (^V)
	hung    bool
	signal  func(Signal)
}

// New makes a terminal in cooked mode. Run must be called to let input in.
func New(far Stream) *TTY {
	t := &TTY{far: far, mode: Cooked()}
	t.arrived = sync.NewCond(&t.mu)
	return t
}

// Run takes input until the far end has gone.
func (t *TTY) Run() {
	buf := make([]byte, 32<<10)
	for {
		n, err := t.far.Read(buf)
		if n > 0 {
			t.take(buf[:n])
		}
		if err != nil {
			break
		}
	}
	t.mu.Lock()
	t.hung = true
	notify := t.signal
	t.arrived.Broadcast()
	t.mu.Unlock()
	if notify != nil {
		notify(HangUp)
	}
}

// OnSignal sets who hears of signals.
func (t *TTY) OnSignal(f func(Signal)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signal = f
}

// Mode is the present mode.
func (t *TTY) Mode() Mode {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mode
}

// SetMode changes the mode and returns the one before. What was typed and not read
// stays; where lines are edited again, it is treated as if it were typed now, so
// that a ^C typed ahead is still one.
func (t *TTY) SetMode(m Mode) Mode {
	t.mu.Lock()
	old := t.mode
	t.mode = m
	var again []byte
	switch {
	case old.Canon && !m.Canon && len(t.line) > 0:
		t.lines = append(t.lines, t.line)
		t.line = nil
	case !old.Canon && m.Canon:
		again = bytes.Join(t.lines, nil)
		t.lines = nil
	}
	t.arrived.Broadcast()
	t.mu.Unlock()
	if len(again) > 0 {
		t.take(again)
	}
	return old
}

// Size is the window, with a default where the far end has not told.
func (t *TTY) Size() (cols, rows int) {
	if cols, rows = t.far.Size(); cols <= 0 || rows <= 0 {
		return 80, 24
	}
	return cols, rows
}

// Resized receives after the window has changed.
func (t *TTY) Resized() <-chan struct{} { return t.far.Resized() }

// Write shows bytes.
func (t *TTY) Write(p []byte) (int, error) {
	out := p
	if t.Mode().Post {
		out = bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))
	}
	if _, err := t.far.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Wake lets readers look again whether they may read.
func (t *TTY) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.arrived.Broadcast()
}

// Read waits for input: a line in cooked mode, bytes otherwise; io.EOF at ^D and
// when the far end has gone. It reads nothing while may answers false; nil always
// may.
func (t *TTY) Read(ctx context.Context, may func() bool, p []byte) (int, error) {
	stop := context.AfterFunc(ctx, t.Wake)
	defer stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if may == nil || may() {
			if len(t.lines) > 0 {
				return t.first(p)
			}
			if t.hung {
				return 0, io.EOF
			}
		}
		t.arrived.Wait()
	}
}

func (t *TTY) first(p []byte) (int, error) {
	if len(t.lines[0]) == 0 {
		t.lines = t.lines[1:]
		return 0, io.EOF
	}
	n := copy(p, t.lines[0])
	if t.lines[0] = t.lines[0][n:]; len(t.lines[0]) == 0 {
		if t.lines = t.lines[1:]; len(t.lines) == 0 {
			t.lines = nil
		}
	}
	return n, nil
}

// Unread puts bytes back in front of what is to be read.
func (t *TTY) Unread(p []byte) {
	if len(p) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append([][]byte{append([]byte(nil), p...)}, t.lines...)
}

// take treats input byte by byte.
func (t *TTY) take(p []byte) {
	var echo []byte
	var signals []Signal
	t.mu.Lock()
	if !t.mode.Canon && !t.mode.Signals && !t.mode.CRNL && !t.mode.Echo {
		t.lines = append(t.lines, bytes.Clone(p))
		p = nil
	}
	for _, b := range p {
		var s Signal
		if echo, s = t.byte(b, echo); s != 0 {
			signals = append(signals, s)
			t.line, t.lines = nil, nil
		}
	}
	notify := t.signal
	t.arrived.Broadcast()
	t.mu.Unlock()
	if notify != nil {
		for _, s := range signals {
			notify(s)
		}
	}
	if len(echo) > 0 {
		_, _ = t.far.Write(echo) // nobody is there to be told
	}
}

const (
	ctrlC, ctrlD, ctrlH, ctrlU, ctrlV, ctrlW, ctrlZ, ctrlBackslash, del = 3, 4, 8, 21, 22, 23, 26, 28, 127
)

func (t *TTY) byte(b byte, echo []byte) ([]byte, Signal) {
	if t.literal {
		t.literal = false
		return t.insert(b, echo), 0
	}
	if t.mode.Signals {
		sig := Signal(0)
		switch b {
		case ctrlC:
			sig = Interrupt
		case ctrlBackslash:
			sig = Quit
		case ctrlZ:
			sig = Suspend
		}
		if sig != 0 {
			return t.show(b, echo), sig
		}
	}
	if b == '\r' && t.mode.CRNL {
		b = '\n'
	}
	if !t.mode.Canon {
		return t.insert(b, echo), 0
	}
	switch b {
	case ctrlD:
		t.lines = append(t.lines, t.line) // an empty line is the end of file
		t.line = nil
	case ctrlV:
		t.literal = true
	case ctrlH, del:
		echo = t.erase(lastRune(t.line), echo)
	case ctrlU:
		echo = t.erase(len(t.line), echo)
	case ctrlW:
		n := len(bytes.TrimRight(t.line, " \t"))
		echo = t.erase(len(t.line)-(bytes.LastIndexAny(t.line[:n], " \t")+1), echo)
	case '\n':
		echo = t.insert(b, echo)
		t.lines = append(t.lines, t.line)
		t.line = nil
	default:
		echo = t.insert(b, echo)
	}
	return echo, 0
}

func (t *TTY) insert(b byte, echo []byte) []byte {
	if t.mode.Canon {
		t.line = append(t.line, b)
	} else if n := len(t.lines); n > 0 {
		t.lines[n-1] = append(t.lines[n-1], b)
	} else {
		t.lines = append(t.lines, []byte{b})
	}
	return t.show(b, echo)
}

// show is the echo of one byte: control characters as ^X.
func (t *TTY) show(b byte, echo []byte) []byte {
	switch {
	case !t.mode.Echo:
		return echo
	case b == '\n' && t.mode.Post:
		return append(echo, '\r', '\n')
	case b == '\n' || b == '\t':
		return append(echo, b)
	case b < ' ' || b == del:
		return append(echo, '^', b^0x40)
	}
	return append(echo, b)
}

// erase takes n bytes off the line's end.
func (t *TTY) erase(n int, echo []byte) []byte {
	if n <= 0 || n > len(t.line) {
		return echo
	}
	gone := t.line[len(t.line)-n:]
	t.line = t.line[:len(t.line)-n]
	if !t.mode.Echo {
		return echo
	}
	for range width(gone) {
		echo = append(echo, '\b', ' ', '\b')
	}
	return echo
}

// width is the number of cells that the echo of b took.
func width(b []byte) int {
	n := 0
	for _, c := range b {
		if c < ' ' || c == del {
			n++ // shown in two cells, of which ansi counts none or one
		}
	}
	return n + ansi.StringWidth(string(bytes.Map(func(r rune) rune {
		if r < ' ' || r == del {
			return '^'
		}
		return r
	}, b)))
}

func lastRune(b []byte) int {
	_, n := utf8.DecodeLastRune(b)
	return n
}
