// Package logtext writes the logs of simulated containers. A log is a pure
// function of its stream and the time: any range of it can be had at any moment,
// in any direction and at any volume, without anything being stored, and twice the
// same question gives twice the same events.
package logtext

import (
	"cmp"
	"math"
	"slices"
	"time"

	"ecsole/aws/sim/world"
)

// Stream is one container's log.
type Stream struct {
	Name     string // "web/app/0123…": prefix, container, task
	Program  *Program
	Seed     uint64
	Start    time.Time // the container's start: nothing was logged before
	End      time.Time // its end; zero: it runs
	Stopping time.Time // when it was asked to stop; zero: it was not, or died by itself
	Rate     float64   // units of text per second on average, before the hour of day
	Joined   bool      // a stack trace is one event of many lines, not one event per line
	Late     float64   // the share of events that arrive up to ten seconds late

	Service, Container, TaskID, Host string
	Facts                            world.Facts
	Hostile                          bool // some lines try to harm the terminal that shows them

	key, name uint64
	length    int64 // of a slot, in milliseconds
}

// Event is one event of a log. Times are milliseconds since 1970.
type Event struct {
	Time, Ingested int64
	Message        string
	Stream         *Stream
	ord            uint64 // its place among the stream's events of the same time
}

// Pos is an event's place in the order of all events: by time, then stream, then
// their order in the stream. It is the order of their ids, too.
type Pos struct {
	Time int64  `json:"t"`
	Key  uint64 `json:"k"`
	Ord  uint64 `json:"o"`
}

// Pos is the event's place.
func (e Event) Pos() Pos { return Pos{e.Time, e.Stream.key, e.ord} }

// Compare is negative where p comes before q.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.Time, q.Time), cmp.Compare(p.Key, q.Key), cmp.Compare(p.Ord, q.Ord))
}

// Slots: time is cut into slots, and each slot's events follow from its number
// alone. They are short where much is logged and long where little is.
const (
	perSlot  = 8
	minSlot  = 1000      // ms
	maxSlot  = 64 * 1000 // ms
	maxUnits = 1 << 22
)

// Make completes a stream; its fields must not be changed afterwards.
func Make(s Stream) *Stream {
	s.name = hash(s.Name)
	// Not the seed alone: the containers of a task may share one.
	s.key = mix(s.Seed, s.name)
	s.length = minSlot
	for s.length < maxSlot && s.Rate*float64(s.length)/1000 < perSlot {
		s.length *= 2
	}
	return &s
}

// unit is one thing that is logged; it may take several lines.
type unit struct {
	at    int64
	index uint64 // its number in the slot, with its kind in the upper bits
	write func(*writer)
}

// Kinds of units have ranges of numbers of their own, so that a container's end,
// once it is known, does not renumber what was logged before.
const (
	random   = 0
	ticking  = 1 << 23
	scripted = 1 << 24
)

// units lists what is logged in slot k between from and to (inclusive), in order.
func (s *Stream) units(k, from, to int64) []unit {
	length := s.length
	begin := k * length
	start, end := s.Start.UnixMilli(), int64(math.MaxInt64)
	if !s.End.IsZero() {
		end = s.End.UnixMilli()
	}
	from, to = max(from, begin, start), min(to, begin+length-1, end)
	if from > to || s.Start.IsZero() {
		return nil
	}
	r := rng(mix(s.Seed, s.name, uint64(k)))
	mean := s.Rate * float64(length) / 1000 * s.busy(begin)
	count := min(r.poisson(mean), maxUnits)
	var out []unit
	ready := s.ready()
	for i := range count {
		at := begin + int64(r.n(int(length)))
		// Nothing is served before the program is up.
		if at >= from && at <= to && at >= ready && !s.stalled(at) {
			out = append(out, unit{at: at, index: random + uint64(i)})
		}
	}
	out = s.tick(out, from, to)
	out = s.scripts(out, from, to)
	slices.SortFunc(out, func(a, b unit) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.index, b.index))
	})
	return out
}

// busy is how the hour of the day and the minute move the rate, about 1. It is the
// same for all tasks of a service.
func (s *Stream) busy(at int64) float64 {
	hour := float64(at%86_400_000) / 3_600_000
	day := 1 + 0.3*math.Sin((hour-9)/24*2*math.Pi)
	r := rng(mix(hash(s.Service), uint64(at/60_000)))
	return day * (0.8 + 0.4*r.unit())
}

// render writes a unit's events; those not ingested by now are not there yet.
func (s *Stream) render(w *writer, u unit, now int64) []Event {
	k := u.at / s.length
	seed := mix(s.Seed, s.name, uint64(k), u.index)
	ingested := u.at + s.delay(seed)
	if ingested > now {
		return nil
	}
	*w = writer{Stream: s, buf: w.buf[:0], ends: w.ends[:0]}
	w.begin(u.at, seed)
	if u.write != nil {
		u.write(w)
	} else {
		s.Program.write(w)
	}
	out := make([]Event, w.finish())
	text, ends := w.text()
	from := 0
	for i := range out {
		out[i] = Event{Time: u.at, Ingested: ingested, Stream: s, Message: text[from:ends[i]], ord: u.index<<12 | uint64(i)}
		from = ends[i]
	}
	return out
}

// delay is how long an event is on its way, in milliseconds.
func (s *Stream) delay(seed uint64) int64 {
	r := rng(seed ^ 0xD1B54A32D192ED03)
	d := int64(60 + r.around(180, 0.5))
	if d > 900 {
		d = 900
	}
	if s.Late > 0 && r.chance(s.Late) {
		d += int64(r.between(1000, 9000))
	}
	return d
}

// MaxDelay is the longest way of an event.
const MaxDelay = 10 * time.Second
