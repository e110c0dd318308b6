package channel

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/session-manager-plugin/src/message"
	"go.uber.org/goleak"

	"ecsole/aws/sim/agent"
)

func TestMain(m *testing.M) {
	// seelog, which the plugin's packages import, starts these when it is loaded.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"))
}

// rig is a simulated agent and a channel to it.
type rig struct {
	t    testing.TB
	reg  *agent.Registry
	srv  *httptest.Server
	id   string
	c    *Channel
	slow func() // called with each piece of output

	mu    sync.Mutex
	cond  *sync.Cond
	out   bytes.Buffer
	notes []Note
	flags []message.PayloadTypeFlag
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, reg: agent.NewRegistry()}
	r.cond = sync.NewCond(&r.mu)
	r.srv = httptest.NewServer(r.reg)
	t.Cleanup(func() {
		if r.c != nil {
			r.c.Close()
		}
		r.reg.Close()
		r.srv.Close()
	})
	return r
}

// ready makes a session's ticket into a configuration.
func (r *rig) ready(spec agent.Spec) Config {
	r.t.Helper()
	tk, err := r.reg.Start(spec)
	if err != nil {
		r.t.Fatal(err)
	}
	r.id = tk.SessionID
	url := "ws" + strings.TrimPrefix(r.srv.URL, "http")
	return Config{
		URL: url + tk.Path, Token: tk.Token, Dial: Dialer{}.Dial,
		Resume: func(ctx context.Context) (string, string, error) {
			tk, err := r.reg.Resume(r.id)
			return url + tk.Path, tk.Token, err
		},
		Final: func(err error) bool { return errors.Is(err, agent.ErrDenied) || errors.Is(err, agent.ErrUnknown) },
		Output: func(p []byte) {
			r.mu.Lock()
			r.out.Write(p)
			r.cond.Broadcast()
			slow := r.slow
			r.mu.Unlock()
			if slow != nil {
				slow()
			}
		},
		Note: func(n Note) {
			r.mu.Lock()
			r.notes = append(r.notes, n)
			r.cond.Broadcast()
			r.mu.Unlock()
		},
		Flag: func(f message.PayloadTypeFlag) {
			r.mu.Lock()
			r.flags = append(r.flags, f)
			r.cond.Broadcast()
			r.mu.Unlock()
		},
	}
}

func (r *rig) open(cfg Config) {
	r.t.Helper()
	c, err := Open(context.Background(), r.t.Context(), cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.c = c
	go func() {
		<-c.Done()
		r.mu.Lock()
		r.cond.Broadcast()
		r.mu.Unlock()
	}()
}

// wait waits for a condition, which is asked under the rig's lock.
func (r *rig) wait(what string, ok func() bool) {
	r.t.Helper()
	late := time.AfterFunc(30*time.Second, func() { r.mu.Lock(); r.cond.Broadcast(); r.mu.Unlock() })
	defer late.Stop()
	from := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !ok() {
		if time.Since(from) > 29*time.Second {
			out := r.out.String()
			r.t.Fatalf("waited for %s; %d bytes of output end in %q; notes %v", what, len(out), out[max(0, len(out)-200):], r.notes)
		}
		r.cond.Wait()
	}
}

func (r *rig) sees(text string) {
	r.t.Helper()
	r.wait(text, func() bool { return strings.Contains(r.out.String(), text) })
}

func (r *rig) noted(kind NoteKind) {
	r.t.Helper()
	r.wait(fmt.Sprintf("note %d", kind), func() bool {
		for _, n := range r.notes {
			if n.Kind == kind {
				return true
			}
		}
		return false
	})
}

func (r *rig) typed(s string) {
	r.t.Helper()
	if _, err := r.c.Write([]byte(s)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) ends() Result {
	r.t.Helper()
	select {
	case <-r.c.Done():
	case <-time.After(30 * time.Second):
		r.t.Fatal("the channel does not end")
	}
	return r.c.Result()
}

// echo answers each line by its number; "flood n" writes n lines, "quit" ends.
func echo(ctx context.Context, tm *agent.Terminal) string {
	fmt.Fprintf(tm, "ready\r\n")
	var line []byte
	n := 0
	buf := make([]byte, 4096)
	for {
		k, err := tm.Read(buf)
		if err != nil {
			return ""
		}
		for _, b := range buf[:k] {
			if b != '\r' {
				line = append(line, b)
				continue
			}
			n++
			word := string(line)
			line = line[:0]
			if word == "quit" {
				return ""
			}
			if rest, ok := strings.CutPrefix(word, "flood "); ok {
				var lines int
				fmt.Sscan(rest, &lines)
				io.WriteString(tm, flood(lines))
				continue
			}
			fmt.Fprintf(tm, "%d:%s\r\n", n, word)
		}
	}
}

func flood(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of the flood\r\n", i)
	}
	return b.String()
}

func echoSpec() agent.Spec {
	return agent.Spec{Target: "ecs:c_t_r", Program: agent.ProgramFunc(echo)}
}

// gcm is a Sealer over a key of its own.
type gcm struct{ key, blob []byte }

func newGCM() *gcm {
	g := &gcm{key: make([]byte, 64), blob: []byte("sealed data key")}
	rand.Read(g.key)
	return g
}

func (g *gcm) aead(half []byte) cipher.AEAD {
	b, err := aes.NewCipher(half)
	if err != nil {
		panic(err)
	}
	a, err := cipher.NewGCM(b)
	if err != nil {
		panic(err)
	}
	return a
}

func (g *gcm) Seal(p []byte) ([]byte, error) {
	nonce := make([]byte, 12)
	rand.Read(nonce)
	return g.aead(g.key[32:]).Seal(nonce, nonce, p, nil), nil
}

func (g *gcm) Open(p []byte) ([]byte, error) {
	if len(p) < 12 {
		return nil, errors.New("short")
	}
	return g.aead(g.key[:32]).Open(nil, p[:12], p[12:], nil)
}

func (g *gcm) DataKey() []byte { return g.blob }
