package ecs

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"ecsole/aws"
)

func TestDefinitionIsReadOnce(t *testing.T) {
	var calls atomic.Int32
	gate := make(chan struct{})
	d := definitions{read: func(_ context.Context, arn string) (TaskDefinition, error) {
		calls.Add(1)
		<-gate
		return TaskDefinition{ARN: arnBase + "task-definition/web:3", Family: "web", Revision: 3}, nil
	}}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if td, err := d.get(t.Context(), t.Context(), "web:3"); err != nil || td.Revision != 3 {
				t.Errorf("%+v, %v", td, err)
			}
		})
	}
	close(gate)
	wait.Wait()
	for _, name := range []string{"web:3", arnBase + "task-definition/web:3"} {
		if _, err := d.get(t.Context(), t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
	// A family means its latest revision, which changes.
	for range 2 {
		if _, err := d.get(t.Context(), t.Context(), "web"); err != nil {
			t.Error(err)
		}
	}
	if n := calls.Load(); n != 3 {
		t.Errorf("%d calls, want 3: a family is asked for anew", n)
	}
}

func TestOneWaiterLeavesTheOthersStay(t *testing.T) {
	started, gate, cancelled := make(chan struct{}), make(chan struct{}), make(chan struct{})
	d := definitions{read: func(ctx context.Context, arn string) (TaskDefinition, error) {
		close(started)
		select {
		case <-gate:
			return TaskDefinition{ARN: arn}, nil
		case <-ctx.Done():
			close(cancelled)
			return TaskDefinition{}, ctx.Err()
		}
	}}
	first, leave := context.WithCancel(t.Context())
	var left, wait sync.WaitGroup
	left.Go(func() {
		if _, err := d.get(first, t.Context(), "web:3"); err == nil {
			t.Error("the first caller left, and was answered")
		}
	})
	<-started
	wait.Go(func() {
		if td, err := d.get(t.Context(), t.Context(), "web:3"); err != nil || td.ARN == "" {
			t.Errorf("the second caller: %+v, %v", td, err)
		}
	})
	for both := false; !both; runtime.Gosched() {
		d.mu.Lock()
		both = d.flying["web:3"].waiting == 2
		d.mu.Unlock()
	}
	leave()
	left.Wait()
	select {
	case <-cancelled:
		t.Error("the call ended with the first caller")
	default:
	}
	close(gate)
	wait.Wait()
}

func TestTheLastWaiterCancels(t *testing.T) {
	started, ended := make(chan struct{}, 2), make(chan struct{}, 2)
	d := definitions{read: func(ctx context.Context, arn string) (TaskDefinition, error) {
		started <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return TaskDefinition{}, aws.AsError(ctx.Err())
	}}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	if _, err := d.get(ctx, t.Context(), "web:3"); err == nil {
		t.Error("no error")
	}
	<-ended
	// The account's end ends a call too, and errors are not remembered.
	life, end := context.WithCancel(t.Context())
	go func() { <-started; end() }()
	if _, err := d.get(t.Context(), life, "web:3"); err == nil {
		t.Error("no error")
	}
	<-ended
	boom := errors.New("boom")
	d.read = func(context.Context, string) (TaskDefinition, error) { return TaskDefinition{}, boom }
	if _, err := d.get(t.Context(), t.Context(), "web:3"); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	d.read = func(_ context.Context, arn string) (TaskDefinition, error) { return TaskDefinition{ARN: arn}, nil }
	if td, err := d.get(t.Context(), t.Context(), "web:3"); err != nil || td.ARN != "web:3" {
		t.Errorf("%+v, %v", td, err)
	}
}
