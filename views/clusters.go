package views

import (
	"context"
	"encoding/json"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/findings"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.Cluster]{
	Name: "clusters", Aliases: []string{"cluster", "cl"},
	List:       func(ctx context.Context, c Clients, _ Scope) aws.Pages[ecs.Cluster] { return c.ECS.Clusters(ctx) },
	ID:         func(v ecs.Cluster) string { return v.ARN },
	Label:      func(v ecs.Cluster) string { return v.Name },
	Health:     func(v ecs.Cluster) (Health, string) { return health(ecs.ClusterHealth(v)) },
	ScopeTitle: func(Scope) string { return "all" },
	Empty:      func(Scope) string { return ":region NAME looks into another region, :ctx into another account" },
	Columns: []Column[ecs.Cluster]{
		{Title: "NAME", Field: "name", Key: "N", Priority: 100, Value: func(v ecs.Cluster) any { return v.Name }, Max: 40},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 60, Value: func(v ecs.Cluster) any { return v.Status }},
		{Title: "SERVICES", Field: "services", Key: "V", Align: table.Right, Priority: 80, Value: func(v ecs.Cluster) any { return v.Services }},
		{Title: "RUNNING", Field: "running", Key: "R", Align: table.Right, Priority: 90, Value: func(v ecs.Cluster) any { return v.Running }},
		{Title: "PENDING", Field: "pending", Key: "P", Align: table.Right, Priority: 90, Value: func(v ecs.Cluster) any { return v.Pending }},
		{Title: "INSTANCES", Field: "instances", Key: "I", Align: table.Right, Priority: 50, Value: func(v ecs.Cluster) any { return v.Instances }},
		{Title: "ALERTS", Field: "alerts", Key: "T", Priority: 85, Overlay: "findings", Export: exportAlert, Min: 8},
		{Title: "INSIGHTS", Field: "containerInsights", Priority: 30, Value: func(v ecs.Cluster) any { return orDefault(v.ContainerInsights, "disabled") }},
		{Title: "EXEC LOG", Field: "execLogging", Priority: 20, Value: func(v ecs.Cluster) any { return orDefault(v.ExecLogging, "DEFAULT") }},
		{Title: "PROVIDERS", Field: "capacityProviders", Priority: 10, Min: 14, Max: 48, Value: func(v ecs.Cluster) any { return strings.Join(v.CapacityProviders, ",") }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v ecs.Cluster) any { return v.ARN }},
	},
	Overlays: []Overlay[ecs.Cluster]{alertsOf(func(ix findingsIndex, v ecs.Cluster) findings.Badge { return ix.cluster(v.ARN) }, func(v ecs.Cluster) string { return v.ARN })},
	Actions: []Action[ecs.Cluster]{
		{Name: "enter", Label: "Services", Open: func(_ Scope, v ecs.Cluster) (string, Scope) { return "services", Scope{Cluster: v.ARN} }},
		{Name: "toggle", Label: "Tasks", Open: func(_ Scope, v ecs.Cluster) (string, Scope) { return "tasks", Scope{Cluster: v.ARN} }},
		{Name: "host", Label: "Instances", Open: func(_ Scope, v ecs.Cluster) (string, Scope) { return "instances", Scope{Cluster: v.ARN} }},
		{Name: "findings", Label: "Findings", Open: func(_ Scope, v ecs.Cluster) (string, Scope) { return "findings", Scope{Cluster: v.ARN} }},
	},
	Describe: describeCluster,
	Raw:      func(v ecs.Cluster) json.RawMessage { return v.Raw },
})

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func describeCluster(_ context.Context, _ Clients, _ Scope, v ecs.Cluster) (Document, error) {
	var d Document
	var s Section
	s.fact("Cluster", v.Name)
	s.fact("Status", v.Status)
	s.fact("ARN", v.ARN)
	s.factf("Tasks", "%d running, %d pending", v.Running, v.Pending)
	s.factf("Services", "%d active", v.Services)
	s.factf("Instances", "%d registered", v.Instances)
	s.fact("Container Insights", orDefault(v.ContainerInsights, "disabled"))
	d.Add(s)
	capacity := Section{Title: "Capacity", Lines: nil}
	capacity.fact("Providers", strings.Join(v.CapacityProviders, ", "))
	capacity.fact("Default strategy", strategy(v.DefaultStrategy))
	d.Add(capacity)
	shell := Section{Title: "ECS Exec"}
	shell.fact("Session logging", orDefault(v.ExecLogging, "DEFAULT"))
	shell.fact("Log group", v.ExecLogGroup)
	shell.fact("Bucket", v.ExecBucket)
	shell.fact("KMS key", v.ExecKMSKey)
	d.Add(shell)
	d.Add(tagSection(v.Tags))
	return d, nil
}
