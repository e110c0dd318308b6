package ecs

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecsole/aws"
	"ecsole/aws/sim"
)

func TestActs(t *testing.T) {
	st := perform(t, sim.Options{})
	ctx := t.Context()
	c := st.biggest(t)
	var s Service
	for _, it := range all(t, st.Services(ctx, c.ARN)) {
		if ServiceHealth(it).Grade == OK && it.Running > 0 && it.Scheduling == "REPLICA" {
			s = it
		}
	}
	if s.ARN == "" {
		t.Fatal("no service is healthy")
	}
	again := func() Service { return all(t, st.DescribeServices(ctx, c.ARN, []string{s.ARN}))[0] }

	if err := st.SetDesired(act(ctx, "service.scale", s.ARN), c.ARN, s.Name, s.Desired+2); err != nil {
		t.Fatal(err)
	}
	if got := again().Desired; got != s.Desired+2 {
		t.Errorf("desired %d", got)
	}
	if err := st.ForceDeploy(act(ctx, "service.redeploy", s.ARN), c.ARN, s.Name); err != nil {
		t.Fatal(err)
	}
	if got := again(); got.Deployments[0].ID == s.Deployments[0].ID {
		t.Errorf("no new deployment: %+v", got.Deployments)
	}
	family, _ := parseRevision(s.TaskDefinition)
	revisions := all(t, st.Revisions(ctx, family))
	if err := st.SetTaskDefinition(act(ctx, "service.definition", s.ARN), c.ARN, s.Name, revisions[len(revisions)-1].ARN); err != nil && revisions[len(revisions)-1].Status == "ACTIVE" {
		t.Fatal(err)
	}
	task := all(t, st.Tasks(ctx, TaskQuery{Cluster: c.ARN, Service: s.Name}))[0]
	if err := st.StopTask(act(ctx, "task.stop", task.ARN), c.ARN, task.ARN, "because of a test"); err != nil {
		t.Fatal(err)
	}
	stopped := all(t, st.DescribeTasks(ctx, c.ARN, []string{task.ARN}))[0]
	if stopped.DesiredStatus != "STOPPED" || stopped.StopCode != "UserInitiated" || !strings.Contains(StopSummary(stopped), "because of a test") {
		t.Errorf("%+v: %s", stopped, StopSummary(stopped))
	}
	if err := st.SetDesired(act(ctx, "service.scale", s.ARN), c.ARN, s.Name, -1); aws.AsError(err) == nil || aws.AsError(err).Class != aws.Invalid {
		t.Errorf("a negative count: %v", err)
	}
	// Without an act in the context nothing is sent.
	n := st.sim.Faults().Calls("ecs:UpdateService")
	if err := st.ForceDeploy(ctx, c.ARN, s.Name); err == nil || st.sim.Faults().Calls("ecs:UpdateService") != n {
		t.Errorf("an act without a record: %v", err)
	}
}

func TestExecuteCommand(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{})
		ctx := t.Context()
		opened, refused := 0, 0
		for _, c := range all(t, st.Clusters(ctx)) {
			for _, k := range all(t, st.Tasks(ctx, TaskQuery{Cluster: c.ARN})) {
				td, err := st.TaskDefinition(ctx, k.TaskDefinition)
				if err != nil {
					t.Fatal(err)
				}
				for _, cc := range k.Containers {
					r := ExecReadiness(k, cc, &td)
					if r.State == Ready && opened > 3 || r.State == NotReady && refused > 3 {
						continue
					}
					s, err := st.ExecuteCommand(act(ctx, "exec.open", k.ARN), c.ARN, k.ARN, cc.Name, "sh")
					switch {
					case r.State == Ready && (err != nil || s.StreamURL == "" || s.Token == "" || s.SessionID == ""):
						t.Errorf("%s %s is ready, but: %v", k.ID, cc.Name, err)
					case r.State == NotReady && err == nil && !strings.Contains(r.Why(), "readonly"):
						t.Errorf("%s %s is not ready (%s), but a session was opened", k.ID, cc.Name, r.Why())
					case r.State == Ready:
						opened++
					case r.State == NotReady:
						refused++
					}
				}
			}
		}
		if opened == 0 || refused == 0 {
			t.Errorf("%d opened, %d refused: the world shows too little", opened, refused)
		}
	})
}

func TestResolve(t *testing.T) {
	st := perform(t, sim.Options{})
	ctx := t.Context()
	c := st.biggest(t)
	tasks := all(t, st.Tasks(ctx, TaskQuery{Cluster: c.ARN}))
	i := slices.IndexFunc(tasks, func(k Task) bool { return k.Service() != "" })
	if i < 0 {
		t.Fatal("no task of a service")
	}
	task := tasks[i]
	service := ServiceARN(c.ARN, task.Service())
	for target, want := range map[string]string{
		c.ARN:                         c.Name,
		service:                       c.Name + "/" + task.Service(),
		c.Name + "/" + task.Service(): c.Name + "/" + task.Service(),
		task.ID:                       c.Name + "/" + task.ID,
		task.ARN:                      c.Name + "/" + task.ID,
		c.Name + "/" + task.ID:        c.Name + "/" + task.ID,
		c.Name + "/" + task.Service() + "/" + task.ID:      c.Name + "/" + task.Service() + "/" + task.ID,
		c.Name + "/" + task.Service() + "/" + task.ID[:12]: c.Name + "/" + task.Service() + "/" + task.ID,
		task.Containers[0].ARN:                             c.Name + "/" + task.ID,
	} {
		got, err := Resolve(ctx, st.Client, target, "")
		if err != nil || got.String() != want || got.ClusterARN != c.ARN {
			t.Errorf("%s: %v, %v, want %s", target, got, err, want)
		}
		if target == task.Containers[0].ARN && got.Container != task.Containers[0].Name {
			t.Errorf("container %q", got.Container)
		}
	}
	if got, err := Resolve(ctx, st.Client, task.Service(), c.Name); err != nil || got.Service == nil || got.Service.ARN != service {
		t.Errorf("with --cluster: %v, %v", got, err)
	}
	for target, cluster := range map[string]string{
		"no-such-service":                "",
		c.Name + "/no-such-service":      "",
		"no-such-cluster/x":              "",
		c.Name + "/no-such-service/abcd": "",
		hex32:                            "",
		c.Name + "/" + hex32:             "",
		"x":                              "no-such-cluster",
		strings.Replace(service, "eu-central-1", "us-east-1", 1): "",
		c.Name + "/" + task.Service():                            "another",
	} {
		if got, err := Resolve(ctx, st.Client, target, cluster); err == nil {
			t.Errorf("%s in %q: %v, want an error", target, cluster, got)
		}
	}
}

func TestAmbiguousTargetsListTheirCandidates(t *testing.T) {
	st := perform(t, sim.Options{})
	ctx := t.Context()
	// The same name in two clusters: the second cluster's answer is made from the first's.
	clusters := all(t, st.Clusters(ctx))
	c := st.biggest(t)
	name := all(t, st.Services(ctx, c.ARN))[0].Name
	other := clusters[slices.IndexFunc(clusters, func(o Cluster) bool { return o.ARN != c.ARN })]
	st.between(func(op string, request, answer []byte) (int, []byte) {
		var in struct{ Cluster string }
		if op == "DescribeServices" && json.Unmarshal(request, &in) == nil && NameOf(in.Cluster) == other.Name {
			arn := ServiceARN(other.ARN, name)
			return 200, fmt.Appendf(nil, `{"services":[{"serviceArn":%q,"serviceName":%q,"clusterArn":%q,"status":"ACTIVE"}],"failures":[]}`, arn, name, other.ARN)
		}
		return 0, answer
	})
	_, err := Resolve(ctx, st.Client, name, "")
	var ambiguous *AmbiguousError
	want := []string{c.Name + "/" + name, other.Name + "/" + name}
	slices.Sort(want)
	if !errors.As(err, &ambiguous) || !slices.Equal(ambiguous.Candidates, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	for _, candidate := range ambiguous.Candidates {
		if got, err := Resolve(ctx, st.Client, candidate, ""); err != nil || got.String() != candidate {
			t.Errorf("%s: %v, %v", candidate, got, err)
		}
	}
}

// TestDeniedClustersAreNoAnswer holds that a target is not said to be nowhere when
// clusters could not be searched.
func TestDeniedClustersAreNoAnswer(t *testing.T) {
	st := perform(t, sim.Options{})
	c := st.biggest(t)
	name := all(t, st.Services(t.Context(), c.ARN))[0].Name
	deny := func(where string) {
		st.between(func(op string, request, answer []byte) (int, []byte) {
			var in struct{ Cluster string }
			if op == "DescribeServices" && json.Unmarshal(request, &in) == nil && (where == "" || NameOf(in.Cluster) == where) {
				return 400, []byte(`{"__type":"AccessDeniedException","message":"User: x is not authorized to perform: ecs:DescribeServices"}`)
			}
			return 0, answer
		})
	}
	deny(c.Name)
	_, err := Resolve(t.Context(), st.Client, name, "")
	if e := aws.AsError(err); e == nil || e.Class != aws.Denied || e.Action != "ecs:DescribeServices" || !strings.Contains(e.Error(), "1 of 4 clusters") {
		t.Errorf("one cluster denied: %v", err)
	}
	deny("")
	if _, err = Resolve(t.Context(), st.Client, "no-such-service", ""); aws.AsError(err).Class != aws.Denied {
		t.Errorf("all clusters denied: %v", err)
	}
}
