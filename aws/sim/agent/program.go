package agent

import (
	"context"
	"encoding/binary"
	"io"
	"sync"
	"unicode/utf8"
)

// Program is what runs behind a session. It starts with the first connection and
// its context ends with the session. The text that it returns is the reason that
// the client reads in channel_closed; empty for a plain end.
type Program interface {
	Run(ctx context.Context, t *Terminal) (reason string)
}

// ProgramFunc is a function as a Program.
type ProgramFunc func(ctx context.Context, t *Terminal) string

// Run calls the function.
func (f ProgramFunc) Run(ctx context.Context, t *Terminal) string { return f(ctx, t) }

// maxInput bounds what is kept for a program that does not read. More is neither
// taken nor acknowledged, so that the client sends it again later.
const maxInput = 16 << 20

// chunk is the payload of one output message (the real agent's buffer).
const chunk = 1024

// Terminal is a program's end of the session: bytes both ways and a size. It is
// safe for concurrent use.
type Terminal struct {
	s *Session

	mu      sync.Mutex
	arrived *sync.Cond // input, or the end
	in      []byte
	ended   bool
	size    Size
	resized chan struct{} // capacity 1
}

func newTerminal(s *Session) *Terminal {
	t := &Terminal{s: s, resized: make(chan struct{}, 1)}
	t.arrived = sync.NewCond(&t.mu)
	return t
}

// Read gives typed bytes as they arrived; io.EOF once the session has ended.
func (t *Terminal) Read(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.in) == 0 {
		if t.ended {
			return 0, io.EOF
		}
		t.arrived.Wait()
	}
	n := copy(p, t.in)
	if t.in = t.in[n:]; len(t.in) == 0 {
		t.in = nil
	}
	return n, nil
}

// Write sends bytes to the client. It blocks while the client is away or slow, and
// fails with io.ErrClosedPipe once the session has ended.
func (t *Terminal) Write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		end := min(n+chunk, len(p))
		if end < len(p) {
			end = wholeRunes(p[n:end]) + n
		}
		if err := t.s.output(PayloadOutput, p[n:end]); err != nil {
			return n, err
		}
		n = end
	}
	return n, nil
}

// wholeRunes is the length of b without a rune that its end cuts in two.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) && i > 0 {
				return i
			}
			return len(b)
		}
	}
	return len(b)
}

// Flag sends a flag message (port sessions).
func (t *Terminal) Flag(f Flag) error {
	return t.s.output(PayloadFlag, binary.BigEndian.AppendUint32(nil, uint32(f)))
}

// Size is the client's terminal; 0, 0 before the client has told.
func (t *Terminal) Size() (cols, rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int(t.size.Cols), int(t.size.Rows)
}

// Resized receives after the size has changed.
func (t *Terminal) Resized() <-chan struct{} { return t.resized }

// feed takes input; false is a full buffer.
func (t *Terminal) feed(b []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.in)+len(b) > maxInput {
		return false
	}
	if !t.ended {
		t.in = append(t.in, b...)
		t.arrived.Broadcast()
	}
	return true
}

func (t *Terminal) resize(z Size) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if z == t.size || z.Cols > 1<<14 || z.Rows > 1<<14 {
		return
	}
	t.size = z
	select {
	case t.resized <- struct{}{}:
	default:
	}
}

func (t *Terminal) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.arrived.Broadcast()
}
