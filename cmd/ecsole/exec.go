package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ecsole/aws/exec"
	"ecsole/tui/clean"
	"ecsole/tui/terminal"
	"ecsole/views"
)

func execCommand(f *flags) *cobra.Command {
	var container, reason string
	cmd := &cobra.Command{
		Use:   "exec TARGET [-- COMMAND [ARG...]]",
		Short: "Open a shell in a container, or run a command there",
		Long: "exec opens a session of ECS Exec; neither the aws CLI nor a plugin is needed. Of a service it takes\n" +
			"a running task that is ready for it. On a terminal it hands the terminal over (Enter ~ . leaves,\n" +
			"Enter ~ ? helps); in a pipe it passes input on and prints the output as plain text.\n" + targetHelp,
		Example: "  ecsole exec prod/checkout\n  ecsole exec prod/web --container nginx -- nginx -T\n  ecsole exec prod/checkout -- env | sort",
		Args: func(cmd *cobra.Command, args []string) error {
			before := cmd.ArgsLenAtDash()
			if before < 0 {
				before = len(args)
			}
			switch {
			case before == 0:
				return errors.New("TARGET is missing")
			case before > 1:
				return errors.New("one TARGET is wanted; a command goes behind --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.withClients(cmd.Context(), func(s *setup, c views.Clients) error {
				r, err := views.ExecRequest(cmd.Context(), c, args[0], f.cluster, container)
				if err != nil {
					return err
				}
				r.Command, r.Reason = commandLine(args[1:]), reason
				if r.Command == "" {
					r.Command = s.config.Exec.Command
				}
				return runExec(cmd, s, c, r)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&container, "container", "", "the container, where a task has several")
	cmd.Flags().StringVar(&reason, "reason", "", "why: it is written into the journal")
	return cmd
}

// commandLine joins a command for the agent, which takes it apart as a POSIX shell
// does (amazon-ssm-agent, container mode). A single word is a line as it is.
func commandLine(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=/.,:+@%^") != "" {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// Size of the terminal that a command in a pipe believes to have: wide, so that it
// does not cut its lines.
const pipeColumns, pipeRows = 500, 50

// sessionEnd is how long the end of a session may take when we are interrupted.
const sessionEnd = 5 * time.Second

func runExec(cmd *cobra.Command, s *setup, c views.Clients, r exec.Request) error {
	in, out := int(os.Stdin.Fd()), int(os.Stdout.Fd())
	interactive := term.IsTerminal(in) && term.IsTerminal(out)
	r.Cols, r.Rows = pipeColumns, pipeRows
	if interactive {
		if cols, rows, err := term.GetSize(out); err == nil {
			r.Cols, r.Rows = cols, rows
		}
	}
	session, err := c.Exec.Open(cmd.Context(), r)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), sessionEnd)
		defer cancel()
		if err := session.End(ctx); err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: the session may go on until it has been idle for 20 minutes: "+oneLine(views.Problem(err)))
		}
	}()
	if interactive {
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
	} else if err := pipe(cmd, session, !term.IsTerminal(in)); err != nil {
		return err
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	select {
	case <-session.Done():
		if r := session.Result(); !r.Own {
			return ownError{fmt.Errorf("the session ended: %s", clean.Line(r.Text))}
		}
	default: // left by the user
	}
	return nil
}

// pipe passes the input on, where there is one, and prints the output until the
// session ends.
func pipe(cmd *cobra.Command, session *exec.Session, withInput bool) error {
	out := &plainWriter{w: cmd.OutOrStdout()}
	stop := session.Follow(out)
	defer stop()
	if withInput {
		go feed(session, cmd.InOrStdin())
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
