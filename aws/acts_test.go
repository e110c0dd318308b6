package aws_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

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
