package filter

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func parse(t testing.TB, s string) Filter {
	t.Helper()
	f, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return f
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		filter, text string
		want         bool
	}{
		{"", "anything", true},
		{"   ", "anything", true},
		{"!", "anything", true},
		{"-f", "anything", true},
		{"-f  ", "anything", true},
		{"! -f ", "anything", true},
		{"api", "the API gateway", true},
		{"API", "the api gateway", true},
		{"api", "web", false},
		{"!api", "web", true},
		{"!api", "my-API", false},
		{"! api", "api", false},
		{"(?-i)api", "API", false},
		{"(?-i)api", "api", true},
		{"a b", "a b", true},
		{"a b", "ab", false},
		{"a b", "xA Bx", true},
		{" b", "ab", false},
		{"run.*fail", "RUNNING 3 failed", true},
		{"^web", "my web", false},
		{"^web", "WEB 1", true},
		{"web|api", "the Api", true},
		{"web|api", "the db", false},
		{"web|", "the db", true},
		{`\!x`, "a!X", true},
		{`\-f x`, "-f x", true},
		{"größe", "GRÖSSE größe", true},
		{"GRÖßE", "größe", true},
		{"kiosk", "\u212aio\u017fk", true}, // Kelvin sign, long s
		{"!kiosk", "\u212aio\u017fk", false},
		{"-f mta", "my-task-api", true},
		{"-f MTA", "my-task-api", true},
		{"-f atm", "my-task-api", false},
		{"-f api task", "my-task-api", true},
		{"-f api web", "my-task-api", false},
		{"!-f api web", "my-task-api", true},
		{"!-f mta", "my-task-api", false},
		{"-fx", "a-FX", true}, // no blank: not a fuzzy search
		{"a.c", "abc", true},
		{"a{2}b", "xAab", true},
		{"(foo)+bar", "fooFOObar", true},
		{"x?", "", true},
	} {
		f := parse(t, c.filter)
		if got := f.Match(c.text); got != c.want {
			t.Errorf("%q on %q = %v", c.filter, c.text, got)
		}
		if got := f.MatchBytes([]byte(c.text)); got != c.want {
			t.Errorf("%q on bytes of %q = %v", c.filter, c.text, got)
		}
		if c.want && strings.TrimSpace(c.filter) != "" && f.String() != c.filter && !f.Empty() {
			t.Errorf("String of %q = %q", c.filter, f.String())
		}
	}
}

func TestEmpty(t *testing.T) {
	var zero Filter
	if !zero.Empty() || !zero.Match("x") || !zero.MatchFields(nil) || zero.String() != "" || zero.Ranges("x") != nil {
		t.Error("the zero filter has to match everything")
	}
	for _, s := range []string{"", " ", "!", "! ", "-f", "-f ", "!-f"} {
		if f := parse(t, s); !f.Empty() {
			t.Errorf("%q is not empty", s)
		}
	}
}

func TestBadNeverShowsAll(t *testing.T) {
	for _, s := range []string{"(", "!(", "[", "a**", `\`, "(?P<", "x{9999}", strings.Repeat("x", maxSource+1)} {
		f, err := Parse(s)
		if err == nil {
			t.Errorf("%.20q: no error", s)
			continue
		}
		if f.Empty() || f.Match("x") || f.Match("") || f.MatchFields([]string{"x"}) || f.Ranges("x") != nil {
			t.Errorf("%.20q: a bad filter matches", s)
		}
		if msg := err.Error(); strings.Contains(msg, "?i") || len(msg) > 120 {
			t.Errorf("%.20q: %s", s, msg)
		}
	}
	if _, err := Parse("web("); err == nil || err.Error() != `bad filter: missing closing ) in "web("` {
		t.Errorf("error reads: %v", err)
	}
}

func TestMatchFields(t *testing.T) {
	row := []string{"checkout", "ACTIVE", "3/3"}
	for s, want := range map[string]bool{
		"checkout active": true,
		"out.*3/3":        true,
		"!active":         false,
		"-f chkt":         true,
		"-f cav":          false, // letters from several cells
		"-f chk act":      true,  // each word from a cell of its own
		"!-f cav":         true,
	} {
		if got := parse(t, s).MatchFields(row); got != want {
			t.Errorf("%q = %v", s, got)
		}
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		filter, text string
		want         []string
	}{
		{"a", "banana", []string{"a", "a", "a"}},
		{"AN", "banana", []string{"an", "an"}},
		{"!x", "banana", nil},
		{"x*", "banana", nil},
		{"ö+", "schöön", []string{"öö"}},
		{"-f bnn", "banana", []string{"b", "n", "n"}},
		{"-f ana", "banana", []string{"ana"}},
		{"-f öö", "schÖöner", []string{"Öö"}},
		{"-f zz", "banana", nil},
	} {
		var got []string
		for _, r := range parse(t, c.filter).Ranges(c.text) {
			got = append(got, c.text[r[0]:r[1]])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.filter, c.text, got, c.want)
		}
	}
}

func TestLongFuzzyRanges(t *testing.T) {
	text := strings.Repeat("x", 5000) + "abc" + strings.Repeat("ü", 5000)
	got := parse(t, "-f abc").Ranges(text)
	if len(got) != 1 || text[got[0][0]:got[0][1]] != "abc" {
		t.Errorf("%v", got)
	}
}

// TestLiterals holds that the shortcut is taken where it should be.
func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		expr  string
		want  string
		exact bool
	}{
		{"(?i)web", "web", true},
		{"(?i)web-1", "web-1", true},
		{"(?i)web|api", "web api", true},
		{"(?i)(web)", "web", true},
		{"(?i)error.*timeout", "timeout", false},
		{"(?i)^web", "web", false},
		{"(?i)(web|api)-[0-9]", "web api", false},
		{"(?i)größe", "gr", false},
		{"(?i)w?", "", false},
		{"(?i).*", "", false},
		{"(?i)web|x*", "", false},
		{"(?i)[abc]", "", false},
	} {
		l := literalsOf(c.expr)
		var got []string
		for _, x := range l.any {
			got = append(got, x.text)
		}
		if strings.Join(got, " ") != c.want || l.exact != c.exact {
			t.Errorf("%s: %q exact %v", c.expr, got, l.exact)
		}
	}
}

// FuzzFilter holds the shortcuts against the plain regular expression, and the
// ranges against the text.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"web", "!a", "-f abc", "!-f a b", "(", "a|b|", "k s", `\bx\B`, "(?-i)K", "[^a]", "a{0}", "ſ", "(?s).", "x+y*", "-f", "!-f "} {
		f.Add(s, "the Quick brown fox Kelvin \u212a \u017f öÖ web-10 \xff")
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		x, err := Parse(source)
		if err != nil {
			if x.Match(text) {
				t.Fatalf("%q: bad, and matches", source)
			}
			return
		}
		ranges := x.Ranges(text)
		last := 0
		for i, r := range ranges {
			if r[0] < last || r[1] <= r[0] || r[1] > len(text) || i > 0 && r[0] < ranges[i-1][1] {
				t.Fatalf("%q in %q: ranges %v", source, text, ranges)
			}
			last = r[1]
		}
		if len(ranges) > 0 && !x.Match(text) {
			t.Fatalf("%q in %q: ranges without a match", source, text)
		}
		if x.Fuzzy() {
			if utf8.ValidString(text) && !x.Inverse() && x.Match(text) && len(ranges) == 0 {
				t.Fatalf("%q in %q: a fuzzy match without ranges", source, text)
			}
			return
		}
		rest, inverse := strings.CutPrefix(source, "!")
		if inverse {
			rest = strings.TrimLeft(rest, " \t")
		}
		if _, fuzzy := fuzzyWords(rest); fuzzy || strings.TrimSpace(source) == "" || rest == "" {
			if !x.Empty() {
				t.Fatalf("%q: nothing is asked, and the filter is %v", source, x)
			}
			return // a fuzzy search without words, or nothing at all
		}
		re := regexp.MustCompile("(?i)" + rest)
		if want := re.MatchString(text) != inverse; x.Match(text) != want {
			t.Fatalf("%q on %q: %v, the expression says %v", source, text, !want, want)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	line := "2026-11-02T10:00:00.123Z INFO request served path=/api/v1/orders status=200 duration=12ms trace=1-67891233-abcdef012345678912345678"
	for _, s := range []string{"timeout", "ERROR", "error.*timeout", "timeout|refused", "[0-9]+ms", "-f rqsrv"} {
		x := parse(b, s)
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				x.Match(line)
			}
		})
	}
	re := regexp.MustCompile("(?i)timeout")
	b.Run("plain regexp timeout", func(b *testing.B) {
		for b.Loop() {
			re.MatchString(line)
		}
	})
}
