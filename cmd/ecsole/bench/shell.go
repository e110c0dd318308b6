package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ecsole/tui/vterm"
)

// condition is what the sessions are measured under. Each program does the same on
// the same simulator, in turns.
type condition struct {
	name   string
	faults string
	starts int // sessions of each
	echoes int // keys of each
	out    int // bytes from the container
	in     int // bytes into it
	rounds int // of out and in
	limit  time.Duration
	// faster is how many times the plugin's throughput is wanted.
	faster float64
}

// The paced agent is as quick as the real one; a thousand kilobytes a second is what
// an agent sends at most that repeats one lost message in 100 ms.
var conditions = []condition{
	{name: "shell", starts: 5, echoes: 300, out: 50 << 20, in: 10 << 20, rounds: 2, limit: 40 * time.Second, faster: 2},
	{name: "shell, agent at 0.4 MB/s", faults: "exec-pace=400000", starts: 1, echoes: 100, out: 2 << 20, in: 2 << 20, rounds: 1, limit: 30 * time.Second, faster: 1},
	{name: "shell, 1 % lost, 100 ms", faults: "exec-drop=100,exec-acks=100,exec-delay=50ms", starts: 2, echoes: 60, out: 4 << 20, in: 1 << 20, rounds: 1, limit: 25 * time.Second, faster: 1},
}

// client is a program that sessions are opened with.
type client struct {
	name string
	open opener
	term *terminal // the session that is measured
	dead string    // why it can do nothing any more

	prompts, starts, echo []time.Duration
}

// opener opens a shell on a terminal; called says when ExecuteCommand was called.
type opener func(context.Context, *account, target) (t *terminal, called func() (time.Time, error), err error)

// shells measures a shell in a container: `ecsole exec`, and beside it the plugin that
// the aws command runs.
func (b *bench) shells(ctx context.Context) error {
	clients := []*client{{name: b.programs[0].name, open: b.openOwn}}
	path, err := b.findPlugin(ctx)
	if err != nil {
		b.sheet.note(pluginName + ": no column for it, " + err.Error())
	} else {
		b.sheet.columns = append(b.sheet.columns, pluginName)
		clients = append(clients, &client{name: pluginName, open: b.openPlugin(path)})
	}
	for _, c := range conditions {
		if err := b.under(ctx, c, clients); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// under measures under one condition.
func (b *bench) under(ctx context.Context, c condition, clients []*client) error {
	a, err := b.serve(ctx, size{Host: true, Faults: c.faults})
	if err != nil {
		return err
	}
	defer a.close()
	var where target
	if err := a.ask("shell", &where); err != nil {
		return err
	}
	if where.Task == "" {
		return errors.New("the account has no container for shells")
	}
	for _, k := range clients {
		*k = client{name: k.name, open: k.open}
	}
	defer func() {
		for _, k := range clients {
			if k.term != nil {
				k.term.close()
			}
		}
	}()
	for range c.starts {
		for _, k := range clients {
			if err := k.start(ctx, a, where); err != nil {
				return fmt.Errorf("%s: %w", k.name, err)
			}
		}
	}
	b.prompts(c, clients)
	if err := pause(ctx, time.Second); err != nil { // whatever they do after the start
		return err
	}
	b.echoes(ctx, c, clients)
	file := filepath.Join(b.dir, "bulk")
	if err := os.WriteFile(file, []byte(strings.Repeat(strings.Repeat("x", 98)+"\r\n", c.out/100)), 0o600); err != nil {
		return err
	}
	b.through(ctx, c, clients, "out", func(k *client) (time.Duration, error) { return k.bulkOut(ctx, file, c.limit) })
	b.through(ctx, c, clients, "in", func(k *client) (time.Duration, error) { return k.bulkIn(ctx, c.in, c.limit) })
	return ctx.Err()
}

// prompted holds once the line of the cursor ends as a prompt does.
func prompted(s *vterm.Screen) bool {
	x, y, _ := s.Cursor()
	line := s.Line(y)
	return x > 0 && (strings.HasSuffix(line, "#") || strings.HasSuffix(line, "$"))
}

// start opens a session in place of the one before.
func (k *client) start(ctx context.Context, a *account, where target) error {
	if k.term != nil {
		k.term.close()
		k.term = nil
	}
	t, called, err := k.open(ctx, a, where)
	if err != nil {
		return err
	}
	k.term = t
	from, err := called()
	if err != nil {
		return err
	}
	at, err := t.await(ctx, slow, prompted)
	if err != nil {
		return err
	}
	k.prompts, k.starts = append(k.prompts, at.Sub(from)), append(k.starts, at.Sub(t.started))
	return nil
}

func (b *bench) prompts(c condition, clients []*client) {
	name := c.name + ": ExecuteCommand → first prompt"
	for _, k := range clients {
		b.sheet.put(name, k.name, ms(median(k.prompts)))
	}
	if c.faults == "" {
		b.sheet.put(c.name+": `ecsole exec TARGET` → first prompt", clients[0].name, ms(median(clients[0].starts)))
	}
	if len(clients) > 1 {
		b.notSlower(name, median(clients[0].prompts), median(clients[1].prompts))
	}
}

// noise is what a figure may be off by chance.
const noise = 1.05

// notSlower holds the console's figure against the plugin's.
func (b *bench) notSlower(name string, own, plugin time.Duration) {
	b.sheet.aim(name, "≤ plugin", float64(own) <= float64(plugin)*noise)
}

// echoBatch is how many keys one program gets before it is the other's turn.
const echoBatch = 20

// echoes types letters, each when the one before is on the screen.
func (b *bench) echoes(ctx context.Context, c condition, clients []*client) {
	for done := 0; done < c.echoes; done += echoBatch {
		for _, k := range clients {
			if k.dead != "" {
				continue
			}
			took, err := echoed(ctx, k.term, min(echoBatch, c.echoes-done))
			if k.echo = append(k.echo, took...); err != nil {
				k.dead = fmt.Sprintf("stalled at key %d", len(k.echo)+1)
			}
		}
	}
	for _, p := range []int{50, 99} {
		name := fmt.Sprintf("%s: echo of a key: p%d", c.name, p)
		for _, k := range clients {
			b.sheet.put(name, k.name, first(k.dead, ms(percentile(k.echo, p))))
		}
		if len(clients) > 1 {
			if clients[1].dead != "" {
				b.sheet.aim(name, "finishes", clients[0].dead == "")
			} else {
				b.notSlower(name, percentile(clients[0].echo, p), percentile(clients[1].echo, p))
			}
		}
	}
}

func echoed(ctx context.Context, t *terminal, n int) ([]time.Duration, error) {
	var took []time.Duration
	if _, err := t.tty.WriteString("\x15"); err != nil { // ctrl-u
		return nil, err
	}
	if _, err := t.await(ctx, slow, prompted); err != nil {
		return nil, err
	}
	var line string
	var row int
	t.view(func(s *vterm.Screen) { _, row, _ = s.Cursor(); line = s.Line(row) + " " })
	for range n {
		line += "x"
		d, err := t.press(ctx, "x", slow, func(s *vterm.Screen) bool { return s.Line(row) == line })
		if err != nil {
			return took, err
		}
		took = append(took, d)
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return took, err
		}
	}
	return took, nil
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
