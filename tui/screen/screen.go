// Package screen is the contract between the shell and what it shows: Screen,
// the Work behind a screen, and the messages by which a screen asks the shell
// to navigate. It is a leaf: it imports nothing of ours.
package screen

import (
	tea "charm.land/bubbletea/v2"
)

// Screen is one page of the stack. All methods run on the event loop; none may
// block or do input or output. Background work goes through a Work.
type Screen interface {
	// Init starts the screen's work. It is called once, when the screen is pushed.
	Init() tea.Cmd
	// Update takes keys (when the screen is on top and no overlay is open), answers
	// addressed to the screen's Work (always), and Shown, Hidden, Blurred, Focused.
	Update(tea.Msg) tea.Cmd
	// View draws exactly height lines of exactly width cells (the shell clips and
	// pads, but does not wrap). It runs after every message: keep it cheap.
	View(width, height int) string
	// Crumb is the word in the breadcrumb line, lower case.
	Crumb() string
	// Actions is the one table that menu, help and key dispatch read.
	Actions() []Action
	// Close cancels the screen's Work. The screen is not used afterwards.
	Close()
}

// Titled screens are drawn in a frame with this title in its top border.
// The text may be styled; the shell cuts it to fit.
type Titled interface{ Title() string }

// Tall screens say how many lines they want before the header may grow beyond its
// first.
type Tall interface{ Tall() int }

// Bare screens, while Bare reports true, get the whole terminal: no header,
// no frame, no crumbs, and the mouse is released.
type Bare interface{ Bare() bool }

// Owner is implemented by screens that hold a Work, so that answers find them.
type Owner interface{ WorkID() ID }

// Backer screens get the back key first. Back reports whether the screen used
// it (for instance to clear its filter); false lets the shell pop the screen.
type Backer interface {
	Back() (used bool, cmd tea.Cmd)
}

// Typist screens hold a text that is being typed: Type gets keys before any action.
// It reports whether the key was the text's; other keys go their usual way. Typing
// tells that letters are the text's now, so that the menu offers none.
type Typist interface {
	Type(tea.KeyPressMsg) (used bool, cmd tea.Cmd)
	Typing() bool
}

// Action is one thing a screen can do now, bound to keys.
type Action struct {
	Name    string   // name in the keymap, such as "describe"; unique in a screen
	Keys    []string // as tea.KeyPressMsg.String() spells them; the first is shown
	Label   string   // a word or two, for the menu
	Help    string   // a sentence, for the help page; Label where empty
	Section string   // help column: "" is the screen's own, else "navigation", "general"
	Hidden  bool     // not in the menu, only in help
	Changes bool     // changes something at the other side: hidden when read-only
	Off     string   // why the key is dead right now; flashed when it is pressed
	Run     func() tea.Cmd
}

// Messages the shell sends to screens through Update.
type (
	Shown   struct{} // came back to the top; the first time there is only Init. Blurred or Focused follows
	Hidden  struct{} // another screen covers it: stop clocks
	Blurred struct{} // the terminal lost the focus: half pace
	Focused struct{} // the terminal has the focus, again or still
)

// Navigation: a screen returns a Cmd that yields one of these.
type (
	Push    struct{ Screen Screen }
	Pop     struct{}
	Replace struct{ Screen Screen }
	// Reset closes every screen and starts over with this one.
	Reset struct{ Screen Screen }
	// Quit asks to leave the program (jobs and sessions may object).
	Quit struct{}
	// Help shows the keys of the screen on top.
	Help struct{}
)

// Level grades what is shown to the user.
type Level int

const (
	Info Level = iota
	Warn
	Error
)

// Flash shows a line at the bottom for a few seconds and keeps it in the
// session's messages. Err, where there is one, gives class, request id and hint.
type Flash struct {
	Level Level
	Text  string
	Err   error
	// Unasked: the screen has come back by itself while the user may be typing for what
	// was there before. Keys typed on without a pause of 400 ms are dropped, but ctrl+c.
	Unasked bool
}

// Ask opens an overlay over the screen. An overlay that opens by itself (not by
// the user's key) sets Unasked: it takes no key typed in the last 400 ms.
type Ask struct {
	Overlay Overlay
	Unasked bool
}

// Overlay is a dialog over the stack. Done reports that it is to be closed;
// the Cmd is run either way.
type Overlay interface {
	Init() tea.Cmd
	Update(tea.Msg) (cmd tea.Cmd, done bool)
	// View draws the dialog box itself, at most this size; the shell centres it.
	View(maxWidth, maxHeight int) string
}

// Prompt opens the input line. Changed runs (debounced by 50 ms) while typing, Done on
// enter, Cancelled on esc; each may be nil. Letters typed here never reach a screen.
type Prompt struct {
	Kind        PromptKind
	Text        string // what stands there at first
	Placeholder string
	Suggest     func(text string) []string // whole lines that begin with text, best first
	History     func() []string            // newest last
	Changed     func(text string) tea.Cmd
	Done        func(text string) tea.Cmd
	Cancelled   func() tea.Cmd
	// Slash runs when '/' is typed into the empty line, in place of this prompt: a
	// filter's way to become a search. Where it is nil the letter is typed.
	Slash func() tea.Cmd
}

// PromptKind chooses the prompt's sign and colour.
type PromptKind int

const (
	PromptCommand PromptKind = iota // ':'
	PromptFilter                    // '/'
	PromptSearch                    // '//'
	PromptInput                     // a value, such as a time range or a file name
)

// Problem is an error as messages show it: what the shell can say about an error
// without knowing where it comes from.
type Problem struct {
	Class     string // "denied", "throttled"; "" where it has none
	Op        string // the operation that failed
	RequestID string
	Text      string // one line
	Hint      string // what to do about it
	Denied    bool   // a permission is missing: not the user's mistake, nor a fault
}

// Copy puts text on the clipboard (OSC 52, and natively where there is one) and
// flashes What ("id", "ARN").
type Copy struct{ Text, What string }
