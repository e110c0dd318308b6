package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecsole/aws"
	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

func open(t *testing.T, o sim.Options) (*Client, *simtest.Rig) {
	t.Helper()
	r := simtest.Start(t, o)
	return New(r.Account()), r
}

func TestSeries(t *testing.T) {
	c, r := open(t, sim.Options{})
	to := r.Clock.Now()
	from := to.Add(-30 * time.Minute)
	queries := append(ServiceUtilization("arn:1", "prod", "search"), ServiceUtilization("arn:2", "staging", "pricing")...)
	got, err := c.Series(t.Context(), queries, from, to)
	if err != nil || len(got) != 4 {
		t.Fatalf("%d series, %v", len(got), err)
	}
	cpu := got["arn:1/cpu"]
	if !cpu.Complete || len(cpu.Values) < 27 || !slices.IsSortedFunc(cpu.Times, time.Time.Compare) {
		t.Errorf("CPU: %d values, complete %v", len(cpu.Values), cpu.Complete)
	}
	if v, at, ok := got["arn:1/memory"].Last(); !ok || v <= 0 || to.Sub(at) > 3*time.Minute {
		t.Errorf("the last value is %v of %v", v, at)
	}
	// A service without tasks has no values, and that is complete.
	none := got["arn:2/cpu"]
	if _, _, ok := none.Last(); ok || !none.Complete {
		t.Errorf("without tasks: %+v", none)
	}
	for _, v := range none.Grid(from, to, time.Minute) {
		if !math.IsNaN(v) {
			t.Errorf("a gap became %v", v)
		}
	}
	if n := r.Sim.Faults().Calls("cloudwatch:GetMetricData"); n != 1 {
		t.Errorf("%d calls for four series", n)
	}
	if _, err := c.Series(t.Context(), append(queries, queries[0]), from, to); err == nil {
		t.Error("the same id twice was taken")
	}
}

func TestSeriesInBatches(t *testing.T) {
	c, r := open(t, sim.Options{Scale: sim.Scale{Services: 700}})
	to := r.Clock.Now()
	var queries []Query
	names := map[string]string{}
	for _, cluster := range r.Sim.World().Clusters() {
		for _, s := range r.Sim.World().Services(cluster.Name) {
			queries = append(queries, ServiceUtilization(s.ARN, cluster.Name, s.Name)...)
			names[s.ARN] = s.Name
		}
	}
	got, err := c.Series(t.Context(), queries, to.Add(-15*time.Minute), to)
	if err != nil || len(got) != 1400 {
		t.Fatalf("%d series, %v", len(got), err)
	}
	if n := r.Sim.Faults().Calls("cloudwatch:GetMetricData"); n != 3 {
		t.Errorf("%d calls for 1,400 series", n)
	}
	// Each answer went to the one who asked.
	for _, cluster := range r.Sim.World().Clusters() {
		s := r.Sim.World().Services(cluster.Name)[1]
		one, err := c.Series(t.Context(), ServiceUtilization("x", cluster.Name, s.Name), to.Add(-15*time.Minute), to)
		if err != nil || !slices.Equal(one["x/memory"].Values, got[s.ARN+"/memory"].Values) {
			t.Errorf("%s: %v, asked alone %v, %v", s.Name, got[s.ARN+"/memory"].Values, one["x/memory"].Values, err)
		}
	}
}

// More datapoints than one answer holds come in pages, put together again.
func TestSeriesInPages(t *testing.T) {
	c, r := open(t, sim.Options{})
	to := r.Clock.Now()
	from := to.Add(-14 * 24 * time.Hour)
	var queries []Query
	for i := range 6 {
		q := ServiceUtilization(fmt.Sprint(i), "prod", "ledger")[1]
		queries = append(queries, q)
	}
	got, err := c.Series(t.Context(), queries, from, to)
	if err != nil {
		t.Fatal(err)
	}
	calls := r.Sim.Faults().Calls("cloudwatch:GetMetricData")
	first := got["0/memory"]
	if total := 6 * len(first.Values); calls != 1+total/100801 || calls < 2 {
		t.Errorf("%d datapoints in %d calls", total, calls)
	}
	for i := range 6 {
		s := got[fmt.Sprint(i)+"/memory"]
		if !s.Complete || !slices.Equal(s.Values, first.Values) || len(s.Times) != len(s.Values) {
			t.Errorf("series %d has %d values, the first %d; complete %v", i, len(s.Values), len(first.Values), s.Complete)
		}
	}
}

func TestGrid(t *testing.T) {
	at := simtest.Noon()
	s := Series{Times: []time.Time{at, at.Add(3 * time.Minute), at.Add(9 * time.Minute)}, Values: []float64{1, 4, 10}}
	got := s.Grid(at.Add(20*time.Second), at.Add(5*time.Minute), time.Minute)
	want := []float64{1, math.NaN(), math.NaN(), 4, math.NaN()}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			t.Errorf("step %d is %v, want %v", i, got[i], want[i])
		}
	}
	if got := s.Grid(at, at, time.Minute); got != nil {
		t.Errorf("an empty range gave %v", got)
	}
}

// TestAnAlarmWithoutAThresholdHasNone reads an alarm on an anomaly band.
func TestAnAlarmWithoutAThresholdHasNone(t *testing.T) {
	if a := metricAlarm(types.MetricAlarm{AlarmName: sdkaws.String("band"), ComparisonOperator: types.ComparisonOperatorGreaterThanUpperThreshold, ThresholdMetricId: sdkaws.String("e1")}, nil); !math.IsNaN(a.Threshold) {
		t.Errorf("threshold %v", a.Threshold)
	}
}

func TestAlarms(t *testing.T) {
	c, r := open(t, sim.Options{})
	items, gaps := aws.Collect(c.Alarms(t.Context()))
	if len(gaps) != 0 || len(items) < 70 {
		t.Fatalf("%d alarms, gaps %v", len(items), gaps)
	}
	if n := r.Sim.Faults().Calls("cloudwatch:DescribeAlarms"); n != (len(items)+99)/100 {
		t.Errorf("%d calls for %d alarms", n, len(items))
	}
	byName := map[string]Alarm{}
	for _, a := range items {
		byName[a.Name] = a
	}
	a := byName["prod-recommendations-tasks-low"]
	if a.State != "ALARM" || a.Cluster() != "prod" || a.Service() != "recommendations" || a.Threshold != 6 || a.Comparison != "LessThanThreshold" || a.Period != time.Minute || a.Periods != 5 || a.Since.IsZero() || a.Composite || len(a.Actions) != 1 {
		t.Errorf("%+v", a)
	}
	whole := byName["prod-recommendations-degraded"]
	if !whole.Composite || whole.State != "ALARM" || whole.Rule == "" {
		t.Errorf("%+v", whole)
	}
	// The raw form has the wire's fields by the wire's names, whatever the encoding.
	for _, x := range []Alarm{a, whole} {
		var fields map[string]any
		if err := json.Unmarshal(x.Raw, &fields); err != nil || fields["AlarmName"] != x.Name || fields["StateValue"] != "ALARM" {
			t.Errorf("raw of %s: %v, %s", x.Name, err, x.Raw)
		}
		if at, ok := fields["StateUpdatedTimestamp"].(string); !ok || at[:4] != "2026" {
			t.Errorf("the time is %v", fields["StateUpdatedTimestamp"])
		}
	}
}

func TestMetricsList(t *testing.T) {
	c, r := open(t, sim.Options{})
	items, gaps := aws.Collect(c.Metrics(t.Context(), "ECS/ContainerInsights", map[string]string{"ClusterName": "prod", "TaskId": ""}))
	if len(gaps) != 0 || len(items) < 500 {
		t.Fatalf("%d metrics, gaps %v", len(items), gaps)
	}
	for _, m := range items {
		if m.Namespace != "ECS/ContainerInsights" || m.Dimensions["ClusterName"] != "prod" || m.Dimensions["TaskId"] == "" {
			t.Fatalf("%+v", m)
		}
	}
	if n := r.Sim.Faults().Calls("cloudwatch:ListMetrics"); n < 2 {
		t.Errorf("%d calls", n)
	}
}

// A denial is said, with the missing action; nothing looks like an empty truth.
func TestDenied(t *testing.T) {
	c, r := open(t, sim.Options{})
	r.Sim.Faults().Deny("cloudwatch:*")
	to := r.Clock.Now()
	got, err := c.Series(t.Context(), ServiceUtilization("x", "prod", "search"), to.Add(-time.Hour), to)
	if e := aws.AsError(err); err == nil || e.Class != aws.Denied || e.Action != "cloudwatch:GetMetricData" {
		t.Errorf("%v", err)
	}
	if s, ok := got["x/cpu"]; !ok || s.Complete {
		t.Errorf("a series that was denied is %+v", s)
	}
	_, gaps := aws.Collect(c.Alarms(t.Context()))
	if len(gaps) != 1 || !gaps[0].Fatal || aws.AsError(gaps[0].Err).Action != "cloudwatch:DescribeAlarms" {
		t.Errorf("gaps %+v", gaps)
	}
}

// Throttling is waited out by the SDK's retries.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, r := open(t, sim.Options{Clock: time.Now})
		r.Sim.Faults().Throttle(2)
		to := time.Now()
		for range 3 {
			got, err := c.Series(t.Context(), ServiceUtilization("x", "prod", "search"), to.Add(-10*time.Minute), to)
			if err != nil || len(got["x/cpu"].Values) == 0 {
				t.Fatalf("%v", err)
			}
		}
		items, gaps := aws.Collect(c.Alarms(t.Context()))
		if len(gaps) != 0 || len(items) == 0 {
			t.Errorf("%d alarms, gaps %v", len(items), gaps)
		}
	})
}

func TestCancelled(t *testing.T) {
	c, r := open(t, sim.Options{})
	r.Sim.Faults().Hang("cloudwatch:*")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	to := r.Clock.Now()
	go func() {
		_, err := c.Series(ctx, ServiceUtilization("x", "prod", "search"), to.Add(-time.Hour), to)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func FuzzRaw(f *testing.F) {
	f.Add([]byte(`{"MetricAlarms":[{"AlarmName":"a"}]}`))
	f.Add([]byte("\xbf\x6cMetricAlarms\x81\xa1\x69AlarmName\x61a\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, text := range rawByName(body) {
			if name == "" || !json.Valid(text) {
				t.Fatalf("%q: %q", name, text)
			}
		}
	})
}
