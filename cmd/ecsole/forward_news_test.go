package main

import (
	"errors"
	"testing"

	"ecsole/aws/exec/forward"
)

// Where a forward has gone to another task within one look, both are said: why, and
// where to.
func TestForwardNews(t *testing.T) {
	gone := errors.New("the task has stopped")
	for _, c := range []struct {
		state forward.State
		err   error
		fresh bool
		want  string
	}{
		{forward.Ready, nil, false, "ready to web/1:app"},
		{forward.Ready, gone, true, "ready to web/1:app again, after: the task has stopped"},
		{forward.Ready, gone, false, "ready to web/1:app"},
		{forward.Reconnecting, gone, true, "reconnecting: the task has stopped"},
		{forward.Broken, gone, false, "broken: the task has stopped"},
		{forward.Reconnecting, nil, false, "reconnecting"},
	} {
		if got := forwardNews(c.state, "web/1:app", c.err, c.fresh); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
