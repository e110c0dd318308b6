package journeys

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// An answer that comes late never lands on another screen.
func TestLateAnswers(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.sim.Faults().Slow("ecs:ListServices", 5*time.Second)
		j.goTo("prod")
		j.Press("enter").Sees("services(prod)[0", "reading services of prod")
		j.Press("esc").Sees("clusters(all)[4]")
		j.sim.Faults().Slow("ecs:ListServices", 0)
		j.goTo("data")
		j.Press("enter").Sees("services(data)[4]")
		j.pass(10 * time.Second)
		j.Sees("services(data)[4]").Not("checkout")
		j.moves()
		// A text, and a screen that an action had to read for.
		j.sim.Faults().Slow("ecs:ListServiceDeployments", 5*time.Second)
		j.Press("g", "d").Sees("describe(service/")
		j.Press("esc").Sees("services(data)[4]")
		j.pass(10 * time.Second)
		j.Sees("services(data)[4]").Not("describe(")
		// A refusal that comes late: until then the rows are there and move.
		before := j.names()
		j.sim.Faults().Deny("ecs:ListServices")
		j.sim.Faults().Slow("ecs:ListServices", 5*time.Second)
		j.Press("ctrl+r")
		j.moves()
		j.pass(4 * time.Second)
		j.moves()
		j.pass(time.Second)
		j.within(soon, "denied: ecs:ListServices")
		j.keeps(before)
		j.moves()
		j.pass(2 * time.Minute)
		j.Sees("denied: ecs:ListServices", " old")
		j.sim.Faults().Slow("ecs:ListServices", 0)
		j.sim.Faults().Allow("ecs:ListServices")
		j.pass(time.Minute)
		j.Not("denied", " old")
		// The account may have changed meanwhile.
		j.sim.Faults().Slow("ecs:ListServices", 5*time.Second)
		j.Press("ctrl+r").Type(":ctx shop-prod\r").Sees("PRODUCTION", "clusters(all)[4]")
		j.pass(10 * time.Second)
		j.Sees("PRODUCTION", "clusters(all)[4]").Not("services(data)")
	})
}

// What a closed screen was still reading is given up.
func TestClosedScreensStopReading(t *testing.T) {
	big := setting{sim: sim.Options{Scale: sim.Scale{Clusters: 2, Services: 800, Tasks: 800}, Latency: 60 * time.Millisecond}}
	sizes(t, big, func(j *journey) {
		j.Sees("clusters(all)[2]")
		before := j.names()
		j.Press("enter").Wait("for the first rows", func(s string) bool { return strings.Contains(s, "services(") && len(j.rows()) > 0 })
		j.Press("esc").Sees("clusters(all)[2]")
		j.pass(time.Second)
		n := j.sim.Faults().Calls("ecs:DescribeServices")
		j.pass(time.Minute)
		if more := j.sim.Faults().Calls("ecs:DescribeServices") - n; more > 0 {
			t.Errorf("%d calls for a screen that is closed", more)
		}
		j.moves()
		// What fails for a closed screen is not told on this one, and its own failures are.
		j.sim.Faults().Deny("ecs:DescribeServices")
		j.Press("enter")
		j.Press("esc").Sees("clusters(all)[2]")
		j.pass(time.Minute)
		j.Not("ecs:DescribeServices", " old")
		j.sim.Faults().Deny("ecs:ListClusters")
		j.asked("ecs:ListClusters")
		j.within(soon, "denied: ecs:ListClusters")
		j.moves()
		j.keeps(before)
		j.pass(2 * time.Minute)
		j.Sees("denied: ecs:ListClusters", " old")
	})
}

func TestIdentityDenied(t *testing.T) {
	sizes(t, setting{before: func(s *sim.Sim) { s.Faults().Deny("sts:GetCallerIdentity") }}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Press("!").Sees("sts:GetCallerIdentity", "denied")
		j.Press("esc")
		j.moves()
		j.Press("enter").Sees("services(data)[4]")
		j.Press("r").Sees("Force a new deployment?", "not known yet", "eu-central-1")
	})
}

// Whatever the console asks for is in the list of readings, so that a new read
// cannot come without its failures.
func TestEveryReadIsAmongTheReadings(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		for _, p := range places {
			if p.goTo != nil {
				p.goTo(j)
				j.rest()
				for _, key := range []string{"d", "y"} {
					j.Press(key)
					j.rest()
					j.Press("esc")
				}
			}
		}
		known := map[string]bool{"sts:GetCallerIdentity": true}
		for _, r := range readings() {
			known[r.action] = true
		}
		for _, a := range j.opened.list() {
			for _, s := range a.Meter().Stats() {
				if !known[s.Op] && !strings.HasPrefix(s.Op, "logs:") {
					t.Errorf("%s is read, and its failures are not tested", s.Op)
				}
			}
		}
	})
}
