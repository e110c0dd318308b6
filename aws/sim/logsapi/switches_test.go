package logsapi_test

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

func TestSwitchesAsText(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1", Faults: "late=0.3,lines=checkout:50"})
	from, to := noon.Add(-time.Minute), noon.Add(-20*time.Second)
	late, byTask := 0, map[string]int{}
	events := truth(r, "/ecs/prod/checkout", from, to)
	for _, e := range events {
		if e.Ingested-e.Time > 1000 {
			late++
		}
		byTask[e.Stream.TaskID]++
	}
	if late < len(events)/5 {
		t.Errorf("%d of %d events are late", late, len(events))
	}
	for task, n := range byTask {
		if n < 40*25 || n > 40*100 {
			t.Errorf("task %s logged %d lines in 40 s at 50 a second", task, n)
		}
	}
	for _, bad := range []string{"late=2", "empty=x", "tail=soon", "lines=checkout", "lines=:5", "sample=-1"} {
		if err := r.Sim.Faults().Set(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if err := r.Sim.Faults().Set("empty=2,twice=3,sample=10,tails=2,tail=5s,late=0"); err != nil {
		t.Error(err)
	}
}

// The ways in which a container's stream gets its name and its events their lines.
func TestLogOptions(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	joined := 0
	for _, e := range truth(r, "/ecs/prod/ledger", noon.Add(-15*time.Minute), noon) {
		if strings.HasPrefix(e.Message, "\tat ") {
			t.Fatal("a line of a stack trace is an event of its own")
		}
		if strings.Contains(e.Message, "\n\tat ") {
			joined++
		}
	}
	if joined == 0 {
		t.Error("no stack trace in one event")
	}
	streams, _ := r.Sim.Logs().Streams("/ecs/platform/node-agent")
	if len(streams) == 0 {
		t.Fatal("the daemon has no streams")
	}
	ids := map[string]bool{}
	for _, task := range r.Sim.World().Tasks("platform") {
		for _, c := range task.Containers {
			ids[c.RuntimeID] = true
		}
	}
	for _, s := range streams {
		if !ids[s.Name] {
			t.Errorf("the stream %s is not named by a runtime id", s.Name)
		}
	}
}
