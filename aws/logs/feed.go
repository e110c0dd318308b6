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
// read twice: soon, by a head pass, and again when it is about twelve seconds old,
// by a late pass.
const (
	headEvery = 2 * time.Second
	// busyEvery is for places where the pass before has found something.
	busyEvery = 1300 * time.Millisecond
	// A head pass begins a second before the end of the one before, for what was
	// still on its way then. Where a pass takes many pages, reading that second twice
	// costs too much: there it ends so long before the present instead.
	overlap   = time.Second
	onItsWay  = 930 * time.Millisecond
	fewPages  = 2
	lateEvery = 2 * time.Second
	settle    = 10500 * time.Millisecond
	// lateEnough is the age at which late events do not wait for new ones any more.
	lateEnough = 13 * time.Second
	// lagging is how old the newest complete reading may be before it is called a
	// lag: an interval, a pass of some pages, and the event's own way.
	lagging = 5 * time.Second
	// farBehind: the late passes make way.
	farBehind = 10 * time.Second
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

	// heading is closed when the head pass of many pages ends that is at work now;
	// nil where there is none.
	heading chan struct{}

	// Of the latest head pass, its own: when it began, what it took and found.
	begun         time.Time
	at            time.Time // the same by this machine's clock, for the latest that ended
	pages, events int
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
	wg.Go(func() { every(ctx, f.headPass) })
	wg.Go(func() { every(ctx, f.latePass) })
	wg.Wait()
}

// every runs a pass at the interval that the one before gave, or at once where that
// took longer.
func every(ctx context.Context, pass func(context.Context) (time.Duration, error)) {
	for ctx.Err() == nil {
		began := time.Now()
		interval, err := pass(ctx)
		if err != nil && !errors.Is(err, errGone) {
			return // only the context's end
		}
		if sleep(ctx, interval-time.Since(began)) != nil {
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

func (f *feed) headPass(ctx context.Context) (time.Duration, error) {
	now := f.hub.clock.now()
	f.checkClock(now)
	head, settled := f.state()
	from, until := f.begun.Add(-overlap), now
	if from.After(head) {
		from = head
	}
	if f.pages > fewPages {
		if until = now.Add(-onItsWay); until.Before(head) {
			return busyEvery, nil
		}
		defer f.goesFirst()()
	}
	at := time.Now()
	f.begun, f.pages, f.events = now, 0, 0
	err := f.pass(ctx, f.pace, from, until, lines.Mode{}, &f.pages, &f.events)
	if err != nil && !errors.Is(err, errGone) {
		return 0, err
	}
	f.at = at
	f.mu.Lock()
	f.head = until
	// What was that old when it was read need not be read again.
	if old := now.Add(-settle); !from.After(settled) && old.After(f.settled) && !old.After(until) {
		f.settled = old
	}
	f.mu.Unlock()
	if now.Sub(head) > lagging {
		f.poke()
	}
	if f.events > 0 {
		return busyEvery, err
	}
	return headEvery, err
}

// checkClock goes back to where reading was, after it has turned out that AWS's
// clock stands before the one by which it was done.
func (f *feed) checkClock(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.head.After(now) {
		return
	}
	f.head = now.Add(-time.Since(f.at))
	f.begun = f.head
	if old := f.head.Add(-settle - headEvery); f.settled.After(old) {
		f.settled = old
	}
}

func (f *feed) latePass(ctx context.Context) (time.Duration, error) {
	head, from := f.state()
	until := f.hub.clock.now().Add(-settle)
	if until.After(head) {
		until = head // the head pass itself is late
	}
	if until.Sub(from) < lateEvery/2 {
		return lateEvery, nil
	}
	pace := func(ctx context.Context) context.Context {
		if head, _ := f.state(); f.hub.clock.now().Sub(head) < farBehind {
			return f.pace(ctx)
		}
		return ctx // what is new comes first
	}
	var pages, events int
	f.giveWay(ctx, from)
	err := f.pass(ctx, pace, from, until, lines.Mode{Late: true}, &pages, &events)
	if err != nil && !errors.Is(err, errGone) {
		return 0, err
	}
	f.mu.Lock()
	if f.settled.Equal(from) && until.After(from) { // nobody has moved it meanwhile
		f.settled = until
	}
	f.mu.Unlock()
	return lateEvery, err
}

// goesFirst makes the late pass wait for a head pass of many pages; the function it
// returns ends that.
func (f *feed) goesFirst() func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heading = make(chan struct{})
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		close(f.heading)
		f.heading = nil
	}
}

// giveWay waits, before a page of a late pass that begins at from, for the head
// pass, as long as the late events are not getting too late for that.
func (f *feed) giveWay(ctx context.Context, from time.Time) {
	f.mu.Lock()
	heading := f.heading
	f.mu.Unlock()
	if heading == nil {
		return
	}
	t := time.NewTimer(lateEnough - f.hub.clock.now().Sub(from))
	defer t.Stop()
	select {
	case <-heading:
	case <-t.C:
	case <-ctx.Done():
	}
}

func (f *feed) pass(ctx context.Context, pace func(context.Context) context.Context, from, until time.Time, m lines.Mode, pages, found *int) error {
	return f.hub.spanAt(ctx, pace, f.place, from.UnixMilli(), until.UnixMilli(), f.trouble, func(events []types.FilteredLogEvent) bool {
		*pages++
		*found += len(events)
		if m.Late {
			f.giveWay(ctx, from)
		}
		if len(events) > 0 {
			for _, s := range f.audience() {
				s.take(f.place, events, m)
			}
		}
		return true
	})
}
