package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
	"ecsole/tui/table"
)

// Actions is the kind's table of keys and the browser's own.
func (b *Browser) Actions() []screen.Action {
	own := b.kindActions()
	taken := map[string]bool{}
	for _, a := range own {
		for _, k := range a.Keys {
			taken[k] = true
		}
	}
	// In one piece: this runs with every key and every frame.
	return slices.Concat(own, b.viewActions(), b.sortActions(taken), b.moveActions())
}

// kindActions are the actions that the kind declares.
func (b *Browser) kindActions() []screen.Action {
	item := b.current()
	var out []screen.Action
	for i := range b.kind.actions {
		a := &b.kind.actions[i]
		s := screen.Action{
			Name: a.name, Keys: b.app.keys.For(a.name), Label: a.label, Help: a.help, Hidden: a.hidden, Changes: a.changes,
			Run: func() tea.Cmd { return b.act(a) },
		}
		switch {
		case item == nil && a.rowless:
		case item == nil:
			s.Off = "no " + singular(b.kind.noun) + " under the cursor"
		case a.off != nil:
			s.Off = b.off(a, item)
		}
		out = append(out, s)
	}
	return out
}

// off is why an action can do nothing now, or "": for one that takes the marked rows,
// why it can do nothing with any of them.
func (b *Browser) off(a *action, item any) string {
	if !a.many {
		return a.off(item)
	}
	why := ""
	for _, r := range b.table.Selection() {
		if r.Item == nil {
			continue
		}
		if why = a.off(r.Item); why == "" {
			return ""
		}
	}
	return why
}

// targets are the items that an action takes, and what is to be said of marked rows
// that it leaves alone.
func (b *Browser) targets(a *action, item any) (items []any, left []string) {
	if !a.many {
		return []any{item}, nil
	}
	alone := map[string]int{}
	for _, r := range b.table.Selection() {
		why := ""
		switch {
		case r.Item == nil:
			why = "they could not be read"
		case a.off != nil:
			why = a.off(r.Item)
		}
		if why != "" {
			alone[why]++
			continue
		}
		items = append(items, r.Item)
	}
	if n := b.table.Counts().Hidden; n > 0 {
		alone["hidden by the filter"] = n
	}
	for _, why := range sortedKeys(alone) {
		left = append(left, fmt.Sprintf("%d marked are left alone: %s.", alone[why], why))
	}
	return items, left
}

func singular(kind string) string { return strings.TrimSuffix(kind, "s") }

// act runs a declared action on the row under the cursor, or on the marked rows.
func (b *Browser) act(a *action) tea.Cmd {
	item := b.current()
	if item == nil && !a.rowless {
		return nil
	}
	b.opening = b.now()
	switch {
	case a.open != nil:
		kind, scope := a.open(b.scope, item)
		return b.app.show(b.on, kind, scope)
	case a.show != nil:
		o, err := a.show(b.app, b.scope, item)
		if err != nil {
			return flash(screen.Warn, err)
		}
		return openVia(b.work, o)
	case a.showAll != nil:
		items, left := b.targets(a, item)
		o, err := a.showAll(b.app, b.scope, items, left)
		if err != nil {
			return flash(screen.Warn, err)
		}
		return openVia(b.work, o)
	case a.run != nil:
		items, left := b.targets(a, item)
		return b.app.confirm(b.on, b.kind, b.scope, a, items, left, b.refresh)
	}
	return nil
}

// viewActions look at rows without changing anything.
func (b *Browser) viewActions() []screen.Action {
	none := ""
	if b.current() == nil {
		none = "no " + singular(b.kind.noun) + " under the cursor"
	}
	var out []screen.Action
	add := func(name, label, off string, hidden bool, run func() tea.Cmd) {
		out = append(out, screen.Action{Name: name, Keys: b.app.keys.For(name), Label: label, Off: off, Hidden: hidden, Run: run})
	}
	if b.kind.describe != nil {
		add("describe", "Describe", none, false, func() tea.Cmd { return b.app.describe(b.kind, b.scope, b.current()).cmd() })
	}
	if b.kind.raw != nil {
		add("raw", "YAML", none, false, func() tea.Cmd { return b.app.rawView(b.on, b.kind, b.current()) })
	}
	add("filter", "Filter", "", false, b.promptFilter)
	add("copy", "Copy id", none, true, b.copy)
	if b.kind.up != nil {
		add("warp", "To the list above", none, true, func() tea.Cmd {
			kind, scope := b.kind.up(b.scope, b.current())
			return b.app.show(b.on, kind, scope)
		})
	}
	add("refresh", "Refresh", "", true, func() tea.Cmd {
		b.on.Account.Renew() // who presses it may just have logged in again
		if b.list.loading {
			return flashText(screen.Info, "a refresh is under way")
		}
		return b.refreshNow()
	})
	add("wide", "Wide", "", true, func() tea.Cmd {
		b.table.SetWide(!b.table.Wide())
		b.app.wide[b.kind.Name] = b.table.Wide()
		return nil
	})
	add("faults", "Faults only", "", true, func() tea.Cmd { b.table.SetFaults(!b.table.Faults()); return b.decorate() })
	add("save", "Save as CSV", "", true, b.saveCSV)
	add("mark", "Mark", none, true, func() tea.Cmd { b.table.ToggleMark(); b.table.Move(1); return nil })
	add("mark.range", "Mark range", none, true, func() tea.Cmd { b.table.MarkRange(); return nil })
	add("mark.clear", "Clear marks", "", true, func() tea.Cmd { b.table.ClearMarks(); return nil })
	if b.kind.Name == "aliases" {
		add("aliases", "Back", "", true, func() tea.Cmd { return screen.Cmd(screen.Pop{}) })
	}
	return append(out, b.clusterActions()...)
}

// sortActions are the sort keys of the columns; a kind's own actions go first.
func (b *Browser) sortActions(taken map[string]bool) []screen.Action {
	var out []screen.Action
	for i, c := range b.kind.columns {
		if c.key == "" || taken[c.key] {
			continue
		}
		out = append(out, screen.Action{
			Name: "sort-" + c.title, Keys: []string{c.key}, Label: "Sort " + c.title, Hidden: true, Section: "sort",
			Run: func() tea.Cmd { return b.sortBy(func() { b.table.SortBy(i) }, i) },
		})
	}
	pick := func(name, label string, run func() tea.Cmd) {
		out = append(out, screen.Action{Name: name, Keys: b.app.keys.For(name), Label: label, Hidden: true, Section: "sort", Run: run})
	}
	pick("sort.previous", "Pick column left", func() tea.Cmd { b.table.Pick(-1); return nil })
	pick("sort.next", "Pick column right", func() tea.Cmd { b.table.Pick(1); return nil })
	pick("sort.column", "Sort by picked column", func() tea.Cmd { return b.sortBy(b.table.SortPicked, b.table.Picked()) })
	return out
}

func (b *Browser) sortBy(sort func(), column int) tea.Cmd {
	return b.needAll(column, "sort by", func() tea.Cmd {
		sort()
		b.app.sorted[b.kind.Name] = b.table.Sorted()
		if !b.saving {
			b.onlySorted()
		}
		return b.decorate()
	}, nil)
}

// moveActions move the cursor.
func (b *Browser) moveActions() []screen.Action {
	var out []screen.Action
	add := func(name, label string, f func()) {
		out = append(out, screen.Action{Name: name, Keys: b.app.keys.For(name), Label: label, Hidden: true, Section: "navigation", Run: func() tea.Cmd {
			f()
			return b.decorate()
		}})
	}
	t := b.table
	add("down", "Down", func() { t.Move(1) })
	add("up", "Up", func() { t.Move(-1) })
	add("top", "Top", t.Top)
	add("bottom", "Bottom", t.Bottom)
	add("page.down", "Page down", func() { t.Page(1) })
	add("page.up", "Page up", func() { t.Page(-1) })
	add("left", "Left", func() { t.Scroll(-1) })
	add("right", "Right", func() { t.Scroll(1) })
	return out
}

// copy puts the id on the clipboard; twice within a second, the ARN.
func (b *Browser) copy() tea.Cmd {
	id := b.table.CursorID()
	now := b.now()
	if id == b.copiedID && now.Sub(b.copied) < time.Second {
		b.copiedID = ""
		if item := b.current(); item != nil {
			id = b.kind.arn(item)
		}
		what := "ARN"
		if !strings.HasPrefix(id, "arn:") {
			what = "id"
		}
		return screen.Cmd(screen.Copy{Text: id, What: what})
	}
	b.copied, b.copiedID = now, id
	return screen.Cmd(screen.Copy{Text: lastPart(id), What: "id"})
}

// clusterActions are the number keys: 0 is all clusters, 1 to 9 are favourites.
func (b *Browser) clusterActions() []screen.Action {
	if b.kind.Name != "services" && b.kind.Name != "tasks" {
		return nil
	}
	out := []screen.Action{{Name: "scope.all", Keys: b.app.keys.For("scope.all"), Label: "all", Run: func() tea.Cmd {
		return b.app.show(b.on, b.kind.Name, Scope{Stopped: b.scope.Stopped})
	}}}
	for i, arn := range b.app.favourites(b.on) {
		name := fmt.Sprintf("scope.%d", i+1)
		out = append(out, screen.Action{
			Name: name, Keys: b.app.keys.For(name), Label: lastPart(arn),
			Run: func() tea.Cmd { return b.app.show(b.on, b.kind.Name, Scope{Cluster: arn, Stopped: b.scope.Stopped}) },
		})
	}
	return out
}

func flash(level screen.Level, err error) tea.Cmd {
	return screen.Cmd(screen.Flash{Level: level, Err: err})
}

func flashText(level screen.Level, text string) tea.Cmd {
	return screen.Cmd(screen.Flash{Level: level, Text: text})
}

// listed keeps the console's memory of what exists, for completion and favourites.
func (a *App) listed(k *Kind, _ Scope, t *table.Table) {
	if k.Name != "clusters" {
		return
	}
	var arns []string
	for r := range t.All() {
		arns = append(arns, r.ID)
	}
	a.clusters = arns
}
