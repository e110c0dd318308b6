package exec

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ecsole/aws"
)

// RunOptions say how a single command runs.
type RunOptions struct {
	// Stdin goes to the command, byte by byte as it is; nil is an empty input. It needs
	// base64 in the image.
	Stdin io.Reader
	// Stdout gets the output while it comes; nil collects it in the Outcome.
	Stdout io.Writer
	// Limit of what is collected, in bytes; 0 is 8 MiB. What is more is left out.
	Limit int
	// Shown stands for the command in the journal; "" is the command itself.
	Shown string
	// Data says that input or output is the content of a file: it is not recorded,
	// unless recordings are demanded.
	Data bool
}

const outputLimit = 8 << 20

// Outcome is what a command said.
type Outcome struct {
	Request Request
	Output  []byte // foreign text; empty where RunOptions.Stdout had it
	// Exit is the command's exit status where Known says so. Session Manager knows
	// none; it comes behind a mark in the output.
	Exit  int
	Known bool
	Cut   bool // Output is not all
	Took  time.Duration
	Err   error // why there is no answer, or not the whole of it
}

// ErrNoStatus is a command that went without telling how: it was killed, or the
// session ended before.
var ErrNoStatus = errors.New("the command ended without an exit status")

// ErrWindows is the answer for containers without a POSIX shell.
var ErrWindows = errors.New("single commands run in containers with a POSIX shell; open a shell in this one")

// Run runs one command, a line for sh, and waits for its end; "" is a shell that reads
// commands from Stdin. It is an act like Open.
// The terminal that every session has is set so that output and input arrive as they
// are, if the image has stty. When ctx ends, so does the command's session.
func (s *Sessions) Run(ctx context.Context, r Request, command string, o RunOptions) Outcome {
	begun := time.Now()
	out := Outcome{Request: r}
	out.Err = s.run(ctx, r, command, o, &out)
	out.Took = time.Since(begun)
	return out
}

func (s *Sessions) run(ctx context.Context, r Request, command string, o RunOptions, out *Outcome) error {
	if r.Windows {
		return ErrWindows
	}
	if command == "" {
		command = shellLine
	}
	mark := newMark()
	r.Command, r.shown = wrap(command, mark, o.Stdin != nil), command
	if o.Shown != "" {
		r.shown = o.Shown
	}
	r.data = o.Data
	if r.Cols == 0 {
		r.Cols, r.Rows = 500, 50
	}
	x, err := s.Open(ctx, r)
	if err != nil {
		return err
	}
	c := newCollector(mark, o)
	stop := x.Follow(c)
	defer stop()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
		defer cancel()
		_ = x.End(ctx) // what matters is what the command said
		s.Forget(x)    // nobody goes back to it
	}()
	fed := make(chan error, 1)
	if o.Stdin != nil {
		go func() { fed <- feed(c.begun, x, o.Stdin) }()
	}
	for {
		select {
		case <-ctx.Done():
			c.take(out)
			return aws.AsError(ctx.Err())
		case <-c.ended:
			c.take(out)
			return c.failure()
		case <-c.broken: // nobody wants the rest
			c.take(out)
			return c.failure()
		case err := <-fed:
			if err != nil {
				c.take(out)
				return fmt.Errorf("input of the command: %w", err)
			}
			fed = nil
		case <-x.Done():
			c.take(out)
			switch res := x.Result(); {
			case out.Known:
				return c.failure()
			case res.Err != nil:
				return res.Err
			case len(out.Output) > 0 || res.Text == "" || res.Text == endedShell:
				return ErrNoStatus
			default:
				return errors.New(res.Text)
			}
		}
	}
}

// newMark is text that no command writes by chance.
func newMark() string {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails on supported platforms
	return hex.EncodeToString(b[:])
}

// wrap makes the command line of a session that runs command, marks where its output
// begins, and where it ends with which status. The agent takes a line apart as a
// POSIX shell does.
func wrap(command, mark string, input bool) string {
	// Without stty the terminal echoes input and ends lines in CR LF.
	run := `(eval "$1")`
	switch {
	case input:
		run = `base64 -d | ` + run
	default:
		run += ` </dev/null`
	}
	script := `stty -echo -onlcr 2>/dev/null; printf '\033_%s\033\\' "$2"; ` + run + `; printf '\033_%s:%d\033\\' "$2" "$?"`
	return "/bin/sh -c " + Quote(script) + " sh " + Quote(command) + " " + mark
}

// Quote makes one word of a text for a POSIX shell.
func Quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=/.,:+@%^") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// feed sends input in base64, a line at a time, as a terminal takes it, and its end.
func feed(begun <-chan struct{}, x *Session, in io.Reader) error {
	select {
	case <-begun:
	case <-x.Done():
		return nil
	}
	enc := base64.NewEncoder(base64.StdEncoding, &lineWriter{w: x})
	if _, err := io.Copy(enc, in); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(x, "\n\x04") // an empty line is nothing to base64
	return err
}

// lineLength is well below what a terminal takes in one line (4096 on Linux, 255 at
// least by POSIX).
const lineLength = 240

// lineWriter breaks text in lines.
type lineWriter struct {
	w  io.Writer
	at int
}

func (l *lineWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), lineLength-l.at)
		line := append(make([]byte, 0, n+1), rest[:n]...)
		rest = rest[n:]
		if l.at += n; l.at == lineLength {
			line = append(line, '\n')
			l.at = 0
		}
		if _, err := l.w.Write(line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
