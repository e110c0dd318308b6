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
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/tui/textview"
)

var _ = register(Resource[*errand]{
	Name: "runs", Noun: "commands", Aliases: []string{"run"},
	Every: 2 * time.Second,
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[*errand] {
		return func(yield func(aws.Page[*errand]) bool) {
			var all []*errand
			if c.errands != nil {
				all = c.errands.all()
			}
			yield(aws.Page[*errand]{Items: all, Seen: len(all), Total: len(all)})
		}
	},
	ID:    func(v *errand) string { return fmt.Sprint(v.id) },
	Label: func(v *errand) string { return v.command },
	Health: func(v *errand) (Health, string) {
		switch _, ill, left, _ := v.progress(); {
		case left > 0:
			return table.Pending, v.state()
		case ill > 0:
			return table.Failed, v.state()
		}
		return table.Done, v.state()
	},
	ScopeTitle: func(Scope) string { return "this run" },
	Empty:      func(Scope) string { return "x on services, tasks or containers runs a command in them" },
	Sort:       "AGE", Descending: true,
	Columns: []Column[*errand]{
		{Title: "COMMAND", Field: "command", Key: "N", Priority: 100, Max: 60, Value: func(v *errand) any { return v.command }},
		{Title: "CONTAINERS", Field: "containers", Key: "C", Priority: 80, Align: table.Right, Value: func(v *errand) any { return len(v.targets) }},
		{Title: "STATE", Field: "state", Key: "S", Priority: 90, Value: func(v *errand) any { return v.state() }},
		{Title: "ACCOUNT", Field: "account", Priority: 60, Value: func(v *errand) any { return v.place.short() }},
		{Title: "AGE", Field: "begun", Key: "A", Priority: 70, Align: table.Right, Value: func(v *errand) any { return v.begun }},
	},
	Actions: []Action[*errand]{
		{Name: "enter", Label: "Output", Show: func(a *App, _ Scope, v *errand) (Opening, error) { return Opening{Screen: a.errandScreen(v)}, nil }},
		{Name: "stop", Label: "Cancel", Off: func(v *errand) string {
			if _, _, left, _ := v.progress(); left == 0 {
				return "it has ended"
			}
			return ""
		}, Show: func(_ *App, _ Scope, v *errand) (Opening, error) {
			v.giveUp()
			return Opening{Cmd: flashText(screen.Info, "what still runs is ended")}, nil
		}},
	},
})

// notRunning says why no command can run in a task.
func notRunning(t ecs.Task) string {
	if t.LastStatus != "RUNNING" {
		return "the task does not run: " + t.LastStatus
	}
	return ""
}

func containersCommand(a *App, _ Scope, items []container, left []string) (Opening, error) {
	targets := make([]errandTarget, len(items))
	for i, v := range items {
		targets[i] = a.errandTarget(v.task, v.Container, v.definition)
	}
	return Opening{Overlay: a.askCommand(a.on, targets, nil, left)}, nil
}

func tasksCommand(a *App, _ Scope, items []ecs.Task, left []string) (Opening, error) {
	on := a.on
	return Opening{Label: "tasks", Job: func(ctx context.Context) (tea.Cmd, error) {
		return a.askForTasks(ctx, on, items, left), nil
	}}, nil
}

// servicesCommand takes every running task of the services.
func servicesCommand(a *App, _ Scope, items []ecs.Service, left []string) (Opening, error) {
	on := a.on
	return Opening{Label: "tasks", Job: func(ctx context.Context) (tea.Cmd, error) {
		var tasks []ecs.Task
		for _, v := range items {
			all, gaps := aws.Collect(on.ECS.Tasks(aws.Foreground(ctx), ecs.TaskQuery{Cluster: v.ClusterARN, Service: v.Name}))
			if len(gaps) > 0 {
				return nil, gaps[0].Err // half a service is not what was asked for
			}
			for _, t := range all {
				if notRunning(t) == "" {
					tasks = append(tasks, t)
				}
			}
		}
		if len(tasks) == 0 {
			return flashText(screen.Warn, "no task is running"), nil
		}
		return a.askForTasks(ctx, on, tasks, left), nil
	}}, nil
}

// askForTasks asks for the command, and for the container where the tasks have
// several.
func (a *App) askForTasks(ctx context.Context, on Clients, tasks []ecs.Task, left []string) tea.Cmd {
	var targets []errandTarget
	var names []string
	for _, t := range tasks {
		var definition *ecs.TaskDefinition
		if td, err := on.ECS.TaskDefinition(ctx, t.TaskDefinition); err == nil {
			definition = &td
		}
		for _, c := range shellable(t) {
			targets = append(targets, a.errandTarget(t, c, definition))
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	if len(names) < 2 {
		names = nil
	}
	return screen.Cmd(screen.Ask{Overlay: a.askCommand(on, targets, names, left)})
}

func (a *App) errandTarget(t ecs.Task, c ecs.Container, definition *ecs.TaskDefinition) errandTarget {
	target := errandTarget{request: a.execRequest(t, c)}
	if r := ecs.ExecReadiness(t, c, definition); r.State == ecs.NotReady {
		target.why = r.Why()
	}
	return target
}

// askCommand asks for a command that runs in each target; with names, in those of one
// container.
func (a *App) askCommand(on Clients, targets []errandTarget, names, left []string) screen.Overlay {
	where := on.where(a.cfg)
	spec := dialog.Spec{
		Title: "Run a command", OK: "Run", Danger: where.guarded,
		Text: "Account " + clean.Line(where.String()) + "\nA line for sh, without a terminal. Its output is shown when it has ended.",
		Done: func(values map[string]string) tea.Cmd {
			chosen := targets
			if names != nil {
				chosen = nil
				for _, t := range targets {
					if t.request.Container == values["container"] {
						chosen = append(chosen, t)
					}
				}
			}
			return a.startErrand(on, strings.TrimSpace(values["command"]), chosen)
		},
	}
	if n := len(targets); n > 1 && names == nil {
		spec.Title = fmt.Sprintf("Run a command in %d containers", n)
	}
	for _, line := range left {
		spec.Text += "\n" + line
	}
	seen := map[string]bool{}
	for _, t := range targets {
		name := clean.Line(t.request.Label)
		if t.why != "" {
			name += "  not ready: " + clean.Line(t.why)
		}
		if names != nil { // the container is still to be chosen
			name, _, _ = strings.Cut(name, ":")
		}
		if !seen[name] {
			seen[name] = true
			spec.Names = append(spec.Names, name)
		}
	}
	spec.Fields = []dialog.Field{{Name: "command", Label: "Command", Required: true, Placeholder: "such as: df -h"}}
	if names != nil {
		spec.Fields = append(spec.Fields, dialog.Field{Name: "container", Label: "Container", Kind: dialog.Choice, Choices: names, Default: names[0]})
	}
	if where.guarded {
		spec.Token = where.token()
	}
	return dialog.New(a.theme, spec)
}

// startErrand runs a command as a job and shows what comes of it.
func (a *App) startErrand(on Clients, command string, targets []errandTarget) tea.Cmd {
	if len(targets) == 0 {
		return flashText(screen.Warn, "there is nothing to run it in")
	}
	e := &errand{command: command, on: on, place: on.where(a.cfg), begun: time.Now(), targets: targets}
	a.errands.add(e)
	label := "run " + clean.Cut(clean.Line(command), 40)
	if n := len(targets); n > 1 {
		label += fmt.Sprintf(" in %d containers", n)
	} else {
		label += " in " + clean.Line(targets[0].request.Label)
	}
	return screen.Batch(
		screen.Cmd(screen.Push{Screen: a.errandScreen(e)}),
		screen.Cmd(screen.Start{Job: screen.Job{Label: label, Timeout: errandTimeout + time.Minute, Where: e.place.short(), Run: e.run}}),
	)
}

// errandScreen shows an errand, also while it goes on.
func (a *App) errandScreen(e *errand) screen.Screen {
	o := a.textOptions(e.on, "output", clean.Line(e.command))
	o.Load = func(context.Context) (textview.Document, error) { return e.document(), nil }
	o.Every, o.FileName, o.Wrap = time.Second, "output.txt", true
	o.Actions = func() []screen.Action {
		cancel := screen.Action{Name: "stop", Keys: a.keys.For("stop"), Label: "Cancel", Help: "End the commands that still run", Run: func() tea.Cmd {
			e.giveUp()
			return flashText(screen.Info, "what still runs is ended")
		}}
		if _, _, left, _ := e.progress(); left == 0 {
			cancel.Off, cancel.Hidden = "every command has ended", true
		}
		return []screen.Action{cancel}
	}
	return textview.New(o)
}
