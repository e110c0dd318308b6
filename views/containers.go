package views

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/clean"
	"ecsole/tui/table"
)

// container is a container together with the task and the definition it belongs to.
type container struct {
	ecs.Container
	task       ecs.Task
	definition *ecs.TaskDefinition // nil where it could not be read
	why        error               // why not
}

// declared is the container's part of the definition.
func (c container) declared() (ecs.ContainerDefinition, bool) {
	if c.definition != nil {
		for _, d := range c.definition.Containers {
			if d.Name == c.Name {
				return d, true
			}
		}
	}
	return ecs.ContainerDefinition{}, false
}

var _ = register(Resource[container]{
	Name: "containers", Aliases: []string{"container", "co"},
	List:   listContainers,
	ID:     func(v container) string { return orDefault(v.ARN, v.task.ARN+"/"+v.Name) },
	Label:  func(v container) string { return v.Name },
	Health: containerHealth,
	Needs: func(s Scope) string {
		if s.Task == "" {
			return "a task: open one with enter in :tasks"
		}
		return ""
	},
	Columns: []Column[container]{
		{Title: "NAME", Field: "name", Key: "N", Priority: 100, Max: 32, Value: func(v container) any { return v.Name }},
		{Title: "TASK", Field: "task", Wide: true, Value: func(v container) any { return v.task.ID }},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 95, Value: func(v container) any { return v.LastStatus }},
		{Title: "HEALTH", Field: "health", Key: "H", Priority: 60, Value: func(v container) any { return v.Health }, Cell: func(v container) table.Cell {
			return taskHealthCell(ecs.Task{Health: v.Health})
		}},
		{Title: "EXIT", Field: "exitCode", Key: "E", Priority: 85, Align: table.Right, Value: func(v container) any {
			if v.ExitCode == nil {
				return nil
			}
			return *v.ExitCode
		}},
		{Title: "REASON", Field: "reason", Priority: 80, Max: 50, Value: func(v container) any { return v.Reason }},
		{Title: "EXEC", Field: "execReady", Key: "X", Priority: 70, Min: 8, Max: 60, Cell: func(v container) table.Cell { return v.ready().cell() }, Value: func(v container) any { return v.ready().value() }},
		{Title: "LOGS", Field: "logDriver", Priority: 50, Max: 24, Value: func(v container) any {
			d, ok := v.declared()
			if !ok {
				return nil
			}
			return orDefault(d.LogDriver, "none")
		}},
		{Title: "ESSENTIAL", Field: "essential", Priority: 20, Value: func(v container) any {
			d, ok := v.declared()
			if !ok {
				return nil
			}
			return d.Essential
		}},
		{Title: "IMAGE", Field: "image", Key: "I", Priority: 55, Min: 16, Max: 60, Value: func(v container) any { return v.Image }, Cell: func(v container) table.Cell {
			return table.Cell{Text: clean.Line(lastPart(v.Image)), Plain: v.Image} // the tag, not the registry, is what differs
		}},
		{Title: "DIGEST", Field: "imageDigest", Wide: true, Min: 20, Value: func(v container) any { return v.ImageDigest }},
		{Title: "PORTS", Field: "ports", Priority: 30, Value: func(v container) any { return ports(v.Container, v) }},
		{Title: "IP", Field: "ips", Priority: 35, Value: func(v container) any { return strings.Join(v.IPs, ",") }},
		{Title: "RUNTIME ID", Field: "runtimeId", Wide: true, Min: 20, Value: func(v container) any { return v.RuntimeID }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v container) any { return v.ARN }},
	},
	Actions: []Action[container]{
		{Name: "enter", Label: "Logs", Show: containerLogs},
		{Name: "logs", Label: "Logs", Hidden: true, Show: containerLogs},
		{Name: "logs.previous", Label: "Logs of stopped", Help: "Logs of this container in the tasks that stopped last", Hidden: true, Show: previousContainerLogs},
		{Name: "shell", Label: "Shell", Changes: true, Show: containerShell},
		{Name: "shell.command", Label: "Shell with …", Hidden: true, Changes: true, Show: containerShellWith},
		{Name: "command.run", Label: "Run command", Changes: true, Many: true, Off: func(v container) string { return notRunning(v.task) }, ShowAll: containersCommand},
		{Name: "doctor", Label: "Doctor", Help: "Why no shell opens, or what is amiss with one", Show: containerDoctor},
		{Name: "host", Label: "Host", Hidden: true, Off: func(v container) string { return hostless(v.task) },
			Open: func(s Scope, v container) (string, Scope) { return hostOf(s, v.task) }},
		{Name: "forward", Label: "Forward", Help: "Forward a port", Changes: true, Show: containerForward},
		{Name: "forwards", Label: "Forwards", Hidden: true, Rowless: true, Open: toForwards[container]},
		{Name: "transfer", Label: "Copy files", Changes: true, Show: containerCopy},
	},
	Describe: describeContainer,
	Raw:      func(v container) json.RawMessage { return v.Raw },
	Up: func(_ Scope, v container) (string, Scope) {
		return "tasks", Scope{Cluster: v.task.ClusterARN, Service: v.task.Service()}
	},
})

func (c container) ready() readiness {
	r := ecs.ExecReadiness(c.task, c.Container, c.definition)
	return readiness{r.State, r.Why()}
}

// listContainers reads the task of the scope and its definition, or those of all
// tasks of a wider scope. A definition that cannot be read leaves its cells unknown,
// and the rows stay.
func listContainers(ctx context.Context, c Clients, s Scope) aws.Pages[container] {
	if s.Task != "" {
		return containersOfTask(ctx, c, s)
	}
	return func(yield func(aws.Page[container]) bool) {
		seen := 0
		for p := range listTasks(ctx, c, s) {
			page := aws.Page[container]{Gaps: fatal(p.Gaps), Total: -1}
			for _, t := range p.Items {
				page.Items = append(page.Items, containersOf(ctx, c, t)...)
			}
			seen += len(page.Items)
			page.Seen = seen
			if !yield(page) {
				return
			}
		}
		yield(aws.Page[container]{Seen: seen, Total: seen})
	}
}

func containersOfTask(ctx context.Context, c Clients, s Scope) aws.Pages[container] {
	return func(yield func(aws.Page[container]) bool) {
		tasks, gaps := aws.Collect(c.ECS.DescribeTasks(ctx, s.Cluster, []string{s.Task}))
		if len(tasks) == 0 {
			if len(gaps) == 0 {
				gaps = []aws.Gap{{Err: &aws.Error{Class: aws.NotFound, Text: "ECS forgot this task: it keeps stopped tasks for about an hour", Err: errNoTask}, Fatal: true}}
			}
			yield(aws.Page[container]{Gaps: fatal(gaps)})
			return
		}
		items := containersOf(ctx, c, tasks[0])
		yield(aws.Page[container]{Items: items, Seen: len(items), Total: len(items)})
	}
}

// containersOf are a task's, with its definition.
func containersOf(ctx context.Context, c Clients, t ecs.Task) []container {
	td, err := c.ECS.TaskDefinition(ctx, t.TaskDefinition)
	definition := &td
	if err != nil {
		definition = nil
	}
	var out []container
	for _, v := range t.Containers {
		out = append(out, container{Container: v, task: t, definition: definition, why: err})
	}
	return out
}

var errNoTask = errors.New("no such task")

func containerHealth(v container) (Health, string) {
	switch {
	case v.ExitCode != nil && *v.ExitCode != 0:
		return table.Failed, fmt.Sprintf("exit code %d", *v.ExitCode)
	case v.Health == "UNHEALTHY":
		return table.Failed, "health check fails"
	case v.LastStatus == "RUNNING":
		return table.OK, ""
	case v.LastStatus == "STOPPED":
		return table.Killed, v.Reason
	}
	return table.Pending, v.LastStatus
}

// ports prefers the bindings of the running container over the declared ports.
func ports(c ecs.Container, v container) string {
	list := c.Ports
	if len(list) == 0 {
		d, _ := v.declared()
		list = d.Ports
	}
	var parts []string
	for _, p := range list {
		if p.Host != 0 && p.Host != p.Container {
			parts = append(parts, fmt.Sprintf("%d→%d", p.Host, p.Container))
			continue
		}
		parts = append(parts, fmt.Sprint(p.Container))
	}
	return strings.Join(parts, ",")
}
