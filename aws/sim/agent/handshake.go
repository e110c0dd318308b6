package agent

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// AgentVersion is what the agent says of itself: new enough for many connections
// over one port session without smux's own keep-alive.
const AgentVersion = "3.3.3050.0"

// Session types of the handshake.
const (
	SessionShell       = "Standard_Stream"
	SessionPort        = "Port"
	SessionInteractive = "InteractiveCommands"
)

// encryptedText is what the client shows when a KMS session is open.
const encryptedText = "This session is encrypted using AWS KMS."

type action struct {
	Type       string `json:"ActionType"`
	Parameters any    `json:"ActionParameters"`
}

type request struct {
	AgentVersion string   `json:"AgentVersion"`
	Actions      []action `json:"RequestedClientActions"`
}

type processed struct {
	Type   string          `json:"ActionType"`
	Status int             `json:"ActionStatus"` // 1 success, 2 failed, 3 unsupported
	Result json.RawMessage `json:"ActionResult"`
	Error  string          `json:"Error"`
}

type response struct {
	ClientVersion string      `json:"ClientVersion"`
	Actions       []processed `json:"ProcessedClientActions"`
	Errors        []string    `json:"Errors"`
}

type challenge struct {
	Challenge []byte `json:"Challenge"`
}

type complete struct {
	Took    time.Duration `json:"HandshakeTimeToComplete"`
	Message string        `json:"CustomerMessage"`
}

// handshake is the state of a session that shakes hands. done is guarded by the
// session's mu.
type handshake struct {
	done    bool
	answers chan Frame
}

func newHandshake() *handshake { return &handshake{answers: make(chan Frame, 4)} }

// response takes what the client says before the handshake is over.
func (h *handshake) response(f Frame) {
	if f.Kind != PayloadHandshakeResponse && f.Kind != PayloadChallengeResponse {
		return
	}
	f.Payload = append([]byte(nil), f.Payload...)
	select {
	case h.answers <- f:
	default: // a client that answers more often than it was asked
	}
}

// await waits for an answer of one kind.
func (s *Session) await(kind Payload, v any) bool {
	for {
		select {
		case <-s.ctx.Done():
			return false
		case f := <-s.hand.answers:
			if f.Kind == kind {
				return json.Unmarshal(f.Payload, v) == nil
			}
		}
	}
}

func (s *Session) sendJSON(kind Payload, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.send(kind, b)
}

// shake does the handshake: session type, then KMS with its challenge. The reason
// of a failure is the text that the real agent ends the session with.
func (s *Session) shake() (reason string, ok bool) {
	const prefix = "Encountered error while initiating handshake. "
	if s.faults.Get().NoHandshake {
		<-s.ctx.Done()
		return "", false
	}
	begun := time.Now()
	req := request{AgentVersion: AgentVersion, Actions: []action{{Type: "SessionType",
		Parameters: map[string]any{"SessionType": s.spec.Type, "Properties": s.spec.Properties}}}}
	if s.spec.KMSKey != "" {
		req.Actions = append(req.Actions, action{Type: "KMSEncryption", Parameters: map[string]string{"KMSKeyId": s.spec.KMSKey}})
	}
	var res response
	if s.sendJSON(PayloadHandshakeRequest, req) != nil || !s.await(PayloadHandshakeResponse, &res) {
		return prefix + "Unable to read the handshake response.", false
	}
	done := complete{}
	for _, a := range req.Actions {
		p, found := find(res.Actions, a.Type)
		if !found || p.Status != 1 {
			return prefix + fmt.Sprintf("%s failed on client with status %d error: %s", a.Type, p.Status, p.Error), false
		}
		if a.Type != "KMSEncryption" {
			continue
		}
		if reason := s.encrypt(p.Result); reason != "" {
			return prefix + reason, false
		}
		done.Message = encryptedText
	}
	s.mu.Lock()
	s.hand.done = true
	s.mu.Unlock()
	done.Took = time.Since(begun)
	return "", s.sendJSON(PayloadHandshakeComplete, done) == nil
}

func find(all []processed, kind string) (processed, bool) {
	for _, p := range all {
		if p.Type == kind {
			return p, true
		}
	}
	return processed{}, false
}

// encrypt takes the client's data key, has it decrypted by KMS under the session's
// context, and lets the client prove that it has the same. The text is the reason
// why it failed, or empty.
func (s *Session) encrypt(result json.RawMessage) string {
	const noKey = "Fetching data key failed: "
	var k struct {
		Key []byte `json:"KMSCipherTextKey"`
	}
	if err := json.Unmarshal(result, &k); err != nil || len(k.Key) == 0 {
		return noKey + "no data key in the response"
	}
	if s.spec.Decrypt == nil {
		return noKey + "Unable to retrieve data key"
	}
	plain, err := s.spec.Decrypt(s.ctx, k.Key, map[string]string{
		"aws:ssm:SessionId": s.id, "aws:ssm:TargetId": s.spec.Target})
	if err != nil {
		return noKey + "Unable to retrieve data key, Error when decrypting data key " + err.Error()
	}
	sec, err := newSealer(plain)
	if err != nil {
		return noKey + err.Error()
	}
	want := make([]byte, 64)
	_, _ = rand.Read(want) // never fails on supported platforms
	sealed, err := sec.seal(want)
	if err != nil {
		return err.Error()
	}
	var got challenge
	if err := s.sendJSON(PayloadChallengeRequest, challenge{sealed}); err != nil {
		return err.Error()
	}
	if !s.await(PayloadChallengeResponse, &got) {
		return "Encryption challenge was not answered"
	}
	if back, err := sec.open(got.Challenge); err != nil || !bytes.Equal(back, want) {
		return "Encryption challenge does not match"
	}
	s.mu.Lock()
	s.sec = sec
	s.mu.Unlock()
	return ""
}

func flagOf(p []byte) Flag {
	if len(p) != 4 {
		return 0
	}
	return Flag(binary.BigEndian.Uint32(p))
}
