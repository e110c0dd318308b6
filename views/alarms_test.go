package views

import (
	"math"
	"testing"
	"time"

	"ecsole/aws/metrics"
)

func TestCondition(t *testing.T) {
	for _, c := range []struct {
		alarm metrics.Alarm
		want  string
	}{
		{metrics.Alarm{Stat: "Average", Comparison: "GreaterThanThreshold", Threshold: 80, Period: time.Minute, Periods: 5}, "Average > 80 for 5×1m"},
		{metrics.Alarm{Stat: "Sum", Comparison: "LessThanThreshold", Threshold: 0, Period: 5 * time.Minute, Periods: 1}, "Sum < 0 for 1×5m"},
		{metrics.Alarm{Stat: "Average", Comparison: "LessThanLowerOrGreaterThanUpperThreshold", Threshold: math.NaN(), Period: time.Minute, Periods: 3}, "Average outside its band for 3×1m"},
		{metrics.Alarm{Comparison: "GreaterThanThreshold", Threshold: 1, Periods: 2}, "> 1 for 2"},
		{metrics.Alarm{Composite: true, Rule: "ALARM(a) OR ALARM(b)"}, "ALARM(a) OR ALARM(b)"},
	} {
		if got := condition(c.alarm); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
