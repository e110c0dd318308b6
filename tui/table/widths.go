package table

import "ecsole/tui/clean"

// patience is how many refreshes in a row a column must have room to spare before
// it gets narrower.
const patience = 5

// widths are the columns' natural widths: that of the widest cell of all rows,
// shown or not, so that neither scrolling nor filtering moves the columns. They
// grow at once and shrink late.
type widths struct {
	cur     []int
	low     []int // widest need since the column has had room to spare
	calm    []int // refreshes since then
	version uint64
}

func newWidths(columns []Column, version uint64) widths {
	w := widths{
		cur:     make([]int, len(columns)),
		low:     make([]int, len(columns)),
		calm:    make([]int, len(columns)),
		version: version + 1,
	}
	for i, c := range columns {
		w.cur[i] = clean.Width(c.Title)
	}
	return w
}

func (w *widths) grow(column, width int) {
	if width > w.cur[column] {
		w.cur[column] = width
		w.version++
	}
}

// settle is called at the end of a refresh.
func (w *widths) settle(columns []Column, all []*entry) {
	if len(all) == 0 {
		return
	}
	for i := range w.cur {
		need := clean.Width(columns[i].Title)
		for _, e := range all {
			if i < len(e.widths) {
				need = max(need, int(e.widths[i]))
			}
		}
		if need >= w.cur[i] {
			w.low[i], w.calm[i] = 0, 0
			continue
		}
		w.low[i] = max(w.low[i], need)
		if w.calm[i]++; w.calm[i] < patience {
			continue
		}
		w.cur[i], w.low[i], w.calm[i] = w.low[i], 0, 0
		w.version++
	}
}

// measure notes the widths of a row's cells.
func (t *Table) measure(e *entry) {
	for i := range e.row.Cells {
		t.measureCell(e, i)
	}
	e.widths = e.widths[:min(len(e.widths), len(e.row.Cells))]
}

func (t *Table) measureCell(e *entry, i int) {
	if i >= len(t.columns) {
		return
	}
	for len(e.widths) <= i {
		e.widths = append(e.widths, 0)
	}
	width := clean.Width(e.row.Cells[i].Text)
	e.widths[i] = uint16(min(width, 1<<15))
	t.width.grow(i, width)
}
