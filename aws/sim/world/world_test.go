package world

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock is a world's time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newWorld(t testing.TB, o Options) (*World, *clock) {
	t.Helper()
	c := &clock{at: noon}
	o.Clock = c.now
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

// until moves the clock in steps until the condition holds.
func until(t *testing.T, c *clock, limit, step time.Duration, what string, ok func() bool) {
	t.Helper()
	for passed := time.Duration(0); !ok(); passed += step {
		if passed > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		c.move(step)
	}
}

func said(s *Service, text string) bool {
	return slices.ContainsFunc(s.Events, func(e Event) bool { return strings.Contains(e.Message, text) })
}

func TestDefaultScale(t *testing.T) {
	w, _ := newWorld(t, Options{})
	services, tasks, stopped := 0, 0, 0
	insights := map[string]bool{}
	kinds := map[string]int{}
	for _, c := range w.Clusters() {
		insights[c.Insights] = true
		services += len(w.Services(c.Name))
		for _, k := range w.Tasks(c.ARN) {
			if k.LastStatus == "STOPPED" {
				stopped++
				continue
			}
			tasks++
			kinds[k.LaunchType+" "+k.CapacityProvider]++
		}
	}
	if n := len(w.Clusters()); n != 4 || services != 30 || tasks < 112 || tasks > 132 || stopped < 20 {
		t.Errorf("%d clusters, %d services, %d tasks, %d stopped", n, services, tasks, stopped)
	}
	if len(insights) != 3 {
		t.Errorf("settings of Container Insights: %v", insights)
	}
	for _, k := range []string{"FARGATE ", "FARGATE FARGATE_SPOT", "FARGATE FARGATE", "EC2 prod-ec2", "EC2 "} {
		if kinds[k] == 0 {
			t.Errorf("no task is %q: %v", k, kinds)
		}
	}
}

func TestScaleFollowsOptions(t *testing.T) {
	for _, o := range []Options{
		{Clusters: 1, Services: 200, Tasks: 1000},
		{Clusters: 2, Services: 7, Tasks: 20},
		{Clusters: 9, Services: 60, Tasks: 240},
		{Services: 100},
		{Services: 40, Tasks: 20},
	} {
		w, _ := newWorld(t, o)
		services, desired := 0, 0
		for _, c := range w.Clusters() {
			for _, s := range w.Services(c.Name) {
				services++
				desired += s.Desired
			}
		}
		want := o.Tasks
		if want == 0 {
			want = 4 * o.Services
		}
		if services != o.Services || desired < want*8/10-10 || desired > want*12/10+45 {
			t.Errorf("%+v: %d services that want %d tasks", o, services, desired)
		}
	}
}

func TestSameSeedSameWorld(t *testing.T) {
	a, ca := newWorld(t, Options{Seed: 5})
	b, cb := newWorld(t, Options{Seed: 5})
	other, _ := newWorld(t, Options{Seed: 6})
	ca.move(time.Hour)
	for range 60 { // looked at in other steps
		cb.move(time.Minute)
		b.Clusters()
	}
	for _, c := range a.Clusters() {
		x, y := a.Tasks(c.Name), b.Tasks(c.Name)
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%s: the same seed made %d and %d tasks that differ", c.Name, len(x), len(y))
		}
		if !reflect.DeepEqual(a.Services(c.Name), b.Services(c.Name)) {
			t.Errorf("%s: services differ", c.Name)
		}
	}
	if a.Tasks("prod")[0].ID == other.Tasks("prod")[0].ID {
		t.Error("another seed made the same tasks")
	}
}

func TestRegionsAndPartitions(t *testing.T) {
	w, _ := newWorld(t, Options{Region: "cn-north-1", Account: "222233334444"})
	if got := w.Clusters()[0].ARN; got != "arn:aws-cn:ecs:cn-north-1:222233334444:cluster/data" {
		t.Error(got)
	}
}

// TestTimeKeepsOrder looks at a world at many times, after acts at random, and
// checks what must always hold.
func TestTimeKeepsOrder(t *testing.T) {
	w, c := newWorld(t, Options{Seed: 3})
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		c.move(time.Duration(rng.IntN(240)) * time.Second)
		k := w.Clusters()[rng.IntN(4)]
		if s := w.Services(k.Name); len(s) > 0 {
			v := s[rng.IntN(len(s))]
			n := rng.IntN(9)
			switch rng.IntN(6) {
			case 0:
				if v.Scheduling != "DAEMON" {
					if _, err := w.UpdateService(v.ARN, Update{Desired: &n}); err != nil {
						t.Fatal(err)
					}
				}
			case 1:
				if _, err := w.UpdateService(v.ARN, Update{Force: true}); err != nil {
					t.Fatal(err)
				}
			case 2:
				if ts := w.Tasks(k.Name); len(ts) > 0 {
					if _, err := w.StopTask(ts[rng.IntN(len(ts))].ARN, "by chance"); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		checkWorld(t, w)
		if t.Failed() {
			t.FailNow()
		}
	}
	// Left alone, all settle: every service that finds room has its tasks.
	c.move(15 * time.Minute)
	for _, k := range w.Clusters() {
		for _, s := range w.Services(k.Name) {
			calm := s.Story == Steady || s.Story == ExecOff || s.Story == AgentDown || s.Story == Failing
			if calm && s.Running+s.Pending != s.Desired && !said(s, "unable to place") && !said(s, "SpotInterruption") && s.Running < s.Desired-1 {
				t.Errorf("%s/%s wants %d and has %d", k.Name, s.Name, s.Desired, s.Running)
			}
		}
	}
}

func checkWorld(t *testing.T, w *World) {
	t.Helper()
	for _, k := range w.Clusters() {
		tasks := w.Tasks(k.Name)
		running := map[string]int{}
		room := map[string][2]int{}
		for i, x := range tasks {
			if i > 0 && tasks[i-1].ARN >= x.ARN {
				t.Errorf("tasks out of order: %s", x.ARN)
			}
			if x.LastStatus == "RUNNING" {
				running[x.ServiceName]++
			}
			if (x.LastStatus == "STOPPED") == x.Stopped.IsZero() {
				t.Errorf("%s is %s, stopped at %v", x.ARN, x.LastStatus, x.Stopped)
			}
			if x.DesiredStatus == "STOPPED" && (x.StopCode == "" || x.StoppedReason == "" || x.Stopping.IsZero()) {
				t.Errorf("%s stops without code, reason or time", x.ARN)
			}
			for _, box := range x.Containers {
				if x.LastStatus == "STOPPED" && box.LastStatus != "STOPPED" {
					t.Errorf("%s is stopped, its %s is %s", x.ARN, box.Name, box.LastStatus)
				}
			}
			if x.InstanceARN != "" && x.LastStatus != "STOPPED" {
				cpu, memory := needs(x.Definition)
				r := room[x.InstanceARN]
				room[x.InstanceARN] = [2]int{r[0] + cpu, r[1] + memory}
			}
		}
		for _, s := range w.Services(k.Name) {
			if s.Running != running[s.Name] {
				t.Errorf("%s counts %d running tasks of %d", s.ARN, s.Running, running[s.Name])
			}
			if len(s.Events) > 100 || len(s.Deployments) == 0 || s.Deployments[0].Status != "PRIMARY" {
				t.Errorf("%s: %d events, deployments %+v", s.ARN, len(s.Events), s.Deployments)
			}
			if s.TaskDefinition != s.Deployments[0].TaskDefinition {
				t.Errorf("%s: definition %s, deployment's %s", s.ARN, s.TaskDefinition, s.Deployments[0].TaskDefinition)
			}
			for i := 1; i < len(s.Events); i++ {
				if s.Events[i].Time.Before(s.Events[i-1].Time) {
					t.Errorf("%s: events out of order", s.ARN)
				}
			}
			if w.Definition(s.TaskDefinition) == nil || w.ServiceDeployment(s.Current) == nil || w.Revision(s.Deployments[0].RevisionARN) == nil {
				t.Errorf("%s refers to what is not there", s.ARN)
			}
		}
		for _, in := range w.Instances(k.Name) {
			used := room[in.ARN]
			if in.CPU-in.CPULeft != used[0] || in.Memory-in.MemoryLeft != used[1] || in.CPULeft < 0 || in.MemoryLeft < 0 {
				t.Errorf("%s has %d and %d left, its tasks take %v", in.ARN, in.CPULeft, in.MemoryLeft, used)
			}
		}
	}
}

func TestDaysPassUnseen(t *testing.T) {
	w, c := newWorld(t, Options{})
	c.move(5 * 24 * time.Hour)
	checkWorld(t, w)
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.state.tasks); n > 1500 {
		t.Errorf("%d tasks are remembered", n)
	}
	if n := len(w.state.definition); n > 300 {
		t.Errorf("%d task definitions are remembered", n)
	}
	if n := len(w.state.revisions); n > 1200 {
		t.Errorf("%d service revisions are remembered", n)
	}
}

func TestManyReaders(t *testing.T) {
	w, c := newWorld(t, Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				c.move(3 * time.Second)
				for _, k := range w.Clusters() {
					for _, s := range w.Services(k.Name) {
						_ = len(s.Events) + s.Running
					}
					for _, x := range w.Tasks(k.Name) {
						_ = x.Memory(noon) + float64(len(x.Containers))
					}
				}
			}
		})
	}
	wg.Wait()
	checkWorld(t, w)
}

func BenchmarkNewLarge(b *testing.B) {
	for b.Loop() {
		newWorld(b, Options{Services: 2000, Tasks: 10000})
	}
}
