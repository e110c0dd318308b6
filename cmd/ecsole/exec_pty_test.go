package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A session that somebody else ends says why, on a terminal that is as before.
func TestExecSaysWhyItEnded(t *testing.T) {
	for faults, want := range map[string]string{
		"exec-close=2s:ended by an administrator": "the session ended: ended by an administrator",
		"exec-idle=2s": "due to inactivity",
		"exec-age=2s":  "its maximum duration",
		"exec-stop=1s:137:OutOfMemoryError: killed": "EssentialContainerExited",
		"exec-cut=2s,exec-resume=denied":            "ssm:ResumeSession",
		"exec-cut=2s,expire=6":                      "expired",
	} {
		t.Run(faults, func(t *testing.T) {
			t.Parallel()
			c := launch(t, 120, 25, simulator(t, "--faults", faults), "exec", "prod/orders-worker")
			c.over(255).wait("for the reason", func(screen string) bool {
				text := strings.Join(strings.Fields(screen), " ")
				return strings.Contains(text, "ecsole: ") && strings.Contains(text, want)
			}).settled()
		})
	}
}

// A command that keys end has the status that a local shell would give it.
func TestInterruptedCommandHasItsStatus(t *testing.T) {
	env := simulator(t)
	for key, status := range map[string]int{"\x03": 130, "\x1c": 131} {
		c := launch(t, 120, 25, env, "exec", "prod/orders-worker", "--", "sh", "-c", "echo it is o''n; sleep 1000")
		c.sees("it is on").types(key).over(status).settled()
	}
}

// The console says it, too, and goes on.
func TestConsoleSaysWhyAShellEnded(t *testing.T) {
	races := "GORACE=exitcode=0 log_path=" + t.TempDir() + "/race" // as in TestShellOnATerminal
	c := launch(t, 140, 30, []string{races}, "demo", "--command", ":tasks prod /cart", "--faults", "exec-close=2s:ended by an administrator")
	c.sees("tasks(prod)", "</cart>", "RUNNING")
	c.types("s").sees("Shell in which container?", "log_router").types("\r").sees("ended: ended by an administrator", "tasks(prod)")
	c.types(":clusters\r").sees("clusters(", "platform")
	c.types(":q\r").over(0).settled()
}

// proxy passes everything on to one address, and remembers what it was asked.
type proxy struct {
	*httptest.Server
	mu   sync.Mutex
	asks []string
}

func newProxy(t *testing.T, to string) *proxy {
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asks = append(p.asks, r.Method+" "+r.Host)
		p.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body, r.Close = io.NopCloser(bytes.NewReader(body)), true
		far, err := net.Dial("tcp", to)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer far.Close()
		near, rest, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		if r.Method != http.MethodConnect {
			if r.Write(far) == nil {
				_, _ = io.Copy(near, far) // the client notices what is missing
			}
			return
		}
		if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		go func() { _, _ = io.Copy(far, rest); far.Close() }() // either end ends both
		_, _ = io.Copy(near, far)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asks)
}

// Calls and data channels go through the proxy of the environment.
func TestExecThroughAProxy(t *testing.T) {
	env := simulator(t)
	at := ""
	for i, v := range env {
		if address, ok := strings.CutPrefix(v, "AWS_ENDPOINT_URL=http://"); ok {
			at, env[i] = address, "AWS_ENDPOINT_URL=http://simulator.test"
		}
	}
	p := newProxy(t, at)
	c := launch(t, 90, 25, append(env, "HTTP_PROXY="+p.URL), "exec", "prod/orders-worker")
	c.prompted().types("echo hi $((40+2))\r").sees("hi 42").types("exit\r").over(0)
	c.settled()
	if asks := p.asked(); !slices.Contains(asks, "POST simulator.test") || !slices.Contains(asks, "CONNECT simulator.test:80") {
		t.Errorf("the proxy was asked for %q", asks)
	}

	before := len(p.asked())
	c = launch(t, 90, 25, append(env, "HTTP_PROXY="+p.URL, "NO_PROXY=simulator.test"), "exec", "prod/orders-worker")
	c.over(255) // nothing is known under that name
	if asks := p.asked(); len(asks) != before {
		t.Errorf("in spite of NO_PROXY the proxy was asked for %q", asks[before:])
	}
}
