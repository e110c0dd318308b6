package logs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/sim"
	"ecsole/lines"
)

// steady makes n streams that have logged rate lines a second for an hour.
func (r *rig) steady(n int, rate float64) {
	begin := time.Now().Add(-time.Hour)
	r.flood(n, func(int) (from, to time.Time, _ float64) { return begin, time.Time{}, rate })
}

func count(t *Tail) int { return t.Store().All().Len() }

// until waits for a condition, in fake time.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		wait(100 * time.Millisecond)
	}
	t.Fatalf("after a minute still not: %s", what)
}

// TestServiceOfTheWorld reads a service as the console does: its definition, its
// sources, its tasks; a task that comes later joins by itself, and one that ends
// says why.
func TestServiceOfTheWorld(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		var service ecs.Service
		var d ecs.TaskDefinition
		clusters, _ := aws.Collect(r.ecs.Clusters(t.Context()))
		for _, c := range clusters {
			services, _ := aws.Collect(r.ecs.Services(t.Context(), c.ARN))
			for _, s := range services {
				td, err := r.ecs.TaskDefinition(t.Context(), s.TaskDefinition)
				if err != nil {
					t.Fatal(err)
				}
				if s.Running >= 2 && td.Containers[0].LogDriver == "awslogs" && service.ARN == "" && s.Running == s.Desired {
					service, d = s, td
				}
			}
		}
		if service.ARN == "" {
			t.Fatal("the world has no service that logs to CloudWatch")
		}
		r.sim.Logs().Rate(service.Name, 5)
		tail := r.hub.Tail(Spec{Sources: ForService(&d), Scope: service.ARN, Tasks: TasksOf(r.ecs, service.ClusterARN, service.Name)})
		defer tail.Close()
		until(t, "lines of all tasks", func() bool { return count(tail) > 0 && len(ids(tail)) >= service.Running })
		known := ids(tail)
		stopped := known[0]
		if _, err := r.sim.World().StopTask(ecs.TaskARN(service.ClusterARN, stopped), "for the test"); err != nil {
			t.Fatal(err)
		}
		fresh := func() string {
			for _, id := range ids(tail) {
				if !slices.Contains(known, id) {
					return id
				}
			}
			return ""
		}
		for i := 0; fresh() == "" || ended(tail, stopped) == ""; i++ {
			if i > 600 {
				t.Fatalf("after ten minutes: new task %q, the stopped one %q", fresh(), ended(tail, stopped))
			}
			wait(time.Second)
		}
		notices := 0
		tail.Store().All().Read(func(x lines.Reader) {
			for i := range x.Len() {
				if l := x.Line(i); l.Flags&lines.Notice != 0 && x.Stream(l.Stream).Task == stopped {
					notices++
				}
			}
		})
		if notices == 0 {
			t.Error("no line says why the task ended")
		}
		if st := tail.State(); len(st.Problems) > 0 || !st.Following {
			t.Errorf("%+v", st)
		}
	})
}

func ids(t *Tail) (out []string) {
	for _, s := range t.Store().Streams() {
		if !slices.Contains(out, s.Task) {
			out = append(out, s.Task)
		}
	}
	return out
}

func ended(t *Tail, task string) string {
	for _, s := range t.Store().Streams() {
		if s.Task == task {
			return s.Ended
		}
	}
	return ""
}

func TestTailsOfTheSameAreReadOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(2, 1)
		open := func(scope string) *Tail { return r.hub.Tail(Spec{Sources: []Source{floodSource}, Scope: scope}) }
		calls := func() int {
			wait(5 * time.Second)
			r.sim.Faults().ResetCalls()
			wait(20 * time.Second)
			return r.sim.Faults().Calls("logs:FilterLogEvents")
		}
		a := open("")
		one := calls()
		b, c := open(""), open("another")
		if a.Store() != b.Store() || a.Store() == c.Store() {
			t.Fatal("tails of the same share a store, others do not")
		}
		if three := calls(); three > one+2 || one < 10 {
			t.Errorf("one tail makes %d calls in 20 s, three make %d", one, three)
		}
		a.Close()
		a.Close() // once is enough
		if b.Store().All().Len() == 0 {
			t.Error("a tail ended with the wrong hold")
		}
		b.Close()
		c.Close()
		if n := calls(); n != 0 {
			t.Errorf("%d calls after all tails were closed", n)
		}
	})
}

func TestStrangersAreLeftOut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(4, 2)
		asked := 0
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}, Tasks: func(_ context.Context, ids []string) (map[string]Task, error) {
			if asked++; asked == 1 {
				return nil, errors.New("not now")
			}
			out := map[string]Task{}
			for _, id := range ids {
				switch id {
				case taskID(0), taskID(1):
					out[id] = Task{Stranger: true}
				case taskID(2):
					out[id] = Task{Label: "mine"}
				} // of the fourth nothing is known
			}
			return out, nil
		}})
		defer tail.Close()
		until(t, "only ours", func() bool {
			seen := map[string]bool{}
			tail.Store().All().Read(func(x lines.Reader) {
				for i := range x.Len() {
					seen[x.Stream(x.Line(i).Stream).Label] = true
				}
			})
			return len(seen) == 2 && seen["mine"] && seen[taskID(3)[:8]]
		})
		n := tail.Store().Stats().Added
		wait(10 * time.Second)
		if tail.Store().Stats().Added == n {
			t.Error("nothing comes any more")
		}
		st := tail.State()
		if !slices.ContainsFunc(st.Notes, func(s string) bool { return strings.Contains(s, "2 streams") }) || len(st.Problems) > 0 {
			t.Errorf("%+v", st)
		}
	})
}

func TestAbsentStreamIsNoError(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		soon := time.Now().Add(20 * time.Second)
		r.flood(1, func(int) (from, to time.Time, _ float64) { return soon, time.Time{}, 5 })
		tail := r.hub.Tail(Spec{Sources: []Source{{Group: floodGroup, Stream: "load/app/" + taskID(0), Container: "app", Task: taskID(0)}}})
		defer tail.Close()
		wait(10 * time.Second)
		if st := tail.State(); len(st.Problems) > 0 || !st.Following || st.Lag > 0 {
			t.Errorf("%+v", st)
		}
		until(t, "lines of the stream that came late", func() bool { return count(tail) > 5 })
		end := time.Now()
		until(t, "settled", func() bool { return tail.State().Settled.After(end) })
		compare(t, r.truth(soon.Add(-time.Minute), end), stored(tail.Store(), soon.Add(-time.Minute), end))
	})
}

// TestStreamsAreReadTogether: many streams by name are one place, and one that does
// not exist (yet) is no obstacle to the others.
func TestStreamsAreReadTogether(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		began := time.Now()
		r.flood(5, func(i int) (from, to time.Time, rate float64) {
			if i == 3 {
				return began.Add(25 * time.Second), time.Time{}, 3
			}
			return began.Add(-time.Hour), time.Time{}, 3
		})
		var sources []Source
		for i := range 6 { // the sixth never comes
			sources = append(sources, Source{Group: floodGroup, Stream: "load/app/" + taskID(i), Container: "app", Task: taskID(i)})
		}
		tail := r.hub.Tail(Spec{Sources: sources})
		defer tail.Close()
		until(t, "lines of the four that are there", func() bool { return len(ids(tail)) == 4 })
		r.sim.Faults().ResetCalls()
		wait(20 * time.Second)
		if n := r.sim.Faults().Calls("logs:FilterLogEvents"); n > 40 {
			t.Errorf("%d calls in 20 s", n)
		}
		if st := tail.State(); len(st.Problems) > 0 || st.Lag > 0 {
			t.Errorf("%+v", st)
		}
		until(t, "lines of the fifth", func() bool { return len(ids(tail)) == 5 })
		end := time.Now()
		until(t, "settled", func() bool { return tail.State().Settled.After(end) })
		// What the fifth wrote before it was found is not read again by itself.
		compare(t, r.truth(end.Add(-20*time.Second), end), stored(tail.Store(), end.Add(-20*time.Second), end))
	})
}

func TestTroubleIsAState(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		missing := r.hub.Tail(Spec{Sources: []Source{{Group: "/not/there", Prefix: "a/b/", Container: "b"}}})
		defer missing.Close()
		until(t, "the group is missed", func() bool {
			st := missing.State()
			return len(st.Problems) == 1 && st.Problems[0].Class == "not found" && strings.Contains(st.Problems[0].Text, "group")
		})
		r.steady(1, 5)
		r.sim.Faults().Deny("logs:FilterLogEvents")
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource, {Container: "other", Elsewhere: "goes to Splunk"}}})
		defer tail.Close()
		until(t, "the denial is seen", func() bool {
			st := tail.State()
			return len(st.Problems) == 1 && st.Problems[0].Class == "denied" && st.Problems[0].Action == "logs:FilterLogEvents"
		})
		denied := time.Now()
		wait(20 * time.Second)
		if st := tail.State(); st.Lag < 10*time.Second || st.Problems[0].Since.After(denied) {
			t.Errorf("while nothing can be read: %+v", st)
		}
		if st := tail.State(); len(st.Notes) != 1 || !strings.Contains(st.Notes[0], "Splunk") {
			t.Errorf("%+v", st.Notes)
		}
		r.sim.Faults().Allow("logs:FilterLogEvents")
		end := time.Now()
		until(t, "all has been read", func() bool {
			st := tail.State()
			return st.Settled.After(end) && st.Reading == "" && len(st.Problems) == 0 && st.Lag == 0
		})
		compare(t, r.truth(denied.Add(-20*time.Second), end), stored(tail.Store(), denied.Add(-20*time.Second), end))
		none := r.hub.Tail(Spec{Sources: []Source{{Container: "c", Elsewhere: "x"}}})
		defer none.Close()
		if st := none.State(); st.Ended == "" || st.Following {
			t.Errorf("%+v", st)
		}
	})
}

// TestHangingServer: the tail goes on when the server answers again.
func TestHangingServer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}})
		defer tail.Close()
		wait(5 * time.Second)
		begin := time.Now()
		r.sim.Faults().Hang("logs:*")
		wait(time.Minute)
		if st := tail.State(); st.Lag < 50*time.Second || len(st.Problems) == 0 || st.Problems[0].Class != "network" {
			t.Errorf("%+v", st)
		}
		r.sim.Faults().Unhang("logs:*")
		end := time.Now()
		until(t, "all has been read", func() bool { return tail.State().Settled.After(end) })
		compare(t, r.truth(begin, end), stored(tail.Store(), begin, end))
	})
}
