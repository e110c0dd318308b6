package exec_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecsole/aws/exec"
	"ecsole/aws/exec/cast"
)

func TestRecording(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(t.TempDir(), "recordings")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "old.cast")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-91*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	r.sessions().Configure(exec.Settings{Recording: exec.Recording{Dir: dir, Required: true, Input: true, Mask: true}})
	s, out := r.shows(r.target())
	s.Resize(100, 30)
	says(t, s, out, "PASSWORD=hunter22", "PASSWORD=hunter22")
	r.agents.Cut()
	says(t, s, out, "after the cut", "after the cut")
	io.WriteString(s, "exit\r")
	ended(t, s)
	closed := r.records(exec.ActionClose)
	path := filepath.Join(dir, s.ID()+".cast")
	if len(closed) != 1 || closed[0].Path != path {
		t.Fatalf("in the journal: %+v", closed)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); closed[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Error("the journal has another sum")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	h, events, err := cast.Read(strings.NewReader(string(b)))
	if err != nil || h.Width != 80 || h.Height != 24 || h.Title != s.Label() {
		t.Errorf("header %+v, %v", h, err)
	}
	text := map[cast.Kind]string{}
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		text[e.Kind] += e.Data + "|"
	}
	if o := text[cast.Output]; !strings.Contains(o, "<after the cut>") || strings.Contains(o, "hunter22") {
		t.Errorf("output %q", o)
	}
	if i := text[cast.Input]; !strings.Contains(i, "exit\r") || strings.Contains(i, "hunter22") {
		t.Errorf("input %q", i)
	}
	if !strings.Contains(text[cast.Resize], "100x30|") || !strings.Contains(text[cast.Marker], "connected again|") {
		t.Errorf("sizes %q, marks %q", text[cast.Resize], text[cast.Marker])
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Error("a recording from long ago is still there")
	}
}

func TestRecordingThatCannotBe(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	q := r.target()
	impossible := exec.Recording{Dir: filepath.Join(file, "dir"), Required: true}
	r.sessions().Configure(exec.Settings{Recording: impossible})
	calls := r.sim.Faults().Calls("ecs:ExecuteCommand")
	if _, err := r.sessions().Open(t.Context(), q); !errors.Is(err, exec.ErrRecording) {
		t.Errorf("opened: %v", err)
	}
	if r.sim.Faults().Calls("ecs:ExecuteCommand") != calls {
		t.Error("the session was begun nevertheless")
	}
	impossible.Required = false
	r.sessions().Configure(exec.Settings{Recording: impossible})
	s, _ := r.shows(q)
	if n := s.Notices(); len(n) == 0 || !strings.Contains(n[0].Text, "not recorded") {
		t.Errorf("told %v", n)
	}
	if err := s.End(t.Context()); err != nil {
		t.Error(err)
	}
	dir := t.TempDir()
	r.sessions().Configure(exec.Settings{Recording: exec.Recording{Dir: dir}})
	r.sim.Faults().Deny("ecs:ExecuteCommand")
	if _, err := r.sessions().Open(t.Context(), q); err == nil {
		t.Error("opened")
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("a recording of nothing: %v", files)
	}
}

// TestRecordingHoldsWhatIsShown records neither what is typed nor hides what is shown,
// unless that is configured.
func TestRecordingHoldsWhatIsShown(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(t.TempDir(), "new", "recordings")
	r.sessions().Configure(exec.Settings{Recording: exec.Recording{Dir: dir}})
	s, out := r.shows(r.target())
	says(t, s, out, "PASSWORD=hunter22", "PASSWORD=hunter22")
	io.WriteString(s, "exit\r")
	ended(t, s)
	b, err := os.ReadFile(filepath.Join(dir, s.ID()+".cast"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); !strings.Contains(text, "hunter22") || strings.Contains(text, `, "i", `) {
		t.Errorf("recorded %q", text)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
	l, err := cast.Open(filepath.Join(dir, s.ID()+".cast"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	if events, err := l.Block(0); l.Sum != hex.EncodeToString(sum[:]) || l.Bad != 0 || len(events) == 0 {
		t.Errorf("%d events, %d bad, %v", len(events), l.Bad, err)
	}
}

// TestRecordingBreaksOff lets a recording fail in the middle: of a session that has to
// be recorded that is the end, of others the user is told.
func TestRecordingBreaksOff(t *testing.T) {
	for _, required := range []bool{false, true} {
		r := newRig(t)
		r.sessions().Configure(exec.Settings{Recording: exec.Recording{Dir: t.TempDir(), Required: required}})
		s, out := r.shows(r.target())
		says(t, s, out, "begun", "begun")
		exec.BreakRecording(s)
		io.WriteString(s, "seq 1 100000\r")
		if required {
			if res := ended(t, s); !errors.Is(res.Err, exec.ErrRecording) {
				t.Errorf("ended with %+v", res)
			}
		} else {
			until(t, "a notice", func() bool {
				n := s.Notices()
				return len(n) > 0 && strings.Contains(n[len(n)-1].Text, "has broken off")
			})
			says(t, s, out, "goes on", "goes on")
			if err := s.End(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if closed := r.records(exec.ActionClose); len(closed) != 1 || closed[0].SHA256 != "" || closed[0].Path == "" {
			t.Errorf("in the journal: %+v", closed)
		}
	}
}

// TestDataIsNotRecorded leaves out what is the content of a file.
func TestDataIsNotRecorded(t *testing.T) {
	r := newRig(t)
	for _, required := range []bool{false, true} {
		dir := t.TempDir()
		r.sessions().Configure(exec.Settings{Recording: exec.Recording{Dir: dir, Required: required}})
		if o := r.sessions().Run(t.Context(), r.target(), "cat /etc/hostname", exec.RunOptions{Data: true}); o.Err != nil {
			t.Fatal(o.Err)
		}
		if files, _ := os.ReadDir(dir); len(files) > 0 != required {
			t.Errorf("demanded %v: %v", required, files)
		}
	}
}
