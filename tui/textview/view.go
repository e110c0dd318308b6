// Package textview is the screen for texts: summaries in sections, raw answers in
// JSON or YAML, messages. It loads in the background, keeps what it has when a
// refresh fails, and draws only the lines in sight.
package textview

import (
	"context"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Options say what is shown and how it is loaded.
type Options struct {
	Name  string // of the title and the crumb: "describe"
	Scope string // in brackets behind it: "service/web"
	// Load gets the document, outside the event loop.
	Load func(context.Context) (Document, error)
	// Stream, in place of Load, gets it in parts: each call of show has the whole of
	// what is known so far.
	Stream  func(ctx context.Context, show func(Document)) error
	Timeout time.Duration // of Load; 30 s where zero
	Every   time.Duration // how often it is loaded again; zero: when the user asks
	Context context.Context

	FileName string // proposed for saving
	// Save writes a text and gives its path, outside the event loop; nil: it cannot
	// be saved.
	Save    func(name, text string) (path string, err error)
	Explain func(error) screen.Problem
	Actions func() []screen.Action // the caller's own, shown first
	Empty   string                 // what to say where there is no text
	Wrap    bool

	Keymap *keymap.Map
	Theme  *theme.Theme
	Now    func() time.Time
}

// View is a screen that shows a text.
type View struct {
	o    Options
	work *screen.Work

	page    *page
	loaded  time.Time // when page was read
	began   time.Time // when the open question was asked
	problem screen.Problem
	failed  bool
	auto    bool
	clock   int // number of the newest clock
	hidden  bool
	blurred bool

	top     int // first row shown
	xoff    int // cells scrolled off to the left
	wrap    bool
	full    bool
	search  search
	history []string

	margin        string // left of the text
	width, height int
	rows          []row // of all lines, where wrapped
	drawn         drawn
}

// drawn is what was drawn last, and of what.
type drawn struct {
	pens     pens
	key      drawKey
	text     string
	lines    map[row]string
	linesKey drawKey
}

// drawKey is all that a drawing depends on; lines do not depend on top.
type drawKey struct {
	page                       *page
	version, width, height     int
	top, xoff, at, hits        int
	pattern                    string
	wrap, failed, busy, margin bool
	age                        int
}

// New makes the screen.
func New(o Options) *View {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Explain == nil {
		o.Explain = func(err error) screen.Problem { return screen.Problem{Text: err.Error()} }
	}
	if o.Keymap == nil {
		o.Keymap = keymap.Default()
	}
	if o.Theme == nil {
		o.Theme = theme.New(theme.Options{})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Empty == "" {
		o.Empty = "There is nothing here."
	}
	return &View{o: o, work: screen.NewWork(o.Context), wrap: o.Wrap, auto: o.Every > 0}
}

// Init begins to load.
func (v *View) Init() tea.Cmd { return v.load() }

// WorkID makes answers find the screen.
func (v *View) WorkID() screen.ID { return v.work.ID() }

// Close gives up what is being loaded.
func (v *View) Close() { v.work.Close() }

// Crumb is the screen's name.
func (v *View) Crumb() string { return v.o.Name }

// Bare is the full screen: only the text, to be marked with the mouse.
func (v *View) Bare() bool { return v.full }

// answer is a loaded page.
type answer struct{ page *page }

func (v *View) load() tea.Cmd {
	v.began = v.o.Now()
	explain := func(err error) string { return oneLine(v.o.Explain(err)) }
	if v.o.Stream != nil {
		return screen.Stream(v.work.Lane("load"), v.o.Timeout, func(ctx context.Context, emit func(answer)) error {
			return v.o.Stream(ctx, func(d Document) { emit(answer{lay(d, explain)}) })
		})
	}
	return screen.Do(v.work.Lane("load"), v.o.Timeout, func(ctx context.Context) (answer, error) {
		d, err := v.o.Load(ctx)
		if err != nil {
			return answer{}, err
		}
		return answer{lay(d, explain)}, nil
	})
}

// Update takes answers, clocks and keys that no action has taken.
func (v *View) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Result[answer]:
		if screen.Current(v.work, msg) {
			return v.take(msg)
		}
	case screen.Tick:
		if msg.Name == v.clockName() && v.auto && !v.hidden && !v.work.Lane("load").Busy() {
			return v.load()
		}
	case screen.Hidden:
		v.hidden = true
	case screen.Shown:
		v.hidden = false
		if v.auto && v.o.Now().Sub(v.loaded) >= v.o.Every && !v.work.Lane("load").Busy() {
			return v.load()
		}
		return v.next()
	case screen.Blurred:
		v.blurred = true
	case screen.Focused:
		v.blurred = false
	}
	return nil
}

// take shows an answer; an error leaves what was shown before.
func (v *View) take(r screen.Result[answer]) tea.Cmd {
	if r.Err != nil {
		v.failed, v.problem = true, v.o.Explain(r.Err)
		return v.next()
	}
	v.failed = false
	v.loaded = v.o.Now()
	if r.Value.page != nil { // the end of a stream has none
		v.put(r.Value.page)
	}
	if r.More {
		return r.Next
	}
	return v.next()
}

// put shows a page in place of the one before.
func (v *View) put(p *page) {
	first := v.page == nil
	v.page, v.rows = p, nil
	if at := v.search.at; v.search.pattern != "" {
		v.search = find(v.page, v.search.pattern)
		v.search.at = max(min(at, len(v.search.hits)-1), 0)
		if first {
			v.reveal()
		}
	}
}

// clockName tells the newest clock from those before it.
func (v *View) clockName() string { return "refresh " + strconv.Itoa(v.clock) }

// next sets the clock for the next load; it outdates any other, so that there is
// never more than one.
func (v *View) next() tea.Cmd {
	if !v.auto || v.hidden {
		return nil
	}
	every := v.o.Every
	if v.blurred {
		every *= 2
	}
	v.clock++
	return v.work.Tick(v.clockName(), every)
}

// Back ends the full screen, then the search; only then the screen itself.
func (v *View) Back() (bool, tea.Cmd) {
	switch {
	case v.full:
		v.full = false
	case v.search.pattern != "":
		v.search = search{}
	default:
		return false, nil
	}
	return true, nil
}

func oneLine(p screen.Problem) string {
	s := p.Text
	if p.Class != "" && s == "" {
		s = p.Class
	}
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}
