package table

import (
	"slices"

	"ecsole/tui/clean"
)

const (
	gutter      = 3  // mark, glyph, space
	minGutter   = 10 // a narrower screen has none
	firstFloor  = 20 // what the first column may shrink to where it has no Min
	roomiestGap = 3  // gaps grow up to this where there is room
)

// layout is which columns are drawn, and how wide.
type layout struct {
	key     layoutKey
	version uint64
	gutter  int
	columns []placed
	left    int // columns scrolled away
	right   int // columns for which there is no room
}

type placed struct {
	column int
	width  int
	gap    int // spaces after it
}

// layoutKey is all that a layout depends on.
type layoutKey struct {
	width, scroll, picked int
	wide                  bool
	sort                  Sort
	widths                uint64
}

// arrange returns the layout for a screen of that width.
func (t *Table) arrange(width int) *layout {
	l := &t.layout
	key := layoutKey{width: width, scroll: t.scroll, picked: t.picked, wide: t.wide, sort: t.sort, widths: t.width.version}
	if l.key == key && l.version > 0 {
		return l
	}
	*l = layout{key: key, version: l.version + 1}
	if width >= minGutter {
		l.gutter = gutter
	}
	candidates := t.candidates()
	if len(candidates) == 0 {
		return l
	}
	room := width - l.gutter
	skip := t.skip(candidates)
	rest := t.rest(candidates, skip)
	kept, thin := t.admit(rest, skip, room)
	l.columns = t.spread(kept, thin, room)
	if n := len(rest) - len(kept); n > 0 && len(kept) > 1 {
		marker := len(rightMarker(n))
		if c := l.columns[len(l.columns)-1]; c.width+c.gap < clean.Width(t.columns[c.column].Title)+1+marker {
			// It stands beside the last title, not on it.
			kept, thin = t.admit(rest, skip, room-marker)
			l.columns = t.spread(kept, thin, room-marker)
		}
	}
	l.left, l.right = skip, len(rest)-len(kept)
	return l
}

// candidates are the columns of the present mode.
func (t *Table) candidates() []int {
	var out []int
	for i := range t.columns {
		if t.offered(i) {
			out = append(out, i)
		}
	}
	return out
}

// skip is how many columns after the first are scrolled away: never the picked one.
func (t *Table) skip(candidates []int) int {
	skip := min(t.scroll, len(candidates)-1)
	if at := slices.Index(candidates, t.picked); at > 0 {
		skip = min(skip, at-1)
	}
	return skip
}

func (t *Table) rest(candidates []int, skip int) []int {
	return append([]int{candidates[0]}, candidates[1+skip:]...)
}

// maxScroll is the least scrolling that leaves nothing out of sight on the right.
func (t *Table) maxScroll() int {
	candidates := t.candidates()
	if len(candidates) == 0 {
		return 0
	}
	room := t.layout.key.width - t.layout.gutter
	for s := range len(candidates) - 1 {
		rest := t.rest(candidates, s)
		if kept, _ := t.keep(rest, room); len(kept) == len(rest) {
			return s
		}
	}
	return len(candidates) - 1
}

func (t *Table) baseGap() int {
	if t.opt.Changes {
		return 2 // the sign of a change stands in the gap
	}
	return 1
}

// natural is the width that a column would like, without its Max.
func (t *Table) natural(i int) int {
	w := t.width.cur[i]
	if t.sort.Column == i {
		w = max(w, clean.Width(t.columns[i].Title)+1)
	}
	return max(w, t.columns[i].Min, 1)
}

// base is the width that a column gets where there is enough room for all.
func (t *Table) base(i int) int {
	w := t.natural(i)
	if m := t.columns[i].Max; m > 0 {
		w = min(w, max(m, t.columns[i].Min))
	}
	return w
}

// floor is the width below which a column is left out instead.
func (t *Table) floor(i int) int {
	switch c := &t.columns[i]; {
	case c.Min > 0:
		return min(c.Min, t.base(i))
	case i == t.first():
		return min(firstFloor, t.base(i))
	}
	return t.base(i)
}

func (t *Table) first() int {
	for i := range t.columns {
		if t.offered(i) {
			return i
		}
	}
	return 0
}

// admit takes the columns that have room: by importance, but once the user asks for
// all columns or scrolls, from left to right, so that each can be reached.
func (t *Table) admit(columns []int, skip, room int) (kept, thin []int) {
	if !t.wide && skip == 0 {
		return t.keep(columns, room)
	}
	for n := len(columns); n > 1; n-- {
		if kept, thin = t.keep(columns[:n], room); len(kept) == n {
			if t.picked >= 0 && slices.Contains(columns[n:], t.picked) {
				return t.keep(columns, room)
			}
			return kept, thin
		}
	}
	return columns[:1], nil
}

// keep takes columns out, the least important first, until the rest has room. What
// went before a wide one comes back where that one leaves room for it; thin are those
// that come back with less than they need, rather than leave the room empty.
func (t *Table) keep(columns []int, room int) (kept, thin []int) {
	kept = slices.Clone(columns)
	need := -t.baseGap()
	if t.opt.Changes {
		need++ // the sign after the last column
	}
	for _, i := range kept {
		need += t.floor(i) + t.baseGap()
	}
	var gone []int
	for need > room && len(kept) > 1 {
		out := 1
		for at := 2; at < len(kept); at++ {
			if t.priority(kept[at]) <= t.priority(kept[out]) {
				out = at
			}
		}
		need -= t.floor(kept[out]) + t.baseGap()
		gone = append(gone, kept[out])
		kept = slices.Delete(kept, out, out+1)
	}
	for _, i := range kept {
		need += t.base(i) - t.floor(i) // nobody else gives way for them
	}
	for _, i := range slices.Backward(gone) {
		more := min(t.base(i), room-need-t.baseGap())
		if more < t.floor(i) {
			continue
		}
		if more < t.base(i) {
			thin = append(thin, i)
		}
		need += more + t.baseGap()
		kept = append(kept, i)
	}
	slices.SortFunc(kept, func(a, b int) int { return slices.Index(columns, a) - slices.Index(columns, b) })
	return kept, thin
}

func (t *Table) priority(i int) int {
	if i == t.picked {
		return int(^uint(0) >> 1)
	}
	return t.columns[i].Priority
}

// spread gives the kept columns their widths: first up to what they need, the thin ones
// last, then flexible ones beyond their Max, and what is left to the gaps.
func (t *Table) spread(kept, thin []int, room int) []placed {
	out := make([]placed, len(kept))
	left := room
	for at, i := range kept {
		out[at] = placed{column: i, width: t.floor(i), gap: t.baseGap()}
		left -= out[at].width + out[at].gap
	}
	last := &out[len(out)-1]
	left += last.gap
	last.gap = 0
	if t.opt.Changes && room > 1 {
		last.gap = 1
		left--
	}
	if left < 0 { // only the first column is there
		out[0].width = max(0, out[0].width+left)
		return out
	}
	left = fill(out, left, func(i int) int {
		if slices.Contains(thin, i) {
			return 0
		}
		return t.base(i)
	})
	left = fill(out, left, t.base)
	left = fill(out, left, func(i int) int {
		if t.columns[i].Flex {
			return t.natural(i)
		}
		return 0
	})
	if gaps := len(out) - 1; gaps > 0 {
		more := min(left/gaps, roomiestGap-t.baseGap())
		for at := range gaps {
			out[at].gap += more
		}
	}
	return out
}

// fill widens columns towards their goals, cell by cell in turn, so that one long
// column does not starve the others; it returns the room that is left.
func fill(columns []placed, room int, goal func(column int) int) int {
	for room > 0 {
		grown := false
		for at := range columns {
			if room > 0 && columns[at].width < goal(columns[at].column) {
				columns[at].width++
				room--
				grown = true
			}
		}
		if !grown {
			break
		}
	}
	return room
}
