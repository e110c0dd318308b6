package exec_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"ecsole/aws"
	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
	"ecsole/aws/exec/forward"
	"ecsole/aws/sim"
)

// A read-only account opens nothing, whoever asks: what refuses stands in the SDK's
// own chain.
func TestReadOnlyOpensNothing(t *testing.T) {
	l, dial := sim.Pipe()
	r := newRigOn(t, sim.Options{}, l, dial)
	task := r.target()
	key, secret, region := r.sim.Static("http://simulator")
	acct, err := aws.Open(t.Context(), aws.Options{Dial: dial, ReadOnly: true, Journal: r.acct.Journal(),
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "read-only"}})
	if err != nil {
		t.Fatal(err)
	}
	defer acct.Close()
	local := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(local, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	instance := task
	instance.Instance = "i-0123456789abcdef0"
	copied := files.Request{Request: task, Remote: "/tmp/file", Local: local}
	for name, try := range map[string]func(context.Context) error{
		"shell":    func(ctx context.Context) error { _, err := exec.Of(acct).Open(ctx, task); return err },
		"instance": func(ctx context.Context) error { _, err := exec.Of(acct).Open(ctx, instance); return err },
		"copy in": func(ctx context.Context) error {
			_, err := files.Put(ctx, exec.Of(acct), copied, files.Options{})
			return err
		},
		"copy out": func(ctx context.Context) error {
			_, err := files.Fetch(ctx, exec.Of(acct), copied, files.Options{})
			return err
		},
		"one command":   func(ctx context.Context) error { return exec.Of(acct).Run(ctx, task, "true", exec.RunOptions{}).Err },
		"port":          func(ctx context.Context) error { return openForward(ctx, acct, task, "") },
		"port of a far": func(ctx context.Context) error { return openForward(ctx, acct, task, "db.internal") },
	} {
		t.Run(name, func(t *testing.T) {
			if e := aws.AsError(try(t.Context())); e == nil || e.Class != aws.Denied {
				t.Errorf("%v", e)
			}
		})
	}
	for _, call := range []string{"ecs:ExecuteCommand", "ssm:StartSession"} {
		if n := r.sim.Faults().Calls(call); n != 0 {
			t.Errorf("%d calls of %s", n, call)
		}
	}
	if b, err := os.ReadFile(local); err != nil || !bytes.Equal(b, []byte("text")) {
		t.Errorf("the file here is %q, %v", b, err)
	}
}

func openForward(ctx context.Context, acct *aws.Account, task exec.Request, host string) error {
	_, err := forward.Of(acct).Open(ctx, forward.Request{Cluster: task.Cluster, Task: task.Task, Container: task.Container,
		RuntimeID: task.RuntimeID, Host: host, Port: 8080})
	return err
}
