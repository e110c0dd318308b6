package views

import (
	"context"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.TaskDefinitionFamily]{
	Name: "taskdefinitions", Noun: "task definitions", Aliases: []string{"taskdefinition", "td", "families"},
	List: func(ctx context.Context, c Clients, _ Scope) aws.Pages[ecs.TaskDefinitionFamily] {
		return c.ECS.Families(ctx)
	},
	ID:         func(v ecs.TaskDefinitionFamily) string { return v.Name },
	Label:      func(v ecs.TaskDefinitionFamily) string { return v.Name },
	Health:     func(ecs.TaskDefinitionFamily) (Health, string) { return table.OK, "" },
	ScopeTitle: func(Scope) string { return "all" },
	Columns: []Column[ecs.TaskDefinitionFamily]{
		{Title: "FAMILY", Field: "family", Key: "N", Priority: 100, Value: func(v ecs.TaskDefinitionFamily) any { return v.Name }},
	},
	Actions: []Action[ecs.TaskDefinitionFamily]{
		{Name: "enter", Label: "Revisions", Open: func(s Scope, v ecs.TaskDefinitionFamily) (string, Scope) {
			return "revisions", Scope{Cluster: s.Cluster, Family: v.Name}
		}},
	},
})
