package terminal

import (
	"io"
	"sync"
	"time"
)

const (
	// pumpLimit bounds what waits for a slow terminal. Beyond it the remote waits.
	pumpLimit = 256 << 10
	// pumpPiece is what is written at once: what takes nothing of it for stuckAfter is
	// stuck, not slow.
	pumpPiece = 32 << 10
	// stuckAfter is how long one waits at the end for a terminal that takes nothing.
	stuckAfter = 2 * time.Second
)

// pump writes to the terminal in a goroutine of its own, so that a terminal that
// takes nothing cannot hold up who wants to leave.
type pump struct {
	w     io.Writer
	mu    sync.Mutex
	moved *sync.Cond
	buf   []byte
	busy  bool // something is being written
	free  bool // nobody has to wait for room
	ended bool
	took  int // pieces that the terminal has taken
	stuck int // as many it had taken when it was found stuck; -1 while it was not
	done  chan struct{}
}

func newPump(w io.Writer) *pump {
	p := &pump{w: w, stuck: -1, done: make(chan struct{})}
	p.moved = sync.NewCond(&p.mu)
	go p.run()
	return p
}

func (p *pump) run() {
	defer close(p.done)
	var out []byte
	for {
		p.mu.Lock()
		p.busy = false
		p.moved.Broadcast()
		for len(p.buf) == 0 && !p.ended {
			p.moved.Wait()
		}
		if len(p.buf) == 0 {
			p.mu.Unlock()
			return
		}
		out, p.buf = p.buf, out[:0]
		p.busy = true
		p.moved.Broadcast()
		p.mu.Unlock()
		p.put(out)
	}
}

// put writes to the terminal. One that is gone ends the reading side.
func (p *pump) put(out []byte) {
	for len(out) > 0 {
		n := min(len(out), pumpPiece)
		_, _ = p.w.Write(out[:n])
		out = out[n:]
		p.mu.Lock()
		p.took++
		p.moved.Broadcast()
		p.mu.Unlock()
	}
}

// room waits until there is some. It is asked for by who brings output, before it takes
// any lock: whoever wants to leave, or has something to say, must not wait behind it.
func (p *pump) room() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) > pumpLimit && !p.free && !p.ended {
		p.moved.Wait()
	}
}

// write queues output and does not wait.
func (p *pump) write(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.buf = append(p.buf, b...)
	p.moved.Broadcast()
}

// release lets nobody wait for room until it is called again with false. What waits
// is forgotten: who calls it paints anew.
func (p *pump) release(free bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free = free; free {
		p.buf = p.buf[:0]
	}
	p.moved.Broadcast()
}

// end writes what waits and stops. A terminal that takes nothing is left alone: what
// waits for it by then puts it right when it takes something again.
func (p *pump) end() {
	p.flush()
	p.mu.Lock()
	p.ended = true
	p.moved.Broadcast()
	idle := len(p.buf) == 0 && !p.busy
	p.mu.Unlock()
	if idle {
		<-p.done
	}
}

// flush waits until everything was written, or the terminal is stuck: it has taken
// nothing for a while, and nothing since that was found out.
func (p *pump) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	look := time.AfterFunc(stuckAfter, func() {})
	defer func() { look.Stop() }()
	for took := -1; (len(p.buf) > 0 || p.busy) && !p.ended && p.stuck != p.took; p.moved.Wait() {
		if took == p.took {
			continue
		}
		took = p.took
		at := took
		look.Stop()
		look = time.AfterFunc(stuckAfter, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.took == at {
				p.stuck = at
				p.moved.Broadcast()
			}
		})
	}
}
