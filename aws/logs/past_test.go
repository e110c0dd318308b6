package logs

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

func TestRanges(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 2)
		now := time.Now()
		from, to := now.Add(-30*time.Minute), now.Add(-10*time.Minute)
		past := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{From: from, To: to}})
		defer past.Close()
		until(t, "the range has been read", func() bool { return past.State().Ended != "" })
		if st := past.State(); st.Following || !st.Oldest.Equal(from) {
			t.Errorf("%+v", st)
		}
		compare(t, r.truth(from, to), stored(past.Store(), from.Add(-time.Hour), now))

		last := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{Last: 5 * time.Minute}})
		defer last.Close()
		opened := time.Now()
		until(t, "the last five minutes", func() bool {
			return !last.State().Oldest.After(opened.Add(-5*time.Minute)) && last.State().Reading == ""
		})
		wait(20 * time.Second)
		begin, end := opened.Add(-5*time.Minute), last.State().Settled.Add(-time.Millisecond)
		compare(t, r.truth(begin, end), stored(last.Store(), begin, end))

		head := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{Head: true}})
		defer head.Close()
		until(t, "all from the first line", func() bool { return head.State().Ended != "" })
		first := now.Add(-time.Hour)
		compare(t, r.truth(first, now), stored(head.Store(), first.Add(-time.Hour), now))
	})
}

// TestRangeThatEndsInTheFuture is read on until its end has come: nothing is asked for
// that cannot be there yet, and the end is not told before it has come.
func TestRangeThatEndsInTheFuture(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.flood(3, func(int) (time.Time, time.Time, float64) { return time.Now().Add(-time.Hour), time.Time{}, 2 })
		from, to := time.Now().Add(-2*time.Minute), time.Now().Add(time.Minute)
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{From: from, To: to}})
		defer tail.Close()
		wait(30 * time.Second)
		if st := tail.State(); st.Ended != "" || !strings.Contains(st.Reading, to.UTC().Format("until 2006-01-02 15:04:05")) {
			t.Errorf("half a minute before the end: %+v", st)
		}
		if got := newest(tail); got.Before(time.Now().Add(-15 * time.Second)) {
			t.Errorf("the newest line is of %v at %v", got, time.Now())
		}
		until(t, "the end of the range", func() bool { return tail.State().Ended != "" })
		if time.Now().Before(to) {
			t.Errorf("it ended at %v, before %v", time.Now(), to)
		}
		compare(t, r.truth(from, to), stored(tail.Store(), from.Add(-time.Hour), to.Add(time.Hour)))
	})
}

// newest is the time of the newest line.
func newest(t *Tail) (at time.Time) {
	for e := range stored(t.Store(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)) {
		if x := time.UnixMilli(e.time); x.After(at) {
			at = x
		}
	}
	return at
}

// TestOlder reads back to the first line, under a prefix and in one stream.
func TestOlder(t *testing.T) {
	for name, s := range map[string]Source{
		"prefix": floodSource,
		"stream": {Group: floodGroup, Stream: "load/app/" + taskID(0), Container: "app", Task: taskID(0)},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r := newRig(t, sim.Options{})
				r.steady(1, 2)
				tail := r.hub.Tail(Spec{Sources: []Source{s}})
				defer tail.Close()
				until(t, "the newest lines", func() bool { return count(tail) > 50 && tail.State().Reading == "" })
				begin := time.Now().Add(-2 * time.Hour)
				for i := 0; !tail.State().AtStart; i++ {
					if i == 100 {
						t.Fatalf("a hundred steps back, and no beginning: %+v", tail.State())
					}
					before := count(tail)
					if err := tail.Older(t.Context()); err != nil {
						t.Fatal(err)
					}
					if st := tail.State(); count(tail) == before && !st.AtStart {
						t.Fatalf("a step found nothing: %+v", st)
					}
				}
				end := tail.State().Read.Add(-3 * time.Second)
				compare(t, r.truth(begin, end), stored(tail.Store(), begin, end))
			})
		})
	}
}

// TestOlderStopsAtTheBudget: what is new is worth more than what is old.
func TestOlderStopsAtTheBudget(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(4, 5)
		r.hub.Budget().SetLimit(1 << 20)
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}})
		defer tail.Close()
		until(t, "the newest lines", func() bool { return count(tail) > 50 && tail.State().Reading == "" })
		for range 50 {
			if err := tail.Older(t.Context()); err != nil {
				if !strings.Contains(err.Error(), "budget of 1 MB") {
					t.Fatal(err)
				}
				if n := tail.Store().Stats().Evicted; n > 3*2048 {
					t.Errorf("%d lines were dropped on the way", n)
				}
				return
			}
		}
		t.Fatal("fifty steps back do not use up one megabyte")
	})
}
