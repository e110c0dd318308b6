package aws

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		op, region    string
		burst, refill float64
	}{
		{"ecs:ListClusters", "eu-central-1", 50, 20}, {"ecs:DescribeServices", "x", 100, 20}, {"ecs:DescribeTasks", "x", 100, 20},
		{"ecs:ListTaskDefinitions", "x", 50, 20}, {"ecs:ListServicesByNamespace", "x", 10, 1}, {"ecs:GetTaskProtection", "x", 200, 80},
		{"ecs:ExecuteCommand", "x", 100, 40}, {"ecs:UpdateService", "x", 50, 5}, {"ecs:RegisterTaskDefinition", "x", 20, 1},
		{"logs:FilterLogEvents", "us-east-1", 25, 25}, {"logs:FilterLogEvents", "eu-central-1", 5, 5}, {"logs:FilterLogEvents", "eu-west-1", 10, 10},
		{"logs:GetLogEvents", "us-east-1", 25, 25}, {"logs:GetLogEvents", "eu-west-1", 10, 10}, {"logs:GetLogEvents", "eu-west-3", 30, 30},
		{"logs:StartLiveTail", "x", 5, 5}, {"cloudwatch:GetMetricData", "x", 500, 500}, {"guardduty:GetFindings", "x", 20, 10},
	} {
		if l := limitOf(c.op, c.region); l.burst != c.burst || l.refill != c.refill {
			t.Errorf("%s in %s: %v, want %v and %v/s", c.op, c.region, l, c.burst, c.refill)
		}
	}
	same := limitOf("ecs:ListServices", "x").name == limitOf("ecs:DescribeServices", "x").name
	other := limitOf("ecs:ListServices", "x").name == limitOf("ecs:ListTasks", "x").name
	if !same || other {
		t.Error("AWS's buckets are not told apart")
	}
}

// draw counts the tokens that n takers get within d.
func draw(t *testing.T, b *bucket, foreground bool, n int, d time.Duration) (got int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range n {
		wg.Go(func() {
			if b.wait(ctx, foreground) == nil {
				mu.Lock()
				got++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return got
}

func TestBudgets(t *testing.T) {
	services := limit{"ecs: service read", 100, 20}
	for _, c := range []struct {
		name       string
		foreground bool
		after      time.Duration
		want       int
	}{
		{"foreground burst", true, time.Millisecond, 80},
		{"foreground, ten seconds", true, 10*time.Second + time.Millisecond, 80 + 160},
		{"background burst", false, time.Millisecond, 25},
		{"background, ten seconds", false, 10*time.Second + time.Millisecond, 25 + 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := draw(t, newBucket(services), c.foreground, 1000, c.after); got != c.want {
					t.Errorf("%d tokens, want %d", got, c.want)
				}
			})
		})
	}
}

// Both classes together never take more than the foreground's share, and the
// foreground never waits behind the background.
func TestForegroundGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(limit{"x", 100, 20})
		var bg int
		var wg sync.WaitGroup
		wg.Go(func() { bg = draw(t, b, false, 1000, 10*time.Second+time.Millisecond) })
		synctest.Wait()
		fg := draw(t, b, true, 1000, 10*time.Second+time.Millisecond)
		wg.Wait()
		if bg != 25 || fg != 80-25+160 {
			t.Errorf("background %d, foreground %d; want 25 and 215", bg, fg)
		}
	})
}

func TestThrottlingSlowsDownAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(limit{"x", 100, 20})
		for range 5 {
			b.throttle() // one round: they were in flight together
		}
		burst, rate := b.rate(true)
		if burst != 0 || rate < 16*decrease-0.01 || rate > 16*decrease+0.01 {
			t.Errorf("after throttling: %d at once, %.2f/s", burst, rate)
		}
		for range 20 {
			time.Sleep(sameRound)
			b.throttle()
		}
		if _, rate := b.rate(true); rate < 16*floor*0.9 || rate > 16*0.2 {
			t.Errorf("after much throttling: %.2f/s", rate)
		}
		time.Sleep(10 * time.Second)
		_, some := b.rate(true)
		time.Sleep(time.Minute)
		burst, all := b.rate(true)
		if some >= 16*0.8 || all < 15.99 || burst != 80 {
			t.Errorf("recovery: %.2f/s after 10 s, %.2f/s and %d at once after 70 s", some, all, burst)
		}
	})
}

func TestWaitingCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(limit{"x", 10, 1})
		if got := draw(t, b, true, 8, time.Millisecond); got != 8 {
			t.Fatal(got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		for range 3 {
			go func() { errs <- b.wait(ctx, true) }()
		}
		synctest.Wait()
		if n := b.waiters(); n != 3 {
			t.Errorf("%d wait, want 3", n)
		}
		cancel()
		for range 3 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		if n := b.waiters(); n != 0 {
			t.Errorf("%d wait after they were cancelled", n)
		}
		if err := b.wait(ctx, true); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled call took a token: %v", err)
		}
		// They took nothing: the next token is there when it is due.
		began := time.Now()
		if err := b.wait(t.Context(), true); err != nil || time.Since(began) > 1300*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(limit{"x", 1, 10})
		draw(t, b, true, 1, time.Millisecond)
		served := make(chan int, 5)
		for i := range 5 {
			go func() {
				if b.wait(t.Context(), true) == nil {
					served <- i
				}
			}()
			synctest.Wait()
		}
		for i := range 5 {
			if v := <-served; v != i {
				t.Fatalf("the %d. that came was served as the %d.", v+1, i+1)
			}
		}
	})
}

func TestProfilesOfOneAccountShareBuckets(t *testing.T) {
	p := NewPacer()
	a, b := p.scope("profile a"), p.scope("profile b")
	if a == b || p.scope("profile a") != a {
		t.Fatal("scopes are mixed up")
	}
	if got := p.learn("profile a", "account 1"); got != a {
		t.Error("the first profile's buckets became those of the account")
	}
	if got := p.learn("profile b", "account 1"); got != a || p.scope("profile b") != a {
		t.Error("the second profile keeps buckets of its own")
	}
	if p.scope("profile c") == a {
		t.Error("a stranger shares")
	}
	if a.bucket("ecs:ListServices", "x") != a.bucket("ecs:DescribeServices", "x") || a.bucket("ecs:ListServices", "x") == a.bucket("ecs:ListServices", "y") {
		t.Error("buckets go by region and by AWS's bucket")
	}
}
