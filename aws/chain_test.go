package aws_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

var errSeen = errors.New("the stack has been seen")

// stacks collects the middleware of one operation per service, as a client built
// the ordinary way sees it.
func stacks(t *testing.T, cfg sdk.Config) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	see := func(name string, call func(sdk.Config) error) {
		c := cfg.Copy()
		c.APIOptions = append(slices.Clone(c.APIOptions), func(s *middleware.Stack) error {
			out[name] = s.List()
			return errSeen
		})
		if err := call(c); !errors.Is(err, errSeen) {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	see("ecs:ListServices", func(c sdk.Config) error {
		_, err := ecs.NewFromConfig(c).ListServices(ctx, &ecs.ListServicesInput{})
		return err
	})
	see("logs:StartLiveTail", func(c sdk.Config) error {
		_, err := cloudwatchlogs.NewFromConfig(c).StartLiveTail(ctx, &cloudwatchlogs.StartLiveTailInput{})
		return err
	})
	see("cloudwatch:GetMetricData", func(c sdk.Config) error {
		_, err := cloudwatch.NewFromConfig(c).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{})
		return err
	})
	see("guardduty:ListFindings", func(c sdk.Config) error {
		_, err := guardduty.NewFromConfig(c).ListFindings(ctx, &guardduty.ListFindingsInput{})
		return err
	})
	see("sts:GetCallerIdentity", func(c sdk.Config) error {
		_, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err
	})
	see("ssm:DescribeSessions", func(c sdk.Config) error {
		_, err := ssm.NewFromConfig(c).DescribeSessions(ctx, &ssm.DescribeSessionsInput{})
		return err
	})
	see("kms:GenerateDataKey", func(c sdk.Config) error {
		_, err := kms.NewFromConfig(c).GenerateDataKey(ctx, &kms.GenerateDataKeyInput{})
		return err
	})
	see("iam:GetRole", func(c sdk.Config) error {
		_, err := iam.NewFromConfig(c).GetRole(ctx, &iam.GetRoleInput{})
		return err
	})
	see("ec2:DescribeSubnets", func(c sdk.Config) error {
		_, err := ec2.NewFromConfig(c).DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
		return err
	})
	return out
}

func TestPlaceOfEachLink(t *testing.T) {
	_, o := start(t, sim.Options{})
	a := openAccount(t, o)
	for name, ids := range stacks(t, a.Config()) {
		t.Run(name, func(t *testing.T) {
			t.Logf("%s", strings.Join(ids, "\n"))
			for _, order := range [][]string{
				{"Initialize stack step", "ecsoleCall", "ecsoleGate", "ecsoleJournal", "Serialize stack step"},
				{"UserAgent", "ecsoleAgent", "Finalize stack step"},
				{"Retry", "ecsolePace", "ecsoleMeter", "ResolveAuthScheme", "GetIdentity", "ResolveEndpointV2", "Signing"},
				{"Deserialize stack step", "ecsoleDeadline", "OperationDeserializer", "ecsoleBody"},
			} {
				last := -1
				for _, id := range order {
					at := slices.Index(ids, id)
					if at < 0 {
						t.Fatalf("%s is not in the stack", id)
					}
					if at <= last {
						t.Errorf("%s stands too early: want the order %v", id, order)
					}
					last = at
				}
			}
			after := func(id, want string) {
				if at := slices.Index(ids, id); ids[at+1] != want {
					t.Errorf("%s follows %s, want %s", ids[at+1], id, want)
				}
			}
			front := "Initialize stack step"
			if slices.Contains(ids, "RegisterServiceMetadata") { // a client of an older make: before this link a call has no name
				front = "RegisterServiceMetadata"
			}
			after(front, "ecsoleCall")
			after("ecsoleCall", "ecsoleGate")
			after("ecsoleJournal", "Serialize stack step")
			after("ecsoleAgent", "Finalize stack step")
			after("Retry", "ecsolePace")
			after("ecsolePace", "ecsoleMeter")
			after("Deserialize stack step", "ecsoleDeadline")
			if ids[len(ids)-1] != "ecsoleBody" {
				t.Errorf("%s is the last, want ecsoleBody", ids[len(ids)-1])
			}
		})
	}
}

// TestEveryClientSaysWhatItCalls holds the chain against clients of each make: a
// call without a name would be judged as an act.
func TestEveryClientSaysWhatItCalls(t *testing.T) {
	server, o := start(t, sim.Options{})
	a := openAccount(t, o)
	if _, err := guardduty.NewFromConfig(a.Config()).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{}); err != nil {
		t.Error(err)
	}
	if _, err := cloudwatch.NewFromConfig(a.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{}); err != nil {
		t.Error(err)
	}
	for _, s := range a.Meter().Stats() {
		if strings.HasPrefix(s.Op, ":") || strings.HasSuffix(s.Op, ":") {
			t.Errorf("a call is counted as %q", s.Op)
		}
	}
	if n := server.Faults().Calls("guardduty:ListDetectors"); n == 0 {
		t.Error("ListDetectors was not sent")
	}
}

// world gives names of things to call for.
type named struct{ cluster, service, task string }

func names(t *testing.T, a *aws.Account) named {
	t.Helper()
	client := ecs.NewFromConfig(a.Config())
	clusters, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clusters.ClusterArns {
		services, err := client.ListServices(t.Context(), &ecs.ListServicesInput{Cluster: &c})
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: &c})
		if err != nil {
			t.Fatal(err)
		}
		if len(services.ServiceArns) > 0 && len(tasks.TaskArns) > 0 {
			return named{c, services.ServiceArns[0], tasks.TaskArns[0]}
		}
	}
	t.Fatal("no cluster has services and tasks")
	return named{}
}

func stopTask(ctx context.Context, a *aws.Account, n named) error {
	_, err := ecs.NewFromConfig(a.Config()).StopTask(ctx, &ecs.StopTaskInput{Cluster: &n.cluster, Task: &n.task})
	return err
}

func withAct(ctx context.Context, target string) context.Context {
	return audit.WithAct(ctx, audit.Act{Action: "task.stop", Target: target, Reason: "test"})
}

func TestGateRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(t *testing.T, o *aws.Options)
		act   bool
		class aws.Class
		text  string
	}{
		{"read-only", func(t *testing.T, o *aws.Options) { o.ReadOnly = true; o.Journal = openJournal(t) }, true, aws.Denied, "read-only"},
		{"without a journal", func(*testing.T, *aws.Options) {}, true, aws.Denied, "no journal"},
		{"undeclared", func(t *testing.T, o *aws.Options) { o.Journal = openJournal(t) }, false, aws.Internal, "does not say what"},
		{"read-only and undeclared", func(t *testing.T, o *aws.Options) { o.ReadOnly = true; o.Journal = openJournal(t) }, false, aws.Denied, "read-only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, o := start(t, sim.Options{})
			c.set(t, &o)
			a := openAccount(t, o)
			n := names(t, a) // reads pass
			ctx := t.Context()
			if c.act {
				ctx = withAct(ctx, n.task)
			}
			e := aws.AsError(stopTask(ctx, a, n))
			if e == nil || e.Class != c.class || !strings.Contains(e.Text, c.text) || e.Op != "ecs:StopTask" || e.Action != "" {
				t.Errorf("%+v", e)
			}
			if calls := s.Faults().Calls("ecs:StopTask"); calls != 0 {
				t.Errorf("%d calls reached AWS", calls)
			}
			if o.Journal != nil {
				if r, err := audit.Verify(o.Journal.Path()); err != nil || r.Records != 0 {
					t.Errorf("journal: %+v, %v", r, err)
				}
			}
			if got := a.Problems().Recent(); len(got) != 1 || got[0].Error.Op != "ecs:StopTask" {
				t.Errorf("problems: %+v", got)
			}
		})
	}
}

func TestOtherActsAreGatedToo(t *testing.T) {
	s, o := start(t, sim.Options{})
	o.ReadOnly, o.Journal = true, openJournal(t)
	a := openAccount(t, o)
	ctx, client := withAct(t.Context(), "x"), ecs.NewFromConfig(a.Config())
	calls := map[string]error{}
	_, calls["UpdateService"] = client.UpdateService(ctx, &ecs.UpdateServiceInput{Service: sdk.String("x")})
	_, calls["ExecuteCommand"] = client.ExecuteCommand(ctx, &ecs.ExecuteCommandInput{Command: sdk.String("sh"), Interactive: true, Task: sdk.String("x")})
	_, calls["RunTask"] = client.RunTask(ctx, &ecs.RunTaskInput{TaskDefinition: sdk.String("x")})
	// Even with input that is not valid: the gate comes first.
	_, calls["StopTask"] = client.StopTask(ctx, &ecs.StopTaskInput{})
	for name, err := range calls {
		if e := aws.AsError(err); e == nil || e.Class != aws.Denied || !strings.Contains(e.Text, "read-only") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := s.Faults().Calls("*"); n != 0 {
		t.Errorf("%d calls reached AWS", n)
	}
}
