package exec_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"ecsole/aws/exec"
	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
)

// descriptors counts the open files of this process; -1 where that cannot be known.
func descriptors() int {
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if files, err := filepath.Glob(filepath.Join(dir, "*")); err == nil && len(files) > 0 {
			return len(files)
		}
	}
	return -1
}

func liveHeap() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSoak opens many sessions in one process, some at once, through all faults, and
// finds everything as it was afterwards. ECSOLE_SOAK sets their number.
func TestSoak(t *testing.T) {
	n := 200
	if v, err := strconv.Atoi(os.Getenv("ECSOLE_SOAK")); err == nil {
		n = v
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // its connections are descriptors
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	r := newRigOn(t, sim.Options{}, l, func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
		if err == nil {
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
		}
		return c, err
	})
	hangUp := func() { // on connections that lie idle until the next call
		mu.Lock()
		defer mu.Unlock()
		for _, c := range conns {
			c.Close() // most have been closed long ago
		}
		conns = nil
	}
	q := r.target()
	r.agents.Faults().Set(func(s *agent.Switches) {
		s.Out = agent.Way{Drop: 30, Duplicate: 20, Reorder: 10, LoseAcks: 25}
		s.In = agent.Way{Drop: 25, Duplicate: 20, Reorder: 10, LoseAcks: 30}
		s.CutAfter = 200 * time.Millisecond
	})
	batch := func(n int) {
		var open []*exec.Session
		for i := range n {
			s, out := r.open(q), &screen{}
			s.View(func() io.Writer { return out })
			says(t, s, out, "$(seq 1 300 | wc -l)", "300")
			if i%4 != 3 {
				open = append(open, s)
				continue
			}
			if err := s.End(t.Context()); err != nil {
				t.Error(err)
			}
		}
		for _, s := range open {
			if _, err := io.WriteString(s, "exit\r"); err != nil {
				t.Error(err)
			}
			if res := ended(t, s); res.Err != nil {
				t.Errorf("ended with %+v", res)
			}
		}
		for _, s := range r.sessions().List() {
			r.sessions().Forget(s)
		}
		until(t, "no session", func() bool { return r.sessions().Live() == 0 })
		hangUp()
	}
	batch(8)                // what is made once
	settled := func() int { // once what has ended is gone
		n, since := runtime.NumGoroutine(), time.Now()
		until(t, "the goroutines to settle", func() bool {
			if now := runtime.NumGoroutine(); now != n {
				n, since = now, time.Now()
			}
			return time.Since(since) > 200*time.Millisecond
		})
		return n
	}
	goroutines, files, heap := settled(), descriptors(), liveHeap()
	for done := 0; done < n; done += 8 {
		batch(min(8, n-done))
	}
	until(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= goroutines })
	until(t, "the descriptors to be closed", func() bool { return descriptors() <= files })
	// The simulator is in this process and remembers its own side of each session.
	grown := int64(liveHeap()) - int64(heap)
	t.Logf("%d sessions: the heap has grown by %d kB", n, grown>>10)
	if grown > 2<<20 {
		t.Errorf("the heap has grown by %d kB", grown>>10)
	}
}
