package journeys

import (
	"slices"
	"testing"
)

// TestNobodyButAWSIsCalled holds the promise that there is no telemetry: over a long
// journey through every kind, nothing is dialled but the account's own endpoint.
func TestNobodyButAWSIsCalled(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]", "prod")
		for _, kind := range []string{"services", "tasks", "instances", "taskdefinitions", "revisions", "findings", "alarms", "journal", "api", "sessions", "profiles"} {
			j.Type(":" + kind + "\r").Sees(kind + "(")
		}
		j.Type(":services prod\r").Sees("services(prod)[14]")
		j.Press("d").Sees("describe(").Press("esc")
		j.Press("y").Sees("yaml(").Press("esc")
		j.Press("l").Sees("logs(prod/").Press("esc")
		j.Press("enter").Sees("tasks(prod/")
		if got := j.dialed.list(); !slices.Equal(got, []string{"simulator:80"}) {
			j.t.Errorf("dialled %q, want the endpoint alone", got)
		}
		for _, a := range j.opened.all {
			if got := a.Meter().Hosts(); !slices.Equal(got, []string{"simulator"}) {
				j.t.Errorf("the meter counts calls to %q", got)
			}
		}
	})
}
