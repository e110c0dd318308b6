package ecs

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

// inBubble runs a test in which waiting for the pacer takes no time.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// stage is a client on a simulated account.
type stage struct {
	*Client
	sim     *sim.Sim
	journal string
	// meddle, when set, stands between the server and the client: it may change an
	// answer's body, or answer a call itself by returning a status other than 0.
	meddle atomic.Pointer[func(op string, request, answer []byte) (int, []byte)]
}

func perform(t *testing.T, o sim.Options) *stage {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{sim: s, journal: filepath.Join(t.TempDir(), "journal.jsonl")}
	l, dial := sim.Pipe()
	srv := &http.Server{Handler: http.HandlerFunc(st.serve)}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(l) }()

	journal, err := audit.Open(st.journal, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id, secret, region := s.Static("http://simulator")
	a, err := aws.Open(t.Context(), aws.Options{
		Journal: journal, Dial: dial,
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: id, SecretKey: secret, Region: region, Name: "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Close()
		srv.Close()
		<-served
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	st.Client = New(a)
	if again := New(a); again != st.Client {
		t.Fatal("an account has more than one client: task definitions are remembered twice")
	}
	return st
}

func (st *stage) serve(w http.ResponseWriter, r *http.Request) {
	meddle := st.meddle.Load()
	if meddle == nil {
		st.sim.ServeHTTP(w, r)
		return
	}
	request, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(request))
	rec := httptest.NewRecorder()
	st.sim.ServeHTTP(rec, r)
	op := r.Header.Get("X-Amz-Target")
	status, body := (*meddle)(op[strings.LastIndexByte(op, '.')+1:], request, rec.Body.Bytes())
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	for _, h := range []string{"Content-Length", "X-Amz-Crc32"} { // of the answer as it was
		w.Header().Del(h)
	}
	if status == 0 {
		status = rec.Code
	}
	w.WriteHeader(status)
	w.Write(body)
}

// between lets f see each answer on its way; see stage.meddle.
func (st *stage) between(f func(op string, request, answer []byte) (int, []byte)) {
	st.meddle.Store(&f)
}

// all reads a listing that must be complete.
func all[T any](t *testing.T, pages aws.Pages[T]) []T {
	t.Helper()
	items, gaps, seen, total := collect(pages)
	for _, g := range gaps {
		t.Fatalf("gap: %v", g)
	}
	if seen != len(items) || total != len(items) {
		t.Fatalf("%d items, seen %d, total %d", len(items), seen, total)
	}
	return items
}

// biggest is the cluster with the most services.
func (st *stage) biggest(t *testing.T) Cluster {
	t.Helper()
	var out Cluster
	for _, c := range all(t, st.Clusters(t.Context())) {
		if c.Services >= out.Services {
			out = c
		}
	}
	if out.Services == 0 {
		t.Fatal("no cluster has a service")
	}
	return out
}

func act(ctx context.Context, action, target string) context.Context {
	return audit.WithAct(ctx, audit.Act{Action: action, Target: target})
}
