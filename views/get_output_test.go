package views

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"ecsole/aws/ecs"
	"ecsole/tui/clean"
)

// TestGetIsSafeOnATerminal prints a task that somebody stopped with a reason that
// would rule the terminal.
func TestGetIsSafeOnATerminal(t *testing.T) {
	const reason = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202egnp.exe\r\nsecond line\x7f"
	k, _ := KindNamed("tasks")
	v := ecs.Task{ARN: "arn:aws:ecs:r:1:task/c/1\x1b[2J", ID: "1\x1b[2J", Group: "service:\x1b]52;c;eA==\x07", LastStatus: "STOP\x1bcPED", StoppedReason: reason, StopCode: "UserInitiated"}
	one := got{id: v.ARN, label: v.ID, item: v, cells: k.cells(v)}
	one.cells[k.columnNamed("EXEC")] = readiness{ecs.NotReady, reason}.cell()
	for _, form := range outputs {
		var b bytes.Buffer
		if err := form.write(&b, k, Scope{Stopped: true}, []got{one}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\n"), "\n") {
			if !clean.Seen(line) || strings.ContainsFunc(line, func(r rune) bool { return r < 0x20 }) {
				t.Errorf("%s: %q", form.name, line)
			}
		}
		var back []map[string]any
		switch form.name {
		case "json":
			if err := json.Unmarshal(b.Bytes(), &back); err != nil {
				t.Error(err)
			}
		case "yaml":
			if err := yaml.Unmarshal(b.Bytes(), &back); err != nil {
				t.Error(err)
			}
		default:
			continue
		}
		if back[0]["group"] != strings.TrimPrefix(v.Group, "service:") || !strings.Contains(back[0]["stopReason"].(string), "\u202egnp.exe") {
			t.Errorf("%s has other values: %v", form.name, back)
		}
	}
}

// A text that a spreadsheet would run is quoted; a number below zero stays one.
func TestFormulasAreQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "web": "web", "-5": "-5", "+1.5e3": "+1.5e3", "=1+1": "'=1+1", "-1+cmd|' /C calc'!A0": "'-1+cmd|' /C calc'!A0",
		"@SUM(A1)": "'@SUM(A1)", "-": "'-", "+49 30 1": "'+49 30 1",
	} {
		if got := unformula(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

func TestFileNamesFit(t *testing.T) {
	long := "service-" + strings.Repeat("ä", 300) + ".txt"
	if got := fileName(long); len(got) > 200 || !strings.HasPrefix(got, "service-") || !strings.HasSuffix(got, ".txt") {
		t.Errorf("%q", got)
	}
	if got := fileName("a/b c.csv"); got != "a-b-c.csv" {
		t.Errorf("%q", got)
	}
}
