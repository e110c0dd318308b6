package views

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ecsole/aws"
	"ecsole/aws/findings"
	"ecsole/tui/table"
)

var _ = register(Resource[findings.Finding]{
	Name: "findings", Aliases: []string{"finding", "fi", "alerts"},
	List:  listFindings,
	ID:    func(v findings.Finding) string { return v.ID },
	ARN:   func(v findings.Finding) string { return v.ARN },
	Label: func(v findings.Finding) string { return v.Type },
	Health: func(v findings.Finding) (Health, string) {
		switch {
		case v.Severity >= 7:
			return table.Failed, v.Label
		case v.Severity >= 4:
			return table.Warn, v.Label
		}
		return table.Info, v.Label
	},
	Sort: "SEVERITY", Descending: true,
	Columns: []Column[findings.Finding]{
		{Title: "SEVERITY", Field: "severity", Key: "S", Priority: 100, Value: func(v findings.Finding) any { return v.Severity }, Cell: func(v findings.Finding) table.Cell {
			return table.Cell{Text: fmt.Sprintf("%s %.0f", v.Label, v.Severity), Sort: v.Severity}
		}},
		{Title: "TYPE", Field: "type", Key: "N", Priority: 95, Max: 46, Value: func(v findings.Finding) any { return v.Type }},
		{Title: "SERVICE", Field: "service", Key: "V", Priority: 80, Max: 26, Value: func(v findings.Finding) any { return v.ServiceName }},
		{Title: "TASK", Field: "task", Key: "T", Priority: 70, Min: 8, Max: 8, Value: func(v findings.Finding) any { return lastPart(v.TaskARN) }, Cell: func(v findings.Finding) table.Cell {
			return table.Cell{Text: shortID(lastPart(v.TaskARN)), Plain: lastPart(v.TaskARN)}
		}},
		{Title: "CLUSTER", Field: "cluster", Key: "U", Priority: 60, Max: 24, Value: func(v findings.Finding) any { return v.ClusterName }},
		{Title: "CONTAINER", Field: "container", Priority: 40, Value: func(v findings.Finding) any { return v.Container }},
		{Title: "COUNT", Field: "count", Key: "C", Priority: 50, Align: table.Right, Value: func(v findings.Finding) any { return v.Count }},
		{Title: "TITLE", Field: "title", Priority: 30, Max: 80, Value: func(v findings.Finding) any { return v.Title }},
		{Title: "UPDATED", Field: "updated", Key: "A", Priority: 75, Align: table.Right, Value: func(v findings.Finding) any { return v.Updated }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v findings.Finding) any { return v.ARN }},
	},
	Actions: []Action[findings.Finding]{
		{Name: "enter", Label: "Describe", Show: func(a *App, s Scope, v findings.Finding) (Opening, error) {
			return a.describe(kinds["findings"], s, v), nil
		}},
		{Name: "owner", Label: "Task", Off: func(v findings.Finding) string {
			if v.TaskARN == "" {
				return "this finding names no task"
			}
			return ""
		}, Open: func(_ Scope, v findings.Finding) (string, Scope) {
			return "containers", Scope{Cluster: v.ClusterARN, Service: v.ServiceName, Task: v.TaskARN}
		}},
	},
	Describe: describeFinding,
	Raw:      func(v findings.Finding) json.RawMessage { return v.Raw },
})

// listFindings narrows the account's findings to the scope. Where nobody looks for
// findings, an empty list would be a lie.
func listFindings(ctx context.Context, c Clients, s Scope) aws.Pages[findings.Finding] {
	return func(yield func(aws.Page[findings.Finding]) bool) {
		seen := 0
		for p := range c.Alerts.All(ctx) {
			seen += len(p.Items) + len(p.Gaps)
			kept := p.Items[:0:0]
			for _, f := range p.Items {
				if concerns(f, s) {
					kept = append(kept, f)
				}
			}
			p.Items = kept
			if !yield(p) {
				return
			}
		}
		if seen == 0 && ctx.Err() == nil && !watched(ctx, c) {
			yield(aws.Page[findings.Finding]{Gaps: []aws.Gap{{Err: errUnwatched, Fatal: true}}})
		}
	}
}

var errUnwatched = &aws.Error{Class: aws.Unsupported, Text: "GuardDuty does not watch this region", Hint: "enable it, with Runtime Monitoring, to have findings"}

// watched reports whether GuardDuty looks at the region; where that is not known, it
// is taken to.
func watched(ctx context.Context, c Clients) bool {
	var state findings.State
	if index, _, _ := c.Findings.Snapshot(); index != nil {
		state = index.State
	} else {
		var err error
		if state, err = c.Alerts.State(ctx); err != nil {
			return true
		}
	}
	return state.Enabled || state.Unknown
}

func concerns(f findings.Finding, s Scope) bool {
	switch {
	case s.Task != "":
		if f.TaskARN == s.Task {
			return true
		}
		for _, arn := range f.TaskARNs {
			if arn == s.Task {
				return true
			}
		}
		return false
	case s.Service != "":
		return f.ClusterARN == s.Cluster && f.ServiceName == s.Service
	case s.Cluster != "":
		return f.ClusterARN == s.Cluster
	}
	return true
}

func describeFinding(_ context.Context, _ Clients, _ Scope, v findings.Finding) (Document, error) {
	var d Document
	var s Section
	s.factf("Severity", "%s (%.1f of 10)", v.Label, v.Severity)
	s.fact("Type", v.Type)
	s.fact("Title", v.Title)
	s.fact("Description", v.Description)
	s.factf("Seen", "%d times", v.Count)
	s.moment("First", v.First)
	s.moment("Last", v.Last)
	s.moment("Updated", v.Updated)
	s.fact("ARN", v.ARN)
	d.Add(s)
	where := Section{Title: "Resource"}
	where.fact("Kind", v.ResourceType)
	where.fact("Cluster", v.ClusterARN)
	where.fact("Service", v.ServiceName)
	where.fact("Task", v.TaskARN)
	where.fact("Task definition", v.TaskDefinition)
	where.fact("Container", v.Container)
	where.fact("Image", v.Image)
	where.fact("Instance", v.InstanceID)
	where.fact("All tasks", strings.Join(v.TaskARNs, "\n"))
	d.Add(where)
	if p := v.Process; p != nil {
		process := Section{Title: "Process"}
		process.fact("Name", p.Name)
		process.fact("Path", p.Path)
		process.fact("SHA-256", p.SHA256)
		process.fact("User", p.User)
		process.factf("PID", "%d", p.PID)
		process.moment("Started", p.Started)
		process.fact("Lineage", strings.Join(p.Lineage, " → "))
		d.Add(process)
	}
	signals := Section{Title: "Signals"}
	for _, g := range v.Signals {
		if signals.Grid == nil {
			signals.Grid = append(signals.Grid, []string{"SEVERITY", "COUNT", "LAST", "NAME"})
		}
		signals.Grid = append(signals.Grid, []string{fmt.Sprintf("%.0f", g.Severity), fmt.Sprint(g.Count), age(g.Last), g.Name})
	}
	d.Add(signals)
	return d, nil
}
