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
	Cols, Rows     int // at first
	Events         []Event
	// Warning is what is wrong with it, such as a file that was changed; "" is nothing.
	Warning string
}

// Length is how long it takes.
func (r Recording) Length() time.Duration {
	if len(r.Events) == 0 {
		return 0
	}
	return r.Events[len(r.Events)-1].At
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

// player is a recording and a place in it. It is for one goroutine at a time.
type player struct {
	rec    Recording
	screen *vterm.Screen
	feeder *vterm.Feeder
	next   int // the first event that has not been played
	note   string
	points []point
	every  int // bytes between two points
	since  int // bytes since the last point
}

// point is a kept screen.
type point struct {
	next   int
	note   string
	screen *vterm.Screen
}

func newPlayer(rec Recording) *player {
	p := &player{rec: rec, every: pointEvery}
	p.use(point{screen: vterm.New(rec.Cols, rec.Rows)})
	p.points = []point{{screen: p.screen.Clone()}}
	return p
}

func (p *player) use(at point) {
	p.next, p.note, p.screen = at.next, at.note, at.screen
	p.feeder = vterm.NewFeeder(p.screen)
	p.since = 0
}

// seek plays until all events up to a time have been played; it goes back to a kept
// screen where that time has gone by.
func (p *player) seek(ctx context.Context, to time.Duration) error {
	events := p.rec.Events
	want := sort.Search(len(events), func(i int) bool { return events[i].At > to })
	i := sort.Search(len(p.points), func(i int) bool { return p.points[i].next > want }) - 1
	if at := p.points[max(i, 0)]; want < p.next || at.next > p.next {
		at.screen = at.screen.Clone()
		p.use(at)
	}
	for p.next < want {
		if p.next%lookEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.step()
	}
	return nil
}

// step plays the next event.
func (p *player) step() {
	e := p.rec.Events[p.next]
	p.next++
	switch e.Kind {
	case Output:
		p.feeder.Feed([]byte(e.Text))
		p.since += len(e.Text)
	case Resize:
		p.screen.Resize(e.Cols, e.Rows)
	case Mark:
		p.note = e.Text
	}
	if p.since >= p.every && p.feeder.Ground() && p.next > p.points[len(p.points)-1].next {
		p.keep()
	}
}

// keep remembers the screen as it is. Where there are too many, every other is
// forgotten, and from then on they lie twice as far apart.
func (p *player) keep() {
	p.since = 0
	p.points = append(p.points, point{p.next, p.note, p.screen.Clone()})
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
	if p.next < len(p.rec.Events) {
		return p.rec.Events[p.next].At
	}
	return p.rec.Length()
}

// find gives the times at which a text appears on the screen where it was not, or
// appears once more.
func find(ctx context.Context, rec Recording, pattern *regexp.Regexp) ([]time.Duration, error) {
	p := newPlayer(rec)
	var hits []time.Duration
	before := 0
	for p.next < len(rec.Events) && len(hits) < hitsKept {
		if p.next%lookEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e := rec.Events[p.next]
		p.step()
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
