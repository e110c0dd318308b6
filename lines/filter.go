package lines

import "context"

// Matcher decides on lines. Scan looks at a whole block of them at once, so that
// a search can run over their text as one; it calls hit with the numbers of those
// that match, upwards, and gives up when hit returns false.
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
// looked at, the newest first; what comes later is looked at as it comes.
type Result struct {
	Sequence
	ended chan struct{}
}

// Filter starts to look for the lines that match. It ends with the context.
func (s *Store) Filter(ctx context.Context, m Matcher) *Result {
	r := &Result{ended: make(chan struct{})}
	r.s, r.o.s = s, s
	r.counts = newCounts()
	return r
}

// Progress tells how many lines have been looked at, of how many.
func (r *Result) Progress() (seen, total int) { return 0, 0 }
