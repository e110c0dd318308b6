package machine

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Errors of Dial, in a client's words.
var (
	ErrRefused = errors.New("connection refused")
	ErrNoHost  = errors.New("could not resolve host")
)

// Dial connects to a simulated service: nothing leaves the process.
func (f *Facts) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	s, ok := f.Find(host, port)
	if !ok {
		if _, known := f.Resolve(host); !known && net.ParseIP(host) == nil {
			return nil, ErrNoHost
		}
		return nil, ErrRefused
	}
	near, far := net.Pipe()
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() })
	go func() {
		defer stop()
		defer far.Close()
		switch {
		case s.HTTP != nil:
			serveHTTP(far, s.HTTP)
		case s.Line != nil:
			serveLines(far, s.Line)
		}
	}()
	return near, nil
}

func serveLines(c net.Conn, answer func(string) (string, bool)) {
	in := bufio.NewScanner(c)
	for in.Scan() {
		a, ok := answer(in.Text())
		if _, err := c.Write([]byte(a)); err != nil || !ok {
			return
		}
	}
}

// serveHTTP serves one connection until it ends.
func serveHTTP(c net.Conn, h http.Handler) {
	one := &single{conn: c, closed: make(chan struct{})}
	srv := &http.Server{Handler: h, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed || s == http.StateHijacked {
			one.end()
		}
	}}
	_ = srv.Serve(one) // it ends with the listener
}

// single is a listener that gives one connection and ends when that has ended.
type single struct {
	conn   net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *single) Close() error   { l.end(); return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (l *single) end()           { l.once.Do(func() { close(l.closed) }) }
