package exec_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
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
)

func TestMain(m *testing.M) {
	// seelog, which the plugin's packages import, starts these when it is loaded.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"))
}

// rig is a simulated account and a client account on it.
type rig struct {
	testing.TB
	sim     *sim.Sim
	agents  *agent.Registry
	acct    *aws.Account
	journal string
}

func newRig(t testing.TB) *rig { return newRigOf(t, sim.Options{}) }

func newRigOf(t testing.TB, o sim.Options) *rig {
	l, dial := sim.Pipe()
	return newRigOn(t, o, l, dial)
}

// newRigOn serves on a listener of the test's.
func newRigOn(t testing.TB, o sim.Options, l net.Listener, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *rig {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	r := &rig{TB: t, sim: s, agents: s.Agent()}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
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
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-served
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) sessions() *exec.Sessions { return exec.Of(r.acct) }

// target finds a container that takes a shell, in a cluster without KMS.
func (r *rig) target() exec.Request { return r.targetIn(false) }

func (r *rig) targetIn(encrypted bool) exec.Request {
	r.Helper()
	c := ecs.New(r.acct)
	clusters, _ := aws.Collect(c.Clusters(r.Context()))
	for _, k := range clusters {
		if (k.ExecKMSKey != "") != encrypted {
			continue
		}
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

// shows opens a session and waits for its prompt.
func (r *rig) shows(q exec.Request) (*exec.Session, *screen) {
	r.Helper()
	s, out := r.open(q), &screen{}
	s.View(func() io.Writer { return out })
	says(r, s, out, "ready", "ready")
	return s, out
}

// says lets the shell say a word, which the echo of the command does not hold, and
// waits for it.
func says(t testing.TB, s *exec.Session, out *screen, word, want string) {
	t.Helper()
	if _, err := io.WriteString(s, "echo '<'"+word+"'>'\r"); err != nil {
		t.Fatal(err)
	}
	sees(t, out, "<"+want+">")
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
