package world

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func story(t *testing.T, w *World, name Story) *Service {
	t.Helper()
	for _, s := range w.Services("prod") {
		if s.Story == name {
			return s
		}
	}
	t.Fatalf("no service tells the story %s", name)
	return nil
}

func live(w *World, s *Service) []*Task {
	return slices.DeleteFunc(w.History(s.ARN), func(t *Task) bool { return t.DesiredStatus == "STOPPED" })
}

func TestBadDeploymentTripsItsBreaker(t *testing.T) {
	w, c := newWorld(t, Options{})
	s := story(t, w, BadDeploy)
	if !said(s, "deployment failed: tasks failed to start.") {
		t.Error("nothing tells of an earlier failure")
	}
	before := s.TaskDefinition
	get := func() *Service { return w.Service("prod", s.Name) }
	until(t, c, 5*time.Minute, 5*time.Second, "a new deployment", func() bool { return get().TaskDefinition != before })
	d := get().Deployments
	if len(d) != 2 || d[0].Rollout != "IN_PROGRESS" || d[1].Status != "ACTIVE" || d[1].Desired != 0 {
		t.Fatalf("deployments: %+v", d)
	}
	failed := get().Current
	until(t, c, 5*time.Minute, time.Second, "failures", func() bool { return get().Deployments[0].Failed > 0 })
	if get().Running < s.Desired {
		t.Errorf("only %d of %d good tasks run while the bad ones crash", get().Running, s.Desired)
	}
	until(t, c, 10*time.Minute, time.Second, "the rollback", func() bool { return get().TaskDefinition == before })
	v := get()
	if r := v.Deployments[0].RolloutReason; !strings.HasPrefix(r, "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/") {
		t.Errorf("reason of the rollback: %q", r)
	}
	if i := slices.IndexFunc(v.Deployments, func(d Deployment) bool { return d.Rollout == "FAILED" }); i < 1 || v.Deployments[i].Failed < 3 {
		t.Errorf("deployments: %+v", v.Deployments)
	}
	until(t, c, 5*time.Minute, time.Second, "the old deployment's end", func() bool { return get().Deployments[0].Rollout == "COMPLETED" })
	sd := w.ServiceDeployment(failed)
	if sd.Status != "ROLLBACK_SUCCESSFUL" || sd.BreakerStatus != "TRIGGERED" || sd.Failures < 3 || sd.Rollback == "" || sd.Finished.IsZero() {
		t.Errorf("the service deployment: %+v", sd)
	}
	crashed := 0
	for _, x := range w.History(s.ARN) {
		if x.StopCode == "EssentialContainerExited" {
			crashed++
			if app := x.Containers[len(x.Containers)-1]; app.ExitCode == nil || *app.ExitCode != 1 || x.Facts.Crash.Message == "" {
				t.Errorf("a crashed task: %+v", app)
			}
		}
	}
	if crashed < 3 {
		t.Errorf("%d tasks crashed", crashed)
	}
}

func TestLeakEndsIn137(t *testing.T) {
	w, c := newWorld(t, Options{})
	s := story(t, w, Leak)
	x := live(w, s)[0]
	l := x.Facts.Leak
	if l == nil {
		t.Fatal("no leak")
	}
	// Memory grows to the limit, as a function of time alone.
	last := 0.0
	for i := range 11 {
		at := l.Start.Add(time.Duration(i) * l.Full.Sub(l.Start) / 10)
		m := x.Memory(at)
		if m != x.Memory(at) || m < last-5 {
			t.Errorf("memory at %d tenths is %.1f after %.1f", i, m, last)
		}
		last = m
	}
	if last < 97 {
		t.Errorf("memory at the end is %.1f", last)
	}
	c.mu.Lock()
	c.at = l.Full.Add(-time.Second)
	c.mu.Unlock()
	if got := w.Task(x.ARN); got.LastStatus != "RUNNING" {
		t.Fatalf("before its end it is %s", got.LastStatus)
	}
	c.move(time.Minute)
	got := w.Task(x.ARN)
	i := slices.IndexFunc(got.Containers, func(b Container) bool { return b.Name == x.Facts.Container })
	if b := got.Containers[i]; b.ExitCode == nil || *b.ExitCode != 137 || b.Reason != "OutOfMemoryError: Container killed due to memory usage" {
		t.Errorf("container: %+v", b)
	}
	if got.StopCode != "EssentialContainerExited" || got.StoppedReason != "Essential container in task exited" || got.LastStatus != "STOPPED" {
		t.Errorf("task: %s %q %s", got.StopCode, got.StoppedReason, got.LastStatus)
	}
	until(t, c, 3*time.Minute, 5*time.Second, "a replacement", func() bool { return w.Service("prod", s.Name).Running == s.Desired })
	if got.Memory(got.Stopped.Add(time.Second)) != 0 {
		t.Error("a stopped task uses memory")
	}
}

func TestUnhealthyTargetIsReplaced(t *testing.T) {
	w, c := newWorld(t, Options{})
	s := story(t, w, Unhealthy)
	var sick *Task
	until(t, c, 15*time.Minute, time.Second, "an unhealthy task", func() bool {
		for _, x := range live(w, s) {
			if x.Health == "UNHEALTHY" {
				sick = x
				return true
			}
		}
		return false
	})
	if !said(w.Service("prod", s.Name), "(task "+sick.ID+") (port 3000) is unhealthy in (target-group ") {
		t.Error("no event says that it is unhealthy")
	}
	c.move(3 * time.Minute)
	got := w.Task(sick.ARN)
	if got.StopCode != "ServiceSchedulerInitiated" || !strings.HasPrefix(got.StoppedReason, "Task failed ELB health checks in (target-group ") {
		t.Errorf("%s %q", got.StopCode, got.StoppedReason)
	}
	if v := w.Service("prod", s.Name); !said(v, "(task "+sick.ID+") failed ELB health checks") || v.Running != s.Desired {
		t.Errorf("%d of %d run", v.Running, s.Desired)
	}
}

func TestOtherStories(t *testing.T) {
	w, _ := newWorld(t, Options{})
	if s := story(t, w, NoCapacity); s.Running >= s.Desired || !said(s, "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance ") {
		t.Errorf("%d of %d run", s.Running, s.Desired)
	}
	in := w.Incidents()
	if len(in) != 1 || in[0].Story != Miner || in[0].Task.Facts.Miner == nil {
		t.Fatalf("incidents: %v", in)
	}
	m := in[0]
	if x := w.Task(m.Task.ARN); x == nil || x.LastStatus != "RUNNING" || x.CPU(w.Now()) < 90 {
		t.Errorf("the miner's task: %+v", x)
	}
	for _, x := range live(w, story(t, w, ExecOff)) {
		if x.Exec || x.Containers[0].Agent != "" {
			t.Error("exec is enabled")
		}
	}
	for _, x := range live(w, story(t, w, AgentDown)) {
		if x.Containers[0].Agent != "STOPPED" || x.Containers[0].AgentReason == "" {
			t.Errorf("agent: %+v", x.Containers[0])
		}
	}
	for _, x := range live(w, story(t, w, Failing)) {
		if x.Facts.ErrorRate < 0.2 || x.Facts.Dependency == "" {
			t.Errorf("facts: %+v", x.Facts)
		}
	}
	logs := map[string]bool{}
	for _, revs := range w.Families() {
		for _, box := range revs[0].Containers {
			switch {
			case box.Log == nil:
				logs["none"] = true
			case box.Log.Driver == "awsfirelens":
				logs[box.Log.Options["Name"]] = true
			default:
				logs[box.Log.Driver] = true
			}
		}
	}
	for _, want := range []string{"none", "awslogs", "cloudwatch_logs", "datadog"} {
		if !logs[want] {
			t.Errorf("no container logs to %s", want)
		}
	}
}

func TestTheMinerStaysKnownWhenItsTaskIsStopped(t *testing.T) {
	w, c := newWorld(t, Options{})
	arn := w.Incidents()[0].Task.ARN
	if _, err := w.StopTask(arn, "taken offline"); err != nil {
		t.Fatal(err)
	}
	c.move(3 * time.Hour)
	if w.VisibleTask("prod", arn) != nil {
		t.Error("the task is still described")
	}
	if in := w.Incidents(); len(in) != 1 || in[0].Task.ARN != arn {
		t.Errorf("incidents: %v", in)
	}
	for _, x := range live(w, story(t, w, Miner)) {
		if x.Facts.Miner != nil {
			t.Error("the replacement mines, too")
		}
	}
}

func TestStopTask(t *testing.T) {
	w, c := newWorld(t, Options{})
	s := w.Service("prod", "web")
	x := live(w, s)[0]
	got, err := w.StopTask(x.ARN, "on call: INC-7")
	if err != nil || got.DesiredStatus != "STOPPED" || got.StopCode != "UserInitiated" || got.StoppedReason != "on call: INC-7" {
		t.Fatalf("%+v, %v", got, err)
	}
	seen := map[string]bool{}
	fresh := map[string]bool{}
	known := map[string]bool{}
	for _, x := range w.History(s.ARN) {
		known[x.ARN] = true
	}
	until(t, c, 5*time.Minute, 500*time.Millisecond, "all tasks again", func() bool {
		seen[w.Task(x.ARN).LastStatus] = true
		for _, n := range w.History(s.ARN) {
			if !known[n.ARN] {
				fresh[n.LastStatus] = true
			}
		}
		v := w.Service("prod", "web")
		return v.Running == v.Desired && seen["STOPPED"]
	})
	for _, st := range []string{"STOPPING", "DEPROVISIONING", "STOPPED"} {
		if !seen[st] {
			t.Errorf("the task never was %s: %v", st, seen)
		}
	}
	for _, st := range []string{"PROVISIONING", "PENDING", "RUNNING"} {
		if !fresh[st] {
			t.Errorf("the new one never was %s: %v", st, fresh)
		}
	}
	if v := w.Service("prod", "web"); !said(v, "has started 1 tasks: (task ") || !said(v, "registered 1 targets in (target-group ") {
		t.Error("events are missing")
	}
	c.move(59 * time.Minute)
	if w.VisibleTask("prod", x.ID) == nil {
		t.Error("a stopped task is gone before an hour is over")
	}
	c.move(3 * time.Minute)
	if w.VisibleTask("prod", x.ID) != nil || w.Task(x.ARN) == nil {
		t.Error("after an hour it is to be remembered, not described")
	}
}

func TestUpdateServiceRollsADeployment(t *testing.T) {
	w, c := newWorld(t, Options{})
	old := live(w, w.Service("prod", "catalog"))
	s, err := w.UpdateService(w.Service("prod", "catalog").ARN, Update{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Deployments) != 2 || s.Deployments[0].Rollout != "IN_PROGRESS" {
		t.Fatalf("%+v", s.Deployments)
	}
	least := s.Desired
	until(t, c, 20*time.Minute, time.Second, "its end", func() bool {
		s = w.Service("prod", "catalog")
		least = min(least, s.Running)
		return s.Deployments[0].Rollout == "COMPLETED" && len(s.Deployments) == 1
	})
	if least < s.Desired {
		t.Errorf("only %d of %d ran while it rolled", least, s.Desired)
	}
	for _, x := range old {
		if got := w.Task(x.ARN); got.StopCode != "ServiceSchedulerInitiated" || !strings.HasPrefix(got.StoppedReason, "Scaling activity initiated by (deployment ecs-svc/") {
			t.Errorf("%s %q", got.StopCode, got.StoppedReason)
		}
	}
	if sd := w.ServiceDeployment(s.Current); sd.Status != "SUCCESSFUL" || sd.Running != s.Desired {
		t.Errorf("%+v", sd)
	}
}

func TestUpdateServiceScales(t *testing.T) {
	w, c := newWorld(t, Options{})
	arn := w.Service("prod", "cart").ARN
	for _, n := range []int{9, 2, 0, 3} {
		s, err := w.UpdateService(arn, Update{Desired: &n})
		if err != nil || s.Desired != n || len(s.Deployments) != 1 {
			t.Fatalf("%+v, %v", s, err)
		}
		until(t, c, 5*time.Minute, time.Second, "the new count", func() bool {
			s = w.Service("prod", "cart")
			return s.Running == n && s.Pending == 0 && len(live(w, s)) == n
		})
	}
}

func TestRegisteredRevisionRuns(t *testing.T) {
	w, c := newWorld(t, Options{})
	s := w.Service("platform", "auth")
	old := w.Definition(s.TaskDefinition)
	td := w.Register(*old, "arn:aws:iam::111122223333:user/me")
	if td.Revision != old.Revision+1 || td.ARN == old.ARN || w.Definition(td.Family) != td {
		t.Fatalf("%d after %d", td.Revision, old.Revision)
	}
	if _, err := w.UpdateService(s.ARN, Update{TaskDefinition: td.ARN}); err != nil {
		t.Fatal(err)
	}
	until(t, c, 10*time.Minute, time.Second, "the new revision alone", func() bool {
		for _, x := range live(w, s) {
			if x.Definition != td || x.LastStatus != "RUNNING" {
				return false
			}
		}
		return true
	})
	if _, err := w.UpdateService(s.ARN, Update{TaskDefinition: "arn:aws:ecs:x:y:task-definition/none:1"}); err != ErrNotFound {
		t.Errorf("an unknown revision: %v", err)
	}
	if _, err := w.StopTask("arn:nothing", ""); err != ErrNotFound {
		t.Errorf("an unknown task: %v", err)
	}
}

func TestLoadIsAFunctionOfTime(t *testing.T) {
	w, c := newWorld(t, Options{})
	x := live(w, w.Service("prod", "checkout"))[0]
	at := noon.Add(-10 * time.Minute)
	cpu, mem := x.CPU(at), x.Memory(at)
	c.move(2 * time.Minute)
	w.Now()
	if y := w.Task(x.ARN); y.CPU(at) != cpu || y.Memory(at) != mem {
		t.Error("the past has changed")
	}
	for i := range 500 {
		at := noon.Add(-time.Duration(i) * time.Minute)
		if v := x.CPU(at); v < 0 || v > 100 {
			t.Errorf("CPU %v", v)
		}
		if v := x.Memory(at); v < 0 || v > 100 {
			t.Errorf("memory %v", v)
		}
	}
}
