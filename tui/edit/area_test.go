package edit

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
)

func pressed(t *testing.T, a *Area, keys ...string) {
	t.Helper()
	named := map[string]rune{"enter": tea.KeyEnter, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "home": tea.KeyHome, "end": tea.KeyEnd}
	for _, k := range keys {
		msg := tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
		if code, ok := named[k]; ok {
			msg = tea.KeyPressMsg{Code: code}
		}
		if used, _ := a.Key(msg); !used {
			t.Fatalf("%s is not used", k)
		}
	}
}

func TestAreaIsEditedOverLines(t *testing.T) {
	var a Area
	pressed(t, &a, "a", "b", "enter", "c", "d")
	if a.Text() != "ab\ncd" || a.Before() != "cd" || a.Rows() != 2 {
		t.Fatalf("%q, before the cursor %q", a.Text(), a.Before())
	}
	pressed(t, &a, "home", "backspace")
	if a.Text() != "abcd" || a.Before() != "ab" {
		t.Fatalf("%q, before the cursor %q", a.Text(), a.Before())
	}
	pressed(t, &a, "enter", "left", "x", "right", "y", "up", "home", "z")
	if a.Text() != "zabx\nycd" {
		t.Fatalf("%q", a.Text())
	}
	pressed(t, &a, "end", "delete")
	if a.Text() != "zabxycd" {
		t.Fatalf("%q", a.Text())
	}
	pressed(t, &a, "down", "up") // nowhere to go
	a.Insert("1\r\n2\n3")
	if a.Text() != "zabx1\n2\n3ycd" || a.Before() != "3" {
		t.Fatalf("%q, before the cursor %q", a.Text(), a.Before())
	}
	if used, _ := a.Key(tea.KeyPressMsg{Code: tea.KeyEscape}); used {
		t.Error("escape is the screen's affair")
	}
}

func TestAreaViewKeepsTheCursorInSight(t *testing.T) {
	var a Area
	a.SetText(strings.Repeat("line\n", 30) + "last")
	p := Pens{theme.Pen{}, theme.Pen{}, theme.Pen{}}
	for _, width := range []int{1, 4, 10, 40} {
		rows := a.View(width, 5, true, "ghost", p)
		if len(rows) != 5 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, r := range rows {
			if w := ansi.StringWidth(r); w != width {
				t.Errorf("%d cells instead of %d: %q", w, width, r)
			}
		}
	}
	if rows := a.View(40, 5, true, "ghost", p); !strings.Contains(rows[4], "31 lastghost") {
		t.Errorf("%q", rows)
	}
	a.SetText("a long row whose end is out of sight\nb")
	if rows := a.View(12, 2, true, "", p); !strings.HasPrefix(rows[0], " 1 a long") {
		t.Errorf("%q", rows)
	}
	a.SetText(strings.Repeat("line\n", 30) + "last")
	for range 30 {
		pressed(t, &a, "up")
	}
	if rows := a.View(40, 5, true, "", p); !strings.Contains(rows[0], " 1 line") {
		t.Errorf("%q", rows)
	}
}
