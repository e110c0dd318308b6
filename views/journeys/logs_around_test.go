package journeys

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
)

// TestLogsOfStoppedTasks opens, from everywhere that k9s's p works, what the tasks
// wrote that stopped last.
func TestLogsOfStoppedTasks(t *testing.T) {
	reason := regexp.MustCompile(`• [0-9a-f]{8}( and \d+ more)? stopped \S*\d\d:\d\d:\d\dZ \(.* ago\):[\s│]+\w+`)
	sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		onTop := func(of string) {
			j.t.Helper()
			j.Sees("logs(prod/"+of+":stopped", "[last stopped]")
			j.Wait("the reasons above the lines", func(screen string) bool {
				r, line := reason.FindStringIndex(screen), strings.Index(screen, "request ")
				return r != nil && line > r[0]
			})
		}
		j.on("checkout").Press("p")
		onTop("checkout")
		j.Press("esc")
		j.on("checkout").Press("l").Sees("logs(prod/checkout)", "Autoscroll:On").Press("p")
		onTop("checkout")
		j.Press("esc").Sees("logs(prod/checkout)").Press("esc")
		j.on("checkout").Press("enter").Sees("tasks(prod", "RUNNING").Press("p")
		onTop("checkout")
		j.Press("esc").Sees("tasks(prod").Press("enter").Sees("containers(")
		j.goTo("checkout").Press("p")
		onTop("checkout:checkout")
	})
}

func TestNothingStoppedLately(t *testing.T) {
	run(t, setting{command: ":services prod /catalog"}, func(j *journey) {
		j.on("catalog")
		j.sim.Faults().Deny("ecs:ListTasks")
		j.Press("p").Sees("denied: ecs:ListTasks").Sees("services(prod)")
	})
}

// TestHistogramTellsWhatHappened sees the deployments and the ends of tasks of the
// service beside its lines, and what cannot be told.
func TestHistogramTellsWhatHappened(t *testing.T) {
	run(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		j.on("checkout").Press("l").Sees("Autoscroll:On").Press("6").Sees("[1h]").Press("H")
		j.Sees("deployment", "task stop")
		j.sim.Faults().Deny("cloudwatch:DescribeAlarms")
		j.pass(40 * time.Second)
		j.Sees("some are not known", "DescribeAlarms")
	})
}

func TestLinkToALine(t *testing.T) {
	run(t, setting{command: ":services prod /catalog"}, func(j *journey) {
		j.on("catalog").Press("l").Sees("Autoscroll:On", "request ").Press("y").Sees("link copied")
		r := j.recorded("the copy", func(r audit.Record) bool { return r.Action == "copy" && r.Target == "link" })
		if r.Bytes < 100 || r.SHA256 == "" {
			t.Errorf("%+v", r)
		}
		j.Press("enter").Sees("event(", "Console", "https://eu-central-1.console.aws.amazon.com/cloudwatch/home").Press("y").Sees("link copied")
		j.until("two records of links", func() bool {
			n := 0
			for _, r := range j.records() {
				if r.Action == "copy" && r.Target == "link" {
					n++
				}
			}
			return n == 2
		})
	})
}
