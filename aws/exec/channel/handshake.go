package channel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/aws/session-manager-plugin/src/message"
	"github.com/aws/session-manager-plugin/src/version"
)

// earlyLimit bounds the copy of input that was sent before it was known whether the
// agent shakes hands.
const earlyLimit = 64 << 10

// handle gives one part its meaning. It runs in the goroutine that hands out output.
func (c *Channel) handle(p part) {
	switch p.kind {
	case message.HandshakeRequestPayloadType:
		c.shake(p.body)
	case message.EncChallengeRequest:
		c.challenge(p.body)
	case message.HandshakeCompletePayloadType:
		c.shaken(p.body)
	case message.Flag:
		if len(p.body) == 4 && c.cfg.Flag != nil {
			c.cfg.Flag(message.PayloadTypeFlag(binary.BigEndian.Uint32(p.body)))
		}
	case message.Output, message.StdErr:
		c.settle()
		if body, ok := c.open(p.body); ok && len(body) > 0 {
			c.cfg.Output(body)
		}
	}
}

// settle: output has come, so there is no handshake to be waited for.
func (c *Channel) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.settled && !c.shaking {
		c.settled, c.early = true, nil
	}
}

func (c *Channel) open(body []byte) ([]byte, bool) {
	c.mu.Lock()
	sealer := c.sealer
	c.mu.Unlock()
	if sealer == nil {
		return body, true
	}
	plain, err := sealer.Open(body)
	if err != nil {
		c.finish(Result{Err: fmt.Errorf("output cannot be decrypted: %w", err)})
		return nil, false
	}
	return plain, true
}

// shake answers the agent's request: the session's type and its encryption.
func (c *Channel) shake(body []byte) {
	var req message.HandshakeRequestPayload
	if err := json.Unmarshal(body, &req); err != nil {
		c.finish(Result{Err: fmt.Errorf("handshake: %w", err)})
		return
	}
	c.mu.Lock()
	again := c.shook
	c.shaking, c.agent = true, req.AgentVersion
	c.mu.Unlock()
	if again {
		return
	}
	res := message.HandshakeResponsePayload{ClientVersion: version.Version, ProcessedClientActions: []message.ProcessedClientAction{}}
	for _, a := range req.RequestedClientActions {
		done := message.ProcessedClientAction{ActionType: a.ActionType, ActionStatus: message.Success}
		result, err := c.act(a)
		if err != nil {
			done.ActionStatus, done.Error = message.Failed, fmt.Sprintf("Failed to process action %s: %s", a.ActionType, err)
			res.Errors = append(res.Errors, err.Error())
			c.cfg.Note(Note{Kind: Message, Err: err})
		} else {
			done.ActionResult = result
		}
		res.ProcessedClientActions = append(res.ProcessedClientActions, done)
	}
	b, err := json.Marshal(res)
	if err != nil {
		c.finish(Result{Err: fmt.Errorf("handshake: %w", err)})
		return
	}
	_ = c.put(message.HandshakeResponsePayloadType, b) // fails only after the end
}

// act does one thing that the agent asks for.
func (c *Channel) act(a message.RequestedClientAction) (any, error) {
	switch a.ActionType {
	case message.SessionType:
		var t message.SessionTypeRequest
		if err := json.Unmarshal(a.ActionParameters, &t); err != nil {
			return nil, err
		}
		switch t.SessionType {
		case "Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port":
			return nil, nil
		}
		return nil, fmt.Errorf("%w: session type %q", ErrKind, t.SessionType)
	case message.KMSEncryption:
		var k message.KMSEncryptionRequest
		if err := json.Unmarshal(a.ActionParameters, &k); err != nil {
			return nil, err
		}
		if c.cfg.Sealer == nil {
			return nil, fmt.Errorf("%w: encryption", ErrKind)
		}
		sealer, err := c.cfg.Sealer(c.ctx, k.KMSKeyID)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.sealer = sealer
		c.mu.Unlock()
		return message.KMSEncryptionResponse{KMSCipherTextKey: sealer.DataKey()}, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrKind, a.ActionType)
}

// challenge proves to the agent that both have the same data key.
func (c *Channel) challenge(body []byte) {
	var req message.EncryptionChallengeRequest
	err := json.Unmarshal(body, &req)
	c.mu.Lock()
	sealer := c.sealer
	c.mu.Unlock()
	var res message.EncryptionChallengeResponse
	if err == nil && sealer == nil {
		err = ErrKind
	}
	if err == nil {
		res.Challenge, err = sealer.Open(req.Challenge)
	}
	if err == nil {
		res.Challenge, err = sealer.Seal(res.Challenge)
	}
	var b []byte
	if err == nil {
		b, err = json.Marshal(res)
	}
	if err != nil {
		c.finish(Result{Err: fmt.Errorf("encryption challenge: %w", err)})
		return
	}
	_ = c.put(message.EncChallengeResponse, b) // fails only after the end
}

// shaken: the agent takes input from now on. What it dropped before, and the size, is
// sent again.
func (c *Channel) shaken(body []byte) {
	var done message.HandshakeCompletePayload
	if json.Unmarshal(body, &done) == nil && done.CustomerMessage != "" {
		c.cfg.Note(Note{Kind: Message, Text: done.CustomerMessage})
	}
	c.mu.Lock()
	if c.shook {
		c.mu.Unlock()
		return
	}
	c.shook, c.shaking, c.settled = true, false, true
	if c.sealer != nil {
		c.out.seal = c.sealer.Seal
	}
	var again []waiting
	if c.size != nil {
		again = append(again, waiting{message.Size, c.size})
	}
	if len(c.early) > 0 {
		again = append(again, waiting{message.Output, c.early})
	}
	c.out.prepend(again)
	c.early = nil
	close(c.greeted)
	c.mu.Unlock()
	c.poke()
}
