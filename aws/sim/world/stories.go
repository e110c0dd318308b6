package world

import (
	"fmt"
	"slices"
	"time"
)

// decide gives a new task its facts: what its load will be, and whether it will fail.
func (w *World) decide(t *Task, s *Service) {
	h := mix(t.Seed, 11)
	f := Facts{
		ErrorRate: 0.002, Latency: time.Duration(12+h%40) * time.Millisecond,
		BaseCPU: 12 + 30*unit(h), BaseMemory: 30 + 30*unit(mix(h, 1)), RequestRate: 2 + 6*unit(mix(h, 2)),
	}
	if n := len(t.Definition.Containers); n > 0 {
		f.Container = t.Definition.Containers[n-1].Name
	}
	if s == nil {
		t.Story, t.App, f.RequestRate, f.BaseCPU = Steady, Worker, 1, 70
		t.Facts = f
		return
	}
	f.RequestRate *= 0.6 + 0.8*unit(mix(s.Seed, 7)) // services differ more than tasks
	if t.App == Worker {
		f.RequestRate /= 3
	}
	if t.Story == Failing {
		f.ErrorRate, f.Latency, f.Dependency = 0.35, 2800*time.Millisecond, s.Name+"-db:5432"
	}
	if w.state.bad[t.Definition.ARN] {
		f.Crash = &CrashFacts{Code: 1, Message: "required environment variable PAYMENTS_SIGNING_KEY_V2 is not set"}
	}
	t.Facts = f
}

// begin fixes the facts that count from a task's start.
func (t *Task) begin(at time.Time) {
	h := mix(t.Seed, 12)
	if t.Story == Leak && t.Facts.Leak == nil {
		life := 22*time.Minute + time.Duration(unit(h)*float64(18*time.Minute))
		t.Facts.Leak = &LeakFacts{Start: at, Full: at.Add(life), From: 38}
	}
	if c := t.Facts.Crash; c != nil && c.At.IsZero() {
		n := *c
		n.At = at.Add(5*time.Second + time.Duration(unit(h)*float64(10*time.Second)))
		t.Facts.Crash = &n
	}
}

// foretell lets what a running task's facts say happen in its time.
func (w *World) foretell(t *Task) {
	arn := t.ARN
	if l := t.Facts.Leak; l != nil {
		w.after(l.Full.Sub(w.now), func() { w.die(arn, 137, "OutOfMemoryError: Container killed due to memory usage") })
	}
	if c := t.Facts.Crash; c != nil {
		w.after(c.At.Sub(w.now), func() { w.die(arn, c.Code, "") })
	}
	if t.Story == Unhealthy {
		w.sicken(t)
	}
	if t.CapacityProvider == "FARGATE_SPOT" && t.Facts.Miner == nil && !w.state.plans[serviceARN(t)].template.quiet {
		w.after(w.between(20*time.Minute, 5*time.Hour), func() {
			w.end(arn, "SpotInterruption", "Your Spot Task was interrupted.", nil)
		})
	}
}

// die ends a task through its application's container.
func (w *World) die(arn string, code int, reason string) {
	if t := w.state.tasks[arn]; t != nil {
		w.exit(arn, t.Facts.Container, code, reason)
	}
}

// exit ends a task through one of its containers.
func (w *World) exit(arn, container string, code int, reason string) {
	w.end(arn, "EssentialContainerExited", "Essential container in task exited", func(t *Task) {
		for i := range t.Containers {
			if c := &t.Containers[i]; c.Name == container {
				c.LastStatus, c.ExitCode, c.Reason, c.Health = "STOPPED", &code, reason, "UNKNOWN"
				if c.Agent != "" {
					c.Agent = "STOPPED"
				}
			}
		}
	})
}

// sicken chooses a task whose target turns unhealthy after some minutes, one of a
// service at a time.
func (w *World) sicken(t *Task) {
	arn, service := t.ARN, serviceARN(t)
	for _, o := range w.living(service) {
		if !o.Facts.Unhealthy.IsZero() && o.DesiredStatus == "RUNNING" && o.ARN != arn {
			return
		}
	}
	wait := w.between(4*time.Minute, 8*time.Minute)
	w.change(arn, func(t *Task) { t.Facts.Unhealthy = w.now.Add(wait) })
	w.after(wait, func() {
		s := w.state.services[service]
		n := w.unlessStopping(arn, func(t *Task) {
			t.Health = "UNHEALTHY"
			for i := range t.Containers {
				if t.Containers[i].Name == t.Facts.Container {
					t.Containers[i].Health = "UNHEALTHY"
				}
			}
		})
		if n == nil || len(s.LoadBalancers) == 0 {
			return
		}
		lb := s.LoadBalancers[0]
		w.say(service, "(task %s) (port %d) is unhealthy in (target-group %s) due to (reason Health checks failed with these codes: [503]).", n.ID, lb.Port, lb.TargetGroup)
		w.after(w.between(20*time.Second, 50*time.Second), func() {
			if t := w.state.tasks[arn]; t != nil && t.DesiredStatus == "RUNNING" {
				w.say(service, "(task %s) failed ELB health checks in (target-group %s).", t.ID, lb.TargetGroup)
				w.stopMany(s, []*Task{t}, "Task failed ELB health checks in (target-group "+lb.TargetGroup+")")
			}
		})
	})
}

// infect puts the miner into a task that has not been admitted yet.
func (w *World) infect(t *Task) {
	h := mix(w.seed, 404)
	t.Facts.Miner = &MinerFacts{
		Since: w.now.Add(-2*time.Hour - time.Duration(h%3600)*time.Second), Container: t.Facts.Container,
		Process: "xmrig", Path: "/tmp/.cache/.x/xmrig", SHA256: hexID(h, 64), Pool: "pool.supportxmr.example:3333", PoolIP: "198.51.100.23", PID: 4211 + int(h%800),
	}
	w.state.incidents = append(w.state.incidents, Incident{Story: Miner, Task: t, Since: t.Facts.Miner.Since})
}

// beginStories sets going what repeats: deployments, one of them bad, and tasks of
// no service. The times are such that a world just opened shows each of them soon.
func (w *World) beginStories(clusters []string) {
	arns := make([]string, 0, len(w.state.services))
	for _, c := range clusters {
		arns = append(arns, w.state.ofCluster[c]...)
	}
	for i, arn := range arns {
		switch w.state.services[arn].Story {
		case Rolling:
			w.after(past-time.Hour+time.Duration(20+i)*time.Second, func() { w.rollAgain(arn) })
		case BadDeploy:
			w.state.bad[w.badRevision(arn).ARN] = true
			w.after(past-time.Hour+40*time.Second, func() { w.tryBad(arn) })
		}
	}
	home := clusters[min(2, len(clusters)-1)]
	w.repeatTask(home, "etl-compact", "events-rule/etl-compact", 0, 12*time.Minute, 4*time.Minute)
	w.repeatTask(home, "partition-check", "events-rule/partition-check", 1, 25*time.Minute, 90*time.Second)
	w.repeatTask(clusters[0], "report-daily", "events-rule/report-daily", 0, 2*time.Hour, 95*time.Minute)
}

// rollAgain deploys a new revision every twenty minutes.
func (w *World) rollAgain(arn string) {
	w.after(20*time.Minute, func() { w.rollAgain(arn) })
	p := w.state.plans[arn]
	s := w.state.services[arn]
	if s.Deployments[0].Rollout == "IN_PROGRESS" {
		return
	}
	w.deploy(arn, w.nextRevision(p.template))
}

// keepRevisions is how many revisions of a family that is deployed all the time
// are kept: the world may run for weeks.
const keepRevisions = 40

func (w *World) nextRevision(t template) *TaskDefinition {
	revs := w.state.families[t.cluster+"-"+t.name]
	td := w.put(w.define(t, revs[len(revs)-1].Revision+1), w.now)
	if len(revs) >= keepRevisions {
		delete(w.state.definition, revs[0].ARN)
		w.state.families[td.Family] = slices.Clone(w.state.families[td.Family][1:])
	}
	return td
}

func (w *World) badRevision(arn string) *TaskDefinition {
	td := w.nextRevision(w.state.plans[arn].template)
	n := *td
	n.Containers = slices.Clone(td.Containers)
	last := &n.Containers[len(n.Containers)-1]
	last.Env = append(slices.Clone(last.Env), EnvVar{"PAYMENTS_SIGNING", "v2"})
	revs := slices.Clone(w.state.families[td.Family])
	revs[len(revs)-1] = &n
	w.state.families[td.Family], w.state.definition[td.ARN] = revs, &n
	return &n
}

// tryBad deploys the bad revision every half hour, unless something else goes on.
func (w *World) tryBad(arn string) {
	w.after(30*time.Minute, func() { w.tryBad(arn) })
	s := w.state.services[arn]
	if s.Deployments[0].Rollout != "COMPLETED" || s.Desired == 0 {
		return
	}
	revs := w.state.families[s.ClusterName+"-"+s.Name]
	for i := len(revs) - 1; i >= 0; i-- {
		if w.state.bad[revs[i].ARN] {
			w.deploy(arn, revs[i])
			return
		}
	}
}

// repeatTask runs a task of no service again and again; it exits with the code.
func (w *World) repeatTask(cluster, name, by string, code int, every, lasts time.Duration) {
	t := template{cluster: cluster, name: name, app: Worker}
	td := w.put(w.define(t, 7), w.now.Add(-40*24*time.Hour))
	c := w.state.clusters[cluster]
	var run func()
	run = func() {
		w.after(every, run)
		task := w.start(nil, nil, td, c, "family:"+td.Family, by)
		w.after(lasts, func() { w.die(task.ARN, code, "") })
	}
	w.after(time.Duration(mix(w.seed, text(name))%uint64(4*time.Minute)), run)
}

// String says what happened, for logs of tests.
func (i Incident) String() string {
	return fmt.Sprintf("%s in %s since %s", i.Story, i.Task.ARN, i.Since.Format(time.RFC3339))
}
