package exec

import (
	"bytes"
	"io"
	"strconv"
	"sync"
)

// collector finds a command's output between its marks.
type collector struct {
	// The marks are sequences that terminals ignore (APC): "ESC _ MARK ESC \" and "ESC _
	// MARK : STATUS ESC \". So a recording shows none of them.
	begin, end []byte
	to         io.Writer
	limit      int
	begun      chan struct{}
	ended      chan struct{}
	broken     chan struct{} // to takes no more

	mu     sync.Mutex
	state  collecting
	hold   []byte // could be the beginning of a mark
	lead   []byte // the first that came before it
	more   bool   // lead is not all
	out    []byte
	cut    bool
	exit   int
	failed error // of to
}

type collecting int

const (
	before collecting = iota
	inside
	behind
)

func newCollector(mark string, o RunOptions) *collector {
	c := &collector{begin: []byte("\x1b_" + mark + "\x1b\\"), end: []byte("\x1b_" + mark + ":"), to: o.Stdout, limit: o.Limit,
		begun: make(chan struct{}), ended: make(chan struct{}), broken: make(chan struct{})}
	if c.limit == 0 {
		c.limit = outputLimit
	}
	return c
}

// Write takes output of the session.
func (c *collector) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = append(c.hold, p...)
	if c.state == before {
		i := bytes.Index(c.hold, c.begin)
		if i < 0 { // what comes before is not the command's; see take
			c.wait()
			return len(p), nil
		}
		c.hold = c.hold[i+len(c.begin):]
		c.state, c.lead, c.more = inside, nil, false
		close(c.begun)
	}
	if c.state == inside {
		c.inside()
	}
	if c.state == behind {
		c.hold = nil
	}
	return len(p), nil
}

// leadLimit is what is kept of what comes before the mark, in bytes.
const leadLimit = 64 << 10

// wait keeps the beginning of what comes before the mark, and what could be a part of
// the mark; mu is held.
func (c *collector) wait() {
	n := max(len(c.hold)-len(c.begin)+1, 0)
	lead := c.hold[:n]
	if room := leadLimit - len(c.lead); n > room {
		lead, c.more = lead[:room], true
	}
	c.lead = append(c.lead, lead...)
	c.drop(n)
}

// drop forgets the first n bytes that are held; mu is held.
func (c *collector) drop(n int) { c.hold = append(c.hold[:0], c.hold[n:]...) }

// longestStatus is more than an exit status has digits.
const longestStatus = 8

// inside passes on what cannot be a part of the end mark; mu is held. The command may
// know the mark: what has no status behind it is output.
func (c *collector) inside() {
	for {
		i := bytes.Index(c.hold, c.end)
		if i < 0 {
			break
		}
		c.pass(c.hold[:i])
		c.drop(i)
		digits, _, whole := bytes.Cut(c.hold[len(c.end):], c.begin[:1])
		if !whole && len(digits) <= longestStatus {
			return
		}
		if n, err := strconv.Atoi(string(digits)); whole && err == nil {
			c.exit = n
			c.state = behind
			close(c.ended)
			return
		}
		c.pass(c.hold[:len(c.end)])
		c.drop(len(c.end))
	}
	keep := 0
	if j := bytes.LastIndexByte(c.hold, c.end[0]); j >= 0 && bytes.HasPrefix(c.end, c.hold[j:min(len(c.hold), j+len(c.end))]) {
		keep = len(c.hold) - j
	}
	c.pass(c.hold[:len(c.hold)-keep])
	c.drop(len(c.hold) - keep)
}

// pass takes a piece of the command's own output; mu is held.
func (c *collector) pass(p []byte) {
	if len(p) == 0 {
		return
	}
	if c.to != nil {
		if c.failed == nil {
			if _, c.failed = c.to.Write(p); c.failed != nil {
				close(c.broken)
			}
		}
		return
	}
	if room := c.limit - len(c.out); len(p) > room {
		p, c.cut = p[:max(room, 0)], true
	}
	c.out = append(c.out, p...)
}

// take gives what has come.
func (c *collector) take(o *Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == before { // what stands there instead says why
		c.pass(c.lead)
		if !c.more {
			c.pass(c.hold)
		}
		c.cut = c.cut || c.more
		c.lead, c.hold = nil, nil
	}
	o.Output, o.Cut, o.Exit, o.Known = bytes.Clone(c.out), c.cut, c.exit, c.state == behind
}

// failure is why the output could not be passed on.
func (c *collector) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}
