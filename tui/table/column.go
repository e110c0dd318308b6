package table

import (
	"math"
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// Align places a cell's text in its column.
type Align uint8

const (
	Left Align = iota
	Right
	Center
)

// Column declares one column.
type Column struct {
	Title string // as shown in the header, upper case
	Align Align
	// Min and Max bound the width in cells; zero means none. A column with a Min
	// is shortened down to it before any column is left out.
	Min, Max int
	// Priority decides which column gives way first on a narrow screen: the lowest
	// does, of equals the rightmost. The first column never goes.
	Priority int
	// Wide columns are shown in wide mode only.
	Wide bool
	// Flex columns grow beyond Max, up to their longest text, where there is room.
	Flex bool
	// Key sorts by this column, spelt as the key press is ("N" for shift-n).
	Key string
	// Less compares two rows by this column: negative, zero or positive. Without it
	// Cell.Sort or else the text decides, numbers in it by value. Either way rows
	// whose cell is not known sort last, in both directions, and the row's id
	// breaks ties.
	Less func(a, b *Row) int
	// Overlay columns are filled by SetCell, on a clock of their own: a row that is
	// put again with a zero cell here keeps the cell it has.
	Overlay bool
	// Exact columns hold ids without meaning: digits in them are letters, not numbers.
	Exact bool
	// Ago columns hold points in time and show how long ago those were: the arrow of
	// the sort points the way of what is shown.
	Ago bool
	// Quiet columns change by themselves (ages): changes are not marked in them.
	Quiet bool
}

// State grades a row's health or a cell's value; it chooses colour and glyph.
type State uint8

const (
	None    State = iota // nothing to say: plain, without glyph (in a cell: the row's)
	OK                   // as it should be
	Pending              // on its way
	Warn                 // works, and wants a look
	Failed               // broken, or short of what is desired
	Unknown              // could not be read
	Killed               // ended by force, draining, going away
	Done                 // ended well
	Dim                  // of less interest
	Info                 // stands out without being a fault
	states
)

// Cell is one value of a row.
type Cell struct {
	Text  string
	State State
	// Sort is what to sort by instead of Text: float64, int, int64, string, bool,
	// time.Time or time.Duration. One column holds one type.
	Sort any
	// Styled text carries its own colours (SGR sequences), as charts do.
	Styled bool
	// Plain stands for Text in exports ("42.3" for a sparkline). Filters look at it
	// beside Text, unless it is the number that Text shows.
	Plain string
}

// Nothing is the text of a cell that has no value: it sorts last, as one that is not
// known.
const Nothing = "–"

// known reports whether the cell has something to sort by.
func (c *Cell) known() bool {
	if f, ok := c.Sort.(float64); ok && math.IsNaN(f) {
		return false
	}
	return c.State != Unknown && (c.Text != "" && c.Text != Nothing || c.Sort != nil)
}

// Row is one line of the table.
type Row struct {
	ID    string // unique in the table, such as an ARN; never shown by itself
	Cells []Cell // one for each column, in their order; missing ones are empty
	// Health is the row's colour and sign.
	Health State
	// Note is the reason of an Unknown row; it is written where the row's cells end.
	Note string
	Item any // whatever the owner of the table needs back
}

// seen is the cell's text as it is on the screen, without colours.
func (c *Cell) seen() string {
	if c.Styled {
		return ansi.Strip(c.Text)
	}
	return c.Text
}

// more is what a filter looks at beside what is seen: the whole of an id, not more
// digits of a number than are shown.
func (c *Cell) more() string {
	if _, err := strconv.ParseFloat(c.Plain, 64); err == nil {
		return ""
	}
	return c.Plain
}

// plain is the cell's text for exports, without colours.
func (c *Cell) plain() string {
	switch {
	case c.Plain != "":
		return c.Plain
	case c.Styled:
		return ansi.Strip(c.Text)
	}
	return c.Text
}

// Cell returns the i-th cell, or an empty one.
func (r *Row) Cell(i int) Cell {
	if i < 0 || i >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[i]
}

// cell is Cell without the copy.
func (r *Row) cell(i int) *Cell {
	if i < 0 || i >= len(r.Cells) {
		return &noCell
	}
	return &r.Cells[i]
}

// noCell stands for missing cells; nobody writes to it.
var noCell Cell
