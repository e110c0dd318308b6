package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

func TestGolden(t *testing.T) {
	production := func(o *Options) { o.Header = func() HeaderInfo { return toyHeader(true) } }
	for _, s := range []struct {
		name   string
		change func(*Options)
		do     func(c console)
	}{
		{"list", func(*Options) {}, func(c console) { c.Press("j", "j") }},
		{"production", production, func(c console) { c.Press("j") }},
		{"prompt", func(*Options) {}, func(c console) { c.Type(":se") }},
		{"dialog", func(*Options) {}, func(c console) { c.Press("r").Sees("Cancel") }},
		{"help", func(*Options) {}, func(c console) { c.Press("?") }},
		{"describe", func(*Options) {}, func(c console) { c.Press("d").Sees("Name").Type("/ripe\r").Sees("</ripe>") }},
		{"flash", func(*Options) {}, func(c console) { c.Press("enter", "s").Sees("agent") }},
	} {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				c := start(t, size[0], size[1], s.change)
				s.do(c)
				c.Golden()
			})
		}
	}
}

// TestGoldenStyled holds the colours, one screen for each kind of terminal.
func TestGoldenStyled(t *testing.T) {
	for name, run := range map[string]struct {
		mode    theme.Mode
		profile colorprofile.Profile
	}{"dark": {theme.Dark, colorprofile.TrueColor}, "light": {theme.Light, colorprofile.TrueColor},
		"ansi": {theme.Dark, colorprofile.ANSI}, "ansilight": {theme.Light, colorprofile.ANSI}, "mono": {theme.Dark, colorprofile.ASCII}} {
		t.Run(name, func(t *testing.T) {
			th := theme.New(theme.Options{Mode: run.mode})
			toy := newToy(th, "fruit", 12)
			d := tuitest.New(t, New(Options{Home: func() screen.Screen { return toy }, Theme: th,
				Header: func() HeaderInfo { return toyHeader(true) }}), 80, 24, tuitest.WithProfile(run.profile))
			d.Sees("orchard-prod").Press("j", "s").Sees("agent").GoldenStyled()
		})
	}
}

func TestBackgroundDecidesTheTheme(t *testing.T) {
	th := theme.New(theme.Options{})
	m := New(Options{Home: func() screen.Screen { return newToy(th, "fruit", 3) }, Theme: th})
	m.Init()
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	before, version := m.View().Content, th.Version
	m.Update(tea.BackgroundColorMsg{Color: ansi.White})
	if after := m.View().Content; th.IsDark || th.Version == version || after == before || ansi.Strip(after) != ansi.Strip(before) {
		t.Error("a light background does not change the colours, and only them")
	}
}

// TestEverySizeIsExact opens everything at random and resizes to anything: the
// screen must be exactly as large as the terminal.
func TestEverySizeIsExact(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	th := theme.New(theme.Options{})
	m := New(Options{Home: func() screen.Screen { return newToy(th, "fruit", 60) }, Theme: th, Commander: &commander{},
		Header: func() HeaderInfo { return toyHeader(rnd.IntN(2) == 0) }})
	m.push(m.o.Home())
	keys := []string{"j", "enter", "esc", "?", "r", "tab", ":", "/", "f", "d", "ctrl+e", "ctrl+g", "s", "x", "ctrl+c", "!", "w", "G"}
	send := func(msg tea.Msg) { m.Update(msg) }
	for step := range 800 {
		switch k := rnd.IntN(10); {
		case k < 4:
			send(tea.WindowSizeMsg{Width: 1 + rnd.IntN(150), Height: 1 + rnd.IntN(50)})
		case k == 4 && len(m.overlays) < 3:
			send(screen.Ask{Overlay: dialog.Message(th, screen.Level(rnd.IntN(3)), "title 日本", strings.Repeat("word ", rnd.IntN(90)))})
		case k == 5:
			send(screen.Flash{Text: "flash 日本"})
			send(screen.Start{Job: screen.Job{Label: "job"}})
		case k >= 6 && len(m.jobs.list) > 2:
			send(jobDone{job: m.jobs.list[0]})
		default:
			send(tuitest.Key(keys[rnd.IntN(len(keys))]))
		}
		if m.width == 0 || len(m.stack) == 0 {
			m.quitting = false
			send(screen.Reset{Screen: m.o.Home()})
			continue
		}
		lines := strings.Split(m.View().Content, "\n")
		if len(lines) != m.height {
			t.Fatalf("step %d, %dx%d: %d lines", step, m.width, m.height, len(lines))
		}
		for y, l := range lines {
			if w := ansi.StringWidth(l); w != m.width {
				t.Fatalf("step %d, %dx%d, line %d is %d wide:\n%s", step, m.width, m.height, y, w, ansi.Strip(strings.Join(lines, "\n")))
			}
		}
	}
}

// frozen gives the same view for ever.
type frozen struct {
	*toy
	text string
}

func (f frozen) View(int, int) string { return f.text }

// TestAnUnchangedScreenCostsNothing holds that the text of a frame in which nothing
// has changed is the very one of the frame before.
func TestAnUnchangedScreenCostsNothing(t *testing.T) {
	th := theme.New(theme.Options{})
	s := frozen{newToy(th, "fruit", 60), ""}
	s.text = s.toy.View(118, 29)
	m := New(Options{Theme: th, Header: func() HeaderInfo { return toyHeader(true) }})
	m.push(s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	a := m.View().Content
	m.Update(tick{})
	b := m.View().Content
	if unsafe.StringData(a) != unsafe.StringData(b) {
		t.Error("the frame was put together again")
	}
	if n := testing.AllocsPerRun(50, func() { m.View() }); n > 120 {
		t.Errorf("%v allocations for a frame without a change", n)
	}
}

// TestOneStepChangesTwoLines holds that a cursor moved by one row changes no other
// line: a terminal on a slow link gets only these.
func TestOneStepChangesTwoLines(t *testing.T) {
	th := theme.New(theme.Options{})
	m := New(Options{Home: func() screen.Screen { return newToy(th, "fruit", 60) }, Theme: th, Header: func() HeaderInfo { return toyHeader(false) }})
	m.push(m.o.Home())
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	before := strings.Split(m.View().Content, "\n")
	m.Update(tuitest.Key("j"))
	changed := 0
	for i, l := range strings.Split(m.View().Content, "\n") {
		if l != before[i] {
			changed++
		}
	}
	if changed != 2 {
		t.Errorf("%d lines changed", changed)
	}
}

func BenchmarkFrame(b *testing.B) {
	th := theme.New(theme.Options{})
	m := New(Options{Home: func() screen.Screen { return newToy(th, "fruit", 60) }, Theme: th, Header: func() HeaderInfo { return toyHeader(false) }})
	m.push(m.o.Home())
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 45})
	down, up := tuitest.Key("j"), tuitest.Key("k")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			m.Update(down)
		} else {
			m.Update(up)
		}
		m.View()
	}
}

func BenchmarkFrameUnchanged(b *testing.B) {
	th := theme.New(theme.Options{})
	s := frozen{newToy(th, "fruit", 60), ""}
	s.text = s.toy.View(158, 34)
	m := New(Options{Theme: th, Header: func() HeaderInfo { return toyHeader(false) }})
	m.push(s)
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 45})
	b.ReportAllocs()
	for b.Loop() {
		m.View()
	}
}
