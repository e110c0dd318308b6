package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/lines"
)

type onceFlag struct{ v atomic.Bool }

func (f *onceFlag) first() bool { return !f.v.Swap(true) }

// tail reads what one spec asks for into a store.
type tail struct {
	hub     *Hub
	key     string
	spec    Spec
	store   *lines.Store
	ctx     context.Context
	cancel  context.CancelFunc
	begun   onceFlag
	holds   int // guarded by the hub
	pasts   []*past
	tasks   *tasks
	live    *live
	reading sync.Mutex // one step of older lines at a time
	opened  time.Time

	mu      sync.Mutex
	feeds   []*feed
	streams map[streamKey]lines.StreamID
	history string // what is being read of the past
	ended   string
}

func newTail(h *Hub, key string, spec Spec, b *lines.Budget) *tail {
	t := &tail{hub: h, key: key, spec: spec, store: lines.New(b), streams: map[streamKey]lines.StreamID{}, opened: h.clock.now()}
	t.ctx, t.cancel = context.WithCancel(h.ctx)
	if r := &t.spec.Range; r.Last > 0 && r.From.IsZero() {
		r.From = t.opened.Add(-r.Last)
	}
	for _, p := range places(spec.Sources) {
		t.pasts = append(t.pasts, &past{tail: t, place: p, trouble: &trouble{source: p.String(), changed: t.poke}})
	}
	t.tasks = newTasks(t)
	t.live = &live{tail: t}
	return t
}

// start begins to read, at the first hold.
func (t *tail) start() {
	if !t.begun.first() {
		return
	}
	if len(t.pasts) == 0 {
		t.finish("none of the containers logs to CloudWatch")
		return
	}
	if t.spec.Range.To.IsZero() && !t.spec.Range.Head {
		t.followAll()
	}
	t.hub.spawn(t.past)
	t.hub.spawn(t.tasks.run)
}

func (t *tail) followAll() {
	for _, p := range t.pasts {
		f := t.hub.follow(p.place, t)
		t.mu.Lock()
		t.feeds = append(t.feeds, f)
		t.mu.Unlock()
	}
}

func (t *tail) finish(why string) {
	t.mu.Lock()
	t.ended = why
	t.mu.Unlock()
	t.poke()
}

// end stops reading and gives the memory back.
func (t *tail) end() {
	t.cancel()
	t.mu.Lock()
	feeds := t.feeds
	t.feeds = nil
	t.mu.Unlock()
	for _, f := range feeds {
		t.hub.unfollow(f, t)
	}
	t.store.Close()
}

func (t *tail) poke()             { t.store.Poke() }
func (t *tail) viewed() time.Time { return t.store.Viewed() }

// take stores the events of one page. What a live session should have told by now
// and has not is marked as late.
func (t *tail) take(p place, in []types.FilteredLogEvent, m lines.Mode) {
	from, to := t.live.told()
	if m.Late || from == 0 {
		t.add(p, in, m)
		return
	}
	var missed, rest []types.FilteredLogEvent
	for i := range in {
		if at := sdkaws.ToInt64(in[i].IngestionTime); at >= from && at <= to {
			missed = append(missed, in[i])
		} else {
			rest = append(rest, in[i])
		}
	}
	t.add(p, missed, lines.Mode{Late: true})
	t.add(p, rest, m)
}

func (t *tail) add(p place, in []types.FilteredLogEvent, m lines.Mode) lines.Added {
	return t.store.Append(t.events(p, in), m)
}

func (t *tail) events(p place, in []types.FilteredLogEvent) []lines.Event {
	out := make([]lines.Event, len(in))
	for i := range in {
		e := &in[i]
		out[i] = lines.Event{
			Time: sdkaws.ToInt64(e.Timestamp), Ingested: sdkaws.ToInt64(e.IngestionTime),
			Stream: t.stream(p, sdkaws.ToString(e.LogStreamName)), ID: sdkaws.ToString(e.EventId), Text: sdkaws.ToString(e.Message),
		}
	}
	return out
}

// notice puts a line into a stream that says why it ended.
func (t *tail) notice(s lines.StreamID, a Task) {
	at := a.At
	if at.IsZero() {
		at = t.hub.clock.now()
	}
	t.store.Append([]lines.Event{{Time: at.UnixMilli(), Ingested: at.UnixMilli(), Stream: s, ID: "the end", Text: a.Ended}}, lines.Mode{Notice: true})
}

// streamKey names a stream.
type streamKey struct{ region, group, name string }

// stream numbers a stream in the store; a new one is looked up.
func (t *tail) stream(p place, name string) lines.StreamID {
	key := streamKey{p.region, p.group, name}
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.streams[key]; ok {
		return id
	}
	s := t.sourceOf(p, name)
	st := lines.Stream{Group: p.group, Name: name, Container: s.Container, Task: s.taskOf(name)}
	st.Label = shortName(st)
	id := t.store.StreamID(st)
	t.streams[key] = id
	if st.Task != "" {
		t.tasks.met(st.Task, id)
	}
	return id
}

func (t *tail) sourceOf(p place, name string) Source {
	for _, s := range t.spec.Sources {
		if s.Elsewhere == "" && s.Group == p.group && s.Region == p.region && s.holds(name) {
			return s
		}
	}
	return Source{}
}

// shortName is what a stream is called until more is known of its task.
func shortName(s lines.Stream) string {
	switch {
	case len(s.Task) > 8:
		return s.Task[:8]
	case s.Task != "":
		return s.Task
	}
	name := s.Name[strings.LastIndexByte(s.Name, '/')+1:]
	if len(name) > 12 {
		name = name[:12]
	}
	return name
}

// state puts together how reading stands.
func (t *tail) state() lines.State {
	t.mu.Lock()
	st := lines.State{Reading: t.history, Ended: t.ended, Following: len(t.feeds) > 0}
	feeds := slices.Clone(t.feeds)
	t.mu.Unlock()
	now := t.hub.clock.now()
	problem := func(x *trouble) {
		p, _ := x.now()
		if p == nil {
			return
		}
		// The same place may be read in several ways: one trouble, as old as the oldest.
		i := slices.IndexFunc(st.Problems, func(o lines.Problem) bool { return o.Source == p.Source && o.Class == p.Class })
		if i < 0 {
			st.Problems = append(st.Problems, *p)
		} else if p.Since.Before(st.Problems[i].Since) {
			st.Problems[i].Since = p.Since
		}
	}
	for _, f := range feeds {
		head, settled := f.state()
		if st.Read.IsZero() || head.Before(st.Read) {
			st.Read = head
		}
		if st.Settled.IsZero() || settled.Before(st.Settled) {
			st.Settled = settled
		}
		problem(f.trouble)
	}
	if d := now.Sub(st.Read); len(feeds) > 0 && d > lagging {
		st.Lag = d
	}
	st.AtStart = len(t.pasts) > 0
	for _, p := range t.pasts {
		since, start := p.state()
		st.AtStart = st.AtStart && start
		if st.Oldest.IsZero() || since.After(st.Oldest) {
			st.Oldest = since
		}
		problem(p.trouble)
	}
	st.Notes = t.notes()
	if p := t.tasks.trouble.problem(); p != nil {
		st.Problems = append(st.Problems, *p)
	}
	st.Live = t.live.state()
	return st
}

// notes are the facts about the sources that a reader should know.
func (t *tail) notes() []string {
	var out []string
	say := func(text string) {
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, s := range t.spec.Sources {
		if s.Elsewhere != "" {
			say("container " + s.String())
		}
		say(s.Note)
	}
	if n := t.tasks.strangers(); n > 0 {
		say(fmt.Sprintf("%d streams under the same prefix belong to other services and are left out", n))
	}
	return out
}
