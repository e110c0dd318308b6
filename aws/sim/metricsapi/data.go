package metricsapi

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/api"
)

// Limits of GetMetricData (API model), and how long after its minute a datapoint
// is there.
const (
	maxQueries    = 500
	maxDatapoints = 100800
	settled       = 75 * time.Second
	perPeriod     = 6 // samples that stand for a long period
)

type dataInput struct {
	Queries []struct {
		ID   string `json:"Id"`
		Stat *struct {
			Metric struct {
				Namespace  string      `json:"Namespace"`
				Name       string      `json:"MetricName"`
				Dimensions []dimension `json:"Dimensions"`
			} `json:"Metric"`
			Period int    `json:"Period"`
			Stat   string `json:"Stat"`
		} `json:"MetricStat"`
		Expression string `json:"Expression"`
		Label      string `json:"Label"`
		ReturnData *bool  `json:"ReturnData"`
	} `json:"MetricDataQueries"`
	Start time.Time `json:"StartTime"`
	End   time.Time `json:"EndTime"`
	Token string    `json:"NextToken"`
	Scan  string    `json:"ScanBy"`
	Max   *int      `json:"MaxDatapoints"`
}

type result struct {
	ID       string      `json:"Id"`
	Label    string      `json:"Label"`
	Times    []time.Time `json:"Timestamps"`
	Values   []float64   `json:"Values"`
	Status   string      `json:"StatusCode"`
	Messages []message   `json:"Messages,omitempty"`
}

type message struct {
	Code  string `json:"Code"`
	Value string `json:"Value"`
}

type dataOutput struct {
	Results  []result  `json:"MetricDataResults"`
	Token    string    `json:"NextToken,omitempty"`
	Messages []message `json:"Messages"`
}

var idPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)

// check refuses what AWS refuses.
func (in *dataInput) check() error {
	switch n := len(in.Queries); {
	case n == 0:
		return validation("The parameter MetricDataQueries is required.")
	case n > maxQueries:
		return validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case in.Start.IsZero() || in.End.IsZero():
		return validation("The parameters StartTime and EndTime are required.")
	case !in.Start.Before(in.End):
		return validation("The parameter StartTime must be less than the parameter EndTime.")
	case in.Scan != "" && in.Scan != "TimestampAscending" && in.Scan != "TimestampDescending":
		return validation("The parameter ScanBy has the invalid value %s.", in.Scan)
	case in.Max != nil && (*in.Max < 1 || *in.Max > maxDatapoints):
		return validation("The parameter MaxDatapoints must be between 1 and %d.", maxDatapoints)
	}
	seen := map[string]bool{}
	for i, q := range in.Queries {
		at := fmt.Sprintf("MetricDataQueries.member.%d", i+1)
		switch {
		case !idPattern.MatchString(q.ID):
			return validation("The value '%s' at %s.Id is invalid. It must begin with a lower-case letter and have letters, digits and underscores only.", q.ID, at)
		case seen[q.ID]:
			return validation("The values for parameter Id in MetricDataQueries are not unique.")
		case q.Expression != "":
			return validation("Error in expression '%s': expressions are not answered here, only MetricStat.", q.ID)
		case q.Stat == nil:
			return validation("Exactly one of MetricStat and Expression must be specified at %s.", at)
		case q.Stat.Metric.Name == "" || q.Stat.Metric.Namespace == "":
			return validation("Namespace and MetricName are required at %s.MetricStat.Metric.", at)
		case q.Stat.Period < 1 || q.Stat.Period%60 != 0 && !slices.Contains([]int{1, 5, 10, 20, 30}, q.Stat.Period):
			return validation("Period must be 1, 5, 10, 20, 30 or a multiple of 60 at %s.MetricStat.", at)
		case !knownStat(q.Stat.Stat):
			return validation("The value '%s' at %s.MetricStat.Stat is not a valid statistic.", q.Stat.Stat, at)
		}
		seen[q.ID] = true
	}
	return nil
}

// start is where a page begins: at which query, and at which of its datapoints.
type start struct{ Query, Point int }

func (m *Metrics) data(c *api.Call) (any, error) {
	var in dataInput
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	scope := fmt.Sprintf("GetMetricData|%d|%d|%s|%d", in.Start.Unix(), in.End.Unix(), in.Scan, len(in.Queries))
	var at start
	if in.Token != "" && !m.pager.Read(scope, in.Token, &at) {
		return nil, api.Errorf("InvalidNextToken", "The value for parameter NextToken is invalid.")
	}
	room := maxDatapoints
	if in.Max != nil {
		room = *in.Max
	}
	out := dataOutput{Results: []result{}, Messages: []message{}}
	v := m.view()
	for i := at.Query; i < len(in.Queries); i++ {
		q := in.Queries[i]
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		if room == 0 {
			out.Token = m.pager.Token(scope, start{Query: i})
			return out, nil
		}
		r := result{ID: q.ID, Label: q.Label, Status: "Complete", Times: []time.Time{}, Values: []float64{}}
		if r.Label == "" {
			r.Label = q.Stat.Metric.Name
		}
		if src := v.source(q.Stat.Metric.Namespace, q.Stat.Metric.Name, dimsOf(q.Stat.Metric.Dimensions)); src != nil {
			r.Times, r.Values = points(src, in.Start, in.End, c.Now, time.Duration(q.Stat.Period)*time.Second, q.Stat.Stat)
		}
		if in.Scan != "TimestampAscending" {
			slices.Reverse(r.Times)
			slices.Reverse(r.Values)
		}
		skip := 0
		if i == at.Query {
			skip = min(at.Point, len(r.Times))
		}
		r.Times, r.Values = r.Times[skip:], r.Values[skip:]
		if len(r.Times) > room {
			r.Times, r.Values, r.Status = r.Times[:room], r.Values[:room], "PartialData"
			out.Results = append(out.Results, r)
			out.Token = m.pager.Token(scope, start{i, skip + room})
			return out, nil
		}
		room -= len(r.Times)
		out.Results = append(out.Results, r)
	}
	return out, nil
}

// points are the datapoints of a range, oldest first, on the period's grid.
func points(src source, from, to, now time.Time, period time.Duration, stat string) (times []time.Time, values []float64) {
	times, values = []time.Time{}, []float64{}
	grid := max(period, time.Minute) // there is one datapoint a minute
	if oldest := now.Add(-retention(grid)); from.Before(oldest) {
		from = oldest
	}
	first := from.Truncate(grid)
	if first.Before(from) && grid == time.Minute {
		first = first.Add(grid)
	}
	step := max((grid / perPeriod).Truncate(time.Minute), time.Minute)
	for at := first; at.Before(to) && !at.After(now.Add(-settled)); at = at.Add(grid) {
		var samples []float64
		for t := at; t.Before(at.Add(grid)) && !t.After(now.Add(-settled)); t = t.Add(step) {
			samples = append(samples, src(t.Add(30*time.Second))...)
		}
		if len(samples) > 0 {
			times, values = append(times, at.UTC()), append(values, statistic(stat, samples, step.Minutes()))
		}
	}
	return times, values
}

// retention is how long datapoints of a period are kept (API model).
func retention(period time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case period < 5*time.Minute:
		return 15 * day
	case period < time.Hour:
		return 63 * day
	}
	return 455 * day
}

func knownStat(s string) bool {
	switch s {
	case "Average", "Sum", "Minimum", "Maximum", "SampleCount":
		return true
	}
	p, ok := strings.CutPrefix(s, "p")
	n, err := strconv.ParseFloat(p, 64)
	return ok && err == nil && n >= 0 && n <= 100
}

// statistic reduces the samples of a period, each of which stands for so many minutes.
func statistic(stat string, samples []float64, minutes float64) float64 {
	sum := 0.0
	for _, x := range samples {
		sum += x
	}
	switch stat {
	case "Sum":
		return sum * minutes
	case "SampleCount":
		return float64(len(samples)) * minutes
	case "Minimum":
		return slices.Min(samples)
	case "Maximum":
		return slices.Max(samples)
	case "Average":
		return sum / float64(len(samples))
	}
	p, _ := strconv.ParseFloat(stat[1:], 64) // checked by knownStat
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[max(0, int(math.Ceil(p/100*float64(len(sorted))))-1)]
}
