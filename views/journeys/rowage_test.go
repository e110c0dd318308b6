package journeys

import (
	"testing"
	"time"
)

// TestARowThatIsNotReadAnyMoreSaysItsAge lets one service fail while the others are
// read on: its row stays, and says since when it stands.
func TestARowThatIsNotReadAnyMoreSaysItsAge(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.goTo("checkout")
		j.sim.Faults().Fail("checkout", "INTERNAL")
		j.pass(3 * time.Minute)
		j.on("checkout").Sees("this row was read 3m", "1 could not be read")
		j.Press("k").Sees("1 could not be read").Not("this row was read")
	})
}
