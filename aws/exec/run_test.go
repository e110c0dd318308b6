package exec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/exec"
	"ecsole/aws/sim/agent"
)

func TestRun(t *testing.T) {
	r := newRig(t)
	q := r.target()
	for _, c := range []struct {
		command, output string
		exit            int
	}{
		{"echo hello", "hello\n", 0},
		{"echo 'it'\\''s \"quoted\" $((6*7))'; echo $((6*7))", "it's \"quoted\" $((6*7))\n42\n", 0},
		{"exit 3", "", 3},
		{"false", "", 1},
		{"printf 'no line end'", "no line end", 0},
		{"echo out; echo err >&2", "out\nerr\n", 0},
		{"cat", "", 0}, // its input is empty
		{"echo 'one\ntwo'", "one\ntwo\n", 0},
		{"seq 1 2000 | tail -1", "2000\n", 0},
		{"printf '\\036not the mark\\036'", "\x1enot the mark\x1e", 0},
	} {
		o := r.sessions().Run(t.Context(), q, c.command, exec.RunOptions{})
		if o.Err != nil || string(o.Output) != c.output || !o.Known || o.Exit != c.exit {
			t.Errorf("%s: %q, exit %d (%v), %v; want %q, %d", c.command, o.Output, o.Exit, o.Known, o.Err, c.output, c.exit)
		}
	}
	if o := r.sessions().Run(t.Context(), q, "if then fi", exec.RunOptions{}); !o.Known || o.Exit == 0 {
		t.Errorf("a wrong command: %+v", o)
	}
	if o := r.sessions().Run(t.Context(), q, "no-such-program", exec.RunOptions{}); o.Exit != 127 || !strings.Contains(string(o.Output), "not found") {
		t.Errorf("a missing program: %q, exit %d", o.Output, o.Exit)
	}
	if rec := r.records(exec.ActionOpen); rec[0].After != "echo hello" {
		t.Errorf("in the journal: %q", rec[0].After)
	}
}

func TestRunThroughFaults(t *testing.T) {
	r := newRig(t)
	r.agents.Faults().Set(func(s *agent.Switches) {
		s.Out = agent.Way{Drop: 9, Duplicate: 5, Reorder: 4, LoseAcks: 7}
		s.In = agent.Way{Drop: 7, Duplicate: 5, Reorder: 4, LoseAcks: 9}
	})
	var want strings.Builder
	for i := range 3000 {
		fmt.Fprintln(&want, i+1)
	}
	if o := r.sessions().Run(t.Context(), r.target(), "seq 1 3000", exec.RunOptions{}); string(o.Output) != want.String() || o.Err != nil {
		t.Errorf("%d bytes, want %d; %v", len(o.Output), want.Len(), o.Err)
	}
}

func TestRunWithInput(t *testing.T) {
	r := newRig(t)
	in := make([]byte, 100_000)
	for i := range in {
		in[i] = byte(i * 7 >> 3) // Ctrl-C, Ctrl-D, NUL, CR and whatever else
	}
	var out bytes.Buffer
	o := r.sessions().Run(t.Context(), r.target(), "cat", exec.RunOptions{Stdin: bytes.NewReader(in), Stdout: &out})
	if o.Err != nil || o.Exit != 0 || !bytes.Equal(out.Bytes(), in) {
		t.Errorf("%d bytes came back of %d, exit %d, %v", out.Len(), len(in), o.Exit, o.Err)
	}
	if o := r.sessions().Run(t.Context(), r.target(), "wc -c", exec.RunOptions{Stdin: strings.NewReader("")}); strings.TrimSpace(string(o.Output)) != "0" {
		t.Errorf("empty input: %q, %v", o.Output, o.Err)
	}
}

func TestRunIsCut(t *testing.T) {
	r := newRig(t)
	if o := r.sessions().Run(t.Context(), r.target(), "seq 1 100", exec.RunOptions{Limit: 10}); string(o.Output) != "1\n2\n3\n4\n5\n" || !o.Cut || !o.Known {
		t.Errorf("%q, cut %v", o.Output, o.Cut)
	}
	broken := errors.New("the pipe is broken")
	if o := r.sessions().Run(t.Context(), r.target(), "echo x", exec.RunOptions{Stdout: failing{broken}}); !errors.Is(o.Err, broken) {
		t.Errorf("to a broken pipe: %v", o.Err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestRunIsGivenUp(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	o := r.sessions().Run(ctx, r.target(), "echo begun; sleep 1000", exec.RunOptions{})
	if e := aws.AsError(o.Err); e == nil || e.Class != aws.Cancelled || o.Known || string(o.Output) != "begun\n" {
		t.Errorf("%q, %v", o.Output, o.Err)
	}
	until(t, "the remote's end", func() bool { return r.sessions().Live() == 0 && !r.agents.Sessions()[0].Ended.IsZero() })
}

func TestRunEach(t *testing.T) {
	r := newRig(t)
	q := r.target()
	var all []exec.Request
	for i := range 12 {
		one := q
		one.Label = fmt.Sprintf("task %02d", i)
		all = append(all, one)
	}
	all[5].Container = "no such container"
	told := 0
	out := r.sessions().RunEach(t.Context(), all, "echo same", 3, exec.RunOptions{}, func(exec.Outcome) { told++ })
	if len(out) != 12 || told != 12 || out[3].Request.Label != "task 03" {
		t.Fatalf("%d outcomes, told %d", len(out), told)
	}
	folded := exec.Fold(out)
	if len(folded) != 2 || len(folded[0].From) != 11 || folded[0].Output != "same" || folded[1].Err == "" || folded[1].From[0] != "task 05" {
		t.Errorf("folded: %+v", folded)
	}
}

func TestRunEachIsGivenUp(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	q := r.target()
	calls := r.sim.Faults().Calls("ecs:ExecuteCommand")
	first := true
	out := r.sessions().RunEach(ctx, []exec.Request{q, q, q}, "echo one", 1, exec.RunOptions{}, func(exec.Outcome) {
		if first {
			cancel()
		}
		first = false
	})
	if out[0].Err != nil || out[1].Err == nil || out[2].Err == nil || r.sim.Faults().Calls("ecs:ExecuteCommand") != calls+1 {
		t.Errorf("%+v", out)
	}
}
