package dialog

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Message shows a text until the user has read it.
func Message(t *theme.Theme, level screen.Level, title, text string) screen.Overlay {
	return &message{theme: t, level: level, title: title, text: func() string { return text }, button: "OK"}
}

// Offer is a Message with something to do about it: its button, and enter, close it
// with accept. Its text may change while it is shown.
func Offer(t *theme.Theme, level screen.Level, title string, text func() string, button string, accept func() tea.Cmd) screen.Overlay {
	return &message{theme: t, level: level, title: title, text: text, button: button, accept: accept}
}

type message struct {
	theme  *theme.Theme
	level  screen.Level
	title  string
	text   func() string
	button string
	accept func() tea.Cmd
	first  int
}

func (m *message) Init() tea.Cmd { return nil }

func (m *message) Update(msg tea.Msg) (tea.Cmd, bool) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil, false
	}
	switch k.String() {
	case "enter", "space":
		if m.accept != nil {
			return m.accept(), true
		}
		return nil, true
	case "esc", "q", "ctrl+c":
		return nil, true
	case "down", "j":
		m.first++
	case "up", "k":
		m.first = max(m.first-1, 0)
	case "pgdown", "ctrl+f":
		m.first += 10
	case "pgup", "ctrl+b":
		m.first = max(m.first-10, 0)
	}
	return nil, false
}

func (m *message) View(maxWidth, maxHeight int) string {
	d := &m.theme.Dialog
	border, title, sign := d.Border, d.Title, ""
	switch m.level {
	case screen.Warn:
		border, title, sign = m.theme.Flash.Warn, m.theme.Flash.Warn, "! "
	case screen.Error:
		border, title, sign = d.DangerBorder, d.DangerTitle, "✗ "
	}
	inner := max(min(comfortable, maxWidth-4), 1)
	text := wrap(m.text(), inner)
	inner = max(min(inner, max(widest(text...), widest(m.title)+6, 24)), 1)
	room := max(maxHeight-4, 1)
	if maxHeight <= 4 {
		room = max(maxHeight-2, 1)
	}
	from, to := window(m.first, len(text), room)
	m.first = from
	lines := make([]string, 0, to-from+2)
	for _, l := range text[from:to] {
		lines = append(lines, paint(d.Text, l))
	}
	button := paint(d.ButtonFocus, "[ "+m.button+" ]")
	if m.accept != nil {
		button += paint(d.Hint, "  esc closes")
	}
	if len(text) > room {
		button += paint(d.Hint, fmt.Sprintf("  %d–%d of %d", from+1, to, len(text)))
	}
	if maxHeight > 4 {
		lines = append(lines, "", clean.Spaces(max((inner-clean.Width(button))/2, 0))+button)
	}
	return box(border, title, sign+m.title, lines, inner)
}
