package channel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecsole/aws/sim/agent"

	"github.com/gorilla/websocket"
)

// A service that takes each connection and drops it again is not asked without pause,
// and not for ever.
func TestConnectionsThatCarryNothing(t *testing.T) {
	var taken atomic.Int64
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{}
		if ws, err := up.Upgrade(w, r, nil); err == nil {
			taken.Add(1)
			ws.Close()
		}
	}))
	defer empty.Close()
	r := newRig(t)
	cfg := r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
		io.Copy(tm, tm)
		return ""
	})})
	cfg.GiveUp = time.Second
	cfg.Resume = func(context.Context) (string, string, error) {
		return "ws" + strings.TrimPrefix(empty.URL, "http"), "token", nil
	}
	r.open(cfg)
	r.typed("x")
	r.sees("x")
	r.reg.Cut()
	if res := r.ends(); !errors.Is(res.Err, ErrLost) {
		t.Errorf("ended with %+v", res)
	}
	if n := taken.Load(); n < 2 || n > 20 {
		t.Errorf("%d connections in about a second", n)
	}
}
