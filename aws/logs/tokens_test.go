package logs

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
)

// circling is a hub on a server whose pages of events lead to themselves.
func circling(t *testing.T) *Hub {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if strings.HasSuffix(q.Header.Get("X-Amz-Target"), ".FilterLogEvents") {
			w.Write([]byte(`{"events":[],"nextToken":"the same"}`))
			return
		}
		w.Write([]byte(`{"logGroups":[]}`))
	}))
	t.Cleanup(srv.Close)
	a, err := aws.Open(t.Context(), aws.Options{Static: &aws.Static{Endpoint: srv.URL, AccessKey: "A", SecretKey: "S", Region: "eu-central-1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return HubOf(a, nil)
}

func TestPagesThatDoNotAdvanceAreSaid(t *testing.T) {
	h := circling(t)
	spec := Spec{Sources: []Source{{Group: "g", Prefix: "p/", Region: "eu-central-1"}}, Range: Range{Last: time.Minute}}
	done := make(chan error, 1)
	go func() { done <- h.Once(t.Context(), spec, false, (&paper{got: map[event]int{}}).emit, quiet(t)) }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "do not advance") {
			t.Errorf("once: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("once goes round and round")
	}
	tail := h.Tail(spec)
	defer tail.Close()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if p := tail.State().Problems; len(p) > 0 && strings.Contains(p[0].Text, "do not advance") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the tail says nothing of it: %+v", tail.State())
		}
	}
}

// A task whose log stream is not there yet must not cost the lines of the others.
func TestOnceReadsTheStreamsThatAreThere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(8, 10)
		now := time.Now()
		from, to := now.Add(-3*time.Minute), now.Add(-time.Minute)
		var sources []Source
		for i := range 12 { // the last four do not exist
			sources = append(sources, Source{Group: floodGroup, Stream: "load/app/" + taskID(i), Container: "app", Task: taskID(i)})
		}
		p := &paper{got: map[event]int{}}
		if err := r.hub.Once(t.Context(), Spec{Sources: sources, Range: Range{From: from, To: to}}, false, p.emit, quiet(t)); err != nil {
			t.Fatal(err)
		}
		compare(t, r.truth(from, to), p.got)
		if p.n == 0 {
			t.Error("nothing was read")
		}
	})
}

// AWS forgets a token after a day; older lines are then found by their time.
func TestOlderLinesAfterTheTokenHasGrownOld(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		tail := r.hub.Tail(Spec{Sources: []Source{{Group: floodGroup, Stream: "load/app/" + taskID(0), Container: "app", Task: taskID(0)}}})
		defer tail.Close()
		wait(5 * time.Second)
		p := tail.tail.pasts[0]
		p.busy.Lock()
		p.token = "b/of a day ago"
		p.busy.Unlock()
		before, _ := p.state()
		if err := tail.Older(t.Context()); err != nil {
			t.Fatal(err)
		}
		since, _ := p.state()
		if !since.Before(before) {
			t.Errorf("nothing older than %v was read: %v", before, since)
		}
		compare(t, r.truth(since, before), stored(tail.Store(), since, before))
	})
}

// Whoever scrolls back while the newest lines are still being read does not read
// the same past at the same time.
func TestOlderLinesWhileTheNewestAreRead(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		r.sim.Logs().EmptyPages(2)
		tail := r.hub.Tail(Spec{Sources: []Source{{Group: floodGroup, Stream: "load/app/" + taskID(0), Container: "app", Task: taskID(0)}}})
		defer tail.Close()
		for range 50 {
			if err := tail.Older(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		since, _ := tail.tail.pasts[0].state()
		to := time.Now().Add(-20 * time.Second)
		compare(t, r.truth(since.Add(time.Second), to), stored(tail.Store(), since.Add(time.Second), to))
	})
}
