package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ecsole/tui/clean"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// menuItem is one key in the menu.
type menuItem struct {
	key, label string
	digit, off bool
}

// menuItems are the keys to show, the most important first: the order in which the
// screen lists its actions.
func (m *Model) menuItems(s screen.Screen) []menuItem {
	readOnly := m.o.ReadOnly()
	typist, ok := s.(screen.Typist)
	typing := ok && typist.Typing()
	out := m.drawn.items[:0]
	for _, list := range [][]screen.Action{s.Actions(), m.o.Actions(), m.globals} {
		for _, a := range list {
			help := a.Name == "help" // always shown: it is the way to all the others
			if len(a.Keys) == 0 || a.Hidden && !help || a.Section != "" && !help || a.Changes && readOnly {
				continue
			}
			key := a.Keys[0]
			if typing {
				i := slices.IndexFunc(a.Keys, func(k string) bool { return !types(k) })
				if i < 0 {
					continue
				}
				key = a.Keys[i]
			}
			digit := len(key) == 1 && key[0] >= '0' && key[0] <= '9'
			if !digit && !help && slices.ContainsFunc(out, func(it menuItem) bool { return it.label == a.Label }) {
				continue // a second key for the same
			}
			out = append(out, menuItem{key: keymap.Show(key), label: a.Label, digit: digit, off: a.Off != ""})
		}
	}
	m.drawn.items = out
	return out
}

// types tells the keys that a text takes from those that still are commands.
func types(key string) bool { return utf8.RuneCountInString(key) == 1 || key == "space" }

// menuLines lays the items out in columns of n lines, as many as fit in width. The last
// (help) comes before all others, and a long label gives way to those behind it.
func menuLines(t *theme.Theme, items []menuItem, width, n int) []string {
	if n < 1 || width < 8 || len(items) == 0 {
		return nil
	}
	if all := inOrder(items); menuWidth(all, n) <= width {
		return menuColumns(t, all, n)
	}
	help := len(items) - 1
	shown := []menuItem{items[help]}
	if menuWidth(shown, n) > width {
		return nil
	}
	for _, it := range items[:help] {
		if more := append(slices.Clip(shown), it); menuWidth(inOrder(more), n) <= width {
			shown = more
		}
	}
	return menuColumns(t, inOrder(shown), n)
}

// inOrder sorts items: digits first, then by label.
func inOrder(items []menuItem) []menuItem {
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b menuItem) int {
		if a.digit != b.digit {
			if a.digit {
				return -1
			}
			return 1
		}
		if a.digit {
			return strings.Compare(a.key, b.key)
		}
		return strings.Compare(strings.ToLower(a.label), strings.ToLower(b.label))
	})
	return out
}

// columns splits items; digits stand in columns of their own.
func columns(items []menuItem, n int) [][]menuItem {
	var out [][]menuItem
	for len(items) > 0 {
		end := 1
		for end < len(items) && end < n && items[end].digit == items[0].digit {
			end++
		}
		out, items = append(out, items[:end]), items[end:]
	}
	return out
}

// widths are the cells of a column's keys and of its labels.
func widths(col []menuItem) (key, label int) {
	for _, it := range col {
		key, label = max(key, clean.Width(it.key)+2), max(label, clean.Width(clean.Line(it.label)))
	}
	return key, label
}

// menuGap is what stands between two columns.
const menuGap = 2

// menuWidth is the width of items in columns of n lines.
func menuWidth(items []menuItem, n int) int {
	width := -menuGap
	for _, col := range columns(items, n) {
		key, label := widths(col)
		width += menuGap + key + 1 + label
	}
	return width
}

// menuColumns draws the items in columns of n lines.
func menuColumns(t *theme.Theme, items []menuItem, n int) []string {
	lines := make([]strings.Builder, n)
	for i, col := range columns(items, n) {
		key, label := widths(col)
		for y := range lines {
			if i > 0 {
				lines[y].WriteString(clean.Spaces(menuGap))
			}
			if y >= len(col) {
				lines[y].WriteString(clean.Spaces(key + 1 + label))
				continue
			}
			lines[y].WriteString(col[y].view(t, key, label))
		}
	}
	out := make([]string, n)
	for y := range lines {
		out[y] = lines[y].String()
	}
	return out
}

// view draws one item in exactly key+1+label cells.
func (it menuItem) view(t *theme.Theme, key, label int) string {
	k, text := t.Menu.Key, t.Menu.Text
	if it.digit {
		k = t.Menu.NumKey
	}
	if it.off {
		k, text = t.Menu.Off, t.Menu.Off
	}
	return theme.PenOf(k).Paint(clean.Fit("<"+it.key+">", key)) + " " + theme.PenOf(text).Paint(clean.Fit(clean.Line(it.label), label))
}
