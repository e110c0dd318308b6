package views

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// Opening is what an action shows: a screen, an overlay, or something that has to
// be read first.
type Opening struct {
	Screen  screen.Screen
	Overlay screen.Overlay
	// Job reads what is needed, outside the event loop, and returns how to go on.
	Job   func(context.Context) (tea.Cmd, error)
	Label string
	Cmd   tea.Cmd // instead of all that
}

const openTimeout = 30 * time.Second

// cmd carries the opening out.
func (o Opening) cmd() tea.Cmd {
	switch {
	case o.Cmd != nil:
		return o.Cmd
	case o.Screen != nil:
		return screen.Cmd(screen.Push{Screen: o.Screen})
	case o.Overlay != nil:
		return screen.Cmd(screen.Ask{Overlay: o.Overlay})
	}
	return nil
}

// opened is what an Opening's job found, addressed to the screen it began on: when
// that screen is closed by then, nothing opens.
type opened struct{ next tea.Cmd }

// typedOn is how long an answer may take before keys that are typed are no longer meant
// for what it opens.
const typedOn = 400 * time.Millisecond

// unasked is a Cmd whose dialogs take no key that was typed before they were seen.
func unasked(cmd tea.Cmd) tea.Cmd {
	ready, rest := screen.Settle(cmd)
	for _, msg := range ready {
		if ask, ok := msg.(screen.Ask); ok {
			ask.Unasked = true
			msg = ask
		}
		rest = screen.Batch(rest, screen.Cmd(msg))
	}
	return rest
}

// openVia carries an opening out on behalf of a screen.
func openVia(w *screen.Work, o Opening) tea.Cmd {
	if o.Job == nil {
		return o.cmd()
	}
	return screen.Do(w.Lane("open"), openTimeout, func(ctx context.Context) (opened, error) {
		next, err := o.Job(ctx)
		return opened{next}, err
	})
}
