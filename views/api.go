package views

import (
	"context"
	"time"

	"ecsole/aws"
	"ecsole/tui/table"
)

var _ = register(Resource[aws.OpStat]{
	Name: "api", Noun: "operations", Aliases: []string{"calls"},
	Every: 2 * time.Second,
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[aws.OpStat] {
		return func(yield func(aws.Page[aws.OpStat]) bool) {
			all := c.Account.Meter().Stats()
			yield(aws.Page[aws.OpStat]{Items: all, Seen: len(all), Total: len(all)})
		}
	},
	ID:    func(v aws.OpStat) string { return v.Op },
	Label: func(v aws.OpStat) string { return v.Op },
	Health: func(v aws.OpStat) (Health, string) {
		switch {
		case v.Errors > 0:
			return table.Failed, ""
		case v.Throttles > 0 || v.Waiting > 0:
			return table.Pending, ""
		}
		return table.OK, ""
	},
	ScopeTitle: func(Scope) string { return "since the account was opened" },
	Columns: []Column[aws.OpStat]{
		{Title: "OPERATION", Field: "operation", Key: "N", Priority: 100, Min: 24, Value: func(v aws.OpStat) any { return v.Op }},
		{Title: "CALLS", Field: "calls", Key: "C", Priority: 90, Align: table.Right, Value: func(v aws.OpStat) any { return v.Calls }},
		{Title: "ATTEMPTS", Field: "attempts", Priority: 60, Align: table.Right, Value: func(v aws.OpStat) any { return v.Attempts }},
		{Title: "WAITING", Field: "waiting", Priority: 70, Align: table.Right, Value: func(v aws.OpStat) any { return v.Waiting }},
		{Title: "ERRORS", Field: "errors", Key: "E", Priority: 80, Align: table.Right, Value: func(v aws.OpStat) any { return v.Errors }},
		{Title: "THROTTLED", Field: "throttled", Key: "T", Priority: 75, Align: table.Right, Value: func(v aws.OpStat) any { return v.Throttles }},
		{Title: "P50", Field: "p50Ms", Key: "P", Priority: 50, Align: table.Right, Value: func(v aws.OpStat) any { return int(v.P50.Milliseconds()) }, Cell: latency(func(v aws.OpStat) time.Duration { return v.P50 })},
		{Title: "P95", Field: "p95Ms", Priority: 50, Align: table.Right, Value: func(v aws.OpStat) any { return int(v.P95.Milliseconds()) }, Cell: latency(func(v aws.OpStat) time.Duration { return v.P95 })},
		{Title: "MAX", Field: "maxMs", Key: "M", Priority: 40, Align: table.Right, Value: func(v aws.OpStat) any { return int(v.Max.Milliseconds()) }, Cell: latency(func(v aws.OpStat) time.Duration { return v.Max })},
		{Title: "USD", Field: "costUsd", Key: "U", Priority: 55, Align: table.Right, Value: func(v aws.OpStat) any { return v.CostUSD }, Cell: func(v aws.OpStat) table.Cell {
			return table.Cell{Text: dollars(v.CostUSD), Sort: v.CostUSD}
		}},
	},
})

func latency(of func(aws.OpStat) time.Duration) func(aws.OpStat) table.Cell {
	return func(v aws.OpStat) table.Cell {
		d := of(v)
		return table.Cell{Text: d.Round(time.Millisecond).String(), Sort: d}
	}
}
