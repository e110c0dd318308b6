package findings

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

func open(t *testing.T) (*Client, *simtest.Rig) {
	t.Helper()
	r := simtest.Start(t, sim.Options{})
	return New(r.Account()), r
}

func TestState(t *testing.T) {
	c, r := open(t)
	s, err := c.State(t.Context())
	if err != nil || !s.Enabled || len(s.Detectors) != 1 || s.Runtime != "ENABLED" || s.Fargate != "ENABLED" || s.EC2 != "DISABLED" || s.Frequency != "FIFTEEN_MINUTES" || s.Since.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	r.Sim.Faults().Deny("guardduty:GetDetector")
	if s, err = c.State(t.Context()); aws.AsError(err).Class != aws.Denied || len(s.Detectors) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAll(t *testing.T) {
	c, r := open(t)
	all, gaps := aws.Collect(c.All(t.Context()))
	if len(gaps) != 0 || len(all) < 5 {
		t.Fatalf("%d findings, gaps %v", len(all), gaps)
	}
	task := r.Sim.World().Incidents()[0].Task
	find := func(kind string) Finding {
		i := slices.IndexFunc(all, func(f Finding) bool { return f.Type == kind })
		if i < 0 {
			t.Fatalf("no %s", kind)
		}
		return all[i]
	}
	miner := find("CryptoCurrency:Runtime/BitcoinTool.B")
	miner.Raw = nil
	if miner.Label != "HIGH" || miner.ClusterARN != task.ClusterARN || miner.ClusterName != "prod" || miner.TaskARN != task.ARN || miner.ServiceName != "image-resizer" || miner.Container != "image-resizer" || miner.Count < 2 {
		t.Errorf("%+v", miner)
	}
	if p := miner.Process; p == nil || p.Path != task.Facts.Miner.Path || p.PID != task.Facts.Miner.PID || len(p.Lineage) != 2 || p.Started.IsZero() {
		t.Errorf("%+v", miner.Process)
	}
	if miner.First.IsZero() || !miner.Last.After(miner.First) || miner.Updated.Before(miner.Created) {
		t.Errorf("first %v, last %v, created %v, updated %v", miner.First, miner.Last, miner.Created, miner.Updated)
	}
	attack := find("AttackSequence:ECS/CompromisedCluster")
	attack.Raw = nil
	if attack.Label != "CRITICAL" || attack.ClusterARN != task.ClusterARN || !slices.Equal(attack.TaskARNs, []string{task.ARN}) || len(attack.Signals) != 2 {
		t.Errorf("%+v", attack)
	}
	host := find("Trojan:EC2/DNSDataExfiltration")
	host.Raw = nil
	if host.InstanceID == "" || host.ClusterARN != "" || host.ResourceType != "Instance" {
		t.Errorf("%+v", host)
	}
	for _, f := range all {
		var raw struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(f.Raw, &raw); err != nil || raw.ID != f.ID {
			t.Errorf("raw of %s: %v, %.80s", f.ID, err, f.Raw)
		}
		if f.Type == "UnauthorizedAccess:EC2/SSHBruteForce" {
			t.Error("an archived finding is listed")
		}
	}
}

func TestIndex(t *testing.T) {
	c, r := open(t)
	all, _ := aws.Collect(c.All(t.Context()))
	x := NewIndex(time.Now(), State{}, all)
	task := r.Sim.World().Incidents()[0].Task
	if b := x.Cluster(task.ClusterARN); b.Count != 3 || b.Label != "CRITICAL" || b.Severity != 9 {
		t.Errorf("cluster %+v", b)
	}
	// The attack sequence names the task and no service; the other findings do.
	if b := x.Service(task.ClusterARN, "image-resizer"); b.Count != 3 || b.Label != "CRITICAL" {
		t.Errorf("service %+v", b)
	}
	if b := x.Task(task.ARN); b.Count != 3 || b.Label != "CRITICAL" {
		t.Errorf("task %+v", b)
	}
	if b := x.Service(task.ClusterARN, "checkout"); b != (Badge{}) {
		t.Errorf("a service without findings %+v", b)
	}
	if b := x.Instance(r.Sim.World().Instances("prod")[0].EC2ID); b.Count == 0 {
		t.Error("nothing on the instance")
	}
	if x.Total().Count != len(all) {
		t.Errorf("%+v of %d", x.Total(), len(all))
	}
	if n := len(x.Of(task.ARN, "")); n != 3 {
		t.Errorf("%d findings of the task", n)
	}
	if n := len(x.Of(task.ClusterARN, "image-resizer")); n != 3 {
		t.Errorf("%d findings of the service", n)
	}
	var none *Index
	if none.Total() != (Badge{}) || none.Cluster("x") != (Badge{}) || none.Of("x", "") != nil {
		t.Error("no index has findings")
	}
}

func TestLabel(t *testing.T) {
	for severity, want := range map[float64]string{0.5: "", 1: "LOW", 3.9: "LOW", 4: "MEDIUM", 6.9: "MEDIUM", 7: "HIGH", 8.9: "HIGH", 9: "CRITICAL", 10: "CRITICAL"} {
		if got := Label(severity); got != want {
			t.Errorf("%v is %s, want %s", severity, got, want)
		}
	}
}

// What cannot be read is a gap, and never looks like peace.
func TestGaps(t *testing.T) {
	for action, fatal := range map[string]bool{"guardduty:ListDetectors": true, "guardduty:ListFindings": true, "guardduty:GetFindings": false} {
		c, r := open(t)
		r.Sim.Faults().Deny(action)
		all, gaps := aws.Collect(c.All(t.Context()))
		if len(all) != 0 || len(gaps) != 1 || gaps[0].Fatal != fatal {
			t.Fatalf("%s denied: %d findings, gaps %+v", action, len(all), gaps)
		}
		if e := aws.AsError(gaps[0].Err); e.Class != aws.Denied || e.Action != action {
			t.Errorf("%s denied: %+v", action, e)
		}
		if !fatal && len(gaps[0].IDs) < 5 {
			t.Errorf("the gap names %d findings", len(gaps[0].IDs))
		}
	}
}

// bubble runs a watcher in time that passes at once.
func bubble(t *testing.T, f func(t *testing.T, a *aws.Account, r *simtest.Rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := simtest.Start(t, sim.Options{Clock: time.Now})
		f(t, r.Account(), r)
	})
}

func TestWatcher(t *testing.T) {
	bubble(t, func(t *testing.T, a *aws.Account, r *simtest.Rig) {
		w := Watch(a)
		if Watch(a) != w {
			t.Fatal("an account has two watchers")
		}
		changed, back := w.Changed()
		defer back()
		<-changed
		x, age, err := w.Snapshot()
		if err != nil || x.Total().Count < 5 || age > time.Minute || !x.State.Enabled {
			t.Fatalf("%+v, %v old, %v", x.Total(), age, err)
		}
		before := x.Total().Count
		// A finding appears by itself, some minutes later.
		deadline := time.Now().Add(10 * time.Minute)
		for x.Total().Count == before && time.Now().Before(deadline) {
			<-changed
			x, _, _ = w.Snapshot()
		}
		if x.Total().Count != before+1 {
			t.Errorf("%d findings, before %d", x.Total().Count, before)
		}
		// Refused, the last index stays, with its age and the reason.
		r.Sim.Faults().Deny("guardduty:ListFindings")
		w.Refresh()
		<-changed
		old, _, err := w.Snapshot()
		if aws.AsError(err).Class != aws.Denied || old != x {
			t.Errorf("after a refusal: %v, the same index: %v", err, old == x)
		}
		<-time.After(5 * time.Minute)
		if _, age, _ = w.Snapshot(); age < 5*time.Minute {
			t.Errorf("the index is %v old", age)
		}
		r.Sim.Faults().Allow("guardduty:ListFindings")
		w.Refresh()
		<-changed
		for {
			if _, age, err = w.Snapshot(); err == nil {
				break
			}
			<-changed
		}
		if age > time.Minute {
			t.Errorf("the new index is %v old", age)
		}
	})
}

func TestWatcherPace(t *testing.T) {
	bubble(t, func(t *testing.T, a *aws.Account, r *simtest.Rig) {
		w := Watch(a)
		changed, back := w.Changed()
		defer back()
		<-changed
		var at []time.Time
		for range 5 {
			<-changed
			at = append(at, w.Tried())
		}
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < 53*time.Second || d > 67*time.Second {
				t.Errorf("the next attempt came after %v", d)
			}
		}
		// Throttled, it waits longer and longer.
		r.Sim.Faults().Throttle(1)
		<-changed
		first := w.Tried()
		<-changed
		second := w.Tried()
		<-changed
		third := w.Tried()
		if third.Sub(second) < 3*second.Sub(first)/2 || second.Sub(first) < 90*time.Second {
			t.Errorf("under throttling the waits are %v and %v", second.Sub(first), third.Sub(second))
		}
		if _, _, err := w.Snapshot(); aws.AsError(err).Class != aws.Throttled {
			t.Errorf("%v", err)
		}
	})
}
