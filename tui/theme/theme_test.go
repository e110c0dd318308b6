package theme

import (
	"fmt"
	"image/color"
	"math"
	"reflect"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// styles visits every style of a theme by its path.
func styles(t *Theme, visit func(path string, s lipgloss.Style)) {
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if s, ok := v.Interface().(lipgloss.Style); ok {
			visit(path, s)
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && f.Name != "Palette" {
					walk(path+"."+f.Name, v.Field(i))
				}
			}
		case reflect.Array, reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		}
	}
	walk("", reflect.ValueOf(*t))
}

func all() map[string]*Theme {
	out := map[string]*Theme{}
	for name, mode := range map[string]Mode{"dark": Dark, "light": Light} {
		for _, p := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII} {
			t := New(Options{Mode: mode})
			t.SetProfile(p)
			out[name+" "+p.String()] = t
		}
	}
	return out
}

// TestPensPaintAsStylesRender holds PenOf against lipgloss itself.
func TestPensPaintAsStylesRender(t *testing.T) {
	for name, th := range all() {
		n := 0
		styles(th, func(path string, s lipgloss.Style) {
			n++
			pen, style := PenOf(s).Paint("x"), s.Render("x")
			if got, want := cell(pen), cell(style); got != want {
				t.Errorf("%s %s: pen %q, style %q", name, path, pen, style)
			}
			if string(PenOf(s).Append([]byte("a"), "x")) != "a"+pen {
				t.Errorf("%s %s: Append differs from Paint", name, path)
			}
		})
		if n < 90 {
			t.Fatalf("only %d styles found", n)
		}
	}
}

// cell is the set of SGR parameters in force at the x.
func cell(s string) string {
	var on []string
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 || i > strings.IndexByte(s, 'x') {
			break
		}
		end := strings.IndexByte(s[i:], 'm') + i
		on = append(on, strings.Split(s[i+2:end], ";")...)
		s = s[end+1:]
	}
	if strings.Join(on, ";") != "" {
		seen := map[string]bool{}
		var uniq []string
		for _, p := range on {
			if key := p; !seen[key] || len(p) > 1 {
				seen[key] = true
				uniq = append(uniq, p)
			}
		}
		on = uniq
	}
	return strings.Join(on, ";")
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	f := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(r) + 0.7152*f(g) + 0.0722*f(b)
}

// contrast is the ratio of WCAG 2: 1 is none, 21 is black on white.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// TestTextIsLegible holds every foreground against the backgrounds that terminals
// of that kind have, at the ratio that WCAG asks of text (borders: of graphics).
func TestTextIsLegible(t *testing.T) {
	for mode, grounds := range map[Mode][]string{Dark: {"#000000", "#121418", "#1e1e2e"}, Light: {"#ffffff", "#fafafa"}} {
		th := New(Options{Mode: mode})
		styles(th, func(path string, s lipgloss.Style) {
			fg, bg := s.GetForeground(), s.GetBackground()
			least := 4.5
			if strings.Contains(path, "Border") {
				least = 3
			}
			if s.GetFaint() {
				t.Errorf("mode %d %s: faint, which is half the contrast or nothing, as the terminal likes", mode, path)
			}
			under := grounds
			if bg != (lipgloss.NoColor{}) {
				under = nil
				if fg == (lipgloss.NoColor{}) {
					fg = lipgloss.Color(map[Mode]string{Dark: "#d4d4d4", Light: "#202020"}[mode])
				}
				if r := contrast(fg, bg); r < least {
					t.Errorf("mode %d %s: %.1f on its own background", mode, path, r)
				}
			}
			if fg == (lipgloss.NoColor{}) {
				return
			}
			for _, g := range under {
				if r := contrast(fg, lipgloss.Color(g)); r < least {
					t.Errorf("mode %d %s: %.1f on %s", mode, path, r, g)
				}
			}
		})
	}
}

func TestTaskColoursAreDistinct(t *testing.T) {
	for name, th := range all() {
		seen := map[string]bool{}
		for i := range th.Logs.Tasks {
			seen[PenOf(th.Task(i)).Open] = true
		}
		least := 12
		switch th.Profile {
		case colorprofile.ANSI:
			least = 6
		case colorprofile.ASCII:
			least = 4
		}
		if len(seen) != len(th.Logs.Tasks) || len(seen) < least {
			t.Errorf("%s: %d distinct of %d", name, len(seen), len(th.Logs.Tasks))
		}
		n := len(th.Logs.Tasks)
		if PenOf(th.Task(n)) != PenOf(th.Task(0)) || PenOf(th.Task(-1)) != PenOf(th.Task(n-1)) {
			t.Errorf("%s: tasks do not repeat", name)
		}
	}
}

// TestStatesAreToldWithoutColour holds that every health has a glyph of its own,
// one cell wide, and that a theme without colours has none in any style.
func TestStatesAreToldWithoutColour(t *testing.T) {
	seen := map[string]bool{}
	for h := Unknown; h < healths; h++ {
		g := h.Glyph()
		if seen[g] || ansi.StringWidth(g) != 1 || ansi.StringWidthWc(g) != 1 {
			t.Errorf("%v: glyph %q", h, g)
		}
		seen[g] = true
	}
	if Health(99).Glyph() != Unknown.Glyph() || Health(-1).String() != "unknown" {
		t.Error("a health out of range is not unknown")
	}
	th := New(Options{})
	th.SetProfile(colorprofile.ASCII)
	styles(th, func(path string, s lipgloss.Style) {
		if s.GetForeground() != (lipgloss.NoColor{}) || s.GetBackground() != (lipgloss.NoColor{}) {
			t.Errorf("%s has a colour", path)
		}
	})
	for h := Unknown; h < healths; h++ {
		if PenOf(th.Cursor(h)).Open == "" {
			t.Errorf("the cursor cannot be seen on %v rows without colour", h)
		}
	}
	if PenOf(th.Row(Failed)).Open == "" {
		t.Error("failed rows look like others")
	}
}

// TestSixteenColoursOnly holds that a terminal with sixteen colours gets these only.
func TestSixteenColoursOnly(t *testing.T) {
	for name, th := range all() {
		if th.Profile != colorprofile.ANSI {
			continue
		}
		styles(th, func(path string, s lipgloss.Style) {
			for _, p := range strings.Split(cell(PenOf(s).Paint("x")), ";") {
				if p == "38" || p == "48" {
					t.Errorf("%s %s: %s", name, path, cell(PenOf(s).Paint("x")))
				}
			}
		})
	}
}

func TestChangesInPlace(t *testing.T) {
	th := New(Options{})
	v, pen := th.Version, PenOf(th.Accent)
	th.SetDark(true)
	th.SetProfile(colorprofile.TrueColor)
	if th.Version != v {
		t.Error("rebuilt without a change")
	}
	if th.SetDark(false); th.Version == v || PenOf(th.Accent) == pen {
		t.Error("a light background changes nothing")
	}
	fixed := New(Options{Mode: Dark})
	if fixed.SetDark(false); !fixed.IsDark {
		t.Error("a fixed mode gave way")
	}
	skinned := New(Options{Skin: func(dark bool, p *Palette) { p.Accent = lipgloss.Color("#123456") }})
	if got := PenOf(skinned.Accent).Open; got != "\x1b[38;2;18;52;86m" {
		t.Errorf("skin: %q", got)
	}
}

func BenchmarkPenOf(b *testing.B) {
	th := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		_ = PenOf(th.Frame.Title)
	}
}

func TestDarkFrom(t *testing.T) {
	for text, want := range map[string][2]bool{
		"15;0": {true, true}, "0;15": {false, true}, "0;default;15": {false, true}, "12;8": {true, true}, "0;7": {false, true},
		"": {}, "15": {}, "default;default": {}, "0;300": {}, "0;-1": {}, ";": {},
	} {
		if dark, known := DarkFrom(text); dark != want[0] || known != want[1] {
			t.Errorf("%q: dark %v, known %v", text, dark, known)
		}
	}
}
