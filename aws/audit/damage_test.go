package audit_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecsole/aws/audit"
)

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
