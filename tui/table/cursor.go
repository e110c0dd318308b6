package table

// Current returns the row under the cursor, or nil when no row is shown.
func (t *Table) Current() *Row {
	t.settle()
	if t.cursor == nil {
		return nil
	}
	return &t.cursor.row
}

// CursorID returns the id of the row under the cursor, or "".
func (t *Table) CursorID() string {
	if r := t.Current(); r != nil {
		return r.ID
	}
	return ""
}

// Index is the cursor's place among the shown rows, from 0; -1 when there are none.
func (t *Table) Index() int {
	t.settle()
	if t.cursor == nil {
		return -1
	}
	return t.index
}

// SetCursor puts the cursor on a row; false means that it is not shown.
func (t *Table) SetCursor(id string) bool {
	t.settle()
	e := t.rows[id]
	if e == nil || !e.isShown {
		return false
	}
	t.goTo(e.pos)
	return true
}

// Move moves the cursor by n rows, at most to either end.
func (t *Table) Move(n int) {
	t.settle()
	t.goTo(t.index + n)
}

// Top moves the cursor to the first row.
func (t *Table) Top() {
	t.settle()
	t.goTo(0)
}

// Bottom moves the cursor to the last row.
func (t *Table) Bottom() {
	t.settle()
	t.goTo(len(t.shown) - 1)
}

// Page moves by n screens, Half by n half screens; the picture moves along.
func (t *Table) Page(n int) { t.leap(n * max(1, t.height)) }

// Half moves by n half screens.
func (t *Table) Half(n int) { t.leap(n * max(1, t.height/2)) }

func (t *Table) leap(n int) {
	t.settle()
	t.top = max(0, min(t.top+n, len(t.shown)-t.height))
	t.goTo(t.index + n)
}

// Scroll moves the columns after the first sideways by n columns; to the right
// as long as some are out of sight there.
func (t *Table) Scroll(n int) {
	t.scroll = max(0, min(t.scroll+n, t.maxScroll()))
	t.changed(false, false)
}

func (t *Table) goTo(i int) {
	t.paint.stale = true
	if len(t.shown) == 0 {
		return
	}
	t.moved = true
	t.place(max(0, min(i, len(t.shown)-1)))
}

// place puts the cursor on the i-th shown row and that row on the screen.
func (t *Table) place(i int) {
	t.index = i
	t.cursor = t.shown[i]
	t.lastID = t.cursor.row.ID
	t.reveal()
}

// reveal moves the picture as little as needed to have the cursor in it and no
// empty lines below the last row.
func (t *Table) reveal() {
	if t.height <= 0 {
		t.top = min(t.top, t.index)
		return
	}
	t.top = min(t.top, t.index, max(0, len(t.shown)-t.height))
	t.top = max(t.top, t.index-t.height+1, 0)
}

// follow finds the cursor's row after the shown rows have changed; where it has
// left, the next row that was below it, else above it, takes its place. The row
// keeps its line on the screen, except that the top of the list stays in sight
// when it was.
func (t *Table) follow(before []*entry) {
	line, atTop := t.index-t.top, t.top == 0
	e := t.heir(before)
	if e == nil {
		t.cursor, t.index, t.top = nil, 0, 0
		return
	}
	t.top = max(0, e.pos-line)
	if atTop && e.pos < t.height {
		t.top = 0
	}
	t.place(e.pos)
}

func (t *Table) heir(before []*entry) *entry {
	if len(t.shown) == 0 {
		return nil
	}
	// While the first rows arrive, page by page, the cursor waits at the top.
	if !t.moved && t.ends == 0 {
		return t.shown[0]
	}
	// By id, not by entry: a row may have left and come back in between.
	if e := t.rows[t.lastID]; e != nil && e.isShown {
		return e
	}
	if t.cursor == nil {
		return t.shown[0]
	}
	for _, b := range before[t.index:] {
		if e := t.rows[b.row.ID]; e != nil && e.isShown {
			return e
		}
	}
	for i := t.index - 1; i >= 0; i-- {
		if e := t.rows[before[i].row.ID]; e != nil && e.isShown {
			return e
		}
	}
	return t.shown[0]
}
