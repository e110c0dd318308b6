package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/tui/vterm"
)

const (
	pluginName = "session-manager-plugin"
	echoes     = 200
	bulk       = 10 << 20 // bytes from the container
	bulkLimit  = 25 * time.Second
)

// shells measures a shell in a container: `ecsole exec`, and beside it the plugin that
// the aws command runs, where it is installed.
func (b *bench) shells(ctx context.Context) error {
	failed := b.shellOf(ctx, b.programs[0].name, func(a *account, t target) (*terminal, func() (time.Time, error), error) {
		argv := []string{b.programs[0].argv[0], "exec", t.Cluster + "/" + t.Task, "--container", t.Container}
		term, err := launch(ctx, argv, a.env, b.cols, b.rows)
		return term, func() (time.Time, error) { return executed(ctx, a, term) }, err
	})
	path, err := exec.LookPath(pluginName)
	if err != nil {
		b.sheet.note(pluginName + " is not on the PATH: no column for it")
		return failed
	}
	b.sheet.columns = append(b.sheet.columns, pluginName)
	return errors.Join(failed, b.shellOf(ctx, pluginName, func(a *account, t target) (*terminal, func() (time.Time, error), error) {
		called := time.Now()
		argv, err := b.pluginCall(ctx, path, a, t)
		if err != nil {
			return nil, nil, err
		}
		term, err := launch(ctx, argv, a.env, b.cols, b.rows)
		return term, func() (time.Time, error) { return called, nil }, err
	}))
}

// opener opens a shell on a terminal; called says when ExecuteCommand was called.
type opener func(*account, target) (t *terminal, called func() (time.Time, error), err error)

// prompted holds once the line of the cursor ends as a prompt does.
func prompted(s *vterm.Screen) bool {
	x, y, _ := s.Cursor()
	line := s.Line(y)
	return x > 0 && (strings.HasSuffix(line, "#") || strings.HasSuffix(line, "$"))
}

func (b *bench) shellOf(ctx context.Context, name string, open opener) error {
	var calls, starts []time.Duration
	p := program{name: name, own: name == b.programs[0].name}
	for i := range b.runs {
		a, err := b.serve(ctx, size{})
		if err != nil {
			return err
		}
		call, start, echo, err := b.oneShell(ctx, a, open, i == b.runs-1)
		a.close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		calls, starts = append(calls, call), append(starts, start)
		if len(echo) > 0 {
			b.sheet.put("shell: echo of a key: p50", name, ms(percentile(echo, 50)))
			b.sheet.put("shell: echo of a key: p99", name, ms(percentile(echo, 99)))
		}
	}
	b.sheet.put("shell: ExecuteCommand → first prompt", name, ms(median(calls)))
	if p.own {
		b.sheet.put("shell: `ecsole exec TARGET` → first prompt", name, ms(median(starts)))
	}
	return b.bulk(ctx, name, open)
}

// oneShell opens a shell and, if wanted, types into it.
func (b *bench) oneShell(ctx context.Context, a *account, open opener, typing bool) (call, start time.Duration, echo []time.Duration, err error) {
	t, called, err := b.enter(a, open)
	if err != nil {
		return 0, 0, nil, err
	}
	defer t.close()
	from, err := called()
	if err != nil {
		return 0, 0, nil, err
	}
	at, err := t.await(ctx, slow, prompted)
	if err != nil {
		return 0, 0, nil, err
	}
	if typing {
		if err = pause(ctx, time.Second); err == nil {
			echo, err = echoed(ctx, t)
		}
	}
	return at.Sub(from), at.Sub(t.started), echo, err
}

func (b *bench) enter(a *account, open opener) (*terminal, func() (time.Time, error), error) {
	var where target
	if err := a.ask("shell", &where); err != nil {
		return nil, nil, err
	}
	if where.Task == "" {
		return nil, nil, errors.New("the account has no container for shells")
	}
	return open(a, where)
}

// echoed types letters, each when the one before is on the screen.
func echoed(ctx context.Context, t *terminal) ([]time.Duration, error) {
	var took []time.Duration
	var line string
	var row int
	for i := range echoes {
		if i%50 == 0 {
			if i > 0 {
				if _, err := t.press(ctx, "\x15", keyLimit, prompted); err != nil { // ctrl-u
					return took, err
				}
			}
			t.view(func(s *vterm.Screen) { _, row, _ = s.Cursor(); line = s.Line(row) + " " })
		}
		line += "x"
		d, err := t.press(ctx, "x", keyLimit, func(s *vterm.Screen) bool { return s.Line(row) == line })
		if err != nil {
			return took, fmt.Errorf("the echo of key %d: %w", i, err)
		}
		took = append(took, d)
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return took, err
		}
	}
	return took, nil
}

// bulk measures how fast output comes, from a real process: the virtual shell's own
// speed is not the session's.
func (b *bench) bulk(ctx context.Context, name string, open opener) error {
	a, err := b.serve(ctx, size{Host: true})
	if err != nil {
		return err
	}
	defer a.close()
	t, _, err := b.enter(a, open)
	if err != nil {
		return err
	}
	defer t.close()
	if _, err := t.await(ctx, slow, prompted); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	before, noCost := costOf(t.pid())
	bytes := t.written()
	command := fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x | fold -w 99; echo whole''ness\r", bulk)
	took, err := t.press(ctx, command, bulkLimit, func(s *vterm.Screen) bool {
		_, rows := s.Size()
		for y := range rows {
			if s.Line(y) == "wholeness" {
				return true
			}
		}
		return false
	})
	out := float64(t.written()-bytes) / (1 << 20)
	const rate = "shell: output, MB per second"
	if err != nil {
		b.sheet.put(rate, name, fmt.Sprintf("stalled after %.1f MB", out))
		return ctx.Err()
	}
	b.sheet.put(rate, name, fmt.Sprintf("%.1f", out/took.Seconds()))
	if now, err := costOf(t.pid()); err == nil && noCost == nil {
		b.sheet.put("shell: CPU per MB of output", name, ms(time.Duration(float64(now.cpu-before.cpu)/out)))
	}
	return nil
}

// executed waits until the account has been asked for a session, to the millisecond.
func executed(ctx context.Context, a *account, t *terminal) (time.Time, error) {
	for late := time.Now().Add(slow); time.Now().Before(late); {
		n, err := a.calls("ecs:ExecuteCommand")
		if err != nil {
			return time.Time{}, err
		}
		if n > 0 {
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
	s, err := ecs.New(account).ExecuteCommand(ctx, t.Cluster, t.Task, t.Container, "/bin/sh")
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
