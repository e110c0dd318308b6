package channel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
)

// testChannel is a channel without a network.
func testChannel(t testing.TB) *Channel {
	c := &Channel{cfg: Config{Output: func([]byte) {}, Note: func(Note) {}}, wake: make(chan struct{}, 1), greeted: make(chan struct{}), done: make(chan struct{})}
	c.ackTimer = time.AfterFunc(time.Hour, c.poke)
	t.Cleanup(func() { c.ackTimer.Stop() })
	c.changed = sync.NewCond(&c.mu)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	t.Cleanup(c.cancel)
	return c
}

// frozen is a connection that can stop carrying anything without a word, as one
// whose other end has gone.
type frozen struct {
	net.Conn
	mu  sync.Mutex
	now chan struct{} // closed when it freezes
	end chan struct{}
}

func (f *frozen) is() bool {
	select {
	case <-f.now:
		return true
	default:
		return false
	}
}

func (f *frozen) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if f.is() {
		<-f.end
		return 0, net.ErrClosed
	}
	return n, err
}

func (f *frozen) Write(p []byte) (int, error) {
	if f.is() {
		return len(p), nil
	}
	return f.Conn.Write(p)
}

func (f *frozen) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.end:
	default:
		close(f.end)
	}
	return f.Conn.Close()
}

// calm is a rig in a bubble of its own time, over memory.
type calm struct {
	*rig
	refuse bool
	conns  []*frozen
}

func newCalm(t *testing.T) *calm {
	c := &calm{rig: &rig{t: t, reg: agent.NewRegistry()}}
	c.cond = sync.NewCond(&c.rig.mu)
	l, dial := sim.Pipe()
	srv := &http.Server{Handler: c.reg}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		if c.c != nil {
			c.c.Close()
		}
		c.reg.Close()
		srv.Close()
		<-served
	})
	tk, err := c.reg.Start(echoSpec())
	if err != nil {
		t.Fatal(err)
	}
	c.reg.Faults().Set(func(s *agent.Switches) { s.IdleTimeout = -1 })
	cfg := Config{
		URL: "ws://agent" + tk.Path, Token: tk.Token,
		Resume: func(context.Context) (string, string, error) {
			tk, err := c.reg.Resume(tk.SessionID)
			return "", tk.Token, err
		},
		Output: func(p []byte) { c.mu.Lock(); c.out.Write(p); c.mu.Unlock() },
		Note:   func(n Note) { c.mu.Lock(); c.notes = append(c.notes, n); c.mu.Unlock() },
		Dial: Dialer{Net: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c.mu.Lock()
			refuse := c.refuse
			c.mu.Unlock()
			if refuse {
				return nil, errors.New("no network")
			}
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			f := &frozen{Conn: conn, now: make(chan struct{}), end: make(chan struct{})}
			c.mu.Lock()
			c.conns = append(c.conns, f)
			c.mu.Unlock()
			return f, nil
		}}.Dial,
	}
	c.c, err = Open(context.Background(), context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *calm) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.conns[len(c.conns)-1].now)
}

func (c *calm) after(d time.Duration) (out string, lost, back int) {
	time.Sleep(d)
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.notes {
		switch n.Kind {
		case Lost:
			lost++
		case Back:
			back++
		}
	}
	return c.out.String(), lost, back
}

func TestSilentConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalm(t)
		if out, _, _ := c.after(time.Second); out != "ready\r\n" {
			t.Fatalf("output %q", out)
		}
		c.freeze()
		c.typed("typed into silence\r")
		out, lost, back := c.after(silence + 2*lookAround)
		if lost != 1 || back != 1 || !strings.Contains(out, "1:typed into silence") {
			t.Errorf("lost %d, back %d, output %q", lost, back, out)
		}
	})
}

func TestPingFindsADeadConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalm(t)
		if _, lost, _ := c.after(10 * time.Minute); lost != 0 {
			t.Fatalf("a healthy connection was lost %d times", lost)
		}
		c.freeze()
		if _, lost, back := c.after(2*pingEvery + pongWithin); lost != 1 || back != 1 {
			t.Errorf("lost %d, back %d", lost, back)
		}
	})
}

func TestTenMinutesWithoutNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalm(t)
		c.after(time.Second)
		c.mu.Lock()
		c.refuse = true
		c.mu.Unlock()
		c.reg.Cut()
		c.after(time.Second)
		c.typed("typed without a network\r")
		if _, lost, back := c.after(10 * time.Minute); lost != 1 || back != 0 {
			t.Fatalf("lost %d, back %d", lost, back)
		}
		c.mu.Lock()
		c.refuse = false
		c.mu.Unlock()
		if out, _, back := c.after(2 * longestWait); back != 1 || !strings.Contains(out, "1:typed without a network") {
			t.Errorf("back %d, output %q", back, out)
		}
	})
}

func TestSleepIsNoticed(t *testing.T) {
	c := testChannel(t)
	l := &link{c: c, opened: time.Now()}
	now := time.Now()
	w := watch{mono: now.Add(-lookAround), wall: now.Round(0).Add(-lookAround), pinged: now}
	if err := l.look(&w, now); err != nil {
		t.Errorf("awake: %v", err)
	}
	w = watch{mono: now.Add(-lookAround), wall: now.Round(0).Add(-10 * time.Minute), pinged: now}
	if err := l.look(&w, now); !errors.Is(err, errSlept) {
		t.Errorf("after ten minutes of sleep: %v", err)
	}
}
