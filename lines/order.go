package lines

import "sort"

// leafSlots keeps an insertion in the middle to a move of 8 KiB at most.
const leafSlots = 2048

// order is a sorted list of slots, in leaves, so that a late event moves little.
// It is guarded by the lock of its store.
type order struct {
	s      *Store
	leaves [][]uint32
	n      int
}

func newLeaf() []uint32 { return make([]uint32, 0, leafSlots) }

// leafFor is the first leaf that has a key above k, or the last one.
func (o *order) leafFor(k Key) int {
	i := sort.Search(len(o.leaves), func(i int) bool {
		l := o.leaves[i]
		return o.s.key(l[len(l)-1]).Compare(k) > 0
	})
	return min(i, len(o.leaves)-1)
}

// within is the first place in the leaf whose key is not below k (or, with above,
// is above it).
func (o *order) within(l []uint32, k Key, above bool) int {
	return sort.Search(len(l), func(i int) bool {
		c := o.s.key(l[i]).Compare(k)
		return c > 0 || c == 0 && !above
	})
}

// insert puts a slot where its key belongs.
func (o *order) insert(slot uint32) {
	k := o.s.key(slot)
	o.n++
	if last := len(o.leaves) - 1; last < 0 {
		o.leaves = append(o.leaves, append(newLeaf(), slot))
		return
	} else if l := o.leaves[last]; o.s.key(l[len(l)-1]).Compare(k) < 0 {
		if len(l) < leafSlots {
			o.leaves[last] = append(l, slot)
		} else {
			o.leaves = append(o.leaves, append(newLeaf(), slot))
		}
		return
	}
	i := o.leafFor(k)
	l := o.leaves[i]
	at := o.within(l, k, true)
	if len(l) < leafSlots {
		l = append(l, 0)
		copy(l[at+1:], l[at:])
		l[at] = slot
		o.leaves[i] = l
		return
	}
	half := leafSlots / 2
	right := append(newLeaf(), l[half:]...)
	l = l[:half]
	if at <= half {
		l = append(l, 0)
		copy(l[at+1:], l[at:])
		l[at] = slot
	} else {
		at -= half
		right = append(right, 0)
		copy(right[at+1:], right[at:])
		right[at] = slot
	}
	o.leaves = append(o.leaves, nil)
	copy(o.leaves[i+2:], o.leaves[i+1:])
	o.leaves[i], o.leaves[i+1] = l, right
}

// insertAll puts slots, which must be sorted, where they belong. What lies before
// all that is there goes in as leaves of its own: a scan from the newest chunk to
// the oldest then costs no moves.
func (o *order) insertAll(slots []uint32) {
	if o.n > 0 {
		first := o.s.key(o.leaves[0][0])
		before := sort.Search(len(slots), func(i int) bool { return o.s.key(slots[i]).Compare(first) >= 0 })
		if before > 0 {
			o.prepend(slots[:before])
			slots = slots[before:]
		}
	}
	for _, s := range slots {
		o.insert(s)
	}
}

func (o *order) prepend(slots []uint32) {
	o.n += len(slots)
	if l := o.leaves[0]; len(l)+len(slots) <= leafSlots {
		l = l[:len(l)+len(slots)]
		copy(l[len(slots):], l)
		copy(l, slots)
		o.leaves[0] = l
		return
	}
	var fresh [][]uint32
	for len(slots) > 0 {
		n := min(len(slots), leafSlots)
		fresh = append(fresh, append(newLeaf(), slots[:n]...))
		slots = slots[n:]
	}
	o.leaves = append(fresh, o.leaves...)
}

// seek is the place of the first slot whose key is not below k.
func (o *order) seek(k Key) (leaf, at int) {
	leaf = sort.Search(len(o.leaves), func(i int) bool {
		l := o.leaves[i]
		return o.s.key(l[len(l)-1]).Compare(k) >= 0
	})
	if leaf < len(o.leaves) {
		at = o.within(o.leaves[leaf], k, false)
	}
	return leaf, at
}

// find is the number of slots whose key is below k.
func (o *order) find(k Key) int {
	leaf, n := o.seek(k)
	for _, l := range o.leaves[:leaf] {
		n += len(l)
	}
	return n
}

// place is the leaf and the place in it of the i-th slot.
func (o *order) place(i int) (leaf, at int) {
	if i >= o.n/2 { // from the end: following looks there
		rest := o.n - i
		for leaf = len(o.leaves) - 1; ; leaf-- {
			if n := len(o.leaves[leaf]); rest <= n {
				return leaf, n - rest
			} else {
				rest -= n
			}
		}
	}
	for leaf = 0; ; leaf++ {
		if n := len(o.leaves[leaf]); i < n {
			return leaf, i
		} else {
			i -= n
		}
	}
}

// dropFront forgets the first n slots.
func (o *order) dropFront(n int) {
	n = min(n, o.n)
	o.n -= n
	for n > 0 {
		l := o.leaves[0]
		if len(l) > n {
			o.leaves[0] = l[:copy(l, l[n:])]
			return
		}
		n -= len(l)
		o.leaves[0] = nil
		o.leaves = o.leaves[1:]
	}
}

// keep drops the slots for which ok says no.
func (o *order) keep(ok func(uint32) bool) {
	leaves := o.leaves[:0]
	o.n = 0
	for _, l := range o.leaves {
		kept := l[:0]
		for _, s := range l {
			if ok(s) {
				kept = append(kept, s)
			}
		}
		if len(kept) > 0 {
			leaves = append(leaves, kept)
			o.n += len(kept)
		}
	}
	clear(o.leaves[len(leaves):])
	o.leaves = leaves
}
