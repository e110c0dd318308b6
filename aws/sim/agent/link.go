package agent

import (
	"encoding/json"
	"sync"
	"time"
)

// Conn is a WebSocket connection, as *websocket.Conn of gorilla/websocket is one:
// one reader and one writer at a time.
type Conn interface {
	ReadMessage() (kind int, data []byte, err error)
	WriteMessage(kind int, data []byte) error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	Close() error
}

// Kinds of WebSocket messages (RFC 6455).
const (
	wsText   = 1
	wsBinary = 2
	wsClose  = 8
	wsPong   = 10
)

const (
	openWithin  = 30 * time.Second // the opening frame
	writeWithin = 30 * time.Second // one message
	lingerFor   = 3 * time.Second  // after channel_closed, for the client to hang up
)

// link is one connection of a session.
type link struct {
	s      *Session
	conn   Conn
	out    *line
	in     *line
	opened time.Time
	told   bool // channel_closed was sent; guarded by the session's mu
	once   sync.Once
	linger chan struct{} // closed when the client has had channel_closed
}

func newLink(s *Session, c Conn) *link {
	l := &link{s: s, conn: c, opened: time.Now(), linger: make(chan struct{})}
	l.out = newLine(s.faults, func(w Switches) Way { return w.Out }, l.write)
	l.out.note = func(it item) { s.sent(it.seq) }
	if f, ok := c.(flusher); ok {
		l.out.flush = f.Flush
	}
	l.in = newLine(s.faults, func(w Switches) Way { return w.In }, func(it item) error {
		if !l.asleep() {
			s.receive(it.raw)
		}
		return nil
	})
	return l
}

// asleep says whether nothing passes any more.
func (l *link) asleep() bool { return l.s.faults.Get().asleep(time.Since(l.opened)) }

// pinged is what a connection that hears pings is given to decide on them: one that
// is asleep does not answer.
type pinged interface {
	SetPingHandler(func(data string) error)
	WriteControl(kind int, data []byte, deadline time.Time) error
}

// answerPings answers the client's pings, unless the connection is asleep.
func (l *link) answerPings() {
	c, ok := l.conn.(pinged)
	if !ok {
		return
	}
	c.SetPingHandler(func(data string) error {
		if !l.asleep() {
			_ = c.WriteControl(wsPong, []byte(data), time.Now().Add(writeWithin)) // a connection that is gone is noticed by its reader
		}
		return nil
	})
}

func (l *link) write(it item) error {
	if l.asleep() {
		return nil
	}
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	err := l.conn.WriteMessage(wsBinary, it.raw)
	if it.last {
		close(l.linger)
	}
	return err
}

// cut breaks the connection without a word.
func (l *link) cut() {
	l.once.Do(func() {
		l.out.close()
		l.in.close()
		l.conn.Close()
	})
}

// serve carries messages until the connection ends. Its goroutines end with it.
func (l *link) serve() {
	l.answerPings()
	var wg sync.WaitGroup
	for _, f := range []func(){
		func() { _ = l.out.run(); l.cut() }, // a failed write has ended the connection
		func() { _ = l.in.run() },
		l.tick,
	} {
		wg.Go(f)
	}
	for {
		kind, raw, err := l.conn.ReadMessage()
		if err != nil {
			break
		}
		if kind == wsBinary {
			l.in.push(item{raw: raw, ack: isAck(raw)})
		}
	}
	l.cut()
	l.s.detach(l)
	wg.Wait()
}

// tick sends again what is overdue, and cuts or pauses the connection when the
// switches say.
func (l *link) tick() {
	t := time.NewTicker(resendEvery)
	defer t.Stop()
	paused := l.opened
	var over <-chan time.Time
	linger := l.linger
	for {
		changed := l.s.faults.watch()
		sw := l.s.faults.Get()
		var cut, pause <-chan time.Time
		if sw.CutAfter > 0 {
			cut = time.After(sw.CutAfter - time.Since(l.opened))
		}
		if sw.PauseEvery > 0 {
			pause = time.After(sw.PauseEvery - time.Since(paused))
		}
		select {
		case <-l.out.closed:
			return
		case <-changed:
		case <-cut:
			l.cut()
			return
		case <-linger:
			linger, over = nil, time.After(lingerFor)
		case <-over:
			l.cut()
			return
		case <-pause:
			paused = time.Now()
			l.s.pause(sw.PauseFor)
		case <-t.C:
			l.s.resend()
		}
	}
}

func isAck(raw []byte) bool {
	return len(raw) > offType+len(TypeAck) && string(raw[offType:offType+len(TypeAck)]) == TypeAck
}

// opening reads the first message of a connection: a text with the token.
func opening(c Conn) (Opening, bool) {
	var o Opening
	if c.SetReadDeadline(time.Now().Add(openWithin)) != nil {
		return o, false
	}
	kind, raw, err := c.ReadMessage()
	if err != nil || kind != wsText || json.Unmarshal(raw, &o) != nil {
		return o, false
	}
	return o, c.SetReadDeadline(time.Time{}) == nil
}
