package views

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/tui/screen"
	"ecsole/tui/table"
)

const (
	overlayTimeout = 30 * time.Second
	overlayMargin  = 10              // rows beyond the screen that are fetched along
	paidPause      = 5 * time.Minute // without focus, paid calls stop after this
	askAbove       = 1000            // rows: reading an overlay for more asks first
)

// overlayState is what a browser knows of one overlay: values by row id, and when
// each was read.
type overlayState struct {
	*overlay
	columns map[string]int // by title: the table's columns
	values  map[string]overlayValue
	asked   map[string]time.Time
	stamps  map[string]string // of the items that it was asked for
	tried   time.Time
	err     error
	all     bool // every row is wanted, since it sorts or is exported

	filtered wish // the same, since the filter is about it
}

type overlayValue struct {
	value any
	ok    bool
	at    time.Time
}

// decorated is the answer of an overlay's fetch.
type decorated struct {
	name   string
	ids    []string
	values map[string]any
}

func newOverlayState(o *overlay, k *Kind) *overlayState {
	s := &overlayState{overlay: o, columns: map[string]int{}, values: map[string]overlayValue{}, asked: map[string]time.Time{}, stamps: map[string]string{}}
	for i, c := range k.columns {
		if c.overlay == o.name {
			s.columns[c.title] = i
		}
	}
	return s
}

// decorate fetches what the rows on screen lack. It is called often (each second,
// after moves and pages) and asks only for what is not known or out of date.
func (b *Browser) decorate() tea.Cmd {
	if b.hidden || b.table.Counts().Total == 0 {
		return nil
	}
	var cmds []tea.Cmd
	for _, o := range b.overlays {
		if cmd := b.fetch(o); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	return screen.Batch(cmds...)
}

func (b *Browser) fetch(o *overlayState) tea.Cmd {
	lane := b.work.Lane("overlay:" + o.name)
	now := b.now()
	if o.err != nil && now.Sub(o.tried) < b.overlayEvery(o) {
		b.paintNew(o)
		return nil
	}
	if lane.Busy() {
		return nil
	}
	if b.paused(o) {
		return nil
	}
	items, ids := b.lacking(o, now)
	if len(items) == 0 {
		return nil
	}
	o.tried = now
	fetch, on, scope, name := o.fetch, b.on, b.scope, o.name
	return screen.Do(lane, overlayTimeout, func(ctx context.Context) (decorated, error) {
		values, err := fetch(ctx, on, scope, items)
		return decorated{name: name, ids: ids, values: values}, err
	})
}

// lacking are the items whose value is missing or older than the overlay's clock.
func (b *Browser) lacking(o *overlayState, now time.Time) (items []any, ids []string) {
	every := b.overlayEvery(o)
	want := func(r *table.Row) {
		if r == nil || r.Item == nil {
			return
		}
		if at, ok := o.asked[r.ID]; ok && !o.outdated(r) && (o.overlay.every == 0 && o.values[r.ID].ok || now.Sub(at) < every) {
			return
		}
		items, ids = append(items, r.Item), append(ids, r.ID)
		if o.stamp != nil {
			o.stamps[r.ID] = o.stamp(r.Item)
		}
	}
	if o.whole || o.all || o.filtered == sought {
		for r := range b.table.All() {
			want(r)
		}
		return items, ids
	}
	for _, id := range b.table.Visible(overlayMargin) {
		want(b.table.Row(id))
	}
	return items, ids
}

// outdated reports whether the item has become another since its value was asked for.
func (o *overlayState) outdated(r *table.Row) bool {
	return o.stamp != nil && o.stamps[r.ID] != o.stamp(r.Item)
}

func (b *Browser) overlayEvery(o *overlayState) time.Duration {
	every := max(o.overlay.every, b.app.every(b.kind))
	if !b.blurred.IsZero() {
		every *= 2
	}
	if b.throttled() {
		every *= 2
	}
	return every
}

// decorated puts an overlay's answer into its cells, and into no others.
func (b *Browser) decorated(r screen.Result[decorated]) tea.Cmd {
	if !screen.Current(b.work, r) {
		return nil
	}
	now := b.now()
	for _, o := range b.overlays {
		if "overlay:"+o.name != r.Lane {
			continue
		}
		o.err = r.Err
		ids := r.Value.ids
		if r.Err != nil && len(ids) == 0 {
			ids = b.table.Visible(overlayMargin) // the call itself gave up before it answered
		}
		for _, id := range ids {
			o.asked[id] = now
			v, ok := r.Value.values[id]
			if ok || r.Err == nil {
				o.values[id] = overlayValue{v, ok, now.Add(-ageOf(v))}
			}
			b.paint(o, id)
		}
		b.forget(o)
	}
	return screen.Batch(b.decorate(), b.writeWhenRead())
}

// ageOf is how old a value was when it came: what a watcher knows it has read before.
func ageOf(v any) time.Duration {
	if v, ok := v.(interface{ age() time.Duration }); ok {
		return v.age()
	}
	return 0
}

// paint draws an overlay's cells of one row.
func (b *Browser) paint(o *overlayState, id string) {
	row := b.table.Row(id)
	if row == nil || row.Item == nil {
		return
	}
	v, known := o.values[id]
	for title, cell := range o.cells {
		var c table.Cell
		switch {
		case known:
			c = cell(row.Item, v.value, v.ok)
			if o.err != nil && b.now().Sub(v.at) > time.Second {
				c.State = table.Dim // the line below the rows says how old it is, and why
			}
		case o.err != nil:
			c = table.Cell{Text: class(o.err), State: table.Unknown, Plain: terse(o.err)} // the line below the rows says more
		}
		b.table.SetCell(id, o.columns[title], c)
	}
}

// paintNew says of rows that came after a failure why they have no value.
func (b *Browser) paintNew(o *overlayState) {
	for _, id := range b.table.Visible(overlayMargin) {
		if _, ok := o.asked[id]; !ok {
			o.asked[id] = o.tried
			b.paint(o, id)
		}
	}
}

// forget drops the values of rows that are gone.
func (b *Browser) forget(o *overlayState) {
	if len(o.asked) < 2*b.table.Counts().Total+100 {
		return
	}
	maps.DeleteFunc(o.stamps, func(id string, _ string) bool { return b.table.Row(id) == nil })
	maps.DeleteFunc(o.asked, func(id string, _ time.Time) bool { return b.table.Row(id) == nil })
	maps.DeleteFunc(o.values, func(id string, _ overlayValue) bool { return b.table.Row(id) == nil })
}

// needAll wants a column's overlay for every row, because the rows are to be sorted
// by it or saved. Above a thousand rows the user decides, with the cost in sight.
// Refused, if there is one, runs when he is against it.
func (b *Browser) needAll(column int, to string, then func() tea.Cmd, refused func()) tea.Cmd {
	o := b.overlayOf(column)
	if o == nil || o.whole || o.all {
		return then()
	}
	agree := func() tea.Cmd {
		o.all, o.err = true, nil
		return screen.Batch(then(), b.decorate())
	}
	if n := b.table.Counts().Total; n > askAbove {
		return b.app.askCost(b.kind, b.kind.columns[column].title, to, n, o.paid, agree, refused)
	}
	return agree()
}

// onlySorted ends the reading of all rows for overlays that the rows are not sorted by.
func (b *Browser) onlySorted() {
	sorted := b.overlayOf(b.table.Sorted().Column)
	for _, o := range b.overlays {
		o.all = o == sorted && o.all
	}
}

// sortReads wants the values that the list is sorted by for all rows, once it is known
// how many these are: the order may be remembered from another list. Where so many have
// to be asked for, the list keeps its own order.
func (b *Browser) sortReads() tea.Cmd {
	o := b.overlayOf(b.table.Sorted().Column)
	if o == nil || o.whole || o.all || b.list.done.IsZero() {
		return nil
	}
	n := b.table.Counts().Total
	if n <= askAbove {
		o.all = true
		return nil
	}
	by := b.kind.columns[b.table.Sorted().Column].title
	b.table.SetSort(b.kind.sort)
	return flashText(screen.Info, fmt.Sprintf("sorted by %s: by %s only when it is asked for, since it has to be read for all %s rows",
		b.kind.columns[b.kind.sort.Column].title, by, comma(n)))
}

func (b *Browser) overlayOf(column int) *overlayState {
	if column < 0 || column >= len(b.kind.columns) {
		return nil
	}
	for _, o := range b.overlays {
		if o.name == b.kind.columns[column].overlay {
			return o
		}
	}
	return nil
}

// paused reports whether an overlay rests: nobody looks, and its calls cost money.
func (b *Browser) paused(o *overlayState) bool {
	return o.paid && !b.blurred.IsZero() && b.now().Sub(b.blurred) > paidPause
}

// overlayTrouble says of the overlays that could not be read, or rest, why and how old
// their values are, and at the end what to do. Their cells are too narrow for that.
func (b *Browser) overlayTrouble() string {
	var parts, denied, hints []string
	for _, o := range b.overlays {
		head := o.titles()
		age := b.valuesAge(o)
		if age > time.Second {
			head += " " + short(age) + " old"
		}
		switch {
		case o.err != nil:
			e := aws.AsError(o.err)
			if e != nil && e.Class == aws.Denied && e.Action != "" {
				denied = append(denied, e.Action+" ("+head+")")
			}
			parts = append(parts, head+": "+summary(o.err))
			if e != nil && e.Hint != "" && !slices.Contains(hints, e.Hint) {
				hints = append(hints, e.Hint)
			}
		case b.paused(o) && age > time.Second:
			parts = append(parts, head+": paid calls rest while the terminal has no focus")
		}
	}
	if len(denied) > 1 && len(denied) == len(parts) { // the actions first, while there is room
		parts = []string{"denied: " + strings.Join(denied, ", ")}
	}
	return strings.Join(append(parts, hints...), " · ")
}

// valuesAge is the age of the oldest value on the screen; 0 where there is none.
func (b *Browser) valuesAge(o *overlayState) time.Duration {
	var oldest time.Time
	for _, id := range b.table.Visible(0) {
		if v, ok := o.values[id]; ok && (oldest.IsZero() || v.at.Before(oldest)) {
			oldest = v.at
		}
	}
	if oldest.IsZero() {
		return 0
	}
	return b.now().Sub(oldest)
}

// titles are the columns that the overlay fills.
func (o *overlayState) titles() string {
	titles := slices.SortedFunc(maps.Keys(o.columns), func(a, b string) int { return o.columns[a] - o.columns[b] })
	return strings.Join(titles, ", ")
}
