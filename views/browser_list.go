package views

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/tui/screen"
)

// passTimeout bounds one pass over a list. Each call has its own, much shorter
// deadline; a big account at the background's pace needs minutes for all of them.
const passTimeout = 10 * time.Minute

// refresh starts a pass over the whole list. Rows stay until it has ended well.
func (b *Browser) refresh() tea.Cmd { return b.pass(b.list.done.IsZero()) }

// refreshNow is what a key asks for: it goes before what the clocks ask for, and
// takes what other APIs know of the rows along.
func (b *Browser) refreshNow() tea.Cmd {
	for _, o := range b.overlays {
		clear(o.asked)
		o.err = nil
	}
	return screen.Batch(b.pass(true), b.decorate())
}

func (b *Browser) pass(first bool) tea.Cmd {
	b.list.loading, b.list.begun, b.list.rows, b.list.seen, b.list.total = true, b.now(), 0, 0, -1
	b.list.missing, b.list.clock = nil, b.list.clock+1
	b.table.BeginGeneration()
	kind, on, scope := b.kind, b.on, b.scope
	return screen.Stream(b.work.Lane("list"), passTimeout, func(ctx context.Context, emit func(rows)) error {
		if first {
			ctx = aws.Foreground(ctx)
		}
		for page := range kind.list(ctx, on, scope) {
			emit(page)
		}
		return ctx.Err()
	})
}

// listed takes a page of the pass, or its end.
func (b *Browser) listed(r screen.Result[rows]) tea.Cmd {
	if !screen.Current(b.work, r) {
		return nil
	}
	b.take(r.Value, r.Lane == "list")
	if r.Lane != "list" {
		if r.More {
			return r.Next
		}
		b.list.visible = b.now()
		return b.schedule()
	}
	if r.More {
		b.list.rows += len(r.Value.Rows)
		b.list.seen, b.list.total = max(b.list.seen, r.Value.Seen), r.Value.Total
		return screen.Batch(r.Next, b.decorate())
	}
	return b.ended(r.Err)
}

// take puts a page into the table; only the gaps of a full pass are counted.
func (b *Browser) take(page rows, full bool) {
	now := b.now()
	for _, r := range page.Rows {
		b.read[r.ID] = now
	}
	b.table.Upsert(page.Rows...)
	for _, g := range page.Gaps {
		if full {
			b.list.missing = append(b.list.missing, g)
		}
		if len(g.IDs) > 0 {
			b.table.Gap(g.IDs, terse(g.Err))
		}
	}
}

// ended closes a pass: rows leave only if nothing was missing.
func (b *Browser) ended(err error) tea.Cmd {
	b.list.loading = false
	b.list.pass = b.now().Sub(b.list.begun)
	b.list.err, b.list.gaps = err, b.list.missing
	for _, g := range b.list.gaps {
		if g.Fatal && b.list.err == nil {
			b.list.err = g.Err
		}
	}
	b.list.complete = err == nil && len(b.list.gaps) == 0
	b.table.EndGeneration(b.list.complete)
	if len(b.read) > 2*b.table.Counts().Total+100 {
		maps.DeleteFunc(b.read, func(id string, _ time.Time) bool { return b.table.Row(id) == nil })
	}
	if b.list.complete || b.list.rows > 0 {
		b.list.done = b.now()
		b.list.visible = b.list.done
	}
	b.app.listed(b.kind, b.scope, b.table)
	return screen.Batch(b.schedule(), b.sortReads(), b.filterReads(), b.decorate())
}

// schedule sets the next tick. It is never set while an answer is awaited, so two
// are never in flight.
func (b *Browser) schedule() tea.Cmd {
	if b.hidden || b.work.Context().Err() != nil {
		return nil
	}
	d := b.app.every(b.kind)
	if !b.blurred.IsZero() {
		d *= 2
	}
	if b.throttled() {
		d *= 2
	}
	d += time.Duration(rand.Int64N(int64(d)/5+1)) - d/10
	b.list.clock++
	return b.work.Tick(fmt.Sprintf("refresh %d", b.list.clock), d)
}

func (b *Browser) throttled() bool {
	if e := aws.AsError(b.list.err); e != nil && e.Class == aws.Throttled {
		return true
	}
	return b.on.Account.Meter().Rate().Throttled > 0
}

// clock is the refresh tick: a full pass where one fits between two ticks, else the
// rows on screen, with a full pass whenever the last one is over.
func (b *Browser) clock(name string) tea.Cmd {
	if b.hidden || name != fmt.Sprintf("refresh %d", b.list.clock) {
		return nil
	}
	if b.list.loading {
		return b.refreshVisible()
	}
	return screen.Batch(b.refresh(), b.visibleLater())
}

// visibleLater keeps the rows on screen fresh while a slow pass is under way.
func (b *Browser) visibleLater() tea.Cmd {
	if b.kind.again == nil || b.list.pass < 2*b.app.every(b.kind) {
		return nil
	}
	return b.schedule()
}

// refreshVisible reads the rows on screen afresh.
func (b *Browser) refreshVisible() tea.Cmd {
	if b.kind.again == nil || b.work.Lane("visible").Busy() {
		return nil
	}
	var items []any
	for _, id := range b.table.Visible(0) {
		if r := b.table.Row(id); r != nil && r.Item != nil {
			items = append(items, r.Item)
		}
	}
	if len(items) == 0 {
		return nil
	}
	kind, on, scope := b.kind, b.on, b.scope
	return screen.Stream(b.work.Lane("visible"), time.Minute, func(ctx context.Context, emit func(rows)) error {
		for page := range kind.again(ctx, on, scope, items) {
			emit(page)
		}
		return ctx.Err()
	})
}

// age is how old the rows are, or 0 while they are fresh.
func (b *Browser) age() time.Duration {
	if b.list.done.IsZero() {
		return 0
	}
	old := b.now().Sub(b.list.done)
	if old < 2*b.app.every(b.kind)+2*time.Second {
		return 0
	}
	return old
}

// status is the line under the table: what is missing, and why. It is empty while
// everything is as it should be.
func (b *Browser) status() string {
	var parts []string
	if b.misread != nil {
		parts = append(parts, b.misread.Error())
	}
	if old := b.rowAge(); old != "" {
		parts = append(parts, old)
	}
	if err := b.list.err; err != nil {
		parts = append(parts, problem(err))
	}
	missing := 0
	var why error
	for _, g := range b.list.gaps {
		missing += len(g.IDs)
		if len(g.IDs) > 0 && why == nil {
			why = g.Err
		}
	}
	if missing > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be read: %s", missing, terse(why)))
	}
	if n, titles, refused := b.unread(); refused {
		parts = append(parts, fmt.Sprintf("%s of %s rows not read: the filter does not know them", titles, comma(n)))
	}
	if trouble := b.overlayTrouble(); trouble != "" {
		parts = append(parts, trouble)
	}
	if old := b.age(); old > 0 && b.table.Counts().Total > 0 {
		switch {
		case b.list.loading && b.list.rows == 0:
			parts = append(parts, fmt.Sprintf("rows are %s old, waiting for an answer for %s", short(old), short(b.now().Sub(b.list.begun))))
		case !b.list.loading:
			parts = append(parts, fmt.Sprintf("rows are %s old", short(old)))
		}
	}
	return strings.Join(parts, " · ")
}

// rowAge says how old the row under the cursor is, where it is older than the others:
// passes that break off leave some unread.
func (b *Browser) rowAge() string {
	at, ok := b.read[b.table.CursorID()]
	if old := b.now().Sub(at); ok && b.age() == 0 && old > 3*b.app.every(b.kind)+2*time.Second {
		return fmt.Sprintf("this row was read %s ago", short(old))
	}
	return ""
}
