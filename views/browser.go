package views

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/table"
)

// Browser is the one table screen that drives every kind.
type Browser struct {
	app    *App
	on     Clients // the account the screen was opened on
	kind   *Kind
	scope  Scope
	work   *screen.Work
	table  *table.Table
	now    func() time.Time
	filter string // as typed
	// misread is why the filter cannot be read.
	misread error
	agreed  string // the filter for which the user agreed to read all rows' overlays

	list     listing
	read     map[string]time.Time // by id: when the row was read last
	overlays []*overlayState
	hidden   bool
	seconds  int       // number of the newest clock of seconds
	blurred  time.Time // since when the terminal has no focus; zero: it has
	copied   time.Time // when 'c' was pressed last, and on which row
	copiedID string
	saving   bool      // a CSV file waits for the values of overlays
	opening  time.Time // when an action began to read what it opens
}

// listing is what is known about the rows as a whole.
type listing struct {
	loading     bool
	begun       time.Time // the pass under way, or the last one
	seen, total int
	rows        int       // read so far in this pass
	done        time.Time // end of the last pass that read anything
	complete    bool      // the last ended pass had no gap
	pass        time.Duration
	gaps        []aws.Gap // of the last pass that has ended
	missing     []aws.Gap // of the pass under way
	err         error     // what broke it off
	clock       int       // number of the tick that is awaited
	visible     time.Time // rows on screen were read afresh last
}

func newBrowser(app *App, on Clients, kind *Kind, scope Scope, filter string) *Browser {
	b := &Browser{
		app: app, on: on, kind: kind, scope: scope, now: app.now,
		work: screen.NewWork(on.Account.Context()),
		read: map[string]time.Time{},
		table: table.New(app.theme, tableColumns(kind, scope), table.Options{
			Changes: true, Unfilter: app.keyFor("back") + " takes the filter off", Unfault: app.keyFor("faults") + " shows all",
		}),
	}
	for i := range kind.overlays {
		b.overlays = append(b.overlays, newOverlayState(&kind.overlays[i], kind))
	}
	b.list.total = -1
	if s, ok := app.sorted[kind.Name]; ok {
		b.table.SetSort(s)
	} else if len(kind.columns) > 0 {
		b.table.SetSort(kind.sort)
	}
	b.table.SetWide(app.wide[kind.Name])
	if filter != "" {
		b.setFilter(filter)
	}
	return b
}

// keyFor is how the key of an action is shown.
func (a *App) keyFor(name string) string {
	if k := a.keys.For(name); len(k) > 0 {
		return keymap.Show(k[0])
	}
	return name
}

// shownAsAge are the columns whose points in time are shown as the time since then.
var shownAsAge = map[string]bool{"AGE": true, "SINCE": true, "UPDATED": true, "IDLE": true}

func tableColumns(k *Kind, s Scope) []table.Column {
	out := make([]table.Column, len(k.columns))
	for i, c := range k.columns {
		out[i] = table.Column{
			Title: c.title, Align: c.align, Min: c.min, Max: c.max, Priority: c.priority, Wide: c.wide || c.when != nil && !c.when(s),
			Key: c.key, Overlay: c.overlay != "", Exact: c.exact, Quiet: shownAsAge[c.title], Ago: shownAsAge[c.title],
		}
	}
	return out
}

// Init reads the list and starts the clocks.
func (b *Browser) Init() tea.Cmd {
	if why := b.kind.needs(b.scope); why != "" {
		b.list.err = &aws.Error{Class: aws.Invalid, Text: b.kind.Name + " needs " + why}
		return nil
	}
	return screen.Batch(b.refresh(), b.listen(), b.watchThrottling(), b.second())
}

// WorkID makes answers find the screen.
func (b *Browser) WorkID() screen.ID { return b.work.ID() }

// Crumb is the kind's name.
func (b *Browser) Crumb() string { return b.kind.Name }

// Close cancels what the screen still reads.
func (b *Browser) Close() { b.work.Close() }

// Update takes answers, clocks and keys.
func (b *Browser) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Result[rows]:
		return b.listed(msg)
	case screen.Result[decorated]:
		return b.decorated(msg)
	case screen.Result[saved]:
		return b.wasSaved(msg)
	case screen.Result[opened]:
		return b.opened(msg)
	case screen.Result[throttling]:
		return msg.Next // every message has the header drawn anew
	case screen.Result[heard]:
		return b.heard(msg)
	case screen.Tick:
		return b.tick(msg)
	case screen.Hidden:
		b.hidden = true
	case screen.Shown:
		return b.shown()
	case screen.Blurred:
		b.blurred = b.now()
	case screen.Focused:
		return b.focused()
	}
	return nil
}

// Back clears the picked column, the filter, and the faults mode, one a press.
func (b *Browser) Back() (bool, tea.Cmd) {
	switch {
	case b.table.Picked() >= 0:
		b.table.Unpick()
	case b.filter != "":
		b.setFilter("")
	case b.table.Faults():
		b.table.SetFaults(false)
	default:
		return false, nil
	}
	return true, b.decorate()
}

func (b *Browser) tick(t screen.Tick) tea.Cmd {
	if t.Name != b.secondName() {
		return b.clock(t.Name)
	}
	if b.hidden {
		return nil
	}
	return screen.Batch(b.decorate(), b.second())
}

// second sets the clock of seconds; it outdates any other, so that a screen that is
// left and shown again within a second has no more than one.
func (b *Browser) second() tea.Cmd {
	b.seconds++
	return b.work.Tick(b.secondName(), time.Second)
}

func (b *Browser) secondName() string { return fmt.Sprintf("second %d", b.seconds) }

func (b *Browser) shown() tea.Cmd {
	if !b.hidden {
		return nil
	}
	b.hidden = false
	cmds := []tea.Cmd{b.second()}
	if !b.list.loading {
		if b.now().Sub(b.list.done) > b.app.every(b.kind) {
			cmds = append(cmds, b.refresh())
		} else {
			cmds = append(cmds, b.schedule())
		}
	}
	return screen.Batch(cmds...)
}

func (b *Browser) focused() tea.Cmd {
	if b.blurred.IsZero() {
		return nil
	}
	b.blurred = time.Time{}
	return b.decorate()
}

// current is the item under the cursor, nil where there is none or it is a gap.
func (b *Browser) current() any {
	if r := b.table.Current(); r != nil {
		return r.Item
	}
	return nil
}

// opened goes on to what an action had to read first, unless the user has left.
func (b *Browser) opened(r screen.Result[opened]) tea.Cmd {
	switch {
	case !screen.Current(b.work, r) || b.hidden:
		return nil
	case r.Err != nil:
		return flash(screen.Warn, r.Err)
	}
	if b.now().Sub(b.opening) >= typedOn {
		return unasked(r.Value.next)
	}
	return r.Value.next
}
