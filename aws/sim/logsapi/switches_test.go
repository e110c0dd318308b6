package logsapi_test

import (
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
