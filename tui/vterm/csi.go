package vterm

import "github.com/charmbracelet/x/ansi"

// CSI obeys a control sequence.
func (s *Screen) CSI(cmd ansi.Cmd, params ansi.Params) {
	switch {
	case cmd.Prefix() == '?' && cmd.Intermediate() == 0:
		s.private(cmd.Final(), params)
	case cmd.Prefix() != 0:
	case cmd.Intermediate() == ' ' && cmd.Final() == 'q':
		s.shape, _, _ = params.Param(0, 0)
	case cmd.Intermediate() == '!' && cmd.Final() == 'p':
		s.soft()
	case cmd.Intermediate() == 0:
		if !s.move(cmd.Final(), params) {
			s.edit(cmd.Final(), params)
		}
	}
}

// count is a parameter that counts something: 0 and nothing mean one.
func count(params ansi.Params, i int) int {
	n, _, _ := params.Param(i, 1)
	return max(n, 1)
}

// soft is DECSTR: modes and pen as at first, the content stays.
func (s *Screen) soft() {
	s.modes[25], s.modes[6], s.modes[1] = true, false, false
	s.insert, s.keypad = false, false
	s.top, s.bottom = 0, s.rows-1
	s.cur.pen, s.cur.origin, s.cur.sets, s.cur.shift = style{}, false, [2]byte{'B', 'B'}, 0
	s.on.saved, s.on.stored = cursor{sets: s.cur.sets}, false
}

// to puts the cursor somewhere; rows count from the region's top in origin mode.
func (s *Screen) to(x, y int) {
	low, high := 0, s.rows-1
	if s.cur.origin {
		y += s.top
		low, high = s.top, s.bottom
	}
	s.cur.x, s.cur.y, s.cur.wrap = min(max(x, 0), s.cols-1), min(max(y, low), high), false
}

// by moves the cursor; the region's margins stop it unless it is outside already.
func (s *Screen) by(dx, dy int) {
	low, high := 0, s.rows-1
	if s.cur.y >= s.top {
		low = s.top
	}
	if s.cur.y <= s.bottom {
		high = s.bottom
	}
	s.cur.x, s.cur.y, s.cur.wrap = min(max(s.cur.x+dx, 0), s.cols-1), s.cur.y+dy, false
	if dy < 0 {
		s.cur.y = max(s.cur.y, low)
	} else {
		s.cur.y = min(s.cur.y, high)
	}
}

// row is the cursor's row as the remote counts it.
func (s *Screen) row() int {
	if s.cur.origin {
		return s.cur.y - s.top
	}
	return s.cur.y
}

// move obeys what only moves the cursor.
func (s *Screen) move(final byte, params ansi.Params) bool {
	n := count(params, 0)
	switch final {
	case 'A':
		s.by(0, -n)
	case 'B', 'e':
		s.by(0, n)
	case 'C', 'a':
		s.by(n, 0)
	case 'D':
		s.by(-n, 0)
	case 'E':
		s.by(-s.cols, n)
	case 'F':
		s.by(-s.cols, -n)
	case 'G', '`':
		s.to(n-1, s.row())
	case 'H', 'f':
		s.to(count(params, 1)-1, n-1)
	case 'd':
		s.to(s.cur.x, n-1)
	case 'I':
		s.tab(n)
	case 'Z':
		s.tab(-n)
	case 's':
		s.save()
	case 'u':
		s.restore()
	default:
		return false
	}
	return true
}

// edit obeys what changes the content or the state.
func (s *Screen) edit(final byte, params ansi.Params) {
	n := count(params, 0)
	what, _, _ := params.Param(0, 0)
	l := s.on.lines[s.cur.y]
	inside := s.cur.y >= s.top && s.cur.y <= s.bottom
	switch final {
	case 'J':
		s.eraseScreen(what)
	case 'K':
		s.eraseLine(what)
	case 'X':
		s.erase(s.cur.y, s.cur.x, s.cur.x+n)
	case '@':
		s.shiftRight(l, s.cur.x, n)
	case 'P':
		s.shiftLeft(l, s.cur.x, n)
	case 'L', 'M':
		if !inside {
			return
		}
		if final == 'L' {
			n = -n
		}
		s.scroll(s.cur.y, s.bottom, n)
		s.cur.x = 0
	case 'S':
		s.scroll(s.top, s.bottom, n)
	case 'T':
		if len(params) <= 1 { // with more it is about the mouse
			s.scroll(s.top, s.bottom, -n)
		}
	case 'b':
		s.repeat(n)
	case 'g':
		switch what {
		case 0:
			s.tabs[s.cur.x] = false
		case 3:
			clear(s.tabs)
		}
	case 'h', 'l':
		s.ansiMode(params, final == 'h')
	case 'm':
		s.cur.pen.apply(params)
	case 'r':
		s.margins(params)
	}
	if final != 'm' && final != 'h' && final != 'l' && final != 'b' {
		s.cur.wrap = false
	}
}

func (s *Screen) eraseScreen(what int) {
	switch what {
	case 0:
		s.erase(s.cur.y, s.cur.x, s.cols)
		for y := s.cur.y + 1; y < s.rows; y++ {
			s.erase(y, 0, s.cols)
		}
	case 1:
		for y := range s.cur.y {
			s.erase(y, 0, s.cols)
		}
		s.erase(s.cur.y, 0, s.cur.x+1)
	case 2:
		for y := range s.rows {
			s.erase(y, 0, s.cols)
		}
	}
}

func (s *Screen) eraseLine(what int) {
	switch what {
	case 0:
		s.erase(s.cur.y, s.cur.x, s.cols)
	case 1:
		s.erase(s.cur.y, 0, s.cur.x+1)
	case 2:
		s.erase(s.cur.y, 0, s.cols)
	}
}

func (s *Screen) repeat(n int) {
	if s.last == 0 {
		return
	}
	for range min(n, s.cols*s.rows) {
		if s.last < 0x80 {
			s.put(s.last, 1)
		} else {
			s.Rune(s.last)
		}
	}
}

func (s *Screen) margins(params ansi.Params) {
	top := count(params, 0) - 1
	bottom, _, _ := params.Param(1, s.rows)
	if bottom == 0 || bottom > s.rows {
		bottom = s.rows
	}
	if top >= bottom-1 {
		return
	}
	s.top, s.bottom = top, bottom-1
	s.to(0, 0)
}

func (s *Screen) ansiMode(params ansi.Params, on bool) {
	for i := range params {
		switch p, _, _ := params.Param(i, 0); p {
		case 4:
			s.insert = on
		case 20:
			s.newline = on
		}
	}
}

// private obeys the sequences with a question mark.
func (s *Screen) private(final byte, params ansi.Params) {
	switch final {
	case 'h', 'l':
		for i := range params {
			if p, _, ok := params.Param(i, 0); ok {
				s.privateMode(p, final == 'h')
			}
		}
	case 'J':
		what, _, _ := params.Param(0, 0)
		s.eraseScreen(what)
	case 'K':
		what, _, _ := params.Param(0, 0)
		s.eraseLine(what)
	}
}

// maxModes bounds what a remote can make us remember.
const maxModes = 64

func (s *Screen) privateMode(p int, on bool) {
	switch p {
	case 6:
		s.cur.origin = on
		s.to(0, 0)
		return
	case 47, 1047:
		s.show(on, !on && p == 1047)
		return
	case 1048:
		if on {
			s.save()
		} else {
			s.restore()
		}
		return
	case 1049:
		if on == s.Alt() {
			return
		}
		if on {
			s.save()
			s.show(true, true)
			return
		}
		s.show(false, false)
		s.restore()
		return
	case 7:
		s.cur.wrap = s.cur.wrap && on
	}
	if _, known := s.modes[p]; known || len(s.modes) < maxModes {
		s.modes[p] = on
	}
}

// show changes between the screens; clean blanks the alternate one.
func (s *Screen) show(alt, clean bool) {
	if clean {
		for _, l := range s.alt.lines {
			s.wipe(l)
		}
	}
	s.on = &s.main
	if alt {
		s.on = &s.alt
	}
}
