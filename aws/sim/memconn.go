package sim

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// net.Pipe has no buffer: its Write returns when the other side has read, which
// lets an answer overtake the end of its own request, and HTTP clients take that
// for a broken connection. So this pipe buffers, as a socket does.

// window is how much one direction holds before a writer waits.
const window = 256 << 10

// stream is one direction of a connection.
type stream struct {
	mu      sync.Mutex
	data    []byte
	ended   bool          // the writer has closed
	gone    bool          // the reader has closed
	changed chan struct{} // closed and replaced at each change
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

// touch wakes who waits; the caller holds the lock.
func (s *stream) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) read(b []byte, until *deadline) (int, error) {
	for {
		late := until.passed()
		select {
		case <-late:
			return 0, os.ErrDeadlineExceeded
		default:
		}
		s.mu.Lock()
		switch {
		case s.gone:
			s.mu.Unlock()
			return 0, io.ErrClosedPipe
		case len(s.data) > 0:
			n := copy(b, s.data)
			if s.data = s.data[n:]; len(s.data) == 0 {
				s.data = nil
			}
			s.touch()
			s.mu.Unlock()
			return n, nil
		case s.ended:
			s.mu.Unlock()
			return 0, io.EOF
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-late:
		}
	}
}

func (s *stream) write(b []byte, until *deadline) (int, error) {
	n := 0
	for {
		late := until.passed()
		select {
		case <-late:
			return n, os.ErrDeadlineExceeded
		default:
		}
		s.mu.Lock()
		if s.gone || s.ended {
			s.mu.Unlock()
			return n, io.ErrClosedPipe
		}
		if room := min(window-len(s.data), len(b)); room > 0 {
			s.data = append(s.data, b[:room]...)
			b, n = b[room:], n+room
			s.touch()
		}
		changed := s.changed
		s.mu.Unlock()
		if len(b) == 0 {
			return n, nil
		}
		select {
		case <-changed:
		case <-late:
		}
	}
}

func (s *stream) close(reader bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reader {
		s.gone, s.data = true, nil
	} else {
		s.ended = true
	}
	s.touch()
}

// deadline is a time that may be moved while others wait for it.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	done  chan struct{}
}

func newDeadline() *deadline { return &deadline{done: make(chan struct{})} }

// passed is closed when the deadline has passed, or has been moved: who wakes by it
// looks again.
func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer = nil
	// Whoever waits for the old time is woken and takes the new channel.
	select {
	case <-d.done:
	default:
		close(d.done)
	}
	d.done = make(chan struct{})
	if t.IsZero() {
		return
	}
	done := d.done
	if wait := time.Until(t); wait > 0 {
		d.timer = time.AfterFunc(wait, func() { d.expire(done) })
		return
	}
	close(done)
}

func (d *deadline) expire(done chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == done {
		close(done)
	}
}

// memConn is one end of a connection in memory.
type memConn struct {
	in, out     *stream
	reads, puts *deadline
}

// connect makes both ends.
func connect() (net.Conn, net.Conn) {
	a, b := newStream(), newStream()
	return &memConn{in: a, out: b, reads: newDeadline(), puts: newDeadline()},
		&memConn{in: b, out: a, reads: newDeadline(), puts: newDeadline()}
}

func (c *memConn) Read(b []byte) (int, error)  { return c.in.read(b, c.reads) }
func (c *memConn) Write(b []byte) (int, error) { return c.out.write(b, c.puts) }

func (c *memConn) Close() error {
	c.in.close(true)
	c.out.close(false)
	c.reads.set(time.Time{})
	c.puts.set(time.Time{})
	return nil
}

func (c *memConn) LocalAddr() net.Addr  { return pipeAddr{} }
func (c *memConn) RemoteAddr() net.Addr { return pipeAddr{} }

func (c *memConn) SetDeadline(t time.Time) error {
	c.reads.set(t)
	c.puts.set(t)
	return nil
}

func (c *memConn) SetReadDeadline(t time.Time) error {
	c.reads.set(t)
	return nil
}

func (c *memConn) SetWriteDeadline(t time.Time) error {
	c.puts.set(t)
	return nil
}
