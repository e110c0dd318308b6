package views

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/findings"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.Service]{
	Name: "services", Aliases: []string{"service", "svc", "s"},
	List:   listServices,
	Again:  againServices,
	ID:     func(v ecs.Service) string { return v.ARN },
	Label:  func(v ecs.Service) string { return v.Name },
	Health: func(v ecs.Service) (Health, string) { return health(ecs.ServiceHealth(v)) },
	Columns: []Column[ecs.Service]{
		{Title: "NAME", Field: "name", Key: "N", Priority: 100, Min: 14, Max: 40, Value: func(v ecs.Service) any { return v.Name }},
		{Title: "CLUSTER", Field: "cluster", Key: "U", Priority: 97, Max: 24, When: allClusters, Value: func(v ecs.Service) any { return lastPart(v.ClusterARN) }},
		{Title: "TASKS", Key: "R", Align: table.Right, Priority: 95, Cell: tasksCell},
		{Title: "DES", Field: "desired", Wide: true, Align: table.Right, Value: func(v ecs.Service) any { return v.Desired }},
		{Title: "RUN", Field: "running", Wide: true, Align: table.Right, Value: func(v ecs.Service) any { return v.Running }},
		{Title: "PEND", Field: "pending", Wide: true, Align: table.Right, Value: func(v ecs.Service) any { return v.Pending }},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 20, Value: func(v ecs.Service) any { return v.Status }},
		{Title: "DEPLOYMENT", Field: "deployment", Key: "P", Priority: 89, Max: 26, Cell: deploymentCell, Value: func(v ecs.Service) any { return deployment(v) }},
		{Title: "CPU", Field: "cpuPercent", Key: "C", Priority: 90, Min: 15, Overlay: "use"},
		{Title: "MEM", Field: "memoryPercent", Key: "M", Priority: 85, Min: 15, Overlay: "use"},
		{Title: "ALERTS", Field: "alerts", Key: "T", Priority: 88, Min: 8, Overlay: "findings", Export: exportAlert},
		{Title: "EXEC", Field: "execEnabled", Key: "X", Priority: 50, Value: func(v ecs.Service) any { return v.ExecEnabled }},
		{Title: "LAUNCH", Field: "launch", Key: "L", Priority: 30, Min: 12, Max: 40, Value: func(v ecs.Service) any { return launch(v) }},
		{Title: "TASK DEF", Field: "taskDefinition", Priority: 40, Max: 40, Value: func(v ecs.Service) any { return lastPart(v.TaskDefinition) }},
		{Title: "AGE", Field: "created", Key: "A", Priority: 25, Align: table.Right, Value: func(v ecs.Service) any { return v.Created }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v ecs.Service) any { return v.ARN }},
	},
	Overlays: []Overlay[ecs.Service]{
		Decorate("use", time.Minute, serviceUse, map[string]func(ecs.Service, use) table.Cell{
			"CPU": func(_ ecs.Service, u use) table.Cell { return u.cpu() },
			"MEM": func(_ ecs.Service, u use) table.Cell { return u.memory() },
		}).Paid().Texts(percents()...),
		alertsOf(func(ix findingsIndex, v ecs.Service) findings.Badge { return ix.service(v.ClusterARN, v.Name) }, func(v ecs.Service) string { return v.ARN }),
	},
	Actions: []Action[ecs.Service]{
		{Name: "enter", Label: "Tasks", Open: func(_ Scope, v ecs.Service) (string, Scope) {
			return "tasks", Scope{Cluster: v.ClusterARN, Service: v.Name}
		}},
		{Name: "logs", Label: "Logs", Show: serviceLogs},
		{Name: "logs.previous", Label: "Logs of stopped", Help: "Logs of the tasks that stopped last", Hidden: true, Show: previousServiceLogs},
		{Name: "toggle", Label: "Stopped tasks", Open: func(_ Scope, v ecs.Service) (string, Scope) {
			return "tasks", Scope{Cluster: v.ClusterARN, Service: v.Name, Stopped: true}
		}},
		{Name: "scale", Label: "Scale", Changes: true, Ask: askScale, Run: runScale},
		{Name: "restart", Label: "Redeploy", Changes: true, Many: true, Ask: askRedeploy, Run: runRedeploy},
		{Name: "forward", Label: "Forward", Help: "Forward a port", Changes: true, Show: serviceForward},
		{Name: "forwards", Label: "Forwards", Hidden: true, Rowless: true, Open: toForwards[ecs.Service]},
		{Name: "command.run", Label: "Run command", Changes: true, Many: true, ShowAll: servicesCommand},
		{Name: "revisions", Label: "Revisions", Open: func(_ Scope, v ecs.Service) (string, Scope) {
			return "revisions", Scope{Cluster: v.ClusterARN, Service: v.Name, Family: family(v.TaskDefinition)}
		}},
		{Name: "doctor", Label: "Doctor", Help: "Why no shell opens in its tasks, or what is amiss with one", Show: serviceDoctor},
		{Name: "findings", Label: "Findings", Open: func(_ Scope, v ecs.Service) (string, Scope) {
			return "findings", Scope{Cluster: v.ClusterARN, Service: v.Name}
		}},
	},
	Describe: describeService,
	Raw:      func(v ecs.Service) json.RawMessage { return v.Raw },
	Up:       func(_ Scope, v ecs.Service) (string, Scope) { return "services", Scope{Cluster: v.ClusterARN} },
})

// allClusters is when a row has to say which cluster it is of.
func allClusters(s Scope) bool { return s.Cluster == "" }

// listServices reads one cluster's services, or all clusters' in turn.
func listServices(ctx context.Context, c Clients, s Scope) aws.Pages[ecs.Service] {
	if s.Cluster != "" {
		return c.ECS.Services(ctx, s.Cluster)
	}
	return overClusters(ctx, c, c.ECS.Services)
}

func againServices(ctx context.Context, c Clients, _ Scope, items []ecs.Service) aws.Pages[ecs.Service] {
	byCluster := map[string][]string{}
	for _, v := range items {
		byCluster[v.ClusterARN] = append(byCluster[v.ClusterARN], v.ARN)
	}
	return func(yield func(aws.Page[ecs.Service]) bool) {
		for cluster, arns := range byCluster {
			for p := range c.ECS.DescribeServices(ctx, cluster, arns) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// overClusters lists every cluster's items, one cluster after the other, as one listing.
func overClusters[T any](ctx context.Context, c Clients, list func(context.Context, string) aws.Pages[T]) aws.Pages[T] {
	return func(yield func(aws.Page[T]) bool) {
		seen := 0
		for clusters := range c.ECS.Clusters(ctx) {
			if len(clusters.Gaps) > 0 && !yield(aws.Page[T]{Gaps: fatal(clusters.Gaps), Seen: seen, Total: -1}) {
				return
			}
			for _, cluster := range clusters.Items {
				base := seen
				for p := range list(ctx, cluster.ARN) {
					seen = base + p.Seen
					p.Seen, p.Total = seen, -1
					if !yield(p) {
						return
					}
				}
			}
		}
		yield(aws.Page[T]{Seen: seen, Total: seen})
	}
}

// fatal makes gaps of one listing gaps of another that depends on it: what is
// missing there has no ids here.
func fatal(gaps []aws.Gap) []aws.Gap {
	out := make([]aws.Gap, len(gaps))
	for i, g := range gaps {
		out[i] = aws.Gap{Err: g.Err, Fatal: true}
	}
	return out
}

func tasksCell(v ecs.Service) table.Cell {
	c := table.Cell{Text: fmt.Sprintf("%d/%d", v.Running, v.Desired), Sort: v.Running}
	if v.Pending > 0 {
		c.Text += fmt.Sprintf(" +%d", v.Pending)
	}
	if v.Running < v.Desired {
		c.State = table.Warn
	}
	return c
}

// deployment is the state of the newest deployment in words.
func deployment(v ecs.Service) string {
	back := false // what ran before takes the place of one that failed
	for _, d := range v.Deployments {
		back = back || d.Status != "PRIMARY" && d.RolloutState == "FAILED"
	}
	for _, d := range v.Deployments {
		if d.Status != "PRIMARY" {
			continue
		}
		switch {
		case d.RolloutState == "IN_PROGRESS" && back:
			return fmt.Sprintf("failed, back %d/%d", d.Running, d.Desired)
		case d.RolloutState == "FAILED":
			return "failed"
		case d.RolloutState == "IN_PROGRESS" && d.Failed > 0:
			return fmt.Sprintf("rolling %d/%d, %d failed", d.Running, d.Desired, d.Failed)
		case d.RolloutState == "IN_PROGRESS":
			return fmt.Sprintf("rolling %d/%d", d.Running, d.Desired)
		case d.RolloutState == "COMPLETED":
			return "completed"
		default:
			return strings.ToLower(d.RolloutState)
		}
	}
	return ""
}

func deploymentCell(v ecs.Service) table.Cell {
	c := table.Cell{Text: deployment(v)}
	switch {
	case c.Text == "failed" || strings.Contains(c.Text, "failed"):
		c.State = table.Failed
	case strings.HasPrefix(c.Text, "rolling"):
		c.State = table.Pending
	case c.Text == "completed":
		c.State = table.Dim
	}
	return c
}

func launch(v ecs.Service) string {
	if len(v.Strategy) > 0 {
		return strategy(v.Strategy)
	}
	return v.LaunchType
}

func strategy(items []ecs.StrategyItem) string {
	var parts []string
	for _, i := range items {
		part := fmt.Sprintf("%s:%d", i.Provider, i.Weight)
		if i.Base > 0 {
			part += fmt.Sprintf(" (base %d)", i.Base)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// family is the family of a task definition's ARN or of family:revision.
func family(taskDefinition string) string {
	name := lastPart(taskDefinition)
	if i := strings.LastIndexByte(name, ':'); i > 0 {
		return name[:i]
	}
	return name
}
