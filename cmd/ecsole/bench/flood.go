package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"ecsole/aws/sim"
	"ecsole/tui/vterm"
)

const (
	floodTasks = 30
	fillFor    = 6 * time.Second
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
	keys, err := b.scroll(ctx, t, name, a.env)
	if len(keys.took) > 0 {
		b.sheet.put(fmt.Sprintf("  lines a second that came of %.0f", rate), p.name, fmt.Sprintf("%.0f", came))
	}
	if now, failed := costOf(t.pid()); failed == nil && noCost == nil {
		b.sheet.put(fmt.Sprintf("CPU per second, log view, %.0f lines/s", rate), p.name, ms(time.Duration(float64(now.cpu-before.cpu)/time.Since(from).Seconds())))
		b.sheet.put(fmt.Sprintf("memory then (RSS), %.0f lines/s", rate), p.name, mb(now.rss))
	}
	if err != nil || !list {
		return err
	}
	// Of the lists, this one opens above the screen that is there, which goes on.
	if _, err := t.press(ctx, ":aliases\r", slow, func(s *vterm.Screen) bool { return cursorRow(s) >= 0 && strings.Contains(s.String(), "aliases(") }); err != nil {
		return fmt.Errorf("the list over the log view: %w", err)
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	return b.sideBySide(ctx, &walker{t: t}, fmt.Sprintf("key → frame, list over a tail, %.0f lines/s", rate), a.env)
}

// sideBySide walks in the console and in a bare program that draws the same screen.
func (b *bench) sideBySide(ctx context.Context, own *walker, name string, env []string) error {
	floor, err := b.floor(ctx, sketch(own.t), env)
	if err != nil {
		return fmt.Errorf("the bare program: %w", err)
	}
	defer floor.close()
	beside := &walker{t: floor}
	err = walk(ctx, rounds, own, beside)
	if len(own.took) > 0 && len(beside.took) > 0 {
		b.putLatency(name, b.programs[0], own.took)
		b.putLatency(name, bareProgram(), beside.took)
	}
	return err
}

// sketch is a picture of a screen as it is now, with a cursor line on every line below
// the cursor's.
func sketch(t *terminal) picture {
	pic := picture{Selected: map[int]string{}}
	t.view(func(s *vterm.Screen) {
		_, rows := s.Size()
		pic.Cursor = max((rows-steps)/2, 3)
		for y := range rows {
			line := s.Styled(y)
			if y == cursorRow(s) {
				line = s.Line(y)
			}
			pic.Lines = append(pic.Lines, line)
			if y >= pic.Cursor && y < rows-2 {
				pic.Selected[y] = "\x1b[48;5;24m" + s.Line(y) + "\x1b[K\x1b[m"
			}
		}
	})
	return pic
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

// scroll leaves the end, which stops the following, and walks up and down from there
// while lines go on coming below.
func (b *bench) scroll(ctx context.Context, t *terminal, name string, env []string) (pressing, error) {
	if _, err := t.press(ctx, "k", keyLimit, func(s *vterm.Screen) bool { return cursorRow(s) >= 0 }); err != nil {
		return pressing{}, fmt.Errorf("k at the end of the log view: %w", err)
	}
	up := &walker{t: t, pressing: pressing{loose: true}}
	for range steps + 3 {
		if err := up.press(ctx, t, "k", -1); err != nil {
			return up.pressing, err
		}
	}
	own := &walker{t: t, pressing: pressing{loose: true}}
	err := b.sideBySide(ctx, own, name, env)
	return own.pressing, err
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
