package sim_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecsole/aws/sim"
)

func clusters(c *ecs.Client) error {
	_, err := c.ListClusters(background, &ecs.ListClustersInput{})
	return err
}

func TestDenial(t *testing.T) {
	s, cfg := serve(t, sim.Options{})
	c := ecs.NewFromConfig(cfg)
	s.Faults().Deny("ecs:ListServices")
	_, err := c.ListServices(background, &ecs.ListServicesInput{Cluster: ptr("prod")})
	if code(t, err) != "AccessDeniedException" || !strings.Contains(err.Error(), "User: arn:aws:iam::111122223333:user/oncall is not authorized to perform: ecs:ListServices on resource: * because no identity-based policy allows the ecs:ListServices action") {
		t.Error(err)
	}
	if err := clusters(c); err != nil {
		t.Error(err)
	}
	s.Faults().Allow("ecs:ListServices")
	if _, err := c.ListServices(background, &ecs.ListServicesInput{Cluster: ptr("prod")}); err != nil {
		t.Error(err)
	}
	s.Faults().Deny("sts:*")
	_, err = sts.NewFromConfig(cfg).GetCallerIdentity(background, &sts.GetCallerIdentityInput{})
	if code(t, err) != "AccessDenied" {
		t.Error(err)
	}
	_, err = c.DescribeServices(background, &ecs.DescribeServicesInput{Cluster: ptr("prod"), Services: []string{"web"}})
	if err != nil {
		t.Error(err)
	}
	s.Faults().Deny("*")
	_, err = c.DescribeServices(background, &ecs.DescribeServicesInput{Cluster: ptr("prod"), Services: []string{"web"}})
	if !strings.Contains(err.Error(), "on resource: arn:aws:ecs:eu-central-1:111122223333:service/prod/web") {
		t.Error(err)
	}
}

func TestThrottling(t *testing.T) {
	s, cfg := serve(t, sim.Options{})
	c := ecs.NewFromConfig(cfg)
	s.Faults().Throttle(2)
	var got []string
	for range 4 {
		got = append(got, code(t, clusters(c)))
	}
	if strings.Join(got, ",") != ",ThrottlingException,,ThrottlingException" {
		t.Error(got)
	}
	s.Faults().Throttle(0)
	if n := s.Faults().Calls("ecs:ListClusters"); n != 4 {
		t.Errorf("%d calls were counted", n)
	}
}

func TestBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, cfg := serve(t, sim.Options{})
		c := ecs.NewFromConfig(cfg)
		n := 0
		for clusters(c) == nil {
			n++
		}
		if n != 50 {
			t.Errorf("a full bucket let %d calls pass, not 50", n)
		}
		time.Sleep(time.Second)
		for n = 0; clusters(c) == nil; n++ {
		}
		if n != 20 {
			t.Errorf("a second refilled %d calls, not 20", n)
		}
		// Another bucket is still full, and none counts when they are off.
		if _, err := c.ListServices(background, &ecs.ListServicesInput{Cluster: ptr("prod")}); err != nil {
			t.Error(err)
		}
		s.Faults().Buckets(false)
		for range 100 {
			if err := clusters(c); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, cfg := serve(t, sim.Options{Latency: 60 * time.Millisecond})
		c := ecs.NewFromConfig(cfg)
		took := func() time.Duration {
			begun := time.Now()
			if err := clusters(c); err != nil {
				t.Fatal(err)
			}
			return time.Since(begun)
		}
		if d := took(); d != 60*time.Millisecond {
			t.Errorf("it took %v", d)
		}
		s.Faults().Slow("ecs:ListClusters", 2*time.Second)
		if d := took(); d != 2060*time.Millisecond {
			t.Errorf("it took %v", d)
		}
		s.Faults().Slow("ecs:ListClusters", 0)
		s.Faults().Jitter(100 * time.Millisecond)
		if d := took(); d < 60*time.Millisecond || d >= 160*time.Millisecond {
			t.Errorf("it took %v", d)
		}
	})
}

func TestExpiry(t *testing.T) {
	s, cfg := serve(t, sim.Options{})
	c := ecs.NewFromConfig(cfg)
	s.Faults().ExpireAfter(2)
	for i, want := range []string{"", "", "ExpiredTokenException", "ExpiredTokenException"} {
		if got := code(t, clusters(c)); got != want {
			t.Errorf("call %d: %q", i+1, got)
		}
	}
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, &sts.GetCallerIdentityInput{})
	if code(t, err) != "ExpiredToken" {
		t.Error(err)
	}
	s.Faults().Renew()
	if err := clusters(c); err != nil {
		t.Error(err)
	}
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, cfg := serve(t, sim.Options{})
		c := ecs.NewFromConfig(cfg)
		s.Faults().Hang("ecs:ListClusters")
		ctx, cancel := context.WithTimeout(background, time.Hour)
		_, err := c.ListClusters(ctx, &ecs.ListClustersInput{})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- clusters(c) }()
		synctest.Wait()
		s.Faults().Latency(time.Millisecond) // another switch does not let it go
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatal("it was answered", err)
		default:
		}
		s.Faults().Unhang("ecs:ListClusters")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestCloseEndsWhatHangs(t *testing.T) {
	s, cfg := serve(t, sim.Options{Faults: "hang=ecs:ListClusters"})
	done := make(chan error, 1)
	go func() { done <- clusters(ecs.NewFromConfig(cfg)) }()
	for begun := time.Now(); s.Faults().Calls("*") == 0; runtime.Gosched() {
		if time.Since(begun) > 20*time.Second {
			t.Fatal("no call has arrived")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err == nil {
			t.Error("it was answered")
		}
	case <-time.After(20 * time.Second):
		t.Error("it still hangs")
	}
}

func TestLack(t *testing.T) {
	s, cfg := serve(t, sim.Options{Faults: "lack=ecs:ListClusters:500, lack=ecs:ListTasks"})
	c := ecs.NewFromConfig(cfg)
	if err := clusters(c); err == nil || !strings.Contains(err.Error(), "StatusCode: 500") {
		t.Error(err)
	}
	_, err := c.ListTasks(background, &ecs.ListTasksInput{Cluster: ptr("prod")})
	if err == nil || !strings.Contains(err.Error(), "StatusCode: 404") {
		t.Error(err)
	}
	s.Faults().Lack("ecs:ListClusters", 0)
	if err := clusters(c); err != nil {
		t.Error(err)
	}
}

func TestCut(t *testing.T) {
	_, cfg := serve(t, sim.Options{Faults: "cut=3"})
	c := ecs.NewFromConfig(cfg)
	for i := 1; i <= 6; i++ {
		err := clusters(c)
		if (err != nil) != (i%3 == 0) {
			t.Errorf("call %d: %v", i, err)
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("call %d ends in %v", i, err)
		}
	}
}

func TestFailures(t *testing.T) {
	_, cfg := serve(t, sim.Options{Faults: "fail=web:MISSING,fail=cart"})
	c := ecs.NewFromConfig(cfg)
	out, err := c.DescribeServices(background, &ecs.DescribeServicesInput{Cluster: ptr("prod"), Services: []string{"web", "checkout", "cart"}})
	if err != nil || len(out.Services) != 1 || len(out.Failures) != 2 || sdkaws.ToString(out.Failures[0].Reason) != "MISSING" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestFaultsAsText(t *testing.T) {
	s, _ := serve(t, sim.Options{})
	for _, good := range []string{
		"", "latency=60ms,jitter=5ms", "throttle=2", "buckets=off", "deny=logs:*,deny=ecs:UpdateService", "expire=now", "expire=10",
		"hang=*", "lack=*:500", "cut=7", "fail=arn:aws:ecs:eu-central-1:111122223333:task/prod/abc:MISSING", "slow=ecs:ListTasks:2s", " latency=1s , cut=0 ", "wrong=key,wrong=bucket,role-lacks=kms:Decrypt",
	} {
		if err := s.Faults().Set(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"nonsense", "latency=5", "latency=-1s", "throttle=x", "throttle=-1", "buckets=maybe", "deny=ListServices", "deny=ecs:A:b", "lack=ecs:A:200",
		"exec-stop", "exec-stop=soon", "exec-stop=1s:256", "exec-drop=x",
		"expire=0", "expire=soon", "slow=ecs:A", "fail=", "jitter", "cut", "wrong=everything", "role-lacks=Decrypt",
	} {
		if err := s.Faults().Set(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	if reason, ok := s.Faults().Failure("arn:aws:ecs:eu-central-1:111122223333:task/prod/abc"); !ok || reason != "MISSING" {
		t.Error(reason, ok)
	}
	// A word with a fault spoils the whole text.
	s2, cfg := serve(t, sim.Options{})
	if err := s2.Faults().Set("deny=*,nonsense"); err == nil {
		t.Error("accepted")
	}
	if err := clusters(ecs.NewFromConfig(cfg)); err != nil {
		t.Error(err)
	}
	if _, err := sim.New(sim.Options{Faults: "nonsense"}); err == nil {
		t.Error("a simulator was made of nonsense")
	}
}

func TestCounters(t *testing.T) {
	s, cfg := serve(t, sim.Options{Faults: "deny=ecs:ListServices"})
	c := ecs.NewFromConfig(cfg)
	for range 3 {
		if err := clusters(c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.ListServices(background, &ecs.ListServicesInput{}); err == nil {
		t.Fatal("allowed")
	}
	f := s.Faults()
	if f.Calls("ecs:ListClusters") != 3 || f.Calls("ecs:ListServices") != 1 || f.Calls("ecs:*") != 4 || f.Calls("*") != 4 || f.Calls("sts:*") != 0 {
		t.Error(f.Calls("ecs:ListClusters"), f.Calls("ecs:ListServices"), f.Calls("ecs:*"), f.Calls("*"))
	}
	f.ResetCalls()
	if f.Calls("*") != 0 || f.Calls("ecs:*") != 0 {
		t.Error("not reset")
	}
}

// Each switch that is described works as its example is written, and each that there is
// is described.
func TestFaultsHelp(t *testing.T) {
	described := map[string]bool{}
	for line := range strings.Lines(sim.FaultsHelp) {
		word, _, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
		name, _, example := strings.Cut(word, "=")
		if !strings.HasPrefix(line, "  ") || !example {
			continue
		}
		described[name] = true
		s, err := sim.New(sim.Options{Faults: word})
		if err != nil {
			t.Errorf("the example %s: %v", word, err)
			continue
		}
		for _, name := range s.Faults().Names() {
			if !described[name] && !strings.Contains(sim.FaultsHelp, "\n  "+name+"=") {
				t.Errorf("%s is not described", name)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(described) < 30 {
		t.Errorf("%d switches are described", len(described))
	}
}
