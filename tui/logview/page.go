package logview

import (
	"strings"

	"ecsole/lines"
	"ecsole/tui/clean"
)

// place is a row of an item: where the screen begins while it does not follow.
type place struct {
	key lines.Key
	row int
}

// shown is one row of the screen.
type shown struct {
	item int // in page.items; -1: a mark line
	row  int
	text string
}

// page is what the screen shows.
type page struct {
	items []item
	rows  []shown
	first bool // nothing is before the first row
	end   bool // nothing is behind the last row
	total int  // lines that there are to show
	fresh int  // of them, those that came since the view was paused
	at    int  // the cursor's item, -1 for none
}

// lay finds the rows that are on the screen now.
func (v *View) layout(height int) {
	p := &v.page
	if v.follow {
		v.layBack(nil, height)
		p.at = -1
		return
	}
	v.layFrom(v.top, height)
	if !p.seesCursor(v.cur) {
		if len(p.items) > 0 && v.cur.Compare(p.items[0].Key) < 0 {
			v.layFrom(place{key: v.cur}, height)
		} else {
			v.layBack(&place{key: v.cur, row: -1}, height)
		}
		p.seesCursor(v.cur)
		if len(p.rows) > 0 && p.rows[0].item >= 0 {
			v.top = place{p.items[p.rows[0].item].Key, p.rows[0].row}
		}
	}
	v.paintChosen()
}

// paintChosen draws the cursor's item, and those selected, in the cursor's colours.
func (v *View) paintChosen() {
	p := &v.page
	if p.at < 0 {
		return
	}
	from, to, _ := v.chosen()
	drawn, rows := -1, []string(nil)
	for i := range p.rows {
		r := &p.rows[i]
		if r.item < 0 || p.items[r.item].last.Compare(from) < 0 || p.items[r.item].Key.Compare(to) > 0 {
			continue
		}
		if r.item != drawn {
			drawn, rows = r.item, v.rowsOf(&p.items[r.item], true)
		}
		if r.row < len(rows) {
			r.text = rows[r.row]
		}
	}
}

// seesCursor finds the item with the key, or the one after it, among the rows.
func (p *page) seesCursor(k lines.Key) bool {
	p.at = -1
	for _, r := range p.rows {
		if r.item >= 0 && p.items[r.item].last.Compare(k) >= 0 {
			if r.item == 0 && r.row > 0 && len(p.items) > 0 && !p.first && p.items[0].Key.Compare(k) > 0 {
				return false
			}
			p.at = r.item
			return r.item > 0 || p.items[0].Key.Compare(k) <= 0 || p.first
		}
	}
	if p.end && len(p.rows) > 0 { // behind the last line: the last one it is
		p.at = p.rows[len(p.rows)-1].item
		return p.at >= 0
	}
	return false
}

// layFrom fills the screen from a place on. Where the lines end before it is full,
// it is filled from the end.
func (v *View) layFrom(from place, height int) {
	p := &v.page
	more := false
	v.read(func(w *walk) {
		p.count(w, v)
		i := w.at(from.key)
		p.items = w.forward(i, height)
		p.first, p.end = true, true
		if n := len(p.items); n > 0 {
			p.first = w.prev(w.r.Find(p.items[0].Key)) < 0
			more = w.next(w.r.Find(p.items[n-1].last)) >= 0
		}
	})
	p.rows = p.rows[:0]
	skip := from.row
	if len(p.items) > 0 && p.items[0].Key != from.key {
		skip = 0
	}
	p.first = p.first && skip <= 0
	for i := range p.items {
		v.put(i, skip, height)
		skip = 0
		if len(p.rows) > height {
			break
		}
	}
	p.end = !more && len(p.rows) <= height
	if len(p.rows) < height && !p.first {
		v.layBack(nil, height)
		return
	}
	p.rows = p.rows[:min(len(p.rows), height)]
}

// layBack fills the screen so that it ends with a row: row -1 is the last of its
// item, and nil is the end of all.
func (v *View) layBack(to *place, height int) {
	p := &v.page
	more := false
	v.read(func(w *walk) {
		p.count(w, v)
		i := w.end()
		if to != nil {
			i = w.at(to.key)
		}
		p.items = w.backward(i, height)
		p.first, p.end = true, true
		if n := len(p.items); n > 0 {
			p.first = w.prev(w.r.Find(p.items[0].Key)) < 0
			more = w.next(w.r.Find(p.items[n-1].last)) >= 0
		}
	})
	p.rows = p.rows[:0]
	for i := range p.items {
		v.put(i, 0, 1<<30)
	}
	if n := len(p.items); to != nil && to.row >= 0 && n > 0 {
		for len(p.rows) > 0 {
			if last := p.rows[len(p.rows)-1]; last.item == n-1 && last.row > to.row {
				p.rows = p.rows[:len(p.rows)-1]
				more = true
				continue
			}
			break
		}
	}
	p.end = !more
	if over := len(p.rows) - height; over > 0 {
		p.rows = p.rows[over:]
		p.first = false
	} else if to != nil && len(p.rows) < height && !p.end && len(p.items) > 0 {
		v.layFrom(place{key: p.items[0].Key}, height)
	}
}

// put appends the rows of an item and the mark line under it.
func (v *View) put(i, skip, height int) {
	p := &v.page
	it := &p.items[i]
	for n, s := range v.rowsOf(it, false) {
		if n >= skip && len(p.rows) <= height {
			p.rows = append(p.rows, shown{i, n, s})
		}
	}
	for _, r := range v.rulers {
		if r.after.Compare(it.Key) >= 0 && r.after.Compare(it.last) <= 0 {
			p.rows = append(p.rows, shown{-1, 0, v.ruler(r)})
		}
	}
}

// count counts the lines there are, and those that are new since the pause.
func (p *page) count(w *walk, v *View) {
	q := &w.r
	if w.around > 0 {
		q = &w.hits
	}
	p.total, p.fresh = q.Len(), 0
	if w.around == 0 {
		p.total -= w.lo
	}
	if !v.follow {
		p.fresh = q.Len() - q.Find(after(v.paused))
	}
}

// ruler is a mark line.
type ruler struct {
	after lines.Key
	text  string
}

func (v *View) ruler(r ruler) string {
	s := "── " + r.text + " "
	if n := v.look.width - clean.Width(s); n > 0 {
		s += strings.Repeat("─", n)
	}
	return v.pens.ruler.Paint(clean.Fit(s, v.look.width))
}
