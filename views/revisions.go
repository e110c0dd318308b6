package views

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/table"
)

var _ = register(Resource[ecs.Revision]{
	Name: "revisions", Aliases: []string{"revision", "rev"},
	List: func(ctx context.Context, c Clients, s Scope) aws.Pages[ecs.Revision] {
		return c.ECS.Revisions(ctx, s.Family)
	},
	ID:    func(v ecs.Revision) string { return v.ARN },
	Label: func(v ecs.Revision) string { return fmt.Sprintf("%s:%d", v.Family, v.Number) },
	Health: func(v ecs.Revision) (Health, string) {
		if v.Status == "INACTIVE" {
			return table.Done, "inactive"
		}
		return table.OK, ""
	},
	ScopeTitle: func(s Scope) string { return orDefault(s.Family, "all") },
	Sort:       "REVISION", Descending: true,
	Columns: []Column[ecs.Revision]{
		{Title: "REVISION", Field: "revision", Key: "N", Priority: 100, Align: table.Right, Value: func(v ecs.Revision) any { return v.Number }},
		{Title: "FAMILY", Field: "family", Key: "F", Priority: 90, Value: func(v ecs.Revision) any { return v.Family }},
		{Title: "STATUS", Field: "status", Key: "S", Priority: 60, Value: func(v ecs.Revision) any { return v.Status }},
		{Title: "CPU", Field: "cpu", Priority: 50, Align: table.Right, Overlay: "definition"},
		{Title: "MEMORY", Field: "memory", Priority: 50, Align: table.Right, Overlay: "definition"},
		{Title: "IMAGES", Field: "images", Priority: 80, Max: 70, Overlay: "definition"},
		{Title: "NETWORK", Field: "networkMode", Priority: 30, Overlay: "definition"},
		{Title: "AGE", Field: "registered", Key: "A", Priority: 70, Align: table.Right, Overlay: "definition"},
		{Title: "BY", Field: "registeredBy", Wide: true, Overlay: "definition"},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v ecs.Revision) any { return v.ARN }},
	},
	Overlays: []Overlay[ecs.Revision]{
		// A revision never changes: the definitions on screen are read once.
		Decorate("definition", 0, revisionDefinitions, map[string]func(ecs.Revision, ecs.TaskDefinition) table.Cell{
			"CPU":    func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell { return valueCell(numberIn(d.CPU)) },
			"MEMORY": func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell { return valueCell(numberIn(d.Memory)) },
			"IMAGES": func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell { return valueCell(images(d)) },
			"NETWORK": func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell {
				return valueCell(orDefault(d.NetworkMode, "bridge"))
			},
			"AGE": func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell { return valueCell(d.Registered) },
			"BY":  func(_ ecs.Revision, d ecs.TaskDefinition) table.Cell { return valueCell(lastPart(d.RegisteredBy)) },
		}),
	},
	Actions: []Action[ecs.Revision]{
		{Name: "enter", Label: "Describe", Show: func(a *App, s Scope, v ecs.Revision) (Opening, error) {
			return a.describe(kinds["revisions"], s, v), nil
		}},
	},
	Describe: func(ctx context.Context, c Clients, _ Scope, v ecs.Revision) (Document, error) {
		d, err := c.ECS.TaskDefinition(ctx, v.ARN)
		if err != nil {
			return Document{}, err
		}
		return describeDefinition(d), nil
	},
	RawRead: func(ctx context.Context, c Clients, v ecs.Revision) (json.RawMessage, error) {
		d, err := c.ECS.TaskDefinition(ctx, v.ARN)
		return d.Raw, err
	},
	Up: func(s Scope, v ecs.Revision) (string, Scope) { return "taskdefinitions", s },
})

// numberIn is the number that a text is, which is how ECS writes CPU units and MiB, or
// the text itself.
func numberIn(s string) any {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return s
}

// revisionDefinitions reads the definitions of the rows on screen; those that
// could be read count even when another could not.
func revisionDefinitions(ctx context.Context, c Clients, _ Scope, items []ecs.Revision) (map[string]ecs.TaskDefinition, error) {
	out := map[string]ecs.TaskDefinition{}
	var failed error
	for _, v := range items {
		d, err := c.ECS.TaskDefinition(ctx, v.ARN)
		if err != nil {
			failed = err
			continue
		}
		out[v.ARN] = d
	}
	return out, failed
}

// images are the image names with their tags, without the registry.
func images(d ecs.TaskDefinition) string {
	var parts []string
	for _, c := range d.Containers {
		parts = append(parts, lastPart(c.Image))
	}
	return strings.Join(parts, ", ")
}
