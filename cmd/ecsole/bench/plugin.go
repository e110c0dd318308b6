package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
)

const (
	pluginName = "session-manager-plugin"
	// pluginMain is the plugin's command, of the module whose packages the console uses,
	// too.
	pluginMain = "github.com/aws/session-manager-plugin/src/sessionmanagerplugin-main"
)

// shell is the command that `ecsole exec` runs.
const shell = `/bin/sh -c 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'`

// findPlugin is the path of the plugin: the one that was named, the one on the PATH, or
// one that is built from its module if that is what was asked for.
func (b *bench) findPlugin(ctx context.Context) (string, error) {
	switch b.plugin {
	case "build":
		return b.buildPlugin(ctx)
	case "":
		path, err := exec.LookPath(pluginName)
		if err != nil {
			return "", errors.New("it is not on the PATH; -plugin build builds it")
		}
		return filepath.Abs(path)
	}
	path, err := exec.LookPath(b.plugin)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// buildPlugin builds the plugin with the versions of this module. What it needs beyond
// them goes into a go.mod of its own.
func (b *bench) buildPlugin(ctx context.Context) (string, error) {
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("it is built where this program's go.mod is: %w", err)
		}
		if err := os.WriteFile(filepath.Join(b.dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	path := filepath.Join(b.dir, pluginName)
	cmd := exec.CommandContext(ctx, "go", "build", "-modfile="+filepath.Join(b.dir, "go.mod"), "-mod=mod", "-o", path, pluginMain)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("it could not be built: %w", err)
	}
	return path, nil
}

// openOwn opens a shell with the console's own command.
func (b *bench) openOwn(ctx context.Context, a *account, t target) (*terminal, func() (time.Time, error), error) {
	before, err := a.calls("ecs:ExecuteCommand")
	if err != nil {
		return nil, nil, err
	}
	argv := []string{b.programs[0].argv[0], "exec", t.Cluster + "/" + t.Task, "--container", t.Container}
	term, err := launch(ctx, argv, a.env, b.cols, b.rows)
	return term, func() (time.Time, error) { return executed(ctx, a, term, before) }, err
}

// openPlugin opens a shell as the aws command does it.
func (b *bench) openPlugin(path string) opener {
	return func(ctx context.Context, a *account, t target) (*terminal, func() (time.Time, error), error) {
		called := time.Now()
		argv, err := b.pluginCall(ctx, path, a, t)
		if err != nil {
			return nil, nil, err
		}
		term, err := launch(ctx, argv, a.env, b.cols, b.rows)
		return term, func() (time.Time, error) { return called, nil }, err
	}
}

// executed waits until the account has been asked for a session, to the millisecond.
func executed(ctx context.Context, a *account, t *terminal, before int) (time.Time, error) {
	for late := time.Now().Add(slow); time.Now().Before(late); {
		n, err := a.calls("ecs:ExecuteCommand")
		if err != nil {
			return time.Time{}, err
		}
		if n > before {
			return time.Now(), nil
		}
		select {
		case <-t.ended:
			return time.Time{}, fmt.Errorf("%w: %s", errGone, t.says())
		default:
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, errors.New("ecs:ExecuteCommand was not called")
}

// pluginCall opens a session the way the aws command does and returns the command
// line that it runs the plugin with.
func (b *bench) pluginCall(ctx context.Context, path string, a *account, t target) ([]string, error) {
	j, err := audit.Open(filepath.Join(b.dir, "journal.jsonl"), audit.Options{})
	if err != nil {
		return nil, err
	}
	defer j.Close()
	endpoint, region := a.variable("AWS_ENDPOINT_URL"), a.variable("AWS_REGION")
	account, err := aws.Open(ctx, aws.Options{Journal: j, Static: &aws.Static{
		Endpoint: endpoint, Region: region, AccessKey: a.variable("AWS_ACCESS_KEY_ID"), SecretKey: a.variable("AWS_SECRET_ACCESS_KEY"),
	}})
	if err != nil {
		return nil, err
	}
	defer account.Close()
	ctx = aws.Foreground(audit.WithAct(ctx, audit.Act{Action: "bench.open", Target: t.Task}))
	s, err := ecs.New(account).ExecuteCommand(ctx, t.Cluster, t.Task, t.Container, shell)
	if err != nil {
		return nil, err
	}
	session, err := json.Marshal(map[string]string{"SessionId": s.SessionID, "StreamUrl": s.StreamURL, "TokenValue": s.Token})
	if err != nil {
		return nil, err
	}
	params, err := json.Marshal(map[string]string{"Target": fmt.Sprintf("ecs:%s_%s_%s", t.Cluster, t.Task, t.RuntimeID)})
	if err != nil {
		return nil, err
	}
	return []string{path, string(session), region, "StartSession", "", string(params), endpoint}, nil
}
