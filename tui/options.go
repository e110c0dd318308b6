// Package tui is the shell around the screens: header, menu, frame, crumbs, prompt,
// jobs and messages, the stack of screens and the dialogs over it. It is the only
// tea.Model of the console, and knows screens, not what they show.
package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Options are what the shell is told by the program around it. Home is needed; all
// else may be left out.
type Options struct {
	Home      func() screen.Screen   // the first screen
	Header    func() HeaderInfo      // a snapshot, taken for each frame: cheap
	Commander Commander              // the ':' line
	Actions   func() []screen.Action // keys that work on every screen; a screen's own come first
	ReadOnly  func() bool            // hides and refuses actions that change something
	Guards    []func() string        // why one should not quit now; "" where nothing is in the way

	Explain  func(error) screen.Problem // what an error means
	Problems func() []Message           // failed calls for the messages screen, any order

	Keymap  *keymap.Map
	Theme   *theme.Theme
	Title   string // of the terminal's window, and of the help screen
	Mouse   bool
	Compact bool // the header in one line, as ctrl-e does
	NoCrumb bool

	History     []string       // commands of earlier sessions, oldest first
	SaveHistory func([]string) // called outside the event loop when a command was added

	// CopyNative puts text on the machine's own clipboard, outside the event loop,
	// beside OSC 52. Nil means OSC 52 only.
	CopyNative func(string) error
	// Copied is told of every copy, outside the event loop.
	Copied func(screen.Copy)
	// Save writes a text that the user asked to keep and gives its path; it runs
	// outside the event loop. Nil means that messages cannot be saved.
	Save func(name, text string) (path string, err error)

	Now func() time.Time
}

// Commander understands the ':' line.
type Commander interface {
	Run(line string) tea.Cmd
	// Suggest gives whole lines that begin with text, best first.
	Suggest(text string) []string
}

// HeaderInfo is what the header shows.
type HeaderInfo struct {
	Rows        []HeaderRow // the most important first: what does not fit is left out
	Marks       []HeaderMark
	Banner      string // a line across the screen, such as "credentials expired: …"
	BannerLevel screen.Level
	WindowTitle string // in place of Options.Title
}

// HeaderRow is one label and its value.
type HeaderRow struct {
	Label, Value string
	Level        Grade
}

// Grade says how a header value is meant.
type Grade int

const (
	Plain Grade = iota
	Good
	Warn
	Bad
)

// HeaderMark is a badge beside the first row. Text stands for itself: the style
// only sharpens it.
type HeaderMark struct {
	Text string
	Kind MarkKind
}

// MarkKind chooses a badge's style.
type MarkKind int

const (
	MarkWrite      MarkKind = iota // [RW], and what else is to be kept in mind
	MarkLocked                     // read-only
	MarkProduction                 // also colours header and frame
	MarkForeign                    // a custom endpoint
	MarkNote                       // anything else
)

// Message is one line of the session's messages.
type Message struct {
	Time  time.Time
	Level screen.Level
	screen.Problem
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Header == nil {
		o.Header = func() HeaderInfo { return HeaderInfo{} }
	}
	if o.Actions == nil {
		o.Actions = func() []screen.Action { return nil }
	}
	if o.ReadOnly == nil {
		o.ReadOnly = func() bool { return false }
	}
	if o.Explain == nil {
		o.Explain = func(err error) screen.Problem { return screen.Problem{Text: err.Error()} }
	}
	if o.Problems == nil {
		o.Problems = func() []Message { return nil }
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
	return o
}
