package journeys

import (
	"testing"
	"time"

	"ecsole/aws/sim"
)

// TestADescriptionSaysWhatItIsMadeOf describes a service that cannot be read afresh:
// what the list knew is shown as that.
func TestADescriptionSaysWhatItIsMadeOf(t *testing.T) {
	run(t, setting{command: ":services prod", height: 90}, func(j *journey) {
		j.goTo("checkout")
		j.Press("d").Sees("describe(service/checkout)", "Deployments").Not("As the list had it")
		j.Press("esc")
		j.goTo("checkout")
		j.sim.Faults().Deny("ecs:DescribeServices")
		j.Press("d").Sees("As the list had it", "denied: ecs:DescribeServices", "Deployments")
	})
}

// TestFindingsInADescription tells no findings from findings that nobody could read.
func TestFindingsInADescription(t *testing.T) {
	denied := func(s *sim.Sim) { s.Faults().Deny("guardduty:ListDetectors") }
	run(t, setting{command: ":services prod", height: 90, before: denied}, func(j *journey) {
		j.Sees("ALERTS: denied")
		j.goTo("cart")
		j.Press("d").Sees("GuardDuty", "denied: guardduty:ListDetectors").Not("no findings")
	})
}

func TestNoFindingsInADescription(t *testing.T) {
	run(t, setting{command: ":services prod", height: 90}, func(j *journey) {
		j.goTo("cart")
		j.pass(time.Minute)
		j.Press("d").Sees("GuardDuty", "no findings")
	})
}

// TestNoFindingsIsNotNobodyLooked lists the findings of a region without a detector.
func TestNoFindingsIsNotNobodyLooked(t *testing.T) {
	run(t, setting{command: ":findings", sim: sim.Options{Faults: "detector=off"}}, func(j *journey) {
		j.Sees("GuardDuty does not watch this region").Not("there are no findings")
	})
}
