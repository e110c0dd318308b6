package metrics

import (
	"context"
	"math"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecsole/aws"
)

// alarmsPerPage is the most that DescribeAlarms gives at once.
const alarmsPerPage = 100

func (c *Client) alarms(ctx context.Context) aws.Pages[Alarm] {
	return func(yield func(aws.Page[Alarm]) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		in := &sdk.DescribeAlarmsInput{
			MaxRecords: sdkaws.Int32(alarmsPerPage),
			AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
		}
		seen := 0
		for {
			call, body := aws.CaptureRaw(ctx)
			out, err := c.api.DescribeAlarms(call, in)
			if err != nil {
				yield(aws.Page[Alarm]{Gaps: []aws.Gap{{Err: err, Fatal: true}}, Seen: seen, Total: -1})
				return
			}
			raw := rawByName(body.Bytes())
			page := aws.Page[Alarm]{Total: -1}
			for _, a := range out.MetricAlarms {
				page.Items = append(page.Items, metricAlarm(a, raw))
			}
			for _, a := range out.CompositeAlarms {
				page.Items = append(page.Items, compositeAlarm(a, raw))
			}
			seen += len(page.Items)
			page.Seen = seen
			in.NextToken = out.NextToken
			last := sdkaws.ToString(in.NextToken) == ""
			if last {
				page.Total = seen
			}
			if !yield(page) || last {
				return
			}
		}
	}
}

func metricAlarm(a types.MetricAlarm, raw map[string][]byte) Alarm {
	out := Alarm{
		ARN: sdkaws.ToString(a.AlarmArn), Name: sdkaws.ToString(a.AlarmName), Description: sdkaws.ToString(a.AlarmDescription),
		State: string(a.StateValue), Reason: sdkaws.ToString(a.StateReason),
		Since: sdkaws.ToTime(a.StateTransitionedTimestamp), Updated: sdkaws.ToTime(a.StateUpdatedTimestamp),
		Namespace: sdkaws.ToString(a.Namespace), Metric: sdkaws.ToString(a.MetricName), Stat: string(a.Statistic),
		Dimensions: dimensions(a.Dimensions), Comparison: string(a.ComparisonOperator), Threshold: math.NaN(),
		Period:  time.Duration(sdkaws.ToInt32(a.Period)) * time.Second,
		Periods: int(sdkaws.ToInt32(a.EvaluationPeriods)), Datapoints: int(sdkaws.ToInt32(a.DatapointsToAlarm)),
		Missing: sdkaws.ToString(a.TreatMissingData), ActionsEnabled: sdkaws.ToBool(a.ActionsEnabled),
		Actions: a.AlarmActions,
	}
	if a.Threshold != nil {
		out.Threshold = *a.Threshold
	}
	if out.Stat == "" {
		out.Stat = sdkaws.ToString(a.ExtendedStatistic)
	}
	// An alarm on a metric math expression names its metrics in a list.
	for _, q := range a.Metrics {
		if out.Metric == "" && q.MetricStat != nil && q.MetricStat.Metric != nil {
			m := q.MetricStat.Metric
			out.Namespace, out.Metric = sdkaws.ToString(m.Namespace), sdkaws.ToString(m.MetricName)
			out.Stat, out.Dimensions = sdkaws.ToString(q.MetricStat.Stat), dimensions(m.Dimensions)
			out.Period = time.Duration(sdkaws.ToInt32(q.MetricStat.Period)) * time.Second
		}
	}
	if out.Since.IsZero() {
		out.Since = out.Updated
	}
	out.Raw = raw[out.Name]
	return out
}

func compositeAlarm(a types.CompositeAlarm, raw map[string][]byte) Alarm {
	out := Alarm{
		ARN: sdkaws.ToString(a.AlarmArn), Name: sdkaws.ToString(a.AlarmName), Description: sdkaws.ToString(a.AlarmDescription),
		State: string(a.StateValue), Reason: sdkaws.ToString(a.StateReason),
		Since: sdkaws.ToTime(a.StateTransitionedTimestamp), Updated: sdkaws.ToTime(a.StateUpdatedTimestamp),
		Composite: true, Rule: sdkaws.ToString(a.AlarmRule), ActionsEnabled: sdkaws.ToBool(a.ActionsEnabled),
		Actions: a.AlarmActions,
	}
	if out.Since.IsZero() {
		out.Since = out.Updated
	}
	out.Raw = raw[out.Name]
	return out
}

func dimensions(list []types.Dimension) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, d := range list {
		m[sdkaws.ToString(d.Name)] = sdkaws.ToString(d.Value)
	}
	return m
}

func (c *Client) list(ctx context.Context, namespace string, dims map[string]string) aws.Pages[Metric] {
	return func(yield func(aws.Page[Metric]) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		in := &sdk.ListMetricsInput{Namespace: &namespace, RecentlyActive: types.RecentlyActivePt3h}
		for name, value := range dims {
			f := types.DimensionFilter{Name: sdkaws.String(name)}
			if value != "" {
				f.Value = sdkaws.String(value)
			}
			in.Dimensions = append(in.Dimensions, f)
		}
		seen := 0
		for {
			out, err := c.api.ListMetrics(ctx, in)
			if err != nil {
				yield(aws.Page[Metric]{Gaps: []aws.Gap{{Err: err, Fatal: true}}, Seen: seen, Total: -1})
				return
			}
			page := aws.Page[Metric]{Total: -1}
			for _, m := range out.Metrics {
				page.Items = append(page.Items, Metric{Namespace: sdkaws.ToString(m.Namespace), Name: sdkaws.ToString(m.MetricName), Dimensions: dimensions(m.Dimensions)})
			}
			seen += len(page.Items)
			page.Seen = seen
			in.NextToken = out.NextToken
			last := sdkaws.ToString(in.NextToken) == ""
			if last {
				page.Total = seen
			}
			if !yield(page) || last {
				return
			}
		}
	}
}
