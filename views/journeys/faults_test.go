package journeys

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// soon is how long a failure may take from the answer to the screen, and a key to
// its effect, whatever the server does.
const soon = 100 * time.Millisecond

// within waits until the screen shows all of the texts, and fails when that took too long.
func (j *journey) within(d time.Duration, texts ...string) {
	j.t.Helper()
	at, then := time.Now(), ""
	j.Wait(fmt.Sprintf("for %q", texts), func(screen string) bool {
		if time.Since(at) <= d {
			then = screen
		}
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	})
	if took := time.Since(at); took > d {
		j.t.Errorf("%q took %s, not %s; before it was over:\n%s", texts, took, d, then)
	}
}

// asked waits until the server was asked for an action again.
func (j *journey) asked(action string) {
	j.t.Helper()
	n := j.sim.Faults().Calls(action)
	for range 60_000 {
		if j.sim.Faults().Calls(action) > n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	j.t.Fatalf("%s was not asked again in ten minutes:\n%s", action, j.Screen())
}

// reading is one read that the console does: where, and what is on the screen when
// it went well.
type reading struct {
	action string
	at     string // command
	keys   []string
	well   string // the title when all is well
	text   bool   // a text, not a list
	rows   bool   // its failure leaves no rows where there were none
	slow   bool   // asked again only by and by: an overlay
	shown  string // what is shown instead of "denied: ACTION"
	beside bool   // what is on the screen is fresh all the same
}

// readings are all reads of the console's lists and texts.
func readings() []reading {
	return []reading{
		{action: "ecs:ListClusters", at: ":clusters", well: "clusters(all)[4]", rows: true},
		{action: "ecs:DescribeClusters", at: ":clusters", well: "clusters(all)[4]"},
		{action: "ecs:ListServices", at: ":services prod", well: "services(prod)[14]", rows: true},
		{action: "ecs:DescribeServices", at: ":services prod", well: "services(prod)[14]"},
		{action: "ecs:ListTasks", at: ":tasks prod", well: "tasks(prod)[77]", rows: true},
		{action: "ecs:DescribeTasks", at: ":tasks prod", well: "tasks(prod)[77]"},
		{action: "ecs:ListContainerInstances", at: ":instances prod", well: "instances(prod)[", rows: true},
		{action: "ecs:DescribeContainerInstances", at: ":instances prod", well: "instances(prod)["},
		{action: "ecs:ListTaskDefinitionFamilies", at: ":taskdefinitions", well: "taskdefinitions(all)[33]", rows: true},
		{action: "ecs:ListTaskDefinitions", at: ":revisions prod-checkout", well: "revisions(prod-checkout)[", rows: true},
		{action: "cloudwatch:DescribeAlarms", at: ":alarms", well: "alarms(all)[132]", rows: true},
		{action: "guardduty:ListFindings", at: ":findings", well: "findings(all)[5]", rows: true},
		{action: "guardduty:GetFindings", at: ":findings", well: "findings(all)[5]"},
		{action: "guardduty:ListDetectors", at: ":findings", well: "findings(all)[5]", rows: true},

		{action: "cloudwatch:GetMetricData", at: ":services prod", well: "services(prod)[14]", slow: true},
		{action: "cloudwatch:ListMetrics", at: ":tasks prod", well: "tasks(prod)[77]", slow: true},
		{action: "ecs:DescribeTaskDefinition", at: ":revisions prod-checkout", well: "revisions(prod-checkout)[", slow: true},
		{action: "guardduty:ListDetectors", at: ":clusters", well: "clusters(all)[4]", slow: true},
		{action: "guardduty:GetDetector", at: ":clusters", well: "clusters(all)[4]", slow: true, beside: true},
		{action: "guardduty:ListFindings", at: ":clusters", well: "clusters(all)[4]", slow: true},
		{action: "guardduty:GetFindings", at: ":clusters", well: "clusters(all)[4]", slow: true},

		{action: "ecs:ListServiceDeployments", at: ":services prod", keys: []string{"g", "d"}, well: "describe(service/", text: true},
		{action: "ecs:DescribeServiceDeployments", at: ":services prod", keys: []string{"g", "d"}, well: "describe(service/", text: true},
		{action: "ecs:DescribeTaskDefinition", at: ":tasks prod", keys: []string{"g", "d"}, well: "describe(task/", text: true},
	}
}

// Every action that is denied from the start is named on the screen, at once, and
// the rest works.
func TestEachActionDeniedFromTheStart(t *testing.T) {
	for _, r := range readings() {
		t.Run(r.action+" in "+r.at[1:]+strings.Join(r.keys, ""), func(t *testing.T) {
			run(t, setting{before: func(s *sim.Sim) { s.Faults().Deny(r.action) }}, func(j *journey) {
				j.rest()
				j.Type(r.at + "\r")
				if r.text {
					j.Sees("[")
					j.rest()
					j.Press(r.keys...)
					j.pass(30 * time.Second)
					j.reads("the text", []string{r.says("denied")})
					return
				}
				if r.slow {
					j.Wait("for the rows", func(string) bool { return len(j.rows()) > 0 })
				}
				j.within(soon, r.says("denied"))
				switch n := len(j.rows()); {
				case r.rows && n > 0:
					t.Errorf("%d rows without the list:\n%s", n, j.Screen())
				case !r.rows:
					j.moves()
				}
				if strings.Contains(j.Screen(), "there are no") {
					t.Errorf("what is not known is shown as nothing:\n%s", j.Screen())
				}
				// Elsewhere all is well, and the way there works.
				j.Type(":aliases\r").Sees("aliases(", "COMMAND")
				j.moves()
			})
		})
	}
}

func (r reading) says(class string) string {
	if r.shown != "" {
		return r.shown
	}
	return class + ": " + r.action
}

// readOnce says that the answer is not asked for again: a definition never changes, and
// what CloudWatch measures is believed for long.
func (r reading) readOnce() bool {
	return r.action == "ecs:DescribeTaskDefinition" || r.action == "cloudwatch:ListMetrics"
}

// Every action that is denied later leaves the rows, which show their age.
func TestEachActionDeniedLater(t *testing.T) {
	for _, r := range readings() {
		if r.text || r.readOnce() {
			continue
		}
		t.Run(r.action+" in "+r.at[1:], func(t *testing.T) {
			run(t, setting{}, func(j *journey) {
				j.breaks(r, "denied", func() { j.sim.Faults().Deny(r.action) }, func() { j.sim.Faults().Allow(r.action) })
			})
		})
	}
}

// breaks goes to a list that is well, lets something fail, and looks at what is
// left; then it mends it.
func (j *journey) breaks(r reading, class string, fail, mend func()) {
	t := j.t
	t.Helper()
	j.rest()
	j.Type(r.at + "\r").Sees(r.well)
	j.rest()
	before := j.names()
	if len(before) == 0 {
		t.Fatalf("no rows to begin with:\n%s", j.Screen())
	}
	fail()
	if !r.slow {
		j.Press("ctrl+r")
		j.asked(r.action)
	} else {
		j.asked(r.action)
		before = j.names()
	}
	j.saysSoon(r, class)
	j.moves()
	j.keeps(before)
	j.pass(90 * time.Second)
	if !r.beside && !regexp.MustCompile(`\d+(s|m\d+s|m) old`).MatchString(j.Screen()) {
		t.Errorf("no age is shown:\n%s", j.Screen())
	}
	j.Wait("still for "+class, r.said(class).MatchString)
	j.moves()
	mend()
	j.pass(2 * time.Minute)
	j.Not(class+": ", " old")
	if now := len(j.rows()); now == 0 {
		t.Errorf("no rows after all is well again:\n%s", j.Screen())
	}
}

// saysSoon fails unless class and action are on the screen at once.
func (j *journey) saysSoon(r reading, class string) {
	j.t.Helper()
	at := time.Now()
	j.Wait("for "+class+": "+r.action, r.said(class).MatchString)
	if took := time.Since(at); took > soon {
		j.t.Errorf("%s: %s was said only after %s", class, r.action, took)
	}
}

// said finds class and action in one cell or line. A cell may have no room for the end
// of a long name.
func (r reading) said(class string) *regexp.Regexp {
	return regexp.MustCompile(class + `: .*` + regexp.QuoteMeta(r.action) + `|` + class + `: ` + regexp.QuoteMeta(r.action[:10]) + `\S*…`)
}

// keeps fails unless the rows are those of before: fewer only where a line below
// them has taken a place.
func (j *journey) keeps(before []string) {
	j.t.Helper()
	now := j.names()
	if len(now) < len(before)-2 || !slices.Equal(now, before[:min(len(now), len(before))]) {
		j.t.Errorf("the rows were\n%q and are\n%q", before, now)
	}
}

// A server that lacks an operation answers with a page of HTML.
func TestEachActionLacking(t *testing.T) {
	for _, status := range []int{404, 500} {
		for _, r := range readings() {
			t.Run(fmt.Sprint(status, " ", r.action, " in ", r.at[1:], strings.Join(r.keys, "")), func(t *testing.T) {
				run(t, setting{before: func(s *sim.Sim) { s.Faults().Lack(r.action, status) }}, func(j *journey) {
					j.rest()
					j.Type(r.at + "\r")
					class := "unsupported"
					if r.text {
						j.Sees("[")
						j.rest()
						j.Press(r.keys...)
						j.pass(time.Minute)
						j.reads("the text", []string{r.action})
						return
					}
					j.Wait("for the failure", func(s string) bool { return strings.Contains(s, class) && strings.Contains(s, r.action) })
					if s := j.Screen(); strings.Contains(s, "<html") || strings.Contains(s, "there are no") || strings.Contains(s, "deserial") {
						t.Errorf("the screen:\n%s", s)
					}
					if !r.rows {
						j.moves()
					}
				})
			})
		}
	}
}

// A server that comes to lack an operation, as behind a proxy that has lost its way.
func TestEachActionLackingLater(t *testing.T) {
	for _, r := range readings() {
		if r.text || r.readOnce() {
			continue
		}
		for _, status := range []int{404, 500} {
			t.Run(fmt.Sprint(status, " ", r.action, " in ", r.at[1:]), func(t *testing.T) {
				run(t, setting{}, func(j *journey) {
					j.breaks(r, "unsupported", func() { j.sim.Faults().Lack(r.action, status) }, func() { j.sim.Faults().Lack(r.action, 0) })
				})
			})
		}
	}
}

// A server that stops answering: the rows stay, and say how long nothing came.
func TestEachActionHanging(t *testing.T) {
	for _, r := range readings() {
		if r.text || r.slow && r.action != "cloudwatch:GetMetricData" {
			continue
		}
		t.Run(r.action+" in "+r.at[1:], func(t *testing.T) {
			run(t, setting{}, func(j *journey) {
				j.rest()
				j.Type(r.at + "\r").Sees(r.well)
				j.rest()
				before := j.names()
				j.sim.Faults().Hang(r.action)
				if r.slow {
					j.asked(r.action)
				} else {
					j.Press("ctrl+r")
				}
				j.moves()
				if r.slow {
					before = j.names()
				}
				j.moves()
				j.pass(10 * time.Second)
				j.moves()
				j.keeps(before)
				said := regexp.MustCompile(`network: ` + r.action + `|waiting for an answer for \d+s`)
				for range 5 * 60 { // at the latest when the calls have been given up for good
					if s := j.Screen(); said.MatchString(s) && regexp.MustCompile(`\d+(s|m\d+s|m) old`).MatchString(s) {
						break
					}
					j.pass(time.Second)
				}
				if s := j.Screen(); !said.MatchString(s) {
					t.Errorf("in five minutes nothing is said:\n%s", s)
				}
				j.moves()
				j.sim.Faults().Unhang(r.action)
				j.pass(3 * time.Minute)
				j.Not(" old", "network: ", "waiting for an answer")
			})
		})
	}
}

func TestNothingAnswersFromTheStart(t *testing.T) {
	sizes(t, setting{before: func(s *sim.Sim) { s.Faults().Hang("*") }}, func(j *journey) {
		j.within(soon, "reading clusters")
		j.pass(3 * time.Second)
		j.within(soon, "reading clusters · 3s")
		j.Type(":aliases\r").Sees("aliases(")
		j.moves()
		j.Type(":services\r").Sees("reading services")
		j.pass(2 * time.Minute)
		j.Sees("network")
		j.Type(":q\r").Ended()
	})
}
