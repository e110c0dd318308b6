package logview_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ecsole/lines"
	"ecsole/tui/logview"
)

// What a line that arrives costs does not depend on how many are there: they are
// neither wrapped nor drawn again.
func TestFrameCostsTheSameHoweverManyLines(t *testing.T) {
	cost := func(n int, keys ...string) float64 {
		r := newRig(t)
		id := r.stream("aaa")
		one := func(i int) lines.Event {
			return lines.Event{Time: noon.UnixMilli() + int64(i), Stream: id, ID: fmt.Sprint(i), Text: fmt.Sprintf("line %d %s", i, strings.Repeat("of many words ", 20))}
		}
		events := make([]lines.Event, n)
		for i := range events {
			events[i] = one(i)
		}
		r.store.Append(events, lines.Mode{})
		v := logview.New(context.Background(), r.options())
		v.Init()
		defer v.Close()
		v.View(80, 24)
		for _, k := range keys {
			press(v, k)
		}
		v.View(80, 24)
		return testing.AllocsPerRun(50, func() {
			r.store.Append([]lines.Event{one(n)}, lines.Mode{})
			n++
			v.Redraw()
			v.View(80, 24)
		})
	}
	for name, keys := range map[string][]string{"following": nil, "wrapped": {"w"}, "paused": {"k", "k"}, "paused, wrapped": {"w", "k", "k"}} {
		if few, many := cost(500, keys...), cost(100_000, keys...); many > 1.3*few+20 {
			t.Errorf("%s: %.0f allocations a frame with 500 lines, %.0f with 100,000", name, few, many)
		}
	}
}
