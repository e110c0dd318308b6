package logs

import (
	"testing"
	"time"

	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
)

// TestWrongClock: a machine whose clock is a minute wrong reads what is new as soon
// as others do.
func TestWrongClock(t *testing.T) {
	for name, skew := range map[string]time.Duration{"behind": time.Minute, "ahead": -time.Minute} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				there := func() time.Time { return time.Now().Add(skew) }
				r := newRig(t, sim.Options{Clock: there})
				r.sim.Logs().AddGroup(floodGroup, logtext.Make(logtext.Stream{
					Name: "load/app/" + taskID(0), Rate: 20, Start: there().Add(-time.Hour), Service: "load", Container: "app",
					TaskID: taskID(0), Host: "host", Program: logtext.ProgramOf(world.API, "load", "app", ""),
				}))
				tail := r.hub.Tail(Spec{Sources: []Source{floodSource}})
				defer tail.Close()
				wait(20 * time.Second)
				begin := there()
				newest := func() (at int64) {
					for e := range stored(tail.Store(), begin.Add(-time.Minute), there().Add(time.Hour)) {
						at = max(at, e.time)
					}
					return at
				}
				for range 20 {
					wait(time.Second)
					if age := there().Sub(time.UnixMilli(newest())); age > 4*time.Second || age < 0 {
						t.Fatalf("the newest line is %v old", age)
					}
				}
				end := there()
				until(t, "settled", func() bool { return tail.State().Settled.After(end) })
				compare(t, r.truth(begin, end), stored(tail.Store(), begin, end))
				if st := tail.State(); st.Lag > 0 || len(st.Problems) > 0 {
					t.Errorf("%+v", st)
				}
			})
		})
	}
}
