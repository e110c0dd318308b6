package table

import "iter"

// Set replaces the table's rows: one generation, begun and ended.
func (t *Table) Set(rows []Row) {
	t.BeginGeneration()
	t.Upsert(rows...)
	t.EndGeneration(true)
}

// BeginGeneration starts a refresh: rows put from now on count as seen.
func (t *Table) BeginGeneration() {
	t.gen++
	t.open = true
}

// EndGeneration ends a refresh. Only a complete one, without a gap, makes the rows
// leave that it has not seen; their marks go with them.
func (t *Table) EndGeneration(complete bool) {
	if complete {
		for _, e := range t.all {
			if e.gen != t.gen {
				t.drop(e)
			}
		}
		t.sweep()
	}
	t.open = false
	t.ends++
	t.width.settle(t.columns, t.all)
	t.changed(false, false)
}

// Generations is the number of generations that have ended.
func (t *Table) Generations() int { return t.ends }

// Upsert adds rows or replaces those of the same id, in the place they have. The
// table keeps the Cells slices: do not use them afterwards.
func (t *Table) Upsert(rows ...Row) {
	for i := range rows {
		t.put(rows[i])
	}
}

func (t *Table) put(r Row) {
	for i := range r.Cells {
		tidy(&r.Cells[i])
	}
	r.Note = tidyText(r.Note)
	if r.Health >= states {
		r.Health = None
	}
	e := t.rows[r.ID]
	if e == nil {
		e = t.insert(r)
		e.added = t.opt.Changes && t.ends > 0
	} else {
		t.replace(e, r)
	}
	e.gen = t.gen
	t.touch(e)
}

func (t *Table) insert(r Row) *entry {
	t.arrived++
	e := &entry{row: r, version: 1, seq: t.arrived}
	t.rows[r.ID] = e
	t.all = append(t.all, e)
	t.measure(e)
	return e
}

// replace gives a known row its new cells; overlays without news stay.
func (t *Table) replace(e *entry, r Row) {
	for i, c := range t.columns {
		if !c.Overlay || i >= len(e.row.Cells) || r.Cell(i) != (Cell{}) {
			continue
		}
		if e.row.Cells[i] == (Cell{}) {
			continue
		}
		r.Cells = extend(r.Cells, i)
		r.Cells[i] = e.row.Cells[i]
	}
	if t.opt.Changes && t.open {
		t.note(e, r.Cells)
	}
	if !same(&e.row, &r) {
		e.version++
	}
	e.row = r
	t.measure(e)
}

// same reports whether two rows look alike.
func same(a, b *Row) bool {
	if a.Health != b.Health || a.Note != b.Note || len(a.Cells) != len(b.Cells) {
		return false
	}
	for i := range a.Cells {
		if a.Cells[i] != b.Cells[i] {
			return false
		}
	}
	return true
}

func extend(cells []Cell, i int) []Cell {
	for len(cells) <= i {
		cells = append(cells, Cell{})
	}
	return cells
}

// Gap notes ids that could not be read in this refresh: rows that are known keep
// their cells, new ones show the id's last part; both become Unknown with the note.
func (t *Table) Gap(ids []string, note string) {
	note = tidyText(note)
	for _, id := range ids {
		e := t.rows[id]
		if e == nil {
			e = t.insert(Row{ID: id, Cells: []Cell{{Text: tidyText(lastPart(id))}}})
		}
		e.row.Health, e.row.Note = Unknown, note
		e.version++
		e.gen = t.gen
		e.delta, e.added = nil, false
		t.touch(e)
	}
}

// SetCell sets one cell of one row, as overlays do; false means no such row.
func (t *Table) SetCell(id string, column int, c Cell) bool {
	e := t.rows[id]
	if e == nil || column < 0 || column >= len(t.columns) {
		return false
	}
	tidy(&c)
	if e.row.Cell(column) == c {
		return true
	}
	e.row.Cells = extend(e.row.Cells, column)
	e.row.Cells[column] = c
	e.version++
	t.measureCell(e, column)
	if t.sort.Column == column {
		t.touch(e)
	}
	t.changed(false, !t.filter.Empty() || t.faults)
	return true
}

// ClearColumn empties a column, for an overlay that no longer holds.
func (t *Table) ClearColumn(column int) {
	for _, e := range t.all {
		if e.row.Cell(column) != (Cell{}) {
			t.SetCell(e.row.ID, column, Cell{})
		}
	}
}

// Remove takes rows out; ids that are not there are ignored.
func (t *Table) Remove(ids ...string) {
	for _, id := range ids {
		if e := t.rows[id]; e != nil {
			t.drop(e)
		}
	}
	t.sweep()
}

// Clear takes all rows out and forgets that there ever were any.
func (t *Table) Clear() {
	for _, e := range t.all {
		t.drop(e)
	}
	t.sweep()
	t.ends, t.open, t.moved, t.lastID = 0, false, false, ""
	t.width = newWidths(t.columns, t.width.version)
}

// drop marks a row as gone; sweep takes the gone ones out.
func (t *Table) drop(e *entry) {
	e.gone = true
	delete(t.rows, e.row.ID)
	if e.marked {
		e.marked = false
		t.marks--
	}
}

func (t *Table) sweep() {
	kept := t.all[:0]
	for _, e := range t.all {
		if !e.gone {
			kept = append(kept, e)
		}
	}
	if len(kept) == len(t.all) {
		return
	}
	clear(t.all[len(kept):])
	t.all = kept
	t.changed(true, true)
}

// Row returns the row of that id, or nil.
func (t *Table) Row(id string) *Row {
	if e := t.rows[id]; e != nil {
		return &e.row
	}
	return nil
}

// All yields every row, in order of arrival.
func (t *Table) All() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for _, e := range t.all {
			if !yield(&e.row) {
				return
			}
		}
	}
}

// Shown yields the rows that filter and faults mode leave, in the order on screen.
func (t *Table) Shown() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		t.settle()
		for _, e := range t.shown {
			if !yield(&e.row) {
				return
			}
		}
	}
}

// Visible returns the ids of the rows on the screen, as of the last View, and of
// margin rows above and below. Before the first View it takes a screen of 50.
func (t *Table) Visible(margin int) []string {
	t.settle()
	height := t.height
	if height < 0 {
		height = 50
	}
	from := max(0, t.top-margin)
	to := min(len(t.shown), t.top+height+margin)
	ids := make([]string, 0, max(0, to-from))
	for i := from; i < to; i++ {
		ids = append(ids, t.shown[i].row.ID)
	}
	return ids
}

// Counts returns the numbers for a title.
func (t *Table) Counts() Counts {
	t.settle()
	c := Counts{Total: len(t.all), Shown: len(t.shown)}
	if t.marks > 0 {
		for _, e := range t.all {
			switch {
			case !e.marked:
			case e.isShown:
				c.Marked++
			default:
				c.Hidden++
			}
		}
	}
	return c
}
