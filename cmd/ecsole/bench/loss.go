package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The tests of the tails at full size: 10,000 lines a second for a minute with late
// arrivals, doubled and empty pages and throttling, at each of AWS's limits; and a
// minute in which the terminal is away, at 5,000 lines a second. They run in virtual
// time and count what is lost and doubled themselves: passing is none.
var (
	lossLine = regexp.MustCompile(`([\d.]+) lines a second of \d+ bytes, .*on time after (\S+), late after (\S+), lag (\S+), ([\d.]+) calls a second`)
	holdLine = regexp.MustCompile(`([\d]+) lines while the terminal was away`)
	notAll   = regexp.MustCompile(`of \d+ (?:events|lines) (\d+) are .*?(\d+) (?:are|others are)`)
)

// losses runs them and puts down what they say.
func (b *bench) losses(ctx context.Context) error {
	var failed error
	for _, limit := range []int{25, 10, 5} {
		failed = errors.Join(failed, b.loss(ctx, limit))
	}
	return errors.Join(failed, b.hold(ctx))
}

func (b *bench) loss(ctx context.Context, limit int) error {
	own := b.programs[0].name
	name := fmt.Sprintf("loss test, 10,000 lines/s for 60 s, %d calls/s", limit)
	out, err := fullTest(ctx, "./aws/logs", fmt.Sprintf("^TestNothingIsLostOrDoubled$/^at_%d_a_second$", limit))
	m := lossLine.FindStringSubmatch(out)
	if m == nil {
		return fmt.Errorf("%s: %w: %s", name, err, tailOf(out))
	}
	b.putMissing(name+": lost, doubled", out)
	figure := func(what, text string, aim time.Duration) {
		b.sheet.put(what, own, text)
		if d, err := time.ParseDuration(text); err == nil && aim > 0 {
			b.sheet.aim(what, "≤ "+aim.String(), d <= aim)
		}
	}
	onTime, late := 3*time.Second, 14*time.Second
	if limit == 5 { // it cannot keep up there; it has to say so, and lose nothing
		onTime, late = 0, 0
	}
	figure(fmt.Sprintf("  on time lines shown after, %d calls/s", limit), m[2], onTime)
	figure(fmt.Sprintf("  late lines shown after, %d calls/s", limit), m[3], late)
	lag := fmt.Sprintf("  lag shown, %d calls/s", limit)
	b.sheet.put(lag, own, m[4])
	if limit == 5 {
		b.sheet.aim(lag, "> 0", m[4] != "0s")
	}
	b.sheet.put(fmt.Sprintf("  calls a second of %d", limit), own, m[5])
	return nil
}

// putMissing puts down what a test says is lost and doubled; it says nothing where
// all is well.
func (b *bench) putMissing(name, out string) {
	lost, doubled := 0, 0
	if m := notAll.FindStringSubmatch(out); m != nil {
		lost, _ = strconv.Atoi(m[1])
		doubled, _ = strconv.Atoi(m[2])
	}
	b.sheet.put(name, b.programs[0].name, fmt.Sprintf("%d, %d", lost, doubled))
	b.sheet.aim(name, "0, 0", lost+doubled == 0)
}

func (b *bench) hold(ctx context.Context) error {
	out, err := fullTest(ctx, "./views/journeys", "^TestTailsGoOnWhileTheTerminalIsAway$")
	m := holdLine.FindStringSubmatch(out)
	if m == nil {
		return fmt.Errorf("the terminal away: %w: %s", err, tailOf(out))
	}
	const name = "terminal away for 60 s, 5,000 lines/s"
	b.sheet.put("  "+name+": lines", b.programs[0].name, m[1])
	b.putMissing(name+": lost, doubled", out)
	return nil
}

// fullTest runs a test at full size; its error is only of interest where it said
// nothing.
func fullTest(ctx context.Context, pkg, test string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", test, pkg, "-full")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// tailOf is the end of a test's output.
func tailOf(out string) string {
	all := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(all[max(len(all)-3, 0):], " | ")
}
