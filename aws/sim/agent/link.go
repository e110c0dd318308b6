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
}

func newLink(s *Session, c Conn) *link {
	l := &link{s: s, conn: c, opened: time.Now()}
	l.out = newLine(s.faults, func(w Switches) Way { return w.Out }, l.write)
	l.out.note = func(it item) { s.sent(it.seq) }
	l.in = newLine(s.faults, func(w Switches) Way { return w.In }, func(it item) error { s.receive(it.raw); return nil })
	return l
}

func (l *link) write(it item) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	err := l.conn.WriteMessage(wsBinary, it.raw)
	if it.last {
		time.AfterFunc(lingerFor, l.cut)
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

// tick sends again what is overdue, and cuts the connection when the switch says.
func (l *link) tick() {
	t := time.NewTicker(resendEvery)
	defer t.Stop()
	for {
		changed := l.s.faults.watch()
		var cut <-chan time.Time
		if after := l.s.faults.Get().CutAfter; after > 0 {
			cut = time.After(after - time.Since(l.opened))
		}
		select {
		case <-l.out.closed:
			return
		case <-changed:
		case <-cut:
			l.cut()
			return
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
