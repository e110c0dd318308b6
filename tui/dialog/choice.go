package dialog

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Item is one line of a choice.
type Item struct {
	Label  string
	Detail string // shown dimmed behind the label
	Off    string // why it cannot be chosen, shown in place of Detail
}

// Choose lets the user pick one of items; at is where the cursor stands at first.
func Choose(t *theme.Theme, title string, items []Item, at int, picked func(int) tea.Cmd) screen.Overlay {
	c := &choice{theme: t, title: title, items: items, picked: picked, at: min(max(at, 0), max(len(items)-1, 0))}
	if len(items) > 0 && items[c.at].Off != "" {
		c.move(1)
	}
	return c
}

type choice struct {
	theme  *theme.Theme
	title  string
	items  []Item
	at     int
	first  int
	picked func(int) tea.Cmd
}

func (c *choice) Init() tea.Cmd { return nil }

// move goes to the next item that can be chosen, around the end.
func (c *choice) move(by int) {
	n := len(c.items)
	for step := 1; step <= n; step++ {
		if i := ((c.at+by*step)%n + n) % n; c.items[i].Off == "" {
			c.at = i
			return
		}
	}
}

func (c *choice) Update(msg tea.Msg) (tea.Cmd, bool) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil, false
	}
	switch s := k.String(); s {
	case "esc", "q", "ctrl+c":
		return nil, true
	case "down", "j", "tab":
		c.move(1)
	case "up", "k", "shift+tab":
		c.move(-1)
	case "enter", "space":
		return c.pick(c.at)
	default:
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(c.items) {
			return c.pick(n - 1)
		}
	}
	return nil, false
}

func (c *choice) pick(i int) (tea.Cmd, bool) {
	if i >= len(c.items) || c.items[i].Off != "" || c.picked == nil {
		return nil, false
	}
	return c.picked(i), true
}

func (c *choice) View(maxWidth, maxHeight int) string {
	d := &c.theme.Dialog
	label := 0
	for _, it := range c.items {
		label = max(label, clean.Width(clean.Line(it.Label)))
	}
	want := widest(c.title) + 4
	for _, it := range c.items {
		want = max(want, label+6+clean.Width(clean.Line(it.Detail+it.Off)))
	}
	inner := max(min(want, comfortable, maxWidth-4), 1)
	height := max(min(len(c.items), maxHeight-2), 1)
	if c.at < c.first {
		c.first = c.at
	}
	c.first = max(c.first, c.at-height+1)
	from, to := window(c.first, len(c.items), height)
	var lines []string
	for i, it := range c.items[from:to] {
		i += from
		cursor, style := "  ", d.Item
		switch {
		case it.Off != "":
			style = d.ItemOff
		case i == c.at:
			cursor, style = "▸ ", d.ItemFocus
		}
		digit := "  "
		if i < 9 {
			digit = strconv.Itoa(i+1) + " "
		}
		text := cursor + digit + clean.Fit(clean.Line(it.Label), label)
		line := paint(style, clean.Cut(text, inner))
		if detail := clean.Line(it.Detail); it.Off != "" {
			line += "  " + paint(d.ItemOff, clean.Line(it.Off))
		} else if detail != "" {
			line += "  " + paint(d.Hint, detail)
		}
		lines = append(lines, clean.Cut(line, inner))
	}
	return box(d.Border, d.Title, c.title, lines, inner)
}
