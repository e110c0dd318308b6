package sim

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// Pipe is a listener in memory and the function that dials it: a simulator without
// a socket, which works inside testing/synctest. Dial ignores network and address.
func Pipe() (net.Listener, func(ctx context.Context, network, addr string) (net.Conn, error)) {
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	return l, l.dial
}

type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := connect()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.done:
		// As a port that nobody listens on.
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: syscall.ECONNREFUSED}
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "simulator" }

// Client is an HTTP client for the SDK on a dialer such as Pipe's. It hides a race
// between the SDK and net/http that only a server this near can lose: the SDK
// closes a request's body when the answer is there, its closed bodies answer
// WriteTo with io.EOF, and net/http, still looking for the body's end, takes that
// for a failed request and breaks the connection.
func Client(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Client {
	return &http.Client{Transport: plainBodies{&http.Transport{DialContext: dial}}}
}

type plainBodies struct{ *http.Transport }

func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}
