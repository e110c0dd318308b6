package table

// ToggleMark marks the cursor's row, or takes its mark away.
func (t *Table) ToggleMark() {
	t.settle()
	if t.cursor != nil {
		t.mark(t.cursor, !t.cursor.marked)
	}
}

// MarkRange marks the shown rows from the nearest mark to the cursor; without any
// mark in sight it marks the cursor's row.
func (t *Table) MarkRange() {
	t.settle()
	if t.cursor == nil {
		return
	}
	from := t.index
	for d := 1; d < len(t.shown); d++ {
		if i := t.index - d; i >= 0 && t.shown[i].marked {
			from = i
			break
		}
		if i := t.index + d; i < len(t.shown) && t.shown[i].marked {
			from = i
			break
		}
	}
	for i := min(from, t.index); i <= max(from, t.index); i++ {
		t.mark(t.shown[i], true)
	}
}

// ClearMarks takes all marks away, those of rows out of sight too.
func (t *Table) ClearMarks() {
	for _, e := range t.all {
		t.mark(e, false)
	}
}

// Marked reports whether the row of that id is marked.
func (t *Table) Marked(id string) bool {
	e := t.rows[id]
	return e != nil && e.marked
}

// MarkedVisible returns the marked rows that are shown, in the order on screen.
// Marked rows that filter or faults mode hide are counted in Counts().Hidden.
func (t *Table) MarkedVisible() []*Row {
	t.settle()
	if t.marks == 0 {
		return nil
	}
	var out []*Row
	for _, e := range t.shown {
		if e.marked {
			out = append(out, &e.row)
		}
	}
	return out
}

// Selection is what an action on many rows takes: the marked rows that are shown,
// or without one the cursor's row.
func (t *Table) Selection() []*Row {
	if marked := t.MarkedVisible(); len(marked) > 0 {
		return marked
	}
	if r := t.Current(); r != nil {
		return []*Row{r}
	}
	return nil
}

func (t *Table) mark(e *entry, on bool) {
	if e.marked == on {
		return
	}
	e.marked = on
	if on {
		t.marks++
	} else {
		t.marks--
	}
	t.changed(false, false)
}
