// Package vterm is a terminal's screen in memory: what a stream of bytes would show,
// kept as cells, so that it can be shown again later. It answers nothing and does
// nothing but remember. Wide characters take two cells, combining ones join the cell
// before them.
package vterm

import (
	"maps"
	"strings"
)

// cell is one place on the screen. It holds no pointer, so that scrolling and clearing
// are cheap.
type cell struct {
	r     rune   // 0 is a blank
	marks uint32 // combining characters: their place in Screen.marks, 0 for none
	style style
	half  half
}

// half says which part of a wide character a cell is.
type half uint8

const (
	whole half = iota
	left
	right
)

type line []cell

// cursor is a place with all that is saved with it (DECSC).
type cursor struct {
	x, y   int
	wrap   bool // the last column was written: the next character goes to the next line
	pen    style
	origin bool
	sets   [2]byte // charsets G0 and G1: 'B' ASCII, '0' line drawing …
	shift  int     // which of them is used
}

// buffer is one of the two screens.
type buffer struct {
	lines  []line
	saved  cursor
	stored bool // saved holds something
}

// Screen is the whole state. It is not safe for concurrent use.
type Screen struct {
	cols, rows  int
	main, alt   buffer
	on          *buffer // the one that is shown
	cur         cursor
	top, bottom int // scroll region, lines inclusive
	tabs        []bool
	modes       map[int]bool // private modes that were set or reset by the remote
	insert      bool
	newline     bool // LNM
	keypad      bool
	shape       int // of the cursor
	title       string
	palette     bool // colours were changed
	last        rune // for REP
	marks       marks
	feeder      *Feeder
}

// marks are the groups of combining characters that have occurred.
type marks struct {
	known map[string]uint32
	list  []string // list[0] is none
}

// maxMarkGroups bounds the groups; what comes later is left out.
const maxMarkGroups = 1 << 14

func newMarks() marks { return marks{known: map[string]uint32{}, list: []string{""}} }

// number gives the place of a group.
func (m *marks) number(group string) (uint32, bool) {
	if n, ok := m.known[group]; ok {
		return n, true
	}
	if len(m.list) >= maxMarkGroups {
		return 0, false
	}
	n := uint32(len(m.list))
	m.known[group], m.list = n, append(m.list, group)
	return n, true
}

// Limits of a screen's size; a size from elsewhere is foreign.
const (
	maxCols = 1000
	maxRows = 500
)

// New makes a blank screen.
func New(cols, rows int) *Screen {
	s := &Screen{modes: map[int]bool{}, marks: newMarks()}
	s.feeder = NewFeeder(s)
	s.cols, s.rows = bounded(cols, rows)
	s.main.lines, s.alt.lines = s.blank(), s.blank()
	s.on = &s.main
	s.reset()
	return s
}

func bounded(cols, rows int) (int, int) {
	return min(max(cols, 1), maxCols), min(max(rows, 1), maxRows)
}

func (s *Screen) blank() []line {
	lines := make([]line, s.rows)
	for i := range lines {
		lines[i] = make(line, s.cols)
	}
	return lines
}

// reset puts everything but size and content to its beginning.
func (s *Screen) reset() {
	s.cur = cursor{sets: [2]byte{'B', 'B'}}
	s.main.saved, s.alt.saved = cursor{sets: s.cur.sets}, cursor{sets: s.cur.sets}
	s.main.stored, s.alt.stored = false, false
	s.top, s.bottom = 0, s.rows-1
	s.insert, s.newline, s.keypad, s.shape, s.last = false, false, false, 0, 0
	clear(s.modes)
	s.resetTabs()
}

func (s *Screen) resetTabs() {
	s.tabs = make([]bool, maxCols)
	for i := 8; i < maxCols; i += 8 {
		s.tabs[i] = true
	}
}

// Write takes what a program writes to its terminal.
func (s *Screen) Write(p []byte) (int, error) {
	s.feeder.Feed(p)
	return len(p), nil
}

// Size of the screen.
func (s *Screen) Size() (cols, rows int) { return s.cols, s.rows }

// Cursor is where the cursor is, from 0, and whether it is shown.
func (s *Screen) Cursor() (x, y int, shown bool) { return s.cur.x, s.cur.y, s.mode(25, true) }

// Title is what the remote has called its window; foreign text.
func (s *Screen) Title() string { return s.title }

// Alt says that the alternate screen is shown, as full-screen programs do.
func (s *Screen) Alt() bool { return s.on == &s.alt }

func (s *Screen) mode(n int, usual bool) bool {
	if on, ok := s.modes[n]; ok {
		return on
	}
	return usual
}

// Resize changes the size. Lines at the bottom that are cut off go first if they are
// blank below the cursor, then those at the top go, as terminals do. Columns come
// back when the screen gets wider again.
func (s *Screen) Resize(cols, rows int) {
	cols, rows = bounded(cols, rows)
	if cols == s.cols && rows == s.rows {
		return
	}
	moved := s.main.fit(cols, rows, s.heightOf(&s.main))
	movedAlt := s.alt.fit(cols, rows, s.heightOf(&s.alt))
	if s.Alt() {
		moved = movedAlt
	}
	s.cols, s.rows = cols, rows
	s.top, s.bottom = 0, rows-1
	s.cur.y -= moved
	s.clampCursor(&s.cur)
	s.clampCursor(&s.main.saved)
	s.clampCursor(&s.alt.saved)
}

// heightOf is the last line of a buffer that must stay.
func (s *Screen) heightOf(b *buffer) int {
	if b == s.on {
		return s.cur.y
	}
	return b.saved.y
}

// fit changes a buffer's size and says how many lines went at the top.
func (b *buffer) fit(cols, rows, keep int) (moved int) {
	if len(b.lines) > rows {
		moved = max(0, min(keep-rows+1, len(b.lines)-rows))
		b.lines = append([]line(nil), b.lines[moved:moved+rows]...)
	}
	for len(b.lines) < rows {
		b.lines = append(b.lines, make(line, cols))
	}
	for i, l := range b.lines {
		for len(l) < cols {
			l = append(l, cell{})
		}
		mend(l)
		b.lines[i] = l
	}
	b.saved.y -= moved
	return moved
}

// mend blanks halves of wide characters that have lost the other one.
func mend(l line) {
	for x := range l {
		if l[x].half == left && (x+1 == len(l) || l[x+1].half != right) || l[x].half == right && (x == 0 || l[x-1].half != left) {
			l[x] = cell{style: l[x].style}
		}
	}
}

func (s *Screen) clampCursor(c *cursor) {
	c.x, c.y = min(max(c.x, 0), s.cols-1), min(max(c.y, 0), s.rows-1)
	c.wrap = c.wrap && c.x == s.cols-1
}

// Clone is an independent copy.
func (s *Screen) Clone() *Screen {
	c := *s
	c.main.lines, c.alt.lines = copyLines(s.main.lines), copyLines(s.alt.lines)
	c.on = &c.main
	if s.Alt() {
		c.on = &c.alt
	}
	c.tabs = append([]bool(nil), s.tabs...)
	c.modes = maps.Clone(s.modes)
	c.marks = marks{maps.Clone(s.marks.known), append([]string(nil), s.marks.list...)}
	c.feeder = NewFeeder(&c)
	return &c
}

func copyLines(in []line) []line {
	out := make([]line, len(in))
	for i, l := range in {
		out[i] = append(line(nil), l...)
	}
	return out
}

// Line is the text of a line of the screen that is shown, without blanks at its end.
func (s *Screen) Line(y int) string {
	if y < 0 || y >= s.rows {
		return ""
	}
	var b strings.Builder
	for x, c := range s.on.lines[y][:s.cols] {
		switch {
		case c.half == right:
		case c.r == 0 || c.half == left && x == s.cols-1: // its right half is beyond the edge
			b.WriteByte(' ')
		default:
			b.WriteRune(c.r)
			b.WriteString(s.marks.list[c.marks])
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// String is the text of the screen.
func (s *Screen) String() string {
	var b strings.Builder
	for y := range s.rows {
		b.WriteString(s.Line(y))
		b.WriteByte('\n')
	}
	return b.String()
}
