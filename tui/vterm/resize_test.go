package vterm

import "testing"

// A full-screen program that is left after a repaint leaves the cursor where its shell had
// it.
func TestLeavingTheOtherScreenAfterAResize(t *testing.T) {
	for _, size := range [][2]int{{100, 30}, {120, 40}, {130, 50}, {60, 5}} {
		s, seen := New(120, 40), New(120, 40)
		both := func(p string) { s.Write([]byte(p)); seen.Write([]byte(p)) }
		both("banner\r\nwarning\r\n$ vim\r\n\x1b[?1049h\x1b[22;0;0t\x1b[2J\x1b[Hroot\r\n~\r\n\x1b[40;1H:set")
		s.Resize(size[0], size[1])
		seen.Resize(size[0], size[1])
		seen.Write(s.Repaint())
		both("\x1b[5;1Hnew\x1b[?1049l\r\n[1]+ Stopped\r\n$ ")
		if s.String() != seen.String() {
			t.Errorf("%v: the screen shows\n%s\nnot\n%s", size, seen.String(), s.String())
		}
		if got := s.Line(4); size[1] > 10 && got != "[1]+ Stopped" {
			t.Errorf("%v: line 5 is %q", size, got)
		}
	}
}
