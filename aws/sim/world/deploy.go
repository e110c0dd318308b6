package world

import (
	"slices"
	"time"
)

// newDeployment makes a deployment and the service revision that it brings.
func (w *World) newDeployment(s *Service, td *TaskDefinition, at time.Time) (Deployment, *Revision) {
	h := w.next()
	rev := &Revision{
		ARN: w.ARN("ecs", "service-revision/%s/%s/%s", s.ClusterName, s.Name, digits(mix(h, 1), 19)), ServiceARN: s.ARN, ClusterARN: s.ClusterARN,
		TaskDefinition: td.ARN, LaunchType: s.LaunchType, PlatformVersion: s.PlatformVersion, Strategy: s.Strategy,
		Network: s.Network, LoadBalancers: s.LoadBalancers, Created: at, GuardDuty: w.state.plans[s.ARN] != nil && w.state.plans[s.ARN].template.agent,
	}
	for _, c := range td.Containers {
		rev.Images = append(rev.Images, RevisionImage{Container: c.Name, Image: c.Image, Digest: digest(c.Image)})
	}
	w.state.revisions[rev.ARN] = rev
	id := "ecs-svc/" + digits(h, 19)
	return Deployment{
		ID: id, Status: "PRIMARY", TaskDefinition: td.ARN, RevisionARN: rev.ARN, Desired: s.Desired,
		Rollout: "IN_PROGRESS", RolloutReason: "ECS deployment " + id + " in progress.", Created: at, Updated: at,
	}, rev
}

// deploy begins a deployment of a service.
func (w *World) deploy(arn string, td *TaskDefinition) {
	s := w.state.services[arn]
	d, rev := w.newDeployment(s, td, w.now)
	sd := &ServiceDeployment{
		ARN: w.ARN("ecs", "service-deployment/%s/%s/%s", s.ClusterName, s.Name, short(w.next(), 21)), ServiceARN: arn, ClusterARN: s.ClusterARN,
		Status: "IN_PROGRESS", Target: rev.ARN, Threshold: threshold(s.Desired), BreakerStatus: "DISABLED",
		Created: w.now, Started: w.now, Updated: w.now, Desired: s.Desired, AlarmStatus: alarmState(s, true), Alarms: s.Alarms,
	}
	if s.Breaker {
		sd.BreakerStatus = "MONITORING"
	}
	for _, old := range s.Deployments {
		if old.RevisionARN != "" {
			sd.Sources = append(sd.Sources, old.RevisionARN)
		}
	}
	w.finish(s.Current, func(sd *ServiceDeployment) {
		sd.Status, sd.Stopped = "STOPPED", w.now
		sd.Reason = "Service deployment stopped because a new deployment was started."
	})
	w.state.deploys[sd.ARN] = sd
	w.remember(arn, sd.ARN)
	w.alter(arn, func(s *Service) {
		for i := range s.Deployments {
			s.Deployments[i].Status, s.Deployments[i].Desired = "ACTIVE", 0
			if s.Deployments[i].Rollout == "IN_PROGRESS" {
				s.Deployments[i].Rollout = ""
			}
		}
		s.Deployments = append([]Deployment{d}, s.Deployments...)
		s.TaskDefinition, s.Current = td.ARN, sd.ARN
	})
	p := w.state.plans[arn]
	p.unsteady, p.attempts = true, 0
	w.wake(arn, w.between(time.Second, 3*time.Second))
}

// keepDeployments is how many service deployments of a service are kept.
const keepDeployments = 25

// remember adds a service deployment to its service's list and drops the oldest.
func (w *World) remember(service, sd string) {
	list := append(slices.Clip(w.state.deploysOf[service]), sd)
	if len(list) > keepDeployments {
		old := w.state.deploys[list[0]]
		used := slices.ContainsFunc(w.state.services[service].Deployments, func(d Deployment) bool { return d.RevisionARN == old.Target })
		if !used { // a rollback may have brought it back
			delete(w.state.revisions, old.Target)
		}
		delete(w.state.deploys, list[0])
		list = list[1:]
	}
	w.state.deploysOf[service] = list
}

// finish changes a service deployment that still goes on.
func (w *World) finish(arn string, f func(*ServiceDeployment)) {
	old := w.state.deploys[arn]
	if old == nil || !old.Finished.IsZero() || !old.Stopped.IsZero() {
		return
	}
	sd := *old
	sd.Updated = w.now
	f(&sd)
	w.state.deploys[arn] = &sd
}

// alarmState is the alarms' part of a service deployment.
func alarmState(s *Service, going bool) string {
	switch {
	case len(s.Alarms) == 0:
		return "DISABLED"
	case going:
		return "MONITORING"
	}
	return "MONITORING_COMPLETE"
}

// complete ends a deployment whose tasks all run, and says that a disturbed service
// is steady again.
func (w *World) complete(arn string, p *plan) {
	s := w.state.services[arn]
	d := s.Deployments[0]
	if d.Rollout == "IN_PROGRESS" {
		w.alter(arn, func(s *Service) {
			d := &s.Deployments[0]
			d.Rollout, d.RolloutReason, d.Updated = "COMPLETED", "ECS deployment "+d.ID+" completed.", w.now
			s.Deployments = s.Deployments[:1]
		})
		p.completed = d.ID
		w.finish(s.Current, func(sd *ServiceDeployment) {
			sd.Finished = w.now
			sd.AlarmStatus = alarmState(s, false)
			if sd.Status == "ROLLBACK_IN_PROGRESS" {
				sd.Status = "ROLLBACK_SUCCESSFUL"
				return
			}
			sd.Status = "SUCCESSFUL"
			if sd.BreakerStatus == "MONITORING" {
				sd.BreakerStatus = "MONITORING_COMPLETE"
			}
		})
		w.say(arn, "(deployment %s) deployment completed.", d.ID)
	}
	if p.unsteady {
		p.unsteady = false
		w.say(arn, "has reached a steady state.")
	}
}

// countFailure counts a task that failed in a deployment under way, and trips the
// circuit breaker when there are too many.
func (w *World) countFailure(arn string, t *Task) {
	s := w.state.services[arn]
	d := s.Deployments[0]
	if t.Deployment != d.ID || d.Rollout != "IN_PROGRESS" {
		return
	}
	s = w.alter(arn, func(s *Service) {
		s.Deployments[0].Failed++
		s.Deployments[0].Updated = w.now
	})
	failed := s.Deployments[0].Failed
	w.finish(s.Current, func(sd *ServiceDeployment) { sd.Failures = failed })
	if failed == 2 {
		w.say(arn, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	if s.Breaker && failed >= threshold(s.Desired) {
		w.trip(arn)
	}
}

// trip is the circuit breaker: the deployment has failed, and the one before it
// comes back where rollback is on.
func (w *World) trip(arn string) {
	s, p := w.state.services[arn], w.state.plans[arn]
	failed := s.Deployments[0]
	w.say(arn, "(deployment %s) deployment failed: tasks failed to start.", failed.ID)
	back := slices.IndexFunc(s.Deployments, func(d Deployment) bool { return d.ID == p.completed })
	w.alter(arn, func(s *Service) {
		d := &s.Deployments[0]
		d.Rollout, d.RolloutReason, d.Updated = "FAILED", "ECS deployment circuit breaker: tasks failed to start.", w.now
	})
	if !s.Rollback || back < 1 {
		w.finish(s.Current, func(sd *ServiceDeployment) {
			sd.Status, sd.BreakerStatus, sd.Stopped = "STOPPED", "TRIGGERED", w.now
			sd.Reason = "The deployment was stopped because the circuit breaker threshold was exceeded."
		})
		return
	}
	s = w.alter(arn, func(s *Service) {
		s.Deployments[0].Status, s.Deployments[0].Desired = "ACTIVE", 0
		d := s.Deployments[back]
		d.Status, d.Desired, d.Rollout, d.Updated = "PRIMARY", s.Desired, "IN_PROGRESS", w.now
		d.RolloutReason = "ECS deployment circuit breaker: rolling back to deploymentId " + d.ID + "."
		s.Deployments = slices.Insert(slices.Delete(s.Deployments, back, back+1), 0, d)
		s.TaskDefinition = d.TaskDefinition
	})
	d := s.Deployments[0]
	w.say(arn, "rolling back to deployment %s.", d.ID)
	w.finish(s.Current, func(sd *ServiceDeployment) {
		sd.Status, sd.BreakerStatus, sd.Rollback = "ROLLBACK_IN_PROGRESS", "TRIGGERED", d.RevisionARN
		sd.RollbackReason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
		sd.Reason, sd.RollbackStarted = sd.RollbackReason, w.now
	})
	w.wake(arn, w.between(time.Second, 3*time.Second))
}
