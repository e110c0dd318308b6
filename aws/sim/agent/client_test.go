package agent

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// client is the plugin's side of the channel, in raw frames.
type client struct {
	t    *testing.T
	r    *Registry
	srv  *httptest.Server
	id   string
	ackN int // acknowledge only every n-th message; 0 all

	mu     sync.Mutex
	cond   *sync.Cond
	conn   *websocket.Conn
	next   int64
	unsent map[int64][]byte // not acknowledged
	expect int64
	early  map[int64]Frame
	out    bytes.Buffer
	frames []Frame // in order, without output
	pubs   []string
	closed *Closed
	lost   int // connections that broke
	wg     sync.WaitGroup
	stop   chan struct{}
	resume bool
	sec    *sealer
	seqs   []int64
}

func serve(t *testing.T) (*Registry, *httptest.Server) {
	t.Helper()
	r := NewRegistry()
	srv := httptest.NewServer(r)
	t.Cleanup(func() { r.Close(); srv.Close() })
	return r, srv
}

func newClient(t *testing.T, r *Registry, srv *httptest.Server, id string) *client {
	c := &client{t: t, r: r, srv: srv, id: id, unsent: map[int64][]byte{}, early: map[int64]Frame{}, stop: make(chan struct{})}
	c.cond = sync.NewCond(&c.mu)
	t.Cleanup(c.close)
	return c
}

func start(t *testing.T, r *Registry, srv *httptest.Server, spec Spec) *client {
	t.Helper()
	tk, err := r.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, r, srv, tk.SessionID)
	c.dial(tk)
	c.wg.Go(c.resend)
	return c
}

func open(t *testing.T, srv *httptest.Server, path, token string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(Opening{Schema: "1.0", RequestID: NewID().String(), Token: token, ClientID: NewID().String(), ClientVersion: "1.0"})
	if err := conn.WriteMessage(websocket.TextMessage, b); err != nil {
		t.Fatal(err)
	}
	return conn
}

func (c *client) dial(tk Ticket) {
	conn := open(c.t, c.srv, tk.Path, tk.Token)
	c.mu.Lock()
	c.conn = conn
	for _, raw := range c.unsent {
		_ = conn.WriteMessage(websocket.BinaryMessage, raw)
	}
	c.mu.Unlock()
	c.wg.Go(func() { c.read(conn) })
}

func (c *client) read(conn *websocket.Conn) {
	defer conn.Close()
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			break
		}
		f, err := Parse(raw)
		if err != nil {
			c.t.Errorf("frame from the agent: %v", err)
			continue
		}
		c.take(conn, f)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cond.Broadcast()
	if c.conn != conn {
		return
	}
	c.conn = nil
	c.lost++
	select {
	case <-c.stop:
		return
	default:
	}
	if c.closed == nil && c.resume {
		c.wg.Go(c.again)
	}
}

func (c *client) again() {
	tk, err := c.r.Resume(c.id)
	if err != nil || tk.Token == "" {
		c.mu.Lock()
		c.closed = &Closed{Output: "resume failed"}
		c.cond.Broadcast()
		c.mu.Unlock()
		return
	}
	c.dial(tk)
}

func (c *client) take(conn *websocket.Conn, f Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.cond.Broadcast()
	switch f.Type {
	case TypeAck:
		var a Ack
		if json.Unmarshal(f.Payload, &a) != nil || a.Type != TypeInput {
			c.t.Errorf("acknowledgement %q", f.Payload)
		}
		delete(c.unsent, a.Seq)
	case TypeClosed:
		var cl Closed
		if err := json.Unmarshal(f.Payload, &cl); err != nil {
			c.t.Error(err)
		}
		c.closed = &cl
		conn.Close()
	case TypeStart, TypePause:
		c.pubs = append(c.pubs, f.Type)
	case TypeOutput:
		c.seqs = append(c.seqs, f.Seq)
		if c.ackN == 0 || len(c.seqs)%c.ackN == 0 {
			b, _ := json.Marshal(Ack{Type: f.Type, ID: f.ID.String(), Seq: f.Seq, Sequential: true})
			raw := Frame{Type: TypeAck, Schema: 1, Created: time.Now(), Flags: 3, ID: NewID(), Payload: b}.Append(nil)
			_ = conn.WriteMessage(websocket.BinaryMessage, raw)
		}
		if f.Seq >= c.expect {
			c.early[f.Seq] = f
		}
		for {
			g, ok := c.early[c.expect]
			if !ok {
				return
			}
			delete(c.early, c.expect)
			c.expect++
			c.stream(g)
		}
	}
}

func (c *client) stream(f Frame) {
	if f.Kind != PayloadOutput {
		c.frames = append(c.frames, f)
		return
	}
	p := f.Payload
	if c.sec != nil {
		var err error
		if p, err = c.sec.open(p); err != nil {
			c.t.Errorf("decrypt: %v", err)
		}
	}
	c.out.Write(p)
}

func (c *client) sendFrame(kind Payload, p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sec != nil && kind == PayloadOutput {
		p, _ = c.sec.seal(p)
	}
	raw := Frame{Type: TypeInput, Schema: 1, Created: time.Now(), Seq: c.next, ID: NewID(), Kind: kind, Payload: p}.Append(nil)
	c.unsent[c.next] = raw
	c.next++
	if c.conn != nil {
		_ = c.conn.WriteMessage(websocket.BinaryMessage, raw)
	}
}

func (c *client) typed(s string) {
	for len(s) > 0 {
		n := min(len(s), 1024)
		c.sendFrame(PayloadOutput, []byte(s[:n]))
		s = s[n:]
	}
}

func (c *client) size(cols, rows int) {
	b, _ := json.Marshal(Size{uint32(cols), uint32(rows)})
	c.sendFrame(PayloadSize, b)
}

func (c *client) resend() {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
		}
		c.mu.Lock()
		if c.conn != nil {
			for _, raw := range c.unsent {
				_ = c.conn.WriteMessage(websocket.BinaryMessage, raw)
			}
		}
		c.mu.Unlock()
	}
}

func (c *client) close() {
	c.mu.Lock()
	select {
	case <-c.stop:
	default:
		close(c.stop)
	}
	if c.conn != nil {
		c.conn.Close()
	}
	c.mu.Unlock()
	c.wg.Wait()
}

// wait waits until the condition holds, under the client's lock.
func (c *client) wait(what string, ok func() bool) {
	c.t.Helper()
	late := time.AfterFunc(20*time.Second, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cond.Broadcast()
	})
	defer late.Stop()
	from := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !ok() {
		if time.Since(from) > 19*time.Second {
			out := c.out.String()
			if len(out) > 2000 {
				out = out[len(out)-2000:]
			}
			c.t.Fatalf("waited for %s; output ends in %q, closed %+v, publication %v", what, out, c.closed, c.pubs)
		}
		c.cond.Wait()
	}
}

func (c *client) sees(text string) {
	c.t.Helper()
	c.wait("output "+text, func() bool { return strings.Contains(c.out.String(), text) })
}

func (c *client) ends(reason string) {
	c.t.Helper()
	c.wait("channel_closed", func() bool { return c.closed != nil })
	if c.closed.Output != reason {
		c.t.Fatalf("channel_closed says %q, want %q", c.closed.Output, reason)
	}
}
