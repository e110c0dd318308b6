package tui

import (
	"slices"
	"strings"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// drawn is what was drawn last, so that only what has changed is drawn again.
type drawn struct {
	layout             layout
	contentX, contentY int // where the screen's own lines begin

	version int // of the theme all of this was drawn with
	width   int
	lines   []string // the whole screen
	next    []string // the one being made; swapped with lines
	text    string   // lines, joined

	items  []menuItem // scratch
	header struct {
		info  HeaderInfo
		items []menuItem
		rows  int
		lines []string
	}
	frame  frame
	crumbs struct {
		words []string
		line  string
	}
}

// forget drops everything that depends on width or theme.
func (d *drawn) forget(version, width int) {
	if d.version == version && d.width == width {
		return
	}
	d.version, d.width = version, width
	d.header.lines, d.frame.src, d.frame.out = nil, nil, nil
	d.frame.top, d.frame.title, d.crumbs.line = "", "", ""
}

// headerOf draws the header, if it is another than before.
func (d *drawn) headerOf(t *theme.Theme, info HeaderInfo, items []menuItem, width, rows int) []string {
	h := &d.header
	if h.lines != nil && h.rows == rows && slices.Equal(h.items, items) && h.info.equal(info) {
		return h.lines
	}
	h.info, h.items, h.rows = info, slices.Clone(items), rows
	h.lines = headerLines(t, info, items, width, rows)
	return h.lines
}

// frame is the border around a screen's lines.
type frame struct {
	sides, danger bool
	title         string
	top, bottom   string
	side          string
	src, out      []string
}

// border draws top and bottom, if they are others than before.
func (f *frame) border(t *theme.Theme, title string, width int, sides, danger bool) {
	if f.top != "" && f.title == title && f.sides == sides && f.danger == danger {
		return
	}
	if f.sides != sides || f.danger != danger {
		f.src, f.out = nil, nil
	}
	f.title, f.sides, f.danger = title, sides, danger
	style := t.Frame.Border
	if danger {
		style = t.Frame.BorderProduction
	}
	pen := theme.PenOf(style)
	left, right := "─", "─"
	if sides {
		left, right = "┌", "┐"
	}
	head := ""
	if room := width - 8; title != "" && room > 0 {
		head = " " + clean.Cut(title, room) + " "
	}
	fill := max(width-2-clean.Width(head), 0)
	f.top = clean.Fit(pen.Paint(left+strings.Repeat("─", fill/2))+head+pen.Paint(strings.Repeat("─", fill-fill/2)+right), width)
	f.side = pen.Paint("│")
	f.bottom = clean.Fit(pen.Paint("└"+strings.Repeat("─", max(width-2, 0))+"┘"), width)
}

// wrap appends height lines of a screen's view, each exactly width cells with the
// border. A line that is the same as before is not measured again.
func (f *frame) wrap(dst []string, view string, width, height int) []string {
	if cap(f.src) < height {
		f.src, f.out = append(make([]string, 0, height), f.src...), append(make([]string, 0, height), f.out...)
	}
	known := len(f.src)
	f.src, f.out = f.src[:height], f.out[:height]
	rest, more := view, true
	for i := range height {
		var line string
		if more {
			line, rest, more = strings.Cut(rest, "\n")
		}
		if i < known && f.src[i] == line && f.out[i] != "" {
			continue
		}
		f.src[i], f.out[i] = line, f.line(line, width)
	}
	return append(dst, f.out...)
}

// line makes one line exactly width cells wide, with the border where there is one.
func (f *frame) line(line string, width int) string {
	if !f.sides {
		return closed(clean.Fit(line, width))
	}
	return f.side + closed(clean.Fit(line, width-2)) + f.side
}

// closed ends styles that a line leaves open, so that they do not run on.
func closed(line string) string {
	i := strings.LastIndexByte(line, 0x1b)
	if i < 0 || strings.HasPrefix(line[i:], "\x1b[m") || strings.HasPrefix(line[i:], "\x1b[0m") {
		return line
	}
	return line + reset
}

// title is the title of a screen, styled.
func title(t *theme.Theme, s screen.Screen) string {
	if x, ok := s.(screen.Titled); ok {
		return x.Title()
	}
	return theme.PenOf(t.Frame.Title).Paint(clean.Line(s.Crumb()))
}

// crumbsOf draws the path of screens, if it is another than before.
func (d *drawn) crumbsOf(t *theme.Theme, stack []screen.Screen, width int) string {
	c := &d.crumbs
	same := c.line != "" && len(c.words) == len(stack)
	for i, s := range stack {
		word := s.Crumb()
		if same = same && c.words[i] == word; !same {
			break
		}
	}
	if same {
		return c.line
	}
	c.words = c.words[:0]
	for _, s := range stack {
		c.words = append(c.words, s.Crumb())
	}
	c.line = crumbs(t, c.words, width)
	return c.line
}

// crumbs draws words as a path, the last ones where there are too many.
func crumbs(t *theme.Theme, words []string, width int) string {
	active, inactive := theme.PenOf(t.Crumbs.Active), theme.PenOf(t.Crumbs.Inactive)
	line, used := "", 0
	for i, s := range slices.Backward(words) {
		word := " <" + clean.Line(s) + "> "
		pen := inactive
		if i == len(words)-1 {
			pen = active
		}
		w := clean.Width(word) + 1
		if used+w > width-3 && used > 0 {
			line = " … " + line
			break
		}
		line, used = " "+pen.Paint(word)+line, used+w
	}
	return clean.Fit(line, width)
}
