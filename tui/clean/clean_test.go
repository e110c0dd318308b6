package clean

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"checkout-api", "checkout-api"},
		{"größe 日本 🚀", "größe 日本 🚀"},
		{"a\tb", "a       b"},
		{"a\nb\r\nc\rd", "a↵b↵c␍d"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"\x1b[2J\x1b[Hgone", "gone"},
		{"\x1b]0;title\x07x", "␛]0;title␇x"},
		{"\x1b]52;c;ZXZpbA==\x1b\\x", `␛]52;c;ZXZpbA==␛\x`},
		{"\x1bP+q544e\x1b\\", `␛P+q544e␛\`},
		{"\x1b_Gapc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\", `␛_Gapc␛\␛^pm␛\␛Xsos␛\`},
		{"\x1bc", "␛c"},
		{"\x1b", "␛"},
		{"\x1b[", "␛["},
		{"\x1b[1;3", "␛[1;3"},
		{"\x1b[1\x1b[mx", "␛[1x"},
		{"\u009b31mx", `\x9b31mx`},
		{"\x9b31mx", `\x9b31mx`},
		{"\x00\x08\x7f", "␀␈␡"},
		{"user\u202etxt.exe", "user⟨U+202E⟩txt.exe"},
		{"\u2066a\u2069", "⟨U+2066⟩a⟨U+2069⟩"},
		{"pay\u200bments", "pay⟨U+200B⟩ments"},
		{"ad\u200dmin", "ad⟨U+200D⟩min"},
		{"\ufeff{}", "⟨U+FEFF⟩{}"},
		{"soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"},
		{"a\U000e0041b", "a⟨U+E0041⟩b"},
		{"a\u2028b", "a⟨U+2028⟩b"},
		{"👨\u200d👩", "👨👩"},
		{"👍🏽!", "👍!"},
		{"❤\ufe0f", "❤"},
		{"🇩🇪🇩", "🇩🇪⟨U+1F1E9⟩"},
		{"e\u0301", "e\u0301"},
		{"\u0301x", "◌\u0301x"},
		{"z" + strings.Repeat("\u0301", 40), "z\u0301\u0301\u0301"},
		{"bad\xffutf\xc3", `bad\xffutf\xc3`},
		{"\ufffd", "\ufffd"},
	} {
		if got := Line(c.in); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	color := Options{Colors: true, KeepNewlines: true}
	for _, c := range []struct {
		in   string
		o    Options
		want string
	}{
		{"a\r\nb\n", Options{KeepNewlines: true}, "a\nb\n"},
		{"a\tb\n\tc", Options{KeepNewlines: true, Tab: 4}, "a   b\n    c"},
		{"\x1b[1;31mred\x1b[0m plain", color, "\x1b[1;31mred\x1b[m plain"},
		{"\x1b[31mopen", color, "\x1b[31mopen\x1b[m"},
		{"\x1b[31mtwo\nlines\x1b[m.", color, "\x1b[31mtwo\x1b[m\n\x1b[31mlines\x1b[m."},
		{"\x1b[8mhidden", color, "hidden"},
		{"\x1b[5;32mblink", color, "\x1b[32mblink\x1b[m"},
		{"\x1b[0;32mx", color, "\x1b[32mx\x1b[m"},
		{"\x1b[38;5;200mx\x1b[38;2;1;2;3my", color, "\x1b[38;5;200mx\x1b[38;2;1;2;3my\x1b[m"},
		{"\x1b[38;5;999mx", color, "x"},
		{"\x1b[38;2;1;2mx", color, "x"},
		{"\x1b[4:3mx", color, "\x1b[4:3mx\x1b[m"},
		{"\x1b[38:2::1:2:3mx", color, "\x1b[38:2::1:2:3mx\x1b[m"},
		{"\x1b[?25lx\x1b[>4;2mx\x1b[1 mx", color, "xxx"},
		{"\x1b[999999mx", color, "x"},
		{"\x1b[mx", color, "x"},
		{"\x1b[31mx", Options{}, "x"},
	} {
		if got := Text(c.in, c.o); got != c.want {
			t.Errorf("Text(%q, %+v) = %q, want %q", c.in, c.o, got, c.want)
		}
	}
}

// check holds what every result must satisfy.
func check(t *testing.T, in, out string, o Options) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q -> %q: not UTF-8", in, out)
	}
	plain := out
	if o.Colors {
		plain = ansi.Strip(out)
		for rest := out; ; {
			i := strings.IndexByte(rest, 0x1b)
			if i < 0 {
				break
			}
			n := csi(rest[i:])
			if n == 0 || rest[i+n-1] != 'm' {
				t.Fatalf("%q -> %q: a sequence that is no SGR", in, out)
			}
			rest = rest[i+n:]
		}
	}
	for _, r := range plain {
		ok := r >= 0x20 && (r < 0x7f || r >= 0xa0) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Zl, r) && !unicode.Is(unicode.Zp, r)
		if !ok && (r != '\n' || !o.KeepNewlines) {
			t.Fatalf("%q -> %q: %U stays", in, out, r)
		}
	}
	for line := range strings.SplitSeq(plain, "\n") {
		if w, joined := ansi.StringWidth(line), ansi.StringWidth("│"+line+"│"); joined != w+2 {
			t.Fatalf("%q, line %q: joins what stands beside it (%d, %d)", in, line, w, joined)
		}
	}
	if again := Text(out, o); again != out {
		t.Fatalf("%q -> %q -> %q: not stable", in, out, again)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[31mred", "a\x9b2Jb", "\x1b]8;;http://x\x1b\\y", "🇩👍🏽\u200d", "\u0301\u202e", "\t\n\r", "क्त"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, s, Line(s), Options{})
		for _, o := range []Options{{Colors: true}, {Colors: true, KeepNewlines: true}, {KeepNewlines: true, Tab: 3}} {
			check(t, s, Text(s, o), o)
		}
	})
}

func FuzzFit(f *testing.F) {
	f.Add("日本語 text", 5)
	f.Add("plain text", 3)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = (n%200 + 200) % 200
		line := Line(s)
		if got := Width(Fit(line, n)); got != n {
			t.Fatalf("Fit(%q, %d) is %d wide", line, n, got)
		}
	})
}

func TestPlainPrefix(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			b := []byte(strings.Repeat("x", 20))
			b[at] = byte(c)
			want := 20
			if c < 0x20 || c >= 0x7f {
				want = at
			}
			if got := plainPrefix(string(b)); got != want {
				t.Fatalf("byte %#x at %d: %d", c, at, got)
			}
		}
	}
}

func TestPlainDoesNotAllocate(t *testing.T) {
	s := strings.Repeat("2026-11-02T10:00:00Z INFO request served ", 8)
	u := s + "größe"
	if n := testing.AllocsPerRun(100, func() { _ = Line(s); _ = Line(u); _ = Width(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLinePlain(b *testing.B)  { bench(b, strings.Repeat("request served in 12ms ", 6)) }
func BenchmarkLineUTF8(b *testing.B)   { bench(b, strings.Repeat("größe 日本語 ok ", 6)) }
func BenchmarkLineColors(b *testing.B) { bench(b, strings.Repeat("\x1b[31merror\x1b[0m text ", 6)) }

func bench(b *testing.B, s string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		_ = Line(s)
	}
}
