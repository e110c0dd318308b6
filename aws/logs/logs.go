// Package logs reads the logs of containers from CloudWatch: where they are,
// worked out from task definitions; tails that run on their own and lose nothing;
// ranges and older pages; Live Tail; Logs Insights.
package logs

import (
	"context"
	"errors"
	"time"

	"ecsole/aws"
	"ecsole/lines"
)

// Source is where the logs of one container are: all streams under Prefix, or the
// one Stream; or, with Elsewhere set, a sentence that says where they go instead.
type Source struct {
	Region string // "" is the account's own
	Group  string
	Prefix string // "ecs/app/", ends in a slash: all tasks, also those to come
	Stream string // "ecs/app/0123…": one task
	// Container names the container, Task the ECS task id where Stream is set.
	Container, Task string
	Elsewhere       string
}

// Range is the time that a tail covers. The zero Range is the newest lines and all
// that come.
type Range struct {
	From time.Time     // zero: as many as fill a screen or two, counted back from To
	Last time.Duration // instead of From: counted back from the moment of opening
	To   time.Time     // zero: follow
	Head bool          // from the first line that there is
}

// Spec asks for a tail.
type Spec struct {
	Sources []Source
	Range   Range
	// Owns tells which of these tasks belong to what is asked for; a task that is
	// missing from the answer is not known (any more). nil: all do. It is called
	// outside the event loop, for tasks that are new under a shared prefix.
	Owns func(ctx context.Context, tasks []string) (map[string]bool, error)
	// Label is a short name for a task, for its column; nil is the id's beginning.
	Label func(task string) string
}

// Hub owns the tails of an account. Screens come and go; a tail is read once,
// however many look at it.
type Hub struct {
	account *aws.Account
	budget  *lines.Budget
}

// HubOf is the account's hub, made at the first call with the budget that its
// stores are to share (nil: the default, of its own).
func HubOf(a *aws.Account, b *lines.Budget) *Hub {
	return aws.Own(a, "logs.Hub", func(a *aws.Account) (*Hub, func()) {
		h := &Hub{account: a, budget: b}
		return h, h.close
	})
}

func (h *Hub) close() {}

// Tail starts to read, or joins those who read the same. It does no network
// itself: problems are states of the tail.
func (h *Hub) Tail(spec Spec) *Tail { return &Tail{store: lines.New(h.budget)} }

// Tail is one reader's hold on lines that are being read. It is read, and closed,
// from any goroutine.
type Tail struct {
	store *lines.Store
}

// Store is where the lines are.
func (t *Tail) Store() *lines.Store { return t.store }

// State tells how reading stands now.
func (t *Tail) State() lines.State { return lines.State{Ended: "tails are not read yet"} }

// Older reads one more step before the oldest line, and returns when that is done.
func (t *Tail) Older(ctx context.Context) error { return errors.New("older lines cannot be read yet") }

// SetLive turns the low-latency path on or off, for all who share the tail.
func (t *Tail) SetLive(on bool) {}

// Close lets go of the tail; reading ends with the last hold.
func (t *Tail) Close() {}

// Once reads a range to its end and hands the lines over in order, page by page;
// with follow it goes on until the context ends. It is for output to a pipe.
func (h *Hub) Once(ctx context.Context, spec Spec, follow bool, emit func([]lines.Line, func(lines.StreamID) lines.Stream) error) error {
	return errors.New("ranges cannot be read yet")
}
