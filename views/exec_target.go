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
	tasks, container, name, err := execTasks(ctx, c, target, cluster, container)
	if err != nil {
		return exec.Request{}, err
	}
	return pickContainer(ctx, c, tasks, container, name)
}

// ExecChoice is ExecRequest, and says of a service which of its tasks was taken; of a
// task that was named it says nothing.
func ExecChoice(ctx context.Context, c Clients, target, cluster, container string) (exec.Request, string, error) {
	tasks, container, name, err := execTasks(ctx, c, target, cluster, container)
	if err != nil {
		return exec.Request{}, "", err
	}
	r, err := pickContainer(ctx, c, tasks, container, name)
	if err != nil || strings.HasSuffix(name, "/"+ecs.NameOf(r.Task)) {
		return r, "", err
	}
	return r, fmt.Sprintf("task %s/%s, 1 of %s of %s", ecs.NameOf(r.Cluster), ecs.NameOf(r.Task), plural(len(tasks), "task"), name), nil
}

// ExecTarget is one of many containers, and why nothing can run in it.
type ExecTarget struct {
	Request exec.Request
	Why     string
}

// ExecRequests is ExecRequest for every running task of a service.
func ExecRequests(ctx context.Context, c Clients, target, cluster, container string) ([]ExecTarget, error) {
	tasks, container, name, err := execTasks(ctx, c, target, cluster, container)
	if err != nil {
		return nil, err
	}
	all, err := candidates(ctx, c, tasks, container, name)
	if err != nil {
		return nil, err
	}
	var out []ExecTarget
	for _, v := range all {
		t := ExecTarget{Request: v.request()}
		if v.ready.State == ecs.NotReady {
			t.Why = v.ready.Why() + fixOf(v.ready)
		}
		out = append(out, t)
	}
	return out, nil
}

// execTasks are the tasks that a target means, which container of them, and its name.
func execTasks(ctx context.Context, c Clients, target, cluster, container string) (tasks []ecs.Task, of, name string, err error) {
	ctx = aws.Foreground(ctx)
	t, err := ecs.Resolve(ctx, c.ECS, target, cluster)
	if err != nil {
		return nil, "", "", err
	}
	of, name = orDefault(container, t.Container), t.String()
	switch {
	case t.Task != nil:
		return []ecs.Task{*t.Task}, of, name, nil
	case t.Service != nil:
		running, gaps := aws.Collect(c.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: t.ClusterARN, Service: t.Service.Name}))
		if len(running) == 0 && len(gaps) > 0 {
			return nil, "", "", gaps[0].Err
		}
		return running, of, name, nil
	}
	return nil, "", "", fmt.Errorf("%s is a cluster: name a service or a task in it", target)
}

// ExecBanner says at the head of a shell where it is.
func ExecBanner(c Clients, cfg config.Config) string { return c.where(cfg).banner() }

// candidate is a container that exec could open, and what speaks against it.
type candidate struct {
	task      ecs.Task
	container ecs.Container
	ready     ecs.Readiness
}

// candidates are the containers of tasks that could be meant: of that name, or the
// only one that there is.
func candidates(ctx context.Context, c Clients, tasks []ecs.Task, name, target string) ([]candidate, error) {
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
		return nil, fmt.Errorf("%s has no running task", target)
	case len(all) == 0:
		return nil, fmt.Errorf("%s has no container %q, but %s", target, name, strings.Join(names, ", "))
	case name == "" && len(names) > 1:
		if why := neverReady(all); why != "" {
			return nil, fmt.Errorf("no shell in %s: %s", target, why)
		}
		return nil, fmt.Errorf("%s has several containers: %s · choose one with --container", target, strings.Join(names, ", "))
	}
	return all, nil
}

// neverReady is why no choice among candidates leads to a shell, or "" where one may.
func neverReady(all []candidate) string {
	var whys []string
	for _, v := range all {
		if v.ready.State != ecs.NotReady {
			return ""
		}
		if why := v.ready.Why() + fixOf(v.ready); !slices.Contains(whys, why) {
			whys = append(whys, why)
		}
	}
	return strings.Join(whys, "; ")
}

// pickContainer prefers, in this order: ready, healthy, and the newest task.
func pickContainer(ctx context.Context, c Clients, tasks []ecs.Task, name, target string) (exec.Request, error) {
	all, err := candidates(ctx, c, tasks, name, target)
	if err != nil {
		return exec.Request{}, err
	}
	best := slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), b.task.Created.Compare(a.task.Created), strings.Compare(a.task.ID, b.task.ID))
	})
	if best.ready.State == ecs.NotReady {
		return exec.Request{}, fmt.Errorf("no shell in %s: %s", best.label(), best.ready.Why()+fixOf(best.ready))
	}
	return best.request(), nil
}

func (v candidate) request() exec.Request {
	return exec.Request{
		Cluster: v.task.ClusterARN, Task: v.task.ARN, Container: v.container.Name, RuntimeID: v.container.RuntimeID,
		Windows: isWindows(v.task), Label: v.label(),
	}
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
