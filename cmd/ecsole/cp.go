package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ecsole/aws/exec/files"
	"ecsole/tui/clean"
	"ecsole/views"
)

func cpCommand(f *flags) *cobra.Command {
	var container, reason string
	var force, quiet bool
	cmd := &cobra.Command{
		Use:   "cp SRC DST",
		Short: "Copy a file or a directory to or from a container",
		Long: "cp copies through ECS Exec: one of SRC and DST is TARGET:PATH. The image needs sh, base64 and dd; where it\n" +
			"has tar, directories go faster. A copy that was broken off goes on where it stopped; both sides' checksums are\n" +
			"compared where the image has sha256sum. " + targetHelp,
		Example: "  ecsole cp prod/checkout:/tmp/heap.hprof .\n  ecsole cp ./debug.sh prod/web:/tmp/ --container nginx\n  ecsole cp --force prod/checkout:/var/log/app ./logs",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("SRC and DST are wanted, not %d words", len(args))
			}
			_, err := parseCopy(args[0], args[1])
			return err
		},
		// One side is a file of this machine.
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := parseCopy(args[0], args[1])
			if err != nil {
				return err
			}
			return f.withClients(cmd.Context(), func(s *setup, on views.Clients) error {
				r, chosen, err := views.ExecChoice(cmd.Context(), on, c.target, f.cluster, container)
				if err != nil {
					return err
				}
				if chosen != "" && !quiet {
					fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(chosen))
				}
				r.Reason = reason
				limit := s.config.Copy.Limit()
				if force {
					limit = math.MaxInt64
				}
				return runCopy(cmd, on, c, files.Request{Request: r, Remote: c.remote, Local: c.local}, limit, quiet)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&container, "container", "", "the container, where a task has several")
	cmd.Flags().BoolVar(&force, "force", false, "copy also what is larger than the limit (copy.limitMB, 100)")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress, and no word about what was copied")
	cmd.Flags().StringVar(&reason, "reason", "", "why: it is written into the journal")
	return cmd
}

// copyLine is a command line of cp, taken apart.
type copyLine struct {
	fetch                 bool
	target, remote, local string
}

func parseCopy(src, dst string) (copyLine, error) {
	from, fromPath, isFrom := remotePath(src)
	to, toPath, isTo := remotePath(dst)
	c := copyLine{fetch: isFrom, target: from, remote: fromPath, local: dst}
	if isTo {
		c = copyLine{target: to, remote: toPath, local: src}
	}
	switch {
	case isFrom && isTo:
		return c, errors.New("one side has to be on this machine")
	case !isFrom && !isTo:
		return c, errors.New("one side has to be TARGET:PATH")
	case c.target == "":
		return c, errors.New("TARGET is missing before the colon")
	case c.remote == "":
		return c, errors.New("PATH is missing behind the colon")
	case c.local == "-":
		return c, errors.New("for a pipe use `ecsole exec TARGET -- cat PATH`; a file of that name is ./-")
	}
	return c, nil
}

// remotePath takes TARGET:PATH apart. An ARN has five colons of its own; what begins
// like a path, or has a slash before the first colon that no target can have, is one.
func remotePath(s string) (target, path string, ok bool) {
	skip := 0
	if strings.HasPrefix(s, "arn:") {
		for range 5 {
			i := strings.IndexByte(s[skip:], ':')
			if i < 0 {
				return "", "", false
			}
			skip += i + 1
		}
	}
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, ".") || strings.HasPrefix(s, "~") {
		return "", "", false
	}
	i := strings.IndexByte(s[skip:], ':')
	if i < 0 {
		return "", "", false
	}
	return s[:skip+i], s[skip+i+1:], true
}

func runCopy(cmd *cobra.Command, on views.Clients, c copyLine, r files.Request, limit int64, quiet bool) error {
	o := files.Options{Limit: limit, Progress: func(int64, int64) {}}
	wipe := func() {}
	if !quiet && term.IsTerminal(int(os.Stderr.Fd())) {
		o.Progress, wipe = progressLine()
	}
	res, err := views.Copy(cmd.Context(), on.Exec, c.fetch, r, o)
	wipe()
	for _, name := range res.Skipped {
		fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: left out, for it is neither a file nor a directory: "+clean.Line(name))
	}
	if cmd.Context().Err() != nil && !res.Tree && res.Bytes+res.Resumed > 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: what has come through is kept; the same copy goes on from there")
	}
	if err != nil {
		return copyError(err)
	}
	if quiet {
		return nil
	}
	checked := "not compared: the image has no sha256sum"
	if res.Verified {
		checked = "the same on both sides"
	} else if res.Tree || res.SHA256 == "" {
		checked = "of the archive"
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\nsha256 %s (%s)\n", views.CopyDone(res), res.SHA256, checked)
	return own(err)
}

// copyError is an error of a copy as the command line says it.
func copyError(err error) error {
	var large *files.TooLargeError
	if errors.As(err, &large) {
		return ownError{fmt.Errorf("%s are above the limit of %s; they take about %s: --force copies them",
			humanize.Bytes(uint64(large.Bytes)), humanize.Bytes(uint64(large.Limit)), views.CopyTakes(large.Bytes))}
	}
	var path *os.PathError
	if errors.As(err, &path) || errors.Is(err, files.ErrMissing) || errors.Is(err, files.ErrTools) || errors.Is(err, files.ErrSum) || errors.Is(err, files.ErrGrows) {
		return ownError{err}
	}
	return err
}

// progressLine draws progress on one line of the terminal, a few times a second.
func progressLine() (tell func(done, total int64), wipe func()) {
	var last time.Time
	begun, drawn := time.Now(), false
	tell = func(done, total int64) {
		now := time.Now()
		if now.Sub(last) < 200*time.Millisecond {
			return
		}
		last, drawn = now, true
		text := views.CopyProgress(done, total)
		if s := now.Sub(begun).Seconds(); s > 1 {
			text += fmt.Sprintf(", %s/s", humanize.Bytes(uint64(float64(done)/s)))
		}
		fmt.Fprint(os.Stderr, "\r\x1b[K"+text)
	}
	return tell, func() {
		if drawn {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
	}
}
