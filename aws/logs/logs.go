// Package logs reads the logs of containers from CloudWatch: where they are,
// worked out from task definitions; tails that run on their own and lose nothing;
// ranges and older pages; Live Tail; Logs Insights.
package logs

import (
	"context"
	"time"

	"ecsole/lines"
)

// Range is the time that a tail covers. The zero Range is the newest lines and all
// that come.
type Range struct {
	From time.Time     // zero: as many as fill some screens, counted back from To
	Last time.Duration // instead of From: counted back from the moment of opening
	To   time.Time     // zero: follow
	Head bool          // from the first line that there is
}

// Spec asks for a tail.
type Spec struct {
	Sources []Source
	Range   Range
	// Scope tells specs with equal sources apart that Tasks answers differently for:
	// the service's ARN.
	Scope string
	// Tasks tells about tasks by their ids; one that is missing from the answer is
	// not known (any more). nil: nothing is known, and all belong to what is asked
	// for. It is called outside the event loop: for each task whose stream turns up,
	// and now and then again for those that have not ended.
	Tasks func(ctx context.Context, ids []string) (map[string]Task, error)
}

// Task is what a tail wants to know about a task.
type Task struct {
	// Stranger tasks write under the same prefix but belong to something else: their
	// lines are left out.
	Stranger bool
	Label    string    // short name; "" is the beginning of its id
	Ended    string    // why it ended: "exit 137, out of memory"; "" while it runs
	At       time.Time // when; zero where that is not known
}

// Tail is one reader's hold on lines that are being read. It is read, and closed,
// from any goroutine.
type Tail struct {
	tail *tail
	done onceFlag
}

// Store is where the lines are.
func (t *Tail) Store() *lines.Store { return t.tail.store }

// State tells how reading stands now.
func (t *Tail) State() lines.State { return t.tail.state() }

// Older reads one more step before the oldest line, and returns when that is done.
func (t *Tail) Older(ctx context.Context) error { return t.tail.older(ctx) }

// SetLive turns the low-latency path on or off, for all who share the tail.
func (t *Tail) SetLive(on bool) { t.tail.setLive(on) }

// Close lets go of the tail; reading ends with the last hold.
func (t *Tail) Close() {
	if t.done.first() {
		t.tail.hub.release(t.tail)
	}
}
