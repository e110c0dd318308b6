package vterm

import (
	"fmt"
	"strings"
	"testing"
)

// show is the screen's text with the cursor as ▮ (before the character below it).
func show(s *Screen) string {
	var b strings.Builder
	x, y, _ := s.Cursor()
	for row := range s.rows {
		line := []rune(s.Line(row))
		if row == y {
			for len(line) < x {
				line = append(line, ' ')
			}
			mark := "▮"
			if s.cur.wrap {
				mark = "▶"
			}
			line = append(line[:x:x], append([]rune(mark), line[x:]...)...)
		}
		b.WriteString(strings.TrimRight(string(line), " "))
		b.WriteByte('|')
	}
	return b.String()
}

func TestScreen(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "hello\r\nworld", "hello|world▮||"},
		{"wrap waits", "0123456789", "012345678▶9|||"},
		{"wrap", "0123456789a", "0123456789|a▮||"},
		{"no wrap", "\x1b[?7l0123456789ab", "012345678▮b|||"},
		{"scroll", "1\r\n2\r\n3\r\n4", "2|3|4▮|"},
		{"back", "abc\b\bX", "aX▮c|||"},
		{"tab", "a\tb", "a       b▮|||"},
		{"tabs cleared", "\x1b[3ga\tb", "a        ▶b|||"},
		{"move", "\x1b[2;3Hx\x1b[Ay\x1b[2Dz\x1b[B!", "  zy|  x!▮||"},
		{"erase line", "abcdef\x1b[3D\x1b[K", "abc▮|||"},
		{"erase to cursor", "abcdef\x1b[3D\x1b[1K", "   ▮ ef|||"},
		{"erase below", "1\r\n2\r\n3\x1b[2;1H\x1b[J", "1|▮||"},
		{"erase above", "1\r\n2\r\n3\x1b[2;1H\x1b[1J", "|▮|3|"},
		{"erase all", "1\r\n2\x1b[2J", "| ▮||"},
		{"erase some", "abcdef\r\x1b[2X", "▮  cdef|||"},
		{"insert", "abc\r\x1b[2@X", "X▮ abc|||"},
		{"delete", "abcdef\r\x1b[2P", "▮cdef|||"},
		{"insert mode", "abc\r\x1b[4hXY\x1b[4l", "XY▮abc|||"},
		{"insert lines", "1\r\n2\r\n3\x1b[1;1H\x1b[L", "▮|1|2|"},
		{"delete lines", "1\r\n2\r\n3\x1b[1;1H\x1b[M", "▮2|3||"},
		{"region", "1\r\n2\r\n3\x1b[1;2r\x1b[2;1H\n", "2|▮|3|"},
		{"reverse", "1\r\n2\x1b[H\x1bM", "▮|1|2|"},
		{"scroll up", "1\r\n2\r\n3\x1b[S", "2|3| ▮|"},
		{"scroll down", "1\r\n2\r\n3\x1b[T", "|1|2▮|"},
		{"origin", "\x1b[2;3r\x1b[?6h\x1b[HX", "|X▮||"},
		{"saved", "\x1b[2;2H\x1b7\x1b[H\x1b8X", "| X▮||"},
		{"alternate", "main\x1b[?1049halt\x1b[?1049l!", "main!▮|||"},
		{"line drawing", "\x1b(0lqk\x1b(Bx", "┌─┐x▮|||"},
		{"shift", "\x1b)0\x0eq\x0fq", "─q▮|||"},
		{"repeat", "a\x1b[3b", "aaaa▮|||"},
		{"wide", "漢字", "漢字  ▮|||"},
		{"wide wraps", "123456789漢", "123456789|漢 ▮||"},
		{"half a wide one overwritten", "漢\x1b[1;2HX", " X▮|||"},
		{"other half overwritten", "漢\rX", "X▮|||"},
		{"combining", "e\u0301x", "e\u0301▮x|||"},
		{"combining at the end", "012345678e\u0301", "012345678▶e\u0301|||"},
		{"nothing to combine with", "\u0301x", "x▮|||"},
		{"not UTF-8", "a\xffb\xc3\x28", "a�b�(▮|||"},
		{"latin-1 does not eat a line end", "caf\xe9\r\nx", "caf�|x▮||"},
		{"C1 in UTF-8 is no control", "\u009b2Jx", "�2Jx▮|||"},
		{"title", "\x1b]2;a title\x07x", "x▮|||"},
		{"title with 9C in it", "\x1b]2;\u271c\x1b\\x", "x▮|||"},
		{"strings go", "\x1bPq#0~\x1b\\\x1b_漢\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\\x1bktmux\x1b\\x", "x▮|||"},
		{"cancelled", "\x1b[12\x18x\x1b]2;t\x1ay", "xy▮|||"},
		{"broken off", "\x1b[12\x1b[2;2Hx", "| x▮||"},
		{"absurd", "\x1b[99999999999999999999Cx\x1b[" + strings.Repeat("1;", 300) + "my", "         x|y▮||"},
		{"align", "\x1b#8", "▮EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE|"},
		{"full reset", "abc\x1b[?25l\x1bcx", "x▮|||"},
		{"next line", "abc\x1bEx", "abc|x▮||"},
		{"column", "abc\x1b[7Gx", "abc   x▮|||"},
		{"row", "abc\x1b[3dx", "abc||   x▮|"},
		{"reports are not answered", "\x1b[6n\x1b[cx", "x▮|||"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for cut := 1; cut <= 3; cut++ { // however the stream is cut
				s := New(10, 3)
				for i := 0; i < len(c.in); i += cut {
					s.Write([]byte(c.in[i:min(i+cut, len(c.in))]))
				}
				if got := show(s); got != c.want {
					t.Errorf("in pieces of %d: %q, want %q", cut, got, c.want)
				}
				faithful(t, s)
			}
		})
	}
}

func TestTitle(t *testing.T) {
	s := New(10, 2)
	s.Write([]byte("\x1b]0;one \u271c\x07"))
	if s.Title() != "one ✜" {
		t.Errorf("title %q", s.Title())
	}
	s.Write([]byte("\x1b]2;evil\x9b31m\u009d2\nx\x1b\\"))
	if strings.ContainsAny(s.Title(), "\x1b\n\u009b\u009d") {
		t.Errorf("title %q", s.Title())
	}
	s.Write([]byte("\x1b]2;" + strings.Repeat("漢", 1000) + "\x07"))
	if n := len(s.Title()); n > maxTitle {
		t.Errorf("title of %d bytes", n)
	}
}

func TestStyles(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[31mx":                     "\x1b[0;31mx\x1b[0m",
		"\x1b[1;3;4;7;9;53;92;104mx":    "\x1b[0;1;3;7;9;53;4;92;104mx\x1b[0m",
		"\x1b[38;5;200;48;2;1;2;3mx":    "\x1b[0;38;5;200;48;2;1;2;3mx\x1b[0m",
		"\x1b[38:5:200;48:2::1:2:3mx":   "\x1b[0;38;5;200;48;2;1;2;3mx\x1b[0m",
		"\x1b[38:2:1:2:3mx":             "\x1b[0;38;2;1;2;3mx\x1b[0m",
		"\x1b[4:3;58:5:9mx":             "\x1b[0;4:3;58;5;9mx\x1b[0m",
		"\x1b[1;31;22;39mx":             "x",
		"\x1b[1m\x1b[mx":                "x",
		"\x1b[21mx\x1b[24;53;55my":      "\x1b[0;4:2mx\x1b[0my\x1b[0m",
		"\x1b[7mx\x1b[27my":             "\x1b[0;7mx\x1b[0my\x1b[0m",
		"\x1b[41m\x1b[K":                "\x1b[0;41m          \x1b[0m",
		"\x1b[38;9;1mx":                 "x",
		"a\x1b[31m漢\x1b[0mb":            "a\x1b[0;31m漢\x1b[0mb\x1b[0m",
		"\x1b[38;2;999;0;0mx":           "\x1b[0;38;2;255;0;0mx\x1b[0m",
		"\x1b[38;5mx":                   "x",
		"\x1b[38mx":                     "x",
		"\x1b[5;6;8mx\x1b[25;28my":      "\x1b[0;5;6;8mx\x1b[0my\x1b[0m",
		"\x1b[48;5;7mx\x1b[49;47;107my": "\x1b[0;47mx\x1b[0;107my\x1b[0m",
	} {
		s := New(10, 2)
		s.Write([]byte(in))
		if want == "x" {
			want = "x\x1b[0m"
		}
		if got := s.Styled(0); got != want {
			t.Errorf("%q shows as %q, want %q", in, got, want)
		}
		faithful(t, s)
	}
}

func TestResize(t *testing.T) {
	fill := func(s *Screen) {
		for i := range s.rows {
			if i > 0 {
				s.Write([]byte("\r\n"))
			}
			fmt.Fprintf(s, "line %d漢", i)
		}
	}
	s := New(10, 4)
	fill(s)
	s.Resize(10, 2) // the cursor stays visible
	if got := show(s); got != "line 2漢|line 3漢▮|" && got != "line 2漢|line 3漢 ▮|" {
		t.Errorf("lower: %q", got)
	}
	s.Resize(7, 2)
	if got := s.Line(0); got != "line 2漢"[:6] && got != "line 2" {
		t.Errorf("narrower: %q", got)
	}
	faithful(t, s)
	s.Resize(12, 3)
	if got := s.Line(0); got != "line 2漢" {
		t.Errorf("wider again: %q", got)
	}
	faithful(t, s)
	s = New(10, 4)
	s.Write([]byte("a\r\nb"))
	s.Resize(10, 2) // blank lines below the cursor go first
	if got := show(s); got != "a|b▮|" {
		t.Errorf("blank lines: %q", got)
	}
	for _, size := range [][2]int{{0, 0}, {-5, 3}, {1 << 30, 1 << 30}, {1, 1}, {80, 24}} {
		s.Resize(size[0], size[1])
		s.Write([]byte("漢字 text\r\n\x1b[5;5Hx"))
		faithful(t, s)
	}
}

// faithful checks that a terminal in any state shows the same after Repaint, and that
// a notice leaves no trace.
func faithful(t testing.TB, s *Screen) {
	t.Helper()
	sound(t, s)
	other := New(s.cols, s.rows)
	other.Write([]byte("\x1b[?1049h\x1b[?6h\x1b[4hjunk\x1b[31m\x1b(0\x1b[2;3r\x1b[3gxyz\x1b[?7l\x1b]2;" + s.title + "\x07"))
	other.Write(s.Repaint())
	same(t, "repainted", other, s)
	noted := s.Clone()
	noted.Write(s.Over(s.rows-1, "\x1b[7m"+"notice"[:min(6, s.cols)]))
	noted.Write(s.PaintRow(s.rows - 1))
	same(t, "after a notice", noted, s)
	ended := s.Clone()
	ended.Write(s.Reset())
	if ended.Alt() || ended.insert || ended.newline || ended.keypad || ended.shape != 0 || ended.cur.origin || ended.cur.pen != (style{}) ||
		ended.top != 0 || ended.bottom != s.rows-1 || ended.cur.sets != [2]byte{'B', 'B'} || ended.cur.shift != 0 || !ended.usualTabs() {
		t.Errorf("not reset: %+v", ended.cur)
	}
	for m, on := range ended.modes {
		if on != usual(m) {
			t.Errorf("mode %d is %v after the reset", m, on)
		}
	}
}

// sound checks what must hold of every screen.
func sound(t testing.TB, s *Screen) {
	t.Helper()
	if s.cur.x < 0 || s.cur.x >= s.cols || s.cur.y < 0 || s.cur.y >= s.rows || s.top < 0 || s.bottom >= s.rows || s.top > s.bottom {
		t.Fatalf("cursor %d,%d and region %d-%d in %dx%d", s.cur.x, s.cur.y, s.top, s.bottom, s.cols, s.rows)
	}
	for _, b := range []*buffer{&s.main, &s.alt} {
		if len(b.lines) != s.rows {
			t.Fatalf("%d lines of %d", len(b.lines), s.rows)
		}
		for y, l := range b.lines {
			for x := range s.cols {
				if l[x].half == left && x+1 < len(l) && l[x+1].half != right || l[x].half == right && (x == 0 || l[x-1].half != left) {
					t.Fatalf("half a wide character at %d,%d", x, y)
				}
			}
		}
	}
}

// same compares two screens as far as a user or the remote could tell them apart.
func same(t testing.TB, what string, got, want *Screen) {
	t.Helper()
	if got.Alt() != want.Alt() || got.insert != want.insert || got.newline != want.newline || got.keypad != want.keypad || got.shape != want.shape ||
		got.top != want.top || got.bottom != want.bottom {
		t.Errorf("%s: state differs", what)
	}
	if got.cur != want.cur {
		t.Errorf("%s: cursor %+v, want %+v", what, got.cur, want.cur)
	}
	for m := range want.modes {
		if got.mode(m, usual(m)) != want.modes[m] {
			t.Errorf("%s: mode %d", what, m)
		}
	}
	pairs := []struct {
		name      string
		got, want *buffer
	}{{"main", &got.main, &want.main}, {"alternate", &got.alt, &want.alt}}
	for _, p := range pairs {
		if p.name == "alternate" && !want.Alt() {
			continue
		}
		for y := range want.rows {
			for x := range want.cols {
				g, w := p.got.lines[y][x], p.want.lines[y][x]
				if g.r == ' ' {
					g.r = 0
				}
				if w.r == ' ' {
					w.r = 0
				}
				for _, c := range []*cell{&g, &w} {
					if c.half == left && x == want.cols-1 {
						c.half, c.r, c.marks = whole, 0, 0
					}
				}
				gm, wm := got.marks.list[g.marks], want.marks.list[w.marks]
				g.marks, w.marks = 0, 0
				if g != w || gm != wm {
					t.Fatalf("%s: %s screen differs at %d,%d: %+v, want %+v", what, p.name, x, y, g, w)
				}
			}
		}
	}
}

func FuzzScreen(f *testing.F) {
	f.Add([]byte("hello\r\n\x1b[31mworld漢字\x1b[2J\x1b[?1049h"), uint8(10), uint8(4))
	f.Add([]byte("\x1b[2;3r\x1b[?6h\x1b[5;5Hx\x1b[4h\x1b(0qqq\x1b7\x1b[L"), uint8(3), uint8(2))
	f.Add([]byte("e\u0301\u200d🙂\x1b[3b\x1b[@\x1b[P\x1b[X\tx\x1bH"), uint8(1), uint8(1))
	f.Add([]byte("\x1b[1;0;38;5;300;48:2::1m\xff\xfe\x80\x1b]2;\xff\x9c\x07"), uint8(7), uint8(3))
	f.Fuzz(func(t *testing.T, in []byte, cols, rows uint8) {
		s := New(int(cols)%20, int(rows)%8)
		half := len(in) / 2
		s.Write(in[:half])
		faithful(t, s)
		s.Resize(int(rows)%20, int(cols)%8)
		faithful(t, s)
		s.Write(in[half:])
		faithful(t, s)
	})
}
