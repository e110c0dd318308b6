package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"
)

// crashes lets the program end without a chance to put the terminal right: the
// runtime's own end on SIGQUIT is that of a panic, and nothing at all is said on
// SIGKILL.
func (c *console) crashes(by syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(by); err != nil {
		c.t.Fatal(err)
	}
	if by == syscall.SIGKILL {
		c.over(-1)
		for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
			after, err := term.GetState(int(c.tty.Fd()))
			if err != nil {
				c.t.Fatal(err)
			}
			if reflect.DeepEqual(after, c.before) {
				break
			}
			if time.Now().After(end) {
				c.t.Fatal("the terminal stays raw")
			}
		}
	} else {
		c.over(2)
	}
	c.settled()
}

// reports are the reports of crashes that the program has left.
func (c *console) reports() []string {
	c.t.Helper()
	for _, v := range c.cmd.Env {
		if dir, ok := strings.CutPrefix(v, "ECSOLE_CONFIG_DIR="); ok {
			files, err := filepath.Glob(filepath.Join(dir, "crashes", "*"))
			if err != nil {
				c.t.Fatal(err)
			}
			return files
		}
	}
	c.t.Fatal("it has no directory of its own")
	return nil
}

func TestCrashInAShell(t *testing.T) {
	env := simulator(t)
	for _, by := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			c := launch(t, 120, 25, env, "exec", "prod/orders-worker")
			c.prompted().types("printf '\\033[?1049h\\033[?1000h\\033[?2004h'; echo it is o''n\r").sees("it is on")
			c.crashes(by)
			if by == syscall.SIGKILL {
				if all := c.reports(); len(all) != 0 {
					t.Errorf("there are reports: %q", all)
				}
				return
			}
			c.wait("for the report", func(string) bool {
				all := c.reports()
				if len(all) != 1 {
					return false
				}
				text, err := os.ReadFile(all[0])
				return err == nil && strings.HasPrefix(string(text), "SIGQUIT: quit") && strings.Contains(string(text), "goroutine ")
			})
		})
	}
}

func TestCrashOfTheConsole(t *testing.T) {
	for _, by := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			c := launch(t, 120, 25, nil, "demo")
			c.sees("clusters(", "platform")
			c.crashes(by)
		})
	}
}
