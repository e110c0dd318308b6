package views

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.Instance]{
	Name: "instances", Noun: "container instances", Aliases: []string{"instance", "hosts", "host", "in"},
	List:    listInstances,
	ID:      func(v ecs.Instance) string { return v.ARN },
	Label:   func(v ecs.Instance) string { return orDefault(v.EC2ID, shortID(v.ID)) },
	Missing: func(arn string) string { return shortID(lastPart(arn)) },
	Health:  func(v ecs.Instance) (Health, string) { return health(ecs.InstanceHealth(v)) },
	Columns: []Column[ecs.Instance]{
		{Title: "INSTANCE", Field: "ec2InstanceId", Key: "N", Priority: 100, Min: 19, Max: 21, Exact: true, Value: func(v ecs.Instance) any { return orNil(v.EC2ID) }},
		{Title: "CLUSTER", Field: "cluster", Priority: 97, Max: 24, When: allClusters, Value: func(v ecs.Instance) any { return lastPart(ecs.ClusterOf(v.ARN)) }},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 95, Value: func(v ecs.Instance) any { return v.Status }},
		{Title: "AGENT", Field: "agentConnected", Key: "C", Priority: 90, Value: func(v ecs.Instance) any { return v.AgentConnected }, Cell: agentCell},
		{Title: "VERSION", Field: "agentVersion", Key: "V", Priority: 50, Value: func(v ecs.Instance) any { return orNil(v.AgentVersion) }},
		{Title: "RUNNING", Field: "running", Key: "R", Priority: 85, Align: table.Right, Value: func(v ecs.Instance) any { return v.Running }},
		{Title: "PENDING", Field: "pending", Key: "P", Priority: 80, Align: table.Right, Value: func(v ecs.Instance) any { return v.Pending }},
		{Title: "CPU FREE", Field: "cpuRemaining", Key: "U", Priority: 75, Align: table.Right, Value: func(v ecs.Instance) any { return v.CPULeft }, Cell: func(v ecs.Instance) table.Cell {
			return leftCell(v.CPULeft, v.CPUTotal)
		}},
		{Title: "MEM FREE", Field: "memoryRemaining", Key: "M", Priority: 74, Align: table.Right, Value: func(v ecs.Instance) any { return v.MemoryLeft }, Cell: func(v ecs.Instance) table.Cell {
			return leftCell(v.MemoryLeft, v.MemoryTotal)
		}},
		{Title: "CPU", Field: "cpuRegistered", Wide: true, Align: table.Right, Value: func(v ecs.Instance) any { return v.CPUTotal }},
		{Title: "MEM", Field: "memoryRegistered", Wide: true, Align: table.Right, Value: func(v ecs.Instance) any { return v.MemoryTotal }},
		{Title: "TYPE", Field: "type", Key: "T", Priority: 60, Value: func(v ecs.Instance) any { return orNil(v.Type) }},
		{Title: "AZ", Field: "az", Key: "Z", Priority: 55, Value: func(v ecs.Instance) any { return orNil(v.AZ) }},
		{Title: "PROVIDER", Field: "capacityProvider", Key: "D", Priority: 40, Max: 28, Value: func(v ecs.Instance) any { return orNil(v.CapacityProvider) }},
		{Title: "AMI", Field: "ami", Key: "I", Priority: 35, Max: 21, Value: func(v ecs.Instance) any { return orNil(v.AMI) }},
		{Title: "AGE", Field: "registered", Key: "A", Priority: 70, Align: table.Right, Value: func(v ecs.Instance) any { return v.Registered }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v ecs.Instance) any { return v.ARN }},
	},
	Actions: []Action[ecs.Instance]{
		{Name: "enter", Label: "Tasks", Open: func(_ Scope, v ecs.Instance) (string, Scope) {
			return "tasks", Scope{Cluster: ecs.ClusterOf(v.ARN), Instance: v.ARN}
		}},
		{Name: "shell", Label: "Shell", Changes: true, Off: hostShellOff, Show: hostShell},
	},
	Describe: describeInstance,
	Raw:      func(v ecs.Instance) json.RawMessage { return v.Raw },
	Up:       func(_ Scope, v ecs.Instance) (string, Scope) { return "tasks", Scope{Cluster: ecs.ClusterOf(v.ARN)} },
})

func listInstances(ctx context.Context, c Clients, s Scope) aws.Pages[ecs.Instance] {
	switch {
	case s.Instance != "":
		return c.ECS.DescribeInstances(ctx, s.Cluster, []string{s.Instance})
	case s.Cluster != "":
		return c.ECS.Instances(ctx, s.Cluster)
	}
	return overClusters(ctx, c, c.ECS.Instances)
}

func agentCell(v ecs.Instance) table.Cell {
	c := table.Cell{Text: "connected", Sort: v.AgentConnected}
	if !v.AgentConnected {
		c.Text, c.State = "lost", table.Failed
	}
	return c
}

// leftCell is what is left of an amount, and how much that is of the whole.
func leftCell(left, total int) table.Cell {
	if total == 0 {
		return table.Cell{Text: table.Nothing, State: table.Dim}
	}
	return table.Cell{Text: fmt.Sprintf("%d %3d%%", left, left*100/total), Sort: left}
}

// hostless says why a task has no host to go to.
func hostless(v ecs.Task) string {
	if v.InstanceARN == "" {
		return "this task runs on Fargate: it has no host of yours"
	}
	return ""
}

func hostOf(_ Scope, v ecs.Task) (string, Scope) {
	return "instances", Scope{Cluster: v.ClusterARN, Instance: v.InstanceARN}
}

func hostShellOff(v ecs.Instance) string {
	if v.EC2ID == "" {
		return "the instance has no EC2 id to open a session on"
	}
	return ""
}

// hostShell opens a shell on the instance itself. That it answers to Session Manager
// at all is known only when it is asked: the agent and the role for that are not ECS's.
func hostShell(a *App, _ Scope, v ecs.Instance) (Opening, error) {
	target := lastPart(ecs.ClusterOf(v.ARN)) + "/" + v.EC2ID
	r := exec.Request{Cluster: ecs.ClusterOf(v.ARN), Instance: v.EC2ID, Label: target, Reason: a.incident()}
	on := a.on
	start := func() tea.Cmd { return a.startShell(on, r) }
	return a.guardedShell(on, "Open a shell on the host?", target, start), nil
}

func describeInstance(ctx context.Context, c Clients, _ Scope, v ecs.Instance) (Document, error) {
	cluster := ecs.ClusterOf(v.ARN)
	fresh, gaps := aws.Collect(c.ECS.DescribeInstances(ctx, cluster, []string{v.ARN}))
	if len(fresh) == 1 {
		v = fresh[0]
	}
	var d Document
	d.Add(unrefreshed(len(fresh), gaps))
	var s Section
	s.fact("Instance", v.EC2ID)
	s.fact("Container instance", v.ID)
	s.fact("Cluster", lastPart(cluster))
	s.fact("Status", v.Status)
	s.fact("Status reason", v.StatusReason)
	s.fact("Health", v.Health)
	s.fact("Type", v.Type)
	s.fact("Zone", v.AZ)
	s.fact("AMI", v.AMI)
	s.fact("Capacity provider", v.CapacityProvider)
	s.moment("Registered", v.Registered)
	s.fact("ARN", v.ARN)
	d.Add(s)
	agent := Section{Title: "Agent"}
	agent.fact("Connected", text(v.AgentConnected))
	agent.fact("Version", v.AgentVersion)
	agent.fact("Update", v.AgentUpdate)
	agent.fact("Docker", v.Docker)
	d.Add(agent)
	use := Section{Title: "Resources"}
	use.factf("Tasks", "%d running, %d pending", v.Running, v.Pending)
	use.factf("CPU units", "%d of %d free", v.CPULeft, v.CPUTotal)
	use.factf("Memory", "%d of %d MiB free", v.MemoryLeft, v.MemoryTotal)
	use.fact("GPUs", strings.Join(v.GPUs, ", "))
	d.Add(use)
	d.Add(instanceTasks(ctx, c, cluster, v))
	attributes := Section{Title: "Attributes"}
	for _, t := range v.Attributes {
		attributes.Lines = append(attributes.Lines, strings.TrimSuffix(t.Key+" = "+t.Value, " = "))
	}
	d.Add(attributes)
	d.Add(tagSection(v.Tags))
	return d, nil
}

// instanceTasks lists what is placed on the instance.
func instanceTasks(ctx context.Context, c Clients, cluster string, v ecs.Instance) Section {
	s := Section{Title: "Tasks"}
	tasks, gaps := aws.Collect(c.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: cluster, Instance: v.ARN}))
	for _, g := range gaps {
		s.Unknown = g.Err
	}
	if len(tasks) > 0 {
		s.Grid = [][]string{{"TASK", "GROUP", "STATUS", "CPU", "MEMORY"}}
	}
	for _, t := range tasks {
		s.Grid = append(s.Grid, []string{shortID(t.ID), strings.TrimPrefix(t.Group, "service:"), t.LastStatus, t.CPU, t.Memory})
	}
	return s
}
