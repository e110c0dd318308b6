package match

import "ecsole/lines"

// Scan calls hit with the numbers of the lines that match, upwards, until hit
// returns false. Where a term can tell a literal that every matching line
// contains, the search runs over the block's text as a whole and looks at the
// lines in which it finds something.
func (q *Query) Scan(b lines.Block, hit func(i int) bool) {
	if len(q.terms) == 0 {
		for i := range b.Len() {
			if !hit(i) {
				return
			}
		}
		return
	}
	text := b.Text()
	lead := q.lead(text)
	if lead < 0 {
		for i := range b.Len() {
			from, to := b.Span(i)
			if q.Match(text[from:to], b.Level(i)) && !hit(i) {
				return
			}
		}
		return
	}
	q.scanBy(lead, b, text, hit)
}

// lead is the term whose literals narrow best, or -1.
func (q *Query) lead(text []byte) int {
	best, width := -1, 0
	for i := range q.terms {
		t := &q.terms[i]
		if t.not || t.find == nil || t.find.strange(text) {
			continue
		}
		if w := t.find.width; w > width || t.find.one != nil && len(t.find.one) > width {
			best, width = i, max(w, len(t.find.one))
		}
	}
	return best
}

func (q *Query) scanBy(lead int, b lines.Block, text []byte, hit func(i int) bool) {
	t := &q.terms[lead]
	n := b.Len()
	alone := t.exact && len(q.terms) == 1
	for i, at := 0, 0; i < n; {
		found, width := t.find.index(text[at:])
		if found < 0 {
			return
		}
		at += found
		i = lineAt(b, i, at)
		from, to := b.Span(i)
		if at+width > to {
			at++ // it reaches into the next line: no line contains it
			continue
		}
		if alone || q.Match(text[from:to], b.Level(i)) {
			if !hit(i) {
				return
			}
		}
		at = to
		i++
	}
}

// lineAt is the line, from i on, that holds the byte at at.
func lineAt(b lines.Block, i, at int) int {
	step := 1
	lo, n := i, b.Len()
	for lo+step < n {
		if from, _ := b.Span(lo + step); from > at {
			break
		}
		lo += step
		step *= 2
	}
	hi := min(lo+step, n)
	for lo+1 < hi {
		mid := (lo + hi) / 2
		if from, _ := b.Span(mid); from > at {
			hi = mid
		} else {
			lo = mid
		}
	}
	// Lines without text share their beginning with the one after.
	for {
		_, to := b.Span(lo)
		if to > at || lo+1 >= n {
			return lo
		}
		lo++
	}
}
