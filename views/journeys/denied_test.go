package journeys

import (
	"testing"
	"time"

	"ecsole/aws/sim"
)

// An act that is denied says so at once, with the missing action; the rows stay and
// the keys work.
func TestEachActDenied(t *testing.T) {
	for _, c := range []struct {
		action, at string
		keys       []string
	}{
		{"ecs:UpdateService", ":services prod /web", []string{"r", "tab", "enter"}},
		{"ecs:UpdateService", ":services prod /web", []string{"s", "enter", "enter"}},
		{"ecs:StopTask", ":tasks prod", []string{"ctrl+k", "enter", "enter"}},
	} {
		t.Run(c.action+" by "+c.keys[0], func(t *testing.T) {
			run(t, setting{}, func(j *journey) {
				j.rest()
				j.Type(c.at+"\r").Wait("for a row under the cursor", func(string) bool { return j.cursor() != "" })
				j.rest()
				before := j.names()
				j.sim.Faults().Deny(c.action)
				j.Press(c.keys...)
				j.within(soon, "denied: "+c.action)
				j.keeps(before)
				j.Press("esc") // takes the filter away, where there is one
				j.moves()
			})
		})
	}
}

// Without the focus the screen goes on at half the pace: what breaks is said, the rows
// stay with their age, and the keys work as before.
func TestBlurredScreenStillTells(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.rest()
		j.Type(":services prod\r").Sees("services(prod)[14]")
		j.rest()
		before := j.names()
		j.Send(blur())
		j.moves()
		j.sim.Faults().Deny("ecs:ListServices")
		j.asked("ecs:ListServices")
		j.within(soon, "denied: ecs:ListServices")
		j.keeps(before)
		j.moves()
		j.pass(2 * time.Minute)
		j.Sees("denied: ecs:ListServices", " old")
		j.moves()
		j.sim.Faults().Allow("ecs:ListServices")
		j.Send(focus())
		j.pass(time.Minute)
		j.Sees("services(prod)[14]").Not("denied", " old")
	})
}

// Where several overlays are denied, each missing action is said in a list's one line,
// on a narrow screen, too.
func TestSeveralOverlaysDenied(t *testing.T) {
	denied := func(s *sim.Sim) {
		s.Faults().Deny("guardduty:ListDetectors")
		s.Faults().Deny("cloudwatch:GetMetricData")
	}
	sizes(t, setting{command: ":services prod", before: denied}, func(j *journey) {
		j.Sees("▲ denied: ", "guardduty:ListDetectors", "cloudwatch:GetMetricData")
	})
}
