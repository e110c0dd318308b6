package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ecsole/aws/sim"
)

// TestMain lets the test binary be the program: testscript puts it on the PATH under
// that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ecsole": func() { os.Exit(run(context.Background(), os.Args[1:])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for name, value := range map[string]string{
				"HOME": e.WorkDir, "ECSOLE_CONFIG_DIR": e.WorkDir + "/ecsole", "TERM": "xterm-256color",
				"AWS_CONFIG_FILE": e.WorkDir + "/aws-config", "AWS_SHARED_CREDENTIALS_FILE": e.WorkDir + "/aws-credentials",
				"AWS_EC2_METADATA_DISABLED": "true",
			} {
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sim": scriptSim, "replace": scriptReplace, "cutline": scriptCutLine, "addline": scriptAddLine, "grab": scriptGrab, "status": scriptStatus, "pipestatus": scriptPipeStatus, "sorted": scriptSorted,
			"freeport": scriptFreePort, "answers": scriptAnswers,
		},
	})
}

// scriptSim starts a simulated account in the test's process and points the script's
// environment at it: sim [-faults TEXT].
func scriptSim(ts *testscript.TestScript, neg bool, args []string) {
	fs := flag.NewFlagSet("sim", flag.ContinueOnError)
	o := sim.Options{Seed: 1} // as the commands have it
	fs.StringVar(&o.Faults, "faults", "", "")
	if err := fs.Parse(args); err != nil || neg {
		ts.Fatalf("usage: sim [-faults TEXT]")
	}
	server, err := sim.New(o)
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	ts.Defer(func() {
		if err := server.Close(); err != nil {
			ts.Logf("closing the simulator: %v", err)
		}
		<-done
	})
	for name, value := range environment(server.Env("http://" + l.Addr().String())) {
		ts.Setenv(name, value)
	}
}

// environment reads lines that are made for a shell.
func environment(lines []string) map[string]string {
	out := map[string]string{}
	for _, line := range lines {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			name, value, _ := strings.Cut(w, "=") // nothing behind an unset
			out[name] = value
		}
	}
	return out
}

// scriptReplace changes a text in a file: replace OLD NEW FILE.
func scriptReplace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace OLD NEW FILE")
	}
	before := ts.ReadFile(args[2])
	after := strings.Replace(before, args[0], args[1], 1)
	if before == after {
		ts.Fatalf("%s has no %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(after), 0o600))
}

// scriptCutLine takes a line out of a file: cutline NUMBER FILE.
func scriptCutLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cutline NUMBER FILE")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[1]), "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(slices.Delete(lines, n-1, n), "")), 0o600))
}

// scriptAddLine writes a line at the end of a file: addline TEXT FILE.
func scriptAddLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: addline TEXT FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(ts.ReadFile(args[1])+args[0]+"\n"), 0o600))
}

// scriptStatus runs ecsole and compares its exit status: status NUMBER ARGS...
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status NUMBER ARGS...")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec("ecsole", args[1:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// scriptPipeStatus is scriptStatus with somebody at the other end of the output who
// reads one byte and leaves.
func scriptPipeStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pipestatus NUMBER ARGS...")
	}
	path, err := exec.LookPath("ecsole")
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	for _, name := range []string{"PATH", "HOME", "TERM"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	for _, name := range scriptVariables {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	_, err = out.Read(make([]byte, 1))
	ts.Check(err)
	ts.Check(out.Close())
	_ = cmd.Wait() // the state tells
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// scriptVariables are those that a script's programs get.
var scriptVariables = []string{
	"ECSOLE_CONFIG_DIR", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
}

// scriptGrab sets a variable to what a group of an expression matches in the last
// command's output: grab NAME REGEXP.
func scriptGrab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: grab NAME REGEXP")
	}
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("the output has no %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// scriptSorted checks that the lines of a file are in order by their first word:
// sorted FILE.
func scriptSorted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sorted FILE")
	}
	before, lines := "", 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		word, _, _ := strings.Cut(line, " ")
		if word < before {
			ts.Fatalf("%q stands behind %q", word, before)
		}
		before = word
		lines++
	}
	if lines < 2 {
		ts.Fatalf("%d lines are always in order", lines)
	}
}

func TestEnvironmentOfShellLines(t *testing.T) {
	got := fmt.Sprint(environment([]string{"export A=b=c", "unset D E"}))
	if got != "map[A:b=c D: E:]" {
		t.Error(got)
	}
}
