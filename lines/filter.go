package lines

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Matcher decides on lines. Scan looks at a whole block of them at once, so that
// a search can run over their text as one; it calls hit with the numbers of those
// that match, upwards, and gives up when hit returns false. Both are called by
// several goroutines.
type Matcher interface {
	Match(text []byte, level Level) bool
	Scan(b Block, hit func(i int) bool)
}

// Block is a run of lines whose texts follow each other without a gap.
type Block interface {
	Text() []byte
	Len() int
	// Span is where the text of line i begins and ends.
	Span(i int) (from, to int)
	Level(i int) Level
	Stream(i int) StreamID
}

// Result is a filter at work: the lines that match, as far as they have been
// looked at, the newest first; what comes later is looked at as it comes. What was
// looked at once is not looked at again.
type Result struct {
	Sequence
	m       Matcher
	ctx     context.Context
	scanned map[*arena]int // entries looked at; the scanner's own
	seen    atomic.Int64
	total   atomic.Int64
	idle    atomic.Bool
	ended   chan struct{}
}

// Filter starts to look for the lines that match. It ends with the context.
func (s *Store) Filter(ctx context.Context, m Matcher) *Result {
	r := &Result{m: m, ctx: ctx, scanned: map[*arena]int{}, ended: make(chan struct{})}
	r.s, r.o.s = s, s
	r.counts = newCounts()
	s.mu.Lock()
	s.results = append(s.results, &r.Sequence)
	r.total.Store(int64(s.all.o.n))
	s.mu.Unlock()
	go r.run()
	return r
}

// Progress tells how many lines have been looked at, of how many; idle is true
// while there is nothing left to look at.
func (r *Result) Progress() (seen, total int, idle bool) {
	return int(r.seen.Load()), int(r.total.Load()), r.idle.Load()
}

// Ended is closed when the filter has stopped working.
func (r *Result) Ended() <-chan struct{} { return r.ended }

func (r *Result) run() {
	defer close(r.ended)
	changed, stop := r.s.Watch()
	defer stop()
	defer r.leave()
	for {
		if parts := r.gather(); len(parts) > 0 && r.ctx.Err() == nil {
			r.scan(parts)
			continue // what came meanwhile
		}
		if r.ctx.Err() == nil && !r.idle.Swap(true) {
			r.s.Poke()
		}
		select {
		case <-r.ctx.Done():
			return
		case <-changed:
		}
	}
}

func (r *Result) leave() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.results = slices.DeleteFunc(r.s.results, func(q *Sequence) bool { return q == &r.Sequence })
}

// part is what of an arena is still to be looked at. Its text and index are never
// written again, so it is read without the lock.
type part struct {
	a    *arena
	from int // the first entry
	text []byte
	ents []entry
	zero uint32 // where text begins in the arena
}

func (p *part) Text() []byte { return p.text }
func (p *part) Len() int     { return len(p.ents) }
func (p *part) Span(i int) (from, to int) {
	e := &p.ents[i]
	return int(e.off - p.zero), int(e.off - p.zero + e.n)
}
func (p *part) Level(i int) Level     { return Level(p.ents[i].level) }
func (p *part) Stream(i int) StreamID { return StreamID(p.ents[i].stream) }

// gather lists what has not been looked at, the newest first.
func (r *Result) gather() []*part {
	r.s.mu.RLock()
	defer r.s.mu.RUnlock()
	var parts []*part
	todo := 0
	alive := make(map[*arena]int, len(r.scanned))
	for _, a := range r.s.arenas {
		if a == nil {
			continue
		}
		from := r.scanned[a]
		alive[a] = len(a.ents)
		if from == len(a.ents) {
			continue
		}
		zero := a.ents[from].off
		parts = append(parts, &part{a: a, from: from, zero: zero, text: a.text[zero:len(a.text):len(a.text)], ents: a.ents[from:len(a.ents):len(a.ents)]})
		todo += len(a.ents) - from
	}
	r.scanned = alive
	r.total.Store(r.seen.Load() + int64(todo))
	if todo > arenaLines {
		r.idle.Store(false)
	}
	slices.SortFunc(parts, func(x, y *part) int { return cmp.Compare(y.ents[0].time, x.ents[0].time) })
	return parts
}

// scan looks at the parts on all processors.
func (r *Result) scan(parts []*part) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		wg.Go(func() {
			for r.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(parts) {
					return
				}
				r.look(parts[i])
			}
		})
	}
	wg.Wait()
}

// look finds the matching lines of one part and puts them where they belong.
func (r *Result) look(p *part) {
	var hits []uint32
	base := p.a.no<<slotBits | uint32(p.from)
	r.m.Scan(p, func(i int) bool {
		hits = append(hits, base+uint32(i))
		return i&255 != 0 || r.ctx.Err() == nil
	})
	r.seen.Add(int64(len(p.ents)))
	if len(hits) == 0 || r.ctx.Err() != nil {
		return
	}
	key := func(slot uint32) Key {
		e := &p.ents[slot-base]
		return Key{e.time, e.ingested, StreamID(e.stream), slot}
	}
	byKey := func(x, y uint32) int { return key(x).Compare(key(y)) }
	if !slices.IsSortedFunc(hits, byKey) {
		slices.SortFunc(hits, byKey)
	}
	r.publish(p.a, hits)
}

func (r *Result) publish(a *arena, hits []uint32) {
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arenas[a.no] != a || s.all.o.n == 0 {
		return // all of it has gone meanwhile
	}
	oldest := s.key(s.all.o.at(0))
	hits = slices.DeleteFunc(hits, func(slot uint32) bool {
		k := s.key(slot)
		return k.Compare(oldest) < 0 || s.dropped[k.Stream]
	})
	if len(hits) == 0 {
		return
	}
	r.o.insertAll(hits)
	for _, slot := range hits {
		r.counts.add(r.entry(slot), 1)
	}
	s.notify()
}
