package logs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws"
	"ecsole/lines"
)

// How a place is followed. An event can be read only some time after its own time,
// and usually within a second; some come up to ten seconds late. So each moment is
// read twice: soon, by a head pass every two seconds, and again when it is twelve
// seconds old, by a late pass.
const (
	headEvery = 2 * time.Second
	overlap   = time.Second // of a head pass with the one before
	settle    = 10500 * time.Millisecond
	// lagging is how old the newest complete reading may be before it is called a
	// lag: an interval, a pass of some pages, and the event's own way.
	lagging = 5 * time.Second
	// lookedAt: lines that were looked at so recently are worth the foreground's pace.
	lookedAt = 15 * time.Second
)

// sink takes what a feed reads.
type sink interface {
	take(p place, events []types.FilteredLogEvent, m lines.Mode)
	viewed() time.Time
}

// feed follows one place, for all tails that want it.
type feed struct {
	hub     *Hub
	place   place
	trouble *trouble
	cancel  context.CancelFunc

	mu      sync.Mutex
	sinks   []sink
	head    time.Time // all before has been read once
	settled time.Time // and again
}

// state is how far the feed has come.
func (f *feed) state() (head, settled time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.head, f.settled
}

func (f *feed) join(s sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sinks = append(f.sinks, s)
}

// leave reports whether nobody is left.
func (f *feed) leave(s sink) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sinks = slices.DeleteFunc(f.sinks, func(x sink) bool { return x == s })
	return len(f.sinks) == 0
}

func (f *feed) audience() []sink {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sinks)
}

// run follows until the context ends.
func (f *feed) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { f.every(ctx, f.headPass) })
	wg.Go(func() { f.every(ctx, f.latePass) })
	wg.Wait()
}

// every runs a pass at each interval, or at once where the one before took longer.
func (f *feed) every(ctx context.Context, pass func(context.Context) error) {
	for ctx.Err() == nil {
		began := time.Now()
		if err := pass(ctx); err != nil && !errors.Is(err, errGone) {
			return // only the context's end
		}
		if sleep(ctx, headEvery-time.Since(began)) != nil {
			return
		}
	}
}

// pace chooses what the calls of a pass may use of AWS's limit.
func (f *feed) pace(ctx context.Context) context.Context {
	for _, s := range f.audience() {
		if time.Since(s.viewed()) < lookedAt {
			return aws.Foreground(ctx)
		}
	}
	return ctx
}

func (f *feed) headPass(ctx context.Context) error {
	until := f.hub.clock.now()
	head, _ := f.state()
	from := head.Add(-overlap)
	err := f.pass(f.pace(ctx), from, until, lines.Mode{})
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	f.mu.Lock()
	f.head = until
	// What was that old when it was read need not be read again.
	if old := until.Add(-settle); !from.After(f.settled) && old.After(f.settled) {
		f.settled = old
	}
	f.mu.Unlock()
	f.tell(until.Sub(head) > lagging)
	return err
}

func (f *feed) latePass(ctx context.Context) error {
	head, from := f.state()
	until := f.hub.clock.now().Add(-settle)
	if until.After(head) {
		until = head // the head pass itself is late
	}
	if until.Sub(from) < headEvery/2 {
		return nil
	}
	if time.Since(head) < lagging { // else what is new comes first
		ctx = f.pace(ctx)
	}
	err := f.pass(ctx, from, until, lines.Mode{Late: true})
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	f.mu.Lock()
	if until.After(f.settled) {
		f.settled = until
	}
	f.mu.Unlock()
	return err
}

func (f *feed) pass(ctx context.Context, from, until time.Time, m lines.Mode) error {
	return f.hub.span(ctx, f.place, from.UnixMilli(), until.UnixMilli(), f.trouble, func(events []types.FilteredLogEvent) bool {
		if len(events) > 0 {
			for _, s := range f.audience() {
				s.take(f.place, events, m)
			}
		}
		return true
	})
}

// tell lets views know that the state beside the lines has changed.
func (f *feed) tell(lag bool) {
	if lag {
		f.trouble.changed()
	}
}
