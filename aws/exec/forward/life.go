package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/session-manager-plugin/src/message"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec/channel"
)

// State of a forward.
type State int

const (
	Ready        State = iota // its session is open
	Reconnecting              // the connection of its session is lost and tried again
	Asleep                    // its session was ended; the next connection opens another
	Moving                    // its task has gone, and another one is looked for
	Broken                    // it carries nothing until Renew
	Closed
)

func (s State) String() string {
	return [...]string{"ready", "reconnecting", "asleep", "moving", "broken", "closed"}[s]
}

const (
	askWithin   = 20 * time.Second
	openWithin  = 60 * time.Second
	moveFirst   = 2 * time.Second
	moveLongest = 30 * time.Second
	moveAtMost  = 15 * time.Minute
	// lingerFor is how long the far side may go on after the near side has said its
	// last word: smux cannot pass that on.
	lingerFor = 10 * time.Second
)

// Errors of forwards.
var (
	ErrClosed   = errors.New("the forward is closed")
	ErrTaskGone = errors.New("the task has gone")
)

// Forward is one forwarded port. Its methods may be called from any goroutine.
type Forward struct {
	owner  *Forwards
	l      net.Listener
	begun  time.Time
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	wg     sync.WaitGroup
	once   sync.Once

	open, total atomic.Int64
	in, out     atomic.Int64

	opening sync.Mutex // one tunnel is dug at a time

	mu      sync.Mutex
	request Request
	state   State
	tun     *tunnel
	last    error
	lastAt  time.Time
	session string
}

func newForward(s *Forwards, r Request, l net.Listener) *Forward {
	f := &Forward{owner: s, l: l, request: r, state: Asleep, begun: time.Now(), done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancel(s.ctx)
	return f
}

// Request is what is forwarded, with the task that it goes to now.
func (f *Forward) Request() Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.request
}

// Address is where connections are taken: "127.0.0.1:8080".
func (f *Forward) Address() string { return f.l.Addr().String() }

// Far is where they go: "localhost:5432".
func (f *Forward) Far() string { return f.Request().far() }

// Target names the container that it goes to now.
func (f *Forward) Target() string { return f.Request().Target() }

// Begun is when it was opened.
func (f *Forward) Begun() time.Time { return f.begun }

// State is how it is now.
func (f *Forward) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// LastError is when something went wrong last, and what; nil where nothing did. It may quote
// the remote.
func (f *Forward) LastError() (time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lastAt, f.last
}

// Connections are those that are open now, and all so far.
func (f *Forward) Connections() (open, total int) { return int(f.open.Load()), int(f.total.Load()) }

// Traffic is how many bytes went to the far side, and came from it.
func (f *Forward) Traffic() (to, from int64) { return f.in.Load(), f.out.Load() }

// Done is closed when the forward was closed.
func (f *Forward) Done() <-chan struct{} { return f.done }

func (f *Forward) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.lastAt = err, time.Now()
}

func (f *Forward) turn(to State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state != Closed {
		f.state = to
	}
}

// note hears of the session's connection.
func (f *Forward) note(n channel.Note) {
	switch n.Kind {
	case channel.Lost:
		f.turn(Reconnecting)
	case channel.Back:
		f.turn(Ready)
	case channel.Message:
		if n.Err != nil {
			f.fail(n.Err)
		}
	}
}

// flag hears of connections that the agent could not make.
func (f *Forward) flag(v message.PayloadTypeFlag) {
	if v == message.ConnectToPortError {
		f.fail(fmt.Errorf("nothing answers at %s, seen from the container", f.Far()))
	}
}

// tunnel gives the open tunnel, or opens one.
func (f *Forward) tunnel(ctx context.Context) (*tunnel, error) {
	f.opening.Lock()
	defer f.opening.Unlock()
	f.mu.Lock()
	t, state, r := f.tun, f.state, f.request
	f.mu.Unlock()
	switch {
	case t != nil:
		return t, nil
	case state == Closed:
		return nil, ErrClosed
	}
	b, err := f.owner.begin(aws.Foreground(ctx), r, f.Address())
	if err != nil {
		return nil, err
	}
	t, err = dig(ctx, f.owner.ssm, b, r.target(), f.note, f.flag)
	if err != nil {
		return nil, errors.Join(err, f.owner.ssm.Terminate(ctx, b.ID))
	}
	f.mu.Lock()
	if f.state == Closed {
		f.mu.Unlock()
		t.close()
		return nil, ErrClosed
	}
	f.tun, f.state, f.session = t, Ready, b.ID
	f.wg.Add(1)
	f.mu.Unlock()
	go f.watch(t)
	return t, nil
}

// watch waits for the end of a tunnel and decides what comes next.
func (f *Forward) watch(t *tunnel) {
	defer f.wg.Done()
	select {
	case <-t.ch.Done():
	case <-t.dead:
	case <-f.ctx.Done():
	}
	gone := f.ctx.Err() == nil
	t.close()
	f.mu.Lock()
	f.tun = nil
	f.mu.Unlock()
	if !gone {
		return
	}
	f.fail(t.why())
	f.settle()
}

// settle decides what comes after a session, or after one that could not be had: the
// next connection opens another, or the forward moves with its service, or it waits
// for Renew.
func (f *Forward) settle() {
	ctx, cancel := context.WithTimeout(f.ctx, askWithin)
	defer cancel()
	runs, err := f.owner.running(ctx, f.Request())
	switch {
	case err != nil || runs:
		f.part(Asleep)
	case !f.Request().Follow:
		if f.part(Broken) {
			f.fail(ErrTaskGone)
		}
	case f.part(Moving):
		f.move()
	}
}

// part turns a forward without a tunnel to another state, and reports whether it was
// not there already: of many connections that fail, one moves the forward.
func (f *Forward) part(to State) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tun != nil || f.state == Closed || f.state == Moving || f.state == to {
		return false
	}
	f.state = to
	return true
}

// move looks for another task until one is found, for a while.
func (f *Forward) move() {
	wait := moveFirst
	for from := time.Now(); f.ctx.Err() == nil; {
		err := f.Renew(f.ctx)
		if err == nil {
			return
		}
		f.fail(err)
		if time.Since(from) > moveAtMost {
			f.turn(Broken)
			return
		}
		select {
		case <-f.ctx.Done():
		case <-time.After(wait):
			wait = min(wait*2, moveLongest)
		}
	}
}

// Renew takes the forward to another task of its service, if the present one has
// gone, and opens its session.
func (f *Forward) Renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	r := f.Request()
	runs, err := f.owner.running(ctx, r)
	if err != nil {
		return err
	}
	if !runs {
		if r, err = f.owner.successor(ctx, r); err != nil {
			return err
		}
		f.mu.Lock()
		f.request = r
		f.mu.Unlock()
	}
	_, err = f.tunnel(ctx)
	return err
}

// accept takes connections until the forward is closed.
func (f *Forward) accept() {
	for {
		conn, err := f.l.Accept()
		if err != nil {
			if f.ctx.Err() == nil {
				f.fail(fmt.Errorf("listen: %w", err))
				f.turn(Broken)
			}
			return
		}
		f.mu.Lock()
		closed := f.state == Closed
		if !closed { // Close waits for those that began before
			f.wg.Go(func() { f.carry(conn) })
		}
		f.mu.Unlock()
		if closed {
			_ = conn.Close() // nobody carries it
			return
		}
	}
}

// carry takes one connection to the far side.
func (f *Forward) carry(conn net.Conn) {
	defer conn.Close()
	f.open.Add(1)
	f.total.Add(1)
	defer f.open.Add(-1)
	if s := f.State(); s == Moving || s == Broken {
		return // refused as a port is on which nobody listens
	}
	ctx, cancel := context.WithTimeout(f.ctx, openWithin)
	defer cancel()
	t, err := f.tunnel(ctx)
	if err != nil {
		f.fail(err)
		_ = conn.Close() // whoever waits there waits for nothing
		f.settle()
		return
	}
	stream, err := t.mux.OpenStream()
	if err != nil {
		f.fail(err)
		return
	}
	defer stream.Close()
	defer context.AfterFunc(f.ctx, func() { conn.Close(); stream.Close() })()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(stream, counting{conn, &f.in}) // either side may leave at any time
		linger := time.AfterFunc(lingerFor, func() { stream.Close() })
		<-stream.GetDieCh()
		linger.Stop()
	})
	_, _ = io.Copy(conn, counting{stream, &f.out})
	stream.Close()
	conn.Close()
	wg.Wait()
}

// counting counts what is read.
type counting struct {
	io.Reader
	n *atomic.Int64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Close ends the forward, its connections and its session.
func (f *Forward) Close(ctx context.Context) {
	f.once.Do(func() {
		f.mu.Lock()
		f.state = Closed
		session, r := f.session, f.request
		f.mu.Unlock()
		f.cancel()
		_ = f.l.Close() // it ends accept
		f.wg.Wait()
		defer close(f.done)
		if session == "" { // it never was: the call that failed is in the journal
			return
		}
		rec := audit.Record{Action: ActionClose, Target: r.Task + "/" + r.Container, Before: session, Reason: r.Reason, Result: audit.ResultOK}
		to, from := f.Traffic()
		_, total := f.Connections()
		rec.After = fmt.Sprintf("%s → %s after %s, %d connections, %d bytes to it, %d bytes from it", f.Address(), r.far(),
			time.Since(f.begun).Round(time.Second), total, to, from)
		rec.Bytes = from
		if err := f.owner.ssm.Terminate(ctx, session); err != nil {
			rec.Result, rec.Error = audit.ResultFailed, err.Error()
		}
		_ = f.owner.account.Journal().Note(rec) // nobody is left to be told
		f.owner.forget(f)
	})
	<-f.done
}
