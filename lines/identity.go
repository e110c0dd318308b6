package lines

import "hash/maphash"

// Mode says how events come.
type Mode struct {
	// Late marks what is stored as late.
	Late bool
	// Notice marks lines that are not the stream's own.
	Notice bool
	// Older marks pages that are read backwards, far from the newest lines.
	Older bool
	// Pass counts events without an id over several calls; nil counts one call.
	Pass *Pass
	// Stored, where set, is appended the lines that were not there yet.
	Stored *[]Line
}

// Pass tells repeats from doubles where events carry no id: within one reading of
// a span of time, the second line of the same stream, time, ingestion and text is
// another line; in the next reading of that span it is the same again.
type Pass struct {
	seen map[identity]int
}

type identity struct {
	time, ingested int64
	stream         StreamID
	text           uint64
}

func (p *Pass) count(e *Event, text uint64) int {
	if p.seen == nil {
		p.seen = map[identity]int{}
	}
	i := identity{e.Time, e.Ingested, e.Stream, text}
	p.seen[i]++
	return p.seen[i]
}

// Forget drops what the pass counted before a time, for passes that never end.
func (p *Pass) Forget(before int64) {
	for i := range p.seen {
		if i.time < before {
			delete(p.seen, i)
		}
	}
}

var seed = maphash.MakeSeed()

func hash(text string) uint64 { return maphash.String(seed, text) }

// shortRun is how many lines of the same stream and instant are compared one by
// one; more are found by their hashes.
const shortRun = 24

// known reports whether the event is stored. An event with an id takes over a
// line without one that is otherwise the same.
func (s *Store) known(e *Event, id uint64, m *Mode) bool {
	o := &s.all.o
	seen := 0 // how often this pass has met an event without an id
	if id == 0 {
		if m.Pass == nil {
			m.Pass = &Pass{}
		}
		seen = m.Pass.count(e, hash(e.Text))
	}
	if o.n == 0 {
		return false
	}
	last := o.leaves[len(o.leaves)-1]
	if k := s.key(last[len(last)-1]); k.Time < e.Time || k.Time == e.Time && k.Ingested < e.Ingested {
		return false // newer than all that is there: the common case
	}
	if s.run.is(e) {
		return s.run.known(s, e, id, seen)
	}
	leaf, at := o.seek(Key{Time: e.Time, Ingested: e.Ingested, Stream: e.Stream})
	first, same, n, adopt := [2]int{leaf, at}, 0, 0, noSlot
	for ; leaf < len(o.leaves); leaf, at = leaf+1, 0 {
		for ; at < len(o.leaves[leaf]); at++ {
			slot := o.leaves[leaf][at]
			if !s.twin(slot, e) {
				leaf = len(o.leaves)
				break
			}
			if n++; n > shortRun {
				s.run.open(s, e, first[0], first[1])
				return s.run.known(s, e, id, seen)
			}
			a, i := s.arenas[slot>>slotBits], slot&slotMask
			if id != 0 && a.ids[i] == id {
				return true
			}
			if string(a.bytes(i)) == e.Text {
				same++
				if a.ids[i] == 0 && adopt == noSlot {
					adopt = slot
				}
			}
		}
	}
	if id == 0 {
		return seen <= same
	}
	return s.adopt(adopt, id)
}

const noSlot = ^uint32(0)

// adopt gives an id to a line that came without one.
func (s *Store) adopt(slot uint32, id uint64) bool {
	if slot == noSlot {
		return false
	}
	s.arenas[slot>>slotBits].ids[slot&slotMask] = id
	return true
}

// twin reports whether the line is of the event's stream and instant.
func (s *Store) twin(slot uint32, e *Event) bool {
	x := &s.arenas[slot>>slotBits].ents[slot&slotMask]
	return x.time == e.Time && x.ingested == e.Ingested && x.stream == uint32(e.Stream)
}

// run is an index of one long run of lines of the same stream and instant, as one
// call of PutLogEvents makes them. Only the last such run is kept.
type run struct {
	valid          bool
	time, ingested int64
	stream         StreamID
	ids            map[uint64]struct{}
	texts          map[uint64][]uint32
}

func (r *run) is(e *Event) bool {
	return r.valid && r.time == e.Time && r.ingested == e.Ingested && r.stream == e.Stream
}

func (r *run) open(s *Store, e *Event, leaf, at int) {
	*r = run{valid: true, time: e.Time, ingested: e.Ingested, stream: e.Stream, ids: map[uint64]struct{}{}, texts: map[uint64][]uint32{}}
	for ; leaf < len(s.all.o.leaves); leaf, at = leaf+1, 0 {
		for ; at < len(s.all.o.leaves[leaf]); at++ {
			slot := s.all.o.leaves[leaf][at]
			if !s.twin(slot, e) {
				return
			}
			r.put(s, slot)
		}
	}
}

func (r *run) put(s *Store, slot uint32) {
	a, i := s.arenas[slot>>slotBits], slot&slotMask
	if a.ids[i] != 0 {
		r.ids[a.ids[i]] = struct{}{}
	}
	h := maphash.Bytes(seed, a.bytes(i))
	r.texts[h] = append(r.texts[h], slot)
}

func (r *run) known(s *Store, e *Event, id uint64, seen int) bool {
	if _, ok := r.ids[id]; ok && id != 0 {
		return true
	}
	same := r.texts[hash(e.Text)]
	if id == 0 {
		return seen <= len(same)
	}
	for _, slot := range same {
		if s.arenas[slot>>slotBits].ids[slot&slotMask] == 0 {
			r.ids[id] = struct{}{}
			return s.adopt(slot, id)
		}
	}
	return false
}

// added tells the run of a line that was stored.
func (r *run) added(s *Store, e *Event, slot uint32) {
	if r.is(e) {
		r.put(s, slot)
	}
}
