package agent

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"
)

const (
	window      = 10_000                 // output messages that await an acknowledgement
	earlyLimit  = 10_000                 // input messages kept ahead of a missing one
	resendEvery = 100 * time.Millisecond // the front of the queue, as the real agent does
	maxTimeout  = time.Second
	drainFor    = 5 * time.Second // the rest of the output goes before channel_closed
)

// Reasons that the service writes into channel_closed.
const (
	// ReasonIdle is the service's own wording (aws/amazon-ssm-agent#261).
	ReasonIdle = "Your session timed out due to inactivity and has been terminated."
	ReasonAge  = "Your session has reached its maximum duration and has been terminated."
)

// Session is one shell or port session. It outlives its connections: numbers,
// unacknowledged output and the program stay until it ends.
type Session struct {
	id     string
	spec   Spec
	faults *Faults
	term   *Terminal
	ctx    context.Context
	cancel context.CancelFunc
	begun  time.Time

	sending  sync.Mutex    // held by the one who sends output
	paceAt   time.Time     // guarded by sending: when the next read may happen
	readable chan struct{} // closed when the agent begins to read the program

	mu      sync.Mutex
	room    *sync.Cond // unacked has shrunk, or the session has ended
	out     unacked
	expect  int64
	early   map[int64]Frame
	rtt     estimate
	link    *link
	paused  time.Time // publication is paused until then
	started bool
	closed  bool // it is over; output may still be on its way
	timed   bool // ended by a time limit
	drain   *time.Timer
	reason  string
	endedAt time.Time
	input   time.Time // the last one
	hand    *handshake
	sec     *sealer
}

func newSession(id string, spec Spec, f *Faults) *Session {
	s := &Session{id: id, spec: spec, faults: f, readable: make(chan struct{}), early: map[int64]Frame{},
		begun: time.Now(), input: time.Now(), rtt: newEstimate()}
	if spec.handshakes() {
		s.hand = newHandshake()
	}
	s.room = sync.NewCond(&s.mu)
	s.term = newTerminal(s)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// ID is the session's id.
func (s *Session) ID() string { return s.id }

// output sends what the program wrote.
func (s *Session) output(kind Payload, p []byte) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	select {
	case <-s.readable:
	case <-s.ctx.Done():
		return io.ErrClosedPipe
	}
	sw := s.faults.Get()
	if sw.Silent {
		if s.ctx.Err() != nil {
			return io.ErrClosedPipe
		}
		return nil
	}
	if err := s.keepPace(sw.Pace, len(p)); err != nil {
		return err
	}
	s.mu.Lock()
	sec := s.sec
	s.mu.Unlock()
	if sec != nil && kind == PayloadOutput {
		var err error
		if p, err = sec.seal(p); err != nil {
			return err
		}
	} else {
		p = append([]byte(nil), p...)
	}
	return s.send(kind, p)
}

// keepPace waits so that not more than pace bytes a second are read.
func (s *Session) keepPace(pace, n int) error {
	if pace <= 0 {
		return nil
	}
	now := time.Now()
	if wait := s.paceAt.Sub(now); wait > 0 {
		select {
		case <-s.ctx.Done():
			return io.ErrClosedPipe
		case <-time.After(wait):
		}
	}
	if s.paceAt.Before(now) {
		s.paceAt = now
	}
	s.paceAt = s.paceAt.Add(time.Duration(n) * time.Second / time.Duration(pace))
	return nil
}

// send numbers a message, keeps it until it is acknowledged, and only then hands
// it to the connection: no acknowledgement can come before the message is kept.
func (s *Session) send(kind Payload, p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.out.len() >= window && !s.closed {
		s.room.Wait()
	}
	if s.closed {
		return io.ErrClosedPipe
	}
	f := Frame{Type: TypeOutput, Schema: 1, Created: time.Now(), Seq: s.out.next(), ID: NewID(), Kind: kind, Payload: p}
	if f.Seq == 0 {
		f.Flags = 1
	}
	raw := f.Append(make([]byte, 0, offPayload+len(p)))
	s.out.add(raw)
	s.push(item{raw: raw, seq: f.Seq})
	return nil
}

// push hands an item to the connection if there is one that takes output now.
func (s *Session) push(it item) {
	if s.link != nil && (it.sure || !time.Now().Before(s.paused)) {
		s.link.out.push(it)
	}
}

// pushAll sends again what is not acknowledged.
func (s *Session) pushAll() {
	s.out.each(func(seq int64, raw []byte) { s.push(item{raw: raw, seq: seq}) })
}

// sent notes when a message was written to the connection.
func (s *Session) sent(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.sent(seq, time.Now())
}

// resend sends the oldest unacknowledged message again when its time is over.
func (s *Session) resend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seq, raw, ok := s.out.overdue(time.Now(), s.rtt.timeout()); ok {
		s.push(item{raw: raw, seq: seq})
	}
}

// receive takes one message of the client.
func (s *Session) receive(raw []byte) {
	f, err := Parse(raw)
	if err != nil {
		return // a damaged message is as good as a lost one
	}
	switch f.Type {
	case TypeAck:
		if seq, ok := outputAck(f.Payload); ok {
			s.acknowledged(seq)
		}
	case TypeInput:
		s.takeInput(f)
	}
}

func (s *Session) acknowledged(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	took, once, ok := s.out.ack(seq, time.Now())
	if !ok {
		return
	}
	if once {
		s.rtt.sample(took)
	}
	s.room.Broadcast()
	if s.closed && s.out.len() == 0 {
		s.sayClosed()
	}
}

// takeInput delivers input in order, each message once, and acknowledges what it
// has taken or keeps.
func (s *Session) takeInput(f Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.paused) || s.closed {
		return
	}
	switch {
	case f.Seq < s.expect:
		if !s.faults.Get().AckOnce {
			s.ack(f)
		}
		return
	case f.Seq > s.expect:
		if len(s.early) < earlyLimit {
			f.Payload = append([]byte(nil), f.Payload...)
			s.early[f.Seq] = f
			s.ack(f)
		}
		return
	}
	if !s.accept(f) {
		return
	}
	s.ack(f)
	s.expect++
	for {
		next, ok := s.early[s.expect]
		if !ok || !s.accept(next) {
			return
		}
		delete(s.early, s.expect)
		s.expect++
	}
}

// accept gives one message its meaning; false is a program that does not read.
func (s *Session) accept(f Frame) bool {
	if s.hand != nil && !s.hand.done {
		s.hand.response(f) // anything else that comes before the end is lost, as at the real agent
		return true
	}
	switch f.Kind {
	case PayloadSize:
		var z Size
		if json.Unmarshal(f.Payload, &z) == nil {
			s.term.resize(z)
		}
	case PayloadFlag:
		if flagOf(f.Payload) == FlagTerminateSession {
			s.finish("", ended)
		}
	case PayloadOutput:
		p := f.Payload
		if s.sec != nil {
			var err error
			if p, err = s.sec.open(p); err != nil {
				return true // it cannot be read, now or later
			}
		}
		s.input = time.Now()
		return s.term.feed(p)
	}
	return true
}

func (s *Session) ack(f Frame) {
	b, err := json.Marshal(Ack{Type: f.Type, ID: f.ID.String(), Seq: f.Seq, Sequential: true})
	if err != nil {
		return // plain values
	}
	r := Frame{Type: TypeAck, Schema: 1, Created: time.Now(), Flags: 3, ID: NewID(), Payload: b}
	s.push(item{raw: r.Append(nil), ack: true, seq: -1})
}
