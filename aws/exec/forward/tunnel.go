package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/session-manager-plugin/src/message"
	"github.com/xtaci/smux"

	"ecsole/aws/exec/channel"
	"ecsole/aws/exec/manager"
)

// handshakeWithin is how long an agent has for the handshake of a port session.
const handshakeWithin = 30 * time.Second

var (
	errNoHandshake = errors.New("the agent does not begin the port session")
	errOldAgent    = errors.New("the agent is too old for many connections over one session (3.0.196.0 is needed)")
)

// tunnel is one port session: a data channel with many connections in it.
type tunnel struct {
	id   string
	ch   *channel.Channel
	mux  *smux.Session
	dx   *duplex
	dead chan struct{} // closed when the multiplexer has ended
}

// dig opens a tunnel in a session that was begun.
func dig(ctx context.Context, m *manager.Client, b manager.Begun, target string, note func(channel.Note), flag func(message.PayloadTypeFlag)) (*tunnel, error) {
	t := &tunnel{id: b.ID, dx: newDuplex(), dead: make(chan struct{})}
	opened := make(chan struct{})
	ch, err := m.Connect(ctx, b, func(context.Context) (string, error) { return target, nil }, channel.Config{
		Shakes: true, Note: note, Flag: flag,
		Output: func(p []byte) {
			<-opened
			t.dx.feed(p)
		},
	})
	if err != nil {
		return nil, err
	}
	t.ch = ch
	t.dx.to = ch
	close(opened)
	if err := t.start(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// start waits for the handshake and starts the multiplexer.
func (t *tunnel) start(ctx context.Context) error {
	late := time.NewTimer(handshakeWithin)
	defer late.Stop()
	select {
	case <-t.ch.Ready():
	case <-t.ch.Done():
		return t.why()
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errNoHandshake
	}
	agent := t.ch.Agent()
	if !manager.Multiplexes(agent) {
		return fmt.Errorf("%w, it is %s", errOldAgent, agent)
	}
	conf := smux.DefaultConfig()
	conf.KeepAliveDisabled = manager.Silent(agent)
	mux, err := smux.Client(t.dx, conf)
	if err != nil {
		return err
	}
	t.mux = mux
	go func() {
		_, _ = mux.AcceptStream() // the agent opens none: it returns at the end
		close(t.dead)
	}()
	return nil
}

// why is how the channel ended.
func (t *tunnel) why() error {
	switch r := t.ch.Result(); {
	case r.Err != nil:
		return errors.New(manager.Reason(r.Err))
	case r.Text != "":
		return errors.New(r.Text)
	}
	return errors.New("the service ended the port session")
}

// close ends the tunnel from this side, with a word to the agent.
func (t *tunnel) close() {
	if t.mux != nil {
		_ = t.mux.Close() // what it carried is cut off, as is meant
		<-t.dead
	}
	_ = t.ch.SendFlag(message.TerminateSession) // the service is told as well
	_ = t.dx.Close()                            // it cannot fail
	t.ch.Close()
}

// duplex is the data channel as the connection below the multiplexer.
type duplex struct {
	to io.Writer

	mu    sync.Mutex
	moved *sync.Cond
	buf   []byte
	ended bool
}

// duplexLimit bounds what the multiplexer has not read yet.
const duplexLimit = 4 << 20

func newDuplex() *duplex {
	d := &duplex{}
	d.moved = sync.NewCond(&d.mu)
	return d
}

func (d *duplex) feed(p []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.buf) > duplexLimit && !d.ended {
		d.moved.Wait()
	}
	d.buf = append(d.buf, p...)
	d.moved.Broadcast()
}

func (d *duplex) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.buf) == 0 {
		if d.ended {
			return 0, io.EOF
		}
		d.moved.Wait()
	}
	n := copy(p, d.buf)
	if d.buf = d.buf[n:]; len(d.buf) == 0 {
		d.buf = nil
	}
	d.moved.Broadcast()
	return n, nil
}

func (d *duplex) Write(p []byte) (int, error) { return d.to.Write(p) }

func (d *duplex) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	d.moved.Broadcast()
	return nil
}
