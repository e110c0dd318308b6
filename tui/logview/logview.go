// Package logview shows lines while they come: a virtual view over a store, of
// which only what is seen is ever drawn.
package logview

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
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
	// Note journals something that is no act: unmasking, opening in an editor.
	Note func(kind, detail string)
	// Ticks are what happened between two times; nil: none. It must not block.
	Ticks func(from, to time.Time) []Tick
	// Link is the console's address of a line, "" where there is none.
	Link func(l lines.Line, s lines.Stream) string
	// Previous opens the logs of the last stopped tasks (p), Query carries range
	// and filter over to Logs Insights; nil: the key is not there.
	Previous func() tea.Cmd
	Query    func(r Range, filter string) tea.Cmd
	// UTC and Wrap are where the switches stand at first.
	UTC, Wrap, Timestamps bool
	Now                   func() time.Time // nil: time.Now
}

// View is a screen of log lines.
type View struct {
	o    Options
	work *screen.Work
}

var _ screen.Screen = (*View)(nil)

// New makes the screen. Nothing is read before Init.
func New(ctx context.Context, o Options) *View {
	return &View{o: o, work: screen.NewWork(ctx)}
}

// Init starts to read.
func (v *View) Init() tea.Cmd { return nil }

// Update takes keys and what the view's work answers.
func (v *View) Update(tea.Msg) tea.Cmd { return nil }

// View draws the lines.
func (v *View) View(width, height int) string { return "" }

// Crumb is the word in the breadcrumb line.
func (v *View) Crumb() string { return v.o.Crumb }

// Title is the text in the frame's border.
func (v *View) Title() string { return v.o.Title }

// Actions are the keys of the view.
func (v *View) Actions() []screen.Action { return nil }

// WorkID makes answers find the view.
func (v *View) WorkID() screen.ID { return v.work.ID() }

// Close ends the view and lets go of its source.
func (v *View) Close() { v.work.Close() }
