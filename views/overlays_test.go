package views

import (
	"math"
	"slices"
	"strings"
	"testing"

	"ecsole/tui/table"
)

func TestSparkCellsTellNowFromThen(t *testing.T) {
	gap := math.NaN()
	minutes := func(n int, v float64) []float64 { return slices.Repeat([]float64{v}, n) }
	for _, c := range []struct {
		name    string
		values  []float64
		partial bool
		want    string
		state   table.State
		sort    any
	}{
		{"now", minutes(30, 42), false, "42%", table.OK, 42.0},
		{"two minutes late, as usual", append(minutes(28, 42), gap, gap), false, "42%", table.OK, 42.0},
		{"nothing for nine minutes", append(minutes(21, 42), minutes(9, gap)...), false, "9m ago", table.Dim, nil},
		{"nothing at all", minutes(30, gap), false, "–", table.Dim, nil},
		{"nothing, and not all was told", minutes(30, gap), true, "?", table.Unknown, nil},
	} {
		got := sparkCell(c.values, c.partial)
		if !strings.HasSuffix(got.Text, c.want) || got.State != c.state || got.Sort != c.sort {
			t.Errorf("%s: %+v", c.name, got)
		}
		if strings.Contains(got.Plain, "42") != (c.sort != nil) {
			t.Errorf("%s: exported as %q", c.name, got.Plain)
		}
	}
}
