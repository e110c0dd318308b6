package channel

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/aws/session-manager-plugin/src/message"
	"github.com/aws/session-manager-plugin/src/version"
	"github.com/gorilla/websocket"
)

const (
	pingEvery  = time.Minute
	pongWithin = 20 * time.Second // where pings were answered before
	// silence is how long nothing at all may come while something has to be
	// acknowledged.
	silence = 15 * time.Second
	// lookAround is how often a connection without traffic is looked after.
	lookAround = 5 * time.Second
	// asleep is the jump of the wall clock against the running time that tells of a
	// suspended machine.
	asleep    = 10 * time.Second
	batchSize = 64
	// ackWithin is how long acknowledgements wait for more of them. An agent sends again
	// what is not acknowledged within 100 ms and the time there and back.
	ackWithin = 20 * time.Millisecond
	// acksAtMost is more than the 10,000 messages that an agent sends ahead. One that
	// is dropped is asked for again only by the agent's own clock, one message in
	// 100 ms: output would crawl.
	acksAtMost = 1 << 15
)

var (
	errSilent = errors.New("the connection is silent")
	errSlept  = errors.New("this machine was asleep")
)

// link is one connection of a channel.
type link struct {
	c      *Channel
	conn   *Conn
	ctx    context.Context
	cancel context.CancelCauseFunc
	opened time.Time
	heard  atomic.Int64 // of the last message or pong, in nanoseconds after opened
	ponged atomic.Bool
	frames atomic.Int64
}

// opening is the first message of a connection.
type opening struct {
	Schema    string `json:"MessageSchemaVersion"`
	RequestID string `json:"RequestId"`
	Token     string `json:"TokenValue"`
	ClientID  string `json:"ClientId"`
	Version   string `json:"ClientVersion"`
}

// connect dials, says who we are, and puts the link in place.
func (c *Channel) connect(ctx context.Context, url, token string) (*link, error) {
	conn, err := c.cfg.Dial(ctx, url)
	if err != nil {
		return nil, err
	}
	hello, err := json.Marshal(opening{"1.0", string(appendID(nil, newID())), token, c.cfg.Client, version.Version})
	if err == nil {
		err = conn.begin(time.Now())
	}
	if err == nil {
		err = conn.write(websocket.TextMessage, hello)
	}
	if err == nil {
		err = conn.flush()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	l := &link{c: c, conn: conn, opened: time.Now()}
	l.ctx, l.cancel = context.WithCancelCause(c.ctx)
	conn.onPong(func() { l.ponged.Store(true); l.hear() })
	c.mu.Lock()
	c.out.renew()
	c.acks, c.paused = acks{}, false
	c.mu.Unlock()
	return l, nil
}

func (l *link) hear() { l.heard.Store(int64(time.Since(l.opened))) }

func (l *link) silentFor(now time.Time) time.Duration {
	return now.Sub(l.opened) - time.Duration(l.heard.Load())
}

// serve carries messages until the connection ends, and says why.
func (l *link) serve() error {
	defer context.AfterFunc(l.ctx, func() { _ = l.conn.Close() })()
	l.c.wg.Go(func() { l.cancel(l.write()) })
	err := l.read()
	l.cancel(err)
	_ = l.conn.Close() // it is over
	return context.Cause(l.ctx)
}

func (l *link) read() error {
	for {
		kind, raw, err := l.conn.read()
		if err != nil {
			return err
		}
		l.hear()
		l.frames.Add(1)
		if kind != websocket.BinaryMessage {
			continue
		}
		if f, err := parse(raw); err == nil { // a damaged message is as good as a lost one
			l.c.receive(f)
		}
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
	}
}

// write sends what is to be sent, and looks after the connection.
func (l *link) write() error {
	w := watch{mono: l.opened, wall: l.opened.Round(0), pinged: l.opened}
	var batch [][]byte
	var acks []byte
	for {
		var again time.Time
		var err error
		now := time.Now()
		if batch, acks, again, err = l.c.batch(now, batch[:0], acks[:0]); err != nil {
			l.c.finish(Result{Err: err})
			return err
		}
		if len(batch) > 0 {
			if err := l.conn.begin(now); err != nil {
				return err
			}
		}
		for _, raw := range batch {
			if err := l.conn.write(websocket.BinaryMessage, raw); err != nil {
				return err
			}
		}
		if err := l.conn.flush(); err != nil {
			return err
		}
		if len(batch) == batchSize {
			continue
		}
		if again.IsZero() || again.Sub(now) > lookAround {
			again = now.Add(lookAround)
		}
		timer := time.NewTimer(time.Until(again))
		select {
		case <-l.ctx.Done():
			timer.Stop()
			return l.ctx.Err()
		case ping := <-l.conn.pong:
			err = l.conn.answer(ping)
		case <-l.c.wake:
		case <-timer.C:
			err = l.look(&w, time.Now())
		}
		timer.Stop()
		if err != nil {
			return err
		}
	}
}

// watch is what the writer remembers for looking after its connection.
type watch struct {
	mono, wall time.Time // of the last look
	pinged     time.Time
	probing    bool // an answer is urgent
}

// look keeps the connection alive and finds out when it is dead.
func (l *link) look(w *watch, now time.Time) error {
	slept := now.Round(0).Sub(w.wall)-now.Sub(w.mono) > asleep
	w.mono, w.wall = now, now.Round(0)
	since := now.Sub(w.pinged)
	quiet := l.silentFor(now)
	switch {
	case slept:
		// The far side has given the connection up, most likely; asking it would take
		// as long as connecting anew.
		return errSlept
	case w.probing && quiet > since && since > pongWithin && !l.c.holding():
		return errSilent
	case l.c.stuck(now, l.opened) && quiet > silence:
		return errSilent
	case since >= pingEvery:
		w.pinged, w.probing = now, l.ponged.Load()
		return l.conn.ping()
	}
	return nil
}

// holding says that nothing is read since the output is not taken.
func (c *Channel) holding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.blocked
}

// stuck says that input has been waiting for its acknowledgement for long.
func (c *Channel) stuck(now, opened time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked || c.paused || len(c.out.msgs) == 0 {
		return false
	}
	born := c.out.msgs[0].born
	if born.Before(opened) {
		born = opened
	}
	return now.Sub(born) > silence
}

// batch collects what is to be sent now, and says when to look again at the latest.
// The acknowledgements among it are written to acks.
func (c *Channel) batch(now time.Time, batch [][]byte, acks []byte) (_ [][]byte, _ []byte, again time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.acks.take(batchSize) {
		start := len(acks)
		acks = a.append(acks, now)
		batch = append(batch, acks[start:])
	}
	if c.paused {
		return batch, acks, time.Time{}, nil
	}
	if !c.blocked {
		batch, again = c.out.overdue(now, batch, batchSize)
	}
	waiting := c.out.pending
	for len(batch) < batchSize {
		kind, body, raw, err := c.out.next(now, c.shaking)
		if err != nil {
			return batch, acks, again, err
		}
		if raw == nil {
			break
		}
		if kind == message.Output && !c.settled && !c.shaking && len(c.early)+len(body) <= earlyLimit {
			c.early = append(c.early, body...)
		}
		batch = append(batch, raw)
		again = now.Add(lookEvery)
	}
	if c.out.pending < waiting {
		c.changed.Broadcast()
	}
	return batch, acks, again, nil
}

// receive takes one message of the remote.
func (c *Channel) receive(f frame) {
	switch f.kind {
	case message.AcknowledgeMessage:
		var a message.AcknowledgeContent
		if json.Unmarshal(f.body, &a) != nil || a.MessageType != message.InputStreamMessage {
			return
		}
		c.mu.Lock()
		full := len(c.out.msgs) >= window
		c.out.ack(a.SequenceNumber, time.Now())
		c.resume()
		c.mu.Unlock()
		if full {
			c.poke()
		}
	case message.OutputStreamMessage:
		c.takeOutput(f)
	case message.ChannelClosedMessage:
		var closed message.ChannelClosed
		_ = json.Unmarshal(f.body, &closed) // it is over, with or without a text
		c.finish(Result{Text: closed.Output, Remote: true})
	case message.PausePublicationMessage:
		c.mu.Lock()
		was := c.paused
		c.paused = true
		c.mu.Unlock()
		if !was {
			c.cfg.Note(Note{Kind: Paused})
		}
	case message.StartPublicationMessage:
		c.mu.Lock()
		c.resume()
		c.mu.Unlock()
	}
}

// pokeForAcks lets acknowledgements go soon, together; mu is held. What they
// acknowledge is what the user waits for: it comes first. Where something was lost or
// came out of turn the agent waits for them, and they go at once.
func (c *Channel) pokeForAcks(inTurn bool) {
	switch n := c.acks.len(); {
	case !inTurn, n == batchSize:
		c.poke()
	case n == 1:
		c.ackTimer.Reset(ackWithin)
	}
}

// resume ends a pause; mu is held. Messages that the remote sends show that it is
// over, also where the word for it was lost.
func (c *Channel) resume() {
	if !c.paused {
		return
	}
	c.paused = false
	c.out.renew()
	c.poke()
	c.cfg.Note(Note{Kind: Continued})
}

func (c *Channel) takeOutput(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resume()
	ready, acknowledge := c.in.take(f, c.ready[:0])
	c.ready = ready
	if acknowledge && c.acks.len() < acksAtMost {
		c.acks.put(ack{f.kind, f.id, f.seq})
		c.pokeForAcks(len(ready) == 1)
	}
	for _, p := range ready {
		c.hand(p)
	}
	clear(ready)
	if len(ready) > 0 {
		c.changed.Broadcast()
	}
	for c.bytes > deliverLimit && !c.over {
		c.blocked = true
		c.changed.Wait()
	}
	c.blocked = false
}

// Room for output that is handed out in one piece: little at first, then much at once.
const (
	leastPiece = 4 << 10
	mostPiece  = 64 << 10
)

// partSize is what a part takes beside its body, in bytes, about.
const partSize = 64

// hand queues a part for the goroutine that hands out; mu is held. Plain output
// joins what waits already. What counts is the memory taken: an agent may send no end of
// messages that hold next to nothing.
func (c *Channel) hand(p part) {
	least := 0
	if p.kind == message.Output && c.plain() {
		least = leastPiece
		if n := len(c.deliver); n > 0 && c.deliver[n-1].kind == p.kind {
			last := &c.deliver[n-1].body
			switch size := len(*last) + len(p.body); {
			case size <= cap(*last):
				*last = append(*last, p.body...)
				return
			case size <= mostPiece:
				c.bytes += mostPiece - cap(*last)
				*last = append(append(make([]byte, 0, mostPiece), *last...), p.body...)
				return
			}
		}
	}
	body := append(make([]byte, 0, max(len(p.body), least)), p.body...)
	c.bytes += partSize + cap(body)
	c.deliver = append(c.deliver, part{p.kind, body})
}

// plain says that the bytes of consecutive messages belong together; mu is held.
// Encrypted ones are opened one by one.
func (c *Channel) plain() bool { return c.sealer == nil && !c.shaking }
