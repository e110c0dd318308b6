package terminal

import (
	"io"
	"sync"
)

// pumpLimit bounds what waits for a slow terminal. Beyond it the remote waits.
const pumpLimit = 256 << 10

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
	done  chan struct{}
}

func newPump(w io.Writer) *pump {
	p := &pump{w: w, done: make(chan struct{})}
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
		_, _ = p.w.Write(out) // a terminal that is gone ends the reading side
	}
}

// write queues output; it waits for room.
func (p *pump) write(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) > pumpLimit && !p.free && !p.ended {
		p.moved.Wait()
	}
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

// end writes what waits and stops.
func (p *pump) end() {
	p.mu.Lock()
	p.ended = true
	p.moved.Broadcast()
	p.mu.Unlock()
	<-p.done
}

// flush waits until everything was written.
func (p *pump) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for (len(p.buf) > 0 || p.busy) && !p.ended {
		p.moved.Wait()
	}
}
