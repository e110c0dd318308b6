package logs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
	"ecsole/lines"
)

// paper collects what is handed over.
type paper struct {
	mu     sync.Mutex
	got    map[event]int
	order  int // how often a line comes before the one above it
	newest int64
	n      int
}

func (p *paper) emit(page []lines.Line, stream func(lines.StreamID) lines.Stream) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range page {
		if l.Time < p.newest {
			p.order++
		}
		p.newest = max(p.newest, l.Time)
		p.got[event{l.Time, l.Ingested, stream(l.Stream).Name, string(l.Text)}]++
		p.n++
	}
	return nil
}

func TestOnceIsCompleteAndInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 20)
		r.sim.Logs().EmptyPages(3)
		r.sim.Logs().DuplicatePages(4)
		r.sim.Faults().Throttle(3)
		now := time.Now()
		from, to := now.Add(-8*time.Minute), now.Add(-time.Minute)
		p := &paper{got: map[event]int{}}
		// Two places whose lines have to be merged.
		one := Source{Group: floodGroup, Stream: "load/app/" + taskID(0), Container: "app", Task: taskID(0)}
		two := Source{Group: floodGroup, Prefix: "load/app/" + taskID(1)[:31], Container: "app"}
		spec := Spec{Sources: []Source{one, two}, Range: Range{From: from, To: to}}
		if err := r.hub.Once(t.Context(), spec, false, p.emit, quiet(t)); err != nil {
			t.Fatal(err)
		}
		compare(t, r.truth(from, to), p.got)
		if p.order != 0 || p.n < 10_000 {
			t.Errorf("%d of %d lines are out of order", p.order, p.n)
		}
	})
}

func TestOnceFollows(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 5)
		begin := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		p := &paper{got: map[event]int{}}
		done := make(chan error, 1)
		go func() {
			done <- r.hub.Once(ctx, Spec{Sources: []Source{floodSource}, Range: Range{Last: time.Minute}}, true, p.emit, quiet(t))
		}()
		wait(time.Minute)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		from, to := begin.Add(-time.Minute), time.Now().Add(-15*time.Second)
		p.mu.Lock()
		defer p.mu.Unlock()
		for e := range p.got {
			if e.time > to.UnixMilli() {
				delete(p.got, e) // perhaps not all of its neighbours have come
			}
		}
		compare(t, r.truth(from, to), p.got)
	})
}

func TestOnceEndsWithItsReader(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		broken := errors.New("broken pipe")
		calls := 0
		err := r.hub.Once(t.Context(), Spec{Sources: []Source{floodSource}}, true, func([]lines.Line, func(lines.StreamID) lines.Stream) error {
			if calls++; calls == 2 { // the first of what is followed
				return broken
			}
			return nil
		}, quiet(t))
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
	})
}

func TestOnceSaysWhatIsWrong(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		emit := (&paper{got: map[event]int{}}).emit
		if err := r.hub.Once(t.Context(), Spec{Sources: []Source{{Container: "c", Elsewhere: "goes to Splunk"}}}, true, emit, quiet(t)); err == nil {
			t.Error("a container that logs elsewhere is followed")
		}
		if err := r.hub.Once(t.Context(), Spec{Sources: []Source{{Group: "/none", Prefix: "a/"}}}, false, emit, quiet(t)); aws.AsError(err).Class != aws.NotFound {
			t.Error(err)
		}
		r.steady(1, 1)
		r.sim.Faults().Deny("logs:FilterLogEvents")
		if err := r.hub.Once(t.Context(), Spec{Sources: []Source{floodSource}}, false, emit, quiet(t)); aws.AsError(err).Class != aws.Denied {
			t.Error(err)
		}
	})
}

// quiet is told nothing.
func quiet(t *testing.T) func(string) {
	return func(text string) { t.Errorf("said: %s", text) }
}

func TestOnceSaysWhatHindersFollowing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		ctx, cancel := context.WithCancel(t.Context())
		p := &paper{got: map[event]int{}}
		done := make(chan error, 1)
		said := make(chan string, 99)
		go func() {
			done <- r.hub.Once(ctx, Spec{Sources: []Source{floodSource}, Range: Range{Last: time.Minute}}, true, p.emit, func(text string) { said <- text })
		}()
		next := func(of string) {
			t.Helper()
			wait(time.Minute)
			if len(said) != 1 {
				t.Fatalf("%d sentences about %s", len(said), of)
			}
			if text := <-said; !strings.Contains(text, of) {
				t.Errorf("%q does not speak of %s", text, of)
			}
		}
		wait(time.Minute)
		if len(said) > 0 {
			t.Errorf("said where all is well: %s", <-said)
		}
		r.sim.Faults().Deny("logs:FilterLogEvents")
		next("logs:FilterLogEvents")
		r.sim.Faults().Allow("logs:FilterLogEvents")
		next("goes on as before")
		r.sim.Faults().Throttle(1)
		next("later than they are written")
		r.sim.Faults().Throttle(0)
		next("goes on as before")
		cancel()
		<-done
	})
}

func TestToldSaysALagOnce(t *testing.T) {
	var said []string
	told := told{say: func(text string) { said = append(said, text) }}
	for _, c := range []struct {
		lag  time.Duration
		want string // of what is said, "" where nothing is
	}{{7 * time.Second, ""}, {11 * time.Second, "11s behind"}, {40 * time.Second, ""}, {7 * time.Second, ""}, {0, "as before"}, {7 * time.Second, ""}, {0, ""}} {
		said = nil
		told.look(&lines.State{Lag: c.lag})
		if got := strings.Join(said, "|"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("lag %v: %q", c.lag, got)
		}
	}
}

func TestOnceLeavesStrangersOut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 2)
		p := &paper{got: map[event]int{}}
		spec := Spec{Sources: []Source{floodSource}, Tasks: func(_ context.Context, ids []string) (map[string]Task, error) {
			out := map[string]Task{}
			for _, id := range ids {
				out[id] = Task{Stranger: id != taskID(1)}
			}
			return out, nil
		}}
		if err := r.hub.Once(t.Context(), spec, false, p.emit, quiet(t)); err != nil {
			t.Fatal(err)
		}
		for e := range p.got {
			if e.stream != "load/app/"+taskID(1) {
				t.Fatalf("a stranger's line: %+v", e)
			}
		}
		if p.n < 100 {
			t.Errorf("%d lines", p.n)
		}
	})
}
