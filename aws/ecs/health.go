package ecs

import (
	"fmt"
	"slices"
	"strings"
)

// Grade sorts what is shown by how it fares.
type Grade int

const (
	OK      Grade = iota // as it should be
	Pending              // on its way: a deployment, a start, a stop
	Failed               // somebody should look
	Unknown              // cannot be told
)

func (g Grade) String() string {
	return [...]string{"ok", "pending", "failed", "unknown"}[g]
}

// Verdict is a grade and why, in a few words. The reason may quote foreign text: it
// must be cleaned before it is shown.
type Verdict struct {
	Grade  Grade
	Reason string
}

// ClusterHealth judges a cluster by what DescribeClusters says of it.
func ClusterHealth(c Cluster) Verdict {
	switch c.Status {
	case "ACTIVE":
	case "PROVISIONING", "DEPROVISIONING":
		return Verdict{Pending, strings.ToLower(c.Status)}
	case "FAILED":
		return Verdict{Failed, "its capacity providers' resources could not be created"}
	case "INACTIVE":
		return Verdict{Unknown, "deleted"}
	default:
		return Verdict{Unknown, "status " + c.Status}
	}
	for _, a := range c.Attachments {
		if a.Status == "FAILED" {
			return Verdict{Failed, "attachment " + a.Type + " failed"}
		}
	}
	if c.Pending > 0 {
		return Verdict{Pending, count(c.Pending, "task") + " starting"}
	}
	return Verdict{OK, ""}
}

// ServiceHealth judges a service: is it short of tasks, is a deployment under way,
// did one fail.
func ServiceHealth(s Service) Verdict {
	switch s.Status {
	case "ACTIVE", "":
	case "DRAINING":
		return Verdict{Pending, fmt.Sprintf("being deleted, %s left", count(s.Running, "task"))}
	case "INACTIVE":
		return Verdict{Unknown, "deleted"}
	default:
		return Verdict{Unknown, "status " + s.Status}
	}
	if v, ok := rollout(s); ok {
		return v
	}
	if missing := s.Desired - s.Running; missing > 0 {
		if s.Pending >= missing {
			return Verdict{Pending, fmt.Sprintf("%d of %d running, %d starting", s.Running, s.Desired, s.Pending)}
		}
		reason := fmt.Sprintf("%d of %d running", s.Running, s.Desired)
		if why := trouble(s); why != "" {
			reason += ": " + why
		}
		return Verdict{Failed, reason}
	}
	if s.Desired == 0 && s.Running == 0 && s.Scheduling != "DAEMON" {
		return Verdict{OK, "scaled to zero"}
	}
	return Verdict{OK, ""}
}

// breakerMinimum is the least number of failed tasks at which ECS's circuit breaker
// trips (half the desired count, at least 3, at most 200). A deployment with as many
// failures is in trouble, with a breaker or without.
const breakerMinimum = 3

// rollout judges the deployments of a service; ok is false where none matters.
func rollout(s Service) (v Verdict, ok bool) {
	i := slices.IndexFunc(s.Deployments, func(d Deployment) bool { return d.Status == "PRIMARY" })
	if i < 0 {
		return rolloutOfSets(s)
	}
	p := s.Deployments[i]
	to := NameOf(p.TaskDefinition)
	if p.RolloutState == "FAILED" {
		return Verdict{Failed, because("deployment of "+to+" failed", p.RolloutReason)}, true
	}
	for _, d := range s.Deployments {
		if d.Status != "PRIMARY" && d.RolloutState == "FAILED" {
			return Verdict{Failed, because("deployment of "+NameOf(d.TaskDefinition)+" failed, rolling back to "+to, d.RolloutReason)}, true
		}
	}
	if p.RolloutState != "IN_PROGRESS" && len(s.Deployments) == 1 {
		return Verdict{}, false
	}
	if p.RolloutState == "COMPLETED" { // the old one is still draining
		if p.Running < p.Desired {
			return Verdict{}, false
		}
		return Verdict{Pending, fmt.Sprintf("%s is up, %s of the old deployment left", to, count(s.Running-p.Running, "task"))}, true
	}
	reason := fmt.Sprintf("deploying %s: %d of %d running", to, p.Running, p.Desired)
	if p.Failed > 0 {
		reason += ", " + count(p.Failed, "task") + " failed"
	}
	if p.Failed >= breakerMinimum && p.Running < p.Desired {
		if why := trouble(s); why != "" {
			reason += ": " + why
		}
		return Verdict{Failed, reason}, true
	}
	if strings.Contains(p.RolloutReason, "rolling back") || strings.Contains(p.RolloutReason, "rollback") {
		return Verdict{Failed, "rolling back to " + to + fmt.Sprintf(": %d of %d running", p.Running, p.Desired)}, true
	}
	return Verdict{Pending, reason}, true
}

// rolloutOfSets judges a service that CodeDeploy or another controller drives.
func rolloutOfSets(s Service) (Verdict, bool) {
	for _, t := range s.TaskSets {
		if t.Stability == "STABILIZING" {
			return Verdict{Pending, fmt.Sprintf("task set of %s: %d of %d running", NameOf(t.TaskDefinition), t.Running, t.Desired)}, true
		}
	}
	return Verdict{}, false
}

// trouble is the newest event if it tells why tasks do not run: "unable to place a
// task because …", "… is unhealthy in …". Older events may long be history.
func trouble(s Service) string {
	if len(s.Events) == 0 {
		return ""
	}
	m := s.Events[0].Message
	for _, sign := range []string{"unable to", "unhealthy", "failed", "was stopped", "error", "deployment stopped", "cannot"} {
		if strings.Contains(m, sign) {
			return brief(strings.TrimPrefix(strings.TrimPrefix(m, "(service "+s.Name+") "), "was "))
		}
	}
	return ""
}

// TaskHealth judges a task, running or stopped.
func TaskHealth(t Task) Verdict {
	switch t.LastStatus {
	case "PROVISIONING", "PENDING", "ACTIVATING":
		if t.DesiredStatus == "STOPPED" {
			return Verdict{Failed, because("stopped before it ran", StopSummary(t))}
		}
		return Verdict{Pending, "starting: " + strings.ToLower(t.LastStatus)}
	case "DEACTIVATING", "STOPPING", "DEPROVISIONING":
		return Verdict{Pending, because("stopping", StopSummary(t))}
	case "STOPPED", "DELETED":
		if Wanted(t) {
			return Verdict{OK, StopSummary(t)}
		}
		return Verdict{Failed, StopSummary(t)}
	case "RUNNING":
		return runningHealth(t)
	}
	return Verdict{Unknown, "status " + t.LastStatus}
}

func runningHealth(t Task) Verdict {
	if t.DesiredStatus == "STOPPED" {
		return Verdict{Pending, because("stopping", StopSummary(t))}
	}
	var sick []string
	for _, c := range t.Containers {
		if c.Health == "UNHEALTHY" {
			sick = append(sick, c.Name)
		}
	}
	if len(sick) > 0 {
		return Verdict{Failed, strings.Join(sick, ", ") + " unhealthy"}
	}
	if t.Health == "UNHEALTHY" {
		return Verdict{Failed, "unhealthy"}
	}
	for _, c := range t.Containers {
		if c.LastStatus == "STOPPED" && (c.ExitCode == nil || *c.ExitCode != 0) {
			return Verdict{Failed, strings.TrimSpace(c.Name + " " + ExitSummary(c, false))}
		}
	}
	if t.Connectivity == "DISCONNECTED" {
		return Verdict{Unknown, "its agent is disconnected"}
	}
	return Verdict{OK, ""}
}

// InstanceHealth judges a container instance.
func InstanceHealth(i Instance) Verdict {
	switch {
	case i.Status == "DRAINING":
		return Verdict{Pending, fmt.Sprintf("draining, %s left", count(i.Running, "task"))}
	case i.Status == "REGISTERING" || i.Status == "DEREGISTERING":
		return Verdict{Pending, strings.ToLower(i.Status)}
	case i.Status == "REGISTRATION_FAILED":
		return Verdict{Failed, because("registration failed", i.StatusReason)}
	case i.Status != "ACTIVE":
		return Verdict{Unknown, "status " + i.Status}
	case !i.AgentConnected:
		return Verdict{Failed, "its agent is disconnected"}
	case i.Health == "IMPAIRED":
		return Verdict{Failed, "impaired"}
	}
	return Verdict{OK, ""}
}

// DeploymentHealth judges a service deployment by its status.
func DeploymentHealth(d ServiceDeployment) Verdict {
	reason := because(strings.ToLower(strings.ReplaceAll(d.Status, "_", " ")), d.StatusReason)
	switch d.Status {
	case "SUCCESSFUL":
		return Verdict{OK, ""}
	case "PENDING", "IN_PROGRESS":
		return Verdict{Pending, reason}
	case "STOPPED", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED":
		return Verdict{Failed, reason}
	}
	return Verdict{Unknown, reason}
}

func because(what, why string) string {
	if why = brief(why); why == "" {
		return what
	}
	return what + ": " + why
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
