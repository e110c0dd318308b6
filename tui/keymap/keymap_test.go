package keymap

import (
	"strings"
	"testing"

	"ecsole/tui/screen"
)

func TestDefaultsHaveNoClash(t *testing.T) {
	if _, problems := New(nil); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestDefaultsAreSpelledAsKeysArrive(t *testing.T) {
	names := map[string]bool{}
	for _, b := range defaults() {
		if names[b.Name] || b.Help == "" || len(b.Keys) == 0 {
			t.Errorf("%q: named twice, or without keys or help", b.Name)
		}
		names[b.Name] = true
		for _, k := range b.Keys {
			if got, err := Parse(k); err != nil || got != k {
				t.Errorf("%q: key %q parses to %q, %v", b.Name, k, got, err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"Ctrl-D": "ctrl+d", "Shift-N": "N", "shift+n": "N", "N": "N", "n": "n", "Space": "space", " - ": "-", "-": "-", "+": "+",
		"ctrl--": "ctrl+-", "Ctrl-Space": "ctrl+space", "Shift-Left": "shift+left", `ctrl+\`: `ctrl+\`, "F5": "f5", "Escape": "esc",
		"shift+ctrl+A": "ctrl+shift+a", "alt-X": "alt+x", "ü": "ü", "Shift-1": "shift+1",
	} {
		if got, err := Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "  ", "hyper-x", "f99", "ctrl+i", "Ctrl-M", "ctrl+h", "nokey", "ctrl+", "f1x"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ctrl-shift-x")
	f.Add("+-")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(k); err != nil || again != k {
			t.Errorf("%q -> %q -> %q, %v", s, k, again, err)
		}
	})
}

func TestUserBindings(t *testing.T) {
	m, problems := New(map[string][]string{
		"describe": {"Ctrl-X"}, "quit": {}, "wrap": {"ctrl+i"}, "my.own": {"F2"}, "mark": {"j"},
	})
	if got := m.For("describe"); len(got) != 1 || got[0] != "ctrl+x" {
		t.Errorf("describe: %v", got)
	}
	if len(m.For("quit")) != 0 {
		t.Error("quit is still bound")
	}
	if got := m.For("wrap"); len(got) != 1 || got[0] != "w" {
		t.Errorf("wrap lost its default: %v", got)
	}
	if got := m.Or("my.own", "x"); got[0] != "x" {
		t.Errorf("my.own: %v", got)
	}
	if got := m.Or("other", "x"); got[0] != "x" {
		t.Errorf("other: %v", got)
	}
	var text strings.Builder
	for _, p := range problems {
		text.WriteString(p.Error() + "\n")
	}
	for _, want := range []string{`"wrap"`, `key j is bound to both "down" and "mark"`, `there is no action "my.own"`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("problems %q lack %q", text.String(), want)
		}
	}
	if len(problems) != 3 {
		t.Errorf("problems: %q", text.String())
	}
}

func TestClashesOfAScreen(t *testing.T) {
	got := Clashes([]screen.Action{{Name: "a", Keys: []string{"s", "x"}}, {Name: "b", Keys: []string{"s"}}, {Name: "c", Keys: []string{"y"}}})
	if len(got) != 1 || got[0] != (Clash{"s", "a", "b"}) {
		t.Error(got)
	}
}

func TestShow(t *testing.T) {
	for in, want := range map[string]string{"ctrl+d": "ctrl-d", "N": "shift-n", "space": "space", "?": "?", "shift+left": "shift-left", "-": "-"} {
		if got := Show(in); got != want {
			t.Errorf("Show(%q) = %q, want %q", in, got, want)
		}
	}
}
