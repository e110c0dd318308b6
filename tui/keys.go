package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/edit"
	"ecsole/tui/screen"
)

// key finds who a key is for: a dialog, the prompt, the top screen's actions, keys
// that work everywhere, and last the top screen itself.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if len(m.overlays) > 0 {
		return m.overlayKey(k)
	}
	if k.String() != "ctrl+c" && m.returned.swallows(m.o.Now()) {
		return nil
	}
	if m.prompt != nil {
		return m.promptKey(k)
	}
	name := k.String()
	s := m.top()
	if s == nil {
		return nil
	}
	if t, ok := s.(screen.Typist); ok {
		if used, cmd := t.Type(k); used {
			return cmd
		}
	}
	for _, list := range [][]screen.Action{s.Actions(), m.o.Actions(), m.globals} {
		for _, a := range list {
			if a.Run != nil && slices.Contains(a.Keys, name) {
				return m.act(a)
			}
		}
	}
	return s.Update(k)
}

// act runs an action, or says why it cannot be run now.
func (m *Model) act(a screen.Action) tea.Cmd {
	switch {
	case a.Changes && m.o.ReadOnly():
		return m.say(screen.Flash{Level: screen.Warn, Text: "read-only: " + a.Label + " is refused"})
	case a.Off != "":
		return m.say(screen.Flash{Level: screen.Warn, Text: a.Label + ": " + a.Off})
	}
	return a.Run()
}

// paste goes where keys would go.
func (m *Model) paste(p tea.PasteMsg) tea.Cmd {
	switch {
	case len(m.overlays) > 0:
		return m.overlayKey(p)
	case m.returned.swallows(m.o.Now()):
		return nil
	case m.prompt != nil && len(p.Content) > edit.Longest:
		return m.say(screen.Flash{Level: screen.Warn, Text: "what was pasted is more than a line takes"})
	case m.prompt != nil:
		return m.prompt.paste(p.Content)
	}
	return m.tell(p)
}

// promptKey gives the prompt a key and does what came of it.
func (m *Model) promptKey(k tea.KeyPressMsg) tea.Cmd {
	p := m.prompt
	outcome, cmd := p.key(k)
	switch outcome {
	case promptStays:
		return cmd
	case promptDone:
		m.prompt = nil
		if p.Done != nil {
			return p.Done(p.line.Text())
		}
	case promptCancelled:
		m.prompt = nil
		if p.Cancelled != nil {
			return p.Cancelled()
		}
	case promptSlash:
		m.prompt = nil
		return p.Slash()
	}
	return nil
}

// mouseEvent turns the wheel into up and down, and gives clicks to the top screen
// in its own coordinates.
func (m *Model) mouseEvent(msg tea.MouseMsg) tea.Cmd {
	if len(m.overlays) > 0 || m.prompt != nil || m.top() == nil {
		return nil
	}
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		code := tea.KeyDown
		switch msg.Button {
		case tea.MouseWheelUp:
			code = tea.KeyUp
		case tea.MouseWheelDown:
		default: // sideways
			return nil
		}
		var cmds []tea.Cmd
		for range 3 {
			cmds = append(cmds, m.key(tea.KeyPressMsg{Code: code}))
		}
		return screen.Batch(cmds...)
	case tea.MouseClickMsg:
		msg.X -= m.drawn.contentX
		msg.Y -= m.drawn.contentY
		if msg.X >= 0 && msg.Y >= 0 && msg.Y < m.drawn.layout.content {
			return m.tell(msg)
		}
	}
	return nil
}

// globalActions are the keys of the shell itself.
func (m *Model) globalActions() []screen.Action {
	var out []screen.Action
	add := func(name, label string, run func() tea.Cmd) {
		help := label
		for _, b := range m.keys.Table() {
			if b.Name == name {
				help = b.Help
			}
		}
		out = append(out, screen.Action{Name: name, Keys: m.keys.For(name), Label: label, Help: help, Section: "general", Hidden: true, Run: run})
	}
	if m.o.Commander != nil {
		add("command", "Command", m.commandPrompt)
		add("history.back", "Back in history", func() tea.Cmd { return m.again(m.history.back()) })
		add("history.forward", "Forward in history", func() tea.Cmd { return m.again(m.history.forward()) })
		add("history.last", "Last command", func() tea.Cmd { return m.again(m.history.again()) })
	}
	add("help", "Help", m.help)
	add("messages", "Messages", m.showMessages)
	add("back", "Back", m.back)
	add("header", "Header", func() tea.Cmd { m.compact = !m.compact; return nil })
	add("crumbs", "Crumbs", func() tea.Cmd { m.noCrumbs = !m.noCrumbs; return nil })
	add("mouse", "Mouse", m.toggleMouse)
	add("redraw", "Redraw", func() tea.Cmd { return tea.ClearScreen })
	add("quit", "Quit", m.quit)
	return out
}

func (m *Model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		return m.say(screen.Flash{Text: "mouse on: hold shift to select text"})
	}
	return m.say(screen.Flash{Text: "mouse off"})
}

// back leaves the screen, unless it has a use for the key.
func (m *Model) back() tea.Cmd {
	if b, ok := m.top().(screen.Backer); ok {
		if used, cmd := b.Back(); used {
			return cmd
		}
	}
	if len(m.stack) < 2 {
		return m.say(screen.Flash{Text: "this is the first screen; ctrl-c quits"})
	}
	return m.pop()
}
