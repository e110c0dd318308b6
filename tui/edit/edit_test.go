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
