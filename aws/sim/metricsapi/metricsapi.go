// Package metricsapi answers as CloudWatch does: metric data, metrics and alarms of
// the simulated world. A value is a pure function of what it measures and the time.
package metricsapi

import (
	"strings"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

// Metrics is CloudWatch of one account in one Region.
type Metrics struct {
	world *world.World
	pager *api.Pager
}

// Service is what the server is to route.
func Service(w *world.World, pager *api.Pager) api.Service {
	m := &Metrics{world: w, pager: pager}
	return api.Service{
		Name: "cloudwatch", Signing: "monitoring", Target: "GraniteServiceVersion20100801", Namespace: "com.amazonaws.cloudwatch",
		JSON: "1.0", XMLNS: "http://monitoring.amazonaws.com/doc/2010-08-01/", Version: "2010-08-01",
		Operations: []api.Operation{
			{Name: "GetMetricData", Bucket: api.Bucket{Name: "GetMetricData", Burst: 500, Refill: 500}, Do: m.data},
			{Name: "ListMetrics", Bucket: api.Bucket{Name: "ListMetrics", Burst: 25, Refill: 25}, Do: m.list},
			{Name: "DescribeAlarms", Bucket: api.Bucket{Name: "DescribeAlarms", Burst: 9, Refill: 9}, Do: m.alarms},
		},
	}
}

type dimension struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

// dims is a set of dimensions; the order in which they came does not matter.
type dims map[string]string

func dimsOf(list []dimension) dims {
	d := make(dims, len(list))
	for _, x := range list {
		d[x.Name] = x.Value
	}
	return d
}

// is reports whether exactly these dimensions are there.
func (d dims) is(names ...string) bool {
	if len(d) != len(names) {
		return false
	}
	for _, n := range names {
		if _, ok := d[n]; !ok {
			return false
		}
	}
	return true
}

func validation(format string, args ...any) error {
	e := api.Errorf("ValidationError", format, args...)
	return e
}

func badValue(format string, args ...any) error {
	e := api.Errorf("InvalidParameterValueException", format, args...)
	e.QueryCode = "InvalidParameterValue"
	return e
}

// suffix is what follows a prefix of an ARN, such as the name in a target group's.
func suffix(arn, mark string) string {
	if i := strings.Index(arn, mark); i >= 0 {
		return arn[i:]
	}
	return arn
}
