package logs

import (
	"context"
	"fmt"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ecsole/aws"
	"ecsole/lines"
)

// Hub owns the tails of an account. Screens come and go; a place is read once,
// however many look at it.
type Hub struct {
	account *aws.Account
	budget  *lines.Budget
	ctx     context.Context
	stop    context.CancelFunc
	clock   clock
	work    sync.WaitGroup

	mu      sync.Mutex
	clients map[string]*sdk.Client
	feeds   map[place]*feed
	tails   map[string]*tail
	groups  map[place]groupFacts
	rosters map[place]*roster
	closed  bool
}

// HubOf is the account's hub, made at the first call with the budget that its
// stores are to share (nil: one of its own, of the default size).
func HubOf(a *aws.Account, b *lines.Budget) *Hub {
	return aws.Own(a, "logs.Hub", func(a *aws.Account) (*Hub, func()) {
		if b == nil {
			b = lines.NewBudget(0)
		}
		h := &Hub{
			account: a, budget: b, clients: map[string]*sdk.Client{}, feeds: map[place]*feed{},
			tails: map[string]*tail{}, groups: map[place]groupFacts{}, rosters: map[place]*roster{},
		}
		h.ctx, h.stop = context.WithCancel(a.Context())
		return h, h.close
	})
}

// Budget is what the hub's stores share.
func (h *Hub) Budget() *lines.Budget { return h.budget }

// close ends all tails and waits for them.
func (h *Hub) close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.stop()
	h.work.Wait()
}

// client is the region's client, made at first use.
func (h *Hub) client(region string) *sdk.Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.clients[region]
	if c == nil {
		c = sdk.NewFromConfig(h.account.ConfigIn(region))
		h.clients[region] = c
	}
	return c
}

// spawn runs f under the hub, unless that has been closed.
func (h *Hub) spawn(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.work.Go(f)
	}
}

// follow makes a sink hear what is new at a place.
func (h *Hub) follow(p place, s sink) *feed {
	h.mu.Lock()
	f := h.feeds[p]
	if f != nil {
		f.join(s)
		h.mu.Unlock()
		return f
	}
	now := h.clock.now()
	f = &feed{hub: h, place: p, head: now, begun: now, at: time.Now(), settled: now.Add(-settle - headEvery), sinks: []sink{s}}
	f.trouble = &trouble{source: p.String(), changed: f.poke}
	ctx, cancel := context.WithCancel(h.ctx)
	f.cancel = cancel
	h.feeds[p] = f
	h.mu.Unlock()
	h.spawn(func() { f.run(ctx) })
	return f
}

// unfollow ends a feed with its last sink.
func (h *Hub) unfollow(f *feed, s sink) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.leave(s) && h.feeds[f.place] == f {
		delete(h.feeds, f.place)
		f.cancel()
	}
}

// poke wakes the views of all who hear the feed.
func (f *feed) poke() {
	for _, s := range f.audience() {
		if t, ok := s.(interface{ poke() }); ok {
			t.poke()
		}
	}
}

// Tail starts to read, or joins those who read the same. It does no network
// itself: problems are states of the tail.
func (h *Hub) Tail(spec Spec) *Tail {
	h.mu.Lock()
	key := spec.key()
	t := h.tails[key]
	if t == nil {
		t = newTail(h, key, spec, h.budget)
		h.tails[key] = t
	}
	t.holds++
	h.mu.Unlock()
	t.start()
	return &Tail{tail: t}
}

// key is the same for specs that ask for the same.
func (s Spec) key() string {
	k := s.Scope
	for _, x := range s.Sources {
		k += fmt.Sprintf("\x00%s\x01%s\x01%s\x01%s", x.Region, x.Group, x.Prefix, x.Stream)
	}
	return k + fmt.Sprintf("\x00%d %d %v %v", s.Range.From.UnixNano(), s.Range.To.UnixNano(), s.Range.Last, s.Range.Head)
}

// release lets go of a tail.
func (h *Hub) release(t *tail) {
	h.mu.Lock()
	t.holds--
	last := t.holds == 0
	if last {
		delete(h.tails, t.key)
	}
	h.mu.Unlock()
	if last {
		t.end()
	}
}

// Rates is how far each place that is followed is behind, for diagnostics.
func (h *Hub) Rates() map[string]time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]time.Duration{}
	for p, f := range h.feeds {
		head, _ := f.state()
		out[p.String()] = h.clock.now().Sub(head)
	}
	return out
}
