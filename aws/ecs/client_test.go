package ecs

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
)

func TestDefaultWorld(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{})
		ctx := t.Context()
		clusters := all(t, st.Clusters(ctx))
		if len(clusters) != 4 {
			t.Errorf("%d clusters", len(clusters))
		}
		services, tasks := 0, 0
		for _, c := range clusters {
			if c.ARN == "" || c.Name == "" || c.Status == "" || !json.Valid(c.Raw) || !bytes.Contains(c.Raw, []byte(c.ARN)) {
				t.Errorf("cluster %+v", c)
			}
			for _, s := range all(t, st.Services(ctx, c.ARN)) {
				services++
				if s.ClusterARN != c.ARN || s.Name != NameOf(s.ARN) || s.TaskDefinition == "" || len(s.Deployments) == 0 || s.Created.IsZero() || len(s.Raw) == 0 {
					t.Errorf("service %+v", s)
				}
				if v := ServiceHealth(s); v.Grade == Unknown || v.Grade != OK && v.Reason == "" {
					t.Errorf("service %s: %+v", s.Name, v)
				}
			}
			for _, stopped := range []bool{false, true} {
				for _, k := range all(t, st.Tasks(ctx, TaskQuery{Cluster: c.ARN, Stopped: stopped})) {
					if !stopped {
						tasks++
					}
					if k.ClusterARN != c.ARN || !isTaskID(k.ID) || k.LastStatus == "" || len(k.Containers) == 0 || len(k.Raw) == 0 {
						t.Errorf("task %+v", k)
					}
					for _, cc := range k.Containers {
						if cc.Name == "" || !json.Valid(cc.Raw) || !bytes.Contains(cc.Raw, []byte(cc.Name)) {
							t.Errorf("container %+v", cc)
						}
					}
					if v := TaskHealth(k); v.Grade != OK && v.Reason == "" {
						t.Errorf("task %s: %+v", k.ID, v)
					}
					if (StopSummary(k) != "") != (k.StopCode != "") {
						t.Errorf("task %s: stop code %q, summary %q", k.ID, k.StopCode, StopSummary(k))
					}
					td, err := st.TaskDefinition(ctx, k.TaskDefinition)
					if err != nil || td.ARN != k.TaskDefinition || len(td.Containers) == 0 || !json.Valid(td.Raw) {
						t.Errorf("definition %+v, %v", td, err)
					}
				}
			}
			for _, i := range all(t, st.Instances(ctx, c.ARN)) {
				if i.EC2ID == "" || i.AgentVersion == "" || i.CPUTotal == 0 || i.MemoryTotal == 0 || i.AZ == "" {
					t.Errorf("instance %+v", i)
				}
			}
			if len(c.CapacityProviders) > 0 {
				if got := all(t, st.CapacityProviders(ctx, c.CapacityProviders...)); len(got) != len(c.CapacityProviders) {
					t.Errorf("cluster %s: %d of its %d capacity providers", c.Name, len(got), len(c.CapacityProviders))
				}
			}
		}
		if services != 30 || tasks == 0 {
			t.Errorf("%d services, %d tasks", services, tasks)
		}
		if got := all(t, st.CapacityProviders(ctx)); len(got) < 2 {
			t.Errorf("capacity providers: %+v", got)
		}
	})
}

func TestDefinitionsAndRevisions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{})
		ctx := t.Context()
		families := all(t, st.Families(ctx))
		if len(families) == 0 {
			t.Fatal("no families")
		}
		most := 0
		every := map[string]bool{}
		for _, r := range all(t, st.Revisions(ctx, "")) {
			if r.Family == "" || every[r.ARN] {
				t.Errorf("among all: %+v", r)
			}
			every[r.ARN] = true
		}
		for _, f := range families {
			revisions := all(t, st.Revisions(ctx, f.Name))
			for _, r := range revisions {
				if !every[r.ARN] {
					t.Errorf("%s is not among all revisions", r.ARN)
				}
			}
			most = max(most, len(revisions))
			latest, err := st.Latest(ctx, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			newest := Revision{}
			for _, r := range revisions {
				if r.Family != f.Name || r.Number == 0 || r.Status == "" {
					t.Errorf("family %s: %+v", f.Name, r)
				}
				if r.Status == "ACTIVE" && r.Number > newest.Number {
					newest = r
				}
			}
			if newest.ARN != latest.ARN {
				t.Errorf("family %s: latest %q, of its revisions %q", f.Name, latest.ARN, newest.ARN)
			}
		}
		if most < 2 {
			t.Error("no family has two revisions: the test shows little")
		}
		before := st.sim.Faults().Calls("ecs:DescribeTaskDefinition")
		for _, r := range all(t, st.Revisions(ctx, families[0].Name)) {
			for range 5 {
				if td, err := st.TaskDefinition(ctx, r.ARN); err != nil || td.Revision != r.Number {
					t.Errorf("%+v, %v", td, err)
				}
			}
		}
		// The latest one is known from asking for the family.
		if n, want := st.sim.Faults().Calls("ecs:DescribeTaskDefinition")-before, len(all(t, st.Revisions(ctx, families[0].Name)))-1; n != want {
			t.Errorf("%d calls, want %d", n, want)
		}
		if _, err := st.TaskDefinition(ctx, "no-such-family:1"); err == nil {
			t.Error("a definition that does not exist was found")
		}
	})
}

func TestDeployments(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{})
		ctx := t.Context()
		deployments, images := 0, 0
		for _, s := range all(t, st.Services(ctx, st.biggest(t).ARN)) {
			for _, d := range all(t, st.ServiceDeployments(ctx, s.ARN)) {
				deployments++
				if d.ServiceARN != s.ARN || d.Status == "" || d.TargetRevision == "" || len(d.Raw) == 0 || ServiceOf(d.ARN) != s.ARN {
					t.Errorf("deployment %+v", d)
				}
				for _, r := range all(t, st.ServiceRevisions(ctx, []string{d.TargetRevision})) {
					images += len(r.Images)
					if r.ARN != d.TargetRevision || r.TaskDefinition == "" {
						t.Errorf("revision %+v", r)
					}
				}
			}
		}
		if deployments == 0 || images == 0 {
			t.Errorf("%d deployments, %d images", deployments, images)
		}
	})
}

func TestTwoThousandServices(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 2000, Tasks: 100}})
		c := st.biggest(t)
		st.sim.Faults().ResetCalls()
		names := map[string]bool{}
		st.sim.Faults().Latency(60 * time.Millisecond)
		start := time.Now()
		for _, s := range all(t, st.Services(aws.Foreground(t.Context()), c.ARN)) {
			names[s.ARN] = true
		}
		if len(names) != 2000 {
			t.Errorf("%d services", len(names))
		}
		// 220 calls, of which 80 at once and 16 a second from then on. AWS's own buckets
		// are on: asking faster would show as calls made twice.
		if took := time.Since(start); took > 9*time.Second {
			t.Errorf("it took %v", took)
		}
		lists, describes := st.sim.Faults().Calls("ecs:ListServices"), st.sim.Faults().Calls("ecs:DescribeServices")
		if lists != 20 || describes != 200 {
			t.Errorf("%d list calls and %d describe calls, want 20 and 200: %+v", lists, describes, st.account.Meter().Stats())
		}
	})
}

// The first services come after two request times, all 200 after three: the second
// page is listed while the first is described. Time stands still in the bubble but
// for the simulator's latency, so the figures are exact.
func TestServicesInRequestTimes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const rtt = 60 * time.Millisecond
		st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 200, Tasks: 100}})
		c := st.biggest(t)
		time.Sleep(time.Minute) // the pacer's tokens are back
		st.sim.Faults().Latency(rtt)
		start := time.Now()
		var counted, first, last time.Duration
		for p := range st.Services(aws.Foreground(t.Context()), c.ARN) {
			last = time.Since(start)
			if counted == 0 && p.Seen > 0 {
				counted = last
			}
			if first == 0 && len(p.Items) > 0 {
				first = last
			}
		}
		if counted != rtt || first != 2*rtt || last != 3*rtt {
			t.Errorf("first counted after %v, first rows after %v, all after %v of %v", counted, first, last, rtt)
		}
	})
}

func TestUnknownFieldsSurvive(t *testing.T) {
	st := perform(t, sim.Options{})
	c := st.biggest(t)
	const future = `"fromTheFuture":{"deep":[1,{"x":null}],"text":"\u00e9\\"},`
	st.between(func(op string, _, answer []byte) (int, []byte) {
		for _, key := range []string{"clusterName", "serviceName", "taskDefinitionArn"} {
			answer = bytes.ReplaceAll(answer, []byte(`"`+key+`":`), []byte(future+`"`+key+`":`))
		}
		return 0, answer
	})
	services := all(t, st.Services(t.Context(), c.ARN))
	for _, s := range services {
		if !bytes.Contains(s.Raw, []byte(future)) || !json.Valid(s.Raw) || s.Name == "" {
			t.Fatalf("service %s lost it: %s", s.Name, s.Raw)
		}
	}
	clusters := all(t, st.Clusters(t.Context()))
	for _, c := range clusters {
		if !bytes.Contains(c.Raw, []byte(future)) {
			t.Fatalf("cluster %s lost it", c.Name)
		}
	}
	td, err := st.TaskDefinition(t.Context(), services[0].TaskDefinition)
	if err != nil || !bytes.Contains(td.Raw, []byte(future)) {
		t.Fatalf("definition lost it: %v %s", err, td.Raw)
	}
}
