package table

import (
	"strconv"

	"ecsole/tui/clean"
)

// headerLine draws the titles, and at the right end how many columns are out of
// sight.
func (t *Table) headerLine(l *layout, width int) string {
	pens := &t.paint.pens
	left, right := hiddenMarkers(l, width)
	if left == "" && len(right) <= l.gutter && t.titlesEnd(l) >= width-len(right) {
		left, right = right, "" // rather than cut the last title
	}
	room := width - len(right)
	b := append([]byte(nil), pens.header.Open...)
	b = append(b, left...)
	used := max(len(left), min(l.gutter, room))
	b = append(b, clean.Spaces(used-len(left))...)
	for _, c := range l.columns {
		title, w := t.title(c)
		before, after := pad(t.columns[c.column].Align, c.width-w)
		after += c.gap
		if free := room - used; before+w+after > free {
			// The marker needs room: padding gives way first, then the title.
			free -= min(1, len(right), free)
			title = clean.Cut(title, free)
			w = clean.Width(title)
			before = min(before, free-w)
			after = room - used - before - w
		}
		b = append(b, clean.Spaces(before)...)
		switch c.column {
		case t.picked:
			b = switchTo(b, pens.header, pens.picked, title)
		case t.sort.Column:
			b = switchTo(b, pens.header, pens.sorted, title)
		default:
			b = append(b, title...)
		}
		b = append(b, clean.Spaces(after)...)
		used += before + w + after
	}
	b = append(b, clean.Spaces(room-used)...)
	b = append(b, right...)
	return string(append(b, pens.header.Shut...))
}

// titlesEnd is the cell behind the last title.
func (t *Table) titlesEnd(l *layout) int {
	at, end := l.gutter, 0
	for _, c := range l.columns {
		_, w := t.title(c)
		before, _ := pad(t.columns[c.column].Align, c.width-w)
		end = at + before + w
		at += c.width + c.gap
	}
	return end
}

// title is a column's title with the direction of the sort, cut to its width.
func (t *Table) title(c placed) (string, int) {
	title := t.columns[c.column].Title
	if t.sort.Column == c.column {
		arrow, down := "↑", t.sort.Descending != t.columns[c.column].Ago
		switch {
		case t.opt.ASCII && down:
			arrow = "v"
		case t.opt.ASCII:
			arrow = "^"
		case down:
			arrow = "↓"
		}
		title = clean.Cut(title, max(0, c.width-1)) + arrow
	}
	title = clean.Cut(title, c.width)
	return title, clean.Width(title)
}

// hiddenMarkers say how many columns are out of sight: "<2" in the gutter for those
// scrolled away, "+3" at the right end for those without room, or in the gutter where a
// title ends there.
func hiddenMarkers(l *layout, width int) (left, right string) {
	if l.left > 0 {
		left = "<" + strconv.Itoa(l.left)
	}
	if l.right > 0 {
		right = rightMarker(l.right)
	}
	if len(left) > l.gutter {
		left = ""
	}
	if len(left)+len(right) > width {
		right = ""
	}
	return left, right
}

func rightMarker(n int) string { return "+" + strconv.Itoa(n) }

func (t *Table) emptyLine(l *layout, width int) string {
	text := clean.Cut(t.emptyText(), max(0, width-l.gutter))
	used := l.gutter + clean.Width(text)
	return clean.Spaces(l.gutter) + t.paint.pens.empty.Paint(text) + clean.Spaces(width-used)
}

// emptyText says why there are no rows.
func (t *Table) emptyText() string {
	if len(t.all) == 0 {
		return t.empty
	}
	text := "no rows"
	if t.faults {
		text = "no rows with a fault"
	}
	hint := ""
	if t.faults {
		hint = t.opt.Unfault
	}
	if !t.filter.Empty() {
		hint = t.opt.Unfilter
		source := t.filter.String()
		if !t.filter.Fuzzy() {
			source = "/" + source + "/"
		}
		text += " match " + clean.Line(source)
	}
	if hint != "" {
		text += "; " + hint
	}
	return text
}
