package lines

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Store holds the lines of one view of the world: a service, a task.
type Store struct {
	budget  *Budget
	viewed  atomic.Int64 // when it was last read, nanoseconds
	version atomic.Uint64

	mu      sync.RWMutex
	arenas  []*arena // by number; nil where free
	tail    *arena   // takes what is newer than nearly all
	back    *arena   // takes older pages, so that an arena's lines lie close in time
	all     Sequence
	results []*Sequence
	streams []Stream
	names   map[streamName]StreamID
	dropped map[StreamID]bool
	run     run
	stats   Stats
	watch   map[chan struct{}]struct{}
	closed  bool
}

type streamName struct{ group, name string }

// Stats counts what a store has seen.
type Stats struct {
	Lines      int   // stored now
	Bytes      int64 // text and index, as charged to the budget
	Added      int64 // stored since the beginning
	Duplicates int64 // left out because they were there
	Late       int64 // stored as late
	Evicted    int64 // dropped because the budget was used up
	Errors     int64 // lines of level error or fatal since the beginning
}

// New makes an empty store on a budget; a nil budget is one of its own.
func New(b *Budget) *Store {
	if b == nil {
		b = NewBudget(0)
	}
	s := &Store{budget: b, names: map[streamName]StreamID{}, dropped: map[StreamID]bool{}, watch: map[chan struct{}]struct{}{}}
	s.all.o.s, s.all.s = s, s
	s.all.counts = newCounts()
	s.viewed.Store(time.Now().UnixNano())
	b.join(s)
	return s
}

// Close gives the memory back. Lines that were read stay valid.
func (s *Store) Close() {
	s.budget.leave(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.drop(s.all.o.n)
	s.notify()
}

// Viewed is when the store was last read.
func (s *Store) Viewed() time.Time { return time.Unix(0, s.viewed.Load()) }

// Version changes whenever what can be read changes.
func (s *Store) Version() uint64 { return s.version.Load() }

// Stats counts.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.stats
	st.Lines = s.all.o.n
	return st
}

// Budget is what the store draws on.
func (s *Store) Budget() *Budget { return s.budget }

// All is the sequence of all lines.
func (s *Store) All() *Sequence { return &s.all }

// StreamID finds the number of a stream by its group and name, and makes one for
// a stream that is new.
func (s *Store) StreamID(st Stream) StreamID {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := streamName{st.Group, st.Name}
	if id, ok := s.names[n]; ok {
		return id
	}
	id := StreamID(len(s.streams))
	s.streams = append(s.streams, st)
	s.names[n] = id
	s.notify()
	return id
}

// SetStream changes what is known of a stream.
func (s *Store) SetStream(id StreamID, change func(*Stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(id) < len(s.streams) {
		change(&s.streams[id])
		s.notify()
	}
}

// Streams are all streams, by number.
func (s *Store) Streams() []Stream {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.streams)
}

// DropStream removes the lines of a stream that turned out not to belong here,
// and lets none of it in any more.
func (s *Store) DropStream(id StreamID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped[id] {
		return
	}
	s.dropped[id] = true
	s.run.valid = false
	ours := func(slot uint32) bool { return s.key(slot).Stream != id }
	for _, q := range s.results {
		q.keep(ours, func(uint32) {})
	}
	s.all.keep(ours, s.release)
	s.notify()
}

// Watch returns a channel that holds at most one "changed"; stop ends it.
func (s *Store) Watch() (changed <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch[ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watch, ch)
	}
}

// notify tells the watchers, under the lock.
func (s *Store) notify() {
	s.version.Add(1)
	for ch := range s.watch {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (s *Store) key(slot uint32) Key {
	e := &s.arenas[slot>>slotBits].ents[slot&slotMask]
	return Key{Time: e.time, Ingested: e.ingested, Stream: StreamID(e.stream), Slot: slot}
}

// fresh makes an arena under the next free number, counting upwards, so that
// slots grow with arrival as long as the numbers last.
func (s *Store) fresh(first int) *arena {
	n := len(s.arenas)
	if n == arenaMax {
		n = slices.Index(s.arenas, nil)
	} else {
		s.arenas = append(s.arenas, nil)
	}
	a := newArena(uint32(n), first)
	s.arenas[n] = a
	return a
}

// charge brings the budget's view of an arena up to date.
func (s *Store) charge(a *arena) {
	d := a.size() - a.held
	a.held += d
	s.stats.Bytes += d
	s.budget.add(d)
}

// release forgets one stored line, under the lock; the arena goes with its last.
func (s *Store) release(slot uint32) {
	a := s.arenas[slot>>slotBits]
	if a.live--; a.live > 0 || a == s.tail || a == s.back {
		return
	}
	s.free(a)
}

func (s *Store) free(a *arena) {
	s.arenas[a.no] = nil
	s.stats.Bytes -= a.held
	s.budget.add(-a.held)
	a.held = 0
}

// drop forgets the n oldest lines, under the lock.
func (s *Store) drop(n int) {
	n = min(n, s.all.o.n)
	if n == 0 {
		return
	}
	for _, q := range s.results {
		q.dropBelow(s.all.o.at(n - 1))
	}
	s.all.eachFront(n, s.release)
	s.all.o.dropFront(n)
	s.run.valid = false
	for _, a := range []**arena{&s.tail, &s.back} {
		if *a != nil && (*a).live == 0 {
			s.free(*a)
			*a = nil
		}
	}
	s.notify()
}
