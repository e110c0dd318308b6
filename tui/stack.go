package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// top is the screen that is shown; nil before the first.
func (m *Model) top() screen.Screen {
	if len(m.stack) == 0 {
		return nil
	}
	return m.stack[len(m.stack)-1]
}

// push puts s on top; the one below stays as it is, without its clocks.
func (m *Model) push(s screen.Screen) tea.Cmd {
	hidden := m.tell(screen.Hidden{})
	m.stack = append(m.stack, s)
	m.leavePrompt()
	return screen.Batch(hidden, m.open(s))
}

// open starts a screen that has come to the top for the first time.
func (m *Model) open(s screen.Screen) tea.Cmd {
	cmd := s.Init()
	if m.blurred {
		cmd = screen.Batch(cmd, s.Update(screen.Blurred{}))
	}
	return cmd
}

// pop closes the screen on top. The first screen stays.
func (m *Model) pop() tea.Cmd {
	if len(m.stack) < 2 {
		return nil
	}
	m.top().Close()
	m.stack[len(m.stack)-1] = nil
	m.stack = m.stack[:len(m.stack)-1]
	m.leavePrompt()
	return m.shown()
}

// shown tells the top screen that it is seen again, and whether the terminal has the
// focus: that may have changed while the screen was covered.
func (m *Model) shown() tea.Cmd {
	focus := tea.Msg(screen.Focused{})
	if m.blurred {
		focus = screen.Blurred{}
	}
	return screen.Batch(m.tell(screen.Shown{}), m.tell(focus))
}

// replace closes the screen on top and shows s in its place.
func (m *Model) replace(s screen.Screen) tea.Cmd {
	if len(m.stack) == 0 {
		return m.push(s)
	}
	m.top().Close()
	m.stack[len(m.stack)-1] = s
	m.leavePrompt()
	return m.open(s)
}

// reset closes every screen and starts over with s.
func (m *Model) reset(s screen.Screen) tea.Cmd {
	m.closeScreens()
	m.stack = append(m.stack, s)
	m.leavePrompt()
	return m.open(s)
}

// closeScreens closes from the top down.
func (m *Model) closeScreens() {
	for _, s := range slices.Backward(m.stack) {
		s.Close()
	}
	clear(m.stack)
	m.stack = m.stack[:0]
}

// leavePrompt closes a prompt whose screen is no longer on top: what is typed on
// must not go to another.
func (m *Model) leavePrompt() {
	if m.prompt != nil && m.prompt.Kind != screen.PromptCommand && m.prompt.owner != m.top() {
		m.prompt = nil
	}
}

// tell gives the top screen a message.
func (m *Model) tell(msg tea.Msg) tea.Cmd {
	if s := m.top(); s != nil {
		return s.Update(msg)
	}
	return nil
}

// deliver gives an answer to its owner, wherever that stands; the answer to a
// closed screen is dropped. A message without an owner goes to what is seen.
func (m *Model) deliver(msg tea.Msg) tea.Cmd {
	owned, ok := msg.(screen.Owned)
	if !ok {
		cmds := []tea.Cmd{m.tell(msg)}
		for _, o := range slices.Clone(m.overlays) {
			cmds = append(cmds, m.overlayUpdate(o, msg))
		}
		return screen.Batch(cmds...)
	}
	id := owned.OwnerID()
	for _, s := range m.stack {
		if w, ok := s.(screen.Owner); ok && w.WorkID() == id {
			return s.Update(msg)
		}
	}
	for _, o := range m.overlays {
		if w, ok := o.Overlay.(screen.Owner); ok && w.WorkID() == id {
			return m.overlayUpdate(o, msg)
		}
	}
	return nil
}
