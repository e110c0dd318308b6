package metricsapi_test

import (
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ecsole/aws/sim"
)

func (r rig) states(in sdk.DescribeAlarmsInput) map[string]types.MetricAlarm {
	r.Helper()
	out := map[string]types.MetricAlarm{}
	for {
		page, err := r.api.DescribeAlarms(ctx, &in)
		if err != nil {
			r.Fatal(err)
		}
		for _, a := range page.MetricAlarms {
			out[*a.AlarmName] = a
		}
		for _, a := range page.CompositeAlarms {
			out[*a.AlarmName] = types.MetricAlarm{AlarmName: a.AlarmName, StateValue: a.StateValue, StateReason: a.StateReason, StateUpdatedTimestamp: a.StateUpdatedTimestamp, MetricName: a.AlarmRule}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return out
		}
	}
}

func TestAlarmsTellTheStories(t *testing.T) {
	r := start(t, sim.Options{})
	all := r.states(sdk.DescribeAlarmsInput{MaxRecords: sdkaws.Int32(13)})
	if len(all) < 60 {
		t.Errorf("%d alarms", len(all))
	}
	for name, want := range map[string]types.StateValue{
		"prod-recommendations-tasks-low":    types.StateValueAlarm,
		"prod-image-resizer-cpu-worst-high": types.StateValueAlarm,
		"prod-pricing-5xx":                  types.StateValueAlarm,
		"prod-ec2-capacity":                 types.StateValueAlarm,
		"staging-pricing-cpu-high":          types.StateValueInsufficientData,
		"prod-web-cpu-high":                 types.StateValueOk,
		"prod-web-tasks-low":                types.StateValueOk,
	} {
		a, ok := all[name]
		if !ok || a.StateValue != want {
			t.Errorf("%s is %s, want %s (%s)", name, a.StateValue, want, sdkaws.ToString(a.StateReason))
		}
		if ok && (a.StateUpdatedTimestamp.After(r.Clock.Now()) || a.StateUpdatedTimestamp.IsZero() || *a.StateReason == "") {
			t.Errorf("%s: since %v, because %q", name, a.StateUpdatedTimestamp, *a.StateReason)
		}
	}
	for name := range all {
		if strings.HasSuffix(name, "-degraded") {
			t.Errorf("the composite alarm %s came unasked", name)
		}
	}
	both := r.states(sdk.DescribeAlarmsInput{AlarmNamePrefix: sdkaws.String("prod-pricing"), AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm, types.AlarmTypeMetricAlarm}})
	if c := both["prod-pricing-degraded"]; c.StateValue != types.StateValueAlarm || !strings.Contains(*c.MetricName, `ALARM("prod-pricing-5xx")`) {
		t.Errorf("the composite alarm is %s: %s", c.StateValue, sdkaws.ToString(c.MetricName))
	}
	raised := r.states(sdk.DescribeAlarmsInput{StateValue: types.StateValueAlarm})
	for name, a := range all {
		if _, ok := raised[name]; ok != (a.StateValue == types.StateValueAlarm) {
			t.Errorf("%s is %s, listed as in alarm: %v", name, a.StateValue, ok)
		}
	}
	_, err := r.api.DescribeAlarms(ctx, &sdk.DescribeAlarmsInput{MaxRecords: sdkaws.Int32(101)})
	r.Wants(err, "ValidationError", "maxRecords")
}

// An alarm changes with its metric, and says since when.
func TestAlarmsChange(t *testing.T) {
	r := start(t, sim.Options{})
	name := "prod-search-memory-worst-high"
	seen := map[types.StateValue]int{}
	var last types.MetricAlarm
	for range 40 {
		a := r.states(sdk.DescribeAlarmsInput{AlarmNames: []string{name}})[name]
		seen[a.StateValue]++
		if last.AlarmName != nil && a.StateValue == last.StateValue && a.StateUpdatedTimestamp.Before(*last.StateUpdatedTimestamp) {
			t.Errorf("%s since %v, before it was since %v", a.StateValue, a.StateUpdatedTimestamp, last.StateUpdatedTimestamp)
		}
		if last.AlarmName != nil && a.StateValue != last.StateValue && r.Clock.Now().Sub(*a.StateUpdatedTimestamp) > 4*time.Minute {
			t.Errorf("it became %s just now, not at %v", a.StateValue, a.StateUpdatedTimestamp)
		}
		last = a
		r.Clock.Move(time.Minute)
	}
	if seen[types.StateValueAlarm] == 0 || seen[types.StateValueOk] == 0 {
		t.Errorf("the leak's alarm was %v", seen)
	}
}
