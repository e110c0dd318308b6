package journeys

import "testing"

// TestMissingLogSourcesAreSaid opens the logs of a service whose tasks may not be
// listed: what can be read is shown, and that some may be missing.
func TestMissingLogSourcesAreSaid(t *testing.T) {
	run(t, setting{command: ":services prod"}, func(j *journey) {
		j.goTo("web")
		j.sim.Faults().Deny("ecs:ListTasks")
		j.Press("l").Sees("logs(prod/web)", "logs may be missing", "denied: ecs:ListTasks")
	})
}
