package logtext

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim/world"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func testStream(name string, app world.App, rate float64, change ...func(*Stream)) *Stream {
	s := Stream{
		Name: name, Seed: 7, Rate: rate, Service: "orders-api", Container: "app", TaskID: "0123456789abcdef0123456789abcdef", Host: "ip-10-0-1-17",
		Start: noon.Add(-2 * time.Hour), Program: ProgramOf(app, "orders-api", "app", ""),
		Facts: world.Facts{RequestRate: 20, ErrorRate: 0.05, Latency: 30 * time.Millisecond, BaseMemory: 40, Container: "app"},
	}
	for _, c := range change {
		c(&s)
	}
	return Make(s)
}

func all(r *Reader) []Event {
	var out []Event
	for {
		e, ok := r.Next()
		if !ok {
			return out
		}
		out = append(out, e)
	}
}

func apps() []world.App {
	return []world.App{world.Web, world.API, world.Java, world.Node, world.Python, world.Worker, world.Cache, world.Daemon}
}

// The same range gives the same events, however it is cut and from wherever it is read.
func TestRangesAgree(t *testing.T) {
	for _, app := range apps() {
		for _, rate := range []float64{0.05, 3, 60} {
			s := []*Stream{testStream("a/app/1", app, rate), testStream("a/app/2", app, rate), testStream("a/app/3", app, rate/3)}
			from, to, now := noon, noon.Add(90*time.Second), noon.Add(time.Hour)
			whole := all(Forward(s, from, to, now, nil))
			if rate == 3 && len(whole) < 300 {
				t.Errorf("%s: only %d events", app, len(whole))
			}
			var cut []Event
			for at := from; !at.After(to); at = at.Add(7001 * time.Millisecond) {
				end := at.Add(7000 * time.Millisecond)
				if end.After(to) {
					end = to
				}
				cut = append(cut, all(Forward(s, at, end, now, nil))...)
			}
			same(t, fmt.Sprintf("%s at %v in cuts", app, rate), whole, cut)
			back := all(Backward(s, from, to, now, nil))
			slices.Reverse(back)
			same(t, fmt.Sprintf("%s at %v backwards", app, rate), whole, back)
			if len(whole) > 10 {
				p := whole[len(whole)/2].Pos()
				same(t, "behind a place", whole[len(whole)/2+1:], all(Forward(s, from, to, now, &p)))
				before := all(Backward(s, from, to, now, &p))
				slices.Reverse(before)
				same(t, "before a place", whole[:len(whole)/2], before)
			}
		}
	}
}

func same(t *testing.T, what string, want, got []Event) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d events, want %d", what, len(got), len(want))
	}
	for i := range want {
		if want[i].ID() != got[i].ID() || want[i].Message != got[i].Message || want[i].Ingested != got[i].Ingested {
			t.Fatalf("%s: event %d is %+v, want %+v", what, i, got[i], want[i])
		}
	}
}

func TestIDsAreUniqueAndGrow(t *testing.T) {
	var streams []*Stream
	for i := range 8 {
		streams = append(streams, testStream(fmt.Sprintf("a/app/%d", i), apps()[i], 150))
	}
	events := all(Forward(streams, noon, noon.Add(20*time.Second), noon.Add(time.Hour), nil))
	if len(events) < 10000 {
		t.Fatalf("only %d events", len(events))
	}
	last := ""
	for _, e := range events {
		id := e.ID()
		if len(id) != 56 {
			t.Fatalf("id %s has %d digits", id, len(id))
		}
		if id <= last {
			t.Fatalf("id %s does not follow %s", id, last)
		}
		last = id
		// At AWS the bits above 144 are the event's milliseconds.
		n, _ := new(big.Int).SetString(id, 10)
		if ms := n.Rsh(n, 144).Int64(); ms != e.Time {
			t.Fatalf("id of %d holds %d", e.Time, ms)
		}
	}
}

func TestIngestion(t *testing.T) {
	s := testStream("a/app/1", world.API, 100)
	late := testStream("a/app/1", world.API, 100, func(s *Stream) { s.Late = 0.1 })
	far := noon.Add(time.Hour)
	for _, e := range all(Forward([]*Stream{s}, noon, noon.Add(time.Minute), far, nil)) {
		if d := e.Ingested - e.Time; d < 1 || d > 900 {
			t.Fatalf("an event on time took %d ms", d)
		}
	}
	whole := all(Forward([]*Stream{late}, noon, noon.Add(time.Minute), far, nil))
	n := 0
	for _, e := range whole {
		if e.Ingested-e.Time > 1000 {
			n++
		}
	}
	if n < len(whole)/20 || n > len(whole)/5 {
		t.Errorf("%d of %d events are late", n, len(whole))
	}
	// What was not ingested yet is not there; ten seconds later it is.
	at := noon.Add(time.Minute)
	early := all(Forward([]*Stream{late}, noon, at, at, nil))
	if len(early) >= len(whole) {
		t.Error("all late events were there at once")
	}
	same(t, "after the longest delay", whole, all(Forward([]*Stream{late}, noon, at, at.Add(MaxDelay), nil)))
}

// The end of a container, once it is known, changes nothing of what was before.
func TestEndChangesNothingBefore(t *testing.T) {
	alive := testStream("a/app/1", world.Java, 5)
	dead := testStream("a/app/1", world.Java, 5, func(s *Stream) {
		s.Stopping, s.End = noon.Add(30*time.Second), noon.Add(32*time.Second)
	})
	before := noon.Add(30*time.Second - time.Millisecond)
	same(t, "before the end", all(Forward([]*Stream{alive}, noon, before, before.Add(time.Hour), nil)), all(Forward([]*Stream{dead}, noon, before, before.Add(time.Hour), nil)))
	tail := all(Forward([]*Stream{dead}, before, noon.Add(time.Hour), noon.Add(2*time.Hour), nil))
	if n := len(tail); n == 0 || tail[n-1].Time > noon.Add(32*time.Second).UnixMilli() {
		t.Errorf("%d events at the end, the last at %v", n, tail[max(0, n-1)])
	}
	if !contains(tail, "graceful shutdown") {
		t.Error("it did not say that it stops")
	}
}

func contains(events []Event, text string) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return strings.Contains(e.Message, text) })
}

// BenchmarkForward measures lines per second of twenty streams, merged.
func BenchmarkForward(b *testing.B) {
	var streams []*Stream
	for i := range 20 {
		streams = append(streams, testStream(fmt.Sprintf("a/app/%d", i), apps()[i%8], 500))
	}
	b.ReportAllocs()
	n, bytes := 0, 0
	for at := noon; n < b.N; at = at.Add(2 * time.Second) {
		r := Forward(streams, at, at.Add(2*time.Second-time.Millisecond), at.Add(time.Hour), nil)
		for n < b.N {
			e, ok := r.Next()
			if !ok {
				break
			}
			n++
			bytes += len(e.Message)
		}
	}
	b.SetBytes(int64(bytes / n))
}
