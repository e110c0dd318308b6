package ssmapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"ecsole/aws/sim"
	"ecsole/aws/sim/world"
)

// stranger runs the aws command with the real session-manager-plugin at a terminal
// against a simulator on a socket.
type stranger struct {
	*testing.T
	sim  *sim.Sim
	env  []string
	addr string
}

// newStranger finds both programs. Where one is missing the test says so and is
// skipped: it is the proof by strangers, and needs them.
func newStranger(t *testing.T, o sim.Options) stranger {
	t.Helper()
	for _, name := range []string{"aws", "session-manager-plugin"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed: the proof by it is left out", name)
		}
	}
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	env := []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER="}
	for _, line := range s.Env("http://" + l.Addr().String()) {
		if v, ok := strings.CutPrefix(line, "export "); ok {
			env = append(env, v)
		}
	}
	return stranger{t, s, env, l.Addr().String()}
}

// target is a running task of a cluster that sessions can be opened in.
func (s stranger) target(cluster string, app world.App) *world.Task {
	s.Helper()
	for _, t := range s.sim.World().Tasks(cluster) {
		for _, c := range t.Containers {
			if t.App == app && c.Name == t.Facts.Container && c.Agent == "RUNNING" && t.LastStatus == "RUNNING" && t.Exec {
				return t
			}
		}
	}
	s.Fatalf("no task of %s in %s that sessions can be opened in", app, cluster)
	return nil
}

// screen is what the command writes to its terminal.
type screen struct {
	*testing.T
	f    *os.File
	cmd  *exec.Cmd
	mu   sync.Mutex
	cond *sync.Cond
	out  bytes.Buffer
	seen int
	over bool
	done chan struct{}
}

func (s stranger) start(args ...string) *screen {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "aws", args...)
	cmd.Env = s.env
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		s.Fatal(err)
	}
	x := &screen{T: s.T, f: f, cmd: cmd, done: make(chan struct{})}
	x.cond = sync.NewCond(&x.mu)
	go func() {
		defer close(x.done)
		buf := make([]byte, 4096)
		for {
			n, err := f.Read(buf)
			x.mu.Lock()
			x.out.Write(buf[:n])
			x.over = err != nil
			x.cond.Broadcast()
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	s.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		f.Close()
		<-x.done
	})
	return x
}

func (x *screen) sees(text string) string {
	x.Helper()
	late := time.AfterFunc(time.Minute, func() { x.mu.Lock(); defer x.mu.Unlock(); x.over = true; x.cond.Broadcast() })
	defer late.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		rest := x.out.String()[x.seen:]
		if i := strings.Index(rest, text); i >= 0 {
			x.seen += i + len(text)
			return rest[:i]
		}
		if x.over {
			x.Fatalf("waited for %q; the terminal shows %q", text, rest)
		}
		x.cond.Wait()
	}
}

func (x *screen) typed(s string) {
	x.Helper()
	if _, err := x.f.Write([]byte(s)); err != nil {
		x.Fatal(err)
	}
}

// connected waits until a session has its connection again.
func (s stranger) connected() {
	s.Helper()
	late := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-late:
			s.Fatal("the plugin does not come back")
		case <-tick.C:
		}
		for _, info := range s.sim.Agent().Sessions() {
			if info.Connected {
				return
			}
		}
	}
}

func TestPluginShell(t *testing.T) {
	s := newStranger(t, sim.Options{})
	task := s.target("prod", world.API)
	x := s.start("ecs", "execute-command", "--cluster", "prod", "--task", task.ID, "--container", task.Facts.Container, "--interactive", "--command", "/bin/sh")
	x.sees("Starting session with SessionId: ecs-execute-command-")
	x.sees("# ")
	x.typed("echo $((40+2)) $SERVICE_NAME\n")
	x.sees("42 " + task.ServiceName)
	x.typed("stty size\n")
	x.sees("30 100")
	x.typed("hostname; cat /etc/os-release | head -1\n")
	if out := x.sees("PRETTY_NAME"); !strings.Contains(out, "compute.internal") {
		t.Errorf("hostname: %q", out)
	}
	x.typed("sleep 60\n")
	x.sees("sleep 60")
	x.typed("\x03")
	x.sees("^C")
	x.sees("# ")
	x.typed("echo after $?\n")
	x.sees("after 130")
	x.typed("exit\n")
	x.sees("Exiting session with sessionId: ecs-execute-command-")
}

func TestPluginWithoutBash(t *testing.T) {
	s := newStranger(t, sim.Options{})
	task := s.target("prod", world.Web)
	x := s.start("ecs", "execute-command", "--cluster", "prod", "--task", task.ID, "--container", task.Facts.Container, "--interactive", "--command", "/bin/bash")
	x.sees("Unable to start command: Failed to start pty: fork/exec /bin/bash: no such file or directory")
}

func TestPluginKMS(t *testing.T) {
	s := newStranger(t, sim.Options{})
	task := s.target("platform", world.API)
	x := s.start("ecs", "execute-command", "--cluster", "platform", "--task", task.ID, "--container", task.Facts.Container, "--interactive", "--command", "/bin/sh")
	x.sees("This session is encrypted using AWS KMS.")
	x.sees("# ")
	x.typed("echo it is $((1+1))\n")
	x.sees("it is 2")
	x.typed("exit\n")
	x.sees("Exiting session")
}

func TestPluginSurvivesACut(t *testing.T) {
	s := newStranger(t, sim.Options{})
	i := s.sim.World().Instances("prod")[0]
	x := s.start("ssm", "start-session", "--target", i.EC2ID)
	x.sees("Starting session with SessionId: oncall-")
	x.sees("# ")
	s.sim.Agent().Cut()
	s.connected()
	x.typed("echo still $((2+2))\n")
	x.sees("still 4")
	x.typed("exit\n")
	x.sees("Exiting session")
}

func TestPluginForwardsAPort(t *testing.T) {
	s := newStranger(t, sim.Options{})
	task := s.target("prod", world.API)
	runtime := ""
	for _, c := range task.Containers {
		if c.Name == task.Facts.Container {
			runtime = c.RuntimeID
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	local := free.Addr().(*net.TCPAddr).Port
	free.Close()
	port := task.Definition.Containers[0].Ports[0].ContainerPort
	x := s.start("ssm", "start-session", "--target", "ecs:prod_"+task.ID+"_"+runtime, "--document-name", "AWS-StartPortForwardingSession",
		"--parameters", fmt.Sprintf("portNumber=%d,localPortNumber=%d", port, local))
	x.sees("Waiting for connections...")
	for range 3 {
		resp, err := http.Get(fmt.Sprintf("http://localhost:%d/", local))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !strings.Contains(string(body), "hello from "+task.Facts.Container) {
			t.Fatalf("the container answers %q", body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := x.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}
