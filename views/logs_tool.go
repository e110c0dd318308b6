package views

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/audit"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
	"ecsole/tui/terminal"
)

// toolCommand is what the user's pager or editor is started with: words, never a
// line for a shell.
func toolCommand(t logview.Tool, env func(string) string) []string {
	names, fallback := []string{"PAGER"}, []string{"less", "more"}
	if t == logview.Editor {
		names, fallback = []string{"VISUAL", "EDITOR"}, []string{"vi", "nano"}
	}
	for _, name := range names {
		if words := strings.Fields(env(name)); len(words) > 0 {
			return words
		}
	}
	for _, name := range fallback {
		if _, err := exec.LookPath(name); err == nil {
			return []string{name}
		}
	}
	return nil
}

// openIn writes lines to a file that only the user can read, journals that, and
// returns how their pager or editor opens it. The file goes when the tool ends. It
// runs outside the event loop.
func (a *App) openIn(on Clients, t logview.Tool, name string, write func(io.Writer) error) (tea.Cmd, error) {
	words := toolCommand(t, os.Getenv)
	if len(words) == 0 {
		return nil, errors.New("there is no pager or editor: set PAGER and EDITOR")
	}
	dir, err := os.MkdirTemp("", "ecsole-") // mode 0700
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, fileName(name))
	action := "logs.pager"
	if t == logview.Editor {
		action = "logs.editor"
	}
	if err := a.writeFor(on, action, words[0], path, write); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd := exec.Command(words[0], append(words[1:], path)...)
	return tea.Exec(terminal.Process(cmd), func(err error) tea.Msg {
		if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
			return screen.Flash{Level: screen.Warn, Text: fmt.Sprintf("%s: %s", words[0], err)}
		}
		return nil
	}), nil
}

// writeFor writes a file for another program and journals it.
func (a *App) writeFor(on Clients, action, tool, path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	var sum audit.Sum
	if err := errors.Join(write(io.MultiWriter(f, &sum)), f.Close()); err != nil {
		return err
	}
	if j := on.Account.Journal(); j != nil {
		return j.Copyout(action, tool, path, &sum)
	}
	return nil
}
