package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
)

// headerRows is the height of the full header, as in k9s.
const headerRows = 7

// View draws the screen. It runs after every message: what has not changed is
// taken from the frame before.
func (m *Model) View() tea.View {
	var v tea.View
	v.AltScreen, v.ReportFocus = true, true
	info := m.o.Header()
	v.WindowTitle = clean.Line(m.o.Title)
	if info.WindowTitle != "" {
		v.WindowTitle = clean.Line(info.WindowTitle)
	}
	if m.mouse && !m.bare() {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.width > 0 && m.height > 0 && m.top() != nil {
		v.SetContent(m.compose(info))
	}
	return v
}

// bare reports whether the top screen wants the whole terminal.
func (m *Model) bare() bool {
	b, ok := m.top().(screen.Bare)
	return ok && b.Bare()
}

// compose puts the parts together, exactly width by height cells.
func (m *Model) compose(info HeaderInfo) string {
	d := &m.drawn
	d.forget(m.theme.Version, m.width)
	w := wants{width: m.width, height: m.height, header: headerRows, banner: info.Banner != "", prompt: m.prompt != nil,
		crumbs: !m.noCrumbs, jobs: len(m.jobs.list) > 0, bare: m.bare()}
	if m.compact {
		w.header = 1
	}
	if tall, ok := m.top().(screen.Tall); ok {
		w.enough = tall.Tall()
	}
	l := arrange(w)
	d.layout = l
	lines := d.next[:0]
	if l.header > 0 {
		lines = append(lines, d.headerOf(m.theme, info, m.menuItems(m.top()), m.width, l.header)...)
	}
	if l.banner > 0 {
		lines = append(lines, bannerLine(m.theme, info, m.width))
	}
	if l.prompt > 0 {
		lines = append(lines, m.prompt.view(m.theme, m.width, l.prompt)...)
	}
	lines = m.content(lines, info, l)
	lines = m.foot(lines, l)
	if len(m.overlays) > 0 {
		lines = m.cover(lines)
	}
	if d.text == "" || !slices.Equal(lines, d.lines) {
		d.text = strings.Join(lines, "\n")
	}
	d.next, d.lines = d.lines, lines
	return d.text
}

// content appends the frame and the top screen in it.
func (m *Model) content(lines []string, info HeaderInfo, l layout) []string {
	if l.content == 0 {
		return lines
	}
	d := &m.drawn
	inner := m.width
	d.contentX = 0
	if l.sides {
		inner -= 2
		d.contentX = 1
	}
	view := m.top().View(inner, l.content)
	// The title after the view: a screen may learn in View what it has to say there.
	d.frame.border(m.theme, title(m.theme, m.top()), m.width, l.sides, info.production())
	if l.top > 0 {
		lines = append(lines, d.frame.top)
	}
	d.contentY = len(lines)
	lines = d.frame.wrap(lines, view, m.width, l.content)
	if l.bottom > 0 {
		lines = append(lines, d.frame.bottom)
	}
	return lines
}

// foot appends crumbs, jobs and the message line. Where they have no line of their
// own they share one: messages come first.
func (m *Model) foot(lines []string, l layout) []string {
	if l.crumbs > 0 {
		lines = append(lines, m.drawn.crumbsOf(m.theme, m.stack, m.width))
	}
	if l.jobs > 0 {
		lines = append(lines, clean.Fit(m.jobs.view(m.theme, m.o.Now()), m.width))
	}
	flash := m.flash.view(m.theme, m.width)
	switch {
	case l.flash > 0 && flash == "" && l.crumbs == 0 && !m.noCrumbs:
		lines = append(lines, m.drawn.crumbsOf(m.theme, m.stack, m.width))
	case l.flash > 0:
		lines = append(lines, clean.Fit(flash, m.width))
	case flash != "" && len(lines) > 0:
		lines[len(lines)-1] = clean.Fit(flash, m.width)
	}
	return lines
}
