package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// through measures how much goes through a session one way, the programs in turns,
// with what the system charges them for it.
func (b *bench) through(ctx context.Context, c condition, clients []*client, way string, move func(*client) (time.Duration, error)) {
	size := c.out
	if way == "in" {
		size = c.in
	}
	mb := float64(size) / (1 << 20)
	took, cpu := map[*client][]time.Duration{}, map[*client][]time.Duration{}
	for range c.rounds {
		for _, k := range clients {
			if k.dead != "" {
				continue
			}
			before, noCost := costOf(k.term.pid())
			d, err := move(k)
			if err != nil {
				k.dead = "stalled " + way
				if short := (errShort{}); errors.As(err, &short) && way == "out" {
					k.dead = fmt.Sprintf("stalled after %.1f of %.0f MB", float64(short.bytes)/(1<<20), mb)
				}
				continue
			}
			took[k] = append(took[k], d)
			if after, err := costOf(k.term.pid()); err == nil && noCost == nil {
				cpu[k] = append(cpu[k], after.cpu-before.cpu)
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
	rate := fmt.Sprintf("%s: %.0f MB %s, MB per second", c.name, mb, way)
	cost := fmt.Sprintf("%s: %.0f MB %s, CPU per MB", c.name, mb, way)
	speed := func(k *client) float64 { return mb / median(took[k]).Seconds() }
	for _, k := range clients {
		if len(took[k]) == 0 {
			b.sheet.put(rate, k.name, k.dead)
			continue
		}
		b.sheet.put(rate, k.name, fmt.Sprintf("%.2f", speed(k)))
		if len(cpu[k]) > 0 {
			b.sheet.put(cost, k.name, ms(time.Duration(float64(median(cpu[k]))/mb)))
		}
	}
	if len(clients) < 2 {
		return
	}
	own, plugin := clients[0], clients[1]
	switch {
	case len(took[plugin]) == 0:
		b.sheet.aim(rate, "finishes", len(took[own]) > 0)
	case c.faster > 1:
		b.sheet.aim(rate, fmt.Sprintf("≥ %.0f × plugin", c.faster), len(took[own]) > 0 && speed(own) >= c.faster*speed(plugin))
	default:
		b.sheet.aim(rate, "≥ plugin", len(took[own]) > 0 && speed(own)*noise >= speed(plugin))
	}
	if len(cpu[own]) > 0 && len(cpu[plugin]) > 0 {
		b.notSlower(cost, median(cpu[own]), median(cpu[plugin]))
	}
}

// errShort is a measurement that came to no end, with what had come till then.
type errShort struct{ bytes int64 }

func (e errShort) Error() string { return fmt.Sprintf("%d bytes had come", e.bytes) }

// bulkOut has a file written to the terminal by a real process, and the remote's terminal
// pass it on as it is: neither the virtual shell's own speed nor that of the remote's
// kernel is the session's.
func (k *client) bulkOut(ctx context.Context, file string, limit time.Duration) (time.Duration, error) {
	before := k.term.written()
	d, err := k.term.drain(ctx, fmt.Sprintf("\x15stty -opost; cat '%s'; stty opost; echo whole''ness\r", file), "wholeness", limit)
	if err != nil {
		return 0, errShort{k.term.written() - before}
	}
	return d, nil
}

// bulkIn has a real process count what is typed.
func (k *client) bulkIn(ctx context.Context, n int, limit time.Duration) (time.Duration, error) {
	command := fmt.Sprintf("\x15stty raw -echo; echo rea''diness; head -c %d | wc -c; stty sane\r", n)
	if _, err := k.term.drain(ctx, command, "readiness", limit); err != nil {
		return 0, err
	}
	return k.term.drain(ctx, strings.Repeat("x", n), fmt.Sprint(n), limit)
}
