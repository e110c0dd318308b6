package logview_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ecsole/lines"
	"ecsole/tui/logview"
)

// flood appends lines of mixed kinds at a rate until the context ends.
func flood(ctx context.Context, store *lines.Store, ids []lines.StreamID, perSecond int) {
	const every = 10 * time.Millisecond
	t := time.NewTicker(every)
	defer t.Stop()
	n := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := time.Now().UnixMilli()
		events := make([]lines.Event, perSecond/int(time.Second/every))
		for i := range events {
			n++
			events[i] = lines.Event{Time: now, Ingested: now, Stream: ids[n%len(ids)], ID: fmt.Sprint(n), Text: mixed(n)}
		}
		store.Append(events, lines.Mode{})
	}
}

func mixed(n int) string {
	switch n % 4 {
	case 0:
		return fmt.Sprintf(`{"time":"2026-11-23T12:00:00Z","level":"info","msg":"request completed","status":200,"path":"/v1/carts/%d","user":{"id":"%d"},"took":%d}`, n, n%97, n%800)
	case 1:
		return fmt.Sprintf(`time=2026-11-23T12:00:00Z level=warn msg="slow query" table=orders rows=%d took=%dms`, n, n%3000)
	case 2:
		return fmt.Sprintf("2026-11-23 12:00:00,123 ERROR [worker-%d] c.e.Orders - could not take order %d: timeout after 3000 ms, will be tried again later", n%8, n)
	}
	return fmt.Sprintf("\x1b[32mGET\x1b[0m /health 200 %d ms and so many words behind it that the line is wider than the screen on which it is shown", n%50)
}

// BenchmarkFrame draws the view after each change, as fast as it can, while 10,000
// lines arrive per second; it reports the slowest hundredth of the frames.
func BenchmarkFrame(b *testing.B) {
	for _, c := range []struct {
		name string
		keys []string
	}{{"follow", nil}, {"paused", []string{"k", "k"}}, {"wrapped", []string{"w"}}, {"histogram", []string{"H"}}, {"filtered", []string{"e"}}} {
		b.Run(c.name, func(b *testing.B) {
			r := newRig(b)
			r.budget = lines.NewBudget(128 << 20)
			var ids []lines.StreamID
			for i := range 20 {
				ids = append(ids, r.stream(fmt.Sprintf("task%02d", i)))
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			o := r.options()
			o.Now = time.Now
			v := logview.New(ctx, o)
			v.Init()
			defer v.Close()
			done := make(chan struct{})
			go func() { defer close(done); flood(ctx, r.store, ids, 10_000) }()
			defer func() { cancel(); <-done }()
			changed, stop := r.store.Watch()
			defer stop()
			for r.store.All().Len() < 5000 {
				<-changed
			}
			v.View(120, 40)
			for _, k := range c.keys {
				press(v, k)
			}
			var took []time.Duration
			b.ResetTimer()
			for b.Loop() {
				v.Redraw()
				begin := time.Now()
				v.View(120, 40)
				took = append(took, time.Since(begin))
				b.StopTimer()
				<-changed
				b.StartTimer()
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
