package logtext

import (
	"cmp"
	"container/heap"
	"math"
	"time"
)

// Reader walks the events of streams in one order: by time, then stream, then the
// order in the stream; or in the reverse of it.
type Reader struct {
	from, to, now int64
	back          bool
	after         *Pos
	walkers       walkers
	w             writer
	events        []Event // of the unit in hand, in reading order
	// Read counts the events made so far, skipped ones too: what the reading cost.
	Read int
}

// Forward reads from the oldest event on, those between from and to (inclusive)
// that were ingested by now, and with after set only those behind it.
func Forward(streams []*Stream, from, to, now time.Time, after *Pos) *Reader {
	return newReader(streams, from, to, now, after, false)
}

// Backward reads from the newest event on, and with before set only those before it.
func Backward(streams []*Stream, from, to, now time.Time, before *Pos) *Reader {
	return newReader(streams, from, to, now, before, true)
}

func newReader(streams []*Stream, from, to, now time.Time, edge *Pos, back bool) *Reader {
	r := &Reader{from: from.UnixMilli(), to: to.UnixMilli(), now: now.UnixMilli(), back: back, after: edge}
	r.to = min(r.to, r.now) // nothing is logged ahead of time
	if edge != nil {
		if back {
			r.to = min(r.to, edge.Time)
		} else {
			r.from = max(r.from, edge.Time)
		}
	}
	for _, s := range streams {
		if w := r.walker(s); w != nil {
			r.walkers.list = append(r.walkers.list, w)
		}
	}
	r.walkers.back = back
	heap.Init(&r.walkers)
	return r
}

// Next is the next event; false is the end.
func (r *Reader) Next() (Event, bool) {
	for {
		for len(r.events) > 0 {
			e := r.events[0]
			r.events = r.events[1:]
			if r.after == nil || r.back && e.Pos().Compare(*r.after) < 0 || !r.back && e.Pos().Compare(*r.after) > 0 {
				return e, true
			}
		}
		if !r.fetch() {
			return Event{}, false
		}
	}
}

// fetch renders the next unit.
func (r *Reader) fetch() bool {
	for len(r.walkers.list) > 0 {
		w := r.walkers.list[0]
		if w.units == nil {
			if !r.load(w) {
				heap.Pop(&r.walkers)
			} else {
				heap.Fix(&r.walkers, 0)
			}
			continue
		}
		u := w.take(r.back)
		if len(w.units) == 0 && !w.step(r) {
			heap.Pop(&r.walkers)
		} else {
			heap.Fix(&r.walkers, 0)
		}
		r.events = w.stream.render(&r.w, u, r.now)
		r.Read += len(r.events)
		if r.back {
			for i, j := 0, len(r.events)-1; i < j; i, j = i+1, j-1 {
				r.events[i], r.events[j] = r.events[j], r.events[i]
			}
		}
		return true
	}
	return false
}

// walker goes through one stream slot by slot.
type walker struct {
	stream   *Stream
	key      uint64
	slot     int64  // the one that units are of, or that is to be loaded
	units    []unit // what is left of it; nil: not loaded yet
	bound    int64  // no event of this stream comes before (behind, when going back)
	low, top int64  // the stream's own range
}

func (r *Reader) walker(s *Stream) *walker {
	if s.Start.IsZero() {
		return nil
	}
	w := &walker{stream: s, key: s.key, low: max(r.from, s.Start.UnixMilli()), top: r.to}
	if !s.End.IsZero() {
		w.top = min(w.top, s.End.UnixMilli())
	}
	if w.low > w.top {
		return nil
	}
	length := s.length
	w.slot, w.bound = w.low/length, w.low
	if r.back {
		w.slot, w.bound = w.top/length, w.top
	}
	return w
}

// load reads the walker's slot, or the next that is not empty within a few steps.
func (r *Reader) load(w *walker) bool {
	w.units = w.stream.units(w.slot, w.low, w.top)
	if len(w.units) == 0 {
		return w.step(r)
	}
	w.bound = w.edge(r.back)
	return true
}

func (w *walker) edge(back bool) int64 {
	if back {
		return w.units[len(w.units)-1].at
	}
	return w.units[0].at
}

// take removes the next unit.
func (w *walker) take(back bool) unit {
	n := len(w.units) - 1
	var u unit
	if back {
		u, w.units = w.units[n], w.units[:n]
	} else {
		u, w.units = w.units[0], w.units[1:]
	}
	if len(w.units) > 0 {
		w.bound = w.edge(back)
	}
	return u
}

// step goes on to the next slot without loading it; false is the stream's end.
func (w *walker) step(r *Reader) bool {
	length := w.stream.length
	w.units = nil
	if r.back {
		w.slot--
		w.bound = (w.slot+1)*length - 1
		return w.bound >= w.low
	}
	w.slot++
	w.bound = w.slot * length
	return w.bound <= w.top
}

// walkers is a heap: whose next event may come first is on top.
type walkers struct {
	list []*walker
	back bool
}

func (h *walkers) Len() int { return len(h.list) }

func (h *walkers) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	if h.back {
		a, b = b, a
	}
	if a.bound != b.bound {
		return a.bound < b.bound
	}
	// What is not loaded yet might hold an event of this very time: load it first.
	if la, lb := a.units == nil, b.units == nil; la != lb {
		return la != h.back
	}
	return cmp.Less(a.key, b.key)
}

func (h *walkers) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *walkers) Push(x any)    { h.list = append(h.list, x.(*walker)) }

func (h *walkers) Pop() any {
	n := len(h.list) - 1
	w := h.list[n]
	h.list = h.list[:n]
	return w
}

// Last is the time of the stream's newest event by now, ingested or not, and of
// its first; ok is false where nothing was logged yet.
func (s *Stream) Last(now time.Time) (time.Time, bool) {
	r := Backward([]*Stream{s}, time.UnixMilli(0), now, time.UnixMilli(math.MaxInt64), nil)
	r.to = min(r.to, now.UnixMilli())
	e, ok := r.Next()
	return time.UnixMilli(e.Time), ok
}
