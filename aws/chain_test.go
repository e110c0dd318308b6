package aws_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

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

func TestActIsJournalledAroundTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		o.Journal = openJournal(t)
		path := o.Journal.Path()
		var agents []string
		var before audit.Report
		a := openAccount(t, o)
		n := names(t, a)
		cfg := a.Config()
		cfg.HTTPClient = sendWith(cfg.HTTPClient, func(r *http.Request) {
			if !strings.Contains(r.Header.Get("X-Amz-Target"), "StopTask") {
				return
			}
			agents = append(agents, r.Header.Get("User-Agent"))
			var err error
			if before, err = audit.Verify(path); err != nil {
				t.Error(err)
			}
		})
		s.Faults().Throttle(2) // every second call: one retry is certain
		for range 2 {
			if _, err := ecs.NewFromConfig(cfg).StopTask(withAct(t.Context(), n.task), &ecs.StopTaskInput{Cluster: &n.cluster, Task: &n.task}); err != nil {
				t.Fatal(err)
			}
		}
		s.Faults().Throttle(0)
		if len(before.Open) != 1 {
			t.Fatalf("while the call is under way %d intents are open, want 1", len(before.Open))
		}
		report, err := audit.Verify(path)
		if err != nil || !report.OK() || report.Records != 4 || len(report.Open) != 0 {
			t.Fatalf("two acts, with retries, made %+v (%v); want two intents and two outcomes", report, err)
		}
		if len(agents) < 3 {
			t.Fatalf("%d attempts; the test wants a retry", len(agents))
		}
		for _, agent := range agents {
			_, tag, ok := strings.Cut(agent, " ecsole-act/")
			if !ok || len(tag) != 16 {
				t.Errorf("User-Agent %q does not end in the intent's hash", agent)
			}
		}
		var recs []audit.Record
		for r, err := range audit.Read(path) {
			if err != nil {
				t.Fatal(err)
			}
			recs = append(recs, r)
		}
		intent, outcome := recs[2], recs[3]
		if !strings.HasSuffix(agents[len(agents)-1], intent.Hash[:16]) {
			t.Errorf("User-Agent %q, intent %s", agents[len(agents)-1], intent.Hash)
		}
		who, _ := a.KnownIdentity()
		if intent.Op != "ecs:StopTask" || intent.Account != who.Account || intent.Identity != who.ARN || intent.Profile != "test" ||
			intent.Region != a.Region() || intent.Endpoint != host || intent.Target != n.task || intent.Reason != "test" {
			t.Errorf("intent: %+v", intent)
		}
		if outcome.Ref != intent.Hash || outcome.Result != audit.ResultOK || outcome.Request == "" {
			t.Errorf("outcome: %+v", outcome)
		}
		a.Close()
	})
}

// sendWith looks at each request as it leaves.
func sendWith(next sdk.HTTPClient, look func(*http.Request)) sdk.HTTPClient {
	return doer(func(r *http.Request) (*http.Response, error) {
		look(r)
		return next.Do(r)
	})
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestOutcomeSaysWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  func(f *sim.Faults, n *named)
		client func(t *testing.T, next sdk.HTTPClient, cancel func()) sdk.HTTPClient
		again  bool // the SDK's retries are on
		want   string
	}{
		{name: "refused by AWS", fault: func(f *sim.Faults, _ *named) { f.Deny("ecs:StopTask") }, want: audit.ResultFailed},
		{name: "no such task", fault: func(_ *sim.Faults, n *named) { n.task = strings.Repeat("0", 32) }, want: audit.ResultFailed},
		{name: "input not valid", fault: func(_ *sim.Faults, n *named) { n.task = "" }, want: ""},
		{name: "given up while under way", client: func(_ *testing.T, next sdk.HTTPClient, cancel func()) sdk.HTTPClient {
			return doer(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.Header.Get("X-Amz-Target"), "StopTask") {
					cancel()
					return nil, context.Canceled
				}
				return next.Do(r)
			})
		}, want: audit.ResultUnknown},
		{name: "connection lost", client: func(_ *testing.T, next sdk.HTTPClient, _ func()) sdk.HTTPClient {
			return doer(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.Header.Get("X-Amz-Target"), "StopTask") {
					return nil, errors.New("use of a closed connection")
				}
				return next.Do(r)
			})
		}, want: audit.ResultUnknown},
		{name: "connection lost, then refused", fault: func(f *sim.Faults, _ *named) { f.Deny("ecs:StopTask") }, again: true,
			client: func(_ *testing.T, next sdk.HTTPClient, _ func()) sdk.HTTPClient {
				lost := false
				return doer(func(r *http.Request) (*http.Response, error) {
					if strings.Contains(r.Header.Get("X-Amz-Target"), "StopTask") && !lost {
						lost = true
						return nil, errors.New("use of a closed connection")
					}
					return next.Do(r)
				})
			}, want: audit.ResultUnknown},
		{name: "panic", client: func(_ *testing.T, next sdk.HTTPClient, _ func()) sdk.HTTPClient {
			return doer(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.Header.Get("X-Amz-Target"), "StopTask") {
					panic(errSeen)
				}
				return next.Do(r)
			})
		}, want: audit.ResultUnknown},
		{name: "done", want: audit.ResultOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, o := start(t, sim.Options{})
			o.Journal = openJournal(t)
			a := openAccount(t, o)
			n := names(t, a)
			if c.fault != nil {
				c.fault(s.Faults(), &n)
			}
			ctx, cancel := context.WithCancel(withAct(t.Context(), n.task))
			defer cancel()
			cfg := a.Config()
			if c.client != nil {
				cfg.HTTPClient = c.client(t, cfg.HTTPClient, cancel)
				if !c.again {
					cfg.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
				}
			}
			func() {
				defer func() {
					if p := recover(); p != nil && p != any(errSeen) {
						panic(p)
					}
				}()
				in := &ecs.StopTaskInput{Cluster: &n.cluster, Task: &n.task}
				if n.task == "" {
					in.Task = nil
				}
				_, err := ecs.NewFromConfig(cfg).StopTask(ctx, in)
				if (err == nil) != (c.want == audit.ResultOK) {
					t.Errorf("error %v", err)
				}
			}()
			r, err := audit.Verify(o.Journal.Path())
			if err != nil || !r.OK() || len(r.Open) != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			result := ""
			for rec, err := range audit.Read(o.Journal.Path()) {
				if err != nil {
					t.Fatal(err)
				}
				if rec.Kind == audit.KindOutcome {
					result = rec.Result
				}
			}
			if result != c.want {
				t.Errorf("result %q, want %q", result, c.want)
			}
		})
	}
}

func TestUnwritableJournalRefusesActs(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Log("there is no /dev/full here")
		return
	}
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.Symlink("/dev/full", path); err != nil {
		t.Fatal(err)
	}
	j, err := audit.Open(path, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	s, o := start(t, sim.Options{})
	o.Journal = j
	a := openAccount(t, o)
	n := names(t, a)
	if err := a.JournalFault(); err != nil {
		t.Fatalf("before anything was written: %v", err)
	}
	e := aws.AsError(stopTask(withAct(t.Context(), n.task), a, n))
	if e == nil || e.Class != aws.Denied || !strings.Contains(e.Text, "cannot be recorded") {
		t.Errorf("%+v", e)
	}
	if calls := s.Faults().Calls("ecs:StopTask"); calls != 0 {
		t.Errorf("%d calls reached AWS", calls)
	}
	if a.JournalFault() == nil {
		t.Error("the journal's fault is not reported")
	}
}
