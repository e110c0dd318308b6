package views

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/views/config"
)

// ExecRequest works out which container `exec TARGET` means: of a service a running
// task that takes a shell, and of a task its container, or the one that is named.
func ExecRequest(ctx context.Context, c Clients, target, cluster, container string) (exec.Request, error) {
	ctx = aws.Foreground(ctx)
	t, err := ecs.Resolve(ctx, c.ECS, target, cluster)
	if err != nil {
		return exec.Request{}, err
	}
	container = orDefault(container, t.Container)
	tasks := []ecs.Task{}
	switch {
	case t.Task != nil:
		tasks = append(tasks, *t.Task)
	case t.Service != nil:
		running, gaps := aws.Collect(c.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: t.ClusterARN, Service: t.Service.Name}))
		if len(running) == 0 && len(gaps) > 0 {
			return exec.Request{}, gaps[0].Err
		}
		tasks = running
	default:
		return exec.Request{}, fmt.Errorf("%s is a cluster: name a service or a task in it", target)
	}
	return pickContainer(ctx, c, tasks, container, t.String())
}

// ExecBanner says at the head of a shell where it is.
func ExecBanner(c Clients, cfg config.Config) string { return c.where(cfg).banner() }

// candidate is a container that exec could open, and what speaks against it.
type candidate struct {
	task      ecs.Task
	container ecs.Container
	ready     ecs.Readiness
}

// pickContainer prefers, in this order: ready, healthy, and the newest task.
func pickContainer(ctx context.Context, c Clients, tasks []ecs.Task, name, target string) (exec.Request, error) {
	var all []candidate
	var names []string
	for _, t := range tasks {
		containers := t.Containers
		if name == "" {
			containers = shellable(t)
		}
		var definition *ecs.TaskDefinition
		if td, err := c.ECS.TaskDefinition(ctx, t.TaskDefinition); err == nil {
			definition = &td
		}
		for _, v := range containers {
			if !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
			if name == "" || v.Name == name {
				all = append(all, candidate{t, v, ecs.ExecReadiness(t, v, definition)})
			}
		}
	}
	slices.Sort(names)
	switch {
	case len(tasks) == 0:
		return exec.Request{}, fmt.Errorf("%s has no running task", target)
	case len(all) == 0:
		return exec.Request{}, fmt.Errorf("%s has no container %q, but %s", target, name, strings.Join(names, ", "))
	case name == "" && len(names) > 1:
		return exec.Request{}, fmt.Errorf("%s has several containers: %s · choose one with --container", target, strings.Join(names, ", "))
	}
	best := slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), b.task.Created.Compare(a.task.Created), strings.Compare(a.task.ID, b.task.ID))
	})
	if best.ready.State == ecs.NotReady {
		return exec.Request{}, fmt.Errorf("no shell in %s: %s", best.label(), best.ready.Why()+fixOf(best.ready))
	}
	return exec.Request{
		Cluster: best.task.ClusterARN, Task: best.task.ARN, Container: best.container.Name, RuntimeID: best.container.RuntimeID,
		Windows: isWindows(best.task), Label: best.label(),
	}, nil
}

func (v candidate) label() string { return shellLabel(v.task, v.container.Name) }

func (v candidate) rank() int {
	rank := map[ecs.ReadyState]int{ecs.Ready: 0, ecs.ReadyUnknown: 2, ecs.NotReady: 4}[v.ready.State]
	if v.task.Health == "UNHEALTHY" {
		rank++
	}
	return rank
}

// fixOf is what to do about the first failed point.
func fixOf(r ecs.Readiness) string {
	for _, p := range r.Points {
		if p.State == ecs.PointFailed && p.Fix != "" {
			return " · " + p.Fix
		}
	}
	return ""
}
