package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/atotto/clipboard"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"ecsole/aws/audit"
	"ecsole/tui/terminal"
	"ecsole/tui/theme"
	"ecsole/views"
	"ecsole/views/config"
)

// frameRate is Bubble Tea's highest: at its default of 60 an empty program already
// needs 18 ms from a key to the frame.
const frameRate = 120

// runConsole opens the console on the terminal.
func runConsole(ctx context.Context, f *flags, prepare func(context.Context) (*setup, error)) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return ownError{errors.New("the console needs a terminal · `ecsole get KIND` prints lists without one")}
	}
	s, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	app, err := views.New(ctx, views.Options{
		Config: s.config, Paths: s.paths, Journal: s.journal, Problem: s.problem,
		Open: s.open, Profiles: s.profiles, Profile: f.profile, Region: f.region, Cluster: f.cluster, Command: f.command,
		Theme:   colours(s.config.UI.Theme),
		History: readHistory(s.paths.History()), Save: saveHistory(s.paths.History()),
		Clip: nativeClip(), Version: versionText(),
	})
	if err != nil {
		return err
	}
	defer keepTerminal(s.paths)()
	s.record(audit.KindStart)
	defer s.record(audit.KindEnd)
	defer app.Close()
	program := tea.NewProgram(app.Model(), programOptions(s.config.UI.Theme)...)
	defer endWith(ctx, program)()
	if _, err = program.Run(); err != nil && ctx.Err() == nil {
		return own(err)
	}
	return context.Cause(ctx)
}

// programOptions are those of every program on the terminal.
func programOptions(theme string) []tea.ProgramOption {
	options := []tea.ProgramOption{tea.WithFPS(frameRate), tea.WithoutSignalHandler(), tea.WithInput(terminal.NewKeyboard(os.Stdin))}
	if theme == "ansi" {
		options = append(options, tea.WithColorProfile(colorprofile.ANSI))
	}
	return options
}

// killAfter is how long the program has for an orderly end.
const killAfter = 5 * time.Second

// endWith ends the program with the context. It is asked to quit, not killed: it may
// have just taken the terminal back from a shell, and would leave half of its modes on.
func endWith(ctx context.Context, p *tea.Program) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		kill := time.AfterFunc(killAfter, p.Kill)
		defer kill.Stop()
		p.Send(tea.QuitMsg{})
		p.Wait()
	})
}

// keepTerminal has somebody look after the terminal while the program changes it.
// Without a shell on this machine there is nobody, and a crash is the worse for it.
func keepTerminal(paths config.Paths) (stop func()) {
	k, _ := terminal.Keep(os.Stdin, paths.Crashes())
	return k.Stop
}

// record writes the console's start and end into the journal. A journal that
// cannot be written refuses acts; looking is still allowed.
func (s *setup) record(kind audit.Kind) {
	if s.journal == nil {
		return
	}
	if err := s.journal.Note(audit.Record{Kind: kind, Action: "console", After: versionText()}); err != nil {
		fmt.Fprintln(os.Stderr, "ecsole: the journal could not be written:", err)
	}
}

// nativeClip is the machine's own clipboard, nil over ssh or where there is none:
// OSC 52 reaches the right machine then.
func nativeClip() func(string) error {
	if os.Getenv("SSH_CONNECTION") != "" || clipboard.Unsupported {
		return nil
	}
	return clipboard.WriteAll
}

func readHistory(path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(string(b), "\n") {
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// saveHistory keeps commands over runs. A history that cannot be kept is no reason
// to trouble anybody.
func saveHistory(path string) func([]string) {
	return func(lines []string) {
		tmp := path + ".new"
		_ = os.MkdirAll(filepath.Dir(path), 0o700) // the journal may lie elsewhere
		if os.WriteFile(tmp, []byte(strings.Join(lines, "\n")+"\n"), 0o600) == nil {
			os.Rename(tmp, path)
		}
	}
}

// colours are the theme to begin with, until the terminal has told its background.
func colours(name string) *theme.Theme {
	t := theme.New(theme.Options{Mode: mode(name)})
	if dark, known := theme.DarkFrom(os.Getenv("COLORFGBG")); known {
		t.SetDark(dark)
	}
	return t
}

// mode is the theme that the configuration fixes; else the terminal decides.
func mode(name string) theme.Mode {
	switch name {
	case "dark":
		return theme.Dark
	case "light":
		return theme.Light
	}
	return theme.Auto
}
