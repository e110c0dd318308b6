package agent

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers each line with its number and itself, and ends at "quit".
func echo(ctx context.Context, t *Terminal) string {
	fmt.Fprint(t, "ready\r\n")
	in := bufio.NewScanner(t)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		switch in.Text() {
		case "quit":
			return ""
		case "fail":
			return "it failed"
		case "size":
			c, r := t.Size()
			fmt.Fprintf(t, "%dx%d\r\n", c, r)
		default:
			fmt.Fprintf(t, "%d:%s\r\n", n, in.Text())
		}
	}
	return "no more input"
}

func echoSpec() Spec {
	return Spec{Target: "ecs:c_t_r", Owner: "task-1", Program: ProgramFunc(echo)}
}

func TestPlainSession(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready\r\n")
	c.typed("hello\n")
	c.sees("1:hello\r\n")
	c.size(120, 40)
	c.typed("size\n")
	c.sees("120x40\r\n")
	c.typed("quit\n")
	c.ends("")
	if c.closed.SessionID != c.id || c.closed.DestinationID != "ecs:c_t_r" || c.closed.MessageType != TypeClosed {
		t.Fatalf("channel_closed: %+v", c.closed)
	}
	if !strings.HasPrefix(c.id, "ecs-execute-command-0") || len(c.frames) != 0 {
		t.Fatalf("id %s, %d frames that are no output (a plain session shakes no hands)", c.id, len(c.frames))
	}
	if c.pubs[0] != TypeStart {
		t.Fatalf("publication: %v", c.pubs)
	}
}
