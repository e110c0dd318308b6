package dialog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"ecsole/tui/screen"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

// press types keys and gives what the dialog did at the end.
func press(t *testing.T, o screen.Overlay, keys ...string) (tea.Cmd, bool) {
	t.Helper()
	for i, k := range keys {
		cmd, done := o.Update(tuitest.Key(k))
		if done {
			if i < len(keys)-1 {
				t.Fatalf("closed at key %d, %s", i, k)
			}
			return cmd, true
		}
		if cmd != nil {
			t.Fatalf("%s gave a command without closing", k)
		}
	}
	return nil, false
}

type answer struct{ values map[string]string }

func asking(s Spec) screen.Overlay {
	s.Done = func(v map[string]string) tea.Cmd { return screen.Cmd(answer{v}) }
	s.Cancelled = func() tea.Cmd { return screen.Cmd("cancelled") }
	return New(theme.New(theme.Options{}), s)
}

func stop() Spec {
	return Spec{Title: "Stop 2 tasks", Text: "in prod-eu (eu-west-1)", Names: []string{"web/3f2a9c", "web/77b1e0"}, OK: "Stop", Danger: true}
}

func typed(text string) []string {
	var keys []string
	for _, r := range text {
		keys = append(keys, string(r))
	}
	return keys
}

func TestEnterAloneNeverActs(t *testing.T) {
	for _, s := range []Spec{stop(), {Title: "x"}, {Title: "x", Token: "prod"}, {Title: "x", Danger: true, Fields: []Field{{Name: "reason"}}}} {
		o := asking(s)
		for range 3 {
			cmd, done := o.Update(tuitest.Key("enter"))
			if !done {
				continue
			}
			if _, acted := cmd().(answer); acted {
				t.Errorf("%+v: enter acted", s)
			}
			break
		}
	}
}

func TestConfirm(t *testing.T) {
	for keys, acts := range map[string]bool{"enter": false, "esc": false, "space": false, "tab enter": true, "right enter": true,
		"shift+tab enter": true, "tab tab enter": false, "right left enter": false, "down enter": true, "ctrl+c": false} {
		cmd, done := press(t, asking(stop()), strings.Fields(keys)...)
		if !done {
			t.Errorf("%s: still open", keys)
			continue
		}
		if _, got := cmd().(answer); got != acts {
			t.Errorf("%s: acted %v, want %v", keys, got, acts)
		}
	}
}

func TestAcceptKey(t *testing.T) {
	s := stop()
	s.Accept = []string{"ctrl+c"}
	if cmd, done := press(t, asking(s), "ctrl+c"); !done || cmd().(answer).values == nil {
		t.Error("ctrl+c does not accept")
	}
}

func TestTokenMustBeTyped(t *testing.T) {
	s := stop()
	s.Token = "prod-eu"
	o := asking(s)
	if _, done := press(t, o, append(typed("prod"), "enter")...); done {
		t.Fatal("half a token closed the dialog")
	}
	if !strings.Contains(ansi.Strip(o.View(80, 24)), "✗ is not prod-eu") {
		t.Errorf("no reason shown:\n%s", ansi.Strip(o.View(80, 24)))
	}
	if _, done := press(t, o, "tab", "tab", "enter"); done {
		t.Fatal("OK acted without the token")
	}
	press(t, o, typed("-eu")...)
	cmd, done := press(t, o, "enter", "enter")
	if !done {
		t.Fatal("the token is not taken")
	}
	if a, ok := cmd().(answer); !ok || len(a.values) != 0 {
		t.Errorf("%+v", a)
	}
}

func scale() Spec {
	return Spec{Title: "Scale web", Text: "How many tasks?", OK: "Scale", Fields: []Field{
		{Name: "count", Label: "Desired", Kind: Number, Default: "3", Min: 0, Max: 100, Required: true},
		{Name: "reason", Label: "Reason", Placeholder: "kept in the journal", Check: func(s string) error {
			if len(s) < 3 {
				return errors.New("say more")
			}
			return nil
		}},
		{Name: "mode", Label: "Mode", Kind: Choice, Choices: []string{"rolling", "at once"}},
		{Name: "wait", Label: "Wait", Kind: Flag},
		{Name: "code", Label: "Code", Kind: Secret},
	}}
}

func TestForm(t *testing.T) {
	o := asking(scale())
	keys := []string{"ctrl+u", "5", "enter"}
	keys = append(keys, typed("load test")...)
	keys = append(keys, "tab", "right", "tab", "space", "enter", "1", "2", "enter", "enter")
	cmd, done := press(t, o, keys...)
	if !done {
		t.Fatalf("still open:\n%s", ansi.Strip(o.View(80, 24)))
	}
	want := map[string]string{"count": "5", "reason": "load test", "mode": "at once", "wait": "true", "code": "12"}
	if got := cmd().(answer).values; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestFormRefusesWhatIsWrong(t *testing.T) {
	for text, why := range map[string]string{"": "needed", "x": "not a whole number", "101": "between 0 and 100", "-1": "between 0 and 100"} {
		o := asking(scale())
		press(t, o, append([]string{"ctrl+u"}, typed(text)...)...)
		if _, done := press(t, o, "shift+tab", "enter"); done {
			t.Fatalf("%q was taken", text)
		}
		if view := ansi.Strip(o.View(80, 24)); !strings.Contains(view, "✗ "+why) {
			t.Errorf("%q: %s", text, view)
		}
	}
}

func TestTypingReplacesAProposal(t *testing.T) {
	for keys, want := range map[string]string{"8 0": "80", "end 8": "30008", "backspace 1": "3001", "tab shift+tab 9": "9"} {
		o := asking(Spec{Title: "Forward", Fields: []Field{{Name: "port", Label: "Port", Kind: Number, Default: "3000"}}})
		press(t, o, strings.Fields(keys)...)
		cmd, _ := press(t, o, "enter", "enter")
		if got := cmd().(answer).values["port"]; got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

func TestPasteGoesIntoTheField(t *testing.T) {
	o := asking(Spec{Title: "MFA", Fields: []Field{{Name: "code", Label: "Code"}}})
	o.Update(tea.PasteMsg{Content: " 123456\n"})
	cmd, _ := press(t, o, "enter", "enter")
	if got := cmd().(answer).values["code"]; got != "123456" {
		t.Errorf("%q", got)
	}
}

func TestChoice(t *testing.T) {
	items := []Item{{Label: "app", Detail: "running"}, {Label: "log-router", Off: "exec is disabled"}, {Label: "envoy", Detail: "running"}}
	for keys, want := range map[string]int{"enter": 0, "j enter": 2, "k enter": 2, "3": 2, "j j enter": 0} {
		o := Choose(theme.New(theme.Options{}), "Container", items, 0, func(i int) tea.Cmd { return screen.Cmd(i) })
		cmd, done := press(t, o, strings.Fields(keys)...)
		if !done || cmd().(int) != want {
			t.Errorf("%s: %v", keys, done)
		}
	}
	o := Choose(theme.New(theme.Options{}), "Container", items, 1, nil)
	if cmd, done := press(t, o, "2"); done || cmd != nil {
		t.Error("picked what is off")
	}
	if cmd, done := press(t, o, "esc"); !done || cmd != nil {
		t.Error("esc")
	}
	if _, done := Choose(theme.New(theme.Options{}), "None", nil, 0, nil).Update(tuitest.Key("enter")); done {
		t.Error("picked from nothing")
	}
}

// TestGolden holds what each dialog looks like, and where the focus is drawn.
func TestGolden(t *testing.T) {
	many := stop()
	for i := range 40 {
		many.Names = append(many.Names, fmt.Sprintf("web/task-%02d", i))
	}
	hostile := stop()
	hostile.Names = []string{"\x1b[2Jevil\u202e", strings.Repeat("long", 40)}
	hostile.Title = "Stop \x1b]0;x\x07"
	token := stop()
	token.Token = "prod-eu"
	items := []Item{{Label: "app", Detail: "running"}, {Label: "log-router", Off: "exec is disabled"}, {Label: "envoy", Detail: "running"}}
	for name, make := range map[string]func(*theme.Theme) screen.Overlay{
		"confirm":  func(t *theme.Theme) screen.Overlay { return New(t, stop()) },
		"ok":       func(th *theme.Theme) screen.Overlay { o := New(th, stop()); press(t, o, "tab"); return o },
		"many":     func(th *theme.Theme) screen.Overlay { o := New(th, many); press(t, o, "pgdown", "pgdown"); return o },
		"hostile":  func(t *theme.Theme) screen.Overlay { return New(t, hostile) },
		"token":    func(th *theme.Theme) screen.Overlay { o := New(th, token); press(t, o, "x", "enter"); return o },
		"form":     func(t *theme.Theme) screen.Overlay { return New(t, scale()) },
		"formlast": func(th *theme.Theme) screen.Overlay { o := New(th, scale()); press(t, o, "shift+tab"); return o },
		"choice":   func(t *theme.Theme) screen.Overlay { return Choose(t, "Container", items, 0, nil) },
		"message": func(t *theme.Theme) screen.Overlay {
			return Message(t, screen.Error, "Cannot open a shell", strings.Repeat("The agent does not answer. ", 12))
		},
	} {
		for _, size := range [][2]int{{76, 22}, {36, 8}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, []byte(ansi.Strip(make(theme.New(theme.Options{})).View(size[0], size[1]))+"\n"))
			})
		}
	}
	t.Run("mono", func(t *testing.T) {
		th := theme.New(theme.Options{})
		th.SetProfile(colorprofile.ASCII)
		o := New(th, stop())
		press(t, o, "tab")
		golden.RequireEqual(t, []byte(o.View(76, 22)+"\n"))
	})
}

// TestViewFits holds that a dialog never grows over the size it is given.
func TestViewFits(t *testing.T) {
	th := theme.New(theme.Options{})
	token := scale()
	token.Token, token.Names, token.Text = "prod", []string{"a", "b", "日本"}, strings.Repeat("word ", 80)
	for _, o := range []screen.Overlay{New(th, stop()), New(th, token), Choose(th, "t", []Item{{Label: "日本", Detail: "d"}}, 0, nil), Message(th, 0, "t", "x\ny")} {
		for w := 5; w < 100; w += 9 {
			for h := 3; h < 30; h += 4 {
				lines := strings.Split(o.View(w, h), "\n")
				if len(lines) > h {
					t.Fatalf("%T: %d lines in %d", o, len(lines), h)
				}
				for _, l := range lines {
					if ansi.StringWidth(l) > w || ansi.StringWidth(l) != ansi.StringWidth(lines[0]) {
						t.Fatalf("%T at %dx%d: %q is %d wide", o, w, h, l, ansi.StringWidth(l))
					}
				}
			}
		}
	}
}

// TestTheTargetsStayInSight asks about a hundred things with a line of text for each:
// the text gives way, and says that it does.
func TestTheTargetsStayInSight(t *testing.T) {
	s := stop()
	s.Token = "prod"
	s.Names = nil
	for i := range 100 {
		s.Text += fmt.Sprintf("\nservice-%d is being deployed: that deployment is replaced.", i)
		s.Names = append(s.Names, fmt.Sprintf("arn:aws:ecs:eu-west-1:1:service/prod/name-%d", i))
	}
	for _, size := range [][2]int{{78, 22}, {38, 12}} {
		got := ansi.Strip(asking(s).View(size[0], size[1]))
		for _, want := range []string{"arn:aws:ecs", "of 100", "more lines", "Stop", "in prod-eu"} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %q is not in sight:\n%s", size, want, got)
			}
		}
	}
}

// TestTextGoesOnBelowItsBeginning holds that what is broken stands behind its indent
// and its sign.
func TestTextGoesOnBelowItsBeginning(t *testing.T) {
	got := strings.Join(wrap("✗ exec enabled is false\n  → aws ecs update-service\nplain words go on", 14), "\n")
	want := "✗ exec enabled\n  is false\n  → aws ecs\n    update-\n    service\nplain words go\non"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
