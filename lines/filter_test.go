package lines_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"ecsole/lines"
)

// scanner is a matcher made of a function.
type scanner func(b lines.Block, hit func(i int) bool)

func (s scanner) Match([]byte, lines.Level) bool           { return true }
func (s scanner) Scan(b lines.Block, hit func(i int) bool) { s(b, hit) }
func all(b lines.Block, hit func(i int) bool)              { _ = each(b, hit) }
func each(b lines.Block, hit func(i int) bool) (complete bool) {
	for i := range b.Len() {
		if !hit(i) {
			return false
		}
	}
	return true
}

// Appending never looks again at what a filter has looked at.
func TestEachLineIsLookedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := lines.New(nil)
	defer s.Close()
	id := streams(s, 1)[0]
	n := 0
	put := func(at int64) {
		page := make([]lines.Event, 100)
		for i := range page {
			n++
			page[i] = lines.Event{Time: at, Stream: id, ID: fmt.Sprint(n), Text: fmt.Sprint("line ", n)}
		}
		s.Append(page, lines.Mode{})
	}
	for i := range int64(150) {
		put(1000 + i)
	}
	var looked atomic.Int64
	r := s.Filter(ctx, scanner(func(b lines.Block, hit func(int) bool) {
		looked.Add(int64(b.Len()))
		all(b, hit)
	}))
	for i := range int64(150) {
		put(1150 + i)
		put(i) // late
	}
	idle(t, s, r, n)
	if got := looked.Load(); got != int64(n) {
		t.Errorf("%d lines were looked at, %d are there", got, n)
	}
	cancel()
	<-r.Ended()
}

// While a filter is at work, what it has found can be read, lines are appended, other
// filters run, and it tells how far it is and can be cancelled.
func TestNobodyWaitsForAFilter(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := lines.New(nil)
	defer s.Close()
	id := streams(s, 1)[0]
	page := make([]lines.Event, 50_000)
	for i := range page {
		page[i] = lines.Event{Time: int64(i), Stream: id, ID: fmt.Sprint(i), Text: fmt.Sprint("line ", i)}
	}
	s.Append(page, lines.Mode{})
	gate, first := make(chan struct{}), make(chan struct{})
	var calls atomic.Int64
	changed, stop := s.Watch()
	defer stop()
	r := s.Filter(ctx, scanner(func(b lines.Block, hit func(int) bool) {
		if calls.Add(1) > 1 {
			<-gate
		} else {
			defer close(first)
		}
		all(b, hit)
	}))
	<-first
	for r.Len() == 0 { // what is found is published after the block
		<-changed
	}
	if seen, total, done := r.Progress(); done || seen >= total || total != len(page) {
		t.Errorf("%d of %d looked at, idle %v, while a block is at work", seen, total, done)
	}
	got := 0
	r.Read(func(r lines.Reader) { got = len(r.Line(r.Len() - 1).Text) })
	if got == 0 {
		t.Error("what was found cannot be read")
	}
	if a := s.Append([]lines.Event{{Time: 99_999, Stream: id, ID: "new", Text: "one more line"}}, lines.Mode{}); a.New != 1 {
		t.Errorf("%+v", a)
	}
	ctx2, cancel2 := context.WithCancel(context.Background())
	other := s.Filter(ctx2, query(t, "more"))
	idle(t, s, other, 1)
	cancel2()
	<-other.Ended()
	found := r.Len()
	cancel()
	close(gate)
	<-r.Ended()
	if r.Len() != found {
		t.Errorf("a cancelled filter has gone on to %d of %d lines", r.Len(), len(page))
	}
}
