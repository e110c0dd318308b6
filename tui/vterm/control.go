package vterm

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Control obeys a C0 control.
func (s *Screen) Control(b byte) {
	switch b {
	case '\b':
		s.cur.wrap = false
		s.cur.x = max(s.cur.x-1, 0)
	case '\t':
		s.tab(1)
	case '\n', '\v', '\f':
		s.cur.wrap = false
		s.lineFeed()
		if s.newline {
			s.cur.x = 0
		}
	case '\r':
		s.cur.wrap = false
		s.cur.x = 0
	case 0x0e:
		s.cur.shift = 1
	case 0x0f:
		s.cur.shift = 0
	}
}

// tab goes n tab stops forward, or back.
func (s *Screen) tab(n int) {
	s.cur.wrap = false
	for ; n > 0 && s.cur.x < s.cols-1; n-- {
		for s.cur.x++; s.cur.x < s.cols-1 && !s.tabs[s.cur.x]; s.cur.x++ {
		}
	}
	for ; n < 0 && s.cur.x > 0; n++ {
		for s.cur.x--; s.cur.x > 0 && !s.tabs[s.cur.x]; s.cur.x-- {
		}
	}
}

// Escape obeys an escape sequence.
func (s *Screen) Escape(cmd ansi.Cmd) {
	switch cmd.Intermediate() {
	case 0:
		s.escape(cmd.Final())
	case '(':
		s.cur.sets[0] = charset(cmd.Final())
	case ')':
		s.cur.sets[1] = charset(cmd.Final())
	case '#':
		if cmd.Final() == '8' {
			s.align()
		}
	}
}

// charset is '0' for line drawing; everything else is shown as ASCII.
func charset(final byte) byte {
	if final == '0' {
		return '0'
	}
	return 'B'
}

func (s *Screen) escape(final byte) {
	switch final {
	case '7':
		s.save()
	case '8':
		s.restore()
	case 'D':
		s.cur.wrap = false
		s.lineFeed()
	case 'E':
		s.cur.wrap, s.cur.x = false, 0
		s.lineFeed()
	case 'H':
		s.tabs[s.cur.x] = true
	case 'M':
		s.cur.wrap = false
		s.reverseFeed()
	case '=':
		s.keypad = true
	case '>':
		s.keypad = false
	case 'c':
		s.on = &s.main
		s.main.lines, s.alt.lines = s.blank(), s.blank()
		s.reset()
	}
}

// align fills the screen with E (DECALN).
func (s *Screen) align() {
	for _, l := range s.on.lines {
		for x := range l[:s.cols] {
			l[x] = cell{r: 'E'}
		}
	}
	s.top, s.bottom = 0, s.rows-1
	s.cur.x, s.cur.y, s.cur.wrap = 0, 0, false
}

func (s *Screen) save() { s.on.saved, s.on.stored = s.cur, true }

func (s *Screen) restore() {
	s.cur = s.on.saved
	if !s.on.stored {
		s.cur = cursor{sets: [2]byte{'B', 'B'}}
	}
	s.clampCursor(&s.cur)
}

// maxTitle is the length of a title, in bytes.
const maxTitle = 256

// Command obeys a string: only titles and changes of colours mean something here.
func (s *Screen) Command(kind byte, data []byte, whole bool) {
	if kind != ']' || !whole {
		return
	}
	number, rest, _ := bytes.Cut(data, []byte{';'})
	switch string(number) {
	case "0", "2":
		s.title = cleanTitle(rest)
	case "4", "10", "11", "12":
		s.palette = true
	}
}

// cleanTitle keeps what may stand in a title: printable characters.
func cleanTitle(p []byte) string {
	text := strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return -1
		}
		return r
	}, string(p))
	if len(text) > maxTitle {
		text = strings.ToValidUTF8(text[:maxTitle], "")
	}
	return text
}
