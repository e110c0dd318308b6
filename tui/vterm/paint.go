package vterm

import (
	"maps"
	"slices"
	"strconv"
)

// neutral lets text be painted anywhere as it stands: no origin mode, no insertion,
// no line drawing, no attributes. Lines are never written beyond their end, so that
// wrapping does no harm; without it some terminals join a combining character behind
// the last column to the one before.
const neutral = "\x1b[?6l\x1b[4l\x1b(B\x0f\x1b[?7h\x1b[0m"

// modes that are on in a terminal at rest; the others are off.
func usual(mode int) bool { return mode == 7 || mode == 25 }

// Repaint writes everything that brings a terminal of the same size to show this
// screen, from whatever state it is in.
func (s *Screen) Repaint() []byte {
	b := []byte("\x1b[?25l\x1b[?1049l\x1b[r" + neutral)
	b = s.paint(b, &s.main)
	if s.Alt() {
		b = s.placeSaved(b, s.main.saved)
		// The switch saves the cursor once more, which has gone home since.
		b = append(b, "\x1b8\x1b[?1049h"+neutral...)
		b = s.paint(b, &s.alt)
		b = s.placeSaved(b, s.alt.saved)
	} else {
		b = s.placeSaved(b, s.main.saved)
	}
	b = s.paintTabs(b)
	if s.top != 0 || s.bottom != s.rows-1 {
		b = csi(b, 'r', s.top+1, s.bottom+1)
	}
	for _, mode := range slices.Sorted(maps.Keys(s.modes)) {
		if mode != 7 && mode != 25 {
			b = private(b, mode, s.modes[mode])
		}
	}
	if s.keypad {
		b = append(b, "\x1b="...)
	} else {
		b = append(b, "\x1b>"...)
	}
	if s.shape != 0 {
		b = append(csiStart(b, s.shape), " q"...)
	}
	if s.newline {
		b = append(b, "\x1b[20h"...)
	}
	b = s.resume(b)
	if s.mode(25, true) {
		b = append(b, "\x1b[?25h"...)
	}
	return b
}

// PaintRow writes one row of the screen over whatever a terminal that otherwise shows
// this screen has there, and leaves it as the remote left it.
func (s *Screen) PaintRow(y int) []byte {
	b := append([]byte(nil), neutral...)
	if y >= 0 && y < s.rows {
		b = s.paintRow(b, s.on.lines[y], y)
	}
	return s.resume(b)
}

// Over writes text, in SGR and printable characters alone, over one row of a terminal
// that shows this screen, and leaves the rest as the remote left it. The text must
// fit.
func (s *Screen) Over(y int, text string) []byte {
	b := append([]byte(nil), neutral...)
	b = csi(b, 'H', min(max(y, 0), s.rows-1)+1, 1)
	b = append(b, "\x1b[2K"...)
	b = append(b, text...)
	b = append(b, "\x1b[0m"...)
	return s.resume(b)
}

// Reset writes what takes back from a terminal everything that the remote has
// changed but its content.
func (s *Screen) Reset() []byte {
	var b []byte
	if s.Alt() {
		b = append(b, "\x1b[?1049l"...)
	}
	b = append(b, "\x1b[r\x1b[?6l\x1b[4l\x1b[20l\x1b(B\x1b)B\x0f\x1b[0m\x1b>"...)
	for _, mode := range slices.Sorted(maps.Keys(s.modes)) {
		if s.modes[mode] != usual(mode) {
			b = private(b, mode, usual(mode))
		}
	}
	b = append(b, "\x1b[?7h\x1b[?25h"...)
	if s.shape != 0 {
		b = append(b, "\x1b[0 q"...)
	}
	if s.palette {
		b = append(b, "\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\"...)
	}
	return s.resetPaintedTabs(b)
}

// Styled is a row of the screen as text with SGR, without blanks at its end.
func (s *Screen) Styled(y int) string {
	if y < 0 || y >= s.rows {
		return ""
	}
	b := s.appendCells(nil, s.on.lines[y])
	if len(b) > 0 {
		b = append(b, "\x1b[0m"...)
	}
	return string(b)
}

// paint writes all rows of a buffer.
func (s *Screen) paint(b []byte, buf *buffer) []byte {
	b = append(b, "\x1b[H\x1b[2J"...)
	for y, l := range buf.lines {
		if s.shows(l) {
			b = s.paintRow(b, l, y)
		}
	}
	return b
}

// shows says that a line is not blank.
func (s *Screen) shows(l line) bool {
	for _, c := range l[:s.cols] {
		if c.r != 0 || c.style != (style{}) {
			return true
		}
	}
	return false
}

func (s *Screen) paintRow(b []byte, l line, y int) []byte {
	b = csi(b, 'H', y+1, 1)
	b = append(b, "\x1b[0m\x1b[2K"...)
	b = s.appendCells(b, l)
	return append(b, "\x1b[0m"...)
}

// appendCells writes the cells of a line up to the last that shows anything.
func (s *Screen) appendCells(b []byte, l line) []byte {
	end := s.cols
	for end > 0 && l[end-1].r == 0 && l[end-1].half == whole && l[end-1].style == (style{}) {
		end--
	}
	var now style
	for x := 0; x < end; x++ {
		c := l[x]
		if c.half == right && x > 0 && l[x-1].half == left {
			continue
		}
		if c.style != now {
			b = c.style.append(b)
			now = c.style
		}
		b = s.appendCell(b, c, x)
	}
	return b
}

func (s *Screen) appendCell(b []byte, c cell, x int) []byte {
	if c.r == 0 || c.half == right || c.half == left && x == s.cols-1 {
		return append(b, ' ')
	}
	b = append(b, string(c.r)...)
	return append(b, s.marks.list[c.marks]...)
}

// placeSaved lets the terminal save a cursor.
func (s *Screen) placeSaved(b []byte, c cursor) []byte {
	b = csi(b, 'H', c.y+1, c.x+1)
	b = c.pen.append(b)
	b = charsets(b, c)
	b = append(b, "\x1b7"...)
	return append(b, neutral...)
}

func charsets(b []byte, c cursor) []byte {
	for i, start := range [...]string{"\x1b(", "\x1b)"} {
		set := c.sets[i]
		if set == 0 {
			set = 'B'
		}
		b = append(append(b, start...), set)
	}
	return append(b, [...]byte{0x0f, 0x0e}[c.shift])
}

// resume puts cursor, pen and modes of writing where the remote left them.
func (s *Screen) resume(b []byte) []byte {
	x, y := s.cur.x, s.cur.y
	if s.cur.origin {
		b = append(b, "\x1b[?6h"...)
		y -= s.top
	}
	if s.cur.wrap { // writing the last character again makes the terminal wait to wrap
		c := s.on.lines[s.cur.y][x]
		if c.half == right && x > 0 {
			x--
			c = s.on.lines[s.cur.y][x]
		}
		b = csi(b, 'H', y+1, x+1)
		b = c.style.append(b)
		b = s.appendCell(b, c, x)
	} else {
		b = csi(b, 'H', y+1, x+1)
	}
	b = s.cur.pen.append(b)
	b = charsets(b, s.cur)
	if s.insert {
		b = append(b, "\x1b[4h"...)
	}
	if !s.mode(7, true) {
		b = append(b, "\x1b[?7l"...)
	}
	return b
}

// usualTabs says that the tab stops are every eight columns.
func (s *Screen) usualTabs() bool {
	for x := range s.cols {
		if s.tabs[x] != (x > 0 && x%8 == 0) {
			return false
		}
	}
	return true
}

func (s *Screen) paintTabs(b []byte) []byte {
	if s.usualTabs() {
		return b
	}
	b = append(b, "\x1b[3g"...)
	for x := range s.cols {
		if s.tabs[x] {
			b = append(csi(b, 'G', x+1), "\x1bH"...)
		}
	}
	return b
}

func (s *Screen) resetPaintedTabs(b []byte) []byte {
	if s.usualTabs() {
		return b
	}
	b = append(b, "\x1b[3g"...)
	for x := 8; x < s.cols; x += 8 {
		b = append(csi(b, 'G', x+1), "\x1bH"...)
	}
	return append(b, '\r')
}

func csiStart(b []byte, params ...int) []byte {
	b = append(b, "\x1b["...)
	for i, p := range params {
		if i > 0 {
			b = append(b, ';')
		}
		b = strconv.AppendInt(b, int64(p), 10)
	}
	return b
}

func csi(b []byte, final byte, params ...int) []byte { return append(csiStart(b, params...), final) }

func private(b []byte, mode int, on bool) []byte {
	b = append(b, "\x1b[?"...)
	b = strconv.AppendInt(b, int64(mode), 10)
	if on {
		return append(b, 'h')
	}
	return append(b, 'l')
}
