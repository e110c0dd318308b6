package world

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// plan is what moves one service.
type plan struct {
	template  template
	limit     int       // tasks that find a place; -1: all
	completed string    // id of the last deployment that went well
	due       time.Time // of the next step, zero if none is due
	unsteady  bool      // tasks have come or gone since the last steady state
	warned    time.Time // when it last said that a task finds no place
	attempts  int       // failures in a row, for the back-off
}

// alter replaces a service by a changed copy.
func (w *World) alter(arn string, f func(*Service)) *Service {
	s := *w.state.services[arn]
	s.Deployments = slices.Clone(s.Deployments)
	f(&s)
	w.state.services[arn] = &s
	w.state.dirty[arn] = struct{}{}
	return &s
}

// say adds an event to a service.
func (w *World) say(arn, format string, args ...any) {
	w.alter(arn, func(s *Service) {
		e := Event{uuid(w.next()), w.now, "(service " + s.Name + ") " + fmt.Sprintf(format, args...)}
		// Older snapshots share the array and never look beyond their own length.
		s.Events = append(s.Events[max(0, len(s.Events)-99):], e)
	})
}

// settle takes the counts of services whose tasks have changed.
func (w *World) settle() {
	for arn := range w.state.dirty {
		s := w.state.services[arn]
		n := *s
		n.Running, n.Pending = 0, 0
		n.Deployments = slices.Clone(s.Deployments)
		for i := range n.Deployments {
			n.Deployments[i].Running, n.Deployments[i].Pending = 0, 0
		}
		for _, t := range w.living(arn) {
			run, pend := 0, 0
			switch t.LastStatus {
			case "RUNNING":
				run = 1
			case "PROVISIONING", "PENDING", "ACTIVATING":
				pend = 1
			}
			n.Running += run
			n.Pending += pend
			for i := range n.Deployments {
				if d := &n.Deployments[i]; d.ID == t.Deployment {
					d.Running += run
					d.Pending += pend
				}
			}
		}
		w.state.services[arn] = &n
		w.countDeployment(&n)
	}
	clear(w.state.dirty)
}

// countDeployment keeps the counts of a service deployment that goes on.
func (w *World) countDeployment(s *Service) {
	sd := w.state.deploys[s.Current]
	if sd == nil || !sd.Finished.IsZero() || len(s.Deployments) == 0 {
		return
	}
	d := s.Deployments[0]
	n := *sd
	n.Desired, n.Running, n.Pending = d.Desired, d.Running, d.Pending
	w.state.deploys[sd.ARN] = &n
}

// wake lets a service's scheduler look after it in d.
func (w *World) wake(arn string, d time.Duration) {
	p := w.state.plans[arn]
	at := w.now.Add(d)
	if !p.due.IsZero() && !p.due.After(at) {
		return
	}
	p.due = at
	w.after(d, func() {
		if p.due.Equal(at) {
			p.due = time.Time{}
			w.step(arn)
		}
	})
}

// crew is a service's tasks as its scheduler sees them.
type crew struct {
	fresh, stale []*Task // of the primary deployment and of others; not stopping
	ready        int     // running, and likely to go on
	readyFresh   int
	leaving      int
}

func (w *World) muster(arn, primary string) crew {
	var c crew
	for _, t := range w.living(arn) {
		if t.DesiredStatus == "STOPPED" {
			c.leaving++
			continue
		}
		ok := t.LastStatus == "RUNNING" && t.Facts.Crash == nil
		if ok {
			c.ready++
		}
		if t.Deployment == primary {
			c.fresh = append(c.fresh, t)
			if ok {
				c.readyFresh++
			}
		} else {
			c.stale = append(c.stale, t)
		}
	}
	return c
}

// step does what ECS's scheduler would do for a service now.
func (w *World) step(arn string) {
	s, p := w.state.services[arn], w.state.plans[arn]
	if s.Status != "ACTIVE" || len(s.Deployments) == 0 {
		return
	}
	d := s.Deployments[0]
	c := w.muster(arn, d.ID)
	most := max(s.Desired*s.MaxPercent/100, 1)
	if s.Scheduling == "DAEMON" {
		most = max(s.Desired, 1)
	}
	if d.Rollout != "FAILED" {
		w.launch(s, p, min(s.Desired-len(c.fresh), most-len(c.fresh)-len(c.stale)))
	}
	w.thin(s, d, c)
	c = w.muster(arn, d.ID)
	if len(c.stale) == 0 && c.leaving == 0 && c.readyFresh == s.Desired && len(c.fresh) == s.Desired {
		w.complete(arn, p)
	}
}

// launch starts up to n tasks, as many as find a place.
func (w *World) launch(s *Service, p *plan, n int) {
	if n <= 0 {
		return
	}
	d := &s.Deployments[0]
	td := w.state.definition[d.TaskDefinition]
	c := w.state.clusters[s.ClusterName]
	if p.limit >= 0 {
		n = min(n, p.limit-len(w.living(s.ARN)))
	}
	onInstances := s.LaunchType == "EC2" || len(s.Strategy) == 1 && !strings.HasPrefix(s.Strategy[0].Provider, "FARGATE")
	var begun []string
	for range min(n, 10) {
		if onInstances && w.roomiest(s, td) == nil {
			break
		}
		begun = append(begun, "(task "+w.start(s, d, td, c, "", "").ID+")")
	}
	if len(begun) > 0 {
		p.unsteady = true
		w.say(s.ARN, "has started %d tasks: %s.", len(begun), strings.Join(begun, " "))
	}
	if len(begun) == 10 && n > 10 {
		w.wake(s.ARN, 3*time.Second)
		return
	}
	if short := len(begun) < n || p.limit >= 0 && len(w.living(s.ARN)) < s.Desired; short {
		w.noRoom(s, p, onInstances)
	}
}

// noRoom says, now and then, that tasks find no place, and tries again later.
func (w *World) noRoom(s *Service, p *plan, onInstances bool) {
	if w.now.Sub(p.warned) > 10*time.Minute {
		p.warned = w.now
		if onInstances && len(w.state.instances[s.ClusterName]) > 0 {
			list := w.state.instances[s.ClusterName]
			near := list[w.next()%uint64(len(list))]
			w.say(s.ARN, "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance %s) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", near.ID)
		} else {
			w.say(s.ARN, "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
		}
	}
	w.wake(s.ARN, w.between(30*time.Second, 70*time.Second))
}

// thin stops tasks of older deployments as far as enough others run, and those
// above the desired count.
func (w *World) thin(s *Service, d Deployment, c crew) {
	least := (s.Desired*s.MinHealthy + 99) / 100
	reason := "Scaling activity initiated by (deployment " + d.ID + ")"
	var stop []*Task
	spare := c.ready - least
	for _, t := range c.stale {
		if t.LastStatus != "RUNNING" || t.Facts.Crash != nil {
			stop = append(stop, t)
		} else if spare > 0 {
			stop = append(stop, t)
			spare--
		}
	}
	for i := len(c.fresh) - 1; i >= 0 && len(c.fresh)-i <= len(c.fresh)-s.Desired; i-- {
		stop = append(stop, c.fresh[i])
	}
	w.stopMany(s, stop, reason)
}

// stopMany lets the scheduler stop tasks, with the events that go with it.
func (w *World) stopMany(s *Service, stop []*Task, reason string) {
	if len(stop) == 0 {
		return
	}
	w.state.plans[s.ARN].unsteady = true
	ids := make([]string, len(stop))
	targets := 0
	for i, t := range stop {
		ids[i] = "(task " + t.ID + ")"
		if t.LastStatus == "RUNNING" && t.Facts.Crash == nil {
			targets++
		}
	}
	if len(s.LoadBalancers) > 0 && targets > 0 {
		w.say(s.ARN, "deregistered %d targets in (target-group %s)", targets, s.LoadBalancers[0].TargetGroup)
		w.say(s.ARN, "has begun draining connections on %d tasks.", targets)
	}
	w.say(s.ARN, "has stopped %d running tasks: %s.", len(stop), strings.Join(ids, " "))
	for _, t := range stop {
		w.end(t.ARN, "ServiceSchedulerInitiated", reason, nil)
	}
}

// started is told of each task that has come up.
func (w *World) started(t *Task) {
	if t.ServiceName == "" {
		return
	}
	arn := serviceARN(t)
	s := w.state.services[arn]
	if len(s.LoadBalancers) > 0 && t.Facts.Crash == nil {
		w.say(arn, "registered 1 targets in (target-group %s)", s.LoadBalancers[0].TargetGroup)
	}
	if t.Facts.Crash == nil {
		w.state.plans[arn].attempts = 0
	}
	w.wake(arn, w.between(2*time.Second, 6*time.Second))
}

// ended is told of each task that has stopped; its service replaces it.
func (w *World) ended(t *Task) {
	if t.ServiceName == "" {
		return
	}
	arn := serviceARN(t)
	p := w.state.plans[arn]
	p.unsteady = true
	pause := w.between(time.Second, 4*time.Second)
	if t.StopCode == "EssentialContainerExited" || t.StopCode == "TaskFailedToStart" {
		p.attempts++
		pause = time.Duration(min(p.attempts, 6)) * w.between(2*time.Second, 5*time.Second)
		w.countFailure(arn, t)
	}
	w.wake(arn, pause)
}

// steadily repeats the message of a service that has nothing to say, every six hours.
func (w *World) steadily(arn string) {
	s := w.state.services[arn]
	if p := w.state.plans[arn]; !p.unsteady && len(w.living(arn)) == s.Desired {
		w.say(arn, "has reached a steady state.")
	}
	w.after(6*time.Hour, func() { w.steadily(arn) })
}
