package metricsapi_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
	"ecsole/aws/sim/world"
)

var (
	ctx  = context.Background()
	noon = simtest.Noon()
)

type rig struct {
	*simtest.Rig
	api *sdk.Client
}

func start(t *testing.T, o sim.Options) rig {
	t.Helper()
	r := simtest.Start(t, o)
	return rig{r, sdk.NewFromConfig(r.Config)}
}

// query asks for one metric; pairs are names and values of dimensions.
func query(id, namespace, name, stat string, period int32, pairs ...string) types.MetricDataQuery {
	m := &types.Metric{Namespace: &namespace, MetricName: &name}
	for i := 0; i < len(pairs); i += 2 {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &pairs[i], Value: &pairs[i+1]})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: m, Period: &period, Stat: &stat}}
}

func of(metric, stat string, cluster, service string) types.MetricDataQuery {
	return query("q", "AWS/ECS", metric, stat, 60, "ClusterName", cluster, "ServiceName", service)
}

// read asks for the queries over a range before the clock's time.
func (r rig) read(back time.Duration, queries ...types.MetricDataQuery) []types.MetricDataResult {
	r.Helper()
	now := r.Clock.Now()
	out, err := r.api.GetMetricData(ctx, &sdk.GetMetricDataInput{MetricDataQueries: queries, StartTime: sdkaws.Time(now.Add(-back)), EndTime: &now, ScanBy: types.ScanByTimestampAscending})
	if err != nil {
		r.Fatal(err)
	}
	return out.MetricDataResults
}

func TestUtilization(t *testing.T) {
	r := start(t, sim.Options{})
	got := r.read(30*time.Minute, of("CPUUtilization", "Average", "prod", "checkout"))[0]
	if got.StatusCode != types.StatusCodeComplete || len(got.Values) < 27 || len(got.Values) > 29 {
		t.Fatalf("%d values, %s", len(got.Values), got.StatusCode)
	}
	for i, at := range got.Timestamps {
		if !at.Equal(at.Truncate(time.Minute)) || i > 0 && at.Sub(got.Timestamps[i-1]) != time.Minute || at.After(noon.Add(-time.Minute)) {
			t.Fatalf("datapoint %d is of %v", i, at)
		}
		if v := got.Values[i]; v <= 0 || v > 100 {
			t.Errorf("%v %%", v)
		}
	}
	// The same question has the same answer, at any time later.
	r.Clock.Move(10 * time.Minute)
	later := r.read(40*time.Minute, of("CPUUtilization", "Average", "prod", "checkout"))[0]
	if !slices.Equal(later.Values[:len(got.Values)], got.Values) {
		t.Error("the past has changed")
	}
	// The newest first, as it is without ScanBy.
	now := r.Clock.Now()
	down, err := r.api.GetMetricData(ctx, &sdk.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{of("CPUUtilization", "Average", "prod", "checkout")}, StartTime: sdkaws.Time(now.Add(-40 * time.Minute)), EndTime: &now})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(down.MetricDataResults[0].Values)
	if !slices.Equal(down.MetricDataResults[0].Values, later.Values) {
		t.Error("descending is not the reverse of ascending")
	}
}

func TestStatistics(t *testing.T) {
	r := start(t, sim.Options{})
	one := func(stat string) []float64 {
		return r.read(20*time.Minute, of("CPUUtilization", stat, "prod", "checkout"))[0].Values
	}
	mean, sum, count, low, high, p50 := one("Average"), one("Sum"), one("SampleCount"), one("Minimum"), one("Maximum"), one("p50")
	for i := range mean {
		if math.Abs(sum[i]/count[i]-mean[i]) > 1e-9 || low[i] > mean[i] || high[i] < mean[i] || p50[i] < low[i] || p50[i] > high[i] || count[i] < 1 {
			t.Errorf("average %v, sum %v, count %v, minimum %v, maximum %v, p50 %v", mean[i], sum[i], count[i], low[i], high[i], p50[i])
		}
	}
	five := r.read(30*time.Minute, query("q", "AWS/ECS", "CPUUtilization", "SampleCount", 300, "ServiceName", "checkout", "ClusterName", "prod"))[0]
	if len(five.Values) < 5 || five.Values[1] < 4.5*count[3] {
		t.Errorf("five minutes have %v samples, one has %v", five.Values, count)
	}
}

func TestStories(t *testing.T) {
	r := start(t, sim.Options{})
	leak := r.read(70*time.Minute, of("MemoryUtilization", "Maximum", "prod", "search"))[0].Values
	if slices.Max(leak) < 95 || slices.Min(leak) > 90 {
		t.Errorf("the leak goes from %.0f to %.0f %%", slices.Min(leak), slices.Max(leak))
	}
	if v := slices.Max(r.read(70*time.Minute, of("CPUUtilization", "Maximum", "prod", "recommendations"))[0].Values); v <= 100 {
		t.Errorf("a service short of capacity uses %.0f %% at most, want more than it has reserved", v)
	}
	if v := slices.Min(r.read(30*time.Minute, of("CPUUtilization", "Maximum", "prod", "image-resizer"))[0].Values); v < 90 {
		t.Errorf("the miner's task uses %.0f %%", v)
	}
	// Nothing runs: there is no datapoint, which is not zero.
	none := r.read(30*time.Minute, of("CPUUtilization", "Average", "staging", "pricing"), query("x", "AWS/ECS", "CPUUtilization", "Average", 60, "ClusterName", "nobody", "ServiceName", "x"))
	for _, s := range none {
		if len(s.Values) != 0 || s.StatusCode != types.StatusCodeComplete {
			t.Errorf("%d values of a service without tasks, %s", len(s.Values), s.StatusCode)
		}
	}
	short := r.read(30*time.Minute, query("q", "AWS/ECS/ManagedScaling", "CapacityProviderReservation", "Average", 60, "ClusterName", "prod", "CapacityProviderName", "prod-ec2"))[0].Values
	if len(short) == 0 || short[0] <= 100 {
		t.Errorf("the capacity provider's reservation is %v", short)
	}
}

func TestContainerInsights(t *testing.T) {
	r := start(t, sim.Options{})
	ask := func(cluster, name string, pairs ...string) []float64 {
		return r.read(10*time.Minute, query("q", "ECS/ContainerInsights", name, "Average", 60, append([]string{"ClusterName", cluster}, pairs...)...))[0].Values
	}
	var task *world.Task
	for _, x := range r.Sim.World().Tasks("prod") {
		if x.ServiceName == "catalog" && x.LastStatus == "RUNNING" {
			task = x
		}
	}
	for _, c := range []struct {
		cluster, name string
		dims          []string
		want          bool
	}{
		{"prod", "RunningTaskCount", []string{"ServiceName", "catalog"}, true},
		{"prod", "CpuUtilized", []string{"ServiceName", "catalog"}, true},
		{"prod", "MemoryReserved", []string{"TaskDefinitionFamily", "prod-catalog"}, true},
		{"prod", "TaskCount", nil, true},
		{"prod", "ServiceCount", nil, true},
		{"prod", "TaskCpuUtilization", []string{"ServiceName", "catalog", "TaskId", task.ID}, true},
		{"prod", "ContainerMemoryUtilization", []string{"ServiceName", "catalog", "TaskId", task.ID, "ContainerName", "catalog"}, true},
		{"prod", "ContainerMemoryUtilization", []string{"ServiceName", "catalog", "TaskId", task.ID, "ContainerName", "nobody"}, false},
		{"staging", "CpuUtilized", []string{"ServiceName", "web"}, true},
		{"staging", "TaskCpuUtilization", []string{"ServiceName", "web"}, false}, // enhanced only
		{"data", "CpuUtilized", []string{"ServiceName", "airflow-web"}, false},   // disabled
	} {
		if got := ask(c.cluster, c.name, c.dims...); (len(got) > 0) != c.want {
			t.Errorf("%s of %s %v: %v", c.name, c.cluster, c.dims, got)
		}
	}
	running := ask("prod", "RunningTaskCount", "ServiceName", "catalog")
	s := r.Sim.World().Service("prod", "catalog")
	if running[len(running)-1] != float64(s.Running) {
		t.Errorf("%v tasks run, the service says %d", running, s.Running)
	}
}

func TestParameters(t *testing.T) {
	r := start(t, sim.Options{})
	now := r.Clock.Now()
	good := of("CPUUtilization", "Average", "prod", "checkout")
	many := make([]types.MetricDataQuery, 501)
	for i := range many {
		many[i] = query(fmt.Sprintf("q%d", i), "AWS/ECS", "CPUUtilization", "Average", 60)
	}
	badID, badStat, badPeriod := good, query("q", "AWS/ECS", "X", "Mean", 60), query("q", "AWS/ECS", "X", "Sum", 61)
	badID.Id = sdkaws.String("Q1")
	for name, c := range map[string]struct {
		queries []types.MetricDataQuery
		part    string
	}{
		"501 queries": {many, "500"}, "an id in capitals": {[]types.MetricDataQuery{badID}, "lower-case"}, "the same id twice": {[]types.MetricDataQuery{good, good}, "unique"},
		"a made-up statistic": {[]types.MetricDataQuery{badStat}, "statistic"}, "a period of 61 s": {[]types.MetricDataQuery{badPeriod}, "Period"},
		"an expression": {[]types.MetricDataQuery{{Id: sdkaws.String("e"), Expression: sdkaws.String("q*2")}}, "expression"},
	} {
		t.Log(name)
		_, err := r.api.GetMetricData(ctx, &sdk.GetMetricDataInput{MetricDataQueries: c.queries, StartTime: sdkaws.Time(now.Add(-time.Hour)), EndTime: &now})
		r.Wants(err, "ValidationError", c.part)
	}
	_, err := r.api.GetMetricData(ctx, &sdk.GetMetricDataInput{MetricDataQueries: many[:1], StartTime: &now, EndTime: &now})
	r.Wants(err, "ValidationError", "StartTime")
	_, err = r.api.GetMetricData(ctx, &sdk.GetMetricDataInput{MetricDataQueries: many[:1], StartTime: sdkaws.Time(now.Add(-time.Hour)), EndTime: &now, NextToken: sdkaws.String("x")})
	r.Wants(err, "InvalidNextToken", "")
	if got := r.read(time.Hour, many[:500]...); len(got) != 500 {
		t.Errorf("%d results of 500 queries", len(got))
	}
}

func TestDataPages(t *testing.T) {
	r := start(t, sim.Options{})
	now := r.Clock.Now()
	var queries []types.MetricDataQuery
	for i, s := range []string{"checkout", "payments", "search", "catalog", "web"} {
		queries = append(queries, query(fmt.Sprintf("q%d", i), "AWS/ECS", "MemoryUtilization", "Average", 60, "ClusterName", "prod", "ServiceName", s))
	}
	want := r.read(time.Hour, queries...)
	in := &sdk.GetMetricDataInput{MetricDataQueries: queries, StartTime: sdkaws.Time(now.Add(-time.Hour)), EndTime: &now, ScanBy: types.ScanByTimestampAscending, MaxDatapoints: sdkaws.Int32(37)}
	got, pages := map[string][]float64{}, 0
	for {
		out, err := r.api.GetMetricData(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		n := 0
		for _, s := range out.MetricDataResults {
			got[*s.Id] = append(got[*s.Id], s.Values...)
			n += len(s.Values)
		}
		if n > 37 {
			t.Fatalf("%d datapoints in one page", n)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	for _, s := range want {
		if !slices.Equal(got[*s.Id], s.Values) {
			t.Errorf("%s has %d values in pages, %d at once", *s.Id, len(got[*s.Id]), len(s.Values))
		}
	}
	if pages < 5 {
		t.Errorf("%d pages", pages)
	}
}

func TestListMetrics(t *testing.T) {
	r := start(t, sim.Options{})
	list := func(in sdk.ListMetricsInput) (out []string) {
		for {
			page, err := r.api.ListMetrics(ctx, &in)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Metrics) > 500 {
				t.Fatalf("%d metrics in one page", len(page.Metrics))
			}
			for _, m := range page.Metrics {
				name := *m.Namespace + " " + *m.MetricName
				for _, d := range m.Dimensions {
					name += " " + *d.Name + "=" + *d.Value
				}
				out = append(out, name)
			}
			if in.NextToken = page.NextToken; in.NextToken == nil {
				return out
			}
		}
	}
	all := list(sdk.ListMetricsInput{})
	if len(all) < 1000 {
		t.Errorf("%d metrics", len(all))
	}
	sorted := slices.Sorted(slices.Values(all))
	if len(slices.Compact(sorted)) != len(all) {
		t.Error("a metric is there twice")
	}
	for _, want := range []string{"AWS/ECS CPUUtilization ClusterName=prod ServiceName=checkout", "AWS/ECS CPUReservation ClusterName=prod", "ECS/ContainerInsights RunningTaskCount ClusterName=staging ServiceName=web"} {
		if !slices.Contains(all, want) {
			t.Errorf("no metric %s", want)
		}
	}
	some := list(sdk.ListMetricsInput{Namespace: sdkaws.String("AWS/ECS"), MetricName: sdkaws.String("CPUUtilization"), RecentlyActive: types.RecentlyActivePt3h, Dimensions: []types.DimensionFilter{{Name: sdkaws.String("ServiceName")}, {Name: sdkaws.String("ClusterName"), Value: sdkaws.String("prod")}}})
	if len(some) != len(r.Sim.World().Services("prod")) {
		t.Errorf("%d services of prod have CPU data", len(some))
	}
	// A service without tasks has no recent metric.
	for _, s := range list(sdk.ListMetricsInput{RecentlyActive: types.RecentlyActivePt3h}) {
		if strings.HasSuffix(s, "ClusterName=staging ServiceName=pricing") {
			t.Errorf("%s has had no data", s)
		}
	}
}
