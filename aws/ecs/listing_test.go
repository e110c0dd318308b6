package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"ecsole/aws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// numbers is a plan over n ids in pages of size, described in batches of ten.
func numbers(n, size int) plan[string] {
	return plan[string]{
		op: "test:Describe", batch: 10, workers: 4, key: func(s string) string { return s },
		list: func(_ context.Context, token string) (out listed[string], err error) {
			from, _ := strconv.Atoi(token)
			for i := from; i < min(from+size, n); i++ {
				out.ids = append(out.ids, fmt.Sprintf("id/%04d", i))
			}
			if from+size < n {
				out.next = strconv.Itoa(from + size)
			}
			return out, nil
		},
		describe: func(_ context.Context, ids []string) (described[string], error) {
			return described[string]{items: slices.Clone(ids)}, nil
		},
	}
}

// collect reads a listing and returns it with its last page's counts.
func collect[T any](pages aws.Pages[T]) (items []T, gaps []aws.Gap, seen, total int) {
	for p := range pages {
		items, gaps = append(items, p.Items...), append(gaps, p.Gaps...)
		seen, total = p.Seen, p.Total
	}
	return items, gaps, seen, total
}

func TestListingIsComplete(t *testing.T) {
	for _, c := range [][2]int{{0, 100}, {1, 100}, {100, 100}, {101, 100}, {1234, 100}, {57, 3}} {
		items, gaps, seen, total := collect(numbers(c[0], c[1]).pages(t.Context()))
		slices.Sort(items)
		if len(slices.Compact(items)) != c[0] || len(gaps) != 0 || seen != c[0] || total != c[0] {
			t.Errorf("%v: %d items, %d gaps, seen %d of %d", c, len(items), len(gaps), seen, total)
		}
	}
}

func TestListingCountsWhileItReads(t *testing.T) {
	last, done := 0, false
	for p := range numbers(500, 100).pages(t.Context()) {
		if p.Seen < last {
			t.Fatalf("seen went from %d to %d", last, p.Seen)
		}
		if done && p.Total != 500 || !done && p.Total != -1 && p.Total != 500 {
			t.Fatalf("total %d", p.Total)
		}
		last, done = p.Seen, p.Total >= 0
	}
	if !done {
		t.Error("the total was never told")
	}
}

func TestFirstRowsDoNotWaitForTheSecondPage(t *testing.T) {
	for _, size := range []int{100, 7} { // full batches, and less than one
		p := numbers(200, size)
		list, release := p.list, make(chan struct{})
		p.list = func(ctx context.Context, token string) (listed[string], error) {
			if token != "" {
				<-release
			}
			return list(ctx, token)
		}
		rows := 0
		for page := range p.pages(t.Context()) {
			if rows += len(page.Items); rows == min(size, 100) {
				close(release)
				rows = 1 << 20
			}
		}
		if rows < 1<<20 {
			t.Errorf("pages of %d: the first page's rows did not come before the second page", size)
		}
	}
}

func TestListingDropsDoubles(t *testing.T) {
	p := numbers(100, 100)
	list := p.list
	p.list = func(ctx context.Context, token string) (listed[string], error) {
		out, err := list(ctx, "")
		out.next = map[string]string{"": "1", "1": "2"}[token] // three times the same page
		return out, err
	}
	p.describe = func(_ context.Context, ids []string) (described[string], error) {
		return described[string]{items: append(slices.Clone(ids), ids...)}, nil
	}
	items, gaps, seen, total := collect(p.pages(t.Context()))
	if len(items) != 100 || len(gaps) != 0 || seen != 100 || total != 100 {
		t.Errorf("%d items, %d gaps, seen %d of %d", len(items), len(gaps), seen, total)
	}
}

func TestListingThatDoesNotAdvanceEnds(t *testing.T) {
	for name, next := range map[string]func(int) string{
		"one token for ever": func(int) string { return "again" },
		"two in turn":        func(n int) string { return strconv.Itoa(n % 2) },
		"empty for ever":     strconv.Itoa,
	} {
		p := numbers(5, 5)
		list, n := p.list, 0
		p.list = func(ctx context.Context, token string) (out listed[string], err error) {
			if n++; n == 1 {
				out, err = list(ctx, "")
			}
			out.next = next(n)
			return out, err
		}
		items, gaps, _, total := collect(p.pages(t.Context()))
		if len(items) != 5 || len(gaps) != 1 || !gaps[0].Fatal || !errors.Is(gaps[0].Err, ErrNoProgress) || total != -1 {
			t.Errorf("%s: %d items, gaps %v, total %d", name, len(items), gaps, total)
		}
		if n > idlePages+1 {
			t.Errorf("%s: %d pages were asked for", name, n)
		}
	}
}

func TestBrokenListKeepsWhatIsKnown(t *testing.T) {
	p := numbers(1000, 100)
	list := p.list
	p.list = func(ctx context.Context, token string) (listed[string], error) {
		if token == "200" {
			return listed[string]{}, errors.New("broken")
		}
		return list(ctx, token)
	}
	items, gaps, seen, total := collect(p.pages(t.Context()))
	if len(items) != 200 || seen != 200 || total != -1 || len(gaps) != 1 || !gaps[0].Fatal || len(gaps[0].IDs) != 0 {
		t.Errorf("%d items, seen %d of %d, gaps %v", len(items), seen, total, gaps)
	}
}

func TestGapsAreNamed(t *testing.T) {
	p := numbers(40, 100)
	p.describe = func(_ context.Context, ids []string) (out described[string], err error) {
		if ids[0] == "id/0010" {
			return out, errors.New("batch refused")
		}
		for _, id := range ids {
			switch id {
			case "id/0003":
				out.failures = append(out.failures, failure{id: id, reason: "MISSING"})
			case "id/0004":
				out.failures = append(out.failures, failure{id: "0004", reason: "ACCESS", detail: "no"})
			case "id/0005": // not a word about it
			default:
				out.items = append(out.items, id)
			}
		}
		return out, nil
	}
	items, gaps, seen, total := collect(p.pages(t.Context()))
	if len(items) != 27 || seen != 39 || total != 39 {
		t.Errorf("%d items, seen %d of %d", len(items), seen, total)
	}
	lost := map[string]string{}
	for _, g := range gaps {
		if g.Fatal {
			t.Errorf("fatal: %v", g)
		}
		for _, id := range g.IDs {
			lost[id] = g.Err.Error()
		}
	}
	if len(lost) != 12 || !strings.Contains(lost["id/0010"], "refused") || !strings.Contains(lost["id/0019"], "refused") || lost["id/0004"] != "ACCESS: no" || lost["id/0005"] == "" || lost["id/0003"] != "" {
		t.Errorf("lost: %v", lost)
	}
}

func TestThrottledCallsAreMadeAgain(t *testing.T) {
	throttled := &aws.Error{Class: aws.Throttled, Text: "rate exceeded"}
	p := numbers(500, 100)
	list, describe := p.list, p.describe
	var mu sync.Mutex
	tries := map[string]int{}
	refused := func(call string) bool {
		mu.Lock()
		defer mu.Unlock()
		tries[call]++
		return tries[call] <= throttledRounds
	}
	p.list = func(ctx context.Context, token string) (listed[string], error) {
		if refused("list " + token) {
			return listed[string]{}, throttled
		}
		return list(ctx, token)
	}
	p.describe = func(ctx context.Context, ids []string) (described[string], error) {
		if refused(ids[0]) {
			return described[string]{}, throttled
		}
		return describe(ctx, ids)
	}
	items, gaps, seen, total := collect(p.pages(t.Context()))
	if len(items) != 500 || len(gaps) != 0 || seen != 500 || total != 500 {
		t.Errorf("%d items, gaps %v, seen %d of %d", len(items), gaps, seen, total)
	}
	// What is refused for ever becomes a gap.
	p.describe = func(ctx context.Context, ids []string) (described[string], error) {
		if ids[0] == "id/0000" {
			return described[string]{}, throttled
		}
		return describe(ctx, ids)
	}
	clear(tries)
	items, gaps, _, _ = collect(p.pages(t.Context()))
	if len(items) != 490 || len(gaps) != 1 || len(gaps[0].IDs) != 10 {
		t.Errorf("%d items, gaps %v", len(items), gaps)
	}
}

func TestExpiryEndsThePass(t *testing.T) {
	p := numbers(1000, 100)
	p.workers = 1
	calls := 0
	p.describe = func(_ context.Context, ids []string) (described[string], error) {
		if calls++; calls == 2 {
			return described[string]{}, &aws.Error{Class: aws.Expired, Text: "token expired"}
		}
		return described[string]{items: slices.Clone(ids)}, nil
	}
	items, gaps, _, total := collect(p.pages(t.Context()))
	if calls != 2 || len(items) != 10 || total == len(items) {
		t.Errorf("%d calls, %d items of %d", calls, len(items), total)
	}
	lost := map[string]bool{}
	for _, g := range gaps {
		if aws.AsError(g.Err).Class != aws.Expired {
			t.Errorf("gap without the reason: %v", g)
		}
		for _, id := range g.IDs {
			lost[id] = true
		}
	}
	if len(items)+len(lost) < 100 {
		t.Errorf("%d items and %d gaps: some ids were lost", len(items), len(lost))
	}
}

func TestLeavingTheRangeCancels(t *testing.T) {
	var running, cancelled atomic.Int32
	p := numbers(10000, 100)
	p.describe = func(ctx context.Context, ids []string) (described[string], error) {
		if ids[0] == "id/0000" {
			return described[string]{items: slices.Clone(ids)}, nil
		}
		running.Add(1)
		defer running.Add(-1)
		<-ctx.Done()
		cancelled.Add(1)
		return described[string]{}, ctx.Err()
	}
	for page := range p.pages(t.Context()) {
		if len(page.Items) > 0 {
			break
		}
	}
	if running.Load() != 0 {
		t.Errorf("%d calls outlived the range", running.Load())
	}
	if cancelled.Load() == 0 {
		t.Error("no call was under way: the test shows nothing")
	}
}

func TestCancelledListingSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := numbers(1000, 100)
	p.describe = func(ctx context.Context, ids []string) (described[string], error) {
		cancel()
		<-ctx.Done()
		return described[string]{}, ctx.Err()
	}
	p.list = func(ctx context.Context, token string) (listed[string], error) {
		if token != "" {
			<-ctx.Done()
			return listed[string]{}, ctx.Err()
		}
		return numbers(1000, 100).list(ctx, token)
	}
	items, gaps, _, total := collect(p.pages(ctx))
	fatal := slices.ContainsFunc(gaps, func(g aws.Gap) bool { return g.Fatal })
	lost := 0
	for _, g := range gaps {
		lost += len(g.IDs)
	}
	if len(items) != 0 || !fatal || lost != 100 || total != -1 {
		t.Errorf("%d items, fatal %v, %d lost, total %d", len(items), fatal, lost, total)
	}
}

func TestWorkersAreBounded(t *testing.T) {
	p := numbers(2000, 100)
	var mu sync.Mutex
	now, most := 0, 0
	full := make(chan struct{})
	p.describe = func(_ context.Context, ids []string) (described[string], error) {
		mu.Lock()
		if now++; now == p.workers && most < now {
			close(full)
		}
		most = max(most, now)
		mu.Unlock()
		<-full // all workers are needed before the first one ends
		mu.Lock()
		now--
		mu.Unlock()
		return described[string]{items: slices.Clone(ids)}, nil
	}
	items, _, _, _ := collect(p.pages(t.Context()))
	if len(items) != 2000 || most != p.workers {
		t.Errorf("%d items, at most %d at once, want %d", len(items), most, p.workers)
	}
}

func TestGivenIDs(t *testing.T) {
	p := numbers(0, 0)
	p.list, p.ids = nil, []string{"id/1", "id/2", "id/1", "short"}
	items, gaps, seen, total := collect(p.pages(t.Context()))
	if len(items) != 3 || len(gaps) != 0 || seen != 3 || total != 3 {
		t.Errorf("%v, gaps %v, seen %d of %d", items, gaps, seen, total)
	}
	p.ids = nil
	pages := 0
	for pg := range p.pages(t.Context()) {
		if pages++; len(pg.Items) != 0 || pg.Total != 0 {
			t.Errorf("%+v", pg)
		}
	}
	if pages != 1 {
		t.Errorf("%d pages for nothing asked", pages)
	}
}
