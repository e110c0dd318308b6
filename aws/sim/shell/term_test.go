package shell

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecsole/aws/sim/shell/machine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// term is a session's far end in a test.
type term struct {
	t    *testing.T
	mu   sync.Mutex
	cond *sync.Cond
	in   []byte
	out  bytes.Buffer
	hung bool
	cols int
	rows int
	size chan struct{}
	seen int

	box    *Box
	reason string
	ended  chan struct{}
}

func (x *term) Read(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(x.in) == 0 {
		if x.hung {
			return 0, io.EOF
		}
		x.cond.Wait()
	}
	n := copy(p, x.in)
	x.in = x.in[n:]
	return n, nil
}

func (x *term) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.cond.Broadcast()
	if x.out.Len() > 64<<20 {
		x.out.Reset()
		x.seen = 0
	}
	return x.out.Write(p)
}

func (x *term) Size() (int, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.cols, x.rows
}

func (x *term) Resized() <-chan struct{} { return x.size }

func (x *term) resize(cols, rows int) {
	x.mu.Lock()
	x.cols, x.rows = cols, rows
	x.mu.Unlock()
	select {
	case x.size <- struct{}{}:
	default:
	}
}

// typed presses keys.
func (x *term) typed(s string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.in = append(x.in, s...)
	x.cond.Broadcast()
}

func (x *term) hangup() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hung = true
	x.cond.Broadcast()
}

// sees waits for text behind what was seen last.
func (x *term) sees(text string) string {
	x.t.Helper()
	late := time.AfterFunc(20*time.Second, func() { x.mu.Lock(); defer x.mu.Unlock(); x.cond.Broadcast() })
	defer late.Stop()
	from := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		rest := x.out.Bytes()[x.seen:]
		if i := bytes.Index(rest, []byte(text)); i >= 0 {
			x.seen += i + len(text)
			return string(rest[:i])
		}
		if time.Since(from) > 19*time.Second {
			x.t.Fatalf("waited for %q; since then came %q", text, tail(rest))
		}
		x.cond.Wait()
	}
}

func tail(b []byte) []byte {
	if len(b) > 3000 {
		return b[len(b)-3000:]
	}
	return b
}

func (x *term) all() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.out.String()
}

func (x *term) ends() string {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(20 * time.Second):
		x.t.Fatalf("the session does not end; output %q", tail([]byte(x.all())))
	}
	return x.reason
}

func facts() machine.Facts {
	booted := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	return machine.Facts{
		Hostname: "ip-10-0-3-17.eu-central-1.compute.internal", IP: "10.0.3.17", Bash: true, CPUs: 2, Memory: 1 << 30,
		Booted: booted, Now: func() time.Time { return booted.Add(2 * time.Hour) },
		Env: []string{"APP_ENV=production", "PORT=8080"},
		Files: map[string]machine.File{
			"/app/config.yml": {Text: "port: 8080\nname: checkout\n"},
			"/app/data/a.txt": {Text: "alpha\nbeta\ngamma\n"},
			"/app/data/b.txt": {Text: "Beta two\n"},
			"/app/current":    {Link: "/app/data"},
			"/app/größe.txt":  {Text: "größer\n"},
		},
	}
}

func newTerm(t *testing.T, b *Box) *term {
	x := &term{t: t, box: b, cols: 80, rows: 24, size: make(chan struct{}, 1), ended: make(chan struct{})}
	x.cond = sync.NewCond(&x.mu)
	return x
}

// run begins a session of a box.
func run(t *testing.T, b *Box, command string) *term {
	t.Helper()
	x := newTerm(t, b)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		x.reason = b.Run(ctx, x, command)
		close(x.ended)
	}()
	t.Cleanup(func() { cancel(); x.hangup(); <-x.ended })
	return x
}

const prompt = "\x1b[?2004hroot@ip-10-0-3-17:/app# "

// script runs a script without a prompt and gives its output.
func script(t *testing.T, src string) string {
	t.Helper()
	return scriptIn(t, New(facts()), src)
}

func scriptIn(t *testing.T, b *Box, src string) string {
	t.Helper()
	if err := b.putFile("/tmp/script", src); err != nil {
		t.Fatal(err)
	}
	x := run(t, b, "bash /tmp/script")
	if r := x.ends(); r != "" {
		t.Fatalf("ended with %q", r)
	}
	return strings.ReplaceAll(x.all(), "\r\n", "\n")
}

// putFile writes a file before a session.
func (b *Box) putFile(name, text string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.disk == nil {
		b.disk = b.newDisk()
	}
	return b.disk.Write(name, text, 0o644)
}
