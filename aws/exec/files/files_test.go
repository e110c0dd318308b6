package files_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"))
}

type rig struct {
	*testing.T
	sim  *sim.Sim
	acct *aws.Account
	s    *exec.Sessions
	q    exec.Request

	journal string
}

// recorded is the journal's record of the newest copy.
func (r *rig) recorded(action string) (found audit.Record) {
	r.Helper()
	for rec, err := range audit.Read(r.journal) {
		if err != nil {
			r.Fatal(err)
		}
		if rec.Action == action {
			found = rec
		}
	}
	return found
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return rigWith(t, sim.Options{})
}

func rigWith(t *testing.T, o sim.Options) *rig {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	journal := filepath.Join(t.TempDir(), "audit.jsonl")
	j, err := audit.Open(journal, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, region := s.Static("http://simulator")
	a, err := aws.Open(t.Context(), aws.Options{Dial: dial, Journal: j,
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Close()
		s.Close()
		<-served
		j.Close()
	})
	r := &rig{T: t, sim: s, acct: a, s: exec.Of(a), journal: journal}
	c := ecs.New(a)
	clusters, _ := aws.Collect(c.Clusters(t.Context()))
	for _, k := range clusters {
		tasks, _ := aws.Collect(c.Tasks(t.Context(), ecs.TaskQuery{Cluster: k.ARN}))
		for _, task := range tasks {
			for _, box := range task.Containers {
				if box.ExecAgent == "RUNNING" && box.Name != "aws-gd-agent" {
					r.q = exec.Request{Cluster: k.ARN, Task: task.ARN, Container: box.Name, RuntimeID: box.RuntimeID}
					return r
				}
			}
		}
	}
	t.Fatal("no container takes a shell")
	return nil
}

func (r *rig) request(local, remote string) files.Request {
	return files.Request{Request: r.q, Local: local, Remote: remote}
}

// bytesOf is content that no text has.
func bytesOf(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * i >> 5)
	}
	return b
}

func TestThereAndBack(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	local, back, content := filepath.Join(dir, "a file"), filepath.Join(dir, "back"), bytesOf(50_001)
	if err := os.WriteFile(local, content, 0o640); err != nil {
		t.Fatal(err)
	}
	var last int64
	res, err := files.Put(t.Context(), r.s, r.request(local, "/tmp/"), files.Options{Progress: func(done, total int64) { last = done }})
	if err != nil || !res.Verified || res.Bytes != 50_001 || last != 50_001 {
		t.Fatalf("put: %+v, %v; progress %d", res, err, last)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(content))
	if rec := r.recorded(files.ActionPut); rec.Path != local || rec.After != "/tmp/a file" || rec.Bytes != 50_001 || rec.SHA256 != sum {
		t.Errorf("in the journal: %+v", rec)
	}
	got, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/a file"), files.Options{})
	if err != nil || !got.Verified || got.SHA256 != res.SHA256 {
		t.Fatalf("fetch: %+v, %v", got, err)
	}
	if b, _ := os.ReadFile(back); !bytes.Equal(b, content) {
		t.Errorf("%d bytes came back", len(b))
	}
	if rec := r.recorded(files.ActionFetch); rec.Path != back || rec.Before != "/tmp/a file" || rec.Bytes != 50_001 || rec.SHA256 != sum {
		t.Errorf("in the journal: %+v", rec)
	}
	if _, err := os.Stat(back + ".ecsole-part"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the partial file is left")
	}
}

func TestResumed(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	local, back, content := filepath.Join(dir, "file"), filepath.Join(dir, "back"), bytesOf(30_000)
	os.WriteFile(local, content, 0o600)
	// A part is there already, on either side.
	os.WriteFile(filepath.Join(dir, "half"), content[:10_000], 0o600)
	if _, err := files.Put(t.Context(), r.s, r.request(filepath.Join(dir, "half"), "/tmp/file.ecsole-part"), files.Options{}); err != nil {
		t.Fatal(err)
	}
	res, err := files.Put(t.Context(), r.s, r.request(local, "/tmp/file"), files.Options{})
	if err != nil || res.Resumed != 10_000 || res.Bytes != 20_000 || !res.Verified {
		t.Fatalf("put: %+v, %v", res, err)
	}
	os.WriteFile(back+".ecsole-part", content[:9_000], 0o600)
	res, err = files.Fetch(t.Context(), r.s, r.request(back, "/tmp/file"), files.Options{})
	if err != nil || res.Resumed != 8192 || res.Bytes != 30_000-8192 {
		t.Fatalf("fetch: %+v, %v", res, err)
	}
	if b, _ := os.ReadFile(back); !bytes.Equal(b, content) {
		t.Error("the file differs")
	}
	// A part of something else is found out, and not resumed from again.
	os.WriteFile(back+".ecsole-part", bytes.Repeat([]byte("x"), 9_000), 0o600)
	if _, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/file"), files.Options{}); !errors.Is(err, files.ErrSum) {
		t.Errorf("a wrong part: %v", err)
	}
	if _, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/file"), files.Options{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestDirectories(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	os.MkdirAll(filepath.Join(tree, "sub", "empty"), 0o755)
	os.WriteFile(filepath.Join(tree, "a"), []byte("one"), 0o644)
	os.WriteFile(filepath.Join(tree, "sub", "b c"), bytesOf(20_000), 0o755)
	os.Symlink("/etc/passwd", filepath.Join(tree, "link"))
	res, err := files.Put(t.Context(), r.s, r.request(tree, "/tmp/tree"), files.Options{})
	if err != nil || res.Files != 2 || len(res.Skipped) != 1 {
		t.Fatalf("put: %+v, %v", res, err)
	}
	if rec := r.recorded(files.ActionPut); rec.Path != tree || rec.Bytes != res.Bytes || len(rec.SHA256) != 64 {
		t.Errorf("in the journal: %+v", rec)
	}
	back := filepath.Join(dir, "back")
	res, err = files.Fetch(t.Context(), r.s, r.request(back, "/tmp/tree"), files.Options{})
	if err != nil || res.Files != 2 || res.Bytes != 20_003 {
		t.Fatalf("fetch: %+v, %v", res, err)
	}
	if rec := r.recorded(files.ActionFetch); rec.Path != back || rec.Bytes != 20_003 || len(rec.SHA256) != 64 {
		t.Errorf("in the journal: %+v", rec)
	}
	// A directory that is there takes the copy in.
	if res, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/tree/"), files.Options{}); err != nil || res.Path != filepath.Join(back, "tree") {
		t.Errorf("once more: %+v, %v", res, err)
	}
	if res, err := files.Put(t.Context(), r.s, r.request(tree, "/tmp/tree"), files.Options{}); err != nil || res.Path != "/tmp/tree/tree" {
		t.Errorf("once more: %+v, %v", res, err)
	}
	if b, err := os.ReadFile(filepath.Join(back, "tree", "a")); err != nil || string(b) != "one" {
		t.Errorf("%q, %v", b, err)
	}
	if b, err := os.ReadFile(filepath.Join(back, "sub", "b c")); err != nil || !bytes.Equal(b, bytesOf(20_000)) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestRefused(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	if _, err := files.Fetch(t.Context(), r.s, r.request(filepath.Join(dir, "x"), "/no/such/file"), files.Options{}); !errors.Is(err, files.ErrMissing) {
		t.Errorf("a missing file: %v", err)
	}
	local := filepath.Join(dir, "file")
	os.WriteFile(local, bytesOf(1000), 0o600)
	if _, err := files.Put(t.Context(), r.s, r.request(local, "/tmp/x"), files.Options{Limit: 999}); !errors.As(err, new(*files.TooLargeError)) {
		t.Errorf("too large: %v", err)
	}
	asked := int64(0)
	if _, err := files.Put(t.Context(), r.s, r.request(local, "/tmp/x"), files.Options{Limit: 999, Ask: func(n int64) bool { asked = n; return true }}); err != nil || asked != 1000 {
		t.Errorf("asked %d: %v", asked, err)
	}
}

func TestThroughFaults(t *testing.T) {
	r := newRig(t)
	r.sim.Agent().Faults().Set(func(s *agent.Switches) {
		s.Out = agent.Way{Drop: 20, Duplicate: 5, Reorder: 4, LoseAcks: 15}
		s.In = agent.Way{Drop: 15, Duplicate: 5, Reorder: 4, LoseAcks: 20}
	})
	dir := t.TempDir()
	local, back := filepath.Join(dir, "file"), filepath.Join(dir, "back")
	os.WriteFile(local, bytesOf(100_000), 0o600)
	if _, err := files.Put(t.Context(), r.s, r.request(local, "/tmp/file"), files.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/file"), files.Options{}); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(back); !bytes.Equal(b, bytesOf(100_000)) {
		t.Error("the file differs")
	}
}
