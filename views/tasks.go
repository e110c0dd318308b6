package views

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/findings"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.Task]{
	Name: "tasks", Aliases: []string{"task", "t"},
	List:    listTasks,
	Again:   againTasks,
	ID:      func(v ecs.Task) string { return v.ARN },
	Label:   func(v ecs.Task) string { return shortID(v.ID) },
	Missing: func(arn string) string { return shortID(lastPart(arn)) },
	Health:  func(v ecs.Task) (Health, string) { return health(ecs.TaskHealth(v)) },
	ScopeTitle: func(s Scope) string {
		title := scopeTitle(s)
		if s.Stopped {
			title += " stopped"
		}
		return title
	},
	Empty: func(s Scope) string {
		if s.Stopped {
			return "ECS forgets stopped tasks after about an hour; t shows the running ones"
		}
		return "t shows the stopped ones, and why they stopped"
	},
	Sort: "AGE", Descending: true,
	Columns: []Column[ecs.Task]{
		{Title: "TASK", Field: "id", Key: "N", Priority: 100, Min: 8, Max: 8, Exact: true, Value: func(v ecs.Task) any { return v.ID }, Cell: func(v ecs.Task) table.Cell {
			return table.Cell{Text: shortID(v.ID), Plain: v.ID}
		}},
		{Title: "CLUSTER", Field: "cluster", Priority: 97, Max: 24, When: allClusters, Value: func(v ecs.Task) any { return lastPart(v.ClusterARN) }},
		{Title: "GROUP", Field: "group", Key: "V", Priority: 89, When: anyService, Min: 12, Max: 32, Value: func(v ecs.Task) any { return strings.TrimPrefix(v.Group, "service:") }},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 95, Value: func(v ecs.Task) any { return v.LastStatus }, Cell: taskStatusCell},
		{Title: "HEALTH", Field: "health", Key: "H", Priority: 60, Value: func(v ecs.Task) any { return v.Health }, Cell: taskHealthCell},
		{Title: "STOPPED BECAUSE", Field: "stopReason", Key: "W", Priority: 90, When: stopped, Min: 36, Max: 60, Value: func(v ecs.Task) any { return ecs.StopSummary(v) }, Cell: stopCell},
		{Title: "CPU", Field: "cpuPercent", Key: "C", Priority: 80, When: running, Min: 15, Overlay: "use"},
		{Title: "MEM", Field: "memoryPercent", Key: "M", Priority: 78, When: running, Min: 15, Overlay: "use"},
		{Title: "ALERTS", Field: "alerts", Key: "T", Priority: 88, Min: 8, Overlay: "findings", Export: exportAlert},
		{Title: "EXEC", Field: "execReady", Key: "X", Priority: 65, When: running, Min: 5, Max: 24, Overlay: "exec", Export: exportReady},
		{Title: "LAUNCH", Field: "launch", Key: "L", Priority: 40, Value: func(v ecs.Task) any { return orDefault(v.CapacityProvider, v.LaunchType) }},
		{Title: "TASK DEF", Field: "taskDefinition", Key: "E", Priority: 50, Max: 28, Value: func(v ecs.Task) any { return lastPart(v.TaskDefinition) }},
		{Title: "AZ", Field: "az", Key: "Z", Priority: 30, Value: func(v ecs.Task) any { return v.AZ }},
		{Title: "STARTED BY", Field: "startedBy", Wide: true, Value: func(v ecs.Task) any { return v.StartedBy }},
		{Title: "AGE", Field: "created", Key: "A", Priority: 75, Align: table.Right, Value: func(v ecs.Task) any { return v.Created }},
		{Title: "STOPPED", Field: "stopped", Wide: true, Align: table.Right, Value: func(v ecs.Task) any { return moment(v.Stopped) }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v ecs.Task) any { return v.ARN }},
	},
	Overlays: []Overlay[ecs.Task]{
		Decorate("use", time.Minute, taskUse, map[string]func(ecs.Task, use) table.Cell{
			"CPU": func(_ ecs.Task, u use) table.Cell { return u.cpu() },
			"MEM": func(_ ecs.Task, u use) table.Cell { return u.memory() },
		}).Paid().Texts(percents()...),
		alertsOf(func(ix findingsIndex, v ecs.Task) findings.Badge { return ix.task(v.ARN) }, func(v ecs.Task) string { return v.ARN }),
		Decorate("exec", 30*time.Second, taskReadiness, map[string]func(ecs.Task, readiness) table.Cell{
			"EXEC": func(_ ecs.Task, r readiness) table.Cell { return r.cell() },
		}).Texts("ready", "no: not ready", "?").Stamped(execStamp),
	},
	Actions: []Action[ecs.Task]{
		{Name: "enter", Label: "Containers", Open: func(s Scope, v ecs.Task) (string, Scope) {
			return "containers", Scope{Cluster: v.ClusterARN, Service: v.Service(), Task: v.ARN, Stopped: s.Stopped}
		}},
		{Name: "logs", Label: "Logs", Show: taskLogs},
		{Name: "logs.previous", Label: "Logs of stopped", Help: "Logs of the tasks that stopped last", Hidden: true, Show: previousTaskLogs},
		{Name: "shell", Label: "Shell", Changes: true, Show: taskShell},
		{Name: "shell.command", Label: "Shell with …", Hidden: true, Changes: true, Show: taskShellWith},
		{Name: "command.run", Label: "Run command", Changes: true, Many: true, Off: notRunning, ShowAll: tasksCommand},
		{Name: "host", Label: "Host", Off: hostless, Open: hostOf},
		{Name: "forward", Label: "Forward", Help: "Forward a port", Changes: true, Show: taskForward},
		{Name: "forwards", Label: "Forwards", Hidden: true, Rowless: true, Open: toForwards[ecs.Task]},
		{Name: "transfer.task", Label: "Copy files", Changes: true, Show: taskCopy},
		{Name: "toggle", Label: "Running/stopped", Rowless: true, Open: func(s Scope, v ecs.Task) (string, Scope) {
			s.Stopped = !s.Stopped
			return "tasks", s
		}},
		{Name: "stop", Label: "Stop", Changes: true, Many: true, Off: stopOff, Ask: askStop, Run: runStop},
		{Name: "doctor", Label: "Doctor", Help: "Why no shell opens, or what is amiss with one", Show: taskDoctor},
		{Name: "findings", Label: "Findings", Open: func(_ Scope, v ecs.Task) (string, Scope) {
			return "findings", Scope{Cluster: v.ClusterARN, Task: v.ARN}
		}},
	},
	Describe: describeTask,
	Raw:      func(v ecs.Task) json.RawMessage { return v.Raw },
	Up:       func(_ Scope, v ecs.Task) (string, Scope) { return "services", Scope{Cluster: v.ClusterARN} },
})

// execStamp is what of a task decides whether a shell would open in it.
func execStamp(v ecs.Task) string {
	var b strings.Builder
	b.WriteString(v.LastStatus + " " + v.DesiredStatus)
	for _, c := range v.Containers {
		b.WriteString(" " + c.LastStatus + "/" + c.ExecAgent)
	}
	return b.String()
}

// stopCell puts the container to blame and its exit before the commonest stop code,
// which says less, so that they are seen on a narrow screen too.
func stopCell(v ecs.Task) table.Cell {
	why := ecs.StopSummary(v)
	c := table.Cell{Text: why, Plain: why}
	if code, blame, ok := strings.Cut(why, " · "); ok && code == "EssentialContainerExited" {
		c.Text = blame + " · " + code
	}
	return c
}

func stopped(s Scope) bool { return s.Stopped }
func running(s Scope) bool { return !s.Stopped }

// anyService is when a row has to say what it belongs to.
func anyService(s Scope) bool { return s.Service == "" }

func listTasks(ctx context.Context, c Clients, s Scope) aws.Pages[ecs.Task] {
	in := func(ctx context.Context, cluster string) aws.Pages[ecs.Task] {
		return c.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: cluster, Service: s.Service, Family: s.Family, Instance: s.Instance, Stopped: s.Stopped})
	}
	if s.Cluster != "" {
		return in(ctx, s.Cluster)
	}
	return overClusters(ctx, c, in)
}

func againTasks(ctx context.Context, c Clients, _ Scope, items []ecs.Task) aws.Pages[ecs.Task] {
	byCluster := map[string][]string{}
	for _, v := range items {
		byCluster[v.ClusterARN] = append(byCluster[v.ClusterARN], v.ARN)
	}
	return func(yield func(aws.Page[ecs.Task]) bool) {
		for cluster, arns := range byCluster {
			for p := range c.ECS.DescribeTasks(ctx, cluster, arns) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

func taskStatusCell(v ecs.Task) table.Cell {
	c := table.Cell{Text: v.LastStatus}
	switch {
	case v.LastStatus == "RUNNING" && v.DesiredStatus == "STOPPED":
		c.Text, c.State = "STOPPING", table.Pending
	case v.LastStatus == "RUNNING", v.LastStatus == "STOPPED":
	default:
		c.State = table.Pending
	}
	return c
}

func taskHealthCell(v ecs.Task) table.Cell {
	switch v.Health {
	case "UNHEALTHY":
		return table.Cell{Text: v.Health, State: table.Failed}
	case "", "UNKNOWN":
		return table.Cell{Text: table.Nothing, State: table.Dim}
	}
	return table.Cell{Text: v.Health}
}

// moment is a time as a value, or nil where it has not come.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func stopOff(v ecs.Task) string {
	if v.LastStatus == "STOPPED" || v.DesiredStatus == "STOPPED" {
		return "the task is stopped or stopping already"
	}
	return ""
}

func askStop(_ Scope, tasks []ecs.Task) Question {
	q := Question{Title: "Stop this task?", OK: "Stop", Fields: []Field{{Name: "reason", Label: "Reason", Value: "stopped from ecsole"}}}
	place := "its place"
	if len(tasks) > 1 {
		q.Title, place = fmt.Sprintf("Stop these %d tasks?", len(tasks)), "place of each"
	}
	if slices.ContainsFunc(tasks, func(t ecs.Task) bool { return t.Service() != "" }) {
		q.Lines = append(q.Lines, "The service starts a new task in "+place+".")
	}
	return q
}
