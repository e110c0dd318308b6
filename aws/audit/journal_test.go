package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecsole/aws/audit"
)

func open(t *testing.T, path string) *audit.Journal {
	t.Helper()
	j, err := audit.Open(path, audit.Options{User: "ann", Host: "desk"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func records(t *testing.T, path string) []audit.Record {
	t.Helper()
	var out []audit.Record
	for r, err := range audit.Read(path) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func verify(t *testing.T, path string) audit.Report {
	t.Helper()
	r, err := audit.Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func actions(rs []audit.Record) (out []string) {
	for _, r := range rs {
		out = append(out, string(r.Kind)+" "+r.Action)
	}
	return out
}

func TestActIsWrittenBeforeAndAfter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "journal.jsonl")
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	j, err := audit.Open(path, audit.Options{User: "ann", Host: "desk", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	j.SetIncident("INC-7")
	prod := j.As(audit.Who{Profile: "prod", Account: "111122223333", Region: "eu-central-1", Identity: "arn:aws:iam::111122223333:user/ann", Endpoint: "e"})
	act := audit.Act{Action: "service.scale", Target: "arn:svc", Before: "desired 3", After: "desired 5", Reason: "load"}
	i, err := prod.Intend(act, "ecs:UpdateService")
	if err != nil {
		t.Fatal(err)
	}
	if got := verify(t, path); len(got.Open) != 1 || got.Open[0].Hash != i.Hash || !got.OK() {
		t.Fatalf("before the outcome: %+v", got)
	}
	if err := prod.Outcome(i, audit.ResultFailed, errors.New("refused"), "req-1"); err != nil {
		t.Fatal(err)
	}
	got := records(t, path)
	if len(got) != 2 {
		t.Fatalf("%d records, want 2", len(got))
	}
	want := audit.Record{
		Seq: 1, Time: now, Kind: audit.KindIntent, Session: j.Session(), Action: act.Action, Target: act.Target,
		Before: act.Before, After: act.After, Reason: act.Reason, Incident: "INC-7",
		Profile: "prod", Account: "111122223333", Region: "eu-central-1", Identity: "arn:aws:iam::111122223333:user/ann", Endpoint: "e",
		User: "ann", Host: "desk", PID: os.Getpid(), Op: "ecs:UpdateService", Hash: i.Hash,
	}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Errorf("intent (-want +got):\n%s", d)
	}
	out := got[1]
	if out.Kind != audit.KindOutcome || out.Ref != i.Hash || out.Result != audit.ResultFailed || out.Error != "refused" || out.Request != "req-1" || out.Prev != i.Hash {
		t.Errorf("outcome: %+v", out)
	}
	if got := verify(t, path); !got.OK() || len(got.Open) != 0 || got.Records != 2 || !got.First.Equal(now) {
		t.Errorf("report: %+v", got)
	}
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		fi, err := os.Stat(p)
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v (%v)", p, fi.Mode().Perm(), want, err)
		}
	}
}

// The hash can be recomputed from a line by ordinary means: empty the value of
// hash, take the SHA-256 of the line.
func TestHashIsOfTheLineWithHashEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	if err := j.Note(audit.Record{Action: "copy", Target: `<b>"x"\n` + "\x00\xff ü"}); err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := records(t, path)[0]
	empty := bytes.Replace(bytes.TrimSpace(line), []byte(`"hash":"`+r.Hash+`"`), []byte(`"hash":""`), 1)
	if sum := sha256.Sum256(empty); hex.EncodeToString(sum[:]) != r.Hash {
		t.Error("the hash is not that of the line with hash empty")
	}
	r.Hash = ""
	canonical, _ := json.Marshal(r)
	if sum := sha256.Sum256(canonical); string(canonical) != string(empty) || hex.EncodeToString(sum[:]) != records(t, path)[0].Hash {
		t.Errorf("the line is not the record's own JSON:\n%s\n%s", canonical, empty)
	}
}

func TestReopenContinuesTheChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	for range 3 {
		j := open(t, path)
		if err := j.Note(audit.Record{Kind: audit.KindStart, Action: "console.start"}); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if err := j.Note(audit.Record{Action: "late"}); !errors.Is(err, os.ErrClosed) {
			t.Errorf("a closed journal says %v", err)
		}
	}
	rs := records(t, path)
	if r := verify(t, path); !r.OK() || r.Records != 3 {
		t.Fatalf("%+v", r)
	}
	if rs[0].Session == rs[1].Session {
		t.Error("two runs have one session id")
	}
}

func TestLongTextIsClipped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	if err := j.Note(audit.Record{Action: "copy", Reason: strings.Repeat("ü", 3<<20)}); err != nil {
		t.Fatal(err)
	}
	if err := j.Note(audit.Record{Action: "after"}); err != nil {
		t.Fatal(err)
	}
	rs := records(t, path)
	if n := len(rs[0].Reason); n > 17<<10 || !strings.HasSuffix(rs[0].Reason, "ü…") {
		t.Errorf("%d bytes, ending in %q", n, rs[0].Reason[n-8:])
	}
	if r := verify(t, path); !r.OK() {
		t.Error(r)
	}
}

func TestCopyout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	var s audit.Sum
	io.WriteString(io.MultiWriter(io.Discard, &s), "a,b\n1,2\n")
	if err := j.Copyout("table.save", "services", "/home/ann/services.csv", &s); err != nil {
		t.Fatal(err)
	}
	r := records(t, path)[0]
	sum := sha256.Sum256([]byte("a,b\n1,2\n"))
	if r.Path != "/home/ann/services.csv" || r.Bytes != 8 || r.SHA256 != hex.EncodeToString(sum[:]) || r.Action != "table.save" {
		t.Errorf("%+v", r)
	}
	var none audit.Sum
	if empty := sha256.Sum256(nil); none.Hex() != hex.EncodeToString(empty[:]) {
		t.Error("the sum of nothing is wrong")
	}
}

// TestIncidentDoesNotWaitForTheDisk holds that who only looks (the header does, for
// each frame) is not kept by a record that waits for another process's lock.
func TestIncidentDoesNotWaitForTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j := open(t, path)
	other, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- j.Note(audit.Record{Action: "copy"}) }()
	for i := range 20_000 {
		j.SetIncident(strconv.Itoa(i))
		if got := j.Incident(); got != strconv.Itoa(i) {
			t.Fatalf("incident %q", got)
		}
		runtime.Gosched()
	}
	select {
	case err := <-written:
		t.Fatalf("written in spite of the lock: %v", err)
	default:
	}
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
}

// TestWorstLineCanBeRead fills every text with what JSON writes longest.
func TestWorstLineCanBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	long := strings.Repeat("\x01", 64<<10)
	j, err := audit.Open(path, audit.Options{User: long, Host: long})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	j.SetIncident(long)
	j = j.As(audit.Who{Profile: long, Account: long, Region: long, Identity: long, Endpoint: long})
	if err := j.Note(audit.Record{Action: long, Target: long, Before: long, After: long, Reason: long, Op: long, Ref: long,
		Result: long, Error: long, Request: long, Path: long, SHA256: long}); err != nil {
		t.Fatal(err)
	}
	if got := verify(t, path); !got.OK() || got.Records != 1 {
		t.Errorf("%+v", got.Broken)
	}
}
