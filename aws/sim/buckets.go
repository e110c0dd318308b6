package sim

import (
	"sync"
	"time"

	"ecsole/aws/sim/api"
)

// buckets are AWS's token buckets of this account and Region.
type buckets struct {
	mu  sync.Mutex
	all map[string]*tokens
}

type tokens struct {
	left float64
	last time.Time
}

func newBuckets() *buckets { return &buckets{all: map[string]*tokens{}} }

// take takes one token; false is a throttled call, which takes none.
func (b *buckets) take(service string, k api.Bucket, now time.Time) bool {
	if k.Name == "" || k.Burst <= 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	name := service + "/" + k.Name
	t := b.all[name]
	if t == nil {
		t = &tokens{left: k.Burst, last: now}
		b.all[name] = t
	}
	t.left = min(k.Burst, t.left+now.Sub(t.last).Seconds()*k.Refill)
	t.last = now
	if t.left < 1 {
		return false
	}
	t.left--
	return true
}
