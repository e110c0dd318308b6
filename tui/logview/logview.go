// Package logview shows lines while they come: a virtual view over a store, of
// which only what is seen is ever drawn.
package logview

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/lines/mask"
	"ecsole/lines/match"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Source is what a view looks at: lines that something else reads. Its methods
// are called on the event loop and return at once, but for Older.
type Source interface {
	Store() *lines.Store
	State() lines.State
	// Older reads one more step before the oldest line. It runs outside the event
	// loop and returns when that is done.
	Older(ctx context.Context) error
	SetLive(on bool)
	Close()
}

// Range is what the range keys ask for.
type Range struct {
	From, To time.Time     // zero: open
	Last     time.Duration // instead of From: counted back from now
	Head     bool          // from the first line that there is
	Name     string        // "tail", "head", "5m", "14:05..14:20"
}

// Tick is something that happened to the service, drawn on the histogram.
type Tick struct {
	Time time.Time
	Kind byte   // 'd' deployment, 's' task stopped, 'a' alarm
	Text string // "deployment ecs-svc/123 started"
}

// Options say what a view shows and what its keys reach outside.
type Options struct {
	Theme *theme.Theme
	// Keys looks up the keys of an action in the user's keymap; nil takes the
	// defaults.
	Keys  func(name string, defaults ...string) []string
	Title string // "Logs(prod/checkout)"
	Crumb string // "logs"
	Range Range
	// Open begins to read a range; it must not block. It is called again when a
	// range key is pressed, and the source before is closed.
	Open func(Range) Source
	// Save writes a file and returns its path; it runs outside the event loop and
	// journals what it did. nil: saving is off.
	Save func(ctx context.Context, name string, write func(io.Writer) error) (path string, err error)
	// Unmask journals that secrets are about to be shown; it runs outside the event
	// loop, and on its error they stay hidden. nil: they can be shown unrecorded.
	Unmask func(context.Context) error
	// Happened reads what happened since a time, for the ticks under the histogram;
	// it runs outside the event loop while the histogram is shown. What it has found
	// counts also beside an error. nil: nothing is known.
	Happened func(ctx context.Context, since time.Time) ([]Tick, error)
	// Head is said above the lines: why the tasks ended whose lines these are.
	Head []string
	// Link is the console's address of a line, "" where there is none.
	Link func(l lines.Line, s lines.Stream) string
	// Previous finds the logs of the last stopped tasks (p) and returns how they are
	// opened; it runs outside the event loop. Query carries range and filter over to
	// Logs Insights. nil: the key is not there.
	Previous func(ctx context.Context) (tea.Cmd, error)
	Query    func(r Range, filter *match.Query) tea.Cmd
	// Tool writes lines to a file of the user's own and returns how their pager or
	// editor opens it; it runs outside the event loop and journals what it did. nil:
	// the keys are not there.
	Tool func(ctx context.Context, tool Tool, name string, write func(io.Writer) error) (tea.Cmd, error)
	// Keymap is for the screens that the view opens; nil takes the defaults.
	Keymap *keymap.Map
	// UTC and Wrap are where the switches stand at first.
	UTC, Wrap, Timestamps bool
	Now                   func() time.Time // nil: time.Now
}

// View is a screen of log lines.
type View struct {
	o     Options
	work  *screen.Work
	src   Source
	state lines.State
	watch watch
	mask  *mask.Masker

	follow bool
	top    place     // the first row in sight, while the view does not follow
	cur    lines.Key // the cursor
	paused lines.Key // the last line when the view stopped following
	floor  lines.Key // lines up to here were cleared away
	rulers []ruler

	chips  []*match.Query // joined: what is shown
	draft  *match.Query   // what is being typed into the filter, or nil
	bad    string         // what is wrong with what is being typed
	result *lines.Result  // the lines that match; nil: all
	around int            // neighbours to show of each
	stop   context.CancelFunc
	search *match.Query // what n and N go to
	hits   *lines.Result
	unhit  context.CancelFunc
	going  int // a search that waits for its first hit: 1 down, -1 up
	past   [2][]string

	wrap, full, raw, colors, fold, unmasked, live bool
	times                                         times
	days                                          bool // lines of several days
	x                                             int  // cells scrolled off to the left
	fields                                        []string
	selected                                      *lines.Key // the other end of a selection

	hist hist

	hidden, blurred bool
	clockNo         int
	olderFrom       lines.Key
	names           names
	learned         time.Time
	width, height   int // of the lines, at the last drawing
	margin          bool
	pens            pens
	look            look
	cache           map[lines.Key]cached
	page            page
	drawn           drawn
}

// drawn is what was drawn last.
type drawn struct {
	valid         bool
	width, height int
	version       int
	text          string
}

var (
	_ screen.Screen = (*View)(nil)
	_ screen.Titled = (*View)(nil)
	_ screen.Bare   = (*View)(nil)
	_ screen.Tall   = (*View)(nil)
	_ screen.Backer = (*View)(nil)
	_ screen.Owner  = (*View)(nil)
)

// New makes the screen. Nothing is read before Init.
func New(ctx context.Context, o Options) *View {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Theme == nil {
		o.Theme = theme.New(theme.Options{})
	}
	if o.Keymap == nil {
		o.Keymap = keymap.Default()
	}
	if o.Keys == nil {
		o.Keys = o.Keymap.Or
	}
	v := &View{o: o, work: screen.NewWork(ctx), mask: mask.New(), follow: !o.Range.Head, wrap: o.Wrap, colors: true, fold: true}
	if o.Timestamps {
		v.times = v.firstTimes()
	}
	return v
}

// Init starts to read.
func (v *View) Init() tea.Cmd { return v.open(v.o.Range) }

// open reads a range in place of the one before. What is looked for stays.
func (v *View) open(r Range) tea.Cmd {
	v.shut()
	v.o.Range = r
	if v.src = v.o.Open(r); v.live { // the switch is on, so it holds for this range too
		v.src.SetLive(true)
	}
	v.follow, v.top, v.cur, v.paused, v.floor = !r.Head, place{}, lines.Key{}, lines.Key{}, lines.Key{}
	v.rulers, v.selected, v.names, v.cache = nil, nil, names{}, nil
	v.hist.asked = time.Time{}
	v.work.Lane("older").Cancel()
	v.refilter()
	v.refresh()
	return v.startWatch()
}

// shut lets go of the source.
func (v *View) shut() {
	v.stopWatch()
	for _, cancel := range []context.CancelFunc{v.stop, v.unhit} {
		if cancel != nil {
			cancel()
		}
	}
	v.stop, v.unhit, v.result, v.hits = nil, nil, nil, nil
	if v.src != nil {
		v.src.Close()
		v.src = nil
	}
}

// Update takes keys and what the view's work answers.
func (v *View) Update(msg tea.Msg) tea.Cmd {
	if v.src == nil {
		return nil
	}
	switch msg := msg.(type) {
	case changed:
		return v.took(msg)
	case screen.Tick:
		return v.tick(msg)
	case screen.Result[older]:
		if screen.Current(v.work, msg) {
			return v.tookOlder(msg)
		}
	case screen.Result[saved]:
		if screen.Current(v.work, msg) {
			return v.tookSaved(msg)
		}
	case screen.Result[recorded]:
		if screen.Current(v.work, msg) {
			return v.tookRecorded(msg)
		}
	case screen.Result[opening]:
		if screen.Current(v.work, msg) {
			return v.tookOpening(msg)
		}
	case screen.Result[happened]:
		if screen.Current(v.work, msg) {
			return v.tookHappened(msg)
		}
	case screen.Hidden:
		v.hidden = true
		v.stopWatch()
	case screen.Shown:
		v.hidden = false
		v.refresh()
		return v.startWatch()
	case screen.Blurred:
		v.blurred = true
	case screen.Focused:
		v.blurred = false
	case tea.MouseClickMsg:
		v.click(msg.Y)
	}
	return nil
}

// View draws the lines.
func (v *View) View(width, height int) string {
	d := &v.drawn
	if d.valid && d.width == width && d.height == height && d.version == v.o.Theme.Version {
		return d.text
	}
	d.valid, d.width, d.height, d.version = true, width, height, v.o.Theme.Version
	d.text = v.compose(width, height)
	return d.text
}

// Crumb is the word in the breadcrumb line.
func (v *View) Crumb() string { return v.o.Crumb }

// Bare is the full screen: the lines alone, and the mouse is the terminal's.
func (v *View) Bare() bool { return v.full }

// Tall is how many lines the header leaves at least, where there are so many.
func (v *View) Tall() int { return 17 }

// Back ends the full screen, then the search, then takes off one filter after the
// other; only then it leaves the view.
func (v *View) Back() (bool, tea.Cmd) {
	v.drawn.valid = false
	switch {
	case v.full:
		v.full = false
	case v.selected != nil:
		v.selected = nil
	case v.search != nil:
		v.search = nil
		v.research()
	case len(v.chips) > 0:
		v.takeOff(len(v.chips) - 1)
	default:
		return false, nil
	}
	return true, nil
}

// WorkID makes answers find the view.
func (v *View) WorkID() screen.ID { return v.work.ID() }

// Close ends the view and lets go of its source.
func (v *View) Close() {
	v.work.Close()
	v.shut()
}
