package aws_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/sim"
)

func stat(a *aws.Account, op string) aws.OpStat {
	for _, s := range a.Meter().Stats() {
		if s.Op == op {
			return s
		}
	}
	return aws.OpStat{}
}

func TestMeterCountsCallsAndAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{Latency: 10 * time.Millisecond})
		var log bytes.Buffer
		o.HTTPLog = slog.New(slog.NewJSONHandler(&log, nil))
		a := openAccount(t, o)
		client := ecs.NewFromConfig(a.Config())
		s.Faults().Throttle(2)
		for range 4 {
			if _, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
				t.Fatal(err)
			}
		}
		s.Faults().Throttle(0)
		s.Faults().Deny("ecs:ListClusters")
		if _, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{}); err == nil {
			t.Fatal("a denial is no error")
		}
		sent := s.Faults().Calls("ecs:ListClusters")
		got := stat(a, "ecs:ListClusters")
		if got.Calls != 5 || got.Attempts != sent || got.Attempts <= got.Calls || got.Errors != 1 || got.Throttles != sent-5 {
			t.Errorf("%+v, of which %d were sent", got, sent)
		}
		if got.P50 <= 0 || got.P95 < got.P50 || got.Max < got.P95 || got.Waiting != 0 {
			t.Errorf("%+v", got)
		}
		if r := a.Meter().Rate(); r.Throttled != got.Throttles || r.Refused != got.Op || r.PerSecond <= 0 {
			t.Errorf("%+v", r)
		}
		if hosts := a.Meter().Hosts(); !slices.Equal(hosts, []string{host}) {
			t.Errorf("hosts %q", hosts)
		}
		if n := a.Problems().Count(); n != 1 {
			t.Errorf("%d problems, want 1: what a retry mended has not failed", n)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != sent {
			t.Errorf("%d lines of log for %d attempts", len(lines), sent)
		}
		if !strings.Contains(log.String(), `"class":"denied"`) || !strings.Contains(log.String(), "request") {
			t.Errorf("the log misses class or request id:\n%s", log.String())
		}
		for _, secret := range []string{o.Static.SecretKey, o.Static.AccessKey, "Signature", "Credential="} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("%q is in the log", secret)
			}
		}
		a.Close()
	})
}

// Every attempt takes a token of AWS's bucket, retries too, and waits are seen.
func TestPaceIsPerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		client := ecs.NewFromConfig(a.Config())
		call := func(ctx context.Context) {
			if _, err := client.ListClusters(ctx, &ecs.ListClustersInput{}); err != nil {
				t.Error(err)
			}
		}
		fg := aws.Foreground(t.Context())
		if burst, rate := a.Pace("ecs:DescribeClusters", true); burst != 40 || rate != 16 {
			t.Errorf("to begin with: %d at once, %v/s", burst, rate)
		}
		for range 10 {
			call(fg)
		}
		if burst, _ := a.Pace("ecs:DescribeClusters", true); burst != 30 {
			t.Errorf("after ten calls %d at once, want 30", burst)
		}
		// Retries take tokens like first attempts.
		cfg := a.Config()
		cfg.Retryer = func() sdk.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		}
		sent := s.Faults().Calls("*")
		s.Faults().Cut(2)
		for range 4 {
			if _, err := ecs.NewFromConfig(cfg).ListClusters(fg, &ecs.ListClustersInput{}); err != nil {
				t.Error(err)
			}
		}
		s.Faults().Cut(0)
		sent = s.Faults().Calls("*") - sent
		if burst, _ := a.Pace("ecs:DescribeClusters", true); sent <= 4 || burst != 30-sent {
			t.Errorf("after %d more attempts %d at once, want %d", sent, burst, 30-sent)
		}
		time.Sleep(time.Duration(sent) * time.Second / 16)
		began := time.Now()
		var wg sync.WaitGroup
		for range 62 {
			wg.Go(func() { call(fg) })
		}
		synctest.Wait()
		if n := a.Meter().Rate().Waiting; n != 32 {
			t.Errorf("%d wait, want 32", n)
		}
		if n := stat(a, "ecs:ListClusters").Waiting; n != 32 {
			t.Errorf("%d of the operation wait, want 32", n)
		}
		wg.Wait()
		if took := time.Since(began); took < 1900*time.Millisecond || took > 2200*time.Millisecond {
			t.Errorf("32 calls at 16/s took %v", took)
		}
		s.Faults().Throttle(2)
		for range 3 { // every second call refused, three times
			call(fg)
		}
		s.Faults().Throttle(0)
		if _, rate := a.Pace("ecs:ListClusters", true); rate >= 16 {
			t.Errorf("after throttling still %v/s", rate)
		}
		if _, rate := a.Pace("ecs:ListServices", true); rate != 16 {
			t.Errorf("another bucket was slowed down: %v/s", rate)
		}
		a.Close()
	})
}

func TestCallThatWaitsForItsTurnCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		client := ecs.NewFromConfig(a.Config())
		for range 12 { // the background's burst of 50 × 25 %
			if _, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
				t.Fatal(err)
			}
		}
		sent := s.Faults().Calls("*")
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := client.ListClusters(ctx, &ecs.ListClustersInput{})
		if e := aws.AsError(err); e == nil || e.Class != aws.Network {
			t.Errorf("%v", err)
		}
		if now := s.Faults().Calls("*"); now != sent {
			t.Error("it was sent nevertheless")
		}
		a.Close()
	})
}

func TestAccountsShareThePacer(t *testing.T) {
	_, o := start(t, sim.Options{})
	o.Pacer = aws.NewPacer()
	a := openAccount(t, o)
	other := o
	static := *o.Static
	static.Name = "other"
	other.Static = &static
	b := openAccount(t, other)
	for _, acct := range []*aws.Account{a, b} { // two profiles, found to be one account
		if _, err := acct.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := b.Pace("ecs:ListClusters", true)
	if _, err := ecs.NewFromConfig(a.Config()).ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
		t.Fatal(err)
	}
	if after, _ := b.Pace("ecs:ListClusters", true); after >= before {
		t.Errorf("a call through one profile leaves the other's bucket at %d of %d", after, before)
	}
}

func TestCaptureRaw(t *testing.T) {
	s, o := start(t, sim.Options{})
	a := openAccount(t, o)
	client := ecs.NewFromConfig(a.Config())
	ctx, raw := aws.CaptureRaw(t.Context())
	if raw.Bytes() != nil {
		t.Error("bytes before the call")
	}
	out, err := client.ListClusters(ctx, &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, arn := range out.ClusterArns {
		if !bytes.Contains(raw.Bytes(), []byte(`"`+arn+`"`)) {
			t.Errorf("%s is not in %s", arn, raw.Bytes())
		}
	}
	before := raw.Bytes()
	s.Faults().Deny("ecs:ListClusters")
	if _, err := client.ListClusters(ctx, &ecs.ListClustersInput{}); err == nil {
		t.Fatal("a denial is no error")
	}
	if !bytes.Equal(raw.Bytes(), before) {
		t.Error("the body of an error took the place of the answer")
	}
}

func TestCostOfMetrics(t *testing.T) {
	_, o := start(t, sim.Options{})
	a := openAccount(t, o)
	now := time.Now()
	in := &cloudwatch.GetMetricDataInput{StartTime: sdk.Time(now.Add(-time.Hour)), EndTime: &now}
	for _, id := range []string{"a", "b", "c"} {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: sdk.String(id), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: sdk.String("AWS/ECS"), MetricName: sdk.String("CPUUtilization")}, Period: sdk.Int32(60), Stat: sdk.String("Average"),
		}})
	}
	if _, err := cloudwatch.NewFromConfig(a.Config()).GetMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if got := stat(a, "cloudwatch:GetMetricData").CostUSD; math.Abs(got-0.00003) > 1e-12 {
		t.Errorf("three metrics cost %v USD, want 0.00003", got)
	}
	a.Meter().Cost("logs:GetQueryResults", 0.5)
	if got := a.Meter().Rate().CostUSD; math.Abs(got-0.50003) > 1e-9 {
		t.Errorf("in all %v USD", got)
	}
}

func TestAnswersThatAreNotAWS(t *testing.T) {
	for status, class := range map[int]aws.Class{404: aws.Unsupported, 500: aws.Unsupported, 501: aws.Unsupported} {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		s.Faults().Lack("ecs:ListClusters", status)
		_, err := ecs.NewFromConfig(a.Config()).ListClusters(t.Context(), &ecs.ListClustersInput{})
		e := aws.AsError(err)
		if e == nil || e.Class != class || e.Op != "ecs:ListClusters" {
			t.Errorf("%d: %+v", status, e)
		}
		if n := s.Faults().Calls("ecs:ListClusters"); n != 1 {
			t.Errorf("%d: asked %d times, want once: it will not learn the operation", status, n)
		}
	}
}

func TestCutAnswerIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		s.Faults().Cut(2)
		for range 4 {
			if _, err := ecs.NewFromConfig(a.Config()).ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Faults().Calls("ecs:ListClusters"); n < 6 {
			t.Errorf("%d attempts for four calls, of which every second was cut", n)
		}
		if got := stat(a, "ecs:ListClusters"); got.Calls != 4 || got.Errors != 0 {
			t.Errorf("%+v", got)
		}
		a.Close()
	})
}
