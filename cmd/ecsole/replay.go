package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/tui"
	"ecsole/tui/clean"
	"ecsole/tui/keymap"
	"ecsole/tui/replay"
	"ecsole/tui/screen"
	"ecsole/views"
	"ecsole/views/config"
)

func auditReplayCommand() *cobra.Command {
	var path string
	var speed float64
	var at time.Duration
	var asText bool
	cmd := &cobra.Command{
		Use:   "replay [ID]",
		Short: "Play the recording of a shell",
		Long: "replay plays a recorded shell on a virtual screen: a recording is as hostile as what it recorded, and\n" +
			"nothing of it reaches your terminal but text that was made safe. Before, its hash is compared with the\n" +
			"journal's. In a pipe, or with --text, it prints the lines that were written, as plain text.\n\n" +
			"ID is the session's id (ecs-execute-command-…), the number of the record of its end, or at least eight\n" +
			"characters of that record's hash. Without ID the recorded shells are listed, the oldest first;\n" +
			"those written to since their end are compared. `ecsole audit verify` compares all.",
		Example: "  ecsole audit replay\n  ecsole audit replay ecs-execute-command-0f3a --speed 4 --at 2m\n  ecsole audit replay 118 | grep -n DROP",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			journal, err := journalPath(path)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return listRecordings(cmd, journal)
			}
			r, err := views.FindRecording(journal, args[0])
			if err != nil {
				return own(err)
			}
			if asText || !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
				return printRecording(cmd, r)
			}
			return playRecording(cmd.Context(), r, speed, at)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&path, "file", "", "another journal than the configured one")
	cmd.Flags().Float64Var(&speed, "speed", 1, "how fast: 0.25 to 64")
	cmd.Flags().DurationVar(&at, "at", 0, "where to begin, such as 1m30s")
	cmd.Flags().BoolVar(&asText, "text", false, "print plain text also on a terminal")
	return cmd
}

// listRecordings prints the recorded shells that one can play.
func listRecordings(cmd *cobra.Command, journal string) (err error) {
	out := bufio.NewWriter(cmd.OutOrStdout())
	defer flushed(out, &err)
	n := 0
	for r, err := range audit.Read(journal) {
		var line *audit.LineError
		switch {
		case errors.As(err, &line):
			continue // `audit verify` tells of it
		case errors.Is(err, os.ErrNotExist):
			fmt.Fprintln(cmd.ErrOrStderr(), "no journal yet at "+journal)
			return nil
		case err != nil:
			return own(err)
		case r.Action != exec.ActionClose || r.Path == "":
			continue
		}
		n++
		state := ""
		if err := checkLater(r); errors.Is(err, os.ErrNotExist) {
			state = "  (gone)"
		} else if err != nil {
			state = "  (" + err.Error() + ")"
		}
		fmt.Fprintln(out, clean.Line(fmt.Sprintf("%6d  %s  %s  %s  %s%s",
			r.Seq, r.Time.UTC().Format("2006-01-02 15:04:05Z"), r.Before, r.Target, r.After, state)))
	}
	if n == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "no shell was recorded yet")
	}
	return nil
}

// checkLater compares a recording with its hash only where it was written to after its
// end, by the file's own word: hashing all of them takes long.
func checkLater(r audit.Record) error {
	info, err := os.Stat(r.Path)
	if err == nil && r.SHA256 != "" && info.Mode().IsRegular() && !info.ModTime().After(r.Time) {
		return nil
	}
	return audit.CheckFile(r)
}

// printRecording prints a recording as plain text. What is wrong with it is said
// before and in the exit status.
func printRecording(cmd *cobra.Command, r audit.Record) error {
	rec, err := views.LoadRecording(r)
	if err != nil {
		return own(err)
	}
	if rec.Warning != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(rec.Warning))
	}
	if err := replay.Text(cmd.OutOrStdout(), rec); err != nil {
		return own(err)
	}
	if rec.Warning != "" {
		return ownError{errors.New("the recording is printed, but not to be relied on")}
	}
	return nil
}

// playRecording plays it on the terminal.
func playRecording(ctx context.Context, r audit.Record, speed float64, at time.Duration) error {
	cfg, err := config.Load(config.DefaultPaths().ConfigFile())
	if err != nil {
		return own(err)
	}
	keys, problems := keymap.New(cfg.Keys)
	if len(problems) > 0 {
		return own(errors.Join(problems...))
	}
	looks := colours(cfg.UI.Theme)
	model := tui.New(tui.Options{
		Home: func() screen.Screen {
			return replay.New(replay.Options{
				Scope: firstOf(r.Before, r.Target), Context: ctx, At: at, Speed: speed, Keymap: keys, Theme: looks,
				Load:  func(context.Context) (replay.Recording, error) { return views.LoadRecording(r) },
				Leave: func() tea.Cmd { return screen.Cmd(screen.Quit{}) },
			})
		},
		Keymap: keys, Theme: looks, Title: "ecsole replay", Compact: true, Mouse: cfg.UI.EnableMouse,
	})
	defer keepTerminal(config.DefaultPaths())()
	program := tea.NewProgram(model, programOptions(cfg.UI.Theme)...)
	defer endWith(ctx, program)()
	if _, err := program.Run(); err != nil && ctx.Err() == nil {
		return own(err)
	}
	return context.Cause(ctx)
}
