package logview

import (
	"bytes"
	"slices"

	"ecsole/lines"
)

// An item is what is shown as one: a line, a line with the frames of its stack
// trace, or a line that was repeated.
type item struct {
	lines.Line
	last     lines.Key // of its last line
	count    int       // lines in it
	stack    bool      // the others continue the first; else they repeat it
	neighbor bool      // shown only because a line near it matches
	gap      bool      // lines before it are left out
	stream   lines.Stream
}

// Lines further apart than joinWithin belong to different events, however they look.
const joinWithin = 1000 // milliseconds

// longest bounds how many lines are folded into one item, and with it what a
// screen costs where all lines are the same.
const longest = 2000

// walk goes along the lines that are shown. It is valid while the store is read.
type walk struct {
	r      lines.Reader
	hits   lines.Reader // with around: the lines that match
	around int          // neighbours to show of each; 0: r holds what is shown
	lo, n  int          // the first line that was not cleared, and the end
	fold   bool
	joins  bool // a line continues the one before; not so where lines are left out
}

// read runs f on what is there now. It must be quick and not call the store.
func (v *View) read(f func(w *walk)) {
	q := v.src.Store().All()
	if v.result != nil && v.around == 0 {
		q = &v.result.Sequence
	}
	q.Read(func(r lines.Reader) {
		w := walk{r: r, n: r.Len(), fold: v.fold, joins: v.result == nil}
		if v.result != nil && v.around > 0 {
			w.hits, w.around, w.fold = r.Of(&v.result.Sequence), v.around, false
		}
		if v.floor != (lines.Key{}) {
			w.lo = r.Find(after(v.floor))
		}
		f(&w)
	})
}

// after is the least key above k.
func after(k lines.Key) lines.Key { k.Slot++; return k }

// joined reports whether line i belongs to the item of the line before it.
func (w *walk) joined(i int) bool {
	a, b := w.r.Line(i-1), w.r.Line(i)
	if a.Stream != b.Stream || (a.Flags|b.Flags)&lines.Notice != 0 {
		return false
	}
	if continues(&a, &b) {
		return w.joins
	}
	if a.Flags&lines.Continued != 0 || !same(&a, &b) {
		return false
	}
	if i+1 < w.n { // the head of a stack trace is no repeat
		if c := w.r.Line(i + 1); c.Stream == b.Stream && continues(&b, &c) {
			return false
		}
	}
	return true
}

func continues(a, b *lines.Line) bool {
	return b.Flags&lines.Continued != 0 && b.Time-a.Time <= joinWithin
}

// same reports whether two lines say the same, whatever time they carry.
func same(a, b *lines.Line) bool {
	return a.Level == b.Level && bytes.Equal(a.Text[min(a.Body, len(a.Text)):], b.Text[min(b.Body, len(b.Text)):])
}

// start is the first line of the item that holds line i.
func (w *walk) start(i int) int {
	if w.fold {
		for n := 1; n < longest && i > w.lo && w.joined(i); n++ {
			i--
		}
	}
	return i
}

// item is the one that begins with line i; next is the line after it.
func (w *walk) item(i int) (it item, next int) {
	it = item{Line: w.r.Line(i), count: 1}
	it.last, it.stream = it.Key, w.r.Stream(it.Stream)
	next = i + 1
	if w.around > 0 {
		it.neighbor = !w.hit(it.Key)
		before := w.prev(i)
		it.gap = before >= 0 && before < i-1
		return it, next
	}
	if w.fold {
		for it.count < longest && next < w.n && w.joined(next) {
			it.stack = it.stack || w.r.Line(next).Flags&lines.Continued != 0
			next++
			it.count++
		}
		if it.count > 1 {
			it.last = w.r.Line(next - 1).Key
		}
	}
	return it, next
}

// first is the first line that is shown, -1 where there is none.
func (w *walk) first() int { return w.next(w.lo - 1) }

// end is the last line that is shown, -1 where there is none.
func (w *walk) end() int { return w.prev(w.n) }

// next is the line shown after line i, -1 where there is none.
func (w *walk) next(i int) int {
	i++
	if i >= w.n {
		return -1
	}
	if w.around == 0 {
		return i
	}
	before, behind := w.nearest(i)
	switch {
	case before >= 0 && i-before <= w.around, behind >= 0 && behind-i <= w.around:
		return i
	case behind >= 0:
		return behind - w.around
	}
	return -1
}

// prev is the line shown before line i, -1 where there is none.
func (w *walk) prev(i int) int {
	i--
	if i < w.lo {
		return -1
	}
	if w.around == 0 {
		return i
	}
	before, behind := w.nearest(i)
	switch {
	case before >= 0 && i-before <= w.around, behind >= 0 && behind-i <= w.around:
		return i
	case before >= 0 && before+w.around >= w.lo:
		return before + w.around
	}
	return -1
}

// nearest are the matching lines at or before line i, and at or behind it.
func (w *walk) nearest(i int) (before, behind int) {
	before, behind = -1, -1
	k := w.r.Line(i).Key
	at := w.hits.Find(k)
	if at < w.hits.Len() {
		h := w.hits.Line(at).Key
		if behind = w.r.Find(h); h == k {
			return behind, behind
		}
	}
	if at > 0 {
		before = w.r.Find(w.hits.Line(at - 1).Key)
	}
	return before, behind
}

func (w *walk) hit(k lines.Key) bool {
	at := w.hits.Find(k)
	return at < w.hits.Len() && w.hits.Line(at).Key == k
}

// at is the line shown that has the key, or the one after it, or the last one.
func (w *walk) at(k lines.Key) int {
	i := w.next(max(w.r.Find(k), w.lo) - 1)
	if i < 0 {
		return w.end()
	}
	return i
}

// forward collects up to n items from the one on that holds line i.
func (w *walk) forward(i, n int) []item {
	var out []item
	if i >= 0 {
		i = w.start(i)
	}
	for i >= 0 && len(out) < n {
		it, next := w.item(i)
		out = append(out, it)
		i = w.next(next - 1)
	}
	return out
}

// backward collects up to n items, in their order, that end with the one that holds
// line i.
func (w *walk) backward(i, n int) []item {
	var out []item
	for i >= 0 && len(out) < n {
		i = w.start(i)
		it, _ := w.item(i)
		out = append(out, it)
		i = w.prev(i)
	}
	slices.Reverse(out)
	return out
}
