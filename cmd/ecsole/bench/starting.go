package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim"
	"ecsole/tui/vterm"
)

// slow bounds the wait for what should take a second or two.
const slow = 20 * time.Second

// median of some durations; 0 of none.
func median(all []time.Duration) time.Duration { return percentile(all, 50) }

func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// showsAll holds once every name is on the screen.
func showsAll(names []string) func(*vterm.Screen) bool {
	return func(s *vterm.Screen) bool {
		text := s.String()
		return !slices.ContainsFunc(names, func(n string) bool { return !strings.Contains(text, n) })
	}
}

// showsAny holds once one of the names stands at the beginning of a row.
func showsAny(names []string) func(*vterm.Screen) bool {
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	return func(s *vterm.Screen) bool {
		for line := range strings.SplitSeq(s.String(), "\n") {
			for _, word := range strings.Fields(strings.Trim(line, " │┃║|▶>")) {
				if there[word] {
					return true
				}
			}
		}
		return false
	}
}

// counts holds once the screen says that it has n rows, the way that consoles write
// it in a title: [200], (200), [2,000].
func counts(n int) func(*vterm.Screen) bool {
	digits := strconv.Itoa(n)
	comma := digits
	if len(digits) > 3 {
		comma = digits[:len(digits)-3] + ",?" + digits[len(digits)-3:]
	}
	count := regexp.MustCompile(`[\[(]` + comma + `[\])]`)
	return func(s *vterm.Screen) bool { return count.MatchString(s.String()) }
}

// starts measures from the start of the process to the clusters on the screen.
func (b *bench) starts(ctx context.Context) error {
	const name = "start → clusters drawn"
	for _, p := range b.programs {
		var took, cpu []time.Duration
		for range b.runs {
			d, c, err := b.start(ctx, p)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			took = append(took, d)
			if c > 0 {
				cpu = append(cpu, c)
			}
		}
		b.sheet.within(name, p, median(took), 2*b.latency+60*time.Millisecond)
		b.sheet.put("  fastest, slowest", p.name, ms(slices.Min(took))+", "+ms(slices.Max(took)))
		b.sheet.put("  CPU until then", p.name, ms(median(cpu)))
	}
	return nil
}

func (b *bench) start(ctx context.Context, p program) (took, cpu time.Duration, err error) {
	a, err := b.serve(ctx, size{})
	if err != nil {
		return 0, 0, err
	}
	defer a.close()
	names, err := a.names()
	if err != nil {
		return 0, 0, err
	}
	t, err := launch(ctx, p.argv, a.env, b.cols, b.rows)
	if err != nil {
		return 0, 0, err
	}
	defer t.close()
	at, err := t.await(ctx, slow, showsAll(names.Clusters))
	if c, noCost := costOf(t.pid()); noCost == nil {
		cpu = c.cpu
	}
	return at.Sub(t.started), cpu, err
}

// openings measures from enter on a cluster to its first services and to all.
func (b *bench) openings(ctx context.Context) error {
	for _, c := range []struct {
		services, runs int
		aim            time.Duration
	}{{200, b.runs, 300 * time.Millisecond}, {2000, 1, 9 * time.Second}} {
		first := fmt.Sprintf("cluster of %d services: first rows", c.services)
		whole := fmt.Sprintf("cluster of %d services: all rows", c.services)
		for _, p := range b.programs {
			var firsts, wholes []time.Duration
			var o opening
			for range c.runs {
				var err error
				if o, err = b.open(ctx, p, c.services); err != nil {
					return fmt.Errorf("%s: %w", p.name, err)
				}
				firsts, wholes = append(firsts, o.first), append(wholes, o.all)
			}
			b.sheet.within(first, p, median(firsts), 2*b.latency+60*time.Millisecond)
			if all := median(wholes); all > 0 {
				b.sheet.within(whole, p, all, c.aim)
				if c.runs > 1 {
					b.sheet.put("  fastest, slowest of all rows", p.name, ms(slices.Min(wholes))+", "+ms(slices.Max(wholes)))
				}
			}
			b.sheet.put(fmt.Sprintf("  requests for %d", c.services), p.name, strconv.Itoa(o.requests))
			if o.cpu > 0 {
				b.sheet.put(fmt.Sprintf("  CPU for %d", c.services), p.name, ms(o.cpu))
			}
		}
	}
	return nil
}

type opening struct {
	first, all time.Duration
	requests   int // for services
	cpu        time.Duration
}

// open starts a program on an account of one cluster and opens that.
func (b *bench) open(ctx context.Context, p program, services int) (opening, error) {
	var o opening
	a, err := b.serve(ctx, size{Scale: sim.Scale{Clusters: 1, Services: services}})
	if err != nil {
		return o, err
	}
	defer a.close()
	t, err := b.atClusters(ctx, p, a)
	if err != nil {
		return o, err
	}
	defer t.close()
	names, err := a.names()
	if err != nil {
		return o, err
	}
	before, err := a.calls("*")
	if err != nil {
		return o, err
	}
	used, costErr := costOf(t.pid())
	any, all := showsAny(names.Services), counts(services)
	from := time.Now()
	if o.first, err = t.press(ctx, "\r", slow, any); err != nil {
		return o, err
	}
	if at, err := t.await(ctx, slow, all); err == nil {
		o.all = at.Sub(from)
	}
	after, err := a.calls("*")
	if err != nil {
		return o, err
	}
	o.requests = after - before
	if now, err := costOf(t.pid()); err == nil && costErr == nil {
		o.cpu = now.cpu - used.cpu
	}
	return o, nil
}

// atClusters starts a program and waits until it shows the account's clusters and
// has nothing more to read for them.
func (b *bench) atClusters(ctx context.Context, p program, a *account) (*terminal, error) {
	names, err := a.names()
	if err != nil {
		return nil, err
	}
	t, err := launch(ctx, p.argv, a.env, b.cols, b.rows)
	if err != nil {
		return nil, err
	}
	if _, err = t.await(ctx, slow, showsAll(names.Clusters)); err == nil {
		err = pause(ctx, 1500*time.Millisecond)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}
