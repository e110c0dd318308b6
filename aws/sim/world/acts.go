package world

import (
	"errors"
	"slices"
	"time"
)

// ErrNotFound is the answer of an act on something that is not there.
var ErrNotFound = errors.New("not found")

// StopTask stops a task as a user does; its service starts another.
func (w *World) StopTask(arn, reason string) (*Task, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	if w.state.tasks[arn] == nil {
		return nil, ErrNotFound
	}
	if reason == "" {
		reason = "Task stopped by user"
	}
	t := w.end(arn, "UserInitiated", reason, nil)
	if t.ServiceName != "" {
		w.wake(serviceARN(t), w.between(time.Second, 4*time.Second))
	}
	w.settle()
	return w.state.tasks[arn], nil
}

// FailContainer lets a container of a task exit by itself with a code and a reason; the
// task ends with it, and its service starts another.
func (w *World) FailContainer(arn, container string, code int, reason string) (*Task, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	t := w.state.tasks[arn]
	if t == nil || !slices.ContainsFunc(t.Containers, func(c Container) bool { return c.Name == container }) {
		return nil, ErrNotFound
	}
	w.exit(arn, container, code, reason)
	w.settle()
	return w.state.tasks[arn], nil
}

// Update is a change of a service; nil members and empty strings stay as they are.
type Update struct {
	Desired          *int
	TaskDefinition   string // ARN
	Force            bool
	Exec             *bool
	MinHealthy       *int
	MaxPercent       *int
	Breaker          *bool
	Rollback         *bool
	AZRebalancing    string
	GraceSeconds     *int
	PlatformVersion  string
	CapacityStrategy []StrategyItem
	Network          *Network
}

// rolls reports whether the change needs new tasks.
func (u Update) rolls(s *Service) bool {
	return u.Force || u.TaskDefinition != "" && u.TaskDefinition != s.TaskDefinition ||
		u.Exec != nil && *u.Exec != s.Exec || u.PlatformVersion != "" && u.PlatformVersion != s.PlatformVersion ||
		u.Network != nil || u.CapacityStrategy != nil
}

// UpdateService changes a service: a new definition, Force, Exec, network, platform
// or capacity rolls a deployment, the rest takes effect at once.
func (w *World) UpdateService(arn string, u Update) (*Service, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	s := w.state.services[arn]
	if s == nil {
		return nil, ErrNotFound
	}
	td := w.state.definition[s.TaskDefinition]
	if u.TaskDefinition != "" {
		if td = w.state.definition[u.TaskDefinition]; td == nil {
			return nil, ErrNotFound
		}
	}
	rolls := u.rolls(s)
	w.alter(arn, func(s *Service) {
		set(&s.Desired, u.Desired)
		set(&s.Exec, u.Exec)
		set(&s.MinHealthy, u.MinHealthy)
		set(&s.MaxPercent, u.MaxPercent)
		set(&s.Breaker, u.Breaker)
		set(&s.Rollback, u.Rollback)
		set(&s.GraceSeconds, u.GraceSeconds)
		if u.AZRebalancing != "" {
			s.AZRebalancing = u.AZRebalancing
		}
		if u.PlatformVersion != "" {
			s.PlatformVersion = u.PlatformVersion
		}
		if u.Network != nil {
			s.Network = u.Network
		}
		if u.CapacityStrategy != nil {
			s.Strategy, s.LaunchType = u.CapacityStrategy, ""
		}
		s.Deployments[0].Desired, s.Deployments[0].Updated = s.Desired, w.now
	})
	if rolls {
		w.deploy(arn, td)
	}
	p := w.state.plans[arn]
	p.unsteady = true
	w.wake(arn, w.between(500*time.Millisecond, 2*time.Second))
	w.settle()
	return w.state.services[arn], nil
}

// set takes a new value where there is one.
func set[T any](at *T, v *T) {
	if v != nil {
		*at = *v
	}
}

// Register adds a revision to a family; number, ARN, status and time are the world's.
func (w *World) Register(td TaskDefinition, by string) *TaskDefinition {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	td.Revision = 1
	if revs := w.state.families[td.Family]; len(revs) > 0 {
		td.Revision = revs[len(revs)-1].Revision + 1
	}
	td.Status, td.RegisteredBy = "ACTIVE", by
	w.state.families[td.Family] = slices.Clone(w.state.families[td.Family])
	return w.put(td, w.now)
}
