package views

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecsole/aws/ecs"
)

func TestStopReasonsNameFailuresFirst(t *testing.T) {
	now := time.Now()
	at := func(ago time.Duration) time.Time { return now.Add(-ago) }
	one := 1
	scaled := func(id string, ago time.Duration) ecs.Task {
		return ecs.Task{ID: id, LastStatus: "STOPPED", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)", Stopped: at(ago)}
	}
	crashed := ecs.Task{ID: "cccccccc1", LastStatus: "STOPPED", StopCode: "EssentialContainerExited", Stopped: at(3 * time.Minute), Containers: []ecs.Container{{Name: "app", LastStatus: "STOPPED", ExitCode: &one}}}
	got := stopReasons([]ecs.Task{scaled("aaaaaaaa1", time.Minute), scaled("bbbbbbbb1", 2*time.Minute), crashed})
	clock := func(ago time.Duration) string { return at(ago).UTC().Format("15:04:05") }
	want := []string{
		"cccccccc stopped " + clock(3*time.Minute) + "Z (3m ago): EssentialContainerExited · app exit 1",
		"aaaaaaaa and 1 more stopped " + clock(2*time.Minute) + "–" + clock(time.Minute) + "Z (1m ago): ServiceSchedulerInitiated · Scaling activity initiated by (deployment ecs-svc/1)",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
