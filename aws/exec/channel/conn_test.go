package channel

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// served is an agent on a socket, and what its upgrades were asked with.
type served struct {
	*rig
	srv *httptest.Server

	mu   sync.Mutex
	asks []*http.Request
}

func newServed(t *testing.T) *served {
	s := &served{rig: newRig(t)}
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asks = append(s.asks, r)
		s.mu.Unlock()
		s.reg.ServeHTTP(w, r)
	}))
	t.Cleanup(s.srv.Close)
	return s
}

// url is a stream's address with more in its query.
func (s *served) url(more string) string {
	tk, err := s.reg.Start(echoSpec())
	if err != nil {
		s.t.Fatal(err)
	}
	return "ws" + strings.TrimPrefix(s.srv.URL, "http") + tk.Path + more
}

func TestPresignedURLsAreNotSigned(t *testing.T) {
	s := newServed(t)
	signed := 0
	d := Dialer{Sign: func(_ context.Context, r *http.Request) error {
		signed++
		r.Header.Set("Authorization", "signature")
		return nil
	}}
	for more, want := range map[string]string{
		"":                                      "signature",
		"&X-Amz-Algorithm=A&X-Amz-Signature=00": "",
		"&X-Amz-Algorithm=A":                    "signature",
	} {
		s.asks, signed = nil, 0
		c, err := d.Dial(t.Context(), s.url(more))
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if got := s.asks[0].Header.Get("Authorization"); got != want || (want != "") != (signed == 1) {
			t.Errorf("%q: signed %d times, %q", more, signed, got)
		}
	}
}

// Each connection has a signature of its own: credentials change while a session lives.
func TestEachConnectionIsSigned(t *testing.T) {
	r := newRig(t)
	cfg := r.ready(echoSpec())
	var mu sync.Mutex
	signed, dialled := 0, 0
	dial := Dialer{Sign: func(context.Context, *http.Request) error {
		mu.Lock()
		defer mu.Unlock()
		signed++
		return nil
	}}.Dial
	cfg.Dial = func(ctx context.Context, url string) (*Conn, error) {
		mu.Lock()
		dialled++ // more often than is cut, where an attempt is lost
		mu.Unlock()
		return dial(ctx, url)
	}
	r.open(cfg)
	r.sees("ready")
	for lost := 1; lost < 3; lost++ {
		r.reg.Cut()
		r.wait("another connection", func() bool {
			n := 0
			for _, note := range r.notes {
				if note.Kind == Back {
					n++
				}
			}
			return n >= lost
		})
		r.typed("here\r")
		r.sees(fmt.Sprintf("%d:here", lost)) // the agent has the connection, too
	}
	mu.Lock()
	if dialled < 3 || signed != dialled {
		t.Errorf("%d connections, %d signatures", dialled, signed)
	}
	mu.Unlock()
	r.typed("still there\r")
	r.sees("still there")
}

func TestProxy(t *testing.T) {
	s := newServed(t)
	asked := make(chan string, 4)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		far, err := net.Dial("tcp", s.srv.Listener.Addr().String())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer far.Close()
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(far, near); far.Close() }()
		io.Copy(near, far)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	d := Dialer{Proxy: func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() == "direct.test" {
			return nil, nil
		}
		return at, nil
	}, Net: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "direct.test:") {
			addr = s.srv.Listener.Addr().String()
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	for host, want := range map[string]string{"agent.test": "CONNECT agent.test:80", "direct.test": ""} {
		u := strings.Replace(s.url(""), s.srv.Listener.Addr().String(), host, 1)
		c, err := d.Dial(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		got := ""
		select {
		case got = <-asked:
		default:
		}
		if got != want {
			t.Errorf("%s: the proxy was asked %q, want %q", host, got, want)
		}
	}
}
