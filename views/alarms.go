package views

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/metrics"
	"ecsole/tui/table"
)

var _ = register(Resource[metrics.Alarm]{
	Name: "alarms", Aliases: []string{"alarm", "al"},
	List:  listAlarms,
	ID:    func(v metrics.Alarm) string { return v.ARN },
	Label: func(v metrics.Alarm) string { return v.Name },
	Health: func(v metrics.Alarm) (Health, string) {
		switch v.State {
		case "ALARM":
			return table.Failed, v.Reason
		case "OK":
			return table.OK, ""
		}
		return table.Unknown, v.Reason
	},
	Sort: "STATE",
	Columns: []Column[metrics.Alarm]{
		{Title: "NAME", Field: "name", Key: "N", Priority: 100, Max: 44, Value: func(v metrics.Alarm) any { return v.Name }},
		{Title: "STATE", Field: "state", Key: "S", Priority: 95, Value: func(v metrics.Alarm) any { return v.State }},
		{Title: "SINCE", Field: "since", Key: "A", Priority: 80, Align: table.Right, Value: func(v metrics.Alarm) any { return v.Since }},
		{Title: "SERVICE", Field: "service", Key: "V", Priority: 70, Max: 26, Value: func(v metrics.Alarm) any { return orNil(v.Service()) }},
		{Title: "CLUSTER", Field: "cluster", Key: "U", Priority: 50, Max: 24, Value: func(v metrics.Alarm) any { return orNil(v.Cluster()) }},
		{Title: "METRIC", Field: "metric", Key: "M", Priority: 60, Value: func(v metrics.Alarm) any { return v.Metric }},
		{Title: "CONDITION", Field: "condition", Priority: 65, Max: 40, Value: func(v metrics.Alarm) any { return condition(v) }},
		{Title: "REASON", Field: "reason", Priority: 30, Max: 80, Value: func(v metrics.Alarm) any { return v.Reason }},
		{Title: "ARN", Field: "arn", Wide: true, Min: 20, Value: func(v metrics.Alarm) any { return v.ARN }},
	},
	Actions: []Action[metrics.Alarm]{
		{Name: "enter", Label: "Describe", Show: func(a *App, s Scope, v metrics.Alarm) (Opening, error) {
			return a.describe(kinds["alarms"], s, v), nil
		}},
	},
	Describe: describeAlarm,
	Raw:      func(v metrics.Alarm) json.RawMessage { return v.Raw },
})

func listAlarms(ctx context.Context, c Clients, s Scope) aws.Pages[metrics.Alarm] {
	return func(yield func(aws.Page[metrics.Alarm]) bool) {
		for p := range c.Metrics.Alarms(ctx) {
			kept := p.Items[:0:0]
			for _, a := range p.Items {
				if (s.Cluster == "" || a.Cluster() == lastPart(s.Cluster)) && (s.Service == "" || a.Service() == s.Service) {
					kept = append(kept, a)
				}
			}
			p.Items = kept
			if !yield(p) {
				return
			}
		}
	}
}

// condition writes an alarm's condition as one would say it: "Average > 80 for 5×1m".
func condition(v metrics.Alarm) string {
	if v.Composite {
		return v.Rule
	}
	limit := map[string]string{
		"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥",
		"LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
		"LessThanLowerOrGreaterThanUpperThreshold": "outside its band", "LessThanLowerThreshold": "below its band", "GreaterThanUpperThreshold": "above its band",
	}[v.Comparison]
	limit = orDefault(limit, v.Comparison)
	if !math.IsNaN(v.Threshold) {
		limit += fmt.Sprintf(" %g", v.Threshold)
	}
	text := strings.TrimSpace(v.Stat+" "+limit) + fmt.Sprintf(" for %d", v.Periods)
	if v.Period > 0 { // an expression's is that of its metrics
		text += "×" + period(v.Period)
	}
	return text
}

// period writes the length of a period: 30s, 1m, 6h.
func period(d time.Duration) string {
	switch {
	case d > 0 && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d > 0 && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

func describeAlarm(_ context.Context, _ Clients, _ Scope, v metrics.Alarm) (Document, error) {
	var d Document
	var s Section
	s.fact("Alarm", v.Name)
	s.fact("State", v.State)
	s.fact("Reason", v.Reason)
	s.moment("Since", v.Since)
	s.fact("Description", v.Description)
	s.fact("Metric", strings.Trim(v.Namespace+" "+v.Metric, " "))
	s.fact("Condition", condition(v))
	s.fact("Missing data", v.Missing)
	for _, name := range sortedKeys(v.Dimensions) {
		s.fact(name, v.Dimensions[name])
	}
	s.fact("ARN", v.ARN)
	d.Add(s)
	actions := Section{Title: "Actions", Lines: v.Actions}
	if !v.ActionsEnabled {
		actions.fact("Enabled", "no")
	}
	d.Add(actions)
	return d, nil
}
