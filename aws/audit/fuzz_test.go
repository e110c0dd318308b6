package audit_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ecsole/aws/audit"
)

// Whatever is in the file: reading and verifying end, count the same records, and a
// journal opened on it keeps every byte and chains on.
func FuzzReadVerify(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed")
	j, err := audit.Open(path, audit.Options{})
	if err != nil {
		f.Fatal(err)
	}
	i, _ := j.Intend(audit.Act{Action: "task.stop", Target: "t"}, "ecs:StopTask")
	_ = j.Outcome(i, audit.ResultOK, nil, "r")
	_ = j.Note(audit.Record{Action: "copy"})
	j.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-10])
	f.Add(append([]byte("x\n\n{}\n"), good...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		n, bad, last := 0, 0, 0
		for _, err := range audit.Read(path) {
			var le *audit.LineError
			switch {
			case errors.As(err, &le):
				if le.Line <= last {
					t.Fatalf("line %d after line %d", le.Line, last)
				}
				last = le.Line
				bad++
			case err != nil:
				t.Fatal(err)
			default:
				n++
			}
		}
		before, err := audit.Verify(path)
		if err != nil {
			t.Fatal(err)
		}
		if before.Records != n || len(before.Broken) < bad {
			t.Fatalf("read %d records and %d bad lines, verify says %+v", n, bad, before)
		}
		j, err := audit.Open(path, audit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		if err := j.Note(audit.Record{Action: "appended"}); err != nil {
			t.Fatal(err)
		}
		now, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(now, data) {
			t.Fatalf("what was there was changed (%v)", err)
		}
		after, err := audit.Verify(path)
		if err != nil {
			t.Fatal(err)
		}
		if after.Records <= before.Records {
			t.Fatalf("%d records before the note, %d after it", before.Records, after.Records)
		}
	})
}
