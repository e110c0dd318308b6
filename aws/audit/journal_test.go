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

func TestBreaksAreFoundWithTheirLine(t *testing.T) {
	write := func(t *testing.T) (string, []string) {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path)
		for _, target := range []string{"one", "two", "three", "four"} {
			if err := j.Note(audit.Record{Action: "copy", Target: target}); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(b), "\n")
		return path, lines[:len(lines)-1]
	}
	for _, c := range []struct {
		name string
		edit func(l []string) []string
		line []int
		why  string
	}{
		{"changed", func(l []string) []string { l[1] = strings.Replace(l[1], "two", "TWO", 1); return l }, []int{2}, "was changed"},
		{"field added", func(l []string) []string { l[1] = strings.Replace(l[1], `{"seq"`, `{"x":1,"seq"`, 1); return l }, []int{2}, "was changed"},
		{"field after the hash", func(l []string) []string {
			l[1] = strings.Replace(l[1], "\"}\n", "\",\"target\":\"TWO\"}\n", 1)
			return l
		}, []int{2}, "does not end in its hash"},
		{"space", func(l []string) []string { l[1] = strings.Replace(l[1], `,"kind"`, `, "kind"`, 1); return l }, []int{2}, "was changed"},
		{"removed", func(l []string) []string { return append(l[:1], l[2:]...) }, []int{2}, "does not continue"},
		{"first removed", func(l []string) []string { return l[1:] }, []int{1}, "does not continue"},
		{"swapped", func(l []string) []string { l[1], l[2] = l[2], l[1]; return l }, []int{2, 3, 4}, "does not continue"},
		{"doubled", func(l []string) []string { return append(l[:2], append([]string{l[1]}, l[2:]...)...) }, []int{3}, "does not continue"},
		{"foreign", func(l []string) []string { l[1] = "hello\n" + l[1]; return l }, []int{2}, "not a record"},
		{"empty", func(l []string) []string { l[1] = "\n" + l[1]; return l }, []int{2}, "empty line"},
		{"other JSON", func(l []string) []string { l[1] = "{}\n" + l[1]; return l }, []int{2}, "not a record"},
		{"too long", func(l []string) []string { l[1] = strings.Repeat("x", 3<<20) + "\n" + l[1]; return l }, []int{2}, "too long"},
		{"torn", func(l []string) []string { l[3] = l[3][:40]; return l }, []int{4}, "cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, lines := write(t)
			if err := os.WriteFile(path, []byte(strings.Join(c.edit(lines), "")), 0o600); err != nil {
				t.Fatal(err)
			}
			r := verify(t, path)
			var at []int
			for _, b := range r.Broken {
				at = append(at, b.Line)
			}
			if d := cmp.Diff(c.line, at); d != "" {
				t.Errorf("broken lines (-want +got):\n%s\n%+v", d, r.Broken)
			}
			if len(r.Broken) == 0 || !strings.Contains(r.Broken[0].Why, c.why) {
				t.Errorf("%+v, want %q", r.Broken, c.why)
			}
		})
	}
}

func TestReadGoesOnAfterAForeignLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	_ = j.Note(audit.Record{Action: "one"})
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "what is this\n")
	f.Close()
	_ = j.Note(audit.Record{Action: "two"})
	var got []string
	for r, err := range audit.Read(path) {
		var le *audit.LineError
		switch {
		case errors.As(err, &le):
			got = append(got, "line", string(rune('0'+le.Line)))
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, r.Action)
		}
	}
	// The journal noticed the stranger when it wrote its second record.
	if d := cmp.Diff([]string{"one", "line", "2", audit.ActionForeign, "two"}, got); d != "" {
		t.Error(d)
	}
	for _, err := range audit.Read(path + ".none") {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a file that is not there: %v", err)
		}
	}
}

func TestTornLineIsKeptAndNoted(t *testing.T) {
	for _, c := range []struct {
		name string
		cut  int // bytes cut off the end of the file
		want []string
		bad  int
	}{
		{"in the middle", 30, []string{"note one", "note " + audit.ActionTorn, "note three"}, 1},
		{"only the newline", 1, []string{"note one", "note two", "note " + audit.ActionTorn, "note three"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j")
			j := open(t, path)
			_ = j.Note(audit.Record{Action: "one"})
			_ = j.Note(audit.Record{Action: "two"})
			j.Close()
			b, _ := os.ReadFile(path)
			if err := os.WriteFile(path, b[:len(b)-c.cut], 0o600); err != nil {
				t.Fatal(err)
			}
			j = open(t, path)
			if err := j.Note(audit.Record{Action: "three"}); err != nil {
				t.Fatal(err)
			}
			after, _ := os.ReadFile(path)
			if !bytes.HasPrefix(after, b[:len(b)-c.cut]) {
				t.Error("what was in the file is not there any more")
			}
			var got []string
			for r, err := range audit.Read(path) {
				if err == nil {
					got = append(got, string(r.Kind)+" "+r.Action)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if r := verify(t, path); len(r.Broken) != c.bad {
				t.Errorf("broken: %+v, want %d", r.Broken, c.bad)
			}
		})
	}
}

func TestTailIsFoundBehindMuchThatIsForeign(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	_ = j.Note(audit.Record{Action: "one"})
	j.Close()
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	io.WriteString(f, strings.Repeat("noise\n", 100_000))
	f.Close()
	j = open(t, path)
	_ = j.Note(audit.Record{Action: "two"})
	var got []audit.Record
	for r, err := range audit.Read(path) {
		if err == nil {
			got = append(got, r)
		}
	}
	if d := cmp.Diff([]string{"note one", "note " + audit.ActionForeign, "note two"}, actions(got)); d != "" {
		t.Fatal(d)
	}
	if got[1].Prev != got[0].Hash || got[1].Bytes != 600_000 {
		t.Errorf("%+v", got[1])
	}
}

func TestFileReplacedOrTruncatedUnderTheJournal(t *testing.T) {
	t.Run("moved away", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path)
		_ = j.Note(audit.Record{Action: "one"})
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		if err := j.Note(audit.Record{Action: "two"}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"note " + audit.ActionReplaced, "note two"}, actions(records(t, path))); d != "" {
			t.Error(d)
		}
		for _, p := range []string{path, path + ".1"} {
			if r := verify(t, p); !r.OK() {
				t.Errorf("%s: %+v", p, r)
			}
		}
	})
	t.Run("emptied", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "j")
		j := open(t, path)
		_ = j.Note(audit.Record{Action: "one"})
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		if err := j.Note(audit.Record{Action: "two"}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"note " + audit.ActionTruncated, "note two"}, actions(records(t, path))); d != "" {
			t.Error(d)
		}
	})
}

func TestUnwritableJournalIsAnError(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		blocker := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(blocker, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.Open(filepath.Join(blocker, "j"), audit.Options{}); err == nil {
			t.Error("a journal below a file was opened")
		}
	})
	t.Run("full disk", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Log("there is no /dev/full here: a full disk is only simulated where there is one")
			return
		}
		path := filepath.Join(t.TempDir(), "j")
		if err := os.Symlink("/dev/full", path); err != nil {
			t.Fatal(err)
		}
		j := open(t, path)
		for range 2 {
			if i, err := j.Intend(audit.Act{Action: "task.stop"}, "ecs:StopTask"); err == nil || i.Hash != "" {
				t.Errorf("an intent on a full disk: %v, %v", i, err)
			}
		}
	})
	t.Run("none at all", func(t *testing.T) {
		var j *audit.Journal
		if _, err := j.Intend(audit.Act{}, ""); !errors.Is(err, audit.ErrNoJournal) {
			t.Error(err)
		}
		if err := errors.Join(j.Note(audit.Record{}), j.Outcome(audit.Intent{}, "", nil, "")); !errors.Is(err, audit.ErrNoJournal) {
			t.Error(err)
		}
		if j.As(audit.Who{}) != nil || j.Path() != "" || j.Incident() != "" || j.Close() != nil {
			t.Error("a journal that is not there has something")
		}
	})
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
