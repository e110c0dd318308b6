package textview

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/keymap"
	"ecsole/tui/theme"
)

// count is how many rows there are.
func (v *View) count() int {
	switch {
	case v.page == nil:
		return 0
	case !v.wrap:
		return len(v.page.lines)
	}
	v.fold()
	return len(v.rows)
}

// fold breaks all lines into rows of the width, once for each width.
func (v *View) fold() {
	if v.rows != nil || v.page == nil {
		return
	}
	v.rows = make([]row, 0, len(v.page.lines))
	for i, l := range v.page.lines {
		at := breaks(l.text, v.width, l.hanging(v.width))
		for k, from := range at {
			to := len(l.text)
			if k+1 < len(at) {
				to = at[k+1]
			}
			v.rows = append(v.rows, row{i, from, to})
		}
	}
}

// at is the i-th row.
func (v *View) at(i int) row {
	if v.page == nil || i < 0 || i >= v.count() {
		return row{line: max(i, 0)}
	}
	if v.wrap {
		return v.rows[i]
	}
	return row{i, 0, len(v.page.lines[i].text)}
}

// rowOf is the row that shows byte at of a line.
func (v *View) rowOf(lineNo, at int) int {
	if !v.wrap {
		return lineNo
	}
	v.fold()
	found := 0
	for i, r := range v.rows {
		if r.line > lineNo || r.line == lineNo && r.from > at {
			break
		}
		found = i
	}
	return found
}

func (v *View) lineWidth(i int) int { return clean.Width(v.page.lines[i].text) }

// scroll moves by rows and stays in range.
func (v *View) scroll(by int) {
	v.top = max(min(v.top+by, v.count()-v.height), 0)
}

// reveal brings the current hit into sight.
func (v *View) reveal() {
	m, ok := v.search.here()
	if !ok || v.height < 1 {
		return
	}
	if i := v.rowOf(m.line, m.from); i < v.top || i >= v.top+v.height {
		v.top = i - v.height/3
		v.scroll(0)
	}
	if v.wrap {
		return
	}
	text := v.page.lines[m.line].text
	from, to := clean.Width(text[:m.from]), clean.Width(text[:m.to])
	if from < v.xoff || to > v.xoff+v.width {
		v.xoff = max(from-v.width/3, 0)
		if to <= v.width {
			v.xoff = 0
		}
	}
}

// View draws the rows in sight.
func (v *View) View(width, height int) string {
	v.margin = ""
	if !v.full && width > 20 {
		v.margin, width = " ", width-1
	}
	if width != v.width {
		at := v.at(v.top).line
		v.width, v.rows = width, nil
		if v.wrap {
			v.top = v.rowOf(at, 0)
		}
	}
	v.height = height
	v.scroll(0)
	d := &v.drawn
	if d.pens.version != v.o.Theme.Version {
		d.pens = newPens(v.o.Theme)
	}
	key := drawKey{page: v.page, version: v.o.Theme.Version, width: width, xoff: v.xoff, at: v.search.at,
		hits: len(v.search.hits), pattern: v.search.pattern, wrap: v.wrap, margin: v.margin != ""}
	if key != d.linesKey || d.lines == nil {
		d.linesKey, d.lines = key, map[row]string{}
	}
	key.top, key.height, key.failed, key.busy = v.top, height, v.failed, v.work.Lane("load").Busy()
	if v.page == nil {
		key.age = int(v.o.Now().Sub(v.began).Seconds())
	}
	if key == d.key && d.text != "" {
		return d.text
	}
	d.key, d.text = key, v.draw(width, height)
	return d.text
}

func (v *View) draw(width, height int) string {
	if v.page == nil || len(v.page.lines) == 0 {
		return v.notice(width+len(v.margin), height)
	}
	d := &v.drawn
	if len(d.lines) > 8*height+64 {
		clear(d.lines)
	}
	here, _ := v.search.here()
	var b strings.Builder
	for i := range height {
		if i > 0 {
			b.WriteByte('\n')
		}
		if v.top+i >= v.count() {
			b.WriteString(clean.Spaces(width + len(v.margin)))
			continue
		}
		r := v.at(v.top + i)
		b.WriteString(v.margin)
		s, ok := d.lines[r]
		if !ok {
			s = v.drawRow(r, here, width)
			d.lines[r] = s
		}
		b.WriteString(s)
	}
	return b.String()
}

// drawRow draws one row, exactly width cells.
func (v *View) drawRow(r row, here match, width int) string {
	l := v.page.lines[r.line]
	lead := 0
	if v.wrap && r.from > 0 {
		lead = l.hanging(width)
	}
	if !v.wrap && v.xoff > 0 {
		at, cells := reach(l.text, v.xoff)
		if r.from = at; cells < v.xoff && at < len(l.text) { // a wide letter cut in two
			cluster, w := ansi.FirstGraphemeCluster(l.text[at:], ansi.GraphemeWidth)
			r.from += len(cluster)
			lead = max(cells+w-v.xoff, 0)
		}
	}
	at, cells := reach(l.text[r.from:r.to], width-lead)
	more := ""
	if !v.wrap && r.from+at < r.to && width > 1 {
		at, cells = reach(l.text[r.from:r.to], width-lead-1)
		more = v.drawn.pens.kinds[punct].Paint("…") // the line goes on
	}
	s := paint(&v.drawn.pens, l.text, highlight(l, v.page.language), v.search.of(r.line), here, r.from, r.from+at)
	if more != "" {
		return clean.Spaces(lead) + s + clean.Spaces(width-lead-cells-1) + more
	}
	return clean.Spaces(lead) + s + clean.Spaces(width-lead-cells)
}

// notice is what stands in place of a text: loading, why not, or that it is empty.
func (v *View) notice(width, height int) string {
	t := v.o.Theme
	var lines []string
	say := func(p theme.Pen, s string) {
		for l := range strings.SplitSeq(ansi.Wrap(clean.Line(s), max(width-4, 1), ""), "\n") {
			lines = append(lines, p.Paint(l))
		}
	}
	switch {
	case v.page != nil:
		say(theme.PenOf(t.Muted), v.o.Empty)
	case v.failed:
		head := "✗ failed"
		if v.problem.Class != "" {
			head = "✗ " + v.problem.Class
		}
		if v.problem.Op != "" {
			head += ": " + v.problem.Op
		}
		say(theme.PenOf(t.Bad), head)
		say(theme.PenOf(t.Text), v.problem.Text)
		if v.problem.Hint != "" {
			say(theme.PenOf(t.Accent), v.problem.Hint)
		}
		if k := v.o.Keymap.For("refresh"); len(k) > 0 {
			say(theme.PenOf(t.Muted), keymap.Show(k[0])+" tries again")
		}
	default:
		text := "Loading…"
		if age := v.o.Now().Sub(v.began); age >= 2*time.Second {
			text = fmt.Sprintf("Loading… %d s", int(age.Seconds()))
		}
		say(theme.PenOf(t.Muted), text)
	}
	out := make([]string, height)
	first := max((height-len(lines))/3, 0)
	for i := range out {
		line := ""
		if k := i - first; k >= 0 && k < len(lines) {
			line = clean.Spaces(max((width-clean.Width(lines[k]))/2, 0)) + lines[k]
		}
		out[i] = clean.Fit(line, width)
	}
	return strings.Join(out, "\n")
}

// part says which lines are in sight where not all are: "1–15 of 87".
func (v *View) part() string {
	n := v.count()
	if v.height < 1 || n <= v.height {
		return ""
	}
	return fmt.Sprintf("%d–%d of %d", v.top+1, min(v.top+v.height, n), n)
}

// Title is name and scope, which lines are in sight, what is searched, and how old the
// text is where a refresh failed.
func (v *View) Title() string {
	t := v.o.Theme
	s := theme.PenOf(t.Frame.Title).Paint(clean.Line(v.o.Name))
	if v.o.Scope != "" {
		s += theme.PenOf(t.Frame.Title).Paint("(") + theme.PenOf(t.Frame.Highlight).Paint(clean.Line(v.o.Scope)) + theme.PenOf(t.Frame.Title).Paint(")")
	}
	if v.page != nil && v.page.note != "" {
		s += " " + theme.PenOf(t.Frame.Stale).Paint(v.page.note)
	}
	if v.search.pattern != "" {
		n := len(v.search.hits)
		count := fmt.Sprintf("[%d/%d]", min(v.search.at+1, n), n)
		if n >= maxHits {
			count = fmt.Sprintf("[%d/more than %d]", v.search.at+1, maxHits)
		}
		s += " " + theme.PenOf(t.Frame.Filter).Paint("</"+clean.Cut(clean.Line(v.search.pattern), 30)+">") + theme.PenOf(t.Frame.Counter).Paint(count)
	}
	if v.failed && v.page != nil {
		class := v.problem.Class
		if class == "" {
			class = "failed"
		}
		age := v.o.Now().Sub(v.loaded).Truncate(time.Second)
		s += " " + theme.PenOf(t.Frame.Stale).Paint(fmt.Sprintf("✗ %s, %v old", class, age))
	}
	if part := v.part(); part != "" {
		s += " " + theme.PenOf(t.Frame.Counter).Paint(part)
	}
	return s
}
