package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ecsole/aws/exec"
	"ecsole/tui/clean"
	"ecsole/tui/terminal"
	"ecsole/views"
)

// session gives a session the terminal, or the pipe as it is.
func (e *execFlags) session(cmd *cobra.Command, s *setup, c views.Clients, r exec.Request, interactive bool) error {
	status := &exec.Status{}
	if !e.bare {
		r, status = r.WithStatus()
	}
	session, err := c.Exec.Open(cmd.Context(), r)
	if err != nil {
		return withDoctor(err, r)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), sessionEnd)
		defer cancel()
		if err := session.End(ctx); err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: the session may go on until it has been idle for 20 minutes: "+oneLine(views.Problem(err)))
		}
	}()
	defer session.Follow(status)()
	if interactive {
		defer keepTerminal(s.paths)()
		label := clean.Line(session.Label())
		host := terminal.New(session, terminal.Options{
			Title: "ecsole " + label, Banner: clean.Line(label + " · " + views.ExecBanner(c, s.config)), Escape: s.config.Exec.Escape,
		})
		if err := host.Run(); err != nil {
			return own(err)
		}
		if host.Detached() {
			fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: nobody is left to hold the session: it is ended")
		}
	} else if err := pipe(cmd, session, e.input(cmd)); err != nil {
		return err
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	select {
	case <-session.Done():
		n, known := status.Exit()
		switch r := session.Result(); {
		case known && n != 0:
			return exitStatus{status: n & 0xff}
		case known:
		case !r.Own:
			return ownError{fmt.Errorf("the session ended: %s", clean.Line(r.Text))}
		}
	default: // left by the user
	}
	return nil
}

// pipe passes the input on, where there is one, and prints the output until the
// session ends.
func pipe(cmd *cobra.Command, session *exec.Session, input io.Reader) error {
	out := &plainWriter{w: cmd.OutOrStdout()}
	stop := session.Follow(out)
	defer stop()
	if input != nil {
		go feed(session, input)
	}
	select {
	case <-session.Done():
	case <-cmd.Context().Done():
		return cmd.Context().Err()
	}
	stop()
	return own(out.flush())
}

// feed passes input on. At its end it types Ctrl-D, since the remote has a terminal:
// twice in the middle of a line, where the first one only ends the line.
func feed(w io.Writer, r io.Reader) {
	end := "\x04"
	b := make([]byte, 4096)
	for {
		n, err := r.Read(b)
		if n > 0 {
			if end = "\x04"; b[n-1] != '\n' {
				end = "\x04\x04"
			}
			if _, err := w.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			_, _ = io.WriteString(w, end) // the session may have ended before its input
			return
		}
	}
}

// plainWriter prints what a terminal is given as lines of plain text.
type plainWriter struct {
	w    io.Writer
	line []byte
	err  error
}

// longestLine is what a line may have before it is broken.
const longestLine = 1 << 20

func (p *plainWriter) Write(b []byte) (int, error) {
	for _, c := range b {
		if c == '\n' || len(p.line) >= longestLine {
			p.print("\n")
		}
		if c != '\n' {
			p.line = append(p.line, c)
		}
	}
	return len(b), p.err
}

func (p *plainWriter) flush() error {
	if len(p.line) > 0 {
		p.print("")
	}
	return p.err
}

func (p *plainWriter) print(end string) {
	text := strings.TrimRight(string(p.line), "\r")
	p.line = p.line[:0]
	if p.err == nil {
		_, p.err = io.WriteString(p.w, clean.Text(text, clean.Options{})+end)
	}
}
