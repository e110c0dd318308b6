package aws_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"go.uber.org/goleak"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

const host = "sim.invalid"

// start runs a simulator in memory and returns options for an account on it.
func start(t *testing.T, o sim.Options) (*sim.Sim, aws.Options) {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), l.Close()); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	key, secret, region := s.Static("http://" + host)
	return s, aws.Options{
		Static: &aws.Static{Endpoint: "http://" + host, AccessKey: key, SecretKey: secret, Region: region, Name: "test"},
		Dial:   dial,
	}
}

func openAccount(t *testing.T, o aws.Options) *aws.Account {
	t.Helper()
	a, err := aws.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func openJournal(t *testing.T) *audit.Journal {
	t.Helper()
	j, err := audit.Open(filepath.Join(t.TempDir(), "journal.jsonl"), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func TestIdentityIsAskedOnce(t *testing.T) {
	s, o := start(t, sim.Options{})
	a := openAccount(t, o)
	if _, ok := a.KnownIdentity(); ok {
		t.Fatal("the identity is known before anyone was asked")
	}
	for range 2 {
		who, err := a.Identity(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if who.Account != s.World().Account() || who.ARN == "" || who.UserID == "" {
			t.Errorf("%+v", who)
		}
	}
	if who, ok := a.KnownIdentity(); !ok || who.Account == "" {
		t.Errorf("%+v %v", who, ok)
	}
	if n := s.Faults().Calls("sts:GetCallerIdentity"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	if got := a.Endpoint(); got != host {
		t.Errorf("endpoint %q", got)
	}
	if a.Profile() != "test" || a.Region() != "eu-central-1" || a.Partition() != "aws" {
		t.Error(a.Profile(), a.Region(), a.Partition())
	}
}

// Everything works on fake time over the in-memory pipe: nothing in the account
// blocks outside the bubble.
func TestInsideSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		client := ecs.NewFromConfig(a.Config())
		if _, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
			t.Fatal(err)
		}
		s.Faults().Hang("ecs:ListClusters")
		began := time.Now()
		_, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
		if e := aws.AsError(err); e.Class != aws.Network {
			t.Errorf("%v: %v", e.Class, e)
		}
		if took := time.Since(began); took < 14*time.Second || took > 16*time.Second {
			t.Errorf("a server that hangs was given up after %v, want 15 s", took)
		}
		a.Close()
	})
}

func TestCloseLeavesNothing(t *testing.T) {
	opt := goleak.IgnoreCurrent()
	t.Run("account", func(t *testing.T) {
		_, o := start(t, sim.Options{})
		a := openAccount(t, o)
		if _, err := a.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if a.Context().Err() == nil {
			t.Error("the context of a closed account goes on")
		}
		a.Close() // twice is allowed
	})
	goleak.VerifyNone(t, opt)
}

func TestOwn(t *testing.T) {
	_, o := start(t, sim.Options{})
	a := openAccount(t, o)
	var log []string
	own := func(key string) string {
		return aws.Own(a, key, func(*aws.Account) (string, func()) {
			log = append(log, "open "+key)
			return key, func() { log = append(log, "close "+key) }
		})
	}
	outer := aws.Own(a, "outer", func(a *aws.Account) (string, func()) {
		return "outer of " + own("inner"), func() { log = append(log, "close outer") }
	})
	if outer != "outer of inner" || own("inner") != "inner" {
		t.Error(outer)
	}
	if n := aws.Own(a, "inner", func(*aws.Account) (int, func()) { return 7, nil }); n != 7 {
		t.Error("another type under the same key is another service")
	}
	a.Close()
	if got := own("late"); got != "late" {
		t.Error(got)
	}
	want := []string{"open inner", "close outer", "close inner", "open late", "close late"}
	if len(log) != len(want) {
		t.Fatalf("%q, want %q", log, want)
	}
	for i := range want {
		if log[i] != want[i] {
			t.Fatalf("%q, want %q", log, want)
		}
	}
}

func TestOwnOpensOnceForAll(t *testing.T) {
	_, o := start(t, sim.Options{})
	a := openAccount(t, o)
	opened := make(chan struct{}, 8)
	got := make(chan *int, 8)
	for range 8 {
		go func() {
			got <- aws.Own(a, "hub", func(*aws.Account) (*int, func()) {
				opened <- struct{}{}
				return new(int), nil
			})
		}()
	}
	first := <-got
	for range 7 {
		if v := <-got; v != first || v == nil {
			t.Error("two services under one key")
		}
	}
	if len(opened) != 1 {
		t.Errorf("opened %d times", len(opened))
	}
}

func TestCallerGivesUp(t *testing.T) {
	s, o := start(t, sim.Options{})
	a := openAccount(t, o)
	s.Faults().Hang("sts:GetCallerIdentity")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := a.Identity(ctx); done <- err }()
	cancel()
	if e := aws.AsError(<-done); e.Class != aws.Cancelled {
		t.Errorf("%v: %v", e.Class, e)
	}
	if n := a.Problems().Count(); n != 0 {
		t.Errorf("%d problems: what was cancelled has not failed", n)
	}
	s.Faults().Unhang("sts:GetCallerIdentity")
}
