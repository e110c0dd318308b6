package edit

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// Area is several lines of text under the user's fingers. The zero Area is empty and
// ready.
type Area struct {
	rows  []Line
	at    int // the row with the cursor
	first int // the first row shown
}

// most bounds what a paste can bring in: rows.
const most = 500

// SetText replaces the text and puts the cursor at its end.
func (a *Area) SetText(text string) {
	a.rows, a.at, a.first = nil, 0, 0
	a.Insert(text)
}

// Text is what stands there.
func (a *Area) Text() string {
	rows := make([]string, len(a.rows))
	for i := range a.rows {
		rows[i] = a.rows[i].Text()
	}
	return strings.Join(rows, "\n")
}

// Rows is how many lines there are, at least one.
func (a *Area) Rows() int { return max(len(a.rows), 1) }

// Before is the text of the cursor's row up to the cursor.
func (a *Area) Before() string {
	l := a.row()
	return string(l.text[:l.pos])
}

// row is the row with the cursor.
func (a *Area) row() *Line {
	if len(a.rows) == 0 {
		a.rows = []Line{{}}
	}
	a.at = min(max(a.at, 0), len(a.rows)-1)
	return &a.rows[a.at]
}

// Insert puts text at the cursor, as if typed or pasted; its line ends begin rows.
func (a *Area) Insert(text string) {
	for i, part := range strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") {
		if i > 0 {
			if len(a.rows) >= most {
				return
			}
			a.split()
		}
		if part != "" {
			a.row().Insert(part)
		}
	}
}

// split begins a row at the cursor.
func (a *Area) split() {
	l := a.row()
	rest := Line{text: append([]rune(nil), l.text[l.pos:]...)}
	l.text = l.text[:l.pos:l.pos]
	a.at++
	a.rows = append(a.rows[:a.at:a.at], append([]Line{rest}, a.rows[a.at:]...)...)
}

// join appends the row below to the row with that index.
func (a *Area) join(i int) {
	l := &a.rows[i]
	a.at, l.pos = i, len(l.text)
	l.text = append(l.text, a.rows[i+1].text...)
	a.rows = append(a.rows[:i+1:i+1], a.rows[i+2:]...)
}

// Key takes a key. used is false for keys that are not the text's affair; changed
// says that the text is another.
func (a *Area) Key(k tea.KeyPressMsg) (used, changed bool) {
	l := a.row()
	switch name := k.String(); name {
	case "enter", "shift+enter":
		if len(a.rows) >= most {
			return true, false
		}
		a.split()
		return true, true
	case "up", "down":
		by := 1
		if name == "up" {
			by = -1
		}
		if to := a.at + by; to >= 0 && to < len(a.rows) {
			a.at = to
			a.rows[to].pos = min(l.pos, len(a.rows[to].text))
		}
		return true, false
	case "left", "backspace", "ctrl+h":
		if l.pos > 0 || a.at == 0 {
			break
		}
		if name != "left" {
			a.join(a.at - 1)
			return true, true
		}
		a.at--
		a.row().pos = len(a.row().text)
		return true, false
	case "right", "delete", "ctrl+d":
		if l.pos < len(l.text) || a.at == len(a.rows)-1 {
			break
		}
		if name != "right" {
			a.join(a.at)
			return true, true
		}
		a.at++
		a.row().pos = 0
		return true, false
	case "ctrl+home":
		a.at = 0
		a.row().pos = 0
		return true, false
	case "ctrl+end":
		a.at = len(a.rows) - 1
		a.row().pos = len(a.row().text)
		return true, false
	}
	return l.Key(k)
}

// Pens are what an area is drawn with.
type Pens struct{ Text, Dim, Cursor theme.Pen }

// View draws height rows of width cells, with their numbers, scrolled so that the
// cursor is seen. ghost is shown dimmed behind the cursor at the end of its row.
func (a *Area) View(width, height int, focus bool, ghost string, p Pens) []string {
	cursor := a.row()
	a.first = min(max(a.first, a.at-height+1), a.at)
	a.first = max(min(a.first, len(a.rows)-height), 0)
	gutter := len(strconv.Itoa(len(a.rows))) + 2
	if width < 3*gutter {
		gutter = 0
	}
	out := make([]string, 0, height)
	for i := a.first; len(out) < height; i++ {
		if i >= len(a.rows) {
			out = append(out, clean.Spaces(width))
			continue
		}
		l := &a.rows[i]
		here := focus && l == cursor
		g := ""
		if here && l.AtEnd() {
			g = ghost
		}
		number := ""
		if gutter > 0 {
			number = p.Dim.Paint(clean.Spaces(gutter-1-len(strconv.Itoa(i+1)))+strconv.Itoa(i+1)) + " "
		}
		if !here { // from its beginning, wherever the cursor once was
			l = &Line{text: l.text}
		}
		out = append(out, number+l.View(width-gutter, here, g, p.Text, p.Dim, p.Cursor))
	}
	return out
}
