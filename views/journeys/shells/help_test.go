// Package shells holds tests alone: sessions of the simulator on a pseudo-terminal,
// through the terminal host that the console uses.
package shells

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/sim"
	"ecsole/tui/terminal"
	"ecsole/tui/vterm"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// seelog, which the plugin's packages import, starts these when it is loaded.
		goleak.IgnoreAnyFunction("github.com/cihub/seelog.(*asyncLoopLogger).processQueue"),
		goleak.IgnoreTopFunction("os/signal.signal_recv"), goleak.IgnoreTopFunction("os/signal.loop"))
}

// desk is a simulated account, and a user in front of a terminal.
type desk struct {
	*testing.T
	sim    *sim.Sim
	acct   *aws.Account
	master *os.File
	tty    *counted
	ran    chan error
	over   chan struct{} // closed when the host has left
	host   *terminal.Host
	typed  int64 // bytes

	mu     sync.Mutex
	screen *vterm.Screen
	raw    bytes.Buffer
}

// counted is a terminal that counts the bytes read from it, and that can be hung up
// while somebody reads: its end is then the answer to what is typed next.
type counted struct {
	*os.File
	read atomic.Int64
	gone atomic.Bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.read.Add(int64(n))
	if c.gone.Load() {
		return n, io.EOF
	}
	return n, err
}

const cols, rows = 100, 30

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	j, err := audit.Open(filepath.Join(t.TempDir(), "audit.jsonl"), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, region := s.Static("http://simulator")
	a, err := aws.Open(t.Context(), aws.Options{Dial: dial, Journal: j,
		Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, sim: s, acct: a, master: master, tty: &counted{File: tty}, screen: vterm.New(cols, rows), ran: make(chan error, 1)}
	if err := pty.Setsize(master, &pty.Winsize{Cols: cols, Rows: rows}); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b := make([]byte, 32<<10)
		for {
			n, err := master.Read(b)
			d.mu.Lock()
			d.screen.Write(b[:n])
			d.raw.Write(b[:n])
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		d.leave()
		a.Close()
		s.Close()
		<-served
		j.Close()
		tty.Close()
		master.Close()
		<-read
	})
	return d
}

// leave ends a host that a test has given up, so that nobody reads the terminal when
// it is closed.
func (d *desk) leave() {
	if d.over == nil {
		return
	}
	d.tty.gone.Store(true)
	_, _ = d.master.WriteString("\n") // a master that is closed is an end, too
	<-d.over
}

// request is a container that takes a shell, in a cluster with or without KMS.
func (d *desk) request(encrypted bool) exec.Request {
	d.Helper()
	c := ecs.New(d.acct)
	clusters, _ := aws.Collect(c.Clusters(d.Context()))
	for _, k := range clusters {
		if (k.ExecKMSKey != "") != encrypted {
			continue
		}
		tasks, _ := aws.Collect(c.Tasks(d.Context(), ecs.TaskQuery{Cluster: k.ARN}))
		for _, t := range tasks {
			for _, box := range t.Containers {
				if box.ExecAgent == "RUNNING" && box.Name != "aws-gd-agent" {
					return exec.Request{Cluster: k.ARN, Task: t.ARN, Container: box.Name, RuntimeID: box.RuntimeID, Cols: cols, Rows: rows, Label: box.Name}
				}
			}
		}
	}
	d.Fatal("no container takes a shell")
	return exec.Request{}
}

func (d *desk) open(q exec.Request) *exec.Session {
	d.Helper()
	s, err := exec.Of(d.acct).Open(d.Context(), q)
	if err != nil {
		d.Fatal(err)
	}
	return s
}

// attach gives the terminal to a session.
func (d *desk) attach(s *exec.Session) {
	d.Helper()
	host := terminal.New(s, terminal.Options{Title: "title", Banner: "banner of " + s.Label(), SSH: func() bool { return false },
		List: func() (all []terminal.Session) {
			for _, x := range exec.Of(d.acct).List() {
				all = append(all, x)
			}
			return all
		}})
	host.SetStdin(d.tty)
	host.SetStdout(d.tty)
	d.host = host
	before, err := term.GetState(int(d.tty.Fd()))
	if err != nil {
		d.Fatal(err)
	}
	begun := d.count(begins)
	over := make(chan struct{})
	d.over = over
	go func() {
		defer close(over)
		err := host.Run()
		if after, serr := term.GetState(int(d.tty.Fd())); serr == nil && fmt.Sprint(*after) != fmt.Sprint(*before) {
			err = errors.Join(err, errors.New("the terminal is not restored"))
		}
		d.ran <- err
	}()
	// The terminal is raw by then, and what stood on it before is gone.
	d.until("the host", func() bool { return d.count(begins) > begun })
}

// begins is the first that a host writes.
const begins = "\x1b[22;2t"

// count is how often a text was written to the terminal.
func (d *desk) count(text string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Count(d.raw.String(), text)
}

// shell opens a session and waits for its prompt on the terminal.
func (d *desk) shell() *exec.Session {
	d.Helper()
	s := d.open(d.request(false))
	d.attach(s)
	d.sees("banner of " + s.Label())
	d.says("ready", "ready")
	return s
}

// keys types. Of several texts each is a read of its own.
func (d *desk) keys(each ...string) {
	d.Helper()
	read := func() bool { return len(each) == 1 || d.tty.read.Load() == d.typed }
	for _, k := range each {
		d.until("a read", read)
		d.typed += int64(len(k))
		if _, err := d.master.WriteString(k); err != nil {
			d.Fatal(err)
		}
	}
	d.until("a read", read)
}

// says lets the shell say a word, which the echo of the command does not hold.
func (d *desk) says(word, want string) {
	d.Helper()
	d.keys("echo '<'" + word + "'>'\r")
	d.sees("<" + want + ">")
}

func (d *desk) text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.String()
}

func (d *desk) until(what string, ok func() bool) {
	d.Helper()
	for end := time.Now().Add(60 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			d.Fatalf("waited for %s; the screen shows\n%s", what, d.text())
		}
	}
}

func (d *desk) sees(text string) {
	d.Helper()
	d.until(text, func() bool { return strings.Contains(d.text(), text) })
}

// left waits until the terminal is the user's again.
func (d *desk) left() {
	d.Helper()
	select {
	case err := <-d.ran:
		if err != nil {
			d.Error(err)
		}
	case <-time.After(60 * time.Second):
		d.Fatalf("the host does not leave; the screen shows\n%s", d.text())
	}
}

func (d *desk) ends(s *exec.Session) exec.Result {
	d.Helper()
	d.left()
	select {
	case <-s.Done():
	case <-time.After(30 * time.Second):
		d.Fatal("the session does not end")
	}
	return s.Result()
}
