package lines_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"ecsole/lines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// texts reads a whole sequence.
func texts(q *lines.Sequence) (out []string) {
	q.Read(func(r lines.Reader) {
		for i := range r.Len() {
			out = append(out, string(r.Line(i).Text))
		}
	})
	return out
}

func streams(s *lines.Store, n int) []lines.StreamID {
	var ids []lines.StreamID
	for i := range n {
		ids = append(ids, s.StreamID(lines.Stream{Group: "g", Name: fmt.Sprint("s", i)}))
	}
	return ids
}

func wantTexts(t *testing.T, q *lines.Sequence, want ...string) {
	t.Helper()
	if got := texts(q); !slices.Equal(got, want) {
		t.Fatalf("lines are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOrderIsTimeIngestionStreamArrival(t *testing.T) {
	s := lines.New(nil)
	defer s.Close()
	ids := streams(s, 2)
	s.Append([]lines.Event{
		{Time: 5, Ingested: 9, Stream: ids[1], ID: "1", Text: "5-9-b"},
		{Time: 5, Ingested: 8, Stream: ids[1], ID: "2", Text: "5-8-b"},
		{Time: 9, Ingested: 9, Stream: ids[0], ID: "3", Text: "9"},
		{Time: 5, Ingested: 9, Stream: ids[0], ID: "4", Text: "5-9-a1"},
		{Time: 5, Ingested: 9, Stream: ids[0], ID: "5", Text: "5-9-a2"},
		{Time: 1, Ingested: 9, Stream: ids[0], ID: "6", Text: "1"},
	}, lines.Mode{})
	wantTexts(t, s.All(), "1", "5-8-b", "5-9-a1", "5-9-a2", "5-9-b", "9")
}

func TestDoublesAreLeftOutByID(t *testing.T) {
	s := lines.New(nil)
	defer s.Close()
	id := streams(s, 1)[0]
	page := []lines.Event{
		{Time: 1, Ingested: 2, Stream: id, ID: "a", Text: "same"},
		{Time: 1, Ingested: 2, Stream: id, ID: "b", Text: "same"},
	}
	if got := s.Append(page, lines.Mode{}); got.New != 2 {
		t.Fatalf("%+v", got)
	}
	if got := s.Append(page, lines.Mode{}); got.New != 0 || got.Duplicates != 2 {
		t.Fatalf("%+v", got)
	}
	if n := s.All().Len(); n != 2 {
		t.Fatal(n)
	}
}

func TestWithoutIDsEqualLinesAreCounted(t *testing.T) {
	for _, n := range []int{2, 100} { // a short run and a long one
		s := lines.New(nil)
		id := streams(s, 1)[0]
		var page []lines.Event
		for range n {
			page = append(page, lines.Event{Time: 1, Ingested: 2, Stream: id, Text: "tick"})
		}
		if got := s.Append(page, lines.Mode{}); got.New != n {
			t.Fatalf("%d: %+v", n, got)
		}
		if got := s.Append(page, lines.Mode{}); got.New != 0 {
			t.Fatalf("%d again: %+v", n, got)
		}
		// One more than before, in two calls of one pass.
		var pass lines.Pass
		s.Append(page, lines.Mode{Pass: &pass})
		if got := s.Append(page[:1], lines.Mode{Pass: &pass}); got.New != 1 {
			t.Fatalf("%d one more: %+v", n, got)
		}
		// The same with ids: they take over the lines that have none.
		for i := range page {
			page[i].ID = fmt.Sprint(i)
		}
		page = append(page, page[0])
		page[n].ID = "last"
		if got := s.Append(page, lines.Mode{}); got.New != 0 {
			t.Fatalf("%d with ids: %+v", n, got)
		}
		if got := s.Append([]lines.Event{{Time: 1, Ingested: 2, Stream: id, Text: "tick", ID: "new"}}, lines.Mode{}); got.New != 1 {
			t.Fatalf("%d another id: %+v", n, got)
		}
		s.Close()
	}
}

// TestAgainstAModel stores events in random order, in pages that repeat, and
// compares with a sorted list of what was sent.
func TestAgainstAModel(t *testing.T) {
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		s := lines.New(lines.NewBudget(1 << 30))
		ids := streams(s, 7)
		type sent struct {
			e lines.Event
			n int
		}
		seen := map[string]bool{}
		var all []sent
		base := int64(1_000_000)
		for round := range 60 {
			var page []lines.Event
			for range 1 + rnd.IntN(400) {
				at := base + int64(round*50) + int64(rnd.IntN(200))
				if rnd.IntN(20) == 0 {
					at -= 10_000
				}
				e := lines.Event{Time: at, Ingested: at + int64(rnd.IntN(3)), Stream: ids[rnd.IntN(7)], ID: fmt.Sprint(rnd.IntN(30_000))}
				// An id belongs to one event: its place is part of it here.
				e.ID = fmt.Sprint(e.ID, e.Time, e.Ingested, e.Stream)
				e.Text = strings.Repeat("x", rnd.IntN(300)) + e.ID
				page = append(page, e)
			}
			for range 2 { // every page twice
				s.Append(page, lines.Mode{Older: round%5 == 4})
			}
			for _, e := range page {
				if !seen[e.ID] {
					seen[e.ID] = true
					all = append(all, sent{e, len(all)})
				}
			}
		}
		slices.SortStableFunc(all, func(a, b sent) int {
			return cmp.Or(cmp.Compare(a.e.Time, b.e.Time), cmp.Compare(a.e.Ingested, b.e.Ingested), cmp.Compare(a.e.Stream, b.e.Stream))
		})
		if got := s.All().Len(); got != len(all) {
			t.Fatalf("%d lines, want %d", got, len(all))
		}
		s.All().Read(func(r lines.Reader) {
			for i := range r.Len() {
				l := r.Line(i)
				if l.Time != all[i].e.Time || l.Ingested != all[i].e.Ingested || l.Stream != all[i].e.Stream {
					t.Fatalf("line %d is %+v, want %+v", i, l.Key, all[i].e)
				}
				if at := r.Find(l.Key); at != i {
					t.Fatalf("line %d is found at %d", i, at)
				}
			}
		})
		s.Close()
	}
}

func TestReadLinesStayAsTheyAre(t *testing.T) {
	s := lines.New(lines.NewBudget(1 << 20))
	defer s.Close()
	id := streams(s, 1)[0]
	var kept []lines.Line
	var want []string
	for i := range 20_000 {
		text := fmt.Sprintf("line %d %s", i, strings.Repeat("y", 200))
		s.Append([]lines.Event{{Time: int64(i), Stream: id, ID: fmt.Sprint(i), Text: text}}, lines.Mode{})
		if i%1000 == 0 {
			s.All().Read(func(r lines.Reader) { kept = append(kept, r.Line(r.Len()-1)) })
			want = append(want, text)
		}
	}
	for i, l := range kept {
		if string(l.Text) != want[i] {
			t.Fatalf("%q has become %q", want[i], l.Text)
		}
	}
	if st := s.Stats(); st.Evicted == 0 || int64(st.Lines)+st.Evicted != 20_000 {
		t.Fatalf("%+v", st)
	}
}

func TestBudgetIsShared(t *testing.T) {
	b := lines.NewBudget(8 << 20)
	old, now := lines.New(b), lines.New(b)
	defer old.Close()
	defer now.Close()
	fill := func(s *lines.Store, n int) {
		id := streams(s, 1)[0]
		var page []lines.Event
		for i := range n {
			page = append(page, lines.Event{Time: int64(i), Stream: id, ID: fmt.Sprint(i), Text: strings.Repeat("z", 200)})
		}
		s.Append(page, lines.Mode{})
	}
	fill(old, 20_000)
	now.All().Read(func(lines.Reader) {})
	fill(now, 20_000)
	if got := b.Usage(); got.Used > got.Limit || got.Used < got.Limit/2 || got.Stores != 2 {
		t.Fatalf("%+v", got)
	}
	if old.Stats().Evicted == 0 || now.Stats().Evicted != 0 {
		t.Fatalf("the store that nobody looks at keeps %+v, the other %+v", old.Stats(), now.Stats())
	}
	// The newest lines are those that stay.
	if got := texts(old.All()); len(got) == 0 {
		t.Fatal("all lines have gone")
	}
	old.Close()
	now.Close()
	if got := b.Usage(); got.Used != 0 || got.Stores != 0 {
		t.Fatalf("closed stores hold %+v", got)
	}
}

// TestManyAtOnce is for the race detector: appends, readers, filters, eviction and
// dropped streams at the same time.
func TestManyAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(lines.NewBudget(1 << 20))
	defer s.Close()
	ids := streams(s, 8)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := range 150 {
				var page []lines.Event
				for j := range 40 {
					at := int64(i*40 + j - (j%7)*100)
					page = append(page, lines.Event{Time: at, Stream: ids[(w+j)%8], ID: fmt.Sprint(w, i, j), Text: fmt.Sprint("event ", i, " ", strings.Repeat("v", j))})
				}
				s.Append(page, lines.Mode{Late: j3(i)})
			}
		})
	}
	r := s.Filter(ctx, query(t, "event 1"))
	for range 2 {
		wg.Go(func() {
			n := 0
			for range 300 {
				for _, q := range []*lines.Sequence{s.All(), &r.Sequence} {
					q.Read(func(x lines.Reader) {
						for i := max(0, x.Len()-50); i < x.Len(); i++ {
							n += len(x.Line(i).Text)
						}
					})
					q.Histogram(0, 6000, 10)
				}
				s.Stats()
				s.Streams()
			}
		})
	}
	wg.Go(func() { s.DropStream(ids[3]) })
	wg.Wait()
	cancel()
	<-r.Ended()
	s.All().Read(func(x lines.Reader) {
		for i := 1; i < x.Len(); i++ {
			if x.Line(i-1).Compare(x.Line(i).Key) >= 0 {
				t.Fatalf("line %d is out of order", i)
			}
		}
	})
}

func j3(i int) bool { return i%3 == 0 }
