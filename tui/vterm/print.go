package vterm

import (
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// maxMarks bounds the combining characters of one cell, in bytes.
const maxMarks = 32

// Text writes printable ASCII.
func (s *Screen) Text(p []byte) {
	if s.insert || s.cur.sets[s.cur.shift] != 'B' {
		for _, b := range p {
			s.put(s.mapped(b), 1)
		}
		return
	}
	for len(p) > 0 {
		if s.cur.wrap {
			s.wrapLine()
		}
		n := min(len(p), s.cols-s.cur.x)
		s.fill(p[:n])
		p = p[n:]
		if s.cur.x < s.cols {
			continue
		}
		s.cur.x = s.cols - 1
		if s.cur.wrap = s.mode(7, true); !s.cur.wrap && len(p) > 0 {
			p = p[len(p)-1:] // each overwrites the one before in the last column
		}
	}
}

// fill writes text that fits in the line, and leaves the cursor behind it.
func (s *Screen) fill(p []byte) {
	l := s.on.lines[s.cur.y]
	s.split(l, s.cur.x)
	s.split(l, s.cur.x+len(p)-1)
	cells := l[s.cur.x : s.cur.x+len(p)]
	c := cell{style: s.cur.pen}
	for i, b := range p {
		c.r = rune(b)
		cells[i] = c
	}
	s.last = c.r
	s.cur.x += len(p)
}

// mapped is a byte in the charset in use.
func (s *Screen) mapped(b byte) rune {
	if s.cur.sets[s.cur.shift] == '0' && b >= 0x5f && b <= 0x7e {
		return lineDrawing[b-0x5f]
	}
	return rune(b)
}

// lineDrawing is DEC's special graphics set from 0x5f on.
var lineDrawing = []rune(" ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")

// Rune writes one character that is not ASCII.
func (s *Screen) Rune(r rune) {
	switch w := displaywidth.Rune(r); {
	case w <= 0:
		s.mark(r)
	default:
		s.put(r, min(w, 2))
	}
}

// mark joins a combining character to the one before the cursor.
func (s *Screen) mark(r rune) {
	x := s.cur.x
	if !s.cur.wrap {
		x--
	}
	l := s.on.lines[s.cur.y]
	if x > 0 && l[x].half == right {
		x--
	}
	if x < 0 || l[x].r == 0 {
		return
	}
	group := s.marks.list[l[x].marks]
	if len(group) > maxMarks-utf8.UTFMax {
		return
	}
	if n, ok := s.marks.number(group + string(r)); ok {
		l[x].marks = n
	}
}

// put writes a character at the cursor.
func (s *Screen) put(r rune, width int) {
	if width > s.cols {
		return
	}
	s.last = r
	if s.cur.wrap {
		s.wrapLine()
	}
	if width == 2 && s.cur.x == s.cols-1 {
		if s.mode(7, true) {
			s.wrapLine()
		} else {
			s.cur.x--
		}
	}
	l := s.on.lines[s.cur.y]
	if s.insert {
		s.shiftRight(l, s.cur.x, width)
	}
	s.split(l, s.cur.x)
	l[s.cur.x] = cell{r: r, style: s.cur.pen}
	if width == 2 {
		s.split(l, s.cur.x+1)
		l[s.cur.x].half = left
		l[s.cur.x+1] = cell{style: s.cur.pen, half: right}
	}
	s.cur.x += width
	if s.cur.x >= s.cols {
		s.cur.x = s.cols - 1
		s.cur.wrap = s.mode(7, true)
	}
}

// wrapLine goes to the beginning of the next line.
func (s *Screen) wrapLine() {
	s.cur.wrap = false
	s.cur.x = 0
	s.lineFeed()
}

// split blanks the other half of a wide character whose one half is about to be
// overwritten.
func (s *Screen) split(l line, x int) {
	switch {
	case l[x].half == right && x > 0:
		l[x-1] = cell{style: l[x-1].style}
	case l[x].half == left && x+1 < len(l):
		l[x+1] = cell{style: l[x+1].style}
	}
}

// empty is an erased cell: it has the background of the pen.
func (s *Screen) empty() cell { return cell{style: style{bg: s.cur.pen.bg}} }

// erase blanks the cells from x to end of a line.
func (s *Screen) erase(y, x, end int) {
	l := s.on.lines[y]
	x, end = max(x, 0), min(end, s.cols)
	if x >= end {
		return
	}
	s.split(l, x)
	s.split(l, end-1)
	for ; x < end; x++ {
		l[x] = s.empty()
	}
	if end == s.cols { // what a wider screen would show again
		for ; x < len(l); x++ {
			l[x] = cell{}
		}
	}
}

// wipe erases a whole line.
func (s *Screen) wipe(l line) {
	clear(l)
	if e := s.empty(); e != (cell{}) {
		for x := range l[:s.cols] {
			l[x] = e
		}
	}
}

// shiftRight makes room for n cells at x.
func (s *Screen) shiftRight(l line, x, n int) {
	n = min(n, s.cols-x)
	s.split(l, x)
	if at := s.cols - n; l[at].half == right {
		s.split(l, at)
	}
	copy(l[x+n:s.cols], l[x:s.cols-n])
	for i := x; i < x+n; i++ {
		l[i] = s.empty()
	}
	if l[s.cols-1].half == left {
		l[s.cols-1] = cell{style: l[s.cols-1].style}
	}
}

// shiftLeft takes n cells away at x.
func (s *Screen) shiftLeft(l line, x, n int) {
	n = min(n, s.cols-x)
	s.split(l, x)
	if x+n < s.cols && l[x+n].half == right {
		l[x+n] = cell{style: l[x+n].style}
	}
	copy(l[x:s.cols], l[x+n:s.cols])
	for i := s.cols - n; i < s.cols; i++ {
		l[i] = s.empty()
	}
}

// lineFeed goes down a line and scrolls at the end of the region.
func (s *Screen) lineFeed() {
	switch {
	case s.cur.y == s.bottom:
		s.scroll(s.top, s.bottom, 1)
	case s.cur.y < s.rows-1:
		s.cur.y++
	}
}

// reverseFeed goes up a line and scrolls back at the top of the region.
func (s *Screen) reverseFeed() {
	switch {
	case s.cur.y == s.top:
		s.scroll(s.top, s.bottom, -1)
	case s.cur.y > 0:
		s.cur.y--
	}
}

// scroll moves the lines from top to bottom up by n, or down by -n.
func (s *Screen) scroll(top, bottom, n int) {
	lines := s.on.lines[top : bottom+1]
	k := min(max(n, -n), len(lines))
	if k == 0 {
		return
	}
	var few [1]line
	gone := few[:]
	if k > 1 {
		gone = make([]line, k)
	}
	if n > 0 {
		copy(gone, lines[:k])
		copy(lines, lines[k:])
		copy(lines[len(lines)-k:], gone)
		top = bottom - k + 1
	} else {
		copy(gone, lines[len(lines)-k:])
		copy(lines[k:], lines)
		copy(lines, gone)
	}
	for y := top; y < top+k; y++ {
		s.wipe(s.on.lines[y])
	}
}
