package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// crashDir, where it is set, makes this program a session whose viewer's goroutine
// panics while the terminal is raw.
const crashDir = "TERMINAL_TEST_CRASH"

// crash shows a shell and lets a goroutine panic once something was typed.
func crash(dir string) error {
	if k, err := Keep(os.Stdin, dir); err != nil {
		return err
	} else {
		defer k.Stop()
	}
	s := newShell("one")
	s.writes("\x1b[?1049h\x1b[?1000h\x1b[?2004h\x1b[?25lpainted")
	go func() {
		for s.input() == "" {
			time.Sleep(time.Millisecond)
		}
		var screen *view
		screen.screen.Size() // a defect
	}()
	return New(s, Options{}).Run()
}

// onTerminal runs this program as crash, and gives what it wrote, how it ended, and
// whether the terminal is as before.
func onTerminal(t *testing.T, dir string, during func(master *os.File, sees func(text string))) (wrote string, status *os.ProcessState, same bool) {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer tty.Close()
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, master: master}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b := make([]byte, 4096)
		for {
			n, err := master.Read(b)
			d.mu.Lock()
			d.raw.Write(b[:n])
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	sees := func(text string) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
			d.mu.Lock()
			there := bytes.Contains(d.raw.Bytes(), []byte(text))
			d.mu.Unlock()
			if there {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("waited for %q; it wrote %q", text, d.raw.String())
			}
		}
	}
	during(master, sees)
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	sees("\x1b[23;2t") // the last that puts the terminal right
	after, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	tty.Close()
	master.Close()
	<-read
	return d.raw.String(), cmd.ProcessState, fmt.Sprint(*after) == fmt.Sprint(*before)
}

func TestCrashLeavesTheTerminalAsItWas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "crashes")
	wrote, status, same := onTerminal(t, dir, func(master *os.File, sees func(string)) {
		sees("painted")
		if _, err := master.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		sees("ecsole has crashed")
	})
	if !same {
		t.Error("the terminal is left raw")
	}
	if status.ExitCode() != 2 {
		t.Errorf("it ended with %v", status)
	}
	at := strings.LastIndex(wrote, "painted")
	for _, undone := range []string{"\x1b[?1049l", "\x1b[?7;25h"} {
		if !strings.Contains(wrote[at:], undone) {
			t.Errorf("%q is not undone in %q", undone, wrote[at:])
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the reports are %q, %v", files, err)
	}
	var text []byte
	for end := time.Now().Add(30 * time.Second); !strings.Contains(string(text), "keeper_test.go"); time.Sleep(2 * time.Millisecond) {
		if text, err = os.ReadFile(files[0]); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(end) {
			t.Fatalf("the report is %q", text)
		}
	}
	if !strings.HasPrefix(string(text), "panic: runtime error: invalid memory address") {
		t.Errorf("the report begins with %.100q", text)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the report's mode is %v, %v", info.Mode(), err)
	}
}

func TestReportsAreFew(t *testing.T) {
	dir := t.TempDir()
	for i := range 2 * reportsKept {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("crash-%02d.txt", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	forgetReports(dir)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != reportsKept-1 || filepath.Base(files[0]) != fmt.Sprintf("crash-%02d.txt", reportsKept+1) {
		t.Errorf("kept %q, %v", files, err)
	}
}
