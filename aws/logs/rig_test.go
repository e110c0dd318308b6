package logs

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
	"ecsole/lines"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inBubble runs a test whose time passes only while everybody waits.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// rig is a hub on a simulated account.
type rig struct {
	testing.TB
	sim *sim.Sim
	acc *aws.Account
	hub *Hub
	ecs *ecs.Client
}

func newRig(t testing.TB, o sim.Options) *rig {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, dial := sim.Pipe()
	skew := time.Duration(0)
	if o.Clock != nil {
		skew = time.Until(o.Clock())
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
		s.ServeHTTP(w, q)
	})}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(l) }()
	journal, err := audit.Open(t.TempDir()+"/journal.jsonl", audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, region := s.Static("http://simulator")
	a, err := aws.Open(t.Context(), aws.Options{
		Journal: journal, Dial: dial,
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Close()
		srv.Close()
		<-served
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{t, s, a, HubOf(a, lines.NewBudget(1<<30)), ecs.New(a)}
}

const floodGroup = "/load/test"

func taskID(i int) string { return fmt.Sprintf("%032x", i+1) }

// flood makes n streams, the i-th of which lives and logs as lives(i) says, a
// twentieth of its events up to ten seconds late.
func (r *rig) flood(n int, lives func(i int) (from, to time.Time, rate float64)) {
	for i := range n {
		from, to, rate := lives(i)
		r.sim.Logs().AddGroup(floodGroup, logtext.Make(logtext.Stream{
			Name: "load/app/" + taskID(i), Seed: uint64(i), Rate: rate, Start: from, End: to, Late: 0.05,
			Service: "load", Container: "app", TaskID: taskID(i), Host: "host", Program: logtext.ProgramOf(world.API, "load", "app", ""),
		}))
	}
}

var floodSource = Source{Group: floodGroup, Prefix: "load/app/", Container: "app"}

// event names an event in a way that the truth and the store agree on.
type event struct {
	time, ingested int64
	stream, text   string
}

// truth counts the events of the flood between two times.
func (r *rig) truth(from, to time.Time) map[event]int {
	out := map[event]int{}
	all := r.sim.Logs().Events(floodGroup, from, to)
	for {
		e, ok := all.Next()
		if !ok {
			return out
		}
		out[event{e.Time, e.Ingested, e.Stream.Name, e.Message}]++
	}
}

// stored counts the lines of a store between two times.
func stored(s *lines.Store, from, to time.Time) map[event]int {
	out := map[event]int{}
	s.All().Read(func(r lines.Reader) {
		for i := r.Find(lines.Key{Time: from.UnixMilli()}); i < r.Len(); i++ {
			l := r.Line(i)
			if l.Time > to.UnixMilli() {
				return
			}
			out[event{l.Time, l.Ingested, r.Stream(l.Stream).Name, string(l.Text)}]++
		}
	})
	return out
}

// compare reports what is lost and what is doubled.
func compare(t testing.TB, want, got map[event]int) {
	t.Helper()
	lost, doubled := 0, 0
	for e, n := range want {
		if d := n - got[e]; d > 0 {
			if lost += d; lost < 4 {
				t.Errorf("lost: %+v", e)
			}
		}
	}
	for e, n := range got {
		if d := n - want[e]; d > 0 {
			if doubled += d; doubled < 4 {
				t.Errorf("too many: %+v", e)
			}
		}
	}
	if lost+doubled > 0 {
		t.Errorf("of %d events %d are lost and %d are too many", len(want), lost, doubled)
	}
}

// wait lets fake time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
