package lines_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/lines"
	"ecsole/lines/match"
)

func query(t testing.TB, text string) *match.Query {
	t.Helper()
	q, err := match.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// idle waits until a filter has looked at all there is.
func idle(t testing.TB, s *lines.Store, r *lines.Result, want int) {
	t.Helper()
	changed, stop := s.Watch()
	defer stop()
	deadline := time.After(20 * time.Second)
	for {
		if seen, total, idle := r.Progress(); idle && seen == total && r.Len() == want {
			return
		}
		select {
		case <-changed:
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			seen, total, idle := r.Progress()
			t.Fatalf("%d lines match, want %d (%d of %d looked at, idle %v)", r.Len(), want, seen, total, idle)
		}
	}
}

func TestFilterFollowsAppendsAndLateEvents(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(nil)
	defer s.Close()
	id := streams(s, 1)[0]
	add := func(at int64, text string) {
		s.Append([]lines.Event{{Time: at, Stream: id, ID: fmt.Sprint(at), Text: text}}, lines.Mode{})
	}
	for i := range int64(5000) {
		add(i*10, fmt.Sprint("line ", i))
	}
	r := s.Filter(ctx, query(t, `7\b`))
	idle(t, s, r, 500)
	add(60_000, "line 7")
	add(75, "late 7")
	idle(t, s, r, 502)
	got := texts(&r.Sequence)
	if got[0] != "line 7" || got[1] != "late 7" || got[501] != "line 7" {
		t.Fatalf("%q %q … %q", got[0], got[1], got[501])
	}
	if h := r.Histogram(0, 61_000, 1); h[0].Lines != 502 {
		t.Fatalf("%+v", h)
	}
	cancel()
	<-r.Ended()
	add(99_000, "after 7")
	if r.Len() != 502 {
		t.Fatal("a cancelled filter goes on")
	}
}

func TestFilterThatFindsNothingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(nil)
	defer s.Close()
	s.Append([]lines.Event{{Time: 1, Stream: streams(s, 1)[0], Text: "a"}}, lines.Mode{})
	r := s.Filter(ctx, query(t, "b"))
	idle(t, s, r, 0)
	cancel()
	<-r.Ended()
}

func TestDroppedStreamLeavesEverySequence(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(nil)
	defer s.Close()
	ids := streams(s, 2)
	var page []lines.Event
	for i := range 9000 {
		page = append(page, lines.Event{Time: int64(i), Stream: ids[i%2], ID: fmt.Sprint(i), Text: fmt.Sprint("error ", i%2)})
	}
	s.Append(page, lines.Mode{})
	r := s.Filter(ctx, query(t, "error"))
	idle(t, s, r, 9000)
	s.DropStream(ids[1])
	if n, m := s.All().Len(), r.Len(); n != 4500 || m != 4500 {
		t.Fatalf("%d lines and %d hits are left", n, m)
	}
	if got := s.Append(page[:10], lines.Mode{}); got.New != 0 {
		t.Fatalf("%+v", got)
	}
	if h := s.All().Histogram(0, 9000, 1); h[0].Lines != 4500 {
		t.Fatalf("%+v", h)
	}
	cancel()
	<-r.Ended()
}

func TestEvictionLeavesEverySequence(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(lines.NewBudget(2 << 20))
	defer s.Close()
	id := streams(s, 1)[0]
	r := s.Filter(ctx, query(t, "even"))
	for i := range 200 {
		var page []lines.Event
		for j := range 500 {
			n := i*500 + j
			page = append(page, lines.Event{Time: int64(n), Stream: id, ID: fmt.Sprint(n), Text: []string{"even ", "odd "}[n%2] + strings.Repeat("w", 80)})
		}
		s.Append(page, lines.Mode{})
	}
	n := s.All().Len()
	idle(t, s, r, (n+1)/2)
	var first, hit lines.Line
	s.All().Read(func(x lines.Reader) { first = x.Line(0) })
	r.Read(func(x lines.Reader) { hit = x.Line(0) })
	if d := hit.Time - first.Time; d != 0 && d != 1 {
		t.Fatalf("lines begin at %d, hits at %d", first.Time, hit.Time)
	}
	cancel()
	<-r.Ended()
}
