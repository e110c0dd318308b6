package findings

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"ecsole/aws"
)

// Pace of the watcher: GuardDuty publishes no faster than every few minutes, and
// its calls are free of charge.
const (
	every   = time.Minute
	slowest = 8 * time.Minute
	timeout = 45 * time.Second
)

// Watcher keeps the account's findings fresh. It belongs to the Account and ends
// with it; screens read snapshots.
type Watcher struct {
	client *Client
	ctx    context.Context
	cancel context.CancelFunc
	begin  sync.Once
	poke   chan struct{}
	done   chan struct{}

	mu      sync.Mutex
	index   *Index
	err     error
	tried   time.Time
	waiters map[chan struct{}]struct{}
}

// Watch returns the account's watcher. It calls nobody until somebody wants to know:
// what has no use for findings does not pay for them, and the first list on screen
// does not share the start with them.
func Watch(a *aws.Account) *Watcher {
	return aws.Own(a, "findings", func(a *aws.Account) (*Watcher, func()) {
		ctx := a.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		w := &Watcher{client: New(a), poke: make(chan struct{}, 1), done: make(chan struct{}), waiters: map[chan struct{}]struct{}{}}
		w.ctx, w.cancel = context.WithCancel(ctx)
		return w, w.close
	})
}

// Begin starts to poll, if nobody has before. Snapshot, Changed and Refresh do, too.
func (w *Watcher) Begin() { w.begin.Do(func() { go w.run(w.ctx) }) }

func (w *Watcher) close() {
	w.cancel()
	w.begin.Do(func() { close(w.done) })
	<-w.done
}

// Snapshot is what is known: the index (nil before the first answer), how old it
// is, and the error of the latest attempt, nil where it went well. After an error
// the index is the last one that could be read.
func (w *Watcher) Snapshot() (*Index, time.Duration, error) {
	w.Begin()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.index == nil {
		return nil, 0, w.err
	}
	return w.index, time.Since(w.index.At), w.err
}

// Tried is when the latest attempt ended, zero before the first.
func (w *Watcher) Tried() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tried
}

// Refresh asks for an attempt now.
func (w *Watcher) Refresh() {
	w.Begin()
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

// Changed returns a channel that holds one token when an attempt has ended since
// the last receive, and a function that gives the channel back.
func (w *Watcher) Changed() (<-chan struct{}, func()) {
	w.Begin()
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	w.waiters[ch] = struct{}{}
	w.mu.Unlock()
	return ch, func() {
		w.mu.Lock()
		delete(w.waiters, ch)
		w.mu.Unlock()
	}
}

func (w *Watcher) run(ctx context.Context) {
	defer close(w.done)
	wait := every
	for {
		err := w.once(ctx)
		wait = next(wait, err)
		t := time.NewTimer(jitter(wait))
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-w.poke:
			t.Stop()
		case <-t.C:
		}
	}
}

// next doubles the wait under throttling and takes it back when that is over.
func next(wait time.Duration, err error) time.Duration {
	if e := aws.AsError(err); err != nil && e != nil && e.Class == aws.Throttled {
		return min(2*wait, slowest)
	}
	return every
}

// jitter spreads d by a tenth to both sides, so that consoles do not march in step.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)*0.2*float64(d))
}

// once reads everything and puts it up. A listing that broke off leaves the index
// before in place: half of the findings must not look like all of them.
func (w *Watcher) once(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	at := time.Now()
	state, err := w.client.State(ctx)
	var all []Finding
	var missing error
	fatal := err != nil && len(state.Detectors) == 0
	if !fatal {
		for page := range w.client.All(ctx) {
			all = append(all, page.Items...)
			for _, g := range page.Gaps {
				missing = errors.Join(missing, g.Err)
				fatal = fatal || g.Fatal
			}
		}
		err = errors.Join(err, missing)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tried = time.Now()
	// What could be read in part is better than nothing, not than all of it.
	if !fatal && (missing == nil || w.index == nil || w.index.Gaps) {
		x := NewIndex(at, state, all)
		x.Gaps = missing != nil
		w.index = x
	}
	w.err = err
	for ch := range w.waiters {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	return err
}
