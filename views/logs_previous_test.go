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
	crashed := ecs.Task{ID: "cccccccc1", LastStatus: "STOPPED", StopCode: "EssentialContainerExited", Stopped: at(28 * time.Minute), Containers: []ecs.Container{{Name: "app", LastStatus: "STOPPED", ExitCode: &one}}}
	got := stopReasons([]ecs.Task{scaled("aaaaaaaa1", 25*time.Minute), scaled("bbbbbbbb1", 26*time.Minute), crashed})
	clock := func(ago time.Duration) string { return at(ago).UTC().Format("15:04:05") }
	want := []string{
		"cccccccc stopped " + clock(28*time.Minute) + "Z (28m ago): EssentialContainerExited · app exit 1, general error",
		"aaaaaaaa and 1 more stopped " + clock(26*time.Minute) + "–" + clock(25*time.Minute) + "Z (25m ago): ServiceSchedulerInitiated · Scaling activity initiated by (deployment ecs-svc/1)",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
