package views

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/filter"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/tui/textview"
)

// Type takes the keys of the editor.
func (s *insights) Type(k tea.KeyPressMsg) (bool, tea.Cmd) {
	if !s.typing {
		return false, nil
	}
	name := k.String()
	for _, a := range s.Actions() {
		if len(name) > 1 && slices.Contains(a.Keys, name) && strings.HasPrefix(a.Name, "insights.") {
			return false, nil // ctrl-r and its like are the screen's, also while typing
		}
	}
	if name == "tab" {
		if word, options := s.complete(); len(options) > 0 {
			s.text.Insert(options[0][len(word):])
		} else if s.done() {
			s.typing = false
		}
		return true, nil
	}
	used, _ := s.text.Key(k)
	return used, nil
}

// Typing reports whether letters are the query's.
func (s *insights) Typing() bool { return s.typing }

// Actions are the keys of the screen.
func (s *insights) Actions() []screen.Action {
	var out []screen.Action
	add := func(name, label string, hidden bool, run func() tea.Cmd) *screen.Action {
		out = append(out, screen.Action{Name: name, Keys: s.app.keys.For(name), Label: label, Hidden: hidden, Run: run})
		return &out[len(out)-1]
	}
	add("insights.run", "Run", false, s.run)
	add("insights.stop", "Stop", !s.running, s.cancel)
	add("insights.groups", "Groups", false, s.askGroups)
	add("insights.range", "Range", false, s.askRange)
	add("insights.history", "History", false, s.history)
	add("insights.saved", "Saved", false, s.saved)
	if s.typing {
		return out
	}
	none := ""
	if len(s.answer.Rows) == 0 {
		none = "there are no rows"
	}
	add("insights.edit", "Edit", false, func() tea.Cmd { s.typing = true; return nil })
	add("enter", "Open row", false, s.openRow).Off = none
	add("filter", "Filter", false, s.promptFilter).Off = none
	add("copy", "Copy row", false, s.copyRow).Off = none
	add("save", "Save as CSV", false, s.save).Off = none
	if s.charted {
		add("insights.chart", "Chart", false, func() tea.Cmd { s.hideChart = !s.hideChart; return nil })
	}
	if unmask := add("insights.unmask", "Show or hide secrets", true, s.toggleMask); s.running {
		unmask.Off = "the query is running" // its rows come as they were asked for
	}
	for _, m := range []struct {
		name, label string
		run         func(t *table.Table)
	}{
		{"down", "Down", func(t *table.Table) { t.Move(1) }}, {"up", "Up", func(t *table.Table) { t.Move(-1) }},
		{"top", "To the top", (*table.Table).Top}, {"bottom", "To the bottom", (*table.Table).Bottom},
		{"page.down", "Page down", func(t *table.Table) { t.Page(1) }}, {"page.up", "Page up", func(t *table.Table) { t.Page(-1) }},
		{"left", "Left", func(t *table.Table) { t.Scroll(-1) }}, {"right", "Right", func(t *table.Table) { t.Scroll(1) }},
		{"sort.previous", "Pick the column to the left", func(t *table.Table) { t.Pick(-1) }},
		{"sort.next", "Pick the column to the right", func(t *table.Table) { t.Pick(1) }},
		{"sort.column", "Sort by the picked column", (*table.Table).SortPicked},
	} {
		section := "navigation"
		if strings.HasPrefix(m.name, "sort.") {
			section = "sort"
		}
		add(m.name, m.label, true, func() tea.Cmd { m.run(s.table); return nil }).Section = section
	}
	return out
}

// setFilter keeps the rows that match; one that cannot be read matches nothing.
func (s *insights) setFilter(text string) error {
	f, err := filter.Parse(text)
	s.filter = text
	s.table.SetFilter(f)
	return err
}

func (s *insights) promptFilter() tea.Cmd {
	before := s.filter
	try := func(text string) tea.Cmd {
		if err := s.setFilter(text); err != nil {
			return flash(screen.Warn, err)
		}
		return nil
	}
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptFilter, Text: s.filter, Placeholder: "regex · !inverse · -f fuzzy",
		Changed: try, Done: try, Cancelled: func() tea.Cmd { s.setFilter(before); return nil },
	})
}

// rowAt is the answer's row under the cursor, with secrets hidden as they are shown.
func (s *insights) rowAt() (values []string, ok bool) {
	r := s.table.Current()
	if r == nil {
		return nil, false
	}
	i, ok := r.Item.(int)
	if !ok || i >= len(s.answer.Rows) {
		return nil, false
	}
	mask := s.masker()
	for _, v := range s.answer.Rows[i] {
		values = append(values, mask(v))
	}
	return values, true
}

// openRow shows all fields of a row, JSON set out.
func (s *insights) openRow() tea.Cmd {
	values, ok := s.rowAt()
	if !ok {
		return nil
	}
	var d textview.Document
	sec := textview.Section{Title: "Row"}
	for i, v := range values {
		name := s.answer.Columns[i]
		if body := strings.TrimSpace(v); name == "@message" && strings.HasPrefix(body, "{") {
			if pretty, ok := indented(body); ok {
				d.Text, d.Language = pretty, "json"
				continue
			}
		}
		sec.Rows = append(sec.Rows, textview.Row{Label: name, Value: v})
	}
	d.Sections = []textview.Section{sec}
	return screen.Cmd(screen.Push{Screen: textview.New(textview.Options{
		Name: "row", Context: s.work.Context(), Wrap: true, Load: func(context.Context) (textview.Document, error) { return d, nil },
		FileName: "insights-row.txt", Save: s.app.saveText, Keymap: s.app.keys, Theme: s.app.theme, Now: s.app.now,
	})})
}

// copyRow puts the row's values on the clipboard, a tab between them.
func (s *insights) copyRow() tea.Cmd {
	values, ok := s.rowAt()
	if !ok {
		return nil
	}
	for i := range values {
		values[i] = clean.Line(values[i])
	}
	return screen.Cmd(screen.Copy{Text: strings.Join(values, "\t"), What: "row"})
}

// save writes the rows that are shown.
func (s *insights) save() tea.Cmd {
	header, records := s.table.Header(), slices.Collect(s.table.Export())
	app, on, name := s.app, s.on, "insights.csv"
	if !s.answer.Done || s.answer.More {
		name = "insights-incomplete.csv"
	}
	return screen.Do(s.work.Lane("save"), saveTimeout, func(context.Context) (saved, error) {
		return app.saveRows(on, "insights.save", name, header, records)
	})
}

func (s *insights) wasSaved(r screen.Result[saved]) tea.Cmd {
	switch {
	case !screen.Current(s.work, r):
		return nil
	case r.Err != nil:
		return flash(screen.Error, r.Err)
	}
	return flashText(screen.Info, count(s.table.Counts().Shown, "row")+" saved to "+r.Value.path)
}

// unmaskedRows are the table's rows with secrets shown or hidden.
type unmaskedRows struct {
	rows     []table.Row
	unmasked bool
}

// toggleMask shows secrets, which is journalled first, or hides them again.
func (s *insights) toggleMask() tea.Cmd {
	on, answer, hide, groups := s.on, s.answer, s.unmasked, strings.Join(s.groups, " ")
	was := s.unmasked
	s.unmasked = !hide
	masker := s.masker()
	s.unmasked = was
	return screen.Do(s.work.Lane("unmask"), time.Minute, func(context.Context) (unmaskedRows, error) {
		if !hide {
			if err := unmasked(on, groups, "rows of Logs Insights"); err != nil {
				return unmaskedRows{}, err
			}
		}
		return unmaskedRows{rowsOf(answer, masker), !hide}, nil
	})
}

func (s *insights) tookUnmasked(r screen.Result[unmaskedRows]) tea.Cmd {
	switch {
	case !screen.Current(s.work, r):
		return nil
	case r.Err != nil:
		return screen.Cmd(screen.Flash{Level: screen.Error, Text: "secrets stay hidden", Err: r.Err})
	}
	s.unmasked = r.Value.unmasked
	if len(r.Value.rows) == len(s.answer.Rows) {
		s.table.Set(r.Value.rows)
	}
	if !s.unmasked {
		return flashText(screen.Info, "secrets are hidden")
	}
	return flashText(screen.Warn, "secrets are shown; this was journalled")
}
