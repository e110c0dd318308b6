package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
)

// detaches is leaves with a d, after which the shell goes on.
func (c *console) detaches() *console {
	c.t.Helper()
	for range 20 {
		for _, key := range []string{"\x15\r", "~", "d"} { // ctrl-u empties the line
			c.types(key)
			<-time.After(200 * time.Millisecond)
		}
		for range 20 {
			if strings.Contains(c.text(), "goes on") {
				return c
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	return c.sees("goes on")
}

// TestAListedShellThatIsEndedIsJournalled leaves a shell open, ends it in the list of
// shells, and reads what the journal has of that.
func TestAListedShellThatIsEndedIsJournalled(t *testing.T) {
	dir := t.TempDir()
	// As in TestShellOnATerminal.
	races := "GORACE=exitcode=0 log_path=" + filepath.Join(t.TempDir(), "race")
	c := launch(t, 120, 30, []string{races, "ECSOLE_CONFIG_DIR=" + dir}, "demo", "--command", ":tasks prod /cart")
	shellOn(c)
	c.detaches().types(":sessions\r").sees("sessions(this run)[1]", "connected")
	c.types("\x04").sees("End 1 shell?", "What runs in them is hung up.").types("\t\r").sees(": ended")
	c.types(":q\r").over(0)

	var intent, outcome, closed audit.Record
	for r, err := range audit.Read(filepath.Join(dir, "demo", "journal.jsonl")) {
		switch {
		case err != nil:
			t.Fatal(err)
		case r.Action == "exec.terminate" && r.Kind == audit.KindIntent:
			intent = r
		case r.Action == "exec.terminate" && r.Kind == audit.KindOutcome:
			outcome = r
		case r.Action == "exec.close":
			closed = r
		}
	}
	if intent.Op != "ssm:TerminateSession" || !strings.HasPrefix(intent.Target, "ecs-execute-command-") {
		t.Errorf("the intent is %+v", intent)
	}
	if outcome.Ref != intent.Hash || outcome.Result != audit.ResultOK || outcome.Target != intent.Target {
		t.Errorf("the outcome is %+v", outcome)
	}
	if closed.Before != intent.Target || !strings.Contains(closed.Target, ":task/prod/") {
		t.Errorf("which shell it was is not said: %+v", closed)
	}
}
