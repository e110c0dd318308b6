package textview

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// loaded is a view that holds d, without an event loop.
func loaded(d Document) *View {
	v := New(Options{Name: "test", Load: func(context.Context) (Document, error) { return d, nil }})
	v.Update(v.Init()().(screen.Result[answer]))
	return v
}

// exact holds that a drawing has the size it was asked for.
func exact(t *testing.T, v *View, width, height int) {
	t.Helper()
	lines := strings.Split(v.View(width, height), "\n")
	if len(lines) != height {
		t.Fatalf("%dx%d: %d lines", width, height, len(lines))
	}
	for _, l := range lines {
		if w := ansi.StringWidth(l); w != width {
			t.Fatalf("%dx%d: %q is %d wide", width, height, l, w)
		}
	}
}

func FuzzView(f *testing.F) {
	f.Add("plain\ntext", "json", uint8(40), uint8(10), uint8(0), "t")
	f.Add("{\"a\": [1, true], \"日本\": \"ö\"}", "json", uint8(7), uint8(3), uint8(3), "日")
	f.Add("key: |\n  block\nlist:\n  - 'x' # c\n", "yaml", uint8(21), uint8(5), uint8(9), "(")
	f.Add("👨‍👩‍👧 wide 漢字漢字漢字", "", uint8(5), uint8(4), uint8(1), ".")
	f.Fuzz(func(t *testing.T, text, language string, width, height, left uint8, pattern string) {
		w, h := int(width%120)+1, int(height%40)+1
		v := loaded(Document{Text: text, Language: language, Sections: []Section{{Title: text, Rows: []Row{{Label: text, Value: text}}}}})
		for _, l := range v.page.lines {
			at := 0
			for _, s := range highlight(l, language) {
				if s.from < at || s.to < s.from || s.to > len(l.text) {
					t.Fatalf("%q: span %+v after %d", l.text, s, at)
				}
				at = s.to
			}
		}
		exact(t, v, w, h)
		v.look(pattern)
		exact(t, v, w, h)
		v.xoff = int(left)
		exact(t, v, w, h)
		v.step(1)
		exact(t, v, w, h)
		v.toggleWrap()
		exact(t, v, w, h)
		v.scroll(3)
		exact(t, v, w+1, h)
		v.look("")
		if got, want := ansi.Strip(v.View(w+1, h)), v.View(w+1, h); ansi.StringWidth(got) != ansi.StringWidth(want) {
			t.Fatalf("%q", want)
		}
	})
}

func kindsOf(l line, language string) string {
	names := map[kind]string{name: "name", text: "text", number: "num", keyword: "word", punct: "punct", comment: "comment"}
	var out []string
	for _, s := range highlight(l, language) {
		out = append(out, names[s.kind]+":"+l.text[s.from:s.to])
	}
	return strings.Join(out, " ")
}

func TestHighlight(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"json", `  "name": "web",`, `name:"name" punct:: text:"web" punct:,`},
		{"json", `"a\"b": -1.5e+3, "x": null}`, `name:"a\"b" punct:: num:-1.5e+3 punct:, name:"x" punct:: word:null punct:}`},
		{"json", `["x", true, 12]`, `punct:[ text:"x" punct:, word:true punct:, num:12 punct:]`},
		{"json", `"open`, `text:"open`},
		{"yaml", `name: web`, `name:name punct:: text:web`},
		{"yaml", `  - port: 80`, `punct:- name:port punct:: num:80`},
		{"yaml", `- - x`, `punct:- punct:- text:x`},
		{"yaml", `arn: arn:aws:ecs:x # note`, `name:arn punct:: text:arn:aws:ecs:x comment: # note`},
		{"yaml", `"a: b": true`, `name:"a: b" punct:: word:true`},
		{"yaml", `at: 2026-11-01`, `name:at punct:: text:2026-11-01`},
		{"yaml", `# all`, `comment:# all`},
		{"yaml", `x: {a: 1}`, `name:x punct:: punct:{ text:a punct:: num:1 punct:}`},
		{"yaml", `url: http://x`, `name:url punct:: text:http://x`},
		{"yaml", `empty:`, `name:empty punct::`},
		{"yaml", `-`, `punct:-`},
		{"", `"x": 1`, ``},
	} {
		if got := kindsOf(line{text: c.text, code: true}, c.language); got != c.want {
			t.Errorf("%s %s:\n got %s\nwant %s", c.language, c.text, got, c.want)
		}
	}
}

func TestYAMLBlocks(t *testing.T) {
	p := lay(Document{Language: "yaml", Text: "a: |\n  key: x\n\n  more\nb: >-\n  t\nc: 1 | 2\n  d: 1\n- |\n  e\n"}, nil)
	var got []string
	for i, l := range p.lines {
		if l.block {
			got = append(got, fmt.Sprint(i))
		}
	}
	if s := strings.Join(got, " "); s != "1 2 3 5 9" {
		t.Errorf("lines in blocks: %s", s)
	}
}

func TestFindIsBounded(t *testing.T) {
	p := lay(Document{Text: strings.Repeat(strings.Repeat("a", 1000)+"\n", 200)}, nil)
	s := find(p, "a")
	if n := len(s.hits); n < maxHits || n > maxHits+1000 {
		t.Errorf("%d hits", n)
	}
	if len(find(p, "x*").hits) != 0 {
		t.Error("empty matches are no hits")
	}
}

// TestOnlyLinesInSightAreDrawn holds that the cost of a frame does not grow with the text.
func TestOnlyLinesInSightAreDrawn(t *testing.T) {
	v := loaded(Document{Text: strings.Repeat("{\"a\": 1}\n", 200_000), Language: "json"})
	v.View(80, 30)
	if n := len(v.drawn.lines); n != 1 && n > 30 {
		t.Errorf("%d lines drawn", n)
	}
	if n := testing.AllocsPerRun(20, func() { v.View(80, 30) }); n > 4 {
		t.Errorf("%v allocations for the same frame again", n)
	}
}

func TestThemeChangesColours(t *testing.T) {
	th := theme.New(theme.Options{})
	v := New(Options{Name: "x", Theme: th, Load: func(context.Context) (Document, error) { return Document{Text: "a: 1", Language: "yaml"}, nil }})
	v.Update(v.Init()().(screen.Result[answer]))
	before := v.View(40, 3)
	th.SetDark(false)
	if v.View(40, 3) == before {
		t.Error("the text keeps the colours of the dark theme")
	}
}

func BenchmarkScroll(b *testing.B) {
	v := loaded(Document{Text: strings.Repeat("  \"name\": \"a value of some length\", \"n\": 12\n", 20_000), Language: "json"})
	v.View(120, 40)
	b.ReportAllocs()
	for b.Loop() {
		v.scroll(1)
		if v.top > 19_000 {
			v.top = 0
		}
		v.View(120, 40)
	}
}

// TestWordsAndExpressionsAgree holds the fast way to find words against the slow.
func TestWordsAndExpressionsAgree(t *testing.T) {
	p := lay(Document{Text: "Alpha beta ALPHA\nalphalpha größe alpha\n\nal.pha"}, nil)
	for word, same := range map[string]string{"alpha": "alph[a]", "Alpha": "Alph[a]", "al.pha": "al.ph[a]", "größe": "größ[e]", "a": "[a]"} {
		if a, b := find(p, word), find(p, same); fmt.Sprint(a.hits) != fmt.Sprint(b.hits) || len(a.hits) == 0 {
			t.Errorf("%s: %v, %v", word, a.hits, b.hits)
		}
	}
	if s := find(p, "alpha("); !s.literal || len(s.hits) != 0 {
		t.Errorf("%+v", s)
	}
	if s := find(lay(Document{Text: "A(b\nü (B"}, nil), "(b"); !s.literal || len(s.hits) != 2 {
		t.Errorf("%+v", s)
	}
}

func BenchmarkSearch(b *testing.B) {
	v := loaded(Document{Text: strings.Repeat("  \"name\": \"a value of some length\", \"n\": 12\n", 20_000)})
	b.ReportAllocs()
	for b.Loop() {
		find(v.page, "some length")
	}
}

// TestWrappedRowsHang holds that a long value stays in its own column, and breaks
// between words.
func TestWrappedRowsHang(t *testing.T) {
	v := loaded(Document{Sections: []Section{{Title: "Failed", Rows: []Row{
		{Label: "task role", Value: "one two three four five six\nsecond line", Tone: Bad},
		{Label: "key", Value: strings.Repeat("x", 40), Tone: Unknown},
	}}}})
	v.toggleWrap()
	got := ansi.Strip(v.View(34, 10))
	want := strings.Join([]string{
		" Failed",
		"   task role  ✗ one two three four",
		"                five six",
		"                second line",
		"   key        ? xxxxxxxxxxxxxxxxxx",
		"                xxxxxxxxxxxxxxxxxx",
		"                xxxx",
	}, "\n")
	lines := strings.Split(got, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	if got = strings.TrimRight(strings.Join(lines, "\n"), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	v.look("five")
	if m, ok := v.search.here(); !ok || v.rowOf(m.line, m.from) != 2 {
		t.Errorf("%+v is not found in its row", m)
	}
	exact(t, v, 12, 20) // too narrow to hang
}

// TestAStreamFillsIn holds that parts are shown as they come, and that the last of
// them stays.
func TestAStreamFillsIn(t *testing.T) {
	v := New(Options{Name: "test", Stream: func(_ context.Context, show func(Document)) error {
		show(Document{Text: "one"})
		show(Document{Text: "one and two"})
		return nil
	}})
	var seen []string
	for cmd := v.Init(); cmd != nil; {
		cmd = v.Update(cmd())
		seen = append(seen, strings.TrimSpace(strings.Split(v.View(30, 3), "\n")[0]))
	}
	if fmt.Sprint(seen) != "[one one and two one and two]" {
		t.Error(seen)
	}
}

// TestATableWrapsUnderItself holds that a section's text breaks at blanks and goes on
// under where it began, a table's below its last column where there is room, so that
// no number is torn in two.
func TestATableWrapsUnderItself(t *testing.T) {
	row := "PRIMARY  4/6  ECS deployment ecs-svc/8775973886 completed."
	for _, c := range []struct {
		table bool
		width int
		want  string
	}{
		{false, 34, " Deployments|   PRIMARY  4/6  ECS deployment|   ecs-svc/8775973886 completed."},
		{true, 44, " Deployments|   PRIMARY  4/6  ECS deployment|                 ecs-svc/8775973886|                 completed."},
		{true, 30, " Deployments|   PRIMARY  4/6  ECS|     deployment|     ecs-svc/8775973886|     completed."},
	} {
		v := New(Options{Name: "test", Wrap: true, Load: func(context.Context) (Document, error) {
			return Document{Sections: []Section{{Title: "Deployments", Text: row, Table: c.table}}}, nil
		}})
		for cmd := v.Init(); cmd != nil; {
			cmd = v.Update(cmd())
		}
		var got []string
		for l := range strings.SplitSeq(ansi.Strip(v.View(c.width, 6)), "\n") {
			if l = strings.TrimRight(l, " "); l != "" {
				got = append(got, l)
			}
		}
		if got := strings.Join(got, "|"); got != c.want {
			t.Errorf("width %d: %q, want %q", c.width, got, c.want)
		}
	}
}
