package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ecsole/aws/exec"
	"ecsole/tui/terminal"
	"ecsole/views"
)

// execFlags are what `ecsole exec` takes.
type execFlags struct {
	container, reason          string
	all, asJSON, noInput, bare bool
	parallel                   int
	command                    string
}

// statusOwn is the exit status of what ecsole itself could not do, where the others
// are those of the command. It is ssh's.
const statusOwn = 255

func execCommand(f *flags) *cobra.Command {
	e := &execFlags{}
	cmd := &cobra.Command{
		Use:   "exec TARGET [-- COMMAND [ARG...]]",
		Short: "Open a shell in a container, or run a command there",
		Long: "exec opens a session of ECS Exec; neither the aws CLI nor a plugin is needed. Of a service it takes\n" +
			"a running task that is ready for it.\n" + targetHelp + "\n\n" +
			"On a terminal it hands the terminal over (Enter ~ . leaves, Enter ~ ? helps), with its size; without\n" +
			"COMMAND to bash where there is one, else sh, and PowerShell on Windows. In a pipe, input goes to COMMAND\n" +
			"and its output comes back byte by byte; without COMMAND a shell reads commands from the input. Its\n" +
			"terminal is then 500 columns and 50 rows, without echo. What COMMAND writes to its standard error comes\n" +
			"with the output: a session has no second stream. COMMAND of one word is a line for sh.\n\n" +
			"The exit status is that of COMMAND or of the shell; 255 where ecsole could not run it or did not learn\n" +
			"its end. With --all it is the greatest of all.\n\n" +
			"--json prints a line for each container:\n" +
			`  {"target", "cluster", "task" (ARN), "container", "command", "output", "outputCut", "exitStatus" (or null),` + "\n" +
			`   "error" (or null), "seconds"}`,
		Example: "  ecsole exec prod/checkout\n  ecsole exec prod/web --container nginx -- nginx -T\n  ecsole exec prod/checkout -- env | sort\n" +
			"  ecsole exec prod/db -- 'psql -f -' < query.sql\n  ecsole exec prod/web --all --container nginx -- cat /etc/nginx/nginx.conf",
		Args: e.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			// Who reads our output may leave: then the remote's session has to end, too.
			signal.Ignore(syscall.SIGPIPE)
			err := f.withClients(cmd.Context(), func(s *setup, c views.Clients) error {
				e.command = commandLine(args[1:])
				if err := terminal.CheckEscape(s.config.Exec.Escape); err != nil {
					return own(fmt.Errorf("exec.escape: %w", err))
				}
				if e.all {
					return e.runAll(cmd, f, c, args[0])
				}
				r, err := views.ExecRequest(cmd.Context(), c, args[0], f.cluster, e.container)
				if err != nil {
					return err
				}
				r.Reason = e.reason
				return e.run(cmd, s, c, r)
			})
			var ended exitStatus
			switch {
			case err == nil || errors.As(err, &ended):
				return err
			case errors.Is(err, syscall.EPIPE):
				return exitStatus{status: 128 + int(syscall.SIGPIPE)}
			}
			return exitStatus{statusOwn, err}
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&e.container, "container", "", "the container, where a task has several")
	cmd.Flags().BoolVar(&e.all, "all", false, "run COMMAND in each running task of the service; like answers are folded")
	cmd.Flags().IntVar(&e.parallel, "parallel", 8, "how many at once with --all")
	cmd.Flags().BoolVar(&e.asJSON, "json", false, "print answers as JSON, a line for each container")
	cmd.Flags().BoolVarP(&e.noInput, "no-input", "n", false, "pass no input on")
	cmd.Flags().BoolVar(&e.bare, "bare", false, "run COMMAND without sh, for images that have none: exit status and exact bytes are not to be had")
	cmd.Flags().StringVar(&e.reason, "reason", "", "why: it is written into the journal")
	return cmd
}

func (e *execFlags) args(cmd *cobra.Command, args []string) error {
	before := cmd.ArgsLenAtDash()
	if before < 0 {
		before = len(args)
	}
	switch {
	case before == 0:
		return errors.New("TARGET is missing")
	case before > 1:
		return errors.New("one TARGET is wanted; a command goes behind --")
	case e.all && len(args) == 1:
		return errors.New("--all needs a COMMAND, behind --")
	case e.asJSON && len(args) == 1:
		return errors.New("--json needs a COMMAND, behind --")
	case e.bare && (e.all || e.asJSON):
		return errors.New("--bare goes with one container and without --json")
	case e.parallel < 1 || e.parallel > 100:
		return errors.New("--parallel takes 1 to 100")
	}
	return nil
}

// commandLine joins a command for the agent, which takes it apart as a POSIX shell
// does (amazon-ssm-agent, container mode). A single word is a line as it is.
func commandLine(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = exec.Quote(w)
	}
	return strings.Join(quoted, " ")
}

// Size of the terminal that a command in a pipe believes to have: wide, so that it
// does not cut its lines.
const pipeColumns, pipeRows = 500, 50

// sessionEnd is how long the end of a session may take when we are interrupted.
const sessionEnd = 5 * time.Second

// run chooses between a terminal, a pipe, and a session as it is.
func (e *execFlags) run(cmd *cobra.Command, s *setup, c views.Clients, r exec.Request) error {
	in, out := int(os.Stdin.Fd()), int(os.Stdout.Fd())
	interactive := term.IsTerminal(in) && term.IsTerminal(out)
	r.Command = e.command
	r.Cols, r.Rows = pipeColumns, pipeRows
	switch {
	case interactive && !e.asJSON:
		if cols, rows, err := term.GetSize(out); err == nil {
			r.Cols, r.Rows = cols, rows
		}
		if r.Command == "" && !r.Windows {
			r.Command = s.config.Exec.Command
		}
		return e.session(cmd, s, c, r, true)
	case r.Windows && !e.asJSON || e.bare:
		return e.session(cmd, s, c, r, false)
	}
	input := e.input(cmd)
	if r.Command == "" && input == nil {
		return ownError{errors.New("a shell needs a terminal, or commands in its input")}
	}
	r.Command = ""
	o := exec.RunOptions{Stdin: input}
	if !e.asJSON {
		o.Stdout = cmd.OutOrStdout()
		if term.IsTerminal(out) { // what comes is not to be trusted with it
			plain := &plainWriter{w: cmd.OutOrStdout()}
			defer plain.flush()
			o.Stdout = plain
		}
	}
	answer := c.Exec.Run(cmd.Context(), r, e.command, o)
	if e.asJSON {
		if err := views.WriteExecJSON(cmd.OutOrStdout(), e.command, answer); err != nil {
			return own(err)
		}
	}
	answer.Err = withDoctor(answer.Err, r)
	return ending(answer)
}

// ending makes the exit status of an outcome.
func ending(o exec.Outcome) error {
	switch {
	case o.Err != nil:
		return o.Err
	case !o.Known:
		return own(exec.ErrNoStatus)
	case o.Exit != 0:
		return exitStatus{status: o.Exit & 0xff}
	}
	return nil
}

// input is what is to be passed on, or nil: a terminal is none, nor is /dev/null.
func (e *execFlags) input(cmd *cobra.Command) io.Reader {
	info, err := os.Stdin.Stat()
	if e.noInput || err != nil || info.Mode()&os.ModeCharDevice != 0 {
		return nil
	}
	return cmd.InOrStdin()
}

// runAll runs the command in every task and prints who said what.
func (e *execFlags) runAll(cmd *cobra.Command, f *flags, c views.Clients, target string) error {
	targets, err := views.ExecRequests(cmd.Context(), c, target, f.cluster, e.container)
	if err != nil {
		return err
	}
	var requests []exec.Request
	var outcomes []exec.Outcome
	worst := 0
	var failed error
	take := func(o exec.Outcome) {
		outcomes = append(outcomes, o)
		var status exitStatus
		switch err := ending(o); {
		case err == nil:
		case errors.As(err, &status):
			worst = max(worst, status.status)
		default:
			worst = statusOwn
		}
		if e.asJSON && failed == nil {
			failed = views.WriteExecJSON(cmd.OutOrStdout(), e.command, o)
		}
		if term.IsTerminal(int(os.Stderr.Fd())) && !e.asJSON {
			fmt.Fprintf(cmd.ErrOrStderr(), "\r%d of %d have answered ", len(outcomes), len(targets))
		}
	}
	for _, t := range targets {
		t.Request.Reason = e.reason
		if t.Why != "" {
			take(exec.Outcome{Request: t.Request, Err: fmt.Errorf("not tried: %s", t.Why)})
			continue
		}
		requests = append(requests, t.Request)
	}
	c.Exec.RunEach(cmd.Context(), requests, e.command, e.parallel, exec.RunOptions{}, take)
	if term.IsTerminal(int(os.Stderr.Fd())) && !e.asJSON {
		fmt.Fprint(cmd.ErrOrStderr(), "\r\x1b[K")
	}
	if !e.asJSON {
		failed = views.WriteExecAnswers(cmd.OutOrStdout(), outcomes)
	}
	switch {
	case failed != nil:
		return own(failed)
	case cmd.Context().Err() != nil:
		return cmd.Context().Err()
	case worst != 0:
		return exitStatus{status: worst}
	}
	return nil
}
