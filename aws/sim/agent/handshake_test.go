package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/xtaci/smux"
)

// frame waits for the n-th frame that is no output.
func (c *client) frame(n int, kind Payload, v any) {
	c.t.Helper()
	c.wait(fmt.Sprintf("frame %d", n), func() bool { return len(c.frames) > n })
	c.mu.Lock()
	f := c.frames[n]
	c.mu.Unlock()
	if f.Kind != kind {
		c.t.Fatalf("frame %d is of kind %d, want %d", n, f.Kind, kind)
	}
	if v != nil {
		if err := json.Unmarshal(f.Payload, v); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *client) sendJSON(kind Payload, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	c.sendFrame(kind, b)
}

// kmsSpec is an encrypted echo; the data key of blob "sealed" is known.
func kmsSpec(id string, key []byte) Spec {
	s := echoSpec()
	s.ID, s.KMSKey = id, "arn:aws:kms:eu-central-1:111122223333:key/k"
	s.Decrypt = func(_ context.Context, blob []byte, ec map[string]string) ([]byte, error) {
		want := map[string]string{"aws:ssm:SessionId": id, "aws:ssm:TargetId": "ecs:c_t_r"}
		if string(blob) != "sealed" || !maps.Equal(ec, want) {
			return nil, errors.New("InvalidCiphertextException: ")
		}
		return key, nil
	}
	return s
}

func kmsAnswer(status int, blob string) response {
	b, _ := json.Marshal(map[string][]byte{"KMSCipherTextKey": []byte(blob)})
	return response{ClientVersion: "1.0", Actions: []processed{
		{Type: "SessionType", Status: 1}, {Type: "KMSEncryption", Status: status, Result: b, Error: "no key"}}}
}

func TestKMSSession(t *testing.T) {
	key := bytes.Repeat([]byte{1, 2}, 32)
	swapped := append(append([]byte(nil), key[32:]...), key[:32]...)
	theirs, err := newSealer(swapped) // the client's view of the same key
	if err != nil {
		t.Fatal(err)
	}
	r, srv := serve(t)
	c := start(t, r, srv, kmsSpec("s-1", key))
	var req struct {
		AgentVersion           string
		RequestedClientActions []struct {
			ActionType       string
			ActionParameters map[string]any
		}
	}
	c.frame(0, PayloadHandshakeRequest, &req)
	if len(req.RequestedClientActions) != 2 || req.RequestedClientActions[0].ActionParameters["SessionType"] != SessionShell ||
		req.RequestedClientActions[1].ActionParameters["KMSKeyId"] != "arn:aws:kms:eu-central-1:111122223333:key/k" {
		t.Fatalf("request: %+v", req)
	}
	c.typed("lost, since the handshake is not over\n")
	c.sendJSON(PayloadHandshakeResponse, kmsAnswer(1, "sealed"))
	var ch challenge
	c.frame(1, PayloadChallengeRequest, &ch)
	plain, err := theirs.open(ch.Challenge)
	if err != nil {
		t.Fatal(err)
	}
	back, _ := theirs.seal(plain)
	c.mu.Lock()
	c.sec = theirs
	c.mu.Unlock()
	c.sendJSON(PayloadChallengeResponse, challenge{back})
	var done complete
	c.frame(2, PayloadHandshakeComplete, &done)
	if done.Message == "" || done.Took <= 0 {
		t.Errorf("complete: %+v", done)
	}
	c.sees("ready")
	c.typed("secret\n")
	c.sees("1:secret\r\n")
	c.typed("quit\n")
	c.ends("")
}

func TestKMSFailures(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 64)
	for name, tc := range map[string]struct {
		answer func(c *client)
		reason string
	}{
		"client has no key": {func(c *client) { c.sendJSON(PayloadHandshakeResponse, kmsAnswer(2, "")) },
			"Encountered error while initiating handshake. KMSEncryption failed on client with status 2 error: no key"},
		"wrong context or key": {func(c *client) { c.sendJSON(PayloadHandshakeResponse, kmsAnswer(1, "forged")) },
			"Encountered error while initiating handshake. Fetching data key failed: Unable to retrieve data key, Error when decrypting data key InvalidCiphertextException: "},
		"wrong challenge": {func(c *client) {
			c.sendJSON(PayloadHandshakeResponse, kmsAnswer(1, "sealed"))
			c.frame(1, PayloadChallengeRequest, nil)
			c.sendJSON(PayloadChallengeResponse, challenge{bytes.Repeat([]byte{1}, 100)})
		}, "Encountered error while initiating handshake. Encryption challenge does not match"},
	} {
		t.Run(name, func(t *testing.T) {
			r, srv := serve(t)
			c := start(t, r, srv, kmsSpec("s-2", key))
			c.frame(0, PayloadHandshakeRequest, nil)
			tc.answer(c)
			c.ends(tc.reason)
		})
	}
}

func TestNoHandshake(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.NoHandshake = true })
	c := start(t, r, srv, kmsSpec("s-3", nil))
	c.typed("hello\n")
	c.wait("the acknowledgement", func() bool { return len(c.unsent) == 0 })
	if err := r.Terminate(c.id); err != nil {
		t.Fatal(err)
	}
	c.ends("")
	if len(c.frames) != 0 || c.out.Len() != 0 {
		t.Fatalf("%d frames, output %q", len(c.frames), c.out.String())
	}
}

// tunnel is the client's end of a port session's byte stream.
type tunnel struct {
	c    *client
	read int
}

func (p *tunnel) Read(b []byte) (int, error) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	for p.read >= p.c.out.Len() {
		if p.c.closed != nil {
			return 0, io.EOF
		}
		select {
		case <-p.c.stop:
			return 0, io.EOF
		default:
		}
		p.c.cond.Wait()
	}
	n := copy(b, p.c.out.Bytes()[p.read:])
	p.read += n
	return n, nil
}

func (p *tunnel) Write(b []byte) (int, error) { p.c.typed(string(b)); return len(b), nil }

func (p *tunnel) Close() error {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	select {
	case <-p.c.stop:
	default:
		close(p.c.stop)
	}
	p.c.cond.Broadcast()
	return nil
}

// echoDial is a service that sends back what it gets.
func echoDial(context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(far, far); far.Close() }()
	return near, nil
}

func portClient(t *testing.T, dial Dial) (*client, *smux.Session) {
	t.Helper()
	r, srv := serve(t)
	c := start(t, r, srv, Spec{Target: "ecs:c_t_r", Type: SessionPort, Program: Forward(dial),
		Properties: map[string]string{"portNumber": "8080", "type": "LocalPortForwarding"}})
	c.frame(0, PayloadHandshakeRequest, nil)
	c.sendJSON(PayloadHandshakeResponse, response{Actions: []processed{{Type: "SessionType", Status: 1}}})
	c.frame(1, PayloadHandshakeComplete, nil)
	cfg := smux.DefaultConfig()
	cfg.KeepAliveDisabled = true
	mux, err := smux.Client(&tunnel{c: c}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mux.Close() })
	return c, mux
}

func TestPortSession(t *testing.T) {
	c, mux := portClient(t, echoDial)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			st, err := mux.OpenStream()
			if err != nil {
				t.Error(err)
				return
			}
			defer st.Close()
			want := strings.Repeat(fmt.Sprintf("stream %d;", i), 3000)
			go func() { _, _ = st.Write([]byte(want)) }()
			got := make([]byte, len(want))
			if _, err := io.ReadFull(st, got); err != nil || string(got) != want {
				t.Errorf("stream %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	c.sendFrame(PayloadFlag, []byte{0, 0, 0, 2})
	c.ends("")
}

func TestPortThatNobodyServes(t *testing.T) {
	c, mux := portClient(t, func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") })
	st, err := mux.OpenStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Read(make([]byte, 1)); err == nil {
		t.Error("the stream lives")
	}
	c.frame(2, PayloadFlag, nil)
	c.mu.Lock()
	got := flagOf(c.frames[2].Payload)
	c.mu.Unlock()
	if got != FlagConnectToPortError {
		t.Errorf("flag %d", got)
	}
}
