package agent

import (
	"encoding/json"
	"strconv"
	"time"
)

// attach gives the session a connection in place of the one before, and the client
// what it has missed. The first one starts the program.
func (s *Session) attach(l *link) (start bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil {
		s.link.cut()
	}
	s.link = l
	s.push(item{raw: publication(TypeStart), sure: true, seq: -1})
	s.pushAll()
	if s.closed {
		s.sayClosedAfter()
	}
	start = !s.started && !s.closed
	s.started = true
	return start
}

func (s *Session) detach(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l {
		return
	}
	s.link = nil
	if s.drain != nil {
		s.drain.Stop() // it knows the link, and with it all of its room
		s.drain = nil
	}
}

// run is the session's own goroutine: the handshake, then the program.
func (s *Session) run() {
	if s.spec.handshakes() {
		if reason, ok := s.shake(); !ok {
			s.end(reason, ended)
			return
		}
	}
	select {
	case <-time.After(s.faults.Get().firstRead()):
	case <-s.ctx.Done():
	}
	close(s.readable)
	reason := ""
	if s.spec.Program != nil {
		reason = s.spec.Program.Run(s.ctx, s.term)
	}
	s.end(reason, over)
}

// watch ends the session at its limits, and tells of its end.
func (s *Session) watch() {
	s.untilEnd()
	<-s.ctx.Done()
	if s.spec.OnEnd != nil {
		s.mu.Lock()
		reason := s.reason
		s.mu.Unlock()
		s.spec.OnEnd(reason)
	}
}

func (s *Session) untilEnd() {
	for {
		changed := s.faults.watch()
		wait, reason, how := s.limit(s.faults.Get())
		if how != over {
			s.end(reason, how)
			return
		}
		var due <-chan time.Time
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-s.ctx.Done():
			return
		case <-s.spec.Done:
			reason := ""
			if s.spec.Why != nil {
				reason = s.spec.Why()
			}
			s.end(reason, ended)
			return
		case <-changed:
		case <-due:
		}
	}
}

// limit is the time that is left, 0 without limits; where none is left, it says why
// and how the session ends.
func (s *Session) limit(sw Switches) (left time.Duration, reason string, how ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range []struct {
		limit  time.Duration
		since  time.Time
		reason string
		how    ending
	}{
		{sw.idle(), s.input, ReasonIdle, timedOut},
		{sw.MaxAge, s.begun, ReasonAge, timedOut},
		{sw.CloseAfter, s.begun, sw.CloseText, ended},
	} {
		if l.limit <= 0 {
			continue
		}
		rest := l.limit - time.Since(l.since)
		if rest <= 0 {
			return 0, l.reason, l.how
		}
		if left == 0 || rest < left {
			left = rest
		}
	}
	return left, "", over
}

// ending is how a session ends.
type ending int

const (
	over     ending = iota // the program is over: the client gets all of its output first
	ended                  // by a party: at once
	timedOut               // by a limit: at once, and it cannot be resumed
)

func (s *Session) end(reason string, how ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(reason, how)
}

// finish ends the session and tells the client. mu is held.
func (s *Session) finish(reason string, how ending) {
	if s.closed {
		return
	}
	s.closed, s.timed = true, how == timedOut
	s.reason, s.endedAt = reason, time.Now()
	if how != over {
		s.out = unacked{first: s.out.next()}
	}
	s.sayClosedAfter()
	s.room.Broadcast()
	s.term.end()
	s.cancel()
}

// sayClosedAfter tells the client of the end when it has all output, or after a
// while. mu is held.
func (s *Session) sayClosedAfter() {
	if s.out.len() == 0 {
		s.sayClosed()
		return
	}
	to := s.link
	if s.drain != nil {
		s.drain.Stop()
	}
	s.drain = time.AfterFunc(drainFor, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.link == to {
			s.sayClosed()
		}
	})
}

// sayClosed sends channel_closed, once for each connection. mu is held.
func (s *Session) sayClosed() {
	if s.link == nil || s.link.told {
		return
	}
	s.link.told = true
	id := NewID()
	b, err := json.Marshal(Closed{MessageID: id.String(), CreatedDate: strconv.FormatInt(time.Now().UnixMilli(), 10),
		DestinationID: s.spec.Target, SessionID: s.id, MessageType: TypeClosed, SchemaVersion: 1, Output: s.reason})
	if err != nil {
		return // plain values
	}
	raw := Frame{Type: TypeClosed, Schema: 1, Created: time.Now(), ID: id, Payload: b}.Append(nil)
	s.push(item{raw: raw, sure: true, last: true, seq: -1})
}

// fate says whether the session has ended, by a limit or otherwise.
func (s *Session) fate() (ended, timed bool, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed, s.timed, s.endedAt
}

// pause stops publication for a while: the client is told, its input is lost, and
// output waits.
func (s *Session) pause(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := time.Now().Add(d)
	if until.Before(s.paused) {
		return
	}
	s.paused = until
	s.push(item{raw: publication(TypePause), sure: true, seq: -1})
	time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if time.Now().Before(s.paused) {
			return // another pause began
		}
		s.push(item{raw: publication(TypeStart), sure: true, seq: -1})
		s.pushAll()
	})
}

func publication(kind string) []byte {
	return Frame{Type: kind, Schema: 1, Created: time.Now(), ID: NewID()}.Append(nil)
}
