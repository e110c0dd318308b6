package channel

import (
	"time"
	"unicode/utf8"

	"github.com/aws/session-manager-plugin/src/message"
)

const (
	// payloadSize is the input in one message, as the plugin sends it.
	payloadSize = 1024
	// window is how many messages may be on their way without acknowledgement. It
	// paces a paste by what the agent takes.
	window = 1024
	// pendingLimit bounds input that waits; Write blocks beyond it.
	pendingLimit = 32 << 20
)

// Bounds of the time after which a message is sent again. The first is used until
// a round trip has been measured.
const (
	firstTimeout = 500 * time.Millisecond
	leastTimeout = 150 * time.Millisecond
	mostTimeout  = 10 * time.Second
)

// sent is a message that was numbered and is kept until it is acknowledged.
type sent struct {
	raw   []byte // nil: acknowledged
	born  time.Time
	at    time.Time // sent last
	tries int
}

// waiting is input that has no number yet.
type waiting struct {
	kind message.PayloadType
	body []byte
}

// outbox keeps input in order: what waits, and what was sent and not acknowledged.
// It is not safe for concurrent use.
type outbox struct {
	first   int64 // number of msgs[0]
	msgs    []sent
	queue   []waiting
	pending int // bytes in queue
	rtt     roundTrip
	look    time.Time // for overdue messages, not before
	newest  time.Time // when the message was sent last that was acknowledged, of those sent once
	seal    func([]byte) ([]byte, error)
}

// put takes input. Consecutive keys share a message, and of consecutive sizes only
// the last counts.
func (o *outbox) put(kind message.PayloadType, p []byte) {
	if n := len(o.queue); n > 0 && o.queue[n-1].kind == kind {
		last := &o.queue[n-1]
		switch kind {
		case message.Output:
			last.body = append(last.body, p...)
			o.pending += len(p)
			return
		case message.Size:
			o.pending += len(p) - len(last.body)
			last.body = append([]byte(nil), p...)
			return
		}
	}
	o.queue = append(o.queue, waiting{kind, append([]byte(nil), p...)})
	o.pending += len(p)
}

// next numbers a message of what waits and gives it to be sent, with its kind and its
// plain body; raw is nil if nothing waits or the window is full. With held, only the
// handshake's own messages go.
func (o *outbox) next(now time.Time, held bool) (kind message.PayloadType, body, raw []byte, err error) {
	if len(o.queue) == 0 || len(o.msgs) >= window {
		return 0, nil, nil, nil
	}
	i := 0
	if held {
		for i < len(o.queue) && !handshakes(o.queue[i].kind) {
			i++
		}
		if i == len(o.queue) {
			return 0, nil, nil, nil
		}
	}
	w := &o.queue[i]
	n := len(w.body)
	if w.kind == message.Output && n > payloadSize {
		n = wholeRunes(w.body[:payloadSize])
	}
	kind, body = w.kind, w.body[:n]
	out := body
	if o.seal != nil && kind == message.Output {
		if out, err = o.seal(body); err != nil {
			return kind, nil, nil, err
		}
	}
	f := frame{kind: message.InputStreamMessage, seq: o.first + int64(len(o.msgs)), id: newID(), payload: kind, body: out}
	raw = f.append(make([]byte, 0, message.ClientMessage_PayloadOffset+len(out)), now)
	o.msgs = append(o.msgs, sent{raw: raw, born: now, at: now, tries: 1})
	o.pending -= n
	if w.body = w.body[n:]; len(w.body) == 0 {
		o.queue = append(o.queue[:i], o.queue[i+1:]...)
	}
	return kind, body, raw, nil
}

func handshakes(k message.PayloadType) bool {
	return k == message.HandshakeResponsePayloadType || k == message.EncChallengeResponse
}

// wholeRunes is the length of b without a rune that its end cuts in two.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i > 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}

// ack forgets a message; it says whether it was waited for.
func (o *outbox) ack(seq int64, now time.Time) bool {
	i := seq - o.first
	if i < 0 || i >= int64(len(o.msgs)) || o.msgs[i].raw == nil {
		return false
	}
	m := &o.msgs[i]
	switch took := now.Sub(m.at); {
	case m.tries == 1:
		o.rtt.sample(took)
		if m.at.After(o.newest) {
			o.newest = m.at
		}
	case !o.rtt.known || took < o.rtt.mean/2:
		// Which sending was acknowledged is not known, but it must be an earlier one.
		o.rtt.sample(now.Sub(m.born))
	}
	m.raw = nil
	n := 0
	for n < len(o.msgs) && o.msgs[n].raw == nil {
		n++
	}
	o.first += int64(n)
	if o.msgs = o.msgs[n:]; len(o.msgs) == 0 {
		o.msgs = nil
	}
	return true
}

// due is when a message has to be sent again. Where a message that was sent later
// has been acknowledged already, it is taken for lost sooner.
func (o *outbox) due(m *sent) time.Time {
	wait := o.rtt.timeout() << min(m.tries-1, 6)
	if m.tries == 1 && o.newest.After(m.at) {
		if lost := o.rtt.mean + o.rtt.mean/4 + 20*time.Millisecond; lost < wait && o.newest.Sub(m.at) > o.rtt.mean/4 {
			wait = lost
		}
	}
	return m.at.Add(min(wait, mostTimeout))
}

// lookEvery is how often overdue messages are looked for while some are on their way.
const lookEvery = 20 * time.Millisecond

// overdue adds messages to be sent again to batch until it has n, and says when to
// look again; the zero time is never.
func (o *outbox) overdue(now time.Time, batch [][]byte, n int) ([][]byte, time.Time) {
	if len(o.msgs) == 0 {
		return batch, time.Time{}
	}
	if now.Before(o.look) {
		return batch, o.look
	}
	o.look = now.Add(lookEvery)
	for i := range o.msgs {
		m := &o.msgs[i]
		if m.raw == nil || o.due(m).After(now) {
			continue
		}
		if len(batch) >= n {
			o.look = now
			break
		}
		batch = append(batch, m.raw)
		m.at, m.tries = now, m.tries+1
	}
	return batch, o.look
}

// renew lets everything that is not acknowledged be sent at once: the connection is
// a new one.
func (o *outbox) renew() {
	for i := range o.msgs {
		o.msgs[i].at = time.Time{}
	}
	o.look = time.Time{}
}

// roundTrip estimates the round trip and its variation (RFC 6298).
type roundTrip struct {
	mean, vary time.Duration
	known      bool
}

func (r *roundTrip) sample(d time.Duration) {
	if !r.known {
		r.mean, r.vary, r.known = d, d/2, true
		return
	}
	diff := r.mean - d
	if diff < 0 {
		diff = -diff
	}
	r.vary += (diff - r.vary) / 4
	r.mean += (d - r.mean) / 8
}

func (r *roundTrip) timeout() time.Duration {
	if !r.known {
		return firstTimeout
	}
	return min(max(r.mean+max(10*time.Millisecond, 4*r.vary), leastTimeout), mostTimeout)
}

// prepend puts input in front of what waits.
func (o *outbox) prepend(w []waiting) {
	if len(w) == 0 {
		return
	}
	for _, x := range w {
		o.pending += len(x.body)
	}
	o.queue = append(w, o.queue...)
}
