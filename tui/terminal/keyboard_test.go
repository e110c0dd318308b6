package terminal_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ecsole/tui/terminal"
)

// borrower reads one key, after a reader of the program has tried to.
type borrower struct {
	keys  *terminal.Keyboard
	stdin io.Reader
	late  int // bytes that the program's reader took
	got   string
}

func (b *borrower) SetStdin(r io.Reader) { b.stdin = r }
func (*borrower) SetStdout(io.Writer)    {}
func (*borrower) SetStderr(io.Writer)    {}

func (b *borrower) Run() (err error) {
	p := make([]byte, 8)
	if b.late, err = b.keys.Read(p); err != nil {
		return err
	}
	n, err := b.stdin.Read(p)
	b.got = string(p[:n])
	return err
}

// TestKeyboardIsLent: a reader that ends late does not take what is typed to another
// program, and has the keyboard again afterwards.
func TestKeyboardIsLent(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	k := terminal.NewKeyboard(r)
	b := &borrower{keys: k}
	c := terminal.Lending(b)
	c.SetStdin(k)
	if b.stdin != io.Reader(r) {
		t.Errorf("the command reads %T, not the terminal itself", b.stdin)
	}
	io.WriteString(w, "\r")
	if err := c.Run(); err != nil || b.late != 0 || b.got != "\r" {
		t.Errorf("%v: the program took %d bytes, the command read %q", err, b.late, b.got)
	}
	io.WriteString(w, "x")
	p := make([]byte, 8)
	if n, err := k.Read(p); err != nil || string(p[:n]) != "x" {
		t.Errorf("afterwards: %q, %v", p[:n], err)
	}
}

func TestProcessReadsTheTerminalItself(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	io.WriteString(w, "typed\n")
	w.Close()
	var out strings.Builder
	c := terminal.Process(exec.Command("cat"))
	c.SetStdin(terminal.NewKeyboard(r))
	c.SetStdout(&out)
	c.SetStderr(io.Discard)
	if err := c.Run(); err != nil || out.String() != "typed\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
