// Package keymap gives every action its keys by the action's name: k9s letters by
// default, changed by the user's configuration. Menu, help and dispatch get their
// keys from here and nowhere else.
package keymap

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecsole/tui/screen"
)

// Map is the bindings in force. It does not change after New.
type Map struct {
	keys  map[string][]string
	user  map[string]bool
	table []Binding
}

// New lays the user's bindings (action name to keys, in k9s or Bubble Tea spelling;
// an empty list unbinds) over the defaults. It always gives a usable Map; the
// problems name what was not taken, and keys bound twice.
func New(user map[string][]string) (*Map, []error) {
	m := &Map{keys: map[string][]string{}, user: map[string]bool{}, table: defaults()}
	for _, b := range m.table {
		m.keys[b.Name] = b.Keys
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(user)) {
		if _, ok := m.keys[name]; !ok {
			problems = append(problems, fmt.Errorf("keys: there is no action %q", name))
			continue
		}
		keys := make([]string, 0, len(user[name]))
		for _, k := range user[name] {
			key, err := Parse(k)
			if err != nil {
				problems = append(problems, fmt.Errorf("key of %q: %w", name, err))
				continue
			}
			keys = append(keys, key)
		}
		if len(keys) == 0 && len(user[name]) > 0 {
			continue
		}
		m.keys[name], m.user[name] = keys, true
	}
	for i := range m.table {
		m.table[i].Keys = m.keys[m.table[i].Name]
	}
	return m, append(problems, m.clashes()...)
}

// Default is the map without a configuration.
func Default() *Map { m, _ := New(nil); return m }

// For gives the keys of an action, the first of them the one to show; none for a
// name that has none.
func (m *Map) For(name string) []string { return m.keys[name] }

// Or gives the keys of an action that brings its own defaults.
func (m *Map) Or(name string, keys ...string) []string {
	if k, ok := m.keys[name]; ok {
		return k
	}
	return keys
}

// Is reports whether key is bound to the action.
func (m *Map) Is(name, key string) bool { return slices.Contains(m.keys[name], key) }

// Table lists every named binding with the keys in force, in the order of the documentation.
func (m *Map) Table() []Binding { return slices.Clone(m.table) }

// Clash is one key with two meanings in one place.
type Clash struct{ Key, First, Second string }

func (c Clash) Error() string {
	return fmt.Sprintf("key %s is bound to both %q and %q", Show(c.Key), c.First, c.Second)
}

// clashes finds keys bound twice within one scope. Row's actions are judged by
// Clashes when the kinds that offer them are known.
func (m *Map) clashes() []error {
	var out []error
	seen := map[[2]string]bool{}
	for i, a := range m.table {
		for _, b := range m.table[i+1:] {
			if !together(a.Scope, b.Scope) || seen[[2]string{a.Name, b.Name}] {
				continue
			}
			for _, k := range a.Keys {
				if slices.Contains(b.Keys, k) {
					seen[[2]string{a.Name, b.Name}] = true
					out = append(out, Clash{Key: k, First: a.Name, Second: b.Name})
					break
				}
			}
		}
	}
	return out
}

// together tells whether two scopes are live at once and neither gives way.
func together(a, b Scope) bool {
	if a&b&^Row != 0 {
		return true
	}
	return a == Row && b&Table != 0 || b == Row && a&Table != 0 ||
		a == Nav && b&(Table|Row|Logs|Query) != 0 || b == Nav && a&(Table|Row|Logs|Query) != 0
}

// Clashes finds keys that two live actions of one screen share.
func Clashes(actions []screen.Action) []Clash {
	var out []Clash
	owner := map[string]string{}
	for _, a := range actions {
		for _, k := range a.Keys {
			if first, ok := owner[k]; ok && first != a.Name {
				out = append(out, Clash{Key: k, First: first, Second: a.Name})
				continue
			}
			owner[k] = a.Name
		}
	}
	return out
}

// Parse reads a key as users write it ("Ctrl-D", "Shift-N", "ctrl+d", "N", "Space")
// and gives the spelling of tea.KeyPressMsg.String().
func Parse(s string) (string, error) {
	text := strings.TrimSpace(s)
	if s == " " {
		text = "space"
	}
	if text == "" {
		return "", fmt.Errorf("an empty key")
	}
	mods, base := split(text)
	if len([]rune(base)) > 1 {
		base = strings.ToLower(base)
	}
	if name, ok := aliases()[base]; ok {
		base = name
	}
	if len([]rune(base)) > 1 && !named(base) {
		return "", fmt.Errorf("there is no key %q", s)
	}
	if letter := len(base) == 1 && (base[0]|0x20) >= 'a' && (base[0]|0x20) <= 'z'; letter {
		if slices.Equal(mods, []string{"shift"}) {
			return strings.ToUpper(base), nil
		}
		if len(mods) > 0 {
			base = strings.ToLower(base)
		}
	}
	key := strings.Join(append(order(mods), base), "+")
	switch key {
	case "ctrl+i", "ctrl+m", "ctrl+h":
		return "", fmt.Errorf("terminals send %s for tab, enter or backspace", s)
	}
	return key, nil
}

// split takes leading modifiers off, joined by + or -.
func split(s string) (mods []string, base string) {
	for {
		i := strings.IndexAny(s, "+-")
		if i <= 0 {
			return mods, s
		}
		m := strings.ToLower(s[:i])
		if !slices.Contains([]string{"ctrl", "alt", "shift", "meta", "super"}, m) || i+1 >= len(s) {
			return mods, s
		}
		mods, s = append(mods, m), s[i+1:]
	}
}

// order sorts modifiers as Bubble Tea prints them.
func order(mods []string) []string {
	var out []string
	for _, m := range []string{"ctrl", "alt", "shift", "meta", "super"} {
		if slices.Contains(mods, m) {
			out = append(out, m)
		}
	}
	return out
}

func aliases() map[string]string {
	return map[string]string{"escape": "esc", "return": "enter", "pageup": "pgup",
		"pagedown": "pgdown", "del": "delete", "ins": "insert"}
}

func named(base string) bool {
	switch base {
	case "space", "esc", "enter", "tab", "backspace", "delete", "insert", "up", "down", "left", "right",
		"home", "end", "pgup", "pgdown":
		return true
	}
	var n int
	_, err := fmt.Sscanf(base, "f%d", &n)
	return err == nil && n >= 1 && n <= 20 && base == fmt.Sprintf("f%d", n)
}

// Show writes a key as the menu shows it: ctrl-d, shift-n, space.
func Show(key string) string {
	if len(key) == 1 {
		if key[0] >= 'A' && key[0] <= 'Z' {
			return "shift-" + strings.ToLower(key)
		}
		return key
	}
	mods, base := split(key)
	return strings.Join(append(mods, base), "-")
}
