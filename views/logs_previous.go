package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/screen"
)

// What k9s shows with p, the container before the restart, is in ECS the tasks that
// stopped last: a task is never started again, another takes its place.

// previousShown is how many of them are shown together.
const previousShown = 10

func previousServiceLogs(a *App, _ Scope, v ecs.Service) (Opening, error) {
	return a.previousOf(logTarget{name: v.Name, cluster: v.ClusterARN, service: &v}), nil
}

func previousTaskLogs(a *App, _ Scope, v ecs.Task) (Opening, error) {
	return a.previousOf(logTarget{name: shortID(v.ID), cluster: v.ClusterARN, tasks: []ecs.Task{v}}), nil
}

func previousContainerLogs(a *App, _ Scope, v container) (Opening, error) {
	return a.previousOf(logTarget{name: shortID(v.task.ID) + ":" + v.Name, cluster: v.task.ClusterARN, tasks: []ecs.Task{v.task}, container: v.Name}), nil
}

func (a *App) previousOf(t logTarget) Opening {
	on := a.on
	return Opening{Job: func(ctx context.Context) (tea.Cmd, error) { return a.previousLogs(ctx, on, t) }, Label: "logs of what ran before " + t.name}
}

// previousLogs finds the tasks that stopped last where the target's own tasks run,
// and returns how their logs are opened.
func (a *App) previousLogs(ctx context.Context, on Clients, t logTarget) (tea.Cmd, error) {
	s, err := previousSources(ctx, on, t)
	if err != nil {
		return nil, err
	}
	open := screen.Cmd(screen.Push{Screen: a.logScreen(on, s)})
	if s.unread != nil {
		open = screen.Batch(open, screen.Cmd(screen.Flash{Level: screen.Warn, Text: "logs may be missing", Err: s.unread}))
	}
	return open, nil
}

// previousSources works out the sources of the tasks that stopped last.
func previousSources(ctx context.Context, on Clients, t logTarget) (sourced, error) {
	q, of := stoppedLike(t)
	stopped, gaps := aws.Collect(on.ECS.Tasks(aws.Foreground(ctx), q))
	var unread error
	for _, g := range gaps {
		unread = g.Err
	}
	stopped = slices.DeleteFunc(stopped, func(v ecs.Task) bool { return v.LastStatus != "STOPPED" })
	if len(stopped) == 0 {
		if unread != nil {
			return sourced{}, unread
		}
		return sourced{}, &aws.Error{Class: aws.NotFound, Text: "no task of " + of + " stopped lately: ECS forgets stopped tasks after about an hour", Err: errNoTask}
	}
	slices.SortFunc(stopped, func(x, y ecs.Task) int { return y.Stopped.Compare(x.Stopped) })
	stopped = stopped[:min(len(stopped), previousShown)]
	s, err := sourcesOfTasks(ctx, on, logTarget{
		name: of + ":stopped", cluster: t.cluster, tasks: stopped, container: t.container,
		head: stopReasons(stopped), until: stopped[0].Stopped.Add(time.Minute),
	})
	if err == nil && s.unread == nil {
		s.unread = unread
	}
	return s, err
}

// stoppedLike asks for the stopped tasks of what the target is of: the service, or
// the family of a task that was run by itself.
func stoppedLike(t logTarget) (q ecs.TaskQuery, of string) {
	q = ecs.TaskQuery{Cluster: t.cluster, Stopped: true}
	switch {
	case t.service != nil:
		q.Service, of = t.service.Name, t.service.Name
	case len(t.tasks) > 0 && t.tasks[0].Service() != "":
		q.Service = t.tasks[0].Service()
		of = q.Service
	case len(t.tasks) > 0:
		q.Family = family(t.tasks[0].TaskDefinition)
		of = q.Family
	}
	if t.container != "" {
		of += ":" + t.container
	}
	return q, of
}

// sourcesOfTasks works out the sources of tasks of several definitions.
func sourcesOfTasks(ctx context.Context, on Clients, t logTarget) (sourced, error) {
	byDefinition := map[string][]ecs.Task{}
	for _, v := range t.tasks {
		byDefinition[v.TaskDefinition] = append(byDefinition[v.TaskDefinition], v)
	}
	out := sourced{target: t}
	for _, arn := range sortedKeys(byDefinition) {
		one := t
		one.definition, one.tasks = arn, byDefinition[arn]
		s, err := sourcesOf(aws.Foreground(ctx), on, one)
		out.sources = append(out.sources, s.sources...)
		switch {
		case err != nil:
			out.unread = err
		case s.unread != nil:
			out.unread = s.unread
		}
	}
	if len(out.sources) == 0 {
		return out, out.unread
	}
	return out, nil
}

// stopReasons says when and why the tasks ended, those with one reason together:
// first those that nobody wanted to end, then the last ones. The tasks come in the
// order of their ends, the last one first.
func stopReasons(tasks []ecs.Task) []string {
	type group struct {
		why         string
		first, last ecs.Task
		n           int
		wanted      bool
	}
	var groups []*group
	byWhy := map[string]*group{}
	for _, v := range tasks {
		why := orDefault(strings.TrimSpace(ecs.StopSummary(v)), "no reason was given")
		g := byWhy[why]
		if g == nil {
			g = &group{why: why, last: v, wanted: ecs.Wanted(v)}
			byWhy[why] = g
			groups = append(groups, g)
		}
		g.first = v
		g.n++
	}
	slices.SortStableFunc(groups, func(a, b *group) int {
		switch {
		case a.wanted == b.wanted:
			return 0
		case b.wanted:
			return -1
		}
		return 1
	})
	var out []string
	for _, g := range groups {
		who, at := shortID(g.last.ID), g.last.Stopped.UTC().Format("15:04:05Z")
		if g.n > 1 {
			who += fmt.Sprintf(" and %d more", g.n-1)
			at = g.first.Stopped.UTC().Format("15:04:05") + "–" + at
		}
		out = append(out, fmt.Sprintf("%s stopped %s (%s ago): %s", who, at, age(g.last.Stopped), g.why))
	}
	return out
}
