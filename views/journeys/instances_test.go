package journeys

import (
	"strings"
	"testing"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
)

// TestInstances goes from a cluster to its hosts, from a host to its tasks, and from
// a task back to its host.
func TestInstances(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Press("g")
		j.goTo("prod").Press("o").Sees("instances(prod)[", "INSTANCE", "STATUS", "AGENT", "connected")
		j.rest().Press("g")
		if got := j.cursor(); !strings.HasPrefix(got, "i-0") {
			t.Errorf("the cursor stands on %q", got)
		}
		host := strings.Fields(j.cursor())[0]
		j.Press("enter").Sees("tasks(prod/host ").Not("reading")
		j.rest()
		j.Press("g", "o").Sees("instances(prod/host ", "[1]")
		j.rest()
		j.Sees(host)
		j.Type(":tasks prod /payments\r").Sees("tasks(prod)")
		j.rest().Press("g", "o").Sees("runs on Fargate")
	})
}

// TestInstancesCannotBeRead shows who may not look at hosts what is missing.
func TestInstancesCannotBeRead(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.sim.Faults().Deny("ecs:ListContainerInstances")
		j.Type(":instances prod\r").Sees("ecs:ListContainerInstances")
	})
}

// TestShellOnAHostIsRefused opens nothing where that is denied, and says what is.
func TestShellOnAHostIsRefused(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.sim.Faults().Deny("ssm:StartSession")
		j.Type(":instances prod\r").Sees("instances(prod)[")
		j.rest().Press("g", "s").Sees("ssm:StartSession")
		got := j.recorded("the refusal", func(r audit.Record) bool { return r.Action == exec.ActionOpen && r.Kind == audit.KindOutcome })
		if !strings.HasPrefix(got.Target, "i-0") || got.Result != audit.ResultFailed {
			t.Errorf("in the journal: %+v", got)
		}
	})
}
