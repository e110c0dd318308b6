package logview

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/tui/clean"
)

// maxRows bounds how many rows one item takes where lines are wrapped.
const maxRows = 200

// look is all that the drawing of an item depends on, beside the item itself.
type look struct {
	version, width, x int
	wrap, raw, colors bool
	full              bool
	fold, unmasked    bool
	times             times
	day               bool
	names             int
	marks             string
	fields            string
}

// cached is how an item was drawn.
type cached struct {
	count          int
	gap, neighbour bool
	rows           []string
}

// times says which times are shown before the lines.
type times uint8

const (
	noTimes times = iota
	utcTimes
	localTimes
)

func (t times) String() string { return [...]string{"Off", "UTC", "Local"}[t] }

// prepare drops what was drawn if it was drawn otherwise, and sets the columns.
func (v *View) prepare(width int) {
	if v.pens.version != v.o.Theme.Version {
		v.pens = newPens(v.o.Theme)
	}
	v.measure()
	l := look{version: v.pens.version, width: width, x: v.x, wrap: v.wrap, raw: v.raw, full: v.full, colors: v.colors, fold: v.fold,
		unmasked: v.unmasked, times: v.times, day: v.days, names: v.names.width, fields: strings.Join(v.fields, "\x00")}
	for _, q := range v.highlights() {
		l.marks += q.Text() + "\x00"
	}
	if v.cache == nil || l != v.look || len(v.cache) > 8*v.height+512 {
		v.look, v.cache = l, map[lines.Key]cached{}
	}
}

// rowsOf draws an item, in at least one row of exactly the view's width.
func (v *View) rowsOf(it *item, cursor bool) []string {
	c, ok := v.cache[it.Key]
	if ok && !cursor && c.count == it.count && c.gap == it.gap && c.neighbour == it.neighbor {
		return c.rows
	}
	rows := v.draw(it, cursor)
	if !cursor {
		v.cache[it.Key] = cached{it.count, it.gap, it.neighbor, rows}
	}
	return rows
}

// draw draws an item.
func (v *View) draw(it *item, cursor bool) []string {
	var rows []string
	if it.gap {
		rows = append(rows, v.gapRow())
	}
	var head text
	v.head(&head, it)
	v.columns(&head, it)
	indent := clean.Width(head.s)
	width := max(v.look.width-indent, 1)
	body, tail := v.format(it, enough)
	marks := v.marks(&body, cursor)
	one := !v.wrap && v.fold
	if tail.s != "" && (!one || clean.Width(tail.s) >= width) {
		body.add(tail.s, v.pens.fold)
		tail = text{}
	}
	row := make([]byte, 0, 3*v.look.width)
	emit := func(from, to, lead, cells int, plain bool) {
		if len(rows) == 0 || it.gap && len(rows) == 1 {
			row = head.append(row[:0], 0, len(head.s), nil)
		} else {
			row = append(row[:0], clean.Spaces(indent)...)
		}
		row = append(row, clean.Spaces(lead)...)
		row = body.append(row, from, to, marks)
		row = tail.append(row, 0, len(tail.s), nil)
		row = append(row, clean.Spaces(v.look.width-indent-lead-cells-clean.Width(tail.s))...)
		s := string(row)
		if !plain {
			s = clean.Fit(s, v.look.width)
		}
		if cursor {
			s = v.shade(s)
		}
		rows = append(rows, s)
	}
	plain := clean.IsPlain(body.s) && clean.IsPlain(head.s) && indent < v.look.width
	if one {
		room := width - clean.Width(tail.s)
		from, to, lead, cells := window(body.s, v.x, room)
		if to < len(body.s) && room > 1 && !v.full { // the full screen is copied from
			from, to, lead, cells = window(body.s, v.x, room-1)
			more := v.more()
			more.add(tail.s, v.pens.fold)
			tail = more
		}
		emit(from, to, lead, cells, plain)
		return rows
	}
	v.lay(&body, width, func(from, to int, cut bool) {
		if tail = (text{}); cut {
			tail = v.more()
		}
		emit(from, to, 0, clean.Width(body.s[from:to]), plain)
	})
	return rows
}

// more stands where a line goes on beyond the screen.
func (v *View) more() text {
	var t text
	t.add("…", v.pens.key)
	return t
}

// lay breaks a text into rows: of the width where lines are wrapped, and at line
// ends where nothing is folded; cut says that a row does not hold all of its line.
func (v *View) lay(t *text, width int, emit func(from, to int, cut bool)) {
	n := 0
	for from, rest := 0, true; rest && n < maxRows; {
		end := len(t.s)
		rest = false
		if !v.fold {
			if i := strings.Index(t.s[from:], newline); i >= 0 {
				end, rest = from+i, true
			}
		}
		if v.wrap {
			at := breaks(t.s[from:end], width, maxRows-n)
			for i, b := range at {
				to := end
				if i+1 < len(at) {
					to = from + at[i+1]
				}
				emit(from+b, to, false)
				n++
			}
		} else {
			a, b, _, _ := window(t.s[from:end], v.x, width)
			cut := from+b < end && width > 1 && !v.full
			if cut {
				a, b, _, _ = window(t.s[from:end], v.x, width-1)
			}
			emit(from+a, from+b, cut)
			n++
		}
		from = end + len(newline)
	}
}

// newline is what the cleaner makes of a line end.
const newline = "↵"

// shade lays the cursor's background under a row that is painted.
func (v *View) shade(row string) string {
	p := v.pens.shade
	if p.Open == "" {
		return row
	}
	return p.Open + strings.ReplaceAll(row, reset, reset+p.Open) + reset
}

func (v *View) gapRow() string {
	return v.pens.gap.Paint(clean.Fit(strings.Repeat("╌", min(v.look.width, 24)), v.look.width))
}

// lateSign stands before a line that came late.
const lateSign = "+"

// head makes the columns before the message.
func (v *View) head(t *text, it *item) {
	switch {
	case v.margin && it.Flags&lines.Late != 0:
		t.add(lateSign, v.pens.info)
	case v.margin:
		t.add(" ", v.pens.value)
	}
	if v.times != noTimes {
		t.add(v.clock(it.Time)+" ", v.pens.time)
	}
	if w := v.names.width; w > 0 {
		n := v.names.of(it.Line.Stream, it.stream)
		t.add(clean.Fit(n.text, w)+" ", v.pens.task(n.colour))
	}
	if v.letters() {
		if it.Flags&lines.Notice != 0 {
			t.add("  ", v.pens.value)
			return
		}
		l := level(it.Level)
		t.add(letter(l), v.pens.letters[l])
		t.add(" ", v.pens.value)
	}
}

// fieldWidth is how wide the column of a field is.
func fieldWidth(name string) int { return min(max(clean.Width(name), 10), 24) }

// columns appends the chosen fields.
func (v *View) columns(t *text, it *item) {
	if len(v.fields) == 0 {
		return
	}
	raw := v.masked(bytes.TrimSpace(it.Text[:min(len(it.Text), enough)]))
	for _, name := range v.fields {
		value, ok := field.Value{}, false
		switch it.Format {
		case field.JSON:
			value, ok = field.JSONPath(raw, strings.Split(strings.TrimPrefix(name, "."), "."))
		case field.Logfmt:
			value, ok = field.Pair(raw, name)
		}
		s := "-"
		if ok {
			s = clean.Line(string(value.Text()))
		}
		t.add(clean.Fit(s, fieldWidth(name))+" ", v.pens.value)
	}
}

// header names the columns, where fields are among them.
func (v *View) header(width int) string {
	s := ""
	if v.margin {
		s = " "
	}
	if v.times != noTimes {
		s += clean.Fit("TIME", clean.Width(v.clock(0))) + " "
	}
	if w := v.names.width; w > 0 {
		s += clean.Fit("TASK", w) + " "
	}
	if v.letters() {
		s += "  "
	}
	for _, f := range v.fields {
		s += clean.Fit(strings.ToUpper(clean.Line(f)), fieldWidth(f)) + " "
	}
	return v.pens.title.Paint(clean.Fit(s+"MESSAGE", width))
}

// letters reports whether levels have a column: not on the full screen, from which
// lines are taken with the mouse.
func (v *View) letters() bool { return v.look.width >= 40 && !v.raw && !v.full }

// clock writes a line's time.
func (v *View) clock(ms int64) string {
	at := time.UnixMilli(ms)
	layout := "15:04:05.000"
	if v.times == utcTimes {
		at, layout = at.UTC(), "15:04:05.000Z"
	} else {
		at = at.Local()
	}
	if v.days {
		layout = "01-02 " + layout
	}
	return at.Format(layout)
}

// marks are the places in a text that filter and search look for, in their order.
func (v *View) marks(t *text, cursor bool) []span {
	var out []span
	var found [][2]int
	for i, q := range v.highlights() {
		pen := v.pens.match
		if i == 0 && v.search != nil && cursor {
			pen = v.pens.here
		}
		found = q.Marks(found[:0], []byte(t.s), 64)
		for _, f := range found {
			if f[0] < f[1] && f[1] <= len(t.s) {
				out = append(out, span{f[0], f[1], pen})
			}
		}
	}
	if len(out) < 2 {
		return out
	}
	slices.SortFunc(out, func(a, b span) int { return a.from - b.from })
	kept := out[:1]
	for _, s := range out[1:] {
		if s.from >= kept[len(kept)-1].to {
			kept = append(kept, s)
		}
	}
	return kept
}
