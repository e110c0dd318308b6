package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// commandPrompt opens the ':' line.
func (m *Model) commandPrompt() tea.Cmd {
	m.prompt = newPrompt(screen.Prompt{
		Kind: screen.PromptCommand, Placeholder: "tab completes · ↑ brings past ones back",
		Suggest: m.o.Commander.Suggest,
		History: func() []string { return m.history.lines },
		Done:    m.command,
	}, m.top())
	return nil
}

// command runs a line that was typed, and remembers it as it was typed.
func (m *Model) command(line string) tea.Cmd {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil
	}
	if cmd, ok := m.builtin(line); ok {
		return cmd
	}
	m.history.add(line)
	cmd := m.o.Commander.Run(line)
	if m.o.SaveHistory == nil {
		return cmd
	}
	lines := slices.Clone(m.history.lines)
	return screen.Batch(cmd, func() tea.Msg { m.o.SaveHistory(lines); return nil })
}

// builtin are the commands of the shell itself.
func (m *Model) builtin(line string) (tea.Cmd, bool) {
	switch line {
	case "q", "q!", "qa", "Q", "quit", "exit":
		return m.quit(), true
	case "?", "h", "help":
		return m.help(), true
	case "!", "messages":
		return m.showMessages(), true
	}
	return nil, false
}

// again runs a command out of the history.
func (m *Model) again(line string, ok bool) tea.Cmd {
	if !ok {
		return m.say(screen.Flash{Text: "no such command in the history"})
	}
	return m.o.Commander.Run(line)
}
