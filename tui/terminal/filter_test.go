package terminal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/vterm"
)

func TestFilter(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "plain 漢字 e\u0301\r\n\t\b\a", "plain 漢字 e\u0301\r\n\t\b\a"},
		{"colours and moves", "\x1b[1;31mx\x1b[38:2::1:2:3m\x1b[5;6H\x1b[K\x1b[2J", "\x1b[1;31mx\x1b[38:2::1:2:3m\x1b[5;6H\x1b[K\x1b[2J"},
		{"8-bit is written as 7-bit or not at all", "\x9b31mx\u009b31my", "�31mx�31my"},
		{"clipboard", "\x1b]52;c;aGVsbG8=\x07x", "x"},
		{"fonts, links, notifications, files", "\x1b]50;f\x07\x1b]8;;http://x\x07l\x1b]8;;\x07\x1b]9;n\x07\x1b]777;n\x07\x1b]1337;File=:x\x07\x1b]7;file://x\x07", "l"},
		{"device control", "\x1bPq#0~~\x1b\\\x1bP$qm\x1b\\\x1b_Gf=1;x\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\\x1bkscreen\x1b\\x", "x"},
		{"reports", "\x1b[c\x1b[>c\x1b[=c\x1b[6n\x1b[?6n\x1b[5n\x1bZ\x05\x1b[18t\x1b[21t\x1b[x\x1b[?25$p\x1b[>q\x1b[?u\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\x", "x"},
		{"colours of the palette", "\x1b]4;1;rgb:ff/00/00\x07\x1b]11;#000000\x07\x1b]104\x07", "\x1b]4;1;rgb:ff/00/00\x1b\\\x1b]11;#000000\x1b\\\x1b]104\x1b\\"},
		{"window", "\x1b[3;0;0t\x1b[8;1;1t\x1b[22t\x1b[23tx", "x"},
		{"keyboard protocols", "\x1b[>1u\x1b[=5u\x1b[<u\x1b[>4;2mx", "x"},
		{"printer", "\x1b[5i\x1b[?5ix", "x"},
		{"lines above the screen", "\x1b[3J\x1b[Jx", "\x1b[Jx"},
		{"modes", "\x1b[?1049;2004;9999;2048h\x1b[?3h\x1b[4h\x1b[20h\x1b[12l", "\x1b[?1049h\x1b[?2004h\x1b[4h"},
		{"margins of columns", "\x1b[?69h\x1b[2;5sx", "x"},
		{"title", "\x1b]0;a\x07\x1b]2;b\x1b\\\x1b]1;icon\x07", "\x1b]2;a\x1b\\\x1b]2;b\x1b\\"},
		{"title with a trap", "\x1b]2;a\x9cb\u009dc\nd\x1b\\", "\x1b]2;abcd\x1b\\"},
		{"too long", "\x1b]2;" + strings.Repeat("x", 5000) + "\x07y", "y"},
		{"broken sequence", "\x1b[31\x1b[1mx\x1b[1\x18y\x1b]2;t\x18z", "\x1b[1mxyz"},
		{"unfinished", "x\x1b[31", "x"},
		{"charsets", "\x1b(0q\x1b(B\x1b)0\x0eq\x0f\x1b%G\x1b(K\x1b#8\x1b#6", "\x1b(0q\x1b(B\x1b)0\x0eq\x0f\x1b#8"},
		{"cursor", "\x1b[5 q\x1b7\x1b8\x1b[s\x1b[u\x1bM\x1bD\x1bE", "\x1b[5 q\x1b7\x1b8\x1b[s\x1b[u\x1bM\x1bD\x1bE"},
		{"soft reset", "\x1b[!p", "\x1b[!p"},
		{"NUL and DEL", "a\x00\x7fb\x01", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for cut := 1; cut < 4; cut++ {
				f := newFilter(vterm.New(40, 10), Allow{})
				var out []byte
				for i := 0; i < len(c.in); i += cut {
					out = append(out, f.feed([]byte(c.in[i:min(i+cut, len(c.in))]))...)
				}
				if string(out) != c.want {
					t.Errorf("in pieces of %d: %q, want %q", cut, out, c.want)
				}
			}
		})
	}
	f := newFilter(vterm.New(40, 10), Allow{Clipboard: true, Reports: true})
	if got, want := string(f.feed([]byte("\x1b]52;c;aGVsbG8=\x07\x1b]52;c;?\x07\x1b]52;c;\x1b[6n\x07\x1b[6n\x1b[>c"))), "\x1b]52;c;aGVsbG8=\x1b\\\x1b[6n\a\x1b[6n\x1b[>c"; got != want {
		t.Errorf("allowed: %q, want %q", got, want)
	}
	f = newFilter(vterm.New(40, 10), Allow{})
	f.feed([]byte("\x1b[?1049h\x1b[?1000h\x1b[31mx"))
	if got := string(f.feed([]byte("\x1bc"))); strings.Contains(got, "\x1bc") || !strings.Contains(got, "\x1b[?1049l") || !strings.Contains(got, "\x1b[?1000l") {
		t.Errorf("full reset: %q", got)
	}
}

// strict fails at everything that no remote may do to a terminal.
type strict struct{ t testing.TB }

func (s strict) Text([]byte) {}
func (s strict) Rune(r rune) {
	if r < 0xa0 {
		s.t.Errorf("rune %U", r)
	}
}

func (s strict) Control(b byte) {
	if b < 7 || b > 15 {
		s.t.Errorf("control %#x", b)
	}
}

func (s strict) Escape(cmd ansi.Cmd) {
	if strings.ContainsRune("cZn|}~NO", rune(cmd.Final())) && cmd.Intermediate() == 0 {
		s.t.Errorf("escape %q", cmd.Final())
	}
}

func (s strict) CSI(cmd ansi.Cmd, _ ansi.Params) {
	if strings.ContainsRune("cntxipquyz", rune(cmd.Final())) && cmd.Intermediate() == 0 && cmd.Final() != 'u' || cmd.Prefix() == '>' || cmd.Prefix() == '<' || cmd.Prefix() == '=' || cmd.Intermediate() == '$' {
		s.t.Errorf("control sequence %c%c%c", cmd.Prefix(), cmd.Intermediate(), cmd.Final())
	}
}

func (s strict) Command(kind byte, data []byte, whole bool) {
	number, rest, _ := bytes.Cut(data, []byte{';'})
	if kind != ']' || !whole || bytes.IndexByte(rest, '?') >= 0 && string(number) != "2" || !strings.Contains(" 2 4 10 11 12 104 110 111 112 ", " "+string(number)+" ") {
		s.t.Errorf("string %c %q", kind, data)
	}
}

func FuzzFilter(f *testing.F) {
	f.Add([]byte("plain\x1b[31mred\x1b]52;c;x\x07\x1b[6n\x1bPq\x1b\\漢\xff"), 5)
	f.Add([]byte("\x1b[?1049h\x1bc\x9b\x1b]4;1;?\x1b]2;\x1b[c\x07"), 1)
	f.Add([]byte("\xe2\x9c\x1b[c\xf0\x9f\x1b]50;?\x07"), 2)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		cut = max(1, cut%7)
		fl, outer := newFilter(vterm.New(20, 5), Allow{}), vterm.New(20, 5)
		check := vterm.NewFeeder(strict{t})
		for i := 0; i < len(in); i += cut {
			out := fl.feed(in[i:min(i+cut, len(in))])
			check.Feed(out)
			if !check.Ground() {
				t.Fatalf("%q ends inside a sequence", out)
			}
			outer.Write(out)
		}
		// A terminal that obeys what passed shows what the virtual screen holds.
		if outer.String() != fl.screen.String() || outer.Title() != fl.screen.Title() || outer.Alt() != fl.screen.Alt() {
			t.Errorf("the terminal shows\n%s\nthe virtual screen\n%s", outer, fl.screen)
		}
		x, y, shown := outer.Cursor()
		if x2, y2, shown2 := fl.screen.Cursor(); x != x2 || y != y2 || shown != shown2 {
			t.Errorf("cursor at %d,%d %v, virtually at %d,%d %v", x, y, shown, x2, y2, shown2)
		}
	})
}

func BenchmarkFilter(b *testing.B) {
	line := []byte("\x1b[32m2026-11-22T12:00:00Z\x1b[0m INFO  request done path=/api/v1/orders status=200 took=12ms\r\n")
	f := newFilter(vterm.New(120, 40), Allow{})
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		f.feed(line)
	}
}
