package views

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/logs"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
)

// Every log view is opened by working out the sources first, which needs a task
// definition, so that never a stream is guessed. The reading of the definition is
// the opening's Cmd; the view opens when it has come.

func containerLogs(a *App, s Scope, v container) (Opening, error) {
	return a.logsOf(logTarget{
		title: v.task.Group, name: shortID(v.task.ID) + ":" + v.Name, cluster: v.task.ClusterARN,
		definition: v.task.TaskDefinition, tasks: []ecs.Task{v.task}, container: v.Name,
	}), nil
}

func taskLogs(a *App, s Scope, v ecs.Task) (Opening, error) {
	return a.logsOf(logTarget{
		title: v.Group, name: shortID(v.ID), cluster: v.ClusterARN, definition: v.TaskDefinition, tasks: []ecs.Task{v},
	}), nil
}

func serviceLogs(a *App, s Scope, v ecs.Service) (Opening, error) {
	return a.logsOf(logTarget{title: v.Name, name: v.Name, cluster: v.ClusterARN, definition: v.TaskDefinition, service: &v}), nil
}

// logTarget says whose logs are wanted.
type logTarget struct {
	title, name string
	cluster     string
	definition  string // ARN of the task definition
	tasks       []ecs.Task
	service     *ecs.Service // all its tasks, those to come included
	container   string       // only this one
}

// sourced is a log target with its sources worked out.
type sourced struct {
	target  logTarget
	sources []logs.Source
}

// logsOf reads the definition and opens the view.
func (a *App) logsOf(t logTarget) Opening {
	on := a.on
	return Opening{Job: func(ctx context.Context) (tea.Cmd, error) {
		s, err := sourcesOf(ctx, on, t)
		if err != nil {
			return nil, err
		}
		return screen.Cmd(screen.Push{Screen: a.logScreen(on, s)}), nil
	}, Label: "logs of " + t.name}
}

// sourcesOf works the sources out. Of a service, every definition in use counts:
// while a deployment rolls there are two.
func sourcesOf(ctx context.Context, on Clients, t logTarget) (sourced, error) {
	out := sourced{target: t}
	definitions := []string{t.definition}
	if t.service != nil {
		for _, d := range t.service.Deployments {
			definitions = append(definitions, d.TaskDefinition)
		}
	}
	seen := map[string]bool{}
	var failed error
	for _, arn := range definitions {
		if arn == "" || seen[arn] {
			continue
		}
		seen[arn] = true
		td, err := on.ECS.TaskDefinition(ctx, arn)
		if err != nil {
			failed = err
			continue
		}
		var found []logs.Source
		if t.service != nil {
			running, _ := aws.Collect(on.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: t.cluster, Service: t.service.Name}))
			found = logs.ForService(&td, running...)
		} else {
			found = logs.ForTasks(&td, t.tasks...)
		}
		for _, s := range found {
			if (t.container == "" || s.Container == t.container) && !contains(out.sources, s) {
				out.sources = append(out.sources, s)
			}
		}
	}
	if len(out.sources) == 0 && failed != nil {
		return out, failed
	}
	if len(out.sources) == 0 {
		return out, &aws.Error{Class: aws.NotFound, Text: "the task definition has no container to read logs of", Err: errNoLogs}
	}
	return out, nil
}

var errNoLogs = errors.New("no log source")

func contains(all []logs.Source, s logs.Source) bool {
	for _, have := range all {
		if have == s {
			return true
		}
	}
	return false
}

// logScreen makes the view of the sources worked out.
func (a *App) logScreen(on Clients, s sourced) screen.Screen {
	return logview.New(on.Account.Context(), logview.Options{
		Theme: a.theme, Keys: a.keys.Or, Keymap: a.keys,
		Title: "logs(" + lastPart(s.target.cluster) + "/" + s.target.name + ")", Crumb: "logs",
		Range: logview.Range{Name: "tail"},
		Open: func(r logview.Range) logview.Source {
			return on.Logs.Tail(logs.Spec{
				Sources: s.sources, Range: logs.Range{From: r.From, To: r.To, Last: r.Last, Head: r.Head},
				Scope: s.target.scope(), Tasks: tasksOf(on, s.target),
			})
		},
		Save: func(ctx context.Context, name string, write func(io.Writer) error) (string, error) {
			return a.save(on, "logs.save", name, write)
		},
		Note: func(kind, detail string) { a.note(on, kind, s.target.name, detail) },
		UTC:  !a.cfg.Logs.LocalTime, Wrap: a.cfg.Logs.Wrap, Timestamps: a.cfg.Logs.ShowTime, Now: a.now,
	})
}

// tasksOf tells a tail about the tasks whose streams turn up: strangers under a
// service's prefix, and why a task ended.
func tasksOf(on Clients, t logTarget) func(context.Context, []string) (map[string]logs.Task, error) {
	if t.service == nil {
		return logs.TasksOf(on.ECS, t.cluster, "")
	}
	return logs.TasksOf(on.ECS, t.cluster, t.service.Name)
}

// scope tells tails apart that read the same streams for different services.
func (t logTarget) scope() string {
	if t.service == nil {
		return ""
	}
	return t.service.ARN
}

// LogSpec works out what `logs TARGET` reads.
func LogSpec(ctx context.Context, c Clients, target, cluster, container string) (logs.Spec, error) {
	t, err := ecs.Resolve(ctx, c.ECS, target, cluster)
	if err != nil {
		return logs.Spec{}, err
	}
	want := logTarget{cluster: t.ClusterARN, container: orDefault(container, t.Container)}
	switch {
	case t.Task != nil:
		want.definition, want.tasks, want.name = t.Task.TaskDefinition, []ecs.Task{*t.Task}, shortID(t.Task.ID)
	case t.Service != nil:
		want.definition, want.service, want.name = t.Service.TaskDefinition, t.Service, t.Service.Name
	default:
		return logs.Spec{}, fmt.Errorf("%s is neither a service nor a task", target)
	}
	s, err := sourcesOf(aws.Foreground(ctx), c, want)
	if errors.Is(err, errNoLogs) && want.container != "" {
		return logs.Spec{}, fmt.Errorf("%s has no container %q", target, want.container)
	}
	if err != nil {
		return logs.Spec{}, err
	}
	return logs.Spec{Sources: s.sources, Scope: want.scope(), Tasks: tasksOf(c, want)}, nil
}
