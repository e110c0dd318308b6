// Package table is a table widget that keeps its rows over refreshes: the
// cursor, the marks, the order and the filter follow row ids, not positions.
// It draws only what is on the screen and knows nothing of what the rows mean.
//
// A Table belongs to one goroutine, the event loop. Rows handed out are the
// table's own: read them, do not change them.
package table

import (
	"ecsole/tui/filter"
	"ecsole/tui/theme"
)

// Options are what a table is told once.
type Options struct {
	// Changes marks cells that changed with the last refresh: ↑ and ↓ for numbers,
	// Δ for other values, + for new rows.
	Changes bool
	// ASCII draws signs without characters outside ASCII.
	ASCII bool
	// Fault says which rows the faults mode keeps; without it those whose Health is
	// Pending, Warn, Failed or Unknown.
	Fault func(*Row) bool
	// Unfilter and Unfault say how to see all rows again, where none is left.
	Unfilter, Unfault string
}

// Table is the widget. Make one with New.
type Table struct {
	opt     Options
	columns []Column

	rows    map[string]*entry // by id
	all     []*entry          // in the order of arrival
	arrived uint64            // rows that ever came
	gen     uint64            // number of the refresh in progress, or of the last one
	open    bool              // a generation has begun and not ended
	ends    int               // generations ended so far
	marks   int               // marked rows

	sorted  []*entry // all, in the order of the sort
	shown   []*entry // what the filter and the faults mode leave of sorted
	spare   []*entry // the slice of the rows shown before, for reuse
	touched []*entry // scratch for order
	resort  bool     // sorted has to be made again
	refilt  bool     // shown has to be made again
	matchID uint64   // changes with all that decides a row's match but its cells
	fields  []string // scratch for matches

	filter filter.Filter
	faults bool
	wide   bool
	sort   Sort
	picked int // column chosen with Pick, or -1

	cursor *entry // nil only when no row is shown
	lastID string // of the cursor's row, for when there is none for a while
	moved  bool   // the user has placed the cursor at least once
	index  int    // of the cursor in shown
	top    int    // index in shown of the first row on the screen
	height int    // rows that the screen had room for at the last View; -1 before
	scroll int    // columns scrolled away to the left, after the first

	empty string // said when there are no rows at all

	width  widths
	layout layout
	paint  painter
}

// Sort says what the rows are sorted by.
type Sort struct {
	Column     int // index of the column, or -1 for the order of arrival
	Descending bool
}

// Counts are the numbers for a title.
type Counts struct {
	Total  int // rows there are
	Shown  int // rows that filter and faults mode leave
	Marked int // marked rows that are shown
	Hidden int // marked rows that are not shown; no action takes them
}

// entry is a row and what the table knows of it.
type entry struct {
	row     Row
	version uint64 // grows with every visible change
	gen     uint64 // the last generation that saw the row
	seq     uint64 // order of arrival
	pos     int    // index in shown
	widths  []uint16
	delta   []byte // per cell an index into signs of change; nil where nothing changed

	marked  bool
	gone    bool // no longer in the table
	touched bool // its place may be another one
	placed  bool // part of sorted
	isShown bool // part of shown
	added   bool // came with the last refresh

	match   bool   // whether the filter matches …
	matchID uint64 // … as of this matchID
	matchV  uint64 // … and this version

	line cached // as drawn last
}

// New makes an empty table in order of arrival. The theme may change in place.
func New(th *theme.Theme, columns []Column, o Options) *Table {
	t := &Table{
		opt:     o,
		rows:    map[string]*entry{},
		sort:    Sort{Column: -1},
		picked:  -1,
		matchID: 1,
		height:  -1,
	}
	t.paint.theme = th
	t.SetColumns(columns)
	return t
}

// SetColumns declares other columns. Rows stay; put them again with cells that fit.
func (t *Table) SetColumns(columns []Column) {
	t.columns = columns
	if t.sort.Column >= len(columns) {
		t.sort = Sort{Column: -1}
	}
	t.picked = -1
	t.scroll = 0
	t.width = newWidths(columns, t.width.version)
	for _, e := range t.all {
		e.widths = nil
		t.measure(e)
		e.touched = true
	}
	t.matchID++
	t.changed(true, true)
}

// Columns returns the declared columns.
func (t *Table) Columns() []Column { return t.columns }

// SetEmpty sets the message shown while there are no rows at all.
func (t *Table) SetEmpty(message string) {
	t.empty = tidyText(message)
	t.changed(false, false)
}

// changed notes that the picture is out of date, and maybe order and selection.
func (t *Table) changed(order, selection bool) {
	t.paint.stale = true
	t.resort = t.resort || order
	t.refilt = t.refilt || order || selection
}
