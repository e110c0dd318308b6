package terminal

import (
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Keyboard is the terminal's input for Bubble Tea. Before another program gets the
// terminal, Bubble Tea asks its own reader to end, but waits only half a second for
// that: on a machine under load the reader could still take the first key that is
// meant for the other. While the keyboard is lent, it takes none.
type Keyboard struct {
	*os.File
	reading chan struct{} // holds one while a read is under way
	lent    atomic.Bool
}

// NewKeyboard wraps the terminal's input.
func NewKeyboard(f *os.File) *Keyboard { return &Keyboard{File: f, reading: make(chan struct{}, 1)} }

// Read reads keys. While the keyboard is lent it gives none, and no error: who was
// asked to end sees that at the next read.
func (k *Keyboard) Read(p []byte) (int, error) {
	k.reading <- struct{}{}
	defer func() { <-k.reading }()
	if k.lent.Load() {
		return 0, nil
	}
	return k.File.Read(p)
}

// patience bounds how long a read that is under way is waited for. One only begins
// when there is something to read, so it ends at once.
const patience = time.Second

// lend keeps the keys for another reader of the file until back is called.
func (k *Keyboard) lend() (back func()) {
	k.lent.Store(true)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case k.reading <- struct{}{}:
		<-k.reading
	case <-timeout.C:
	}
	return func() { k.lent.Store(false) }
}

// Lending is c with the keyboard to itself while it runs.
func Lending(c tea.ExecCommand) tea.ExecCommand { return &lending{ExecCommand: c} }

type lending struct {
	tea.ExecCommand
	keys *Keyboard
}

// SetStdin gives the command the terminal itself.
func (l *lending) SetStdin(r io.Reader) {
	if k, ok := r.(*Keyboard); ok {
		l.keys, r = k, k.File
	}
	l.ExecCommand.SetStdin(r)
}

// Run implements tea.ExecCommand.
func (l *lending) Run() error {
	if l.keys != nil {
		defer l.keys.lend()()
	}
	return l.ExecCommand.Run()
}

// Process is another program as what Bubble Tea can give the terminal to, with the
// keyboard to itself.
func Process(c *exec.Cmd) tea.ExecCommand { return Lending(process{c}) }

type process struct{ *exec.Cmd }

func (p process) SetStdin(r io.Reader)  { p.Stdin = r }
func (p process) SetStdout(w io.Writer) { p.Stdout = w }
func (p process) SetStderr(w io.Writer) { p.Stderr = w }
