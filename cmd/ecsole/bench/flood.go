package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"time"

	"ecsole/aws/sim"
	"ecsole/tui/vterm"
)

const (
	floodTasks = 30
	fillFor    = 6 * time.Second
	floodKeys  = 150
)

// floods measures keys while log lines come in: in the log view, and in a list above
// it while the tail goes on. Other consoles are left out: which of their keys do what
// is not known.
func (b *bench) floods(ctx context.Context) error {
	var failed error
	for _, rate := range []float64{5000, 10000} {
		if err := b.flood(ctx, rate, rate == 5000); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%.0f lines a second: %w", rate, err))
		}
	}
	return failed
}

func (b *bench) flood(ctx context.Context, rate float64, list bool) error {
	p := b.programs[0]
	a, err := b.serve(ctx, size{Scale: sim.Scale{Clusters: 1, Services: 1, Tasks: floodTasks}, LogRate: rate})
	if err != nil {
		return err
	}
	defer a.close()
	n, err := a.names()
	if err != nil {
		return err
	}
	came, err := b.arriving(ctx, a, n.Clusters[0]+"/"+n.Services[0])
	if err != nil {
		return err
	}
	t, err := b.atServices(ctx, p, a, 1)
	if err != nil {
		return err
	}
	defer t.close()
	if _, err := t.press(ctx, "l", slow, filled); err != nil {
		return fmt.Errorf("the log view: %w", err)
	}
	if err := pause(ctx, fillFor); err != nil {
		return err
	}
	name := fmt.Sprintf("key → frame, log view, %.0f lines/s", rate)
	before, noCost := costOf(t.pid())
	from := time.Now()
	took, err := scroll(ctx, t)
	if len(took) > 0 {
		b.putLatency(name, p, took)
		b.sheet.put("  lines a second that came", p.name, fmt.Sprintf("%.0f", came))
	}
	if now, failed := costOf(t.pid()); failed == nil && noCost == nil {
		b.sheet.put(fmt.Sprintf("CPU per second, log view, %.0f lines/s", rate), p.name, ms(time.Duration(float64(now.cpu-before.cpu)/time.Since(from).Seconds())))
		b.sheet.put("  memory then (RSS)", p.name, mb(now.rss))
	}
	if err != nil || !list {
		return err
	}
	if _, err := t.press(ctx, ":tasks\r", slow, func(s *vterm.Screen) bool { return cursorRow(s) >= 0 && counts(floodTasks)(s) }); err != nil {
		return fmt.Errorf("the list over the log view: %w", err)
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	keys, err := walk(ctx, t, rounds/2)
	if len(keys.took) > 0 {
		b.putLatency(fmt.Sprintf("key → frame, list over a tail, %.0f lines/s", rate), p, keys.took)
	}
	return err
}

// arriving counts the lines that a service writes in a second.
func (b *bench) arriving(ctx context.Context, a *account, service string) (float64, error) {
	const over = 5
	cmd := exec.CommandContext(ctx, b.programs[0].argv[0], "logs", service, "--since", fmt.Sprintf("%ds", over))
	cmd.Env = a.env
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("ecsole logs: %w", err)
	}
	return float64(bytes.Count(out, []byte("\n"))) / over, nil
}

// filled holds once a log view has more than a handful of lines.
func filled(s *vterm.Screen) bool {
	return strings.Contains(s.String(), "logs(") && len(body(s)) > 20
}

// body are the lines in the frame of the screen on top.
func body(s *vterm.Screen) []string {
	_, rows := s.Size()
	var out []string
	for y := range rows {
		if line := s.Line(y); strings.HasPrefix(line, "│") && strings.TrimSpace(strings.Trim(line, "│")) != "" {
			out = append(out, line)
		}
	}
	return out
}

// scroll goes up from the end, far enough to be free of it, and then up and down.
func scroll(ctx context.Context, t *terminal) ([]time.Duration, error) {
	var took []time.Duration
	r := rand.New(rand.NewPCG(3, 4))
	for i := range floodKeys {
		key, by := "k", -1
		if i >= 3*steps && i/steps%2 == 0 {
			key, by = "j", 1
		}
		var before []string
		at := -1
		t.view(func(s *vterm.Screen) { before, at = body(s), cursorRow(s) })
		d, err := t.press(ctx, key, keyLimit, func(s *vterm.Screen) bool {
			if row := cursorRow(s); at >= 0 && row == at+by {
				return true
			}
			return shifted(before, body(s), by)
		})
		if err != nil {
			return took, fmt.Errorf("%s in the log view: %w", key, err)
		}
		if i > 2 { // the first ones only leave the end
			took = append(took, d)
		}
		if err := pause(ctx, 25*time.Millisecond+time.Duration(r.Int64N(int64(8*time.Millisecond)))); err != nil {
			return took, err
		}
	}
	return took, nil
}

// shifted says whether most lines stand one place further up (by 1) or down (by -1).
func shifted(before, after []string, by int) bool {
	same, moved := 0, 0
	for i, line := range after {
		if i < len(before) && line == before[i] {
			same++
		}
		if k := i + by; k >= 0 && k < len(before) && line == before[k] {
			moved++
		}
	}
	return moved > len(after)/2 && moved > same
}
