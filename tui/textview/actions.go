package textview

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// Actions are the keys of the screen.
func (v *View) Actions() []screen.Action {
	var out []screen.Action
	if v.o.Actions != nil {
		out = v.o.Actions()
	}
	add := func(name, label string, run func() tea.Cmd) *screen.Action {
		out = append(out, screen.Action{Name: name, Keys: v.o.Keymap.For(name), Label: label, Run: run})
		return &out[len(out)-1]
	}
	noText := ""
	if v.page == nil {
		noText = "nothing is loaded yet"
	}
	add("search", "Search", v.ask) // also while the text is loading: what is typed next belongs to it
	add("search.next", "Next match", func() tea.Cmd { return v.step(1) }).Hidden = v.search.pattern == ""
	add("search.previous", "Previous match", func() tea.Cmd { return v.step(-1) }).Hidden = v.search.pattern == ""
	add("wrap", "Wrap", v.toggleWrap)
	add("fullscreen", "Full screen", func() tea.Cmd { v.full = !v.full; return nil })
	add("copy", "Copy all", v.copy).Off = noText
	save := add("save", "Save", v.save)
	if save.Off = noText; v.o.Save == nil {
		save.Off = "there is nowhere to save to"
	}
	add("refresh", "Refresh", func() tea.Cmd { return v.load() })
	auto := add("auto-refresh", "Auto-refresh", v.toggleAuto)
	if v.o.Every <= 0 {
		auto.Off, auto.Hidden = "this text does not change by itself", true
	}
	if v.page != nil && len(v.page.sections) > 1 {
		add("section.next", "Next section", func() tea.Cmd { return v.section(1) })
		add("section.previous", "Section before", func() tea.Cmd { return v.section(-1) }).Hidden = true
	}
	return v.moves(out)
}

// moves appends the keys that scroll.
func (v *View) moves(out []screen.Action) []screen.Action {
	for _, m := range []struct {
		name, label string
		run         func()
	}{
		{"up", "Up", func() { v.scroll(-1) }},
		{"down", "Down", func() { v.scroll(1) }},
		{"page.up", "Page up", func() { v.scroll(-max(v.height-1, 1)) }},
		{"page.down", "Page down", func() { v.scroll(max(v.height-1, 1)) }},
		{"top", "To the top", func() { v.top = 0 }},
		{"bottom", "To the bottom", func() { v.top = v.count(); v.scroll(0) }},
		{"text.left", "Left", func() { v.xoff = max(v.xoff-v.stride(), 0) }},
		{"text.right", "Right", func() { v.right() }},
	} {
		out = append(out, screen.Action{Name: m.name, Keys: v.o.Keymap.For(m.name), Label: m.label, Section: "navigation", Hidden: true,
			Run: func() tea.Cmd { m.run(); return nil }})
	}
	return out
}

func (v *View) stride() int { return max(v.width/4, 1) }

// right scrolls sideways, as long as a line in sight reaches further.
func (v *View) right() {
	if v.wrap {
		return
	}
	widest := 0
	for i := v.top; i < min(v.top+v.height, v.count()); i++ {
		widest = max(widest, v.lineWidth(i))
	}
	if v.xoff+v.width < widest {
		v.xoff += v.stride()
	}
}

func (v *View) toggleWrap() tea.Cmd {
	at := v.at(v.top).line
	v.wrap, v.xoff, v.rows = !v.wrap, 0, nil
	v.top = v.rowOf(at, 0)
	return nil
}

func (v *View) toggleAuto() tea.Cmd {
	v.auto = !v.auto
	if v.auto {
		return screen.Batch(v.load(), screen.Cmd(screen.Flash{Text: fmt.Sprintf("refreshing every %v", v.o.Every)}))
	}
	return screen.Cmd(screen.Flash{Text: "auto-refresh is off"})
}

// ask opens the search prompt; the text is searched while one types.
func (v *View) ask() tea.Cmd {
	before, top := v.search, v.top
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptSearch, Placeholder: "text or regular expression; n N next, previous",
		History: func() []string { return v.history },
		Changed: func(s string) tea.Cmd {
			if s != v.search.pattern {
				v.top = top
			}
			v.look(s)
			return nil
		},
		Done: func(s string) tea.Cmd {
			v.look(s)
			if s != "" {
				v.history = append(v.history, s)
			}
			if s != "" && v.page != nil && len(v.search.hits) == 0 {
				return screen.Cmd(screen.Flash{Level: screen.Warn, Text: fmt.Sprintf("%q is not found", s)})
			}
			if v.search.literal {
				return screen.Cmd(screen.Flash{Level: screen.Warn, Text: "no regular expression: searched letter by letter"})
			}
			return nil
		},
		Cancelled: func() tea.Cmd { v.search, v.top = before, top; return nil },
	})
}

// look searches and goes to the first hit from here on; before there is a text, once
// it has come.
func (v *View) look(pattern string) {
	if pattern == v.search.pattern {
		return
	}
	if v.page == nil {
		v.search = search{pattern: pattern}
		return
	}
	v.search = find(v.page, pattern)
	v.search.from(v.at(v.top).line)
	v.reveal()
}

func (v *View) step(by int) tea.Cmd {
	if len(v.search.hits) == 0 {
		return screen.Cmd(screen.Flash{Level: screen.Warn, Text: "there is no match to go to"})
	}
	v.search.step(by)
	v.reveal()
	return nil
}

// section goes to the next or previous headline.
func (v *View) section(by int) tea.Cmd {
	here := v.at(v.top).line
	to := -1
	for _, s := range v.page.sections {
		if by > 0 && s > here {
			to = s
			break
		}
		if by < 0 && s < here {
			to = s
		}
	}
	if to >= 0 {
		v.top = v.rowOf(to, 0)
		v.scroll(0)
	}
	return nil
}

func (v *View) copy() tea.Cmd {
	return screen.Cmd(screen.Copy{Text: v.page.plainText(), What: v.o.Name})
}

// save writes the text, outside the event loop.
func (v *View) save() tea.Cmd {
	name, text, save := v.o.FileName, v.page.file(), v.o.Save
	if name == "" {
		name = v.o.Name + ".txt"
	}
	return func() tea.Msg {
		path, err := save(name, text)
		if err != nil {
			return screen.Flash{Level: screen.Error, Text: "not saved", Err: err}
		}
		return screen.Flash{Text: "saved to " + path}
	}
}
