package exec_test

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"ecsole/aws/exec"
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
// finds everything as it was afterwards. ECSOLE_SOAK sets their number; 200 is the whole soak.
func TestSoak(t *testing.T) {
	n := 24
	if v, err := strconv.Atoi(os.Getenv("ECSOLE_SOAK")); err == nil {
		n = v
	}
	r := newRig(t)
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
	}
	batch(8) // what is made once
	goroutines, files, heap := runtime.NumGoroutine(), descriptors(), liveHeap()
	for done := 0; done < n; done += 8 {
		batch(min(8, n-done))
	}
	until(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= goroutines })
	if now := descriptors(); now > files {
		t.Errorf("%d descriptors, before %d", now, files)
	}
	// The simulator is in this process and remembers its own side of each session.
	grown := int64(liveHeap()) - int64(heap)
	t.Logf("%d sessions: the heap has grown by %d kB", n, grown>>10)
	if grown > 2<<20 {
		t.Errorf("the heap has grown by %d kB", grown>>10)
	}
}
