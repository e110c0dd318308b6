package logview

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// text is safe, plain text for one line, with its styles apart, so that it can be
// cut, wrapped and searched without looking at sequences.
type text struct {
	s    string
	runs []run // by where they begin
}

// run is a style from a byte on, as the sequence that opens it; "" is none.
type run struct {
	from int
	open string
}

const reset = "\x1b[m"

// add appends plain text in one style.
func (t *text) add(s string, p theme.Pen) {
	if s == "" {
		return
	}
	t.open(p.Open)
	t.s += s
}

func (t *text) open(open string) {
	if n := len(t.runs); n > 0 && t.runs[n-1].open == open || n == 0 && open == "" {
		return
	}
	t.runs = append(t.runs, run{len(t.s), open})
}

// addColored appends text that may hold colours of its own, which come on top of
// the style. The text is clean: there are no other sequences in it.
func (t *text) addColored(s string, p theme.Pen) {
	if strings.IndexByte(s, 0x1b) < 0 {
		t.add(s, p)
		return
	}
	var b strings.Builder
	b.Grow(len(t.s) + len(s))
	b.WriteString(t.s)
	open := p.Open
	t.openAt(b.Len(), open)
	for s != "" {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			i = len(s)
		}
		b.WriteString(s[:i])
		s = s[i:]
		if end := strings.IndexByte(s, 'm'); end > 0 {
			if pen := s[:end+1]; pen == reset {
				open = p.Open
			} else {
				open += pen
			}
			t.openAt(b.Len(), open)
			s = s[end+1:]
		}
	}
	t.s = b.String()
}

func (t *text) openAt(at int, open string) {
	if n := len(t.runs); n > 0 && t.runs[n-1].from == at {
		t.runs[n-1].open = open
		return
	}
	t.runs = append(t.runs, run{at, open})
}

// span is a part of a text in a colour above all others.
type span struct {
	from, to int
	pen      theme.Pen
}

// append appends the bytes [from, to) with their styles, and the marks, sorted,
// upon them.
func (t *text) append(dst []byte, from, to int, marks []span) []byte {
	at, _ := slices.BinarySearchFunc(t.runs, from, func(r run, from int) int { return r.from - from })
	if at == len(t.runs) || t.runs[at].from > from {
		at--
	}
	for from < to {
		end, open := to, ""
		for at+1 < len(t.runs) && t.runs[at+1].from <= from {
			at++
		}
		if at >= 0 {
			open = t.runs[at].open
		}
		if at+1 < len(t.runs) {
			end = min(end, t.runs[at+1].from)
		}
		for len(marks) > 0 && marks[0].to <= from {
			marks = marks[1:]
		}
		if len(marks) > 0 {
			if m := marks[0]; m.from <= from {
				end, open = min(to, m.to), m.pen.Open
			} else {
				end = min(end, m.from)
			}
		}
		if open == "" {
			dst = append(dst, t.s[from:end]...)
		} else {
			dst = append(dst, open...)
			dst = append(dst, t.s[from:end]...)
			dst = append(dst, reset...)
		}
		from = end
	}
	return dst
}

// breaks are the bytes at which the rows of a text begin, of at most width cells.
func breaks(s string, width, limit int) []int {
	width = max(width, 1)
	out := []int{0}
	if clean.IsPlain(s) {
		for at := width; at < len(s) && len(out) < limit; at += width {
			out = append(out, at)
		}
		return out
	}
	for cells, at := 0, 0; at < len(s); {
		cluster, w := ansi.FirstGraphemeCluster(s[at:], ansi.GraphemeWidth)
		if cells+w > width && cells > 0 {
			if len(out) == limit {
				break
			}
			out = append(out, at)
			cells = 0
		}
		cells += w
		at += len(cluster)
	}
	return out
}

// window is the part of a text that is seen through cells [x, x+width): its bytes,
// the cells that a character cut in two leaves empty before it, and the cells it
// takes.
func window(s string, x, width int) (from, to, lead, cells int) {
	if clean.IsPlain(s) {
		from = min(x, len(s))
		to = min(x+width, len(s))
		return from, to, 0, to - from
	}
	at, pos := 0, 0
	for at < len(s) && pos < x {
		cluster, w := ansi.FirstGraphemeCluster(s[at:], ansi.GraphemeWidth)
		at += len(cluster)
		pos += w
	}
	from, lead = at, max(pos-x, 0)
	cells = lead
	for at < len(s) {
		cluster, w := ansi.FirstGraphemeCluster(s[at:], ansi.GraphemeWidth)
		if cells+w > width {
			break
		}
		cells += w
		at += len(cluster)
	}
	return from, at, min(lead, width), cells - lead
}
