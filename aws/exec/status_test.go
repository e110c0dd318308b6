package exec_test

import (
	"io"
	"strings"
	"testing"

	"ecsole/aws/exec"
)

func TestStatusOfAShell(t *testing.T) {
	r := newRig(t)
	q, status := r.target().WithStatus()
	x, err := r.sessions().Open(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := &screen{}
	x.Follow(status)
	x.Follow(out)
	says(t, x, out, "ready", "ready")
	if _, known := status.Exit(); known {
		t.Error("the status is known before the end")
	}
	io.WriteString(x, "sleep 1000\r\x03") // an interrupt ends the command, not the shell
	says(t, x, out, "alive", "alive")
	io.WriteString(x, "exit 42\r")
	ended(t, x)
	if n, known := status.Exit(); n != 42 || !known {
		t.Errorf("status %d, %v", n, known)
	}
	if rec := r.records(exec.ActionOpen); strings.Contains(rec[0].After, "trap") {
		t.Errorf("in the journal: %q", rec[0].After)
	}
}
