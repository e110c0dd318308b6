package lines

import (
	"math"
	"sync"
	"sync/atomic"
)

// DefaultBudget is for the text and index of all stores of the process, in bytes.
const DefaultBudget = 256 << 20

// Budget is the memory that several stores share. When it is used up, the store
// that was looked at least recently gives way, oldest lines first.
type Budget struct {
	limit, used atomic.Int64

	giving sync.Mutex // one at a time takes memory back
	mu     sync.Mutex // guards stores
	stores map[*Store]struct{}
}

// NewBudget makes a budget of that many bytes; 0 or less means DefaultBudget.
func NewBudget(limit int64) *Budget {
	b := &Budget{stores: map[*Store]struct{}{}}
	b.SetLimit(limit)
	return b
}

// Usage is what a budget holds and allows, in bytes.
type Usage struct {
	Used, Limit int64
	Stores      int
}

// Usage tells what is used of the budget now.
func (b *Budget) Usage() Usage {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Usage{Used: b.used.Load(), Limit: b.limit.Load(), Stores: len(b.stores)}
}

// Full reports whether older lines can only be stored by dropping others.
func (b *Budget) Full() bool { return b.used.Load() > b.limit.Load()-2*arenaText }

// SetLimit changes the limit; 0 or less means DefaultBudget. Lines go with the
// next append.
func (b *Budget) SetLimit(limit int64) {
	if limit <= 0 {
		limit = DefaultBudget
	}
	b.limit.Store(limit)
}

func (b *Budget) join(s *Store) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stores[s] = struct{}{}
}

func (b *Budget) leave(s *Store) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.stores, s)
}

func (b *Budget) add(d int64) { b.used.Add(d) }

// enforce makes stores give way until the limit holds. It is called without any
// store's lock.
func (b *Budget) enforce() {
	if b.used.Load() <= b.limit.Load() {
		return
	}
	b.giving.Lock()
	defer b.giving.Unlock()
	for b.used.Load() > b.limit.Load() {
		s := b.leastViewed()
		if s == nil {
			return
		}
		s.giveWay(b.used.Load() - b.limit.Load())
	}
}

// leastViewed is the store with lines that was looked at longest ago.
func (b *Budget) leastViewed() *Store {
	b.mu.Lock()
	defer b.mu.Unlock()
	var least *Store
	at := int64(math.MaxInt64)
	for s := range b.stores {
		if v := s.viewed.Load(); v < at && s.evictable() {
			least, at = s, v
		}
	}
	return least
}

// evictable reports whether there is something to drop; the newest lines of a
// store always stay, however small the budget.
func (s *Store) evictable() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.all.o.n > leafSlots
}

// giveWay drops the oldest lines, at least so many that the bytes come back or
// only the newest are left.
func (s *Store) giveWay(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.stats.Bytes
	for before-s.stats.Bytes < bytes && s.all.o.n > leafSlots {
		n := min(leafSlots, s.all.o.n-leafSlots)
		s.drop(n)
		s.stats.Evicted += int64(n)
	}
}
