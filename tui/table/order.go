package table

import (
	"cmp"
	"slices"

	"ecsole/tui/filter"
)

// SetFilter shows only the rows that match: a row's text is its cells as they are
// seen, those of wide columns in wide mode only, joined by a space, and after them
// what they stand for. Columns left out because the
// screen is narrow count, so that a resize does not change what is found.
func (t *Table) SetFilter(f filter.Filter) {
	t.filter = f
	t.matchID++
	t.changed(false, true)
}

// Filter returns the filter in force.
func (t *Table) Filter() filter.Filter { return t.filter }

// SetFaults turns the faults mode on or off.
func (t *Table) SetFaults(on bool) {
	t.faults = on
	t.changed(false, true)
}

// Faults reports the faults mode.
func (t *Table) Faults() bool { return t.faults }

// SetWide turns the wide mode on or off.
func (t *Table) SetWide(on bool) {
	t.wide = on
	t.matchID++
	t.changed(false, true)
}

// Wide reports the wide mode.
func (t *Table) Wide() bool { return t.wide }

// Sorted returns what the rows are sorted by.
func (t *Table) Sorted() Sort { return t.sort }

// SetSort sorts by a column; one that does not exist means order of arrival.
func (t *Table) SetSort(s Sort) {
	if s.Column < 0 || s.Column >= len(t.columns) {
		s.Column = -1
	}
	t.sort = s
	t.retouchAll()
}

// SortBy sorts by a column, or turns the direction where it is sorted by already.
func (t *Table) SortBy(column int) {
	t.SetSort(Sort{Column: column, Descending: t.sort.Column == column && !t.sort.Descending})
}

// SortByKey is SortBy for the column with that sort key; false means none has it.
func (t *Table) SortByKey(key string) bool {
	i := slices.IndexFunc(t.columns, func(c Column) bool { return c.Key != "" && c.Key == key })
	if i < 0 {
		return false
	}
	t.SortBy(i)
	return true
}

// Pick moves the column picker by n columns among those of the present mode,
// beginning at the sorted column. A picked column is always drawn.
func (t *Table) Pick(n int) {
	from := t.picked
	if from < 0 {
		from = max(0, t.sort.Column) - sign(n)
	}
	step := sign(n)
	for range abs(n) {
		next := from + step
		for next >= 0 && next < len(t.columns) && !t.offered(next) {
			next += step
		}
		if next < 0 || next >= len(t.columns) {
			break
		}
		from = next
	}
	if from >= 0 && from < len(t.columns) && t.offered(from) {
		t.picked = from
	}
	t.changed(false, false)
}

// Picked is the picked column, or -1.
func (t *Table) Picked() int { return t.picked }

// Unpick ends picking.
func (t *Table) Unpick() {
	t.picked = -1
	t.changed(false, false)
}

// SortPicked sorts by the picked column, or turns the sort where none is picked.
func (t *Table) SortPicked() {
	column := t.picked
	if column < 0 {
		column = t.sort.Column
	}
	t.SortBy(column)
}

// offered reports whether the present mode shows the column at all.
func (t *Table) offered(i int) bool { return t.wide || !t.columns[i].Wide }

// touch notes that a row may have another place, and may match or not.
func (t *Table) touch(e *entry) {
	e.touched = true
	t.changed(true, true)
}

func (t *Table) retouchAll() {
	for _, e := range t.all {
		e.touched = true
	}
	t.changed(true, true)
}

// settle makes order and selection hold again after changes. Everything that
// looks at positions calls it first.
func (t *Table) settle() {
	if t.resort {
		t.order()
	}
	if t.refilt {
		t.choose()
	}
	t.resort, t.refilt = false, false
}

// order sorts what was touched and merges it with the rest, which is in order.
func (t *Table) order() {
	touched := t.touched[:0]
	rest := make([]*entry, 0, len(t.all))
	for _, e := range t.sorted {
		switch {
		case e.gone:
		case e.touched:
			touched = append(touched, e)
		default:
			rest = append(rest, e)
		}
	}
	for i := len(t.all) - 1; i >= 0 && !t.all[i].placed; i-- {
		t.all[i].placed = true
		touched = append(touched, t.all[i])
	}
	slices.SortFunc(touched, t.compare)
	t.sorted = t.merge(t.sorted[:0], rest, touched)
	for _, e := range touched {
		e.touched = false
	}
	clear(touched)
	t.touched = touched[:0]
}

func (t *Table) merge(to, a, b []*entry) []*entry {
	if len(to) < len(a)+len(b) {
		to = slices.Grow(to, len(a)+len(b))
	}
	for len(a) > 0 && len(b) > 0 {
		if t.compare(a[0], b[0]) <= 0 {
			to, a = append(to, a[0]), a[1:]
		} else {
			to, b = append(to, b[0]), b[1:]
		}
	}
	to = append(append(to, a...), b...)
	clear(to[len(to):cap(to)])
	return to
}

// compare is a total order: the sort column, then the id. Rows whose cell is not
// known come last whatever the direction, before them texts among values.
func (t *Table) compare(a, b *entry) int {
	i := t.sort.Column
	if i < 0 {
		if t.sort.Descending {
			a, b = b, a
		}
		return cmp.Compare(a.seq, b.seq)
	}
	ca, cb := a.row.cell(i), b.row.cell(i)
	ka, kb := ca.known(), cb.known()
	if ka != kb {
		if ka {
			return -1
		}
		return 1
	}
	c := &t.columns[i]
	if value := ca.Sort != nil; ka && c.Less == nil && !c.Exact && value != (cb.Sort != nil) {
		if value { // a text among values says why there is none
			return -1
		}
		return 1
	}
	v := 0
	if ka {
		switch {
		case c.Less != nil:
			v = c.Less(&a.row, &b.row)
		case c.Exact:
			v = cmp.Compare(ca.plain(), cb.plain())
		default:
			v = compareCells(ca, cb)
		}
	}
	if t.sort.Descending {
		v = -v
	}
	if v == 0 {
		v = cmp.Compare(a.row.ID, b.row.ID)
	}
	return v
}

// choose makes the list of shown rows and finds the cursor in it.
func (t *Table) choose() {
	before := t.shown
	t.shown = t.spare[:0]
	for _, e := range t.sorted {
		if e.isShown = t.wants(e); e.isShown {
			e.pos = len(t.shown)
			t.shown = append(t.shown, e)
		}
	}
	t.follow(before)
	clear(before)
	t.spare = before[:0]
}

func (t *Table) wants(e *entry) bool {
	if t.faults && !t.isFault(&e.row) {
		return false
	}
	if t.filter.Empty() {
		return true
	}
	if e.matchID != t.matchID || e.matchV != e.version {
		e.match = t.matches(&e.row)
		e.matchID, e.matchV = t.matchID, e.version
	}
	return e.match
}

func (t *Table) isFault(r *Row) bool {
	if t.opt.Fault != nil {
		return t.opt.Fault(r)
	}
	switch r.Health {
	case Pending, Warn, Failed, Unknown:
		return true
	}
	return false
}

// matches puts the row's text together and asks the filter.
func (t *Table) matches(r *Row) bool {
	fields := t.fields[:0]
	for i := range r.Cells {
		if i >= len(t.columns) || !t.offered(i) {
			continue
		}
		if s := r.Cells[i].seen(); s != "" {
			fields = append(fields, s)
		}
	}
	for i := range r.Cells {
		if i < len(t.columns) && t.offered(i) {
			if s := r.Cells[i].more(); s != "" {
				fields = append(fields, s)
			}
		}
	}
	if r.Note != "" && !t.filter.Fuzzy() { // letters with gaps are in every sentence
		fields = append(fields, r.Note)
	}
	t.fields = fields
	return t.filter.MatchFields(fields)
}

func sign(n int) int { return cmp.Compare(n, 0) }

func abs(n int) int { return n * sign(n) }
