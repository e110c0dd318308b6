package screen

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestSettle(t *testing.T) {
	ran := false
	slow := func() tea.Msg { ran = true; return "slow" }
	tick := tea.Tick(time.Hour, func(time.Time) tea.Msg { return "tick" })
	for _, c := range []struct {
		name  string
		cmd   tea.Cmd
		ready string
		left  bool
	}{
		{"none", nil, "[]", false},
		{"ready", Cmd("a"), "[a]", false},
		{"slow", slow, "[]", true},
		{"tick", tick, "[]", true},
		{"batch", Batch(Cmd("a"), slow, Cmd("b"), nil, Batch(Cmd("c"), tick)), "[a b c]", true},
		{"all ready", Batch(Cmd("a"), Batch(Cmd("b"), Cmd("c"))), "[a b c]", false},
		{"one", Batch(nil, Cmd("a")), "[a]", false},
		{"nothing", Batch(nil, nil), "[]", false},
		{"sequence", tea.Sequence(Cmd("a"), Cmd("b")), "[]", true},
		{"quit", tea.Quit, "[]", true},
	} {
		ready, rest := Settle(c.cmd)
		if got := fmt.Sprint(ready); got != c.ready || (rest != nil) != c.left {
			t.Errorf("%s: ready %s, left %v", c.name, got, rest != nil)
		}
	}
	if ran {
		t.Error("a Cmd that is not ready was run")
	}
}

// TestABrokenAnswerIsAnError holds that a panic behind a screen becomes the screen's
// error, and does not end the program.
func TestABrokenAnswerIsAnError(t *testing.T) {
	w := NewWork(t.Context())
	defer w.Close()
	cmd := Stream(w.Lane("list"), time.Minute, func(_ context.Context, emit func(int)) error {
		emit(1)
		panic("index out of range")
	})
	first := cmd().(Result[int])
	if !first.More || first.Value != 1 {
		t.Fatalf("%+v", first)
	}
	if last := first.Next().(Result[int]); last.More || last.Err == nil || !strings.Contains(last.Err.Error(), "index out of range") {
		t.Errorf("%+v", last)
	}
	one := Do(w.Lane("one"), time.Minute, func(context.Context) (int, error) { panic("nil map") })().(Result[int])
	if one.Err == nil || !strings.Contains(one.Err.Error(), "nil map") {
		t.Errorf("%+v", one)
	}
}
