package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim"
	"ecsole/tui/vterm"
)

// How keys are pressed: down and up again over a part of the screen that has been
// seen, one key when the frame of the one before is there and a little has passed.
const (
	steps    = 12
	rounds   = 12
	keyLimit = 3 * time.Second
)

// pressing is what keys cost.
type pressing struct {
	took  []time.Duration // from the key to the chunk of output that moves the cursor
	cpu   []time.Duration // from the key to the end of its time slot
	bytes []int64
	loose bool // see walk
}

// slot is the time that belongs to one key: its frame, and what comes after it.
const slot = 40 * time.Millisecond

// walker is a program under measurement and what its keys cost so far.
type walker struct {
	t *terminal
	pressing
}

// walk moves the cursors of all programs down and up, one key in one program at a
// time and turn by turn, so that what else the machine does meets all of them alike.
// In a loose program it is enough that the cursor's line stands elsewhere after a key
// or that all lines do: where lines come in between, a step may be longer, or end at
// the edge.
func walk(ctx context.Context, rounds int, all ...*walker) error {
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		for i := range 2 * steps {
			key, by := "j", 1
			if i >= steps {
				key, by = "k", -1
			}
			for _, w := range all {
				if err := w.press(ctx, w.t, key, by); err != nil {
					return err
				}
				// Not in step with the program's own clock.
				if err := pause(ctx, time.Duration(r.Int64N(int64(8*time.Millisecond)))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *pressing) press(ctx context.Context, t *terminal, key string, by int) error {
	row := -1
	var lines []string
	t.view(func(s *vterm.Screen) {
		if row = cursorRow(s); p.loose {
			lines = body(s)
		}
	})
	if row < 0 {
		return errors.New("no line is marked as the cursor's")
	}
	bytes := t.written()
	cpu, noCPU := cpuOf(t.pid())
	from := time.Now()
	took, err := t.press(ctx, key, keyLimit, func(s *vterm.Screen) bool {
		now := cursorRow(s)
		return now == row+by || p.loose && now >= 0 && (now != row || shifted(lines, body(s), by))
	})
	if err != nil {
		return fmt.Errorf("%s in row %d: %w", key, row, err)
	}
	if err := pause(ctx, slot-time.Since(from)); err != nil {
		return err
	}
	p.took = append(p.took, took)
	p.bytes = append(p.bytes, t.written()-bytes)
	if now, err := cpuOf(t.pid()); err == nil && noCPU == nil {
		p.cpu = append(p.cpu, now-cpu)
	}
	return nil
}

func (p pressing) medianBytes() int64 {
	all := make([]time.Duration, len(p.bytes))
	for i, n := range p.bytes {
		all[i] = time.Duration(n)
	}
	return int64(median(all))
}

func mean(all []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range all {
		sum += d
	}
	return sum / time.Duration(max(len(all), 1))
}

// learn draws a picture of the screen: each line without the cursor, and the lines
// that the cursor will be on also with it.
func learn(ctx context.Context, t *terminal) (picture, error) {
	pic := picture{Selected: map[int]string{}}
	var p pressing
	look := func() {
		t.view(func(s *vterm.Screen) {
			_, rows := s.Size()
			at := cursorRow(s)
			for y := range rows {
				switch {
				case y == at:
					pic.Selected[y] = s.Styled(y)
				case len(pic.Lines) == rows:
					pic.Lines[y] = s.Styled(y)
				}
			}
			if pic.Lines == nil {
				pic.Lines, pic.Cursor = make([]string, rows), at
			}
		})
	}
	look()
	for range steps {
		if err := p.press(ctx, t, "j", 1); err != nil {
			return pic, err
		}
		look()
	}
	for range steps {
		if err := p.press(ctx, t, "k", -1); err != nil {
			return pic, err
		}
		look()
	}
	return pic, nil
}

const restServices = 200

// keysAtRest measures a list of 200 services: keys, and what it costs while nobody
// presses any. The bare program draws the console's own screen.
func (b *bench) keysAtRest(ctx context.Context) error {
	var failed error
	for _, p := range b.programs {
		if err := b.rest(ctx, p); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return failed
}

func (b *bench) rest(ctx context.Context, p program) error {
	a, err := b.serve(ctx, size{Scale: sim.Scale{Clusters: 1, Services: restServices}})
	if err != nil {
		return err
	}
	defer a.close()
	t, err := b.atServices(ctx, p, a, restServices)
	if err != nil {
		return err
	}
	defer t.close()
	if err := b.atRest(ctx, p, a, t); err != nil {
		return err
	}
	pic, err := learn(ctx, t)
	if err != nil {
		return err
	}
	own := &walker{t: t}
	if !p.own {
		err := walk(ctx, rounds, own)
		b.putKeys(p, own.pressing)
		return err
	}
	floor, err := b.floor(ctx, pic, a.env)
	if err != nil {
		return fmt.Errorf("the bare program: %w", err)
	}
	defer floor.close()
	if c, err := costOf(floor.pid()); err == nil {
		b.sheet.put("memory at rest (RSS)", "bare", mb(c.rss))
	}
	beside := &walker{t: floor}
	err = walk(ctx, rounds, own, beside)
	b.putKeys(p, own.pressing)
	b.putKeys(bareProgram(), beside.pressing)
	b.compare(own.pressing, beside.pressing)
	return err
}

// atServices starts a program and opens the account's one cluster.
func (b *bench) atServices(ctx context.Context, p program, a *account, services int) (*terminal, error) {
	n, err := a.names()
	if err != nil {
		return nil, err
	}
	t, err := b.atClusters(ctx, p, a)
	if err != nil {
		return nil, err
	}
	if _, err = t.press(ctx, "\r", slow, showsAny(n.Services)); err == nil {
		if _, late := t.await(ctx, 5*time.Second, counts(services)); late != nil {
			err = ctx.Err() // a console may not say how many it has
		}
	}
	if err == nil {
		err = pause(ctx, 3*time.Second)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// atRest measures a while in which no key is pressed.
func (b *bench) atRest(ctx context.Context, p program, a *account, t *terminal) error {
	const watched = 16 * time.Second
	actions := []string{"*", "ecs:ListServices", "ecs:DescribeServices"}
	before := make([]int, len(actions))
	var err error
	for i, action := range actions {
		if before[i], err = a.calls(action); err != nil {
			return err
		}
	}
	bytes, used := t.written(), cost{}
	used, noCost := costOf(t.pid())
	from := time.Now()
	if err := pause(ctx, watched); err != nil {
		return err
	}
	now, _ := costOf(t.pid())
	passed := time.Since(from)
	var n [3]int
	for i, action := range actions {
		if n[i], err = a.calls(action); err != nil {
			return err
		}
		n[i] -= before[i]
	}
	// 200 services are two pages of ListServices, or more for who asks for less.
	if refreshes := float64(n[1]) / 2; refreshes > 0 {
		b.sheet.put("calls per refresh of 200 services", p.name, fmt.Sprintf("%.1f", float64(n[1]+n[2])/refreshes))
	}
	b.sheet.put("calls of all kinds per minute, list of 200", p.name, strconv.Itoa(int(float64(n[0])*60/passed.Seconds())))
	b.sheet.put("bytes to the terminal per second at rest", p.name, strconv.Itoa(int(float64(t.written()-bytes)/passed.Seconds())))
	if noCost == nil {
		b.sheet.put("CPU per second at rest, with refreshes", p.name, ms(time.Duration(float64(now.cpu-used.cpu)/passed.Seconds())))
		b.sheet.put("memory at rest (RSS)", p.name, mb(now.rss))
		b.sheet.put("  its peak", p.name, mb(now.peak))
		if p.own {
			b.sheet.aim("memory at rest (RSS)", "< 60 MB", now.rss < 60<<20)
		}
	}
	return nil
}

// bareProgram is the column of the floor.
func bareProgram() program { return program{name: "bare"} }

// floor starts the bare program on a picture of the console's screen.
func (b *bench) floor(ctx context.Context, pic picture, env []string) (*terminal, error) {
	data, err := json.Marshal(pic)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(b.dir, "picture.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t, err := launch(ctx, []string{self, modeBare, path}, env, b.cols, b.rows)
	if err != nil {
		return nil, err
	}
	if _, err = t.await(ctx, slow, func(s *vterm.Screen) bool { return cursorRow(s) == pic.Cursor }); err == nil {
		err = pause(ctx, time.Second)
	}
	if err == nil {
		err = walk(ctx, 1, &walker{t: t})
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

const (
	keyRow   = "key → frame, at rest"
	cpuRow   = "one j: CPU (median of its 40 ms)"
	bytesRow = "one j: bytes to the terminal (median)"
)

func (b *bench) putKeys(p program, k pressing) {
	if len(k.took) == 0 {
		return
	}
	b.putLatency(keyRow, p, k.took)
	if len(k.cpu) > 0 {
		b.sheet.put(cpuRow, p.name, ms(median(k.cpu)))
		b.sheet.put("  the mean of all, refreshes included", p.name, ms(mean(k.cpu)))
	}
	b.sheet.put(bytesRow, p.name, strconv.FormatInt(k.medianBytes(), 10))
}

// putLatency puts p50 and p99 and holds the latter against one frame at 60 Hz.
func (b *bench) putLatency(name string, p program, took []time.Duration) {
	b.sheet.put(name+": p50", p.name, ms(percentile(took, 50)))
	b.sheet.within(name+": p99", p, percentile(took, 99), 17*time.Millisecond)
}

// compare holds the console's key against the bare program's.
func (b *bench) compare(own, floor pressing) {
	if len(own.took) == 0 || len(floor.took) == 0 {
		return
	}
	ratio := func(name string, x, y float64) {
		if y > 0 {
			name = strings.TrimSpace(name)
			b.sheet.aim(name, fmt.Sprintf("≤ 1.5 × bare (is %.2f)", x/y), x <= 1.5*y)
		}
	}
	ratio(cpuRow, float64(median(own.cpu)), float64(median(floor.cpu)))
	ratio(bytesRow, float64(own.medianBytes()), float64(floor.medianBytes()))
}
