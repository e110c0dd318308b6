package hostshell

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"ecsole/aws/sim/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client types into a session and reads its output.
type client struct {
	*testing.T
	conn *websocket.Conn
	next int64
	out  strings.Builder
	end  *agent.Closed
}

func dial(t *testing.T, args ...string) (*client, *agent.Registry) {
	t.Helper()
	r := agent.NewRegistry()
	srv := httptest.NewServer(r)
	t.Cleanup(func() { r.Close(); srv.Close() })
	tk, err := r.Start(agent.Spec{Program: Program(args...)})
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http")+tk.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	b, _ := json.Marshal(agent.Opening{Schema: "1.0", Token: tk.Token})
	if err := conn.WriteMessage(websocket.TextMessage, b); err != nil {
		t.Fatal(err)
	}
	return &client{T: t, conn: conn}, r
}

func (c *client) send(kind agent.Payload, p string) {
	c.Helper()
	f := agent.Frame{Type: agent.TypeInput, Schema: 1, Created: time.Now(), Seq: c.next, ID: agent.NewID(), Kind: kind, Payload: []byte(p)}
	c.next++
	if err := c.conn.WriteMessage(websocket.BinaryMessage, f.Append(nil)); err != nil {
		c.Fatal(err)
	}
}

// until reads frames until the condition holds.
func (c *client) until(what string, ok func() bool) {
	c.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for !ok() {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			c.Fatalf("waited for %s: %v; output %q", what, err, c.out.String())
		}
		f, err := agent.Parse(raw)
		if err != nil {
			c.Fatal(err)
		}
		switch f.Type {
		case agent.TypeOutput:
			c.out.Write(f.Payload)
			b, _ := json.Marshal(agent.Ack{Type: f.Type, ID: f.ID.String(), Seq: f.Seq, Sequential: true})
			ack := agent.Frame{Type: agent.TypeAck, Schema: 1, Created: time.Now(), ID: agent.NewID(), Payload: b}
			_ = c.conn.WriteMessage(websocket.BinaryMessage, ack.Append(nil))
		case agent.TypeClosed:
			c.end = &agent.Closed{}
			_ = json.Unmarshal(f.Payload, c.end)
		}
	}
}

func (c *client) sees(text string) {
	c.Helper()
	c.until(text, func() bool { return strings.Contains(c.out.String(), text) })
}

func TestRealShell(t *testing.T) {
	t.Setenv("ECSOLE_SECRET", "must not be seen")
	c, _ := dial(t)
	c.sees(Warning)
	c.send(agent.PayloadSize, `{"cols":101,"rows":31}`)
	c.send(agent.PayloadOutput, "stty size; echo [$ECSOLE_SECRET]; tty\r")
	c.sees("31 101")
	c.sees("[]")
	c.sees("/dev/")
	c.send(agent.PayloadOutput, "exit\r")
	c.until("the end", func() bool { return c.end != nil })
}

func TestProcessesEndWithTheSession(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	c, r := dial(t, "/bin/sh", "-c", "trap '' HUP; sleep 1000 & echo $! > "+file+"; echo started; wait")
	c.sees("started")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	r.EndAll("over")
	c.until("the end", func() bool { return c.end != nil })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for running(pid) {
		select {
		case <-ctx.Done():
			t.Fatalf("process %d lives on", pid)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// running says whether a process is there and no zombie.
func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(b), ") Z ")
}

func TestCommandThatIsNotThere(t *testing.T) {
	c, _ := dial(t, "/nowhere/bash")
	c.until("the end", func() bool { return c.end != nil })
	if !strings.Contains(c.end.Output, "fork/exec /nowhere/bash: no such file or directory") {
		t.Errorf("reason %q", c.end.Output)
	}
}
