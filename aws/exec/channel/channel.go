// Package channel is the client's side of an SSM data channel: numbered messages
// both ways over a WebSocket that may break, in order and each once.
//
// Of session-manager-plugin it uses the wire format (package message) and the
// encryption. Its datachannel package is not used, since a session that must survive
// anything cannot be built on it (as of 2026-04-01): a handshake message that arrives
// ahead of its turn is handed out as text, a line feed that is typed alone becomes a
// carriage return, a lost acknowledgement is never repeated, input beyond 10,000
// messages pushes out what was not acknowledged yet, KMS is called with whatever
// credentials the environment holds, and messages are printed.
package channel

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/aws/session-manager-plugin/src/message"
)

// Config says what to connect to and who hears of what.
type Config struct {
	// URL and Token are the session's stream as ExecuteCommand or StartSession gave
	// them. A token is good for one connection.
	URL, Token string
	// Client is our id, a UUID; "" makes one.
	Client string
	// Dial opens a WebSocket to the URL.
	Dial func(ctx context.Context, url string) (*Conn, error)
	// Resume asks for a new token; url may be "" for the same as before. An empty
	// token says that the session is over.
	Resume func(ctx context.Context) (url, token string, err error)
	// Final tells errors of Dial and Resume after which trying again is useless.
	Final func(error) bool
	// Sealer makes the encryption of a session by a data key of a KMS key.
	Sealer func(ctx context.Context, key string) (Sealer, error)
	// Shakes says that the agent begins with a handshake, as it does on port
	// sessions; nothing is sent before its end. Others send from the start.
	Shakes bool
	// Output gets what the remote writes, in order and from one goroutine. While it
	// blocks, the remote is held up. The bytes are its own.
	Output func([]byte)
	// Flag gets the flags of port sessions, Error what the remote writes as errors;
	// nil drops them.
	Flag func(message.PayloadTypeFlag)
	// Note hears of what happens to the connection. It must not block.
	Note func(Note)
	// GiveUp is how long a broken connection is tried again; 0 is 20 minutes, the
	// time after which the service ends a session without input.
	GiveUp time.Duration
}

// Sealer encrypts input and decrypts output of a session.
type Sealer interface {
	Seal([]byte) ([]byte, error)
	Open([]byte) ([]byte, error)
	// DataKey is the encrypted data key, for the agent.
	DataKey() []byte
}

// Note is something that happened to the connection.
type Note struct {
	Kind NoteKind
	Text string // of the service or the agent; foreign
	Err  error
}

// NoteKind sorts notes.
type NoteKind int

const (
	Lost      NoteKind = iota // the connection is gone and will be tried again
	Back                      // it is there again
	Paused                    // the service takes no input for now
	Continued                 // it does again
	Message                   // the agent says Text
)

// Errors with which a channel ends.
var (
	ErrOver    = errors.New("the session is over: the service has no token for it any more")
	ErrRefused = errors.New("the service refused the session's token")
	ErrLost    = errors.New("the connection is lost")
	ErrClosed  = errors.New("the session was closed here")
	ErrKind    = errors.New("the agent asks for something that this client does not know")
)

// deliverLimit bounds output that Output has not taken yet. Beyond it nothing is read
// from the network.
const deliverLimit = 4 << 20

// Channel is one session's channel. Its methods may be called from any goroutine.
type Channel struct {
	cfg    Config
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	wake   chan struct{} // capacity 1: there is something to send

	mu      sync.Mutex
	changed *sync.Cond // room in the outbox or in the output, or the end
	out     outbox
	in      inbox
	acks    acks
	// ackTimer lets those that wait be sent.
	ackTimer *time.Timer
	paused   bool
	shaking  bool // input waits for the handshake's end
	shook    bool
	settled  bool   // a handshake can not come any more
	early    []byte // input sent before it was known whether there is a handshake
	size     []byte
	ready    []part // scratch of who receives
	deliver  []part
	bytes    int // in deliver
	blocked  bool
	sealer   Sealer
	agent    string
	over     bool
	result   Result
	greeted  chan struct{}
	done     chan struct{}
}

// Result is how a channel ended.
type Result struct {
	Text   string // of channel_closed; foreign
	Remote bool   // the remote closed it
	Err    error  // nil when the remote closed it
}

// Open connects. The channel lives until the remote ends it, Close is called, or ctx
// ends; opening gives up when dial ends.
func Open(ctx, dial context.Context, cfg Config) (*Channel, error) {
	c := &Channel{cfg: cfg, wake: make(chan struct{}, 1), greeted: make(chan struct{}), done: make(chan struct{}), shaking: cfg.Shakes}
	if c.cfg.Note == nil {
		c.cfg.Note = func(Note) {}
	}
	if c.cfg.Output == nil {
		c.cfg.Output = func([]byte) {}
	}
	if c.cfg.Client == "" {
		c.cfg.Client = string(appendID(nil, newID()))
	}
	if c.cfg.GiveUp == 0 {
		c.cfg.GiveUp = 20 * time.Minute
	}
	c.changed = sync.NewCond(&c.mu)
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.ackTimer = time.AfterFunc(time.Hour, c.poke)
	c.ackTimer.Stop()
	l, err := c.connectFirst(dial)
	if err != nil {
		c.cancel()
		return nil, err
	}
	c.wg.Go(c.deliverAll)
	c.wg.Go(func() { c.supervise(l) })
	return c, nil
}

// Done is closed when the channel has ended and all output was handed out.
func (c *Channel) Done() <-chan struct{} { return c.done }

// Ready is closed when a handshake is over; it stays open where there is none.
func (c *Channel) Ready() <-chan struct{} { return c.greeted }

// Result is how it ended; call it after Done.
func (c *Channel) Result() Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.result
}

// Write queues input. It blocks only while several megabytes wait.
func (c *Channel) Write(p []byte) (int, error) {
	if err := c.put(message.Output, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Resize tells the remote the size of the terminal.
func (c *Channel) Resize(cols, rows int) {
	if cols <= 0 || rows <= 0 {
		return
	}
	b, err := json.Marshal(message.SizeData{Cols: uint32(cols), Rows: uint32(rows)})
	if err != nil {
		return // two numbers
	}
	c.mu.Lock()
	c.size = b
	c.mu.Unlock()
	_ = c.put(message.Size, b) // after the end it does not matter
}

// SendFlag sends a flag (port sessions).
func (c *Channel) SendFlag(f message.PayloadTypeFlag) error {
	return c.put(message.Flag, []byte{byte(f >> 24), byte(f >> 16), byte(f >> 8), byte(f)})
}

func (c *Channel) put(kind message.PayloadType, p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.out.pending > pendingLimit && !c.over && kind == message.Output {
		c.changed.Wait()
	}
	if c.over {
		return ErrClosed
	}
	if len(p) == 0 {
		return nil
	}
	c.out.put(kind, p)
	c.poke()
	return nil
}

// Unsent is the number of input bytes that are not on their way yet.
func (c *Channel) Unsent() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.pending
}

// Agent is the version of the agent, where a handshake has told it.
func (c *Channel) Agent() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agent
}

// Close ends the channel from this side without a word to the remote, and waits for
// its goroutines.
func (c *Channel) Close() {
	c.finish(Result{Err: ErrClosed})
	c.Wait()
}

// Wait waits for the end and for all goroutines of the channel.
func (c *Channel) Wait() { c.wg.Wait() }

// Lose ends the channel from this side for a reason that the remote did not tell.
func (c *Channel) Lose(why error) { c.finish(Result{Err: why}) }

func (c *Channel) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// finish ends the channel. The first reason counts.
func (c *Channel) finish(r Result) {
	c.mu.Lock()
	if !c.over {
		c.over, c.result = true, r
		c.changed.Broadcast()
	}
	c.ackTimer.Stop()
	c.mu.Unlock()
	c.cancel()
}

// deliverAll hands out what is in order.
func (c *Channel) deliverAll() {
	defer close(c.done)
	defer c.clear()
	for {
		c.mu.Lock()
		for len(c.deliver) == 0 && !c.over {
			c.changed.Wait()
		}
		ready, local := c.deliver, c.over && !c.result.Remote
		c.deliver, c.bytes = nil, 0
		c.changed.Broadcast()
		c.mu.Unlock()
		if len(ready) == 0 || local {
			return
		}
		for _, p := range ready {
			c.handle(p)
		}
	}
}

// clear drops what an ended channel does not need any more: it may be remembered for
// long.
func (c *Channel) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.in, c.acks = outbox{}, inbox{}, acks{}
	c.ready, c.deliver, c.early, c.sealer = nil, nil, nil, nil
}
