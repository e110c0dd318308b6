package lines

import "time"

// Sequence is a sorted run of a store's lines: all of them, or those that a
// filter lets through.
type Sequence struct {
	s      *Store
	o      order
	counts counts
}

// Store is where the lines are.
func (q *Sequence) Store() *Store { return q.s }

// Len is how many lines there are.
func (q *Sequence) Len() int {
	q.s.mu.RLock()
	defer q.s.mu.RUnlock()
	return q.o.n
}

// Read runs f on what is there now. Nothing is appended meanwhile, so f must be
// quick, and it must not call the store.
func (q *Sequence) Read(f func(r Reader)) {
	q.s.viewed.Store(time.Now().UnixNano())
	q.s.mu.RLock()
	defer q.s.mu.RUnlock()
	f(Reader{q: q})
}

// Reader looks at a sequence at one moment. It is valid only within Read.
type Reader struct {
	q          *Sequence
	leaf, base int // where the last line was found: neighbours are asked for next
	warm       bool
}

// Len is how many lines there are.
func (r *Reader) Len() int { return r.q.o.n }

// Find is the number of lines before the key: the index of the event with that
// key, or of the one after where it is gone.
func (r *Reader) Find(k Key) int { return r.q.o.find(k) }

// Line is the i-th line, from 0.
func (r *Reader) Line(i int) Line {
	slot := r.slot(i)
	return r.q.s.arenas[slot>>slotBits].line(slot & slotMask)
}

func (r *Reader) slot(i int) uint32 {
	leaves := r.q.o.leaves
	if !r.warm {
		leaf, at := r.q.o.place(i)
		r.leaf, r.base, r.warm = leaf, i-at, true
		return leaves[leaf][at]
	}
	for i < r.base {
		r.leaf--
		r.base -= len(leaves[r.leaf])
	}
	for i >= r.base+len(leaves[r.leaf]) {
		r.base += len(leaves[r.leaf])
		r.leaf++
	}
	return leaves[r.leaf][i-r.base]
}

// Of looks at another sequence of the same store, at the same moment.
func (r *Reader) Of(q *Sequence) Reader { return Reader{q: q} }

// Stream tells where lines of that number come from.
func (r *Reader) Stream(id StreamID) Stream {
	if int(id) < len(r.q.s.streams) {
		return r.q.s.streams[id]
	}
	return Stream{}
}

// Stats counts.
func (r *Reader) Stats() Stats {
	st := r.q.s.stats
	st.Lines = r.q.s.all.o.n
	return st
}

func (o *order) at(i int) uint32 {
	leaf, at := o.place(i)
	return o.leaves[leaf][at]
}

func (q *Sequence) entry(slot uint32) *entry {
	return &q.s.arenas[slot>>slotBits].ents[slot&slotMask]
}

// eachFront runs f on the n first slots, and takes them out of the counts.
func (q *Sequence) eachFront(n int, f func(uint32)) {
	for _, l := range q.o.leaves {
		for _, slot := range l {
			if n == 0 {
				return
			}
			n--
			q.counts.add(q.entry(slot), -1)
			f(slot)
		}
	}
}

// dropBelow forgets all up to the slot, which is the store's, not ours.
func (q *Sequence) dropBelow(slot uint32) {
	k := q.s.key(slot)
	k.Slot++ // the keys that are not above it
	n := q.o.find(k)
	q.eachFront(n, func(uint32) {})
	q.o.dropFront(n)
}

// keep forgets the lines for which ok says no; gone is called for each when it is
// no longer read, since its arena may go with it.
func (q *Sequence) keep(ok func(uint32) bool, gone func(uint32)) {
	q.o.keep(func(slot uint32) bool {
		if ok(slot) {
			return true
		}
		q.counts.add(q.entry(slot), -1)
		gone(slot)
		return false
	})
}
