package journeys

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

// What ends the reading of logs is said with its class and action, and how far behind
// the lines are; those that were read stay, and the keys work at once.
func TestLogsThatCannotBeReadAnyMore(t *testing.T) {
	const action = "logs:FilterLogEvents"
	for class, fail := range map[string]func(*journey){
		"denied":      func(j *journey) { j.sim.Faults().Deny(action) },
		"unsupported": func(j *journey) { j.sim.Faults().Lack(action, 404) },
		"throttled":   func(j *journey) { j.sim.Faults().Throttle(1) },
		"expired":     func(j *journey) { j.sim.Faults().Expire() },
		"network":     func(j *journey) { j.sim.Faults().Hang(action) },
	} {
		t.Run(class, func(t *testing.T) {
			sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
				opened(j, "checkout")
				j.pass(5 * time.Second)
				fail(j)
				said := regexp.MustCompile(fmt.Sprintf(`✗ .*%s`, class))
				moved := func(when string) {
					t.Helper()
					j.Press("g")
					before, at := j.Styled(), time.Now() // the cursor is a colour
					j.Press("j")
					if j.Styled() == before {
						t.Errorf("j does not move the cursor %s:\n%s", when, j.Screen())
					}
					if took := time.Since(at); took > soon {
						t.Errorf("j moved the cursor only after %s %s", took, when)
					}
				}
				moved("at once")
				for range 5 * 60 {
					if said.MatchString(j.Screen()) {
						break
					}
					j.pass(time.Second)
				}
				if s := j.Screen(); !said.MatchString(s) || len(shownTask.FindAllString(s, -1)) < 5 {
					t.Errorf("the class is not said, or the lines are gone:\n%s", s)
				}
				moved("after the failure")
			})
		})
	}
}
