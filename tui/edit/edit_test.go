package edit

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

func press(l *Line, keys ...string) {
	for _, k := range keys {
		l.Key(tuitest.Key(k))
	}
}

func TestEditing(t *testing.T) {
	for _, c := range []struct {
		start, keys, want string
	}{
		{"", "a b c", "abc"},
		{"abc", "left X", "abXc"},
		{"abc", "home X", "Xabc"},
		{"abc", "ctrl+a X ctrl+e Y", "XabcY"},
		{"abc", "backspace", "ab"},
		{"abc", "home delete", "bc"},
		{"abc", "home backspace", "abc"},
		{"abc", "delete", "abc"},
		{"one two three", "ctrl+w", "one two "},
		{"one two  ", "ctrl+w", "one "},
		{"one two", "alt+left ctrl+k", "one "},
		{"one two", "home alt+right X", "oneX two"},
		{"one two", "left ctrl+u", ""},
		{"größe", "left backspace ß", "größe"},
		{"x", "enter up ctrl+z alt+x", "x"},
	} {
		l := New(c.start)
		press(&l, strings.Fields(c.keys)...)
		if l.Text() != c.want {
			t.Errorf("%q, %s: %q, want %q", c.start, c.keys, l.Text(), c.want)
		}
	}
}

func TestProposalIsReplacedOrEdited(t *testing.T) {
	for keys, want := range map[string]string{
		"9 1":           "91",
		"1 backspace 2": "2",
		"backspace 1":   "301",
		"end 1":         "3001",
		"left 1":        "3010",
		"home 1":        "1300",
		"ctrl+u 7":      "7",
		"tab 5":         "5",
	} {
		l := Proposed("300")
		press(&l, strings.Fields(keys)...)
		if l.Text() != want {
			t.Errorf("%s: %q, want %q", keys, l.Text(), want)
		}
	}
	l := Proposed("3")
	if used, changed := l.Key(tuitest.Key("5")); !used || !changed || l.Text() != "5" {
		t.Errorf("a letter for a letter: used %v, changed %v, %q", used, changed, l.Text())
	}
	l = Proposed("300")
	l.Insert("80\n")
	if l.Text() != "80" {
		t.Errorf("pasted: %q", l.Text())
	}
	l = Proposed("300")
	l.Insert("\x00")
	if l.Text() != "300" {
		t.Errorf("a paste of nothing: %q", l.Text())
	}
	if l.Set("4"); l.selected {
		t.Error("what is set is selected")
	}
	if l = Proposed(""); l.selected {
		t.Error("nothing is selected")
	}
}

func TestProposalIsShownSelected(t *testing.T) {
	th := theme.New(theme.Options{})
	text, cursor := theme.PenOf(th.Dialog.FieldFocus), theme.PenOf(th.Prompt.Cursor)
	l := Proposed("300")
	if v := l.View(6, true, "", text, text, cursor); !strings.HasPrefix(v, cursor.Paint("300")) || ansi.StringWidth(v) != 6 {
		t.Errorf("with focus: %q", v)
	}
	if v := l.View(6, false, "", text, text, cursor); !strings.HasPrefix(v, text.Paint("300")) {
		t.Errorf("without focus: %q", v)
	}
	press(&l, "end")
	if v := l.View(6, true, "", text, text, cursor); !strings.HasPrefix(v, text.Paint("300")+cursor.Paint(" ")) {
		t.Errorf("edited: %q", v)
	}
}

func TestInsertKeepsOneHarmlessLine(t *testing.T) {
	l := New("ab")
	press(&l, "left")
	l.Insert("1\r\n2\t3\x1b[31m\x00\u202e\xff\n")
	if got := l.Text(); got != "a1 2 3[31mb" {
		t.Errorf("%q", got)
	}
}

func TestKeyReportsUse(t *testing.T) {
	l := New("x")
	if used, changed := l.Key(tuitest.Key("left")); !used || changed {
		t.Error("left", used, changed)
	}
	if used, _ := l.Key(tuitest.Key("enter")); used {
		t.Error("enter is not the line's")
	}
	if used, changed := l.Key(tuitest.Key("y")); !used || !changed {
		t.Error("y", used, changed)
	}
}

func TestViewIsExact(t *testing.T) {
	pen := theme.Pen{Open: "\x1b[1m", Shut: "\x1b[m"}
	for _, text := range []string{"", "short", strings.Repeat("long text ", 30), strings.Repeat("日本", 40)} {
		for _, ghost := range []string{"", "suggestion", "日本語"} {
			for width := 1; width < 60; width += 1 + width/4 {
				l := New(text)
				for range 3 {
					for _, focus := range []bool{true, false} {
						if got := ansi.StringWidth(l.View(width, focus, ghost, pen, pen, pen)); got != width {
							t.Fatalf("%q %q width %d: %d", text, ghost, width, got)
						}
					}
					press(&l, "left", "left", "left", "home")
				}
			}
		}
	}
}

func TestViewShowsGhostBehindCursor(t *testing.T) {
	l := New("serv")
	got := ansi.Strip(l.View(20, true, "ices", theme.Pen{}, theme.Pen{}, theme.Pen{}))
	if got != "services            " {
		t.Errorf("%q", got)
	}
}

// A file that is pasted by mistake is refused whole, and a long line is drawn by what of
// it is seen, not by all of it again and again.
func TestHugePaste(t *testing.T) {
	l := New("a")
	l.Insert(strings.Repeat("x", Longest+1))
	if l.Text() != "a" {
		t.Errorf("%d letters were taken", len(l.Text()))
	}
	l.Insert(strings.Repeat("日", Longest/3))
	pen := theme.Pen{}
	long := testing.AllocsPerRun(1, func() { l.View(60, true, "", pen, pen, pen) })
	if long > 1000 {
		t.Errorf("%v allocations to draw 60 cells", long)
	}
	if got := l.View(60, true, "", pen, pen, pen); ansi.StringWidth(got) != 60 || !strings.Contains(got, "日") {
		t.Errorf("%q", got)
	}
}
