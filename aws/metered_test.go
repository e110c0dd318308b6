package aws_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

// liveTail opens a stream on some log group of the account.
func liveTail(ctx context.Context, t *testing.T, a *aws.Account) (*cloudwatchlogs.StartLiveTailEventStream, error) {
	t.Helper()
	client := cloudwatchlogs.NewFromConfig(a.Config())
	groups, err := client.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.StartLiveTail(ctx, &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{*groups.LogGroups[0].LogGroupArn}})
	if err != nil {
		return nil, err
	}
	return out.GetStream(), nil
}

// A metered read passes in read-only mode, is journalled, and its stream outlives
// the patience that other calls have.
func TestLiveTailPassesInReadOnlyAndIsJournalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		o.ReadOnly, o.Journal = true, openJournal(t)
		a := openAccount(t, o)
		stream, err := liveTail(t.Context(), t, a)
		if err != nil {
			t.Fatal(err)
		}
		began, updates := time.Now(), 0
		for range stream.Events() {
			if updates++; time.Since(began) > time.Minute {
				break
			}
		}
		if err := stream.Err(); err != nil || updates < 55 {
			t.Errorf("%d updates in a minute, then %v", updates, err)
		}
		if got := stat(a, "logs:StartLiveTail").CostUSD; math.Abs(got-0.01) > 0.001 {
			t.Errorf("a minute of an open stream costs %v USD, want 0.01", got)
		}
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
		closed := stat(a, "logs:StartLiveTail").CostUSD
		time.Sleep(time.Minute)
		if now := stat(a, "logs:StartLiveTail").CostUSD; now != closed {
			t.Errorf("a closed stream goes on costing: %v, then %v", closed, now)
		}
		var got []string
		for r, err := range audit.Read(o.Journal.Path()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimSpace(string(r.Kind)+" "+r.Op+" "+r.Result))
		}
		if d := cmp.Diff([]string{"intent logs:StartLiveTail", "outcome logs:StartLiveTail ok"}, got); d != "" {
			t.Error(d)
		}
		if n := s.Faults().Calls("logs:StartLiveTail"); n != 1 {
			t.Errorf("%d calls", n)
		}
		a.Close()
	})
}

func TestStreamThatNeverBeginsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		s.Faults().Hang("logs:StartLiveTail")
		began := time.Now()
		_, err := liveTail(t.Context(), t, a)
		if e := aws.AsError(err); e == nil || e.Class != aws.Network || time.Since(began) > 16*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		a.Close()
	})
}

// Leaving the caller's context ends a stream that nobody has closed.
func TestStreamEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, o := start(t, sim.Options{})
		a := openAccount(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := liveTail(ctx, t, a)
		if err != nil {
			t.Fatal(err)
		}
		<-stream.Events()
		cancel()
		for range stream.Events() {
		}
		if err := stream.Close(); err != nil && aws.AsError(err).Class != aws.Cancelled {
			t.Errorf("%v: %v", aws.AsError(err).Class, err)
		}
		a.Close()
	})
}

func TestMeteredReadWithoutAJournalRaisesTheBanner(t *testing.T) {
	_, o := start(t, sim.Options{})
	a := openAccount(t, o)
	stream, err := liveTail(t.Context(), t, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	if err := a.JournalFault(); !errors.Is(err, audit.ErrNoJournal) {
		t.Errorf("fault %v", err)
	}
}

// A journal that cannot be written does not keep anybody from looking, but says so,
// in read-only mode too; once it can be written again, the banner goes.
func TestMeteredReadWithAnUnwritableJournalRaisesTheBanner(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		s, o := start(t, sim.Options{})
		o.ReadOnly, o.Journal = readOnly, openJournal(t)
		a := openAccount(t, o)
		tail := func() {
			stream, err := liveTail(t.Context(), t, a)
			if err != nil {
				t.Fatal(err)
			}
			if err := stream.Close(); err != nil {
				t.Error(err)
			}
		}
		path := o.Journal.Path()
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
			t.Fatal(err)
		}
		tail()
		if a.JournalFault() == nil {
			t.Errorf("read-only %v: a read that was not recorded raises no banner", readOnly)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		tail()
		if err := a.JournalFault(); err != nil {
			t.Errorf("read-only %v: the banner stays: %v", readOnly, err)
		}
		if n := s.Faults().Calls("logs:StartLiveTail"); n != 2 {
			t.Errorf("read-only %v: %d calls", readOnly, n)
		}
		r, err := audit.Verify(path)
		if err != nil || !r.OK() || r.Records != 3 { // that the file was replaced, intent, outcome
			t.Errorf("read-only %v: %+v, %v", readOnly, r, err)
		}
	}
}

// What this console began it may always end, journal or not.
func TestEndingASessionAlwaysPasses(t *testing.T) {
	_, o := start(t, sim.Options{})
	o.ReadOnly = true
	a := openAccount(t, o)
	sent := 0
	cfg := a.Config()
	cfg.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
		sent++
		return nil, errSeen
	})
	id := "ecs-execute-command-1"
	client := ssm.NewFromConfig(cfg, func(o *ssm.Options) { o.RetryMaxAttempts = 1 })
	_, err := client.TerminateSession(t.Context(), &ssm.TerminateSessionInput{SessionId: &id})
	if _, err2 := client.ResumeSession(t.Context(), &ssm.ResumeSessionInput{SessionId: &id}); !errors.Is(err, errSeen) || !errors.Is(err2, errSeen) || sent != 2 {
		t.Errorf("%v, %v, %d sent", err, err2, sent)
	}
	if _, err := client.StartSession(t.Context(), &ssm.StartSessionInput{Target: &id}); aws.AsError(err).Class != aws.Denied || sent != 2 {
		t.Errorf("%v, %d sent: beginning one must not pass", err, sent)
	}
}

// The container's token goes to the container's address, not to the custom endpoint.
func TestCredentialsOfAContainer(t *testing.T) {
	p, o, home := startPortal(t, "[default]\n")
	o.Profile, o.Region = "", "eu-central-1"
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/creds")
	path := filepath.Join(home, "token")
	if err := os.WriteFile(path, []byte("Bearer x"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path)
	next := p.next
	p.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/creds" {
			next.ServeHTTP(w, r)
			return
		}
		if r.Header.Get("Authorization") != "Bearer x" || r.Host != "127.0.0.1" {
			http.Error(w, "who?", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"AccessKeyId":"` + p.key[0] + `","SecretAccessKey":"` + p.key[1] + `","Token":"","Expiration":"2099-01-01T00:00:00Z"}`))
	})
	a := openAccount(t, o)
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if c := a.Credentials(); c.Source != "container role" || c.Kind != aws.CredentialsValid {
		t.Errorf("%+v", c)
	}
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", filepath.Join(home, "none"))
	if e := aws.AsError(list(t.Context(), openAccount(t, o))); e == nil || e.Class != aws.Expired {
		t.Errorf("without the token: %+v", e)
	}
	if got := stat(a, "container:GetCredentials"); got.Calls != 1 || got.Attempts != 1 {
		t.Errorf("%+v", got)
	}
}

// The instance's metadata service is metered like any other source.
func TestCredentialsOfAnInstance(t *testing.T) {
	p, o, _ := startPortal(t, "[default]\n")
	os.Unsetenv("AWS_EC2_METADATA_DISABLED") // environment restores it
	o.Profile, o.Region = "", "eu-central-1"
	next := p.next
	p.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != "169.254.169.254":
			next.ServeHTTP(w, r)
		case r.URL.Path == "/latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
			_, _ = w.Write([]byte("imds-token"))
		case r.URL.Path == "/latest/meta-data/iam/security-credentials/":
			_, _ = w.Write([]byte("node"))
		case r.URL.Path == "/latest/meta-data/iam/security-credentials/node":
			_, _ = w.Write([]byte(`{"Code":"Success","AccessKeyId":"` + p.key[0] + `","SecretAccessKey":"` + p.key[1] + `","Token":"","Expiration":"2099-01-01T00:00:00Z"}`))
		default:
			http.NotFound(w, r)
		}
	})
	a := openAccount(t, o)
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if c := a.Credentials(); c.Source != "instance role" || c.Kind != aws.CredentialsValid {
		t.Errorf("%+v", c)
	}
	if tok, get := stat(a, "imds:getToken"), stat(a, "imds:GetMetadata"); tok.Calls != 1 || get.Calls != 2 {
		t.Errorf("%+v, %+v", tok, get)
	}
}
