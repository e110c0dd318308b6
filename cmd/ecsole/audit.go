package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/tui/clean"
	"ecsole/views"
	"ecsole/views/config"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read and verify the journal of every act, and play recorded shells"}
	cmd.AddCommand(auditListCommand(), auditVerifyCommand(), auditReplayCommand())
	return cmd
}

// journalPath is where the journal is by the configuration. One that is named has to be
// there: nothing can be said of a file that nobody has looked into.
func journalPath(given string) (string, error) {
	if given != "" {
		if _, err := os.Stat(given); err != nil {
			return "", own(err)
		}
		return given, nil
	}
	paths := config.DefaultPaths()
	cfg, err := config.Load(paths.ConfigFile())
	if err != nil {
		return "", own(err)
	}
	if cfg.JournalPath != "" {
		return cfg.JournalPath, nil
	}
	return paths.Journal(), nil
}

func auditListCommand() *cobra.Command {
	var path, action, incident string
	var since time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "Print the journal, oldest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			path, err := journalPath(path)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer flushed(out, &err)
			bad, read := 0, 0
			for r, err := range audit.Read(path) {
				if errors.Is(err, os.ErrNotExist) {
					fmt.Fprintln(cmd.ErrOrStderr(), "no journal yet at "+path)
					return nil
				}
				if err != nil {
					bad++
					fmt.Fprintln(cmd.ErrOrStderr(), clean.Line(err.Error()))
					continue
				}
				read++
				if action != "" && r.Action != action || incident != "" && r.Incident != incident || since > 0 && time.Since(r.Time) > since {
					continue
				}
				if asJSON {
					b, err := json.Marshal(r)
					if err != nil {
						return err
					}
					fmt.Fprintf(out, "%s\n", clean.JSON(b))
					continue
				}
				fmt.Fprintln(out, clean.Line(auditLine(r)))
			}
			if bad > 0 {
				return ownError{fmt.Errorf("%s could not be read · see `ecsole audit verify`", count(bad, "line"))}
			}
			if read == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "no records in "+path)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "file", "", "another journal than the configured one")
	cmd.Flags().StringVar(&action, "action", "", "only this action")
	cmd.Flags().StringVar(&incident, "incident", "", "only this incident")
	cmd.Flags().DurationVar(&since, "since", 0, "only the last while, such as 2h")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON lines as they are in the file")
	return cmd
}

// flushed writes what is left of an output; that it cannot be written is the command's
// error, where it has none of its own.
func flushed(out *bufio.Writer, err *error) {
	if failed := out.Flush(); *err == nil {
		*err = own(failed)
	}
}

// auditLine is a record in one line for a human.
func auditLine(r audit.Record) string {
	line := fmt.Sprintf("%6d  %s  %-7s  %-18s %s", r.Seq, r.Time.UTC().Format("2006-01-02 15:04:05Z"), r.Kind, r.Action, r.Target)
	for _, part := range []string{r.After, r.Result, r.Error, r.Path, r.Incident} {
		if part != "" {
			line += " · " + part
		}
	}
	return line
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func auditVerifyCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "verify", Short: "Check that the journal's chain is whole, and that recordings are what it says", Args: cobra.NoArgs,
		Long: "verify checks the journal's chain from its first line to its last: lines that were changed, added,\n" +
			"moved or taken out are named, and it ends with status 1. Recordings of shells are compared with\n" +
			"the hashes in the journal. Records that were cut off at the very end cannot be seen from the file\n" +
			"alone, unless ecsole was running then: keep the number of the last record, or a copy, elsewhere.",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			path, err := journalPath(path)
			if err != nil {
				return err
			}
			report, err := audit.Verify(path)
			if errors.Is(err, os.ErrNotExist) {
				fmt.Fprintln(cmd.ErrOrStderr(), "no journal yet at "+path)
				return nil
			}
			if err != nil {
				return own(err)
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer flushed(out, &err)
			fmt.Fprintf(out, "%s: %s", path, count(report.Records, "record"))
			if report.Records > 0 {
				fmt.Fprintf(out, " from %s to %s", report.First.UTC().Format(time.RFC3339), report.Last.UTC().Format(time.RFC3339))
			}
			fmt.Fprintln(out)
			for _, r := range report.Open {
				fmt.Fprintln(out, clean.Line(fmt.Sprintf("no outcome: record %d, %s %s", r.Seq, r.Action, r.Target)))
			}
			for _, b := range report.Broken {
				fmt.Fprintln(out, clean.Line(fmt.Sprintf("broken: line %d: %s", b.Line, b.Why)))
			}
			bad, err := verifyRecordings(out, path)
			if err != nil {
				return own(err)
			}
			if len(report.Broken) > 0 {
				return ownError{fmt.Errorf("the chain is broken in %s", count(len(report.Broken), "place"))}
			}
			fmt.Fprintln(out, "the chain is whole")
			if bad > 0 {
				return ownError{fmt.Errorf("%s not what the journal says", isOrAre(bad, "recording"))}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "file", "", "another journal than the configured one")
	return cmd
}

// isOrAre is count with its verb.
func isOrAre(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " is"
	}
	return count(n, thing) + " are"
}

// verifyRecordings compares the recordings that the journal names with their hashes,
// and counts those that are not what it says. One that is old enough to be deleted may
// be gone.
func verifyRecordings(out io.Writer, path string) (bad int, err error) {
	cfg, err := config.Load(config.DefaultPaths().ConfigFile())
	if err != nil {
		return 0, err
	}
	keep := views.Recording(cfg, config.DefaultPaths()).Kept()
	whole, gone := 0, 0
	for r, err := range audit.Read(path) {
		if err != nil || r.Action != exec.ActionClose || r.Path == "" {
			continue // a line that is none is among what is broken
		}
		err := audit.CheckFile(r)
		switch {
		case err == nil:
			whole++
			continue
		case errors.Is(err, os.ErrNotExist) && keep > 0 && time.Since(r.Time) > keep:
			gone++
			continue
		case errors.Is(err, os.ErrNotExist):
			err = errors.New("it is gone before its time")
		}
		bad++
		fmt.Fprintln(out, clean.Line(fmt.Sprintf("recording: record %d, %s: %v", r.Seq, r.Path, err)))
	}
	if whole+gone+bad > 0 {
		fmt.Fprintf(out, "%s as the journal says, %d deleted by age\n", isOrAre(whole, "recording"), gone)
	}
	return bad, nil
}
