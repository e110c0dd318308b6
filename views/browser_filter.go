package views

import (
	"regexp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/filter"
	"ecsole/tui/screen"
)

// setFilter puts a filter in force. One that cannot be read matches nothing: rows
// that it was meant to hide are never shown.
func (b *Browser) setFilter(text string) error {
	f, err := filter.Parse(text)
	b.filter, b.misread = text, err
	b.table.SetFilter(f)
	for _, o := range b.overlays {
		o.filtered = unsought
	}
	return err
}

// promptFilter opens the '/' line. A filter that cannot be read says so. While it
// is typed, the rows stay as the last good one left them.
func (b *Browser) promptFilter() tea.Cmd {
	before := b.filter
	try := func(text string, final bool) tea.Cmd {
		if _, err := filter.Parse(text); err != nil && !final && b.filter != "" && b.misread == nil {
			return flash(screen.Warn, err)
		}
		if err := b.setFilter(text); err != nil {
			return flash(screen.Warn, err)
		}
		if final {
			return screen.Batch(b.filterReads(), b.decorate())
		}
		return b.decorate()
	}
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptFilter, Text: b.filter, Placeholder: "regex · !inverse · -f fuzzy",
		Changed:   func(text string) tea.Cmd { return try(text, false) },
		Done:      func(text string) tea.Cmd { return try(text, true) },
		Cancelled: func() tea.Cmd { b.setFilter(before); return screen.Batch(b.filterReads(), b.decorate()) },
	})
}

// wish is whether the filter wants an overlay's values of all rows.
type wish int

const (
	unsought wish = iota
	sought
	refused // too many rows, and the user has not agreed
)

// filterReads wants the overlays that the filter may be about for all rows, so that
// none is missing or shown only because its value is not known. Above a thousand rows
// the user decides, with the cost in sight.
func (b *Browser) filterReads() tea.Cmd {
	if b.list.done.IsZero() {
		return nil // how many rows there are is known when the list has been read
	}
	var asks []tea.Cmd
	n := b.table.Counts().Total
	for _, o := range b.overlays {
		switch {
		case o.whole || o.filtered != unsought || !b.filteredBy(o):
		case n > askAbove && b.agreed != b.filter:
			o.filtered = refused
			text := b.filter
			asks = append(asks, b.app.askCost(b.kind, o.titles(), "filter by", n, o.paid, func() tea.Cmd {
				if b.filter != text {
					return nil
				}
				b.agreed, o.filtered, o.err = text, sought, nil
				return b.decorate()
			}, nil))
		default:
			o.filtered = sought
		}
	}
	return screen.Batch(asks...)
}

// gaps split a filter where it may go from one cell to the next.
var gaps = regexp.MustCompile(`\s+|\.[*+]\??|\\s[*+]?`)

// filteredBy reports whether the filter may be about an overlay's values: some part of
// it finds one that is known, or one that there may be. A filter that cannot be taken
// apart may be about anything.
func (b *Browser) filteredBy(o *overlayState) bool {
	if b.filter == "" || b.misread != nil {
		return false
	}
	text := strings.TrimLeft(strings.TrimPrefix(strings.TrimSpace(b.filter), "!"), " \t")
	fuzzy := ""
	if words, ok := strings.CutPrefix(text, "-f "); ok {
		text, fuzzy = words, "-f "
	}
	texts := append([]string(nil), o.texts...)
	for r := range b.table.All() {
		for _, column := range o.columns {
			if c := r.Cell(column); c.Text != "" {
				texts = append(texts, c.Text)
			}
		}
	}
	for _, part := range append(gaps.Split(text, -1), text) {
		f, err := filter.Parse(fuzzy + part)
		if err != nil {
			return true
		}
		if f.Empty() {
			continue
		}
		for _, t := range texts {
			if f.Match(t) {
				return true
			}
		}
	}
	return false
}

// unread is how many rows lack a value of an overlay that is sought for all of them,
// and its columns; 0 where all is known.
func (b *Browser) unread() (n int, titles string, refusedToo bool) {
	for _, o := range b.overlays {
		if !o.all && o.filtered == unsought || o.err != nil {
			continue
		}
		missing := 0
		for r := range b.table.All() {
			if _, ok := o.values[r.ID]; !ok && r.Item != nil {
				missing++
			}
		}
		if missing > n {
			n, titles, refusedToo = missing, o.titles(), o.filtered == refused && !o.all
		}
	}
	return n, titles, refusedToo
}
