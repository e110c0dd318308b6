// Package metrics reads CloudWatch: series for sparklines and charts, and alarms.
package metrics

import (
	"context"
	"math"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"ecsole/aws"
)

// Client reads the metrics of one account in one region.
type Client struct {
	api *sdk.Client
}

// New makes a client on the account's chain. It does no network.
func New(a *aws.Account) *Client { return &Client{api: sdk.NewFromConfig(a.Config())} }

// Query asks for one series. ID is the caller's own name for it, any text.
type Query struct {
	ID                string
	Namespace, Metric string
	Stat              string // "Average", "Maximum", "Sum", "SampleCount", "p99" …; empty is Average
	Dimensions        map[string]string
	Period            time.Duration // whole seconds; zero is one minute
}

// Series holds what CloudWatch knows of a metric, oldest first. A time without a
// value is absent: it is unknown, and never zero.
type Series struct {
	Times    []time.Time
	Values   []float64
	Complete bool   // false: CloudWatch gave less than was asked for
	Message  string // why, where it said so
}

// Last is the newest value; ok is false where there is none.
func (s Series) Last() (value float64, at time.Time, ok bool) {
	if len(s.Values) == 0 {
		return 0, time.Time{}, false
	}
	n := len(s.Values) - 1
	return s.Values[n], s.Times[n], true
}

// Grid lays the series on equal steps from (rounded down to a step) up to, but
// without, to. Steps without a value are NaN.
func (s Series) Grid(from, to time.Time, step time.Duration) []float64 {
	if step <= 0 {
		step = time.Minute
	}
	from = from.Truncate(step)
	n := int((to.Sub(from) + step - 1) / step)
	if n <= 0 {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	for i, t := range s.Times {
		if k := int(t.Sub(from) / step); !t.Before(from) && k < n {
			out[k] = s.Values[i]
		}
	}
	return out
}

// ServiceUtilization is the pair of queries behind a service's sparklines: per
// cent of the reserved CPU and memory (namespace AWS/ECS, one-minute data, free of
// charge to publish). The ids are id+"/cpu" and id+"/memory".
func ServiceUtilization(id, cluster, service string) []Query {
	dims := map[string]string{"ClusterName": cluster, "ServiceName": service}
	return []Query{
		{ID: id + "/cpu", Namespace: "AWS/ECS", Metric: "CPUUtilization", Stat: "Average", Dimensions: dims, Period: time.Minute},
		{ID: id + "/memory", Namespace: "AWS/ECS", Metric: "MemoryUtilization", Stat: "Average", Dimensions: dims, Period: time.Minute},
	}
}

// EstimateUSD is the price of asking for n series once (facts: USD 0.01 per 1,000
// metrics requested, no free tier).
func EstimateUSD(n int) float64 { return float64(n) * 0.01 / 1000 }

// Metric names one metric that exists.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

// Alarm is a metric or a composite alarm.
type Alarm struct {
	ARN, Name, Description string
	State                  string // OK, ALARM, INSUFFICIENT_DATA
	Reason                 string
	Since                  time.Time // of the state
	Updated                time.Time
	Composite              bool
	Rule                   string // of a composite alarm
	Namespace, Metric      string
	Stat                   string
	Dimensions             map[string]string
	Comparison             string  // GreaterThanThreshold …
	Threshold              float64 // NaN where the alarm has a band (anomaly detection) instead
	Period                 time.Duration
	Periods, Datapoints    int
	Missing                string // how missing data are treated
	ActionsEnabled         bool
	Actions                []string // ARNs called when it goes off
	Raw                    []byte   // JSON of the alarm's fields
}

// Cluster is the ClusterName dimension, "" where the alarm has none.
func (a Alarm) Cluster() string { return a.Dimensions["ClusterName"] }

// Service is the ServiceName dimension, "" where the alarm has none.
func (a Alarm) Service() string { return a.Dimensions["ServiceName"] }

// Alarms lists the metric and composite alarms of the account in this region.
func (c *Client) Alarms(ctx context.Context) aws.Pages[Alarm] { return c.alarms(ctx) }

// Series asks for all the queries between from and to: one GetMetricData call for
// each 500, its pages followed to the end. Every query has an entry in the result;
// where a call failed, its queries' entries are not Complete and the error is
// returned beside what the other calls gave.
func (c *Client) Series(ctx context.Context, queries []Query, from, to time.Time) (map[string]Series, error) {
	return c.series(ctx, queries, from, to)
}

// Metrics lists the metrics of a namespace that had data within the last three
// hours; dimensions narrow it, an empty value means that the name must be there.
func (c *Client) Metrics(ctx context.Context, namespace string, dimensions map[string]string) aws.Pages[Metric] {
	return c.list(ctx, namespace, dimensions)
}
