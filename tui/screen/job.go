package screen

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Job is an act: something that changes the world and so must end known, whatever
// screen is shown. The shell runs it with a context of its own, never cancelled by
// a screen, shows it in the jobs line, and flashes its end.
type Job struct {
	Label   string        // "stop task 3f2a… in prod-eu"
	Timeout time.Duration // the act's own deadline; zero means 60 s
	// Where names the account or scope the job keeps when the console moves on.
	Where string
	// Progress, where there is one, says how far it is, for the jobs line: "45 % of
	// 12 MB". It is called for each frame, from the event loop.
	Progress func() string
	// Run does it, outside the event loop. Its text says what was achieved.
	Run func(ctx context.Context) (string, error)
	// Done, on the event loop, may refresh or navigate; nil is fine.
	Done func(text string, err error) tea.Cmd
}

// Start hands a Job to the shell.
type Start struct{ Job Job }
