package logs

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
	"ecsole/lines"
)

// TestLiveTailIsReconciled: what the live session leaves out is filled in, marked as
// late, and nothing is there twice.
func TestLiveTailIsReconciled(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(5, 20)
		r.sim.Logs().TailEvents(30)
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}})
		defer tail.Close()
		wait(3 * time.Second)
		tail.SetLive(true)
		until(t, "the session", func() bool { return r.sim.Logs().Sessions() == 1 && !tail.State().Live.Since.IsZero() })
		begin := time.Now().Add(2 * time.Second)
		wait(time.Minute)
		end := time.Now()
		until(t, "settled", func() bool { return tail.State().Settled.After(end) })
		st := tail.State()
		if !st.Live.On || st.Live.Sampled < 30 || st.Live.CostUSD < 0.01 || st.Live.CostUSD > 0.03 {
			t.Errorf("%+v", st.Live)
		}
		truth := r.truth(begin, end)
		compare(t, truth, stored(tail.Store(), begin, end))
		late := 0
		tail.Store().All().Read(func(x lines.Reader) {
			for i := range x.Len() {
				if l := x.Line(i); l.Flags&lines.Late != 0 && l.Time > begin.UnixMilli() && l.Time < end.UnixMilli() {
					late++
				}
			}
		})
		// Three of four are left out; some of them the regular pass brings first.
		if late < len(truth)/8 || late > len(truth)*3/4 {
			t.Errorf("%d of %d lines are marked as filled in", late, len(truth))
		}
		tail.SetLive(false)
		until(t, "the session has ended", func() bool { return r.sim.Logs().Sessions() == 0 })
		if st := tail.State(); st.Live.On || len(st.Problems) > 0 {
			t.Errorf("%+v", st)
		}
	})
}

func TestLiveTailOfAFullAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		r.sim.Faults().Deny("logs:StartLiveTail")
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}})
		defer tail.Close()
		tail.SetLive(true)
		until(t, "the denial", func() bool { return strings.Contains(tail.State().Live.Text, "StartLiveTail") })
		n := count(tail)
		wait(10 * time.Second)
		if count(tail) <= n {
			t.Error("without the live session nothing comes")
		}
		r.sim.Faults().Allow("logs:StartLiveTail")
		until(t, "a session", func() bool { return r.sim.Logs().Sessions() == 1 && tail.State().Live.Text == "" })
	})
}
