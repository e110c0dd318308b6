package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

// The plugin's log package, which the frames are compared with, starts goroutines of its own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// echo answers each line with its number and itself, and ends at "quit".
func echo(ctx context.Context, t *Terminal) string {
	fmt.Fprint(t, "ready\r\n")
	in := bufio.NewScanner(t)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		word, arg, _ := strings.Cut(in.Text(), " ")
		switch word {
		case "quit":
			return arg
		case "flood":
			var k int
			fmt.Sscan(arg, &k)
			for i := range k {
				fmt.Fprintf(t, "line %d of the flood\r\n", i)
			}
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

func TestProgramsReasonReachesTheClient(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.typed("quit Unable to start command\n")
	c.ends("Unable to start command")
}

// refused says whether the server ends the connection without a frame.
func refused(t *testing.T, conn *websocket.Conn) bool {
	t.Helper()
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _, err := conn.ReadMessage()
	var ce *websocket.CloseError
	return errors.As(err, &ce) && ce.Code == websocket.ClosePolicyViolation
}

func TestTokens(t *testing.T) {
	r, srv := serve(t)
	tk, err := r.Start(echoSpec())
	if err != nil {
		t.Fatal(err)
	}
	other, err := r.Start(echoSpec())
	if err != nil {
		t.Fatal(err)
	}
	if !refused(t, open(t, srv, tk.Path, "no token")) {
		t.Error("a wrong token is taken")
	}
	if !refused(t, open(t, srv, tk.Path, other.Token)) {
		t.Error("another session's token is taken")
	}
	c := newClient(t, r, srv, tk.SessionID)
	c.dial(tk)
	c.sees("ready")
	if !refused(t, open(t, srv, tk.Path, tk.Token)) {
		t.Error("a used token is taken")
	}
	if got, err := r.Resume(tk.SessionID); err != nil || got.Token == tk.Token || got.Token == "" {
		t.Errorf("resume: %v, %v", got, err)
	} else {
		later, _ := r.Resume(tk.SessionID)
		if !refused(t, open(t, srv, tk.Path, got.Token)) {
			t.Error("a token from before the last resume is taken")
		}
		r.Faults().Set(func(s *Switches) { s.RefuseToken = true })
		if !refused(t, open(t, srv, tk.Path, later.Token)) {
			t.Error("the switch refuses no token")
		}
	}
	_, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http")+Prefix+"nobody", nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown session: %v", err)
	}
	r.Faults().Set(func(s *Switches) { s.RefuseOpen = http.StatusForbidden })
	if _, resp, err = websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http")+tk.Path, nil); err == nil || resp == nil || resp.StatusCode != 403 {
		t.Errorf("the switch refuses no connection: %v", err)
	}
}

func TestResumeKeepsOutputAndInput(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	c.typed("one\n")
	c.sees("1:one")
	r.Cut()
	c.wait("the cut", func() bool { return c.lost == 1 })
	c.typed("two\nquit\n") // while the connection is down
	c.again()
	c.sees("2:two")
	c.ends("")
	if got := c.out.String(); got != "ready\r\n1:one\r\n2:two\r\n" {
		t.Fatalf("output %q", got)
	}
}

func TestEndWhileAwayIsToldAfterResume(t *testing.T) {
	r, srv := serve(t)
	release := make(chan struct{})
	spec := Spec{Target: "x", Program: ProgramFunc(func(ctx context.Context, tm *Terminal) string {
		fmt.Fprint(tm, "begin ")
		<-release
		fmt.Fprint(tm, "end")
		return "gone"
	})}
	c := start(t, r, srv, spec)
	c.sees("begin")
	r.Cut()
	c.wait("the cut", func() bool { return c.lost == 1 })
	close(release)
	c.again()
	c.ends("gone")
	if got := c.out.String(); got != "begin end" {
		t.Fatalf("output %q", got)
	}
}

func TestEndings(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(r *Registry, id string)
		reason string
	}{
		"text":      {func(r *Registry, id string) { r.EndAll("closed by a test") }, "closed by a test"},
		"terminate": {func(r *Registry, id string) { _ = r.Terminate(id) }, ""},
		"task":      {func(r *Registry, id string) { r.EndOwner("task-1", "the task has stopped") }, "the task has stopped"},
		"idle": {func(r *Registry, id string) {
			r.Faults().Set(func(s *Switches) { s.IdleTimeout = time.Millisecond })
		}, ReasonIdle},
		"age": {func(r *Registry, id string) {
			r.Faults().Set(func(s *Switches) { s.MaxAge = time.Millisecond })
		}, ReasonAge},
	} {
		t.Run(name, func(t *testing.T) {
			r, srv := serve(t)
			heard := make(chan string, 1)
			spec := echoSpec()
			spec.OnEnd = func(reason string) { heard <- reason }
			c := start(t, r, srv, spec)
			c.sees("ready")
			tc.end(r, c.id)
			c.ends(tc.reason)
			if got := <-heard; got != tc.reason {
				t.Errorf("OnEnd heard %q", got)
			}
			tk, err := r.Resume(c.id)
			if limit := name == "idle" || name == "age"; limit && (err != nil || tk.Token != "") {
				t.Errorf("resume after a limit: %+v, %v; want an empty token", tk, err)
			}
			if info := r.Sessions(); len(info) != 1 || info[0].Ended.IsZero() || info[0].Reason != tc.reason {
				t.Errorf("sessions: %+v", info)
			}
		})
	}
}

func TestDoneEndsTheSession(t *testing.T) {
	r, srv := serve(t)
	done := make(chan struct{})
	spec := echoSpec()
	spec.ID, spec.Token, spec.Done, spec.Why = "given-id", "given-token", done, func() string { return "because" }
	c := start(t, r, srv, spec)
	if c.id != "given-id" || !r.Knows("given-id") {
		t.Fatalf("id %s", c.id)
	}
	if _, err := r.Start(spec); !errors.Is(err, ErrTaken) {
		t.Errorf("starting twice: %v", err)
	}
	c.sees("ready")
	close(done)
	c.ends("because")
}

func TestResumeRefused(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	r.Faults().Set(func(s *Switches) { s.RefuseResume = ResumeDenied })
	if _, err := r.Resume(c.id); !errors.Is(err, ErrDenied) {
		t.Errorf("denied: %v", err)
	}
	r.Faults().Set(func(s *Switches) { s.RefuseResume = ResumeEmpty })
	if tk, err := r.Resume(c.id); err != nil || tk.Token != "" {
		t.Errorf("empty: %+v, %v", tk, err)
	}
	if _, err := r.Resume("nobody"); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
}

func TestInputIsNotTakenTwice(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	send := func(seq int64, text string) {
		raw := Frame{Type: TypeInput, Schema: 1, Created: time.Now(), Seq: seq, ID: NewID(), Kind: PayloadOutput, Payload: []byte(text)}.Append(nil)
		c.mu.Lock()
		defer c.mu.Unlock()
		_ = c.conn.WriteMessage(websocket.BinaryMessage, raw)
	}
	send(1, "b")
	send(0, "a")
	send(0, "a")
	send(3, "\n")
	send(1, "b")
	send(2, "c")
	send(3, "\n")
	c.sees("1:abc\r\n")
	c.mu.Lock()
	_ = c.conn.WriteMessage(websocket.BinaryMessage, []byte("damaged"))
	c.mu.Unlock()
	send(4, "quit\n")
	c.ends("")
}

func TestClosingTheRegistryEndsAll(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	r.Close()
	c.wait("the end of the connection", func() bool { return c.closed != nil || c.lost > 0 })
	if _, err := r.Start(echoSpec()); !errors.Is(err, ErrClosed) {
		t.Fatalf("start after close: %v", err)
	}
}

func TestTerminalAfterTheEnd(t *testing.T) {
	r, srv := serve(t)
	errs := make(chan error, 2)
	c := start(t, r, srv, Spec{Program: ProgramFunc(func(ctx context.Context, tm *Terminal) string {
		fmt.Fprint(tm, "up")
		<-ctx.Done()
		_, err := tm.Write([]byte("late"))
		errs <- err
		_, err = tm.Read(make([]byte, 1))
		errs <- err
		return ""
	})})
	c.sees("up")
	if err := r.Terminate(c.id); err != nil {
		t.Fatal(err)
	}
	if err := <-errs; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("write: %v", err)
	}
	if err := <-errs; err != io.EOF {
		t.Errorf("read: %v", err)
	}
}
