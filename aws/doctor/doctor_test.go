package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

// rig examines tasks of a simulated account.
type rig struct {
	*simtest.Rig
	ecs    *ecs.Client
	doctor *doctor.Client
}

func start(t *testing.T) rig {
	t.Helper()
	r := simtest.Start(t, sim.Options{})
	a := r.Account()
	return rig{r, ecs.New(a), doctor.New(a)}
}

// subject is the newest task of a service.
func (r rig) subject(cluster, service string) doctor.Subject {
	r.Helper()
	found, gaps := aws.Collect(r.ecs.DescribeServices(r.Context(), cluster, []string{service}))
	if len(found) != 1 {
		r.Fatal(service, gaps)
	}
	task, _, err := doctor.Choose(r.Context(), r.ecs, found[0])
	if err != nil {
		r.Fatal(err)
	}
	return doctor.Subject{Cluster: found[0].ClusterARN, Service: &found[0], Task: task}
}

// points are those of an examination by name; with several containers, of the last.
type points map[string]doctor.Point

func (r rig) examine(s doctor.Subject) points {
	r.Helper()
	out := points{}
	for p := range r.doctor.Examine(r.Context(), s) {
		out[p.Name] = p
	}
	return out
}

// wants checks a point's state, and that its texts hold all the words.
func (r rig) wants(ps points, name string, state ecs.PointState, words ...string) {
	r.Helper()
	p, ok := ps[name]
	if !ok {
		r.Errorf("there is no point %q", name)
		return
	}
	all := strings.Join([]string{p.Evidence, p.Fix, p.Paste, p.Missing}, " | ")
	if p.State != state {
		r.Errorf("%s is %v, want %v: %s", name, p.State, state, all)
	}
	for _, w := range words {
		if !strings.Contains(all, w) {
			r.Errorf("%s lacks %q: %s", name, w, all)
		}
	}
}

func (r rig) likely(ps points, failure error, name string) {
	r.Helper()
	var all []doctor.Point
	for _, p := range ps {
		all = append(all, p)
	}
	if p, ok := doctor.Likely(all, failure); !ok || p.Name != name {
		r.Errorf("the likely cause is %q, want %q", p.Name, name)
	}
}

func TestATaskThatTakesShells(t *testing.T) {
	r := start(t)
	ps := r.examine(r.subject("prod", "checkout"))
	for _, name := range doctor.Names() {
		if _, ok := ps[name]; !ok {
			t.Errorf("there is no point %q", name)
		}
	}
	for name, p := range ps {
		if p.State == ecs.PointFailed || p.State == ecs.PointUnknown || p.Evidence == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	r.wants(ps, doctor.Role, ecs.PointPassed, "prod-checkout-task", "ssmmessages:OpenDataChannel")
	r.wants(ps, doctor.Caller, ecs.PointPassed, "user oncall", "ecs:ExecuteCommand")
	r.wants(ps, doctor.Endpoints, ecs.PointPassed, "vpce-0", "ssmmessages")
	r.wants(ps, doctor.Logging, ecs.PointPassed, "/ecs/exec/prod", "script and cat")
	r.wants(ps, doctor.StartDirect, ecs.PointWarned, "ssm:StartSession", `"Effect":"Deny"`)
	r.wants(ps, doctor.CLI, ecs.PointPassed, "not needed")
	r.wants(ps, doctor.Plugin, ecs.PointPassed, "not needed")
	if p, ok := doctor.Likely(nil, nil); ok {
		t.Errorf("nothing is the matter, and the likely cause is %+v", p)
	}
}

func TestWhatIsTheMatterWithTheOthers(t *testing.T) {
	r := start(t)
	t.Run("exec is off", func(t *testing.T) {
		ps := r.examine(r.subject("prod", "sessions-cache"))
		r.wants(ps, doctor.Enabled, ecs.PointFailed, "update-service --cluster prod --service sessions-cache --enable-execute-command")
		r.wants(ps, doctor.Platform, ecs.PointPassed, "ECS agent 1.8", "i-0")
		r.wants(ps, doctor.Endpoints, ecs.PointPassed, "vpce-0")
		r.likely(ps, nil, doctor.Enabled)
	})
	t.Run("the role lacks ssmmessages", func(t *testing.T) {
		ps := r.examine(r.subject("prod", "ledger"))
		r.wants(ps, doctor.Agent, ecs.PointFailed, "STOPPED")
		r.wants(ps, doctor.Choice, ecs.PointPassed, "left out, since they take no shell: aws-gd-agent of GuardDuty")
		r.wants(ps, doctor.Role, ecs.PointFailed, "prod-ledger-task may not ssmmessages:CreateControlChannel", "no policy allows it",
			"aws iam put-role-policy --role-name prod-ledger-task", `"ssmmessages:OpenDataChannel"`)
		r.likely(ps, nil, doctor.Role)
	})
	t.Run("endpoints, but not the one", func(t *testing.T) {
		ps := r.examine(r.subject("data", "airflow-web"))
		r.wants(ps, doctor.Endpoints, ecs.PointWarned, "api, dkr, logs", "--service-name com.amazonaws.eu-central-1.ssmmessages", r.Sim.World().VPC("data"))
		r.wants(ps, doctor.Logging, ecs.PointWarned, "NONE")
	})
	t.Run("no endpoint at all", func(t *testing.T) {
		ps := r.examine(r.subject("staging", "web"))
		r.wants(ps, doctor.Endpoints, ecs.PointPassed, "no endpoint at all")
		r.wants(ps, doctor.Logging, ecs.PointPassed, "awslogs")
	})
	t.Run("no log driver for the default", func(t *testing.T) {
		r.wants(r.examine(r.subject("staging", "cart")), doctor.Logging, ecs.PointWarned, "awslogs", "cart")
	})
	t.Run("a read-only root file system, and a key", func(t *testing.T) {
		ps := r.examine(r.subject("platform", "auth"))
		r.wants(ps, doctor.RootFS, ecs.PointFailed, "readonlyRootFilesystem")
		r.wants(ps, doctor.Key, ecs.PointPassed, "is enabled")
		r.wants(ps, doctor.CallerKey, ecs.PointPassed, "kms:GenerateDataKey")
		r.wants(ps, doctor.RoleKey, ecs.PointPassed, "platform-auth-task may kms:Decrypt")
		r.likely(ps, nil, doctor.RootFS)
	})
	t.Run("no task at all", func(t *testing.T) {
		s := r.subject("staging", "pricing")
		if s.Task != nil {
			t.Fatal(s.Task.ID)
		}
		ps := r.examine(s)
		r.wants(ps, doctor.Task, ecs.PointFailed, "has no task", "--desired-count 1")
		r.wants(ps, doctor.Role, ecs.PointPassed, "staging-pricing-task")
		r.wants(ps, doctor.Endpoints, ecs.PointPassed)
	})
}

// What the simulator's world has nowhere: a definition with everything wrong in it.
func TestADefinitionWithEverythingWrong(t *testing.T) {
	r := start(t)
	yes := true
	registered, err := sdk.NewFromConfig(r.Config).RegisterTaskDefinition(t.Context(), &sdk.RegisterTaskDefinitionInput{
		Family: text("wrong"), NetworkMode: types.NetworkModeAwsvpc, PidMode: types.PidModeTask, Cpu: text("256"), Memory: text("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: text("checkout"), Image: text("a"), Essential: &yes, ReadonlyRootFilesystem: &yes, Environment: []types.KeyValuePair{
				{Name: text("AWS_SECRET_ACCESS_KEY"), Value: text("x")}, {Name: text("HTTP_PROXY"), Value: text("http://p:3128")}, {Name: text("NO_PROXY"), Value: text("localhost,169.254.170.2")},
			}},
			{Name: text("otel-collector"), Image: text("b")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := r.subject("prod", "checkout")
	s.Task.TaskDefinition, s.Task.PlatformVersion, s.Task.ExecEnabled = *registered.TaskDefinition.TaskDefinitionArn, "1.3.0", false
	s.Container = "checkout"
	ps := r.examine(s)
	r.wants(ps, doctor.Role, ecs.PointFailed, "has no role", `"ssmmessages:OpenDataChannel"`)
	r.wants(ps, doctor.RootFS, ecs.PointFailed, `"readonlyRootFilesystem": false`)
	r.wants(ps, doctor.Environment, ecs.PointWarned, "AWS_SECRET_ACCESS_KEY")
	r.wants(ps, doctor.Proxy, ecs.PointWarned, "HTTP_PROXY is set, and NO_PROXY lacks 169.254.169.254:")
	r.wants(ps, doctor.Processes, ecs.PointWarned, "pidMode is task")
	r.wants(ps, doctor.Init, ecs.PointWarned, "initProcessEnabled")
	r.wants(ps, doctor.Platform, ecs.PointFailed, "1.3.0", "--platform-version LATEST")
	r.wants(ps, doctor.Enabled, ecs.PointFailed, "started before", "--force-new-deployment")
	r.likely(ps, nil, doctor.Enabled)

	s.Task.TaskRoleOverride = "arn:aws:iam::111122223333:role/prod-ledger-task"
	s.Task.Overrides = []ecs.ContainerOverride{{Name: "checkout", Env: []ecs.Tag{{Key: "NO_PROXY", Value: "169.254.0.0/16"}}}}
	ps = r.examine(s)
	r.wants(ps, doctor.Role, ecs.PointFailed, "task role (overridden) prod-ledger-task")
	r.wants(ps, doctor.Proxy, ecs.PointPassed)
	s.Task.TaskRoleOverride = "arn:aws:iam::111122223333:role/gone"
	r.wants(r.examine(s), doctor.Role, ecs.PointFailed, "gone does not exist")

	s = r.subject("prod", "catalog")
	s.Task.TaskDefinition = *registered.TaskDefinition.TaskDefinitionArn
	r.wants(r.examine(s), doctor.Role, ecs.PointFailed, "instance role ecsInstanceRole may not ssmmessages:CreateControlChannel")
	s.Container = "nobody"
	r.wants(r.examine(s), doctor.Choice, ecs.PointFailed, `no container "nobody", but catalog`)
}

func text(s string) *string { return &s }

// Whatever may not be read costs its own points, which name the permission.
func TestWhatMayNotBeReadIsUnknown(t *testing.T) {
	r := start(t)
	s := r.subject("platform", "ingress")
	for action, names := range map[string][]string{
		"iam:SimulatePrincipalPolicy":    {doctor.Role, doctor.Caller, doctor.CallerKey, doctor.RoleKey, doctor.Resume, doctor.StartDirect},
		"ec2:DescribeVpcEndpoints":       {doctor.Endpoints},
		"ec2:DescribeSubnets":            {doctor.IPv6},
		"kms:DescribeKey":                {doctor.Key},
		"ecs:DescribeClusters":           {doctor.Logging, doctor.Key, doctor.RoleLogs, doctor.RoleBucket},
		"ecs:DescribeContainerInstances": {doctor.Platform},
	} {
		t.Run(action, func(t *testing.T) {
			r.Sim.Faults().Deny(action)
			defer r.Sim.Faults().Allow(action)
			ps := r.examine(s)
			for _, name := range names {
				r.wants(ps, name, ecs.PointUnknown, action)
				if ps[name].Missing != action {
					t.Errorf("%s misses %q", name, ps[name].Missing)
				}
			}
			r.wants(ps, doctor.Enabled, ecs.PointPassed)
		})
	}
	t.Run("task definition", func(t *testing.T) {
		r.Sim.Faults().Deny("ecs:DescribeTaskDefinition")
		defer r.Sim.Faults().Allow("ecs:DescribeTaskDefinition")
		fresh := rig{r.Rig, nil, doctor.New(r.Account())}
		ps := fresh.examine(s)
		for _, name := range []string{doctor.RootFS, doctor.Environment, doctor.Proxy, doctor.Init, doctor.Role} {
			r.wants(ps, name, ecs.PointUnknown, "ecs:DescribeTaskDefinition")
		}
	})
	t.Run("a server that knows no IAM", func(t *testing.T) {
		r.Sim.Faults().Lack("iam:*", 501)
		defer r.Sim.Faults().Lack("iam:*", 0)
		ps := r.examine(s)
		r.wants(ps, doctor.Role, ecs.PointUnknown, "does not know iam:SimulatePrincipalPolicy")
		if ps[doctor.Role].Missing != "" {
			t.Error("no permission would help")
		}
	})
}

// What ECS itself has refused needs no simulation, and is the likely cause.
func TestARefusalIsEvidence(t *testing.T) {
	r := start(t)
	r.Sim.Faults().Deny("iam:SimulatePrincipalPolicy")
	s := r.subject("prod", "checkout")
	s.Failure = &aws.Error{Op: "ecs:ExecuteCommand", Class: aws.Denied, Action: "ecs:ExecuteCommand", Text: "missing permission ecs:ExecuteCommand", Hint: "denied explicitly in a session policy"}
	ps := r.examine(s)
	r.wants(ps, doctor.Caller, ecs.PointFailed, "session policy", ":task/prod/*", s.Cluster)
	r.likely(ps, s.Failure, doctor.Caller)
	r.Sim.Faults().Allow("iam:SimulatePrincipalPolicy")
	r.Sim.Faults().Deny("ecs:ExecuteCommand")
	s.Failure = nil
	r.wants(r.examine(s), doctor.Caller, ecs.PointFailed, "user oncall may not ecs:ExecuteCommand", "no policy allows it")
	// An agent that cannot be reached, with nothing failed: what is warned about.
	ps = points{doctor.Endpoints: {Name: doctor.Endpoints, State: ecs.PointWarned}, doctor.Init: {Name: doctor.Init, State: ecs.PointWarned}}
	r.likely(ps, errors.New("TargetNotConnectedException"), doctor.Endpoints)
}

// Points arrive while others wait, and an examination that is left ends at once.
func TestAnExaminationThatHangsCanBeLeft(t *testing.T) {
	r := start(t)
	s := r.subject("prod", "checkout")
	r.Sim.Faults().Hang("iam:SimulatePrincipalPolicy")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen := map[string]bool{}
	for p := range r.doctor.Examine(ctx, s) {
		if seen[p.Name] = true; p.Name == doctor.Role || p.Name == doctor.Caller {
			t.Fatalf("%+v", p)
		}
		if seen[doctor.Endpoints] && seen[doctor.Agent] && seen[doctor.Logging] {
			break
		}
	}
	if ctx.Err() != nil {
		t.Fatal("the range did not end before the calls that hang")
	}
}
