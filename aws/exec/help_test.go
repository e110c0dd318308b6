package exec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/world"
)

func TestMain(m *testing.M) {
	// seelog, which the plugin's packages import, starts these when it is loaded.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"))
}

// rig is a simulated account with an agent behind its data channels.
type rig struct {
	testing.TB
	sim     *sim.Sim
	agents  *agent.Registry
	program agent.Program
	kms     string // key of new sessions
	decrypt func(context.Context, []byte, map[string]string) ([]byte, error)
	acct    *aws.Account
	journal string
}

func newRig(t testing.TB) *rig {
	t.Helper()
	s, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	r := &rig{TB: t, sim: s, agents: agent.NewRegistry(), program: agent.ProgramFunc(echo)}
	l, dial := sim.Pipe()
	srv := &http.Server{Handler: http.HandlerFunc(r.serve)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	r.journal = filepath.Join(t.TempDir(), "journal", "audit.jsonl")
	j, err := audit.Open(r.journal, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, region := s.Static("http://simulator")
	r.acct, err = aws.Open(t.Context(), aws.Options{Dial: dial, Journal: j,
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.acct.Close()
		r.agents.Close()
		_ = s.Close()
		_ = srv.Close()
		<-served
		_ = j.Close()
	})
	return r
}

func (r *rig) sessions() *exec.Sessions { return exec.Of(r.acct) }

// serve puts the agent in front of the simulator.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	if id, ok := strings.CutPrefix(req.URL.Path, agent.Prefix); ok {
		if !r.agents.Knows(id) {
			if ses, ok := r.sim.Sessions().Get(id); ok {
				_, err := r.agents.Start(agent.Spec{ID: id, Token: ses.Token, Target: ses.Spec.Target, Owner: ses.Spec.TaskARN,
					KMSKey: r.kms, Decrypt: r.decrypt, Program: r.program})
				if err != nil {
					http.Error(w, err.Error(), 500)
					return
				}
			}
		}
		r.agents.ServeHTTP(w, req)
		return
	}
	if op, ok := strings.CutPrefix(req.Header.Get("X-Amz-Target"), "AmazonSSM."); ok {
		r.ssm(w, req, op)
		return
	}
	r.sim.ServeHTTP(w, req)
}

func (r *rig) ssm(w http.ResponseWriter, req *http.Request, op string) {
	var in struct{ SessionId string }
	_ = json.NewDecoder(req.Body).Decode(&in)
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	fail := func(code string) { answer(400, map[string]string{"__type": code, "message": code}) }
	switch op {
	case "ResumeSession":
		tk, err := r.agents.Resume(in.SessionId)
		switch {
		case errors.Is(err, agent.ErrDenied):
			fail("AccessDeniedException")
		case err != nil:
			fail("DoesNotExistException")
		default:
			answer(200, map[string]string{"SessionId": in.SessionId, "TokenValue": tk.Token, "StreamUrl": "ws://" + req.Host + tk.Path})
		}
	case "TerminateSession":
		_ = r.agents.Terminate(in.SessionId)
		answer(200, map[string]string{"SessionId": in.SessionId})
	default:
		fail("UnknownOperationException")
	}
}

// target finds a container that takes a shell.
func (r *rig) target() exec.Request {
	r.Helper()
	c := ecs.New(r.acct)
	clusters, _ := aws.Collect(c.Clusters(r.Context()))
	for _, k := range clusters {
		tasks, _ := aws.Collect(c.Tasks(r.Context(), ecs.TaskQuery{Cluster: k.ARN}))
		for _, t := range tasks {
			_, ready, _ := ecs.TaskExec(t, nil)
			for _, name := range ready {
				for _, box := range t.Containers {
					if box.Name == name && box.ExecAgent == "RUNNING" {
						return exec.Request{Cluster: k.ARN, Task: t.ARN, Container: name, RuntimeID: box.RuntimeID, Cols: 80, Rows: 24, Reason: "test"}
					}
				}
			}
		}
	}
	r.Fatal("no container takes a shell")
	return exec.Request{}
}

func (r *rig) open(q exec.Request) *exec.Session {
	r.Helper()
	s, err := r.sessions().Open(r.Context(), q)
	if err != nil {
		r.Fatal(err)
	}
	return s
}

func (r *rig) records(action string) []audit.Record {
	r.Helper()
	var out []audit.Record
	for rec, err := range audit.Read(r.journal) {
		if err != nil {
			r.Fatal(err)
		}
		if rec.Action == action {
			out = append(out, rec)
		}
	}
	return out
}

// screen collects output.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// until waits for a condition.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited for %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func sees(t testing.TB, s fmt.Stringer, text string) {
	t.Helper()
	until(t, text, func() bool { return strings.Contains(s.String(), text) })
}

func ended(t testing.TB, s *exec.Session) exec.Result {
	t.Helper()
	select {
	case <-s.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the session does not end")
	}
	return s.Result()
}

// echo answers each line by its number; "quit" ends.
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
			switch word {
			case "quit":
				return ""
			case "size":
				cols, rows := tm.Size()
				fmt.Fprintf(tm, "%d:%dx%d\r\n", n, cols, rows)
			default:
				fmt.Fprintf(tm, "%d:%s\r\n", n, word)
			}
		}
	}
}

var (
	_ io.Writer = (*exec.Session)(nil)
	_           = os.DevNull
	_           = world.Options{}
)
