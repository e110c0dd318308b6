package aws

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// The shares of AWS's burst and refill that this process takes. The rest is left to
// the account's own deployments, autoscalers and consoles, which draw on the same
// buckets. What the background takes counts against the share of the foreground.
const (
	foregroundShare = 0.80
	backgroundShare = 0.25
)

// How a bucket answers when AWS throttles it nevertheless (others draw on it too).
const (
	decrease  = 0.6  // of its rate, at each round of throttling
	floor     = 0.1  // of its rate, at least
	recovery  = 0.03 // of its rate, per second
	sameRound = 500 * time.Millisecond
)

type foregroundKey struct{}

// Foreground marks the calls made under the context as waited for: by a key that
// was pressed or a screen that has no rows yet. They may use more of AWS's budget
// than calls of the background, which is the default.
func Foreground(ctx context.Context) context.Context {
	return context.WithValue(ctx, foregroundKey{}, true)
}

func isForeground(ctx context.Context) bool {
	v, _ := ctx.Value(foregroundKey{}).(bool)
	return v
}

// Pacer holds the token buckets of this process, one per AWS throttle bucket,
// region and account.
type Pacer struct {
	mu     sync.Mutex
	scopes map[string]*scope
}

// scope is the buckets of one account.
type scope struct {
	mu      sync.Mutex
	buckets map[string]*bucket // by region and name
}

// NewPacer makes a pacer with full buckets.
func NewPacer() *Pacer { return &Pacer{scopes: map[string]*scope{}} }

func (p *Pacer) scope(key string) *scope {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.scopes[key]
	if !ok {
		s = &scope{buckets: map[string]*bucket{}}
		p.scopes[key] = s
	}
	return s
}

// learn says that the profile's key and the account's key mean one account. Profiles
// of the same account share the buckets of the one that was there first.
func (p *Pacer) learn(profile, account string) *scope {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.scopes[account]
	if !ok {
		if s, ok = p.scopes[profile]; !ok {
			s = &scope{buckets: map[string]*bucket{}}
		}
		p.scopes[account] = s
	}
	p.scopes[profile] = s
	return s
}

func (s *scope) bucket(op, region string) *bucket {
	l := limitOf(op, region)
	key := region + " " + l.name
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.buckets[key]
	if !ok {
		b = newBucket(l)
		s.buckets[key] = b
	}
	return b
}

// bucket is a token bucket with two classes of takers: the foreground is served
// first, the background within an allowance of its own.
type bucket struct {
	fg, bg limit // the shares of AWS's limit

	mu        sync.Mutex
	factor    float64 // of the rate, lowered by throttling
	level     float64 // tokens of all
	allowance float64 // tokens of the background
	last      time.Time
	throttled time.Time
	refused   float64      // how much of the latest calls, see throttle
	waiting   [2][]*waiter // background, foreground
	timer     *time.Timer
}

type waiter struct{ ready chan struct{} }

func newBucket(l limit) *bucket {
	share := func(f float64) limit { return limit{l.name, max(1, l.burst*f), l.refill * f} }
	b := &bucket{fg: share(foregroundShare), bg: share(backgroundShare), factor: 1, last: time.Now()}
	b.level, b.allowance = b.fg.burst, b.bg.burst
	return b
}

// wait takes a token, in turn.
func (b *bucket) wait(ctx context.Context, foreground bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &waiter{ready: make(chan struct{})}
	q := queueOf(foreground)
	b.mu.Lock()
	b.waiting[q] = append(b.waiting[q], w)
	b.serve()
	b.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.waiting[q], w); i >= 0 {
		b.waiting[q] = slices.Delete(b.waiting[q], i, i+1)
	} else { // it was served at the same moment: give the token back
		b.level++
		if !foreground {
			b.allowance++
		}
	}
	b.serve()
	return ctx.Err()
}

func queueOf(foreground bool) int {
	if foreground {
		return 1
	}
	return 0
}

// accepted reports that AWS took a call of this bucket.
func (b *bucket) accepted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = max(0, b.refused-1)
}

// throttle reports that AWS refused a call of this bucket for its number. Now and
// then a refusal between calls that pass says that others draw on the bucket, too,
// and costs no more than the call; two in a row, or every second call, say that
// there is no room.
func (b *bucket) throttle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if b.refused = min(b.refused+1.5, 3); b.refused >= 2.5 {
		if now := time.Now(); now.Sub(b.throttled) >= sameRound {
			b.throttled = now
			b.factor = max(floor, b.factor*decrease)
		}
		// AWS's bucket is empty, whatever ours believed.
		b.level, b.allowance = min(b.level, 0), min(b.allowance, 0)
	}
	b.serve()
}

func (b *bucket) refill() {
	now := time.Now()
	dt := now.Sub(b.last).Seconds()
	if dt <= 0 {
		return
	}
	b.last = now
	b.level = min(b.fg.burst, b.level+dt*b.fg.refill*b.factor)
	b.allowance = min(b.bg.burst, b.allowance+dt*b.bg.refill*b.factor)
	b.factor = min(1, b.factor+dt*recovery)
}

// serve gives tokens to those who wait and sets the timer for the next one. A hair
// less than a token counts as one: rates do not add up exactly in binary.
func (b *bucket) serve() {
	const one = 1 - 1e-9
	b.refill()
	for _, q := range []int{1, 0} {
		for len(b.waiting[q]) > 0 && b.level >= one && (q == 1 || b.allowance >= one) {
			w := b.waiting[q][0]
			b.waiting[q] = b.waiting[q][1:]
			b.level--
			if q == 0 {
				b.allowance--
			}
			close(w.ready)
		}
	}
	b.arm()
}

func (b *bucket) arm() {
	if len(b.waiting[0])+len(b.waiting[1]) == 0 {
		if b.timer != nil {
			b.timer.Stop()
		}
		return
	}
	seconds := (1 - b.level) / (b.fg.refill * b.factor)
	if len(b.waiting[1]) == 0 {
		seconds = max(seconds, (1-b.allowance)/(b.bg.refill*b.factor))
	}
	d := max(time.Millisecond, time.Duration(math.Ceil(seconds*float64(time.Second))))
	if b.timer != nil {
		b.timer.Reset(d)
		return
	}
	b.timer = time.AfterFunc(d, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.serve()
	})
}

// rate is what a taker may count on: a burst now and calls per second from then on.
func (b *bucket) rate(foreground bool) (burst int, perSecond float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if foreground {
		return int(max(0, b.level)), b.fg.refill * b.factor
	}
	return int(max(0, min(b.level, b.allowance))), b.bg.refill * b.factor
}

func (b *bucket) waiters() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting[0]) + len(b.waiting[1])
}
