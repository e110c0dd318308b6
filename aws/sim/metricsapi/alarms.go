package metricsapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
)

const maxAlarms = 100

type metricAlarm struct {
	Name         string      `json:"AlarmName"`
	ARN          string      `json:"AlarmArn"`
	Description  string      `json:"AlarmDescription"`
	Configured   time.Time   `json:"AlarmConfigurationUpdatedTimestamp"`
	Enabled      bool        `json:"ActionsEnabled"`
	OKActions    []string    `json:"OKActions"`
	Actions      []string    `json:"AlarmActions"`
	NoData       []string    `json:"InsufficientDataActions"`
	State        string      `json:"StateValue"`
	Reason       string      `json:"StateReason"`
	Updated      time.Time   `json:"StateUpdatedTimestamp"`
	Metric       string      `json:"MetricName"`
	Namespace    string      `json:"Namespace"`
	Statistic    string      `json:"Statistic"`
	Dimensions   []dimension `json:"Dimensions"`
	Period       int         `json:"Period"`
	Periods      int         `json:"EvaluationPeriods"`
	Datapoints   int         `json:"DatapointsToAlarm"`
	Threshold    float64     `json:"Threshold"`
	Comparison   string      `json:"ComparisonOperator"`
	Missing      string      `json:"TreatMissingData"`
	Transitioned time.Time   `json:"StateTransitionedTimestamp"`
}

type compositeAlarm struct {
	Enabled      bool      `json:"ActionsEnabled"`
	Actions      []string  `json:"AlarmActions"`
	ARN          string    `json:"AlarmArn"`
	Configured   time.Time `json:"AlarmConfigurationUpdatedTimestamp"`
	Description  string    `json:"AlarmDescription"`
	Name         string    `json:"AlarmName"`
	Rule         string    `json:"AlarmRule"`
	NoData       []string  `json:"InsufficientDataActions"`
	OKActions    []string  `json:"OKActions"`
	Reason       string    `json:"StateReason"`
	Updated      time.Time `json:"StateUpdatedTimestamp"`
	State        string    `json:"StateValue"`
	Transitioned time.Time `json:"StateTransitionedTimestamp"`
}

func (m *Metrics) alarms(c *api.Call) (any, error) {
	var in struct {
		Names    []string `json:"AlarmNames"`
		Prefix   string   `json:"AlarmNamePrefix"`
		Types    []string `json:"AlarmTypes"`
		Children string   `json:"ChildrenOfAlarmName"`
		State    string   `json:"StateValue"`
		Actions  string   `json:"ActionPrefix"`
		Max      *int     `json:"MaxRecords"`
		Token    string   `json:"NextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit := 50
	if in.Max != nil {
		limit = *in.Max
	}
	switch {
	case limit < 1 || limit > maxAlarms:
		return nil, validation("1 validation error detected: Value '%d' at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and %d", limit, maxAlarms)
	case len(in.Names) > 100:
		return nil, validation("1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100")
	case len(in.Names) > 0 && in.Prefix != "":
		return nil, badValue("AlarmNames and AlarmNamePrefix are mutually exclusive.")
	}
	if len(in.Types) == 0 {
		in.Types = []string{"MetricAlarm"} // composite alarms come only where asked for
	}
	rules := m.rules()
	byName := make(map[string]*rule, len(rules))
	var names []string
	for _, r := range rules {
		byName[r.name] = r
		wanted := len(in.Names) == 0 || slices.Contains(in.Names, r.name)
		if wanted && strings.HasPrefix(r.name, in.Prefix) && slices.Contains(in.Types, r.kind()) {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	e := &evaluation{m: m, view: m.view(), now: c.Now, rules: byName}
	if in.State != "" {
		names = slices.DeleteFunc(names, func(n string) bool { return e.of(byName[n]).value != in.State })
	}
	scope := fmt.Sprintf("DescribeAlarms|%v|%s|%v|%s", in.Names, in.Prefix, in.Types, in.State)
	page, next, ok := m.pager.Page(scope, in.Token, names, limit)
	if !ok {
		return nil, api.Errorf("InvalidNextToken", "The value for parameter NextToken is invalid.")
	}
	out := struct {
		Composite []compositeAlarm `json:"CompositeAlarms"`
		Metric    []metricAlarm    `json:"MetricAlarms"`
		Token     string           `json:"NextToken,omitempty"`
	}{Composite: []compositeAlarm{}, Metric: []metricAlarm{}, Token: next}
	for _, n := range page {
		r := byName[n]
		s := e.of(r)
		topic := []string{m.world.ARN("sns", "oncall-%s", r.team)}
		arn := m.world.ARN("cloudwatch", "alarm:%s", n)
		configured := c.Now.Add(-120 * 24 * time.Hour).Truncate(24 * time.Hour)
		if r.kind() == "CompositeAlarm" {
			out.Composite = append(out.Composite, compositeAlarm{
				Enabled: true, Actions: topic, ARN: arn, Configured: configured, Description: r.text, Name: n, Rule: r.expression(),
				NoData: []string{}, OKActions: topic, Reason: s.reason, Updated: s.since, State: s.value, Transitioned: s.since,
			})
			continue
		}
		out.Metric = append(out.Metric, metricAlarm{
			Name: n, ARN: arn, Description: r.text, Configured: configured, Enabled: true, OKActions: topic, Actions: topic, NoData: []string{},
			State: s.value, Reason: s.reason, Updated: s.since, Transitioned: s.since, Metric: r.metric, Namespace: r.namespace, Statistic: r.stat,
			Dimensions: r.dims, Period: 60, Periods: r.periods, Datapoints: r.periods, Threshold: r.threshold, Comparison: r.comparison, Missing: "missing",
		})
	}
	return out, nil
}
