package ssmapi

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim/kmsapi"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/world"
)

// clocked is a world whose time a test moves, and its Session Manager.
func clocked(t *testing.T) (*SSM, *world.World, *time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w, err := world.New(world.Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := kmsapi.New(w)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Needs{World: w, Sessions: session.NewRegistry(), Keys: keys})
	t.Cleanup(func() { _ = s.Close() })
	return s, w, &now
}

// of are the facts of a task's own container.
func (s *SSM) of(task *world.Task) machine.Facts {
	return s.facts(session.Spec{TaskARN: task.ARN, Container: task.Facts.Container})
}

func TestMinerShowsInItsContainer(t *testing.T) {
	s, w, _ := clocked(t)
	found := false
	for _, task := range w.Tasks("prod") {
		m := task.Facts.Miner
		f := s.of(task)
		all := f.Processes(w.Now())
		mining := false
		for _, p := range all {
			if strings.Contains(p.Command, "xmrig") {
				mining = true
				if m == nil || p.PID != m.PID || !strings.HasPrefix(p.Command, m.Path) || p.CPU < 50 {
					t.Errorf("miner %+v, facts %+v", p, m)
				}
			}
		}
		if want := m != nil && w.Now().After(m.Since); mining != want {
			t.Errorf("%s: mining is %t, want %t", task.ServiceName, mining, want)
		}
		if m != nil && !strings.Contains(f.Files[m.Path].Text, m.Process) {
			t.Errorf("the miner's file is missing: %v", f.Files[m.Path])
		}
		found = found || mining
	}
	if !found {
		t.Error("no task of the world mines")
	}
}

func TestLeakShowsAsGrowingMemory(t *testing.T) {
	s, w, now := clocked(t)
	for _, task := range w.Tasks("prod") {
		l := task.Facts.Leak
		if l == nil || task.LastStatus != "RUNNING" || l.Full.Sub(*now) < 2*time.Minute {
			continue
		}
		f := s.of(task)
		before := f.Processes(*now)[0].RSS
		after := f.Processes(now.Add(l.Full.Sub(*now) / 2))[0].RSS
		if after <= before || after > f.Memory {
			t.Errorf("memory goes from %d to %d of %d", before, after, f.Memory)
		}
		return
	}
	t.Error("no task of the world leaks")
}

func TestFactsFitTheTask(t *testing.T) {
	s, w, _ := clocked(t)
	seen := map[world.App]bool{}
	for _, c := range w.Clusters() {
		for _, task := range w.Tasks(c.Name) {
			if task.LastStatus != "RUNNING" || seen[task.App] {
				continue
			}
			seen[task.App] = true
			f := s.of(task)
			env := strings.Join(f.Env, "\n") + "\n"
			if !strings.Contains(env, "AWS_REGION="+w.Region()+"\n") || !strings.Contains(env, "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/") {
				t.Errorf("%s: environment %q", task.App, env)
			}
			all := f.Processes(w.Now())
			if len(all) == 0 || all[0].PID != 1 || all[0].Command == "" {
				t.Errorf("%s: processes %+v", task.App, all)
			}
			pids := map[int]bool{}
			for _, p := range all {
				if pids[p.PID] {
					t.Errorf("%s: two processes have pid %d", task.App, p.PID)
				}
				pids[p.PID] = true
			}
			if _, ok := f.Find("169.254.170.2", 80); !ok {
				t.Errorf("%s: no metadata endpoint", task.App)
			}
			for _, cd := range task.Definition.Containers {
				for _, p := range cd.Ports {
					if _, ok := f.Find("localhost", p.ContainerPort); cd.Name == task.Facts.Container && !ok {
						t.Errorf("%s: nothing listens on %d", task.App, p.ContainerPort)
					}
				}
			}
		}
	}
	if len(seen) < 6 {
		t.Errorf("only %v run", seen)
	}
}

func TestTargets(t *testing.T) {
	s, w, _ := clocked(t)
	task := w.Tasks("prod")[0]
	c := task.Containers[0]
	if got, box := s.container("ecs:prod_" + task.ID + "_" + c.RuntimeID); got != task && (got == nil || got.ARN != task.ARN) || box == nil || box.Name != c.Name {
		t.Errorf("found %v, %v", got, box)
	}
	for _, bad := range []string{"", "ecs:", "ecs:prod", "ecs:prod_x", "ecs:_" + task.ID + "_" + c.RuntimeID, "i-1", "ecs:prod_" + task.ID + "_"} {
		if _, box := s.container(bad); box != nil {
			t.Errorf("%q finds %s", bad, box.Name)
		}
	}
	if a, b := s.boxOf(session.Spec{TaskARN: task.ARN, Container: c.Name}), s.boxOf(session.Spec{TaskARN: task.ARN, Container: c.Name}); a != b {
		t.Error("two sessions in one container have two disks")
	}
	for i := range maxBoxes + 10 {
		s.boxOf(session.Spec{Target: strings.Repeat("x", i+1)})
	}
	if len(s.boxes) > maxBoxes || len(s.order) > maxBoxes {
		t.Errorf("%d containers are kept", len(s.boxes))
	}
}
