package agent

import (
	"bufio"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// flusher is a connection that keeps binary messages back until they are flushed.
type flusher interface{ Flush() error }

// buffered is a WebSocket whose binary messages go out together: one write of the
// network for each kilobyte would be most of the agent's work.
type buffered struct {
	*websocket.Conn
	wire *wire
}

func (b buffered) WriteMessage(kind int, data []byte) error {
	if kind == wsBinary {
		b.wire.hold()
	}
	return b.Conn.WriteMessage(kind, data)
}

func (b buffered) Flush() error { return b.wire.flush() }

// hijacker puts a wire in front of the connection that is taken over.
type hijacker struct {
	http.ResponseWriter
	wire *wire
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.wire = &wire{Conn: c}
	return h.wire, rw, nil
}

// wire is the network below a WebSocket. What is written is held back from hold to
// flush.
type wire struct {
	net.Conn
	mu   sync.Mutex
	held bool
	buf  []byte
}

const wireBuffer = 32 << 10

func (w *wire) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = true
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held {
		return w.Conn.Write(p)
	}
	if w.buf = append(w.buf, p...); len(w.buf) < wireBuffer {
		return len(p), nil
	}
	return len(p), w.send()
}

func (w *wire) flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = false
	return w.send()
}

// send writes what is held; mu is held.
func (w *wire) send() error {
	if len(w.buf) == 0 {
		return nil
	}
	_, err := w.Conn.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}
