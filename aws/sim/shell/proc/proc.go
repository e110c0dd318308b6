// Package proc is what a command of the virtual shell gets to see: its arguments,
// environment and streams, the disk, the terminal and the machine's facts. A
// command is a function of it.
package proc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/tty"
)

// Tool is a command. It returns its exit status, and soon after Ctx has ended.
type Tool func(*Proc) int

// Proc is one run of a command.
type Proc struct {
	Ctx     context.Context
	Args    []string // Args[0] is the command's name
	Env     []string // "NAME=value"
	Dir     string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	FS      *disk.FS
	TTY     *tty.TTY // the controlling terminal; nil without one
	Facts   *machine.Facts
	PID     int
	Session Session
	// May says whether the process may read the terminal now.
	May func() bool
}

// Session is what the shell's session does for commands.
type Session interface {
	// Run runs a command by its name, found as the shell finds it, with p's streams
	// unless others are given in it.
	Run(p *Proc) int
	// Limit runs a command that is ended after a time; late says that it was.
	Limit(p *Proc, d time.Duration) (status int, late bool)
	// Find is where a command lies on the disk, "" where there is none.
	Find(p *Proc, name string) string
	// Processes lists the machine's and the session's processes.
	Processes() []machine.Process
	// Signal sends a signal by number.
	Signal(pid, signal int) error
}

// ErrNoProcess is the answer of Signal to a pid that nobody has.
const ErrNoProcess = disk.Errno("No such process")

// Terminal is implemented by streams that are a terminal.
type Terminal interface{ Terminal() *tty.TTY }

// IsTTY says whether a stream is a terminal.
func IsTTY(s any) bool {
	t, ok := s.(Terminal)
	return ok && t.Terminal() != nil
}

// Name is the command's name without its path.
func (p *Proc) Name() string { return p.Args[0][strings.LastIndexByte(p.Args[0], '/')+1:] }

// Printf writes to the standard output.
func (p *Proc) Printf(format string, args ...any) { fmt.Fprintf(p.Out, format, args...) }

// Errorf writes "name: text" to the standard error and returns 1.
func (p *Proc) Errorf(format string, args ...any) int {
	fmt.Fprintf(p.Err, p.Name()+": "+format+"\n", args...)
	return 1
}

// Fail reports an error about a file, in the words of GNU tools.
func (p *Proc) Fail(name string, err error) int { return p.Errorf("%s: %s", name, disk.Why(err)) }

// Getenv looks a variable up.
func (p *Proc) Getenv(name string) string {
	for i := len(p.Env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(p.Env[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// Abs makes a path absolute.
func (p *Proc) Abs(name string) string {
	abs := disk.Abs(p.Dir, name)
	if strings.HasSuffix(name, "/") && abs != "/" {
		abs += "/"
	}
	return abs
}

// Open opens a file to read; "-" is the standard input.
func (p *Proc) Open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(p.In), nil
	}
	f, err := p.FS.Open(p.Abs(name), disk.Read, 0)
	if err != nil {
		return nil, err
	}
	switch f.Device() {
	case disk.Stdin:
		return io.NopCloser(p.In), nil
	case disk.TTY:
		if p.TTY != nil {
			return io.NopCloser(&Console{p}), nil
		}
	}
	if f.Info().IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: disk.EISDIR}
	}
	return f, nil
}

// Create opens a file to write; flag says how beyond disk.Write.
func (p *Proc) Create(name string, flag int) (io.WriteCloser, error) {
	f, err := p.FS.Open(p.Abs(name), disk.Write|disk.Create|flag, 0o644)
	if err != nil {
		return nil, err
	}
	switch f.Device() {
	case disk.Stdout:
		return nopCloser{p.Out}, nil
	case disk.Stderr:
		return nopCloser{p.Err}, nil
	case disk.TTY:
		if p.TTY != nil {
			return nopCloser{&Console{p}}, nil
		}
	}
	return f, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Console is the controlling terminal as a stream of one process.
type Console struct{ P *Proc }

// Read reads what is typed.
func (c *Console) Read(b []byte) (int, error) { return c.P.TTY.Read(c.P.Ctx, c.P.May, b) }

// Write shows bytes.
func (c *Console) Write(b []byte) (int, error) { return c.P.TTY.Write(b) }

// Terminal is the terminal itself.
func (c *Console) Terminal() *tty.TTY { return c.P.TTY }

// MaxLine bounds what commands keep of one line, MaxText of one input.
const (
	MaxLine = 16 << 20
	MaxText = 64 << 20
)

// Lines calls f with each line of r, without its newline; last says whether it had
// one. It ends when f answers false.
func (p *Proc) Lines(r io.Reader, f func(line string) bool) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readLine(in)
		if err == io.EOF && line == "" {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		if !f(strings.TrimSuffix(line, "\n")) || err == io.EOF {
			return nil
		}
		if p.Ctx.Err() != nil {
			return p.Ctx.Err()
		}
	}
}

func readLine(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := in.ReadSlice('\n')
		b.Write(part)
		if err != bufio.ErrBufferFull {
			return b.String(), err
		}
		if b.Len() > MaxLine {
			return b.String(), nil
		}
	}
}

// Inputs calls f with each named file, or with the standard input where none is
// named. Files that cannot be opened are reported; the status is 1 then.
func (p *Proc) Inputs(names []string, f func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, name := range names {
		r, err := p.Open(name)
		if err == nil {
			err = f(name, r)
			r.Close()
		}
		if err != nil && p.Ctx.Err() == nil && !errors.Is(err, io.ErrClosedPipe) {
			status = p.Fail(name, err)
		}
	}
	return status
}

// ReadAll reads an input up to MaxText.
func (p *Proc) ReadAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err == nil && len(b) > MaxText {
		err = disk.Errno("Cannot allocate memory")
	}
	return b, err
}

// Sleep waits; false if the process has been ended.
func (p *Proc) Sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.Ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// With copies the process with another command line.
func (p *Proc) With(args ...string) *Proc {
	q := *p
	q.Args = args
	return &q
}
