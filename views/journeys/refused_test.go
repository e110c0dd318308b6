package journeys

import (
	"regexp"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// refusals are the header's words on throttling: class, number and action.
var refusals = regexp.MustCompile(`Calls: .*throttled \d+× \w+:\w`)

func TestEverySecondCallThrottled(t *testing.T) {
	for _, r := range readings() {
		if r.text || r.slow {
			continue
		}
		t.Run(r.action+" in "+r.at[1:], func(t *testing.T) {
			run(t, setting{before: func(s *sim.Sim) { s.Faults().Throttle(2) }}, func(j *journey) {
				j.rest()
				j.Type(r.at+"\r").Wait("for what is refused", refusals.MatchString)
				j.Sees(r.well) // complete all the same
				j.moves()
				before := len(j.rows())
				j.pass(time.Minute)
				j.Wait("for what is refused", refusals.MatchString)
				if now := len(j.rows()); now < before-2 {
					t.Errorf("rows were lost: %d, then %d:\n%s", before, now, j.Screen())
				}
				j.moves()
			})
		})
	}
}

// Where each call is refused the rows stay, with their age and what is refused.
func TestEveryCallThrottled(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.rest()
		j.Type(":services prod\r").Sees("services(prod)[14]")
		j.rest()
		before := j.names()
		j.sim.Faults().Throttle(1)
		j.Press("ctrl+r")
		j.asked("ecs:ListServices")
		at := time.Now()
		j.Wait("for what is refused", refusals.MatchString)
		if took := time.Since(at); took > soon {
			t.Errorf("what is refused was said only after %s", took)
		}
		j.moves()
		j.Sees("throttled: ecs:ListServices") // when the last attempt is over
		j.moves()
		j.keeps(before)
		j.pass(2 * time.Minute)
		j.Sees("throttled: ecs:ListServices", " old")
		j.keeps(before)
		j.moves()
		j.sim.Faults().Throttle(0)
		j.pass(3 * time.Minute)
		j.Sees("services(prod)[14]").Not("throttled", " old")
	})
}

// Credentials that end between two pages leave what was read, marked as incomplete.
func TestExpiryBetweenTwoPages(t *testing.T) {
	const latency = 60 * time.Millisecond
	big := setting{command: ":services prod", sim: sim.Options{Scale: sim.Scale{Clusters: 1, Services: 400, Tasks: 400}, Latency: latency}}
	sizes(t, big, func(j *journey) {
		j.Wait("for the first rows", func(string) bool { return len(j.rows()) > 0 })
		j.sim.Faults().Expire()
		// A request that is under way is still answered; the next is refused.
		j.within(2*latency+soon, "expired: ", "incomplete", "credentials are expired or were refused", ":ctx switches the account")
		j.moves()
		before, n := j.names(), len(j.rows())
		j.keeps(before)
		j.pass(2 * time.Minute)
		if !regexp.MustCompile(`\d+(s|m\d+s|m) old`).MatchString(j.Screen()) || len(j.rows()) < n {
			t.Errorf("no age, or rows are lost:\n%s", j.Screen())
		}
		j.sim.Faults().Renew()
		j.pass(time.Minute)
		j.Press("ctrl+r").Sees("services(prod)[400]").Not("expired", " old")
	})
}

func TestExpiryOnEveryScreen(t *testing.T) {
	for _, r := range readings() {
		if r.text || !r.rows {
			continue
		}
		t.Run(r.at[1:], func(t *testing.T) {
			run(t, setting{}, func(j *journey) {
				j.rest()
				j.Type(r.at + "\r").Sees(r.well)
				j.rest()
				before := j.names()
				j.sim.Faults().Expire()
				j.Press("ctrl+r")
				j.within(soon, "expired", "credentials are expired or were refused")
				j.moves()
				j.keeps(before)
			})
		})
	}
}
