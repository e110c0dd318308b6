package forward_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/forward"
	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"))
}

type rig struct {
	*testing.T
	sim     *sim.Sim
	acct    *aws.Account
	journal string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	r := &rig{T: t, sim: s, journal: filepath.Join(t.TempDir(), "audit.jsonl")}
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
		s.Close()
		<-served
		j.Close()
	})
	return r
}

// target is a task with a port, of a service that has several.
func (r *rig) target() forward.Request {
	r.Helper()
	c := ecs.New(r.acct)
	clusters, _ := aws.Collect(c.Clusters(r.Context()))
	for _, k := range clusters {
		tasks, _ := aws.Collect(c.Tasks(r.Context(), ecs.TaskQuery{Cluster: k.ARN}))
		seen := map[string]int{}
		for _, t := range tasks {
			seen[t.Service()]++
		}
		for _, t := range tasks {
			if seen[t.Service()] < 2 || t.Service() == "" {
				continue
			}
			td, err := c.TaskDefinition(r.Context(), t.TaskDefinition)
			if err != nil {
				r.Fatal(err)
			}
			for _, d := range td.Containers {
				for _, box := range t.Containers {
					if box.Name == d.Name && box.ExecAgent == "RUNNING" && len(d.Ports) > 0 && strings.Contains(d.LogDriver, "awslogs") && r.sim.World().Task(t.ARN).Facts.Dependency == "" {
						return forward.Request{Cluster: k.ARN, Task: t.ARN, Service: t.Service(), Container: box.Name, RuntimeID: box.RuntimeID,
							Port: d.Ports[0].Container, Reason: "test"}
					}
				}
			}
		}
	}
	r.Fatal("no container has a port")
	return forward.Request{}
}

func (r *rig) open(q forward.Request) *forward.Forward {
	r.Helper()
	f, err := forward.Of(r.acct).Open(r.Context(), q)
	if err != nil {
		r.Fatal(err)
	}
	return f
}

func get(f *forward.Forward, path string) (string, error) {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := c.Get("http://" + f.Address() + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func (r *rig) answers(f *forward.Forward) {
	r.Helper()
	text, err := get(f, "/health")
	if err != nil || !strings.Contains(text, "UP") {
		r.Errorf("answer %q, %v; last error %v", text, err, last(f))
	}
}

func last(f *forward.Forward) error {
	_, err := f.LastError()
	return err
}

func (r *rig) until(what string, ok func() bool) {
	r.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			r.Fatalf("waited for %s", what)
		}
	}
}

func (r *rig) records(action string) (out []audit.Record) {
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

func TestForward(t *testing.T) {
	r := newRig(t)
	f := r.open(r.target())
	if f.State() != forward.Ready || !strings.HasPrefix(f.Address(), "127.0.0.1:") {
		t.Errorf("state %v at %s", f.State(), f.Address())
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { r.answers(f) })
	}
	wg.Wait()
	r.until("the connections to end", func() bool { open, _ := f.Connections(); return open == 0 })
	if _, total := f.Connections(); total != 20 {
		t.Errorf("%d connections", total)
	}
	if to, from := f.Traffic(); to == 0 || from == 0 {
		t.Errorf("traffic %d, %d", to, from)
	}
	f.Close(t.Context())
	if _, err := net.Dial("tcp", f.Address()); err == nil {
		t.Error("it still listens")
	}
	if len(forward.Of(r.acct).List()) != 0 || f.State() != forward.Closed {
		t.Error("it is still listed")
	}
	opened, closed := r.records(forward.ActionOpen), r.records(forward.ActionClose)
	if len(opened) != 2 || opened[0].Op != "ssm:StartSession" || !strings.Contains(opened[0].After, f.Far()) || len(closed) != 1 || !strings.Contains(closed[0].After, "20 connections") {
		t.Errorf("in the journal: %+v, %+v", opened, closed)
	}
	if s := r.sim.Agent().Sessions(); len(s) != 1 || s[0].Ended.IsZero() {
		t.Errorf("the session lives on: %+v", s)
	}
}

func TestRemoteHost(t *testing.T) {
	r := newRig(t)
	q := r.target()
	q.Host, q.Port = "sessions-cache.internal", 6379
	f := r.open(q)
	conn, err := net.Dial("tcp", f.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := range 100 {
		fmt.Fprintf(conn, "ECHO hello-%d\r\n", i)
		in.ReadString('\n')
		if line, err := in.ReadString('\n'); err != nil || line != fmt.Sprintf("hello-%d\r\n", i) {
			t.Fatalf("answer %q, %v", line, err)
		}
	}
}

func TestNothingAnswers(t *testing.T) {
	r := newRig(t)
	q := r.target()
	q.Port = 59999
	f := r.open(q)
	if _, err := get(f, "/"); err == nil {
		t.Error("something answered")
	}
	r.until("the error", func() bool { err := last(f); return err != nil && strings.Contains(err.Error(), "localhost:59999") })
}

func TestThroughFaults(t *testing.T) {
	r := newRig(t)
	q := r.target()
	q.Host, q.Port = q.Service+"-db.internal", 5432 // echoes lines
	f := r.open(q)
	r.sim.Agent().Faults().Set(func(s *agent.Switches) {
		s.Out = agent.Way{Drop: 30, Duplicate: 10, Reorder: 7, LoseAcks: 20}
		s.In = agent.Way{Drop: 20, Duplicate: 10, Reorder: 9, LoseAcks: 30}
		s.CutAfter = 400 * time.Millisecond
	})
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			conn, err := net.Dial("tcp", f.Address())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			line := append(bytes.Repeat([]byte{byte('a' + n)}, 1000), '\n')
			want := bytes.Repeat(line, 200)
			go conn.Write(want)
			got := make([]byte, len(want))
			if k, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back of %d, %v", k, len(want), err)
			}
		})
	}
	wg.Wait()
}

func TestSessionThatWasIdleIsOpenedAgain(t *testing.T) {
	r := newRig(t)
	f := r.open(r.target())
	r.answers(f)
	r.sim.Agent().EndAll(agent.ReasonIdle)
	r.until("sleep", func() bool { return f.State() == forward.Asleep })
	if last(f) == nil || last(f).Error() != agent.ReasonIdle {
		t.Errorf("last error %v", last(f))
	}
	r.answers(f)
	if f.State() != forward.Ready || len(r.sim.Agent().Sessions()) != 2 {
		t.Errorf("state %v, %d sessions", f.State(), len(r.sim.Agent().Sessions()))
	}
}

func TestMovesWithItsService(t *testing.T) {
	r := newRig(t)
	q := r.target()
	q.Follow = true
	f := r.open(q)
	r.answers(f)
	if _, err := r.sim.World().StopTask(q.Task, "scaled in"); err != nil {
		t.Fatal(err)
	}
	r.until("another task", func() bool { return f.Request().Task != q.Task && f.State() == forward.Ready })
	r.answers(f)
}

// A forward whose session had ended before its task did moves when it is used.
func TestMovesFromSleep(t *testing.T) {
	r := newRig(t)
	q := r.target()
	q.Follow = true
	f := r.open(q)
	r.sim.Agent().EndAll(agent.ReasonIdle)
	r.until("sleep", func() bool { return f.State() == forward.Asleep })
	if _, err := r.sim.World().StopTask(q.Task, "scaled in"); err != nil {
		t.Fatal(err)
	}
	r.until("the task's end", func() bool { return r.sim.World().Task(q.Task).LastStatus != "RUNNING" })
	for range 5 { // each of which fails, and none of which opens a session of its own
		if _, err := get(f, "/"); err == nil {
			break
		}
	}
	r.until("another task", func() bool { return f.Request().Task != q.Task && f.State() == forward.Ready })
	r.answers(f)
}

func TestAsksBeforeItMoves(t *testing.T) {
	r := newRig(t)
	q := r.target()
	f := r.open(q)
	if _, err := r.sim.World().StopTask(q.Task, "scaled in"); err != nil {
		t.Fatal(err)
	}
	r.until("a broken forward", func() bool { return f.State() == forward.Broken })
	if _, err := get(f, "/"); err == nil {
		t.Error("a broken forward carries")
	}
	if err := f.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.answers(f)
	if f.Request().Task == q.Task {
		t.Error("it went to the task that has gone")
	}
}

func TestRefused(t *testing.T) {
	r := newRig(t)
	q := r.target()
	r.sim.Faults().Deny("ssm:StartSession")
	if _, err := forward.Of(r.acct).Open(t.Context(), q); aws.AsError(err) == nil || aws.AsError(err).Class != aws.Denied {
		t.Errorf("opened: %v", err)
	}
	if n := len(r.records(forward.ActionClose)); n != 0 {
		t.Errorf("%d closings of what was never open are recorded", n)
	}
	r.sim.Faults().Allow("ssm:StartSession")
	q.Port = 0
	if _, err := forward.Of(r.acct).Open(t.Context(), q); err != forward.ErrPort {
		t.Errorf("port 0: %v", err)
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	q.Port, q.Local = 80, busy.Addr().String()
	if _, err := forward.Of(r.acct).Open(t.Context(), q); err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("a busy port: %v", err)
	}
}

func TestNoHandshake(t *testing.T) {
	r := newRig(t)
	r.sim.Agent().Faults().Set(func(s *agent.Switches) { s.NoHandshake = true })
	q, done := r.target(), make(chan error, 1)
	go func() {
		_, err := forward.Of(r.acct).Open(t.Context(), q)
		done <- err
	}()
	r.until("a session that waits", func() bool { s := r.sim.Agent().Sessions(); return len(s) == 1 && s[0].Connected })
	r.sim.Agent().EndAll("gone")
	if err := <-done; err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("opened without a handshake: %v", err)
	}
}
