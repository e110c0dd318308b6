package textview_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecsole/tui"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, tuitest.Ticks()...) }

// source is what a text is loaded from; tests change it.
type source struct {
	mu    sync.Mutex
	doc   textview.Document
	err   error
	calls int
	hold  chan struct{} // where set, a load waits for it
}

func (s *source) load(ctx context.Context) (textview.Document, error) {
	s.mu.Lock()
	s.calls++
	doc, err, hold := s.doc, s.err, s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return textview.Document{}, ctx.Err()
		}
	}
	return doc, err
}

func (s *source) set(f func(*source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

var errDenied = errors.New("denied")

func explain(err error) screen.Problem {
	if errors.Is(err, errDenied) {
		return screen.Problem{Class: "denied", Op: "orchard:Look", Text: "You may not look at this.", Hint: "Ask for orchard:Look.", Denied: true}
	}
	return screen.Problem{Text: err.Error()}
}

func open(t *testing.T, width, height int, s *source, change ...func(*textview.Options)) *tuitest.Driver {
	t.Helper()
	th := theme.New(theme.Options{})
	o := textview.Options{Name: "describe", Scope: "tree/7", Load: s.load, Explain: explain, Theme: th}
	for _, f := range change {
		f(&o)
	}
	return tuitest.New(t, tui.New(tui.Options{Theme: th, Explain: explain, Home: func() screen.Screen { return textview.New(o) }}), width, height)
}

func text(s string) *source { return &source{doc: textview.Document{Text: s}} }

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %03d of the text\n", i)
	}
	return b.String()
}

func summary() *source {
	return &source{doc: textview.Document{
		Sections: []textview.Section{
			{Title: "Tree", Rows: []textview.Row{{Label: "Name", Value: "apple \x1b[2Jseven"}, {Label: "State", Value: "ripe", Tone: textview.Good},
				{Label: "Pests", Value: "mites\nand worms", Tone: textview.Bad}, {Label: "Next", Value: "harvest", Tone: textview.Pending}, {Label: "日本", Value: "ringo", Tone: textview.Dim}}},
			{Title: "Events", Text: "09:00 watered\n09:05 pruned\n"},
			{Title: "Weather", Err: errDenied},
			{Title: "Notes"},
		},
		Text: "{\n  \"kind\": \"tree\",\n  \"age\": 7,\n  \"alive\": true\n}", Language: "json", Note: "partial",
	}}
}

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
		t.Run(fmt.Sprintf("summary/%dx%d", size[0], size[1]), func(t *testing.T) {
			open(t, size[0], size[1], summary()).Sees("Tree").Golden()
		})
		t.Run(fmt.Sprintf("denied/%dx%d", size[0], size[1]), func(t *testing.T) {
			open(t, size[0], size[1], &source{err: errDenied}).Sees("✗ denied").Golden()
		})
	}
	t.Run("styled", func(t *testing.T) {
		open(t, 80, 40, summary()).Sees("Tree").Type("/e\r").Sees("[1/").Press("n").Sees("[2/").GoldenStyled()
	})
}

func TestStates(t *testing.T) {
	s := &source{hold: make(chan struct{})}
	d := open(t, 80, 24, s)
	d.Sees("Loading…").Press("c").Sees("nothing is loaded yet")
	close(s.hold)
	d.Sees("There is nothing here.")
	s.set(func(s *source) { s.hold, s.err = nil, errDenied })
	d.Press("ctrl+r").Sees("✗ denied, 0s old", "There is nothing here.")
	s.set(func(s *source) { s.err, s.doc.Text = nil, "hello" })
	d.Press("ctrl+r").Sees("hello").Not("denied")

	open(t, 80, 24, &source{err: errDenied}).Sees("✗ denied: orchard:Look", "You may not look at this.", "Ask for orchard:Look.", "ctrl-r tries again")
	open(t, 80, 24, &source{err: errors.New("broken pipe")}).Sees("✗ failed", "broken pipe")
}

func TestScrolling(t *testing.T) {
	d := open(t, 80, 24, text(lines(200)))
	top, bottom := "line 000", "line 199"
	d.Sees(top).Press("j").Not(top).Press("k").Sees(top).Press("k").Sees(top)
	d.Press("G").Sees(bottom).Not(top).Press("j").Sees(bottom).Press("g").Sees(top)
	d.Press("ctrl+f").Not(top).Press("pgdown").Press("ctrl+b", "pgup").Sees(top)
	d.Press("end").Sees(bottom).Press("home").Sees(top)
	d.Press("G").Resize(80, 50).Sees(bottom, "line 170")
}

func TestSearch(t *testing.T) {
	d := open(t, 80, 24, text(lines(200)))
	d.Sees("line 000")
	d.Type("/line 1[5-7]0").Sees("[1/3]", "line 150").Press("enter").Sees("</line 1[5-7]0>[1/3]")
	d.Press("n").Sees("[2/3]", "line 160").Press("n", "n").Sees("[1/3]", "line 150").Press("N").Sees("[3/3]", "line 170")
	d.Press("esc").Not("[3/3]").Sees("line 170")
	d.Press("n").Sees("no match to go to")
	d.Press("g").Type("/line 199").Sees("line 199").Press("esc").Sees("line 000").Not("199>")
	d.Type("/LINE\r").Sees(`"LINE" is not found`)
	d.Press("esc").Type("/text(\r").Sees(`"text(" is not found`)
	d.Press("/", "up").Sees("text(").Press("esc")
	d.Type("/OF|Line 00\r").Press("esc")
	d.Type("/LINE|of\r").Sees("[1/200]")
}

func TestSearchIsKeptOverARefresh(t *testing.T) {
	s := text(lines(200))
	d := open(t, 80, 24, s)
	d.Sees("line 000").Type("/line 1.0\r").Press("n", "n").Sees("[3/10]", "line 120")
	s.set(func(s *source) { s.doc.Text = "a new first line\n" + lines(200) })
	d.Press("ctrl+r").Sees("[3/10]", "line 120")
	s.set(func(s *source) { s.doc.Text = "line 110\n" })
	d.Press("ctrl+r").Sees("[1/1]", "line 110")
}

func TestWrapAndSideways(t *testing.T) {
	long := strings.Repeat("abcdefghij", 30) + "END"
	d := open(t, 80, 24, text("first\n"+long+"\nlast"))
	d.Sees("abcdefghij").Not("END").Press("w").Sees("END", "last").Press("w").Not("END")
	for range 20 {
		d.Press("l")
	}
	d.Sees("END").Press("left", "h").Not("END")
	for range 20 {
		d.Press("left")
	}
	d.Sees("first").Type("/END\r").Sees("END", "[1/1]")
	d.Press("w").Sees("END", "first")
	d.Resize(40, 10).Press("G").Sees("END", "last")
}

func TestSections(t *testing.T) {
	s := summary()
	s.doc.Text = lines(100)
	d := open(t, 60, 9, s)
	d.Sees("Tree").Press("tab").Sees("Events").Not("Tree").Press("tab").Sees("Weather", "You may not look").Not("Events")
	d.Press("shift+tab").Sees("Events").Press("shift+tab").Sees("Tree").Press("shift+tab").Sees("Tree")
}

func TestCopyAndSave(t *testing.T) {
	type saved struct{ name, text string }
	got := make(chan saved, 4)
	save := func(o *textview.Options) {
		o.FileName = "tree.json"
		o.Save = func(name, text string) (string, error) {
			got <- saved{name, text}
			if strings.Contains(text, "full") {
				return "", errors.New("disk full")
			}
			return "/somewhere/" + name, nil
		}
	}
	raw := "{\t\"a\": \"\\u001b\"}\r\n"
	d := open(t, 80, 24, text(raw), save)
	d.Sees(`"a"`).Press("ctrl+s").Sees("saved to /somewhere/tree.json")
	if s := <-got; s.text != raw {
		t.Errorf("saved %q, not byte for byte", s.text)
	}
	d.Press("c").Sees("describe copied")
	d.Wait("for the clipboard", func(string) bool { return len(d.Copied()) == 1 })
	if c := d.Copied()[0]; c != "{       \"a\": \"\\u001b\"}\n" {
		t.Errorf("copied %q", c)
	}

	d = open(t, 80, 24, summary(), save)
	d.Sees("Tree").Press("ctrl+s").Sees("saved to")
	if s := <-got; !strings.Contains(s.text, "Pests  ✗ mites") || strings.Contains(s.text, "\x1b") {
		t.Errorf("saved %q", s.text)
	}
	open(t, 80, 24, text("full"), save).Sees("full").Press("ctrl+s").Sees("not saved: disk full")
	open(t, 80, 24, text("x")).Sees("x").Press("ctrl+s").Sees("nowhere to save to")
}

func TestFullScreen(t *testing.T) {
	d := open(t, 80, 24, text(lines(200)))
	d.Sees("┌", "line 000").Press("f").Not("┌", "<describe>").Sees("line 023")
	d.Press("esc").Sees("┌", "line 000")
}

func TestAutoRefresh(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		s := text("tick")
		d := open(t, 80, 24, s, func(o *textview.Options) { o.Every = 10 * time.Second })
		d.Sees("tick")
		wait := func(d time.Duration, want int, why string) {
			t.Helper()
			time.Sleep(d)
			if got := s.count(); got != want {
				t.Errorf("%s: %d loads, want %d", why, got, want)
			}
		}
		wait(35*time.Second, 4, "every ten seconds")
		d.Press("ctrl+r", "ctrl+r")
		wait(time.Second, 6, "two by hand")
		wait(10*time.Second, 7, "one clock only, after refreshes by hand")
		d.Press("?").Sees("GENERAL")
		wait(time.Hour, 7, "none below another screen")
		d.Press("esc").Sees("tick")
		wait(time.Second, 8, "at once when it is seen again")
		d.Press("r").Sees("auto-refresh is off")
		wait(time.Hour, 8, "none when off")
		d.Press("r").Sees("refreshing every 10s")
		wait(time.Second, 9, "at once when on")
		wait(10*time.Second, 10, "then every ten seconds")
	})
}

func TestNoRefreshWithoutAClock(t *testing.T) {
	open(t, 80, 24, text("x")).Sees("x").Press("r").Sees("does not change by itself")
}

func TestAFailedRefreshKeepsTheText(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		s := text("still here")
		d := open(t, 100, 24, s, func(o *textview.Options) { o.Every = 10 * time.Second })
		d.Sees("still here")
		s.set(func(s *source) { s.err = errDenied })
		time.Sleep(25 * time.Second)
		d.Sees("still here", "✗ denied, 2")
		s.set(func(s *source) { s.err = nil })
		time.Sleep(10 * time.Second)
		d.Sees("still here").Not("denied")
	})
}

func TestCloseCancelsTheLoad(t *testing.T) {
	ended := make(chan error, 1)
	v := textview.New(textview.Options{Name: "x", Load: func(ctx context.Context) (textview.Document, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return textview.Document{}, ctx.Err()
	}})
	go v.Init()()
	v.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
