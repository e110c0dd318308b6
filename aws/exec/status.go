package exec

import (
	"bytes"
	"strconv"
	"sync"
)

// Status finds in a session's output with which exit status its command has ended: it
// stands in a sequence that terminals ignore (APC). It is an io.Writer for Follow.
type Status struct {
	mark []byte

	mu    sync.Mutex
	hold  []byte // could be the beginning of the mark
	exit  int
	known bool
}

// WithStatus makes a request whose session tells the exit status of its command, which
// keeps the terminal. It needs /bin/sh in the image; of Windows no status can be had.
func (r Request) WithStatus() (Request, *Status) {
	s := &Status{}
	if r.Windows || r.Instance != "" {
		return r, s
	}
	mark := newMark()
	s.mark = []byte("\x1b_" + mark + ":")
	r.shown = r.command()
	run := r.Command
	if run == "" {
		run = shellLine
	}
	// The trap keeps sh alive where an interrupt ends the command.
	script := `trap : INT QUIT; /bin/sh -c "$1"; printf '\033_%s:%d\033\\' "$2" "$?"`
	r.Command = "/bin/sh -c " + Quote(script) + " sh " + Quote(run) + " " + mark
	return r, s
}

// Write takes output of the session.
func (s *Status) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.mark) == 0 || s.known {
		return len(p), nil
	}
	s.hold = append(s.hold, p...)
	i := bytes.Index(s.hold, s.mark)
	if i < 0 {
		s.hold = append(s.hold[:0], s.hold[max(0, len(s.hold)-len(s.mark)+1):]...)
		return len(p), nil
	}
	s.hold = s.hold[i:]
	if digits, _, whole := bytes.Cut(s.hold[len(s.mark):], []byte{0x1b}); whole {
		n, err := strconv.Atoi(string(digits))
		s.exit, s.known, s.hold = n, err == nil, nil
		s.mark = nil
	}
	return len(p), nil
}

// Exit is the exit status, where the session has told it.
func (s *Status) Exit() (status int, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exit, s.known
}
