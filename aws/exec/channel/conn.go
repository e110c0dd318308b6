package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	dialTimeout  = 15 * time.Second
	writeTimeout = 20 * time.Second
)

// Conn is one WebSocket: a reader, a writer, and in front of the network a buffer
// that lets many small messages go in one write.
type Conn struct {
	ws   *websocket.Conn
	wire *wire
	buf  []byte
	pong chan string // capacity 1: a ping to be answered
}

// Dialer opens WebSockets.
type Dialer struct {
	Net   func(ctx context.Context, network, addr string) (net.Conn, error)
	Proxy func(*http.Request) (*url.URL, error)
	TLS   *tls.Config
	// Sign adds the headers of a signature; it is not called where the URL carries
	// one itself.
	Sign func(context.Context, *http.Request) error
}

// StatusError is a WebSocket that was answered with an HTTP status instead.
type StatusError struct {
	Status int
	Text   string // of the answer, cut; foreign
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("the data channel answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// presigned says whether a URL carries its signature.
func presigned(u *url.URL) bool {
	q := u.Query()
	return q.Get("X-Amz-Algorithm") != "" && q.Get("X-Amz-Signature") != ""
}

// Dial opens a WebSocket.
func (d Dialer) Dial(ctx context.Context, address string) (*Conn, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if !presigned(req.URL) && d.Sign != nil {
		if err := d.Sign(ctx, req); err != nil {
			return nil, err
		}
	}
	c := &Conn{pong: make(chan string, 1)}
	dial := d.Net
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conf := d.TLS.Clone()
	if conf != nil {
		conf.NextProtos = []string{"http/1.1"} // a WebSocket is no HTTP/2
	}
	ws := websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			c.wire = &wire{Conn: conn}
			return c.wire, nil
		},
		Proxy: d.Proxy, TLSClientConfig: conf, HandshakeTimeout: dialTimeout, ReadBufferSize: 64 << 10, WriteBufferSize: 4 << 10,
	}
	conn, resp, err := ws.DialContext(ctx, address, req.Header)
	if err != nil {
		if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
			text, _ := io.ReadAll(io.LimitReader(resp.Body, 300)) // the status says enough
			return nil, &StatusError{resp.StatusCode, strings.Join(strings.Fields(string(text)), " ")}
		}
		return nil, err
	}
	conn.SetReadLimit(maxFrame)
	conn.SetPingHandler(func(data string) error {
		select {
		case c.pong <- data:
		default: // one is being answered already
		}
		return nil
	})
	c.ws = conn
	return c, nil
}

// read gives one message; it is valid until the next call.
func (c *Conn) read() (kind int, data []byte, err error) {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		return kind, nil, err
	}
	c.buf = c.buf[:0]
	for {
		if len(c.buf) == cap(c.buf) {
			c.buf = append(c.buf, 0)[:len(c.buf)]
		}
		n, err := r.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
		if err == io.EOF {
			return kind, c.buf, nil
		}
		if err != nil {
			return kind, nil, err
		}
	}
}

// begin begins a batch of messages, which flush sends.
func (c *Conn) begin(now time.Time) error {
	c.wire.hold()
	return c.ws.SetWriteDeadline(now.Add(writeTimeout))
}

// write puts a message in the buffer.
func (c *Conn) write(kind int, data []byte) error { return c.ws.WriteMessage(kind, data) }

func (c *Conn) flush() error { return c.wire.flush() }

func (c *Conn) ping() error {
	return c.ws.WriteControl(websocket.PingMessage, []byte("keepalive"), time.Now().Add(writeTimeout))
}

func (c *Conn) answer(ping string) error {
	return c.ws.WriteControl(websocket.PongMessage, []byte(ping), time.Now().Add(writeTimeout))
}

// onPong hears of answers to ping, in the reader's goroutine.
func (c *Conn) onPong(f func()) {
	c.ws.SetPongHandler(func(string) error { f(); return nil })
}

// Close breaks the connection.
func (c *Conn) Close() error { return c.ws.Close() }

// wire is the network below a WebSocket. What is written is held back until flush,
// once hold was called.
type wire struct {
	net.Conn
	mu   sync.Mutex
	held bool
	buf  []byte
}

const wireBuffer = 64 << 10

func (w *wire) hold() {
	w.mu.Lock()
	w.held = true
	w.mu.Unlock()
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held {
		return w.Conn.Write(p)
	}
	w.buf = append(w.buf, p...)
	if len(w.buf) < wireBuffer {
		return len(p), nil
	}
	if err := w.send(); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *wire) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = false
	return w.send()
}

// send writes the buffer; mu is held.
func (w *wire) send() error {
	if len(w.buf) == 0 {
		return nil
	}
	_, err := w.Conn.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}
