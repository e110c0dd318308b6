package textview

import (
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"charm.land/lipgloss/v2"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// pens are the styles of spans, ready to paint.
type pens struct {
	kinds       [kinds]theme.Pen
	match, here theme.Pen
	version     int
}

func newPens(t *theme.Theme) pens {
	p := pens{version: t.Version, match: theme.PenOf(t.Search.Match), here: theme.PenOf(t.Search.MatchHere)}
	for k, s := range [kinds]lipgloss.Style{
		plain: t.Text, heading: t.Accent.Bold(true), label: t.Dialog.Label, good: t.Good, pending: t.Warn, bad: t.Bad, dim: t.Muted,
		name: t.Syntax.Key, text: t.Syntax.String, number: t.Syntax.Number, keyword: t.Syntax.Keyword,
		punct: t.Syntax.Punct, comment: t.Syntax.Comment,
	} {
		p.kinds[k] = theme.PenOf(s)
	}
	return p
}

// row is one line of the screen: the bytes [from, to) of a line of the page.
type row struct{ line, from, to int }

// breaks cuts a line's text into rows of at most width cells. Rows after the first
// have hang cells less, if there is room for them, and break at blanks.
func breaks(s string, width, hang int) []int {
	width = max(width, 1)
	if hang > 0 {
		return hanging(s, width, hang)
	}
	if clean.IsPlain(s) {
		n := max((len(s)+width-1)/width, 1)
		out := make([]int, n)
		for i := range out {
			out[i] = i * width
		}
		return out
	}
	out := []int{0}
	for from := 0; from < len(s); {
		at, _ := reach(s[from:], width)
		if at == 0 { // a letter wider than the row
			cluster, _ := ansi.FirstGraphemeCluster(s[from:], ansi.GraphemeWidth)
			at = len(cluster)
		}
		if from += at; from < len(s) {
			out = append(out, from)
		}
	}
	return out
}

// leastHanging is how wide rows must be for an indent to make sense.
const leastHanging = 16

// hanging breaks at the last blank that fits, else anywhere.
func hanging(s string, width, hang int) []int {
	out := []int{0}
	for from, room := 0, width; ; room = width - hang {
		at, _ := reach(s[from:], room)
		if from+at >= len(s) {
			return out
		}
		switch i := strings.LastIndexByte(s[from:from+at], ' '); {
		case s[from+at] == ' ': // a word ends at the edge
			at++
		case i >= 0 && strings.TrimSpace(s[from:from+i]) != "" && (from > 0 || i > hang):
			at = i + 1
		}
		from += max(at, 1)
		out = append(out, from)
	}
}

// reach is the byte at which cell begins in s, and the cells before it.
func reach(s string, cell int) (at, cells int) {
	if clean.IsPlain(s) {
		n := min(cell, len(s))
		return n, n
	}
	for at < len(s) {
		cluster, w := ansi.FirstGraphemeCluster(s[at:], ansi.GraphemeWidth)
		if cells+w > cell {
			break
		}
		cells += w
		at += len(cluster)
	}
	return at, cells
}

// paint draws the bytes [from, to) of a text with its spans and the matches in it,
// of which here is the current one.
func paint(p *pens, s string, spans []span, matches []match, here match, from, to int) string {
	var b strings.Builder
	pos := from
	put := func(until int, k kind) {
		until = min(until, to)
		for pos < until {
			i := sort.Search(len(matches), func(i int) bool { return matches[i].to > pos })
			end, pen := until, p.kinds[k]
			if i < len(matches) {
				switch m := matches[i]; {
				case m.from <= pos:
					end, pen = min(end, m.to), p.match
					if m == here {
						pen = p.here
					}
				default:
					end = min(end, m.from)
				}
			}
			b.WriteString(pen.Paint(s[pos:end]))
			pos = end
		}
	}
	for _, sp := range spans {
		if sp.to <= pos {
			continue
		}
		put(max(sp.from, pos), plain)
		put(sp.to, sp.kind)
	}
	put(to, plain)
	return b.String()
}
