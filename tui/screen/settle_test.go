package screen

import (
	"fmt"
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
