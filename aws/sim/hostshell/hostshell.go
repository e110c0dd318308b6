// Package hostshell runs real commands of this machine behind simulated sessions:
// for tests, measurements and proofs that need programs which the virtual shell
// does not have. Nobody gets it who did not ask for it.
package hostshell

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"

	_ "ecsole/aws/platform" // pty, process groups
	"ecsole/aws/sim/agent"
)

// Warning is the first thing that such a session shows.
const Warning = "WARNING: this is a real shell on the machine that the simulator runs on.\r\n"

// hangUp is how long processes have to end by themselves after the session.
const hangUp = 500 * time.Millisecond

// Program runs a command on a terminal of its own. Its processes end with the
// session.
func Program(args ...string) agent.Program {
	return agent.ProgramFunc(func(ctx context.Context, t *agent.Terminal) string { return run(ctx, t, args) })
}

func run(ctx context.Context, t *agent.Terminal, args []string) string {
	if len(args) == 0 {
		args = []string{"/bin/sh"}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = environment()
	cols, rows := t.Size()
	f, err := pty.StartWithSize(cmd, window(cols, rows)) // in a session, and so a process group, of its own
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return "----------ERROR-------\nUnable to start command: Failed to start pty: fork/exec " + args[0] + ": " + err.Error()
	}
	if _, err := io.WriteString(t, Warning); err != nil {
		_ = signalGroup(cmd, syscall.SIGKILL) // it has ended already
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	m := &master{File: f}
	wg.Go(func() { follow(t, m, done) })
	reaped := make(chan struct{})
	go func() { _ = cmd.Wait(); close(reaped) }() // its status has no place in the protocol
	go func() { _, _ = io.Copy(f, t) }()          // ends with the session, which ends after this
	stop := context.AfterFunc(ctx, func() {
		end(cmd, done)
		m.close() // what has left the group may hold the other side open
	})
	_, _ = io.Copy(t, f) // an error is the end of the process or of the session
	stop()
	end(cmd, done)
	<-reaped
	close(done)
	wg.Wait()
	m.close()
	return ""
}

// master is our side of a terminal. To resize it takes its bare descriptor, which
// must not be closed, and perhaps another file's, meanwhile.
type master struct {
	*os.File
	mu     sync.Mutex
	closed bool
}

func (m *master) resize(cols, rows int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		_ = pty.Setsize(m.File, window(cols, rows)) // the process may have ended
	}
}

func (m *master) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.Close()
	}
}

// follow keeps the window's size.
func follow(t *agent.Terminal, m *master, done <-chan struct{}) {
	for {
		if cols, rows := t.Size(); cols > 0 && rows > 0 {
			m.resize(cols, rows)
		}
		select {
		case <-t.Resized():
		case <-done:
			return
		}
	}
}

func window(cols, rows int) *pty.Winsize {
	if cols <= 0 || rows <= 0 {
		cols, rows = 80, 24
	}
	return &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}
}

// end hangs up on the command's process group and kills what stays.
func end(cmd *exec.Cmd, done <-chan struct{}) {
	if signalGroup(cmd, syscall.SIGHUP) != nil {
		return // nobody is left
	}
	late := time.NewTimer(hangUp)
	defer late.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-late.C:
			_ = signalGroup(cmd, syscall.SIGKILL) // it may just have ended
			return
		case <-tick.C:
			if signalGroup(cmd, 0) != nil {
				return
			}
		}
	}
}

func signalGroup(cmd *exec.Cmd, sig syscall.Signal) error { return syscall.Kill(-cmd.Process.Pid, sig) }

// environment is what a program needs, and no secrets of whoever runs the
// simulator.
func environment() []string {
	env := []string{"TERM=xterm-256color", "LANG=C.UTF-8", "PS1=host# "}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); name == "PATH" || name == "HOME" || name == "USER" {
			env = append(env, e)
		}
	}
	return env
}
