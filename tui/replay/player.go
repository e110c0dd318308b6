// Package replay plays recorded terminals on a virtual screen. What was recorded is
// hostile: nothing of it reaches the real terminal but cells whose text was made safe.
package replay

import (
	"context"
	"regexp"
	"sort"
	"strings"
	"time"

	"ecsole/tui/clean"
	"ecsole/tui/vterm"
)

// Kind of an event.
type Kind byte

// Kinds of events.
const (
	Output Kind = 'o' // Text was written to the terminal
	Resize Kind = 'r' // it has Cols and Rows from here on
	Mark   Kind = 'm' // Text is a word about the session
	Input  Kind = 'i' // Text was typed; it is not played
)

// Event is one moment of a recording. Text is foreign.
type Event struct {
	At         time.Duration // since the beginning, never less than that of the one before
	Kind       Kind
	Text       string
	Cols, Rows int
}

// Recording is what is played. Texts are foreign.
type Recording struct {
	Title, Command string
	Begun          time.Time
	Cols, Rows     int           // at first
	Length         time.Duration // the time of the last event
	// Blocks is how many parts the events are read in, in their order; Block reads one.
	// A recording can be larger than what one wants to hold in memory.
	Blocks int
	Block  func(i int) ([]Event, error)
	// Warning is what is wrong with it, such as a file that was changed; "" is nothing.
	Warning string
}

const (
	// pointEvery is how much output lies between two kept screens at least, pointsKept
	// how many are kept: to go back is to play on from one of them.
	pointEvery = 256 << 10
	pointsKept = 64
	// lookEvery is how many events are played between two looks at the context.
	lookEvery = 256
	// hitsKept bounds the finds of one search.
	hitsKept = 10_000
)

// place is between two events: in front of one of a block.
type place struct{ block, event int }

func (a place) before(b place) bool {
	return a.block < b.block || a.block == b.block && a.event < b.event
}

// player is a recording and a place in it. It is for one goroutine at a time.
type player struct {
	rec    Recording
	screen *vterm.Screen
	feeder *vterm.Feeder
	next   place         // of the first event that has not been played
	at     time.Duration // of the last event that was
	held   int           // the block whose events these are
	events []Event
	note   string
	points []point
	every  int // bytes between two points
	since  int // bytes since the last point
	looked int // events since the last look at the context
}

// point is a kept screen.
type point struct {
	next   place
	at     time.Duration
	note   string
	screen *vterm.Screen
}

func newPlayer(rec Recording) *player {
	p := &player{rec: rec, every: pointEvery, held: -1}
	p.use(point{screen: vterm.New(rec.Cols, rec.Rows)})
	p.points = []point{{screen: p.screen.Clone()}}
	return p
}

func (p *player) use(at point) {
	p.next, p.at, p.note, p.screen = at.next, at.at, at.note, at.screen
	p.feeder = vterm.NewFeeder(p.screen)
	p.since = 0
}

// peek is the next event; false is the end.
func (p *player) peek() (Event, bool, error) {
	for p.next.block < p.rec.Blocks {
		if p.held != p.next.block {
			events, err := p.rec.Block(p.next.block)
			if err != nil {
				return Event{}, false, err
			}
			p.held, p.events = p.next.block, events
		}
		if p.next.event < len(p.events) {
			return p.events[p.next.event], true, nil
		}
		p.next = place{block: p.next.block + 1}
	}
	return Event{}, false, nil
}

// seek plays until all events up to a time have been played; it goes back to a kept
// screen where that time has gone by, and on to one that is nearer.
func (p *player) seek(ctx context.Context, to time.Duration) error {
	// A point holds all events up to a time where the next one is later.
	i := sort.Search(len(p.points), func(i int) bool { return p.points[i].at > to }) - 1
	if at := p.points[max(i, 0)]; to < p.at || p.next.before(at.next) {
		at.screen = at.screen.Clone()
		p.use(at)
	}
	for {
		e, more, err := p.peek()
		if err != nil {
			return err
		}
		if !more || e.At > to {
			return nil
		}
		if err := p.look(ctx); err != nil {
			return err
		}
		p.play(e)
	}
}

// look looks at the context now and then.
func (p *player) look(ctx context.Context) error {
	if p.looked++; p.looked%lookEvery != 0 {
		return nil
	}
	return ctx.Err()
}

// play plays the event that peek has given.
func (p *player) play(e Event) {
	p.next.event++
	p.at = e.At
	switch e.Kind {
	case Output:
		p.feeder.Feed([]byte(e.Text))
		p.since += len(e.Text)
	case Resize:
		p.screen.Resize(e.Cols, e.Rows)
	case Mark:
		p.note = e.Text
	}
	if p.since >= p.every && p.feeder.Ground() && p.points[len(p.points)-1].next.before(p.next) {
		p.keep()
	}
}

// keep remembers the screen as it is. Where there are too many, every other is
// forgotten, and from then on they lie twice as far apart.
func (p *player) keep() {
	p.since = 0
	p.points = append(p.points, point{p.next, p.at, p.note, p.screen.Clone()})
	if len(p.points) <= pointsKept {
		return
	}
	few := p.points[:0:0]
	for i := 0; i < len(p.points); i += 2 {
		few = append(few, p.points[i])
	}
	p.points, p.every = few, p.every*2
}

// following is when the next event comes, or the end.
func (p *player) following() time.Duration {
	if e, more, err := p.peek(); err == nil && more {
		return e.At
	}
	return p.rec.Length
}

// find gives the times at which a text appears on the screen where it was not, or
// appears once more.
func find(ctx context.Context, rec Recording, pattern *regexp.Regexp) ([]time.Duration, error) {
	p := newPlayer(rec)
	var hits []time.Duration
	before := 0
	for len(hits) < hitsKept {
		e, more, err := p.peek()
		if err == nil {
			err = p.look(ctx)
		}
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		p.play(e)
		if e.Kind != Output && e.Kind != Resize {
			continue
		}
		now := len(pattern.FindAllStringIndex(p.screen.String(), -1))
		if now > before && (len(hits) == 0 || hits[len(hits)-1] != e.At) {
			hits = append(hits, e.At)
		}
		before = now
	}
	return hits, nil
}

// frame is what the player shows: made where it plays, drawn elsewhere.
type frame struct {
	lines      []string // with colours, safe
	cols, rows int
	x, y       int // of the cursor
	cursor     bool
	hit        int // the first row with what was searched, -1 for none
	hitX       int // its column
	note       string
	following  time.Duration
}

func (p *player) frame(pattern *regexp.Regexp, mark func(string) string) frame {
	f := frame{following: p.following(), note: clean.Line(p.note), hit: -1}
	f.cols, f.rows = p.screen.Size()
	f.x, f.y, f.cursor = p.screen.Cursor()
	for y := range f.rows {
		plain := clean.Line(p.screen.Line(y))
		if pattern != nil && pattern.MatchString(plain) {
			if f.hit < 0 {
				f.hit, f.hitX = y, clean.Width(plain[:pattern.FindStringIndex(plain)[0]])
			}
			f.lines = append(f.lines, marked(plain, pattern, mark))
			continue
		}
		f.lines = append(f.lines, clean.Text(p.screen.Styled(y), clean.Options{Colors: true}))
	}
	return f
}

// marked is a line with what was found in it.
func marked(line string, pattern *regexp.Regexp, mark func(string) string) string {
	var b strings.Builder
	last := 0
	for _, at := range pattern.FindAllStringIndex(line, -1) {
		if at[0] == at[1] {
			continue
		}
		b.WriteString(line[last:at[0]])
		b.WriteString(mark(line[at[0]:at[1]]))
		last = at[1]
	}
	return b.String() + line[last:]
}
