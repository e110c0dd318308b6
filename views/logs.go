package views

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/logs"
	"ecsole/lines"
	"ecsole/lines/match"
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
	head        []string     // said above the lines
	until       time.Time    // the end of the newest lines; zero: follow
}

// sourced is a log target with its sources worked out.
type sourced struct {
	target  logTarget
	sources []logs.Source
	// unread is why some sources may be missing.
	unread error
}

// logsOf reads the definition and opens the view.
func (a *App) logsOf(t logTarget) Opening {
	on := a.on
	return Opening{Job: func(ctx context.Context) (tea.Cmd, error) {
		s, err := sourcesOf(ctx, on, t)
		if err != nil {
			return nil, err
		}
		open := screen.Cmd(screen.Push{Screen: a.logScreen(on, s)})
		if s.unread == nil {
			return open, nil
		}
		return screen.Batch(open, screen.Cmd(screen.Flash{Level: screen.Warn, Text: "logs may be missing", Err: s.unread})), nil
	}, Label: "logs of " + t.name}
}

// sourcesOf works the sources out. Of a service, every definition in use counts:
// while a deployment rolls there are two.
func sourcesOf(ctx context.Context, on Clients, t logTarget) (sourced, error) {
	out := sourced{target: t}
	definitions, tasks := []string{t.definition}, t.tasks
	if t.service != nil {
		for _, d := range t.service.Deployments {
			definitions = append(definitions, d.TaskDefinition)
		}
		var gaps []aws.Gap
		tasks, gaps = aws.Collect(on.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: t.cluster, Service: t.service.Name}))
		for _, g := range gaps {
			out.unread = g.Err
		}
	}
	seen := map[string]bool{}
	for _, arn := range definitions {
		if arn == "" || seen[arn] {
			continue
		}
		seen[arn] = true
		td, err := on.ECS.TaskDefinition(ctx, arn)
		if err != nil {
			out.unread = err
			continue
		}
		find := logs.ForTasks
		if t.service != nil {
			find = logs.ForService
		}
		found := find(&td, tasks...)
		if t.container != "" {
			found = slices.DeleteFunc(found, func(s logs.Source) bool { return s.Container != t.container })
		}
		out.sources = logs.Join(out.sources, found)
	}
	switch {
	case len(out.sources) > 0:
		return out, nil
	case out.unread != nil:
		return out, out.unread
	}
	return out, &aws.Error{Class: aws.NotFound, Text: "the task definition has no container to read logs of", Err: errNoLogs}
}

var errNoLogs = errors.New("no log source")

// logScreen makes the view of the sources worked out.
func (a *App) logScreen(on Clients, s sourced) screen.Screen {
	o := logview.Options{
		Theme: a.theme, Keys: a.keys.Or, Keymap: a.keys,
		Title: "logs(" + lastPart(s.target.cluster) + "/" + s.target.name + ")", Crumb: "logs",
		Range: logview.Range{Name: "tail"}, Head: s.target.head,
		Open: func(r logview.Range) logview.Source {
			return on.Logs.Tail(logs.Spec{
				Sources: s.sources, Range: logs.Range{From: r.From, To: r.To, Last: r.Last, Head: r.Head},
				Scope: s.target.scope(), Tasks: tasksOf(on, s.target),
			})
		},
		Save: func(ctx context.Context, name string, write func(io.Writer) error) (string, error) {
			return a.save(on, "logs.save", name, write)
		},
		Unmask: func(context.Context) error {
			return unmasked(on, s.target.name, "log lines of "+lastPart(s.target.cluster)+"/"+s.target.name)
		},
		Tool: func(ctx context.Context, tool logview.Tool, name string, write func(io.Writer) error) (tea.Cmd, error) {
			return a.openIn(on, tool, name, write)
		},
		Link:     func(l lines.Line, st lines.Stream) string { return linkOf(on, s.sources, l, st) },
		Happened: happenedTo(on, s.target),
		UTC:      !a.cfg.Logs.LocalTime, Wrap: a.cfg.Logs.Wrap, Timestamps: a.cfg.Logs.ShowTime, Now: a.now,
	}
	if ask := insightsOf(a, on, s.sources); ask != nil {
		o.Query = func(r logview.Range, f *match.Query) tea.Cmd { return ask(r, logs.InsightsQuery(f, s.sources)) }
	}
	if s.target.until.IsZero() {
		o.Previous = func(ctx context.Context) (tea.Cmd, error) { return a.previousLogs(ctx, on, s.target) }
	} else {
		o.Range = logview.Range{To: s.target.until, Name: "last stopped"}
	}
	return logview.New(on.Account.Context(), o)
}

// linkOf is the address of a line in AWS's console.
func linkOf(on Clients, sources []logs.Source, l lines.Line, st lines.Stream) string {
	region := on.Account.Region()
	for _, s := range sources {
		if s.Group == st.Group && s.Region != "" {
			region = s.Region
			break
		}
	}
	return logs.ConsoleLink(region, st.Group, st.Name, time.UnixMilli(l.Time))
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
