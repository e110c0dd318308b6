package journeys

import (
	"testing"
	"time"
)

// metricsIn counts the calls for metrics in so much time.
func (j *journey) metricsIn(d time.Duration) int {
	before := j.sim.Faults().Calls("cloudwatch:GetMetricData")
	j.pass(d)
	j.rest()
	return j.sim.Faults().Calls("cloudwatch:GetMetricData") - before
}

// All rows are read for an overlay only as long as the list is sorted by it.
func TestReadingAllEndsWithTheSort(t *testing.T) {
	run(t, setting{command: ":services prod", sim: services(600)}, func(j *journey) {
		j.Sees("services(prod)[600]", "%")
		j.Press("C").Sees("CPU↑")
		j.rest()
		all := j.metricsIn(2 * time.Minute)
		j.Press("N").Sees("NAME↑")
		j.rest()
		if seen := j.metricsIn(2 * time.Minute); all < 5 || seen == 0 || 2*seen > all {
			t.Errorf("%d calls in two minutes sorted by name, %d sorted by CPU", seen, all)
		}
	})
}

// A sort that is remembered from another list reads this one's rows, too: the first is
// the first of all, not of those that were on the screen.
func TestARememberedSortReadsAllRows(t *testing.T) {
	run(t, setting{command: ":services prod", sim: services(600)}, func(j *journey) {
		j.Sees("services(prod)[600]", "%")
		j.Press("C", "C").Sees("CPU↓")
		j.rest()
		j.Press("g")
		first := j.cursor()
		j.Type(":services prod\r").Sees("services(prod)[600]", "CPU↓")
		j.rest()
		j.Press("g")
		if now := j.cursor(); now != first {
			t.Errorf("the first row is %q in one list and %q in the other", first, now)
		}
	})
}

// Above a thousand rows nothing is read unasked, and the list does not claim an order
// that it cannot have.
func TestARememberedSortAboveAThousand(t *testing.T) {
	run(t, setting{command: ":services prod", sim: services(1200)}, func(j *journey) {
		j.Sees("services(prod)[1,200]", "%")
		j.Press("C").Sees("Read CPU of all services?").Press("tab", "enter").Sees("CPU↑")
		j.rest()
		j.Type(":services prod\r").Sees("services(prod)[1,200]", "sorted by NAME: by CPU only when it is asked for", "NAME↑")
		j.rest()
		j.Press("C").Sees("Read CPU of all services?")
	})
}
