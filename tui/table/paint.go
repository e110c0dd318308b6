package table

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// painter keeps what was drawn: a row is drawn anew only when it, the layout or
// the theme has changed, or the cursor has come or gone.
type painter struct {
	theme   *theme.Theme
	version int // of the theme that the pens are made of; 0 before the first
	pens    pens
	stale   bool
	width   int
	height  int
	frame   string
	drawn   []*entry // rows that hold a line
	buf     []byte
}

type pens struct {
	row, cell, cursor              [states]theme.Pen
	mark, markCursor               theme.Pen
	header, sorted, picked, change theme.Pen
	empty                          theme.Pen
}

// cached is a row's line with all that it depends on.
type cached struct {
	text    string
	version uint64
	layout  uint64
	theme   int
	cursor  bool
	marked  bool
}

// View draws the header and the rows around the cursor: height lines of width cells.
func (t *Table) View(width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	p := &t.paint
	p.inks()
	t.settle()
	if !p.stale && width == p.width && height == p.height && t.layout.key.widths == t.width.version {
		return p.frame
	}
	t.height = height - 1
	if len(t.shown) > 0 {
		t.reveal()
	}
	l := t.arrange(width)
	lines := make([]string, 0, height)
	lines = append(lines, t.headerLine(l, width))
	to := min(len(t.shown), t.top+t.height)
	for i := t.top; i < to; i++ {
		lines = append(lines, t.rowLine(t.shown[i], i == t.index, l, width))
	}
	if len(t.shown) == 0 && height > 1 {
		lines = append(lines, t.emptyLine(l, width))
	}
	for len(lines) < height {
		lines = append(lines, clean.Spaces(width))
	}
	p.frame = strings.Join(lines, "\n")
	p.width, p.height, p.stale = width, height, false
	p.forget(t.shown[min(t.top, len(t.shown)):to], height)
	return p.frame
}

// inks makes the pens of the theme as it is now.
func (p *painter) inks() {
	if p.version == p.theme.Version {
		return
	}
	th := p.theme
	pen := theme.PenOf
	of := [states]theme.Health{
		None: theme.OK, OK: theme.OK, Pending: theme.Pending, Warn: theme.Pending, Failed: theme.Failed, Unknown: theme.Unknown,
		Killed: theme.Killed, Done: theme.Completed, Dim: theme.OK, Info: theme.OK,
	}
	for s, h := range of {
		p.pens.row[s] = pen(th.Row(h))
		p.pens.cursor[s] = pen(th.Cursor(h))
	}
	p.pens.row[Warn], p.pens.row[Dim], p.pens.row[Info] = pen(th.Warn), pen(th.Muted), pen(th.Info)
	p.pens.cell = p.pens.row
	p.pens.cell[OK] = pen(th.Good)
	p.pens.mark, p.pens.markCursor = pen(th.Table.Mark), pen(th.Table.MarkCursor)
	p.pens.header, p.pens.sorted = pen(th.Table.Header), pen(th.Table.Sorted)
	p.pens.picked = pen(th.Table.Sorted.Reverse(true))
	p.pens.change, p.pens.empty = pen(th.Table.Changed), pen(th.Table.Empty)
	p.version = th.Version
	p.stale = true
}

// forget drops the lines of rows that are off the screen, once they are many.
func (p *painter) forget(onScreen []*entry, height int) {
	if len(p.drawn) <= 8*height {
		return
	}
	keep := make([]string, len(onScreen))
	for i, e := range onScreen {
		keep[i] = e.line.text
	}
	for _, e := range p.drawn {
		e.line.text = ""
	}
	for i, e := range onScreen {
		e.line.text = keep[i]
	}
	clear(p.drawn)
	p.drawn = append(p.drawn[:0], onScreen...)
}

func (t *Table) rowLine(e *entry, cursor bool, l *layout, width int) string {
	now := cached{version: e.version, layout: l.version, theme: t.paint.version, cursor: cursor, marked: e.marked}
	if e.line.text != "" {
		now.text = e.line.text
		if e.line == now {
			return now.text
		}
	} else {
		t.paint.drawn = append(t.paint.drawn, e)
	}
	now.text = t.drawRow(e, cursor, l, width)
	e.line = now
	return now.text
}

// signs of change, by the values of entry.delta.
const (
	unchanged byte = iota
	risen
	fallen
	other
)

func (t *Table) sign(d byte) string {
	if t.opt.ASCII {
		return [...]string{" ", "^", "v", "*"}[d]
	}
	return [...]string{" ", "↑", "↓", "Δ"}[d]
}

func (t *Table) glyph(e *entry) string {
	s := e.row.Health
	if e.added && (s == None || s == OK) {
		return "+"
	}
	if t.opt.ASCII {
		return [states]string{" ", ".", "~", "!", "x", "?", "-", "=", " ", "i"}[s]
	}
	return [states]string{
		None: " ", OK: theme.OK.Glyph(), Pending: theme.Pending.Glyph(), Warn: "!", Failed: theme.Failed.Glyph(),
		Unknown: theme.Unknown.Glyph(), Killed: theme.Killed.Glyph(), Done: theme.Completed.Glyph(), Dim: " ", Info: "i",
	}[s]
}

func (t *Table) pointer(cursor, marked bool) string {
	switch {
	case marked:
		return "*"
	case cursor && t.opt.ASCII:
		return ">"
	case cursor:
		return "▸"
	}
	return " "
}

// drawRow draws one row.
func (t *Table) drawRow(e *entry, cursor bool, l *layout, width int) string {
	pens := &t.paint.pens
	pen, plain := pens.row[e.row.Health], cursor || e.marked
	switch {
	case cursor && e.marked:
		pen = pens.markCursor
	case cursor:
		pen = pens.cursor[e.row.Health]
	case e.marked:
		pen = pens.mark
	}
	b := append(t.paint.buf[:0], pen.Open...)
	used := 0
	if l.gutter > 0 {
		b = append(b, t.pointer(cursor, e.marked)...)
		b = append(b, t.glyph(e)...)
		b = append(b, ' ')
		used = l.gutter
	}
	noteAt := t.noteAt(e, l)
	for at, c := range l.columns {
		if at == noteAt {
			note := clean.Cut(e.row.Note, width-used)
			b = append(b, note...)
			used += clean.Width(note)
			break
		}
		b = t.drawCell(b, e, c, pen, plain)
		used += c.width + c.gap
	}
	b = append(b, clean.Spaces(width-used)...)
	b = append(b, pen.Shut...)
	t.paint.buf = b
	return exact(string(b), width, used)
}

// exact cuts a line that a tiny screen has made too long.
func exact(line string, width, used int) string {
	if used > width {
		return ansi.Truncate(line, width, "")
	}
	return line
}

// noteAt is where among the drawn columns an unknown row's note begins: after its last
// cell with a text; -1 where there is no note or no room.
func (t *Table) noteAt(e *entry, l *layout) int {
	if e.row.Note == "" || e.row.Health != Unknown {
		return -1
	}
	at := len(l.columns)
	for at > 0 && e.row.cell(l.columns[at-1].column).Text == "" {
		at--
	}
	if at == len(l.columns) {
		return -1
	}
	return at
}

func (t *Table) drawCell(b []byte, e *entry, c placed, pen theme.Pen, plain bool) []byte {
	cell := e.row.cell(c.column)
	text, textWidth := t.fit(cell, c.width, plain)
	before, after := pad(t.columns[c.column].Align, c.width-textWidth)
	b = append(b, clean.Spaces(before)...)
	switch {
	case text == "":
	case cell.Styled && !plain:
		b = switchTo(b, pen, theme.Pen{}, text)
	case cell.State != None && !plain:
		b = switchTo(b, pen, t.paint.pens.cell[cell.State], text)
	default:
		b = append(b, text...)
	}
	after += c.gap
	if after > 0 && c.column < len(e.delta) && e.delta[c.column] != unchanged {
		sign := t.sign(e.delta[c.column])
		if plain {
			b = append(b, sign...)
		} else {
			b = switchTo(b, pen, t.paint.pens.change, sign)
		}
		after--
	}
	return append(b, clean.Spaces(after)...)
}

// switchTo writes text with another pen amid what the line's own pen writes.
func switchTo(b []byte, line, pen theme.Pen, text string) []byte {
	b = append(b, line.Shut...)
	b = pen.Append(b, text)
	return append(b, line.Open...)
}

// fit is the cell's text cut to a width, and the width it has then.
func (t *Table) fit(cell *Cell, width int, plain bool) (string, int) {
	text := cell.Text
	if cell.Styled && plain {
		text = ansi.Strip(text)
	}
	if w := clean.Width(text); w <= width {
		return text, w
	}
	text = clean.Cut(text, width)
	return text, clean.Width(text)
}

func pad(a Align, room int) (before, after int) {
	switch a {
	case Right:
		return room, 0
	case Center:
		return room / 2, room - room/2
	}
	return 0, room
}
