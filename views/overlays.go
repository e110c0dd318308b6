package views

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/findings"
	"ecsole/aws/metrics"
	"ecsole/tui/chart"
	"ecsole/tui/table"
)

// sparkWindow is the time that a sparkline covers, in steps of a minute: what AWS
// publishes free of charge.
const (
	sparkWindow = 30 * time.Minute
	sparkWidth  = 8
)

// use is the CPU and memory of one row in per cent, oldest first; NaN is a gap.
type use struct {
	CPU, Memory []float64
	// partial: CloudWatch gave less than was asked for, so that no value is not none.
	partial bool
}

// percents are what a sparkline's cell may say, as far as it can be told before.
func percents() []string {
	out := []string{table.Nothing, "?", "5m ago"}
	for n := range 200 {
		text, _ := chart.SparkCell([]float64{float64(n)}, 1, chart.Options{Max: 100})
		out = append(out, text)
	}
	return out
}

// serviceUse reads the services on screen in one call.
func serviceUse(ctx context.Context, c Clients, _ Scope, items []ecs.Service) (map[string]use, error) {
	var queries []metrics.Query
	for _, v := range items {
		queries = append(queries, metrics.ServiceUtilization(v.ARN, lastPart(v.ClusterARN), v.Name)...)
	}
	ids := make([]string, len(items))
	for i, v := range items {
		ids[i] = v.ARN
	}
	return readUse(ctx, c, queries, ids)
}

// taskUse reads the tasks on screen in one call. Only clusters with enhanced
// Container Insights measure single tasks; elsewhere there is nothing to ask.
func taskUse(ctx context.Context, c Clients, _ Scope, items []ecs.Task) (map[string]use, error) {
	var queries []metrics.Query
	var ids []string
	var failed error
	inCluster := map[string]map[string]map[string]string{}
	for _, v := range items {
		if v.LastStatus != "RUNNING" {
			continue
		}
		known, asked := inCluster[v.ClusterARN]
		if !asked {
			var err error
			known, err = c.memo.taskDimensions(ctx, c, v.ClusterARN)
			failed = errors.Join(failed, err)
			inCluster[v.ClusterARN] = known
		}
		if dims := known[v.ID]; dims != nil {
			queries = append(queries, taskQueries(v.ARN, dims)...)
			ids = append(ids, v.ARN)
		}
	}
	if len(ids) == 0 {
		return nil, failed
	}
	out, err := readUse(ctx, c, queries, ids)
	return out, errors.Join(err, failed)
}

func taskQueries(id string, dims map[string]string) []metrics.Query {
	const namespace = "ECS/ContainerInsights"
	return []metrics.Query{
		{ID: id + "/cpu", Namespace: namespace, Metric: "TaskCpuUtilization", Dimensions: dims, Period: time.Minute},
		{ID: id + "/memory", Namespace: namespace, Metric: "TaskMemoryUtilization", Dimensions: dims, Period: time.Minute},
	}
}

func readUse(ctx context.Context, c Clients, queries []metrics.Query, ids []string) (map[string]use, error) {
	to := time.Now().Truncate(time.Minute)
	from := to.Add(-sparkWindow)
	series, err := c.Metrics.Series(ctx, queries, from, to)
	out := map[string]use{}
	for _, id := range ids {
		cpu, memory := series[id+"/cpu"], series[id+"/memory"]
		if err != nil && !cpu.Complete {
			continue
		}
		if partial := !cpu.Complete || !memory.Complete; partial || len(cpu.Values)+len(memory.Values) > 0 {
			out[id] = use{cpu.Grid(from, to, time.Minute), memory.Grid(from, to, time.Minute), partial}
		}
	}
	return out, err
}

// lateValues is how many minutes CloudWatch may be late; a value that is older says
// what was, not what is.
const lateValues = 5

func (u use) cpu() table.Cell    { return sparkCell(u.CPU, u.partial) }
func (u use) memory() table.Cell { return sparkCell(u.Memory, u.partial) }

// sparkCell draws per cent on a fixed scale and sorts by the current value.
func sparkCell(values []float64, partial bool) table.Cell {
	now := chart.Current(values)
	o := chart.Options{Max: 100}
	late := 0
	for late < len(values) && math.IsNaN(values[len(values)-1-late]) {
		late++
	}
	switch {
	case math.IsNaN(now) && partial:
		return table.Cell{Text: "?", State: table.Unknown}
	case math.IsNaN(now):
		return table.Cell{Text: table.Nothing, State: table.Dim}
	case late > lateValues:
		return table.Cell{Text: fmt.Sprintf("%s %dm ago", chart.Spark(values, sparkWidth, o), late), State: table.Dim, Plain: table.Nothing}
	}
	spark, current := chart.SparkCell(values, sparkWidth, o)
	c := table.Cell{Text: spark, Sort: now, Plain: current}
	switch {
	case now >= 90:
		c.State = table.Failed
	case now >= 70:
		c.State = table.Warn
	default:
		c.State = table.OK
	}
	return c
}

// findingsSoon is how long the first badges are waited for.
const findingsSoon = 2 * time.Second

// findingsIndex finds the badge of a row.
type findingsIndex struct{ *findings.Index }

func (x findingsIndex) cluster(arn string) findings.Badge { return x.Index.Cluster(arn) }
func (x findingsIndex) service(cluster, name string) findings.Badge {
	return x.Index.Service(cluster, name)
}
func (x findingsIndex) task(arn string) findings.Badge { return x.Index.Task(arn) }

// alertsOf is the overlay of GuardDuty badges. It reads the account's watcher, which
// polls on its own clock, so it costs no call.
func alertsOf[T any](badge func(findingsIndex, T) findings.Badge, id func(T) string) Overlay[T] {
	return Decorate("findings", 5*time.Second, func(ctx context.Context, c Clients, _ Scope, items []T) (map[string]alert, error) {
		index, old, err := c.Findings.Snapshot()
		if index == nil && err == nil { // soon there: better than another five seconds without
			ctx, cancel := context.WithTimeout(ctx, findingsSoon)
			waitForFindings(ctx, c.Findings)
			cancel()
			index, old, err = c.Findings.Snapshot()
		}
		out := map[string]alert{}
		if index == nil {
			for _, v := range items {
				out[id(v)] = alert{waiting: true}
			}
			if err != nil {
				out = nil
			}
			return out, err
		}
		for _, v := range items {
			out[id(v)] = alert{Badge: badge(findingsIndex{index}, v), off: !index.State.Enabled && !index.State.Unknown, old: old, partial: index.Gaps || index.State.Unknown}
		}
		if passing(err) && old < 2*time.Minute {
			err = nil // one missed poll is no news
		}
		return out, err
	}, map[string]func(T, alert) table.Cell{
		"ALERTS": func(_ T, a alert) table.Cell { return a.cell() },
	}).Whole()
}

// passing reports a failure that may be over at the next attempt.
func passing(err error) bool {
	e := aws.AsError(err)
	return e != nil && (e.Class == aws.Network || e.Class == aws.Throttled || e.Class == aws.Internal)
}

// alert is a badge and how far it can be believed.
type alert struct {
	findings.Badge
	off     bool // GuardDuty does not watch this region
	partial bool
	waiting bool // nothing has been read yet
	old     time.Duration
}

func (a alert) age() time.Duration { return a.old }

func (a alert) cell() table.Cell {
	switch {
	case a.waiting:
		return table.Cell{Text: "…", State: table.Dim}
	case a.Count == 0 && a.off:
		return table.Cell{Text: "off", State: table.Dim, Sort: -1.0}
	case a.Count == 0 && a.partial:
		return table.Cell{Text: "?", State: table.Unknown}
	case a.Count == 0:
		return table.Cell{Text: table.Nothing, State: table.Dim, Sort: 0.0}
	}
	c := table.Cell{Text: fmt.Sprintf("⚑%s %d", a.short(), a.Count), Sort: a.Severity*1000 + float64(a.Count), State: table.Warn, Plain: fmt.Sprintf("%s %d", a.Label, a.Count)}
	if a.partial {
		c.Text += "+"
	}
	if a.Severity >= 7 {
		c.State = table.Failed
	}
	return c
}

// short is a band of severity in a letter or four: CRIT, HIGH, MED, LOW.
func (a alert) short() string {
	switch a.Label {
	case "CRITICAL":
		return "CRIT"
	case "MEDIUM":
		return "MED"
	}
	return a.Label
}

// readiness is whether a shell can be opened.
type readiness struct {
	state ecs.ReadyState
	why   string
}

func (r readiness) cell() table.Cell {
	switch r.state {
	case ecs.Ready:
		return table.Cell{Text: "ready", Sort: 0}
	case ecs.NotReady:
		return table.Cell{Text: "no: " + strings.TrimPrefix(r.why, "it is "), State: table.Dim, Sort: 1}
	}
	return table.Cell{Text: "?", State: table.Unknown}
}

// value is the readiness as data: null where it is not known.
func (r readiness) value() any {
	switch r.state {
	case ecs.Ready:
		return true
	case ecs.NotReady:
		return false
	}
	return nil
}

// exportReady is value of a cell of readiness.
func exportReady(c table.Cell) any {
	switch c.Sort {
	case 0:
		return true
	case 1:
		return false
	}
	return nil
}

// taskReadiness judges each task's containers from what is known, with its task
// definition, which is read once per revision.
func taskReadiness(ctx context.Context, c Clients, _ Scope, items []ecs.Task) (map[string]readiness, error) {
	out := map[string]readiness{}
	var failed error
	for _, v := range items {
		var definition *ecs.TaskDefinition
		if td, err := c.ECS.TaskDefinition(ctx, v.TaskDefinition); err == nil {
			definition = &td
		} else {
			failed = err
		}
		state, _, why := ecs.TaskExec(v, definition)
		out[v.ARN] = readiness{state, why}
	}
	if len(out) == len(items) && failed != nil {
		failed = nil // judged without the definition where that could not be read
	}
	return out, failed
}

// waitForFindings waits for the watcher's first answer, good or bad.
func waitForFindings(ctx context.Context, w *findings.Watcher) {
	changed, done := w.Changed()
	defer done()
	if !w.Tried().IsZero() {
		return
	}
	select {
	case <-changed:
	case <-ctx.Done():
	}
}

// exportAlert writes a badge as data: null where nothing is known, "" where there
// is none, else the highest band and the count.
func exportAlert(c table.Cell) any {
	switch {
	case c.Sort == nil:
		return nil
	case c.Plain == "":
		return ""
	}
	return c.Plain
}
