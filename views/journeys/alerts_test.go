package journeys

import (
	"testing"
	"time"
)

// TestOldAlertsSayTheirAge stops GuardDuty from answering: the badges stay, and the
// age given is that of the findings, not that of the last look at them.
func TestOldAlertsSayTheirAge(t *testing.T) {
	sizes(t, setting{command: ":clusters"}, func(j *journey) {
		j.Sees("⚑CRIT")
		j.sim.Faults().Deny("guardduty:ListDetectors")
		j.pass(20 * time.Minute)
		j.Sees("⚑CRIT", "ALERTS 20m old: denied: guardduty:ListDetectors")
	})
}
