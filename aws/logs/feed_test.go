package logs

import (
	"sync"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
	"ecsole/lines"
)

// reading is one page that a feed brought.
type reading struct {
	at          time.Time
	first, last time.Time // of its events
	late        bool
}

// watcher is a sink that keeps when which events were brought.
type watcher struct {
	mu   sync.Mutex
	got  []reading
	seen map[string]int
}

func (w *watcher) viewed() time.Time { return time.Now() }

func (w *watcher) take(_ place, events []types.FilteredLogEvent, m lines.Mode) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := reading{at: time.Now(), late: m.Late}
	for _, e := range events {
		at := time.UnixMilli(sdkaws.ToInt64(e.Timestamp))
		if r.first.IsZero() || at.Before(r.first) {
			r.first = at
		}
		if at.After(r.last) {
			r.last = at
		}
		w.seen[sdkaws.ToString(e.EventId)]++
	}
	w.got = append(w.got, r)
}

// TestEachMomentIsReadSoonAndAgain holds a feed to its times: a head pass at least
// every two seconds, which overlaps the one before by a second, and a late pass over
// everything at the age of about twelve.
func TestEachMomentIsReadSoonAndAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 30)
		p := places([]Source{floodSource})[0]
		w := &watcher{seen: map[string]int{}}
		f := r.hub.follow(p, w)
		wait(time.Minute)
		r.hub.unfollow(f, w)
		w.mu.Lock()
		defer w.mu.Unlock()
		var head, late []reading
		for _, g := range w.got {
			if g.late {
				late = append(late, g)
			} else {
				head = append(head, g)
			}
		}
		const step = 500 * time.Millisecond // between events, and some for the calls
		for i := 1; i < len(head); i++ {
			if d := head[i].at.Sub(head[i-1].at); d > 2*time.Second+step {
				t.Errorf("a head pass %v after the one before", d)
			}
			if i > 2 && head[i].first.After(head[i-1].at.Add(-time.Second+step)) {
				t.Errorf("a head pass begins at %v, %v after the end of the one before", head[i].first, head[i].first.Sub(head[i-1].at))
			}
		}
		for i, g := range late {
			if age := g.at.Sub(g.last); age < 10*time.Second {
				t.Errorf("a late pass over what is %v old", age)
			}
			if age := g.at.Sub(g.first); age > 14*time.Second && i > 1 {
				t.Errorf("a late pass comes at the age of %v", age)
			}
		}
		if len(head) < 25 || len(late) < 15 {
			t.Errorf("%d head passes and %d late ones in a minute", len(head), len(late))
		}
	})
}
