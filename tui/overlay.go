package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

const (
	// quiet is how long an overlay that opened by itself lets no key through, from
	// its opening and from the last key that it swallowed: who types on does not
	// see it yet.
	quiet = 400 * time.Millisecond
	// patience ends that, for who holds a key down.
	patience = 1500 * time.Millisecond
	// patienceBack is the same where a whole screen has come back: keys act there, and
	// what was typed for a shell goes on for longer.
	patienceBack = 4 * time.Second
)

// overlay is an open dialog.
type overlay struct {
	screen.Overlay
	surprise
}

// surprise is what came by itself; the zero value did not.
type surprise struct {
	unasked    bool
	last, ends time.Time // last: opening, or the last key swallowed
}

func surpriseAt(now time.Time, patience time.Duration) surprise {
	return surprise{unasked: true, last: now, ends: now.Add(patience)}
}

// swallows reports whether the key typed now is too early to be meant for it.
func (s *surprise) swallows(now time.Time) bool {
	if !s.unasked {
		return false
	}
	if now.Sub(s.last) >= quiet || !now.Before(s.ends) {
		s.unasked = false
		return false
	}
	s.last = now
	return true
}

// ask opens a dialog over all others.
func (m *Model) ask(a screen.Ask) tea.Cmd {
	o := &overlay{Overlay: a.Overlay}
	if a.Unasked {
		o.surprise = surpriseAt(m.o.Now(), patience)
	}
	m.overlays = append(m.overlays, o)
	return a.Overlay.Init()
}

// overlayUpdate gives an overlay a message, and closes it when it is done.
func (m *Model) overlayUpdate(o *overlay, msg tea.Msg) tea.Cmd {
	cmd, done := o.Update(msg)
	if done {
		m.overlays = slices.DeleteFunc(m.overlays, func(x *overlay) bool { return x == o })
	}
	return cmd
}

// overlayKey gives the topmost overlay a key or a paste.
func (m *Model) overlayKey(msg tea.Msg) tea.Cmd {
	o := m.overlays[len(m.overlays)-1]
	if o.swallows(m.o.Now()) {
		return nil
	}
	return m.overlayUpdate(o, msg)
}

// cover draws the overlays over the lines of the screen.
func (m *Model) cover(lines []string) []string {
	for _, o := range m.overlays {
		lines = splice(lines, strings.Split(o.View(max(m.width-2, 1), max(m.height-2, 1)), "\n"), m.width)
	}
	return lines
}

// splice puts a box in the middle of lines that are width cells wide.
func splice(lines, box []string, width int) []string {
	out := slices.Clone(lines)
	boxWidth := 0
	for _, l := range box {
		boxWidth = max(boxWidth, clean.Width(l))
	}
	boxWidth = min(boxWidth, width)
	x, y := (width-boxWidth)/2, max((len(lines)-len(box))/2, 0)
	for i, l := range box {
		if y+i >= len(out) {
			break
		}
		under := out[y+i]
		out[y+i] = clean.Fit(ansi.Cut(under, 0, x), x) + reset + clean.Fit(l, boxWidth) + reset +
			clean.Fit(ansi.Cut(under, x+boxWidth, width), width-x-boxWidth)
	}
	return out
}

// reset ends every style.
const reset = "\x1b[m"

// quit leaves the program, after asking where something is still going on.
func (m *Model) quit() tea.Cmd {
	if m.quitting {
		return nil
	}
	var reasons []string
	if n := m.jobs.reason(); n != "" {
		reasons = append(reasons, n)
	}
	for _, g := range m.o.Guards {
		if why := g(); why != "" {
			reasons = append(reasons, why)
		}
	}
	if len(reasons) == 0 {
		return m.leave()
	}
	m.quitting = true
	return m.ask(screen.Ask{Overlay: dialog.New(m.theme, dialog.Spec{
		Title: "Quit?", Text: "Still going on:", Names: reasons, OK: "Quit", Danger: true,
		Accept:    m.keys.For("quit"),
		Done:      func(map[string]string) tea.Cmd { return m.leave() },
		Cancelled: func() tea.Cmd { m.quitting = false; return nil },
	}), Unasked: true})
}

// leave closes all screens and ends the program.
func (m *Model) leave() tea.Cmd {
	m.closeScreens()
	m.overlays, m.prompt = nil, nil
	return tea.Quit
}
