package journeys

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ecsole/aws/sim"
)

// services is a cluster with so many services.
func services(n int) sim.Options {
	return sim.Options{Scale: sim.Scale{Clusters: 1, Services: n, Tasks: n}}
}

// finds waits until a filter shows at least so many rows: some services run nothing,
// and have no value.
func (j *journey) finds(least int) {
	j.t.Helper()
	j.Wait("for the rows that the filter finds", func(string) bool {
		m := regexp.MustCompile(`\[([0-9,]+)[/\]]`).FindStringSubmatch(j.title())
		if m == nil || !strings.Contains(j.title(), "</") || strings.Contains(j.title(), "reading") {
			return false
		}
		n, _ := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		return n >= least
	})
}

// A filter by a column of another API reads it for every row, not only for those on
// the screen; one that cannot be about it reads nothing.
func TestFilterByOverlay(t *testing.T) {
	sizes(t, setting{command: ":services prod", sim: services(300)}, func(j *journey) {
		j.Sees("services(prod)[300]", "%")
		j.rest()
		asked := j.sim.Faults().Calls("cloudwatch:GetMetricData")
		j.Type("/no-such-name\r").Sees("[0/300]")
		j.rest()
		if more := j.sim.Faults().Calls("cloudwatch:GetMetricData") - asked; more > 0 {
			t.Errorf("%d calls of metrics for a filter by name", more)
		}
		j.Press("esc")
		j.Type("/[0-9]%\r")
		j.finds(270)
		j.Press("esc")
		j.Type("/!yes|no|[0-9]%\r").Sees("services(prod)[0/300]")
	})
}

// What the filter finds is what is seen, not more digits than are shown.
func TestFilterSeesWhatIsShown(t *testing.T) {
	run(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "%")
		j.rest()
		j.Type("/[0-9]\\.[0-9]\r").Sees("services(prod)[0/14]")
		j.Press("esc")
		j.Type("/crit 3\r").Sees("services(prod)[1/14]", "image-resizer")
		j.Press("esc")
		j.Type("/critical\r").Sees("services(prod)[1/14]", "image-resizer")
	})
}

// Over a thousand rows the cost is named first, and without consent the screen says
// what the filter does not know.
func TestFilterByOverlayAsksAboveAThousand(t *testing.T) {
	sizes(t, setting{command: ":services prod", sim: services(1200)}, func(j *journey) {
		j.Sees("services(prod)[1,200]", "%")
		j.rest()
		asked := j.sim.Faults().Calls("cloudwatch:GetMetricData")
		j.Type("/[0-9]%\r").Sees("Read CPU, MEM of all services?", "To filter by it", "1,200 rows", "USD 0.02 each minute")
		j.rest()
		if more := j.sim.Faults().Calls("cloudwatch:GetMetricData") - asked; more > 0 {
			t.Errorf("%d calls before the answer", more)
		}
		j.Press("esc").Sees("rows not read: the filter does not know them")
		if strings.Contains(j.title(), "[1,200]") {
			t.Errorf("the filter knows what was not read: %s", j.title())
		}
		j.Type("/\r").Sees("Read CPU, MEM of all services?")
		j.Press("tab", "enter")
		j.finds(1100)
		j.Not("not read")
	})
}

// A filter that comes with the command is held to the same.
func TestFilterByOverlayOfACommand(t *testing.T) {
	run(t, setting{command: ":services prod /[0-9]%", sim: services(300)}, func(j *journey) {
		j.finds(270)
	})
}
