package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// help opens the page of all keys that work on the screen on top; on the page
// itself it leaves it.
func (m *Model) help() tea.Cmd {
	s := m.top()
	if _, ok := s.(*help); ok {
		return m.pop()
	}
	return m.push(&help{theme: m.theme, keys: m.keys, sections: m.helpSections(s), close: m.pop})
}

// helpSection is one column of the help page.
type helpSection struct {
	title string
	lines []helpLine
}

type helpLine struct{ keys, text, off string }

// helpSections sorts the actions of a screen, of the program and of the shell.
func (m *Model) helpSections(s screen.Screen) []helpSection {
	sections := []helpSection{{title: strings.ToUpper(clean.Line(s.Crumb()))}, {title: "GENERAL"}, {title: "NAVIGATION"}}
	taken := map[string]bool{} // a screen's own keys come first
	for _, list := range [][]screen.Action{s.Actions(), m.o.Actions(), m.globals} {
		var now []string
		for _, a := range list {
			if a.Changes && m.o.ReadOnly() {
				continue
			}
			var keys []string
			for _, k := range a.Keys {
				if !taken[k] {
					keys, now = append(keys, keymap.Show(k)), append(now, k)
				}
			}
			if len(keys) == 0 {
				continue
			}
			text := a.Help
			if text == "" {
				text = a.Label
			}
			line := helpLine{strings.Join(keys, " "), clean.Line(text), clean.Line(a.Off)}
			at := map[string]int{"": 0, "general": 1, "navigation": 2}
			i, ok := at[a.Section]
			if !ok {
				i = sectionNamed(&sections, strings.ToUpper(a.Section))
			}
			sections[i].lines = append(sections[i].lines, line)
		}
		for _, k := range now {
			taken[k] = true
		}
	}
	out := sections[:0]
	for _, x := range sections {
		if len(x.lines) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// sectionNamed finds or makes a section.
func sectionNamed(sections *[]helpSection, title string) int {
	for i, s := range *sections {
		if s.title == title {
			return i
		}
	}
	*sections = append(*sections, helpSection{title: title})
	return len(*sections) - 1
}

// help is the page of keys.
type help struct {
	theme    *theme.Theme
	keys     *keymap.Map
	sections []helpSection
	close    func() tea.Cmd
	top      int
	height   int
	count    int
}

func (h *help) Init() tea.Cmd          { return nil }
func (h *help) Update(tea.Msg) tea.Cmd { return nil }
func (h *help) Crumb() string          { return "help" }
func (h *help) Close()                 {}

func (h *help) Actions() []screen.Action {
	out := []screen.Action{{Name: "leave", Keys: []string{"enter"}, Label: "Back", Run: h.close}}
	move := func(name, label string, by func() int) {
		out = append(out, screen.Action{Name: name, Keys: h.keys.For(name), Label: label, Section: "navigation", Hidden: true,
			Run: func() tea.Cmd { h.top = max(min(h.top+by(), h.count-h.height), 0); return nil }})
	}
	move("down", "Down", func() int { return 1 })
	move("up", "Up", func() int { return -1 })
	move("page.down", "Page down", func() int { return h.height })
	move("page.up", "Page up", func() int { return -h.height })
	move("top", "To the top", func() int { return -h.top })
	move("bottom", "To the bottom", func() int { return h.count })
	return out
}

// View lays the sections out in as many columns as fit, in their order.
func (h *help) View(width, height int) string {
	blocks := make([]helpBlock, len(h.sections))
	for i, s := range h.sections {
		blocks[i].lines, blocks[i].width = s.draw(h.theme)
	}
	var columns []helpBlock
	for n := len(blocks); n > 0; n-- {
		columns = helpColumns(blocks, n)
		total := 1
		for _, c := range columns {
			total += c.width + helpGap
		}
		if total-helpGap <= width {
			break
		}
	}
	tallest := 0
	for _, c := range columns {
		tallest = max(tallest, len(c.lines))
	}
	h.height, h.count = height, tallest
	h.top = max(min(h.top, h.count-height), 0)
	var lines []string
	for y := h.top; y < min(h.top+height, tallest); y++ {
		line := " "
		for i, c := range columns {
			cell := ""
			if y < len(c.lines) {
				cell = c.lines[y]
			}
			if i > 0 {
				line += clean.Spaces(helpGap)
			}
			line += clean.Fit(cell, min(c.width, max(width-1, 0))) // one column may be too wide
		}
		lines = append(lines, clean.Fit(line, width))
	}
	return strings.Join(lines, "\n")
}

const helpGap = 3 // between columns

// helpBlock is a piece of the page.
type helpBlock struct {
	lines []string
	width int
}

// helpColumns stacks blocks in at most n columns: the lowest that keep the order.
func helpColumns(blocks []helpBlock, n int) []helpBlock {
	limit := 0
	for _, b := range blocks {
		limit = max(limit, len(b.lines))
	}
	for ; ; limit++ {
		var columns []helpBlock
		for _, b := range blocks {
			last := len(columns) - 1
			if last < 0 || len(columns[last].lines)+1+len(b.lines) > limit {
				columns = append(columns, helpBlock{slices.Clone(b.lines), b.width})
				continue
			}
			columns[last].lines = append(append(columns[last].lines, ""), b.lines...)
			columns[last].width = max(columns[last].width, b.width)
		}
		if len(columns) <= n {
			return columns
		}
	}
}

// draw gives a section's lines and their width.
func (s helpSection) draw(t *theme.Theme) ([]string, int) {
	key := 0
	for _, l := range s.lines {
		key = max(key, clean.Width(l.keys))
	}
	lines := []string{theme.PenOf(t.Accent.Bold(true)).Paint(s.title)}
	width := clean.Width(s.title)
	for _, l := range s.lines {
		text := theme.PenOf(t.Menu.Key).Paint(clean.Fit(l.keys, key)) + "  " + l.text
		if l.off != "" {
			text += theme.PenOf(t.Menu.Off).Paint(" (" + l.off + ")")
		}
		lines = append(lines, text)
		width = max(width, clean.Width(text))
	}
	return lines, width
}

// Title says how much of the page is in sight.
func (h *help) Title() string {
	s := theme.PenOf(h.theme.Frame.Title).Paint("help")
	if h.height > 0 && h.count > h.height {
		s += theme.PenOf(h.theme.Frame.Counter).Paint(fmt.Sprintf(" %d–%d of %d", h.top+1, min(h.top+h.height, h.count), h.count))
	}
	return s
}
