package journeys

import (
	"regexp"
	"testing"
)

// shownTask is a line with the short name of the task that wrote it.
var shownTask = regexp.MustCompile(`(?m)^│\s*([0-9a-f]{8})[ /]`)

func TestLogsOfAService(t *testing.T) {
	sizes(t, setting{command: ":services prod /catalog"}, func(j *journey) {
		j.on("catalog").Press("l")
		j.Sees("logs(prod/catalog)", "Autoscroll:On")
		j.Wait("lines of several tasks", func(screen string) bool {
			tasks := map[string]bool{}
			for _, m := range shownTask.FindAllStringSubmatch(screen, -1) {
				tasks[m[1]] = true
			}
			return len(tasks) > 1
		})
		j.Press("k", "k").Sees("Autoscroll:Off").Sees(" new")
		j.Press("G").Sees("Autoscroll:On")
		j.Type("/request\r").Sees("</request>")
		j.Press("esc").Not("</request>")
		j.Press("esc").Sees("services(prod)")
	})
}

func TestLogsThatMayNotBeRead(t *testing.T) {
	sizes(t, setting{command: ":services prod /catalog"}, func(j *journey) {
		j.on("catalog")
		j.sim.Faults().Deny("logs:FilterLogEvents")
		j.Press("l").Sees("logs(prod/catalog)", "logs:FilterLogEvents")
		j.Press("esc").Sees("services(prod)")
	})
}

// The budget for log lines is the configuration's, and one for the whole process.
func TestLogsHaveTheBudgetThatIsConfigured(t *testing.T) {
	run(t, setting{command: ":services prod /catalog", config: "logs: {budgetMB: 77}"}, func(j *journey) {
		j.on("catalog").Press("l").Sees("of 77 MB")
	})
}
