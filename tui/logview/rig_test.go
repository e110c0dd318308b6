package logview_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecsole/lines"
	"ecsole/tui"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, tuitest.Ticks()...) }

// noon is when the tests' first line was written.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// rig is a source under the test's control: a real store, and a state that is set.
type rig struct {
	t       testing.TB
	budget  *lines.Budget
	mu      sync.Mutex
	store   *lines.Store
	state   lines.State
	opened  []logview.Range
	closed  int
	live    []bool
	back    func(*rig) error // what Older does
	hold    chan struct{}
	files   map[string]string
	shown   int   // times that secrets were recorded as shown
	refuse  error // of recording that
	streams map[string]lines.StreamID
}

func newRig(t testing.TB) *rig {
	return &rig{t: t, files: map[string]string{}, state: lines.State{Following: true, Read: noon, Oldest: noon.Add(-time.Minute)}}
}

// source is what the view gets for one range.
type source struct {
	*rig
	own *lines.Store
}

func (s source) Store() *lines.Store { return s.own }

func (s source) Close() {
	s.mu.Lock()
	s.closed++
	s.mu.Unlock()
	s.own.Close()
}

func (s source) SetLive(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = append(s.live, on)
}

func (s source) State() lines.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

func (s source) Older(ctx context.Context) error {
	s.mu.Lock()
	back, hold := s.back, s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if back == nil {
		return nil
	}
	return back(s.rig)
}

func (r *rig) open(rg logview.Range) logview.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.store == nil || len(r.opened) > 0
	if first {
		r.store, r.streams = lines.New(r.budget), map[string]lines.StreamID{}
	}
	r.opened = append(r.opened, rg)
	return source{r, r.store}
}

func (r *rig) set(f func(*lines.State)) *rig {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.state)
	if r.store != nil {
		r.store.Poke()
	}
	return r
}

// stream is the stream of a task, made at first use.
func (r *rig) stream(task string) lines.StreamID {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.store == nil {
		r.store, r.streams = lines.New(r.budget), map[string]lines.StreamID{}
	}
	id, ok := r.streams[task]
	if !ok {
		id = r.store.StreamID(lines.Stream{Group: "/ecs/shop", Name: "web/web/" + task, Container: "web", Task: task, Label: task})
		r.streams[task] = id
	}
	return id
}

// put stores one line of a task, at so many milliseconds after noon.
func (r *rig) put(task string, ms int, text string) *rig {
	return r.add(lines.Mode{}, task, ms, text)
}

func (r *rig) add(m lines.Mode, task string, ms int, text string) *rig {
	id := r.stream(task)
	at := noon.Add(time.Duration(ms) * time.Millisecond).UnixMilli()
	r.store.Append([]lines.Event{{Time: at, Ingested: at + 500, Stream: id, Text: text}}, m)
	return r
}

// fill stores n lines of one task, from a number on, ten a second.
func (r *rig) fill(task string, from, n int) *rig {
	id := r.stream(task)
	events := make([]lines.Event, n)
	for i := range events {
		at := noon.UnixMilli() + int64(from+i)*100
		events[i] = lines.Event{Time: at, Ingested: at, Stream: id, Text: fmt.Sprintf("line %05d", from+i)}
	}
	r.store.Append(events, lines.Mode{Older: from < 0})
	return r
}

func (r *rig) options(change ...func(*logview.Options)) logview.Options {
	o := logview.Options{
		Title: "logs(prod/shop)", Crumb: "logs", Range: logview.Range{Name: "tail"}, Open: r.open, UTC: true,
		Theme: theme.New(theme.Options{}), Now: func() time.Time { return noon.Add(time.Hour) },
		Save: func(_ context.Context, name string, write func(io.Writer) error) (string, error) {
			var b bytes.Buffer
			err := write(&b)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.files[name] = b.String()
			return "/saves/" + name, err
		},
		Unmask: func(context.Context) error { return r.unmask() },
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

func (r *rig) unmask() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse == nil {
		r.shown++
	}
	return r.refuse
}

// show opens the view in the shell.
func (r *rig) show(width, height int, change ...func(*logview.Options)) *tuitest.Driver {
	r.t.Helper()
	o := r.options(change...)
	ctx, cancel := context.WithCancel(context.Background())
	r.t.Cleanup(cancel) // the driver ends the program without closing its screens
	return tuitest.New(r.t, tui.New(tui.Options{Theme: o.Theme, Compact: true, Home: func() screen.Screen {
		return logview.New(ctx, o)
	}}), width, height)
}

func (r *rig) file(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files[name]
}
