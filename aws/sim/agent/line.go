package agent

import (
	"sync"
	"time"
)

// reorderHold is how long a message that is to be overtaken waits for one that
// overtakes it.
const reorderHold = 50 * time.Millisecond

// item is one message on a line.
type item struct {
	raw  []byte
	ack  bool
	sure bool  // neither lost nor doubled nor reordered
	last bool  // channel_closed: the connection ends soon after
	seq  int64 // of a stream message; -1 otherwise
	due  time.Time
}

// line carries the messages of one connection one way, with the faults of that
// way. Its queue has no bound of its own: output is bounded by the session's
// window, and acknowledgements by what the client sends.
type line struct {
	faults  *Faults
	way     func(Switches) Way
	deliver func(item) error
	note    func(item)   // a stream message is on its way, whether it arrives or not; may be nil
	flush   func() error // called when nothing is left to be delivered for now; may be nil

	mu     sync.Mutex
	q      []item
	wake   chan struct{} // capacity 1
	closed chan struct{}
	once   sync.Once

	streams, acks int
	held          *item
}

func newLine(f *Faults, way func(Switches) Way, deliver func(item) error) *line {
	return &line{faults: f, way: way, deliver: deliver, wake: make(chan struct{}, 1), closed: make(chan struct{})}
}

func (l *line) push(it item) {
	it.due = time.Now()
	if d := l.way(l.faults.Get()).Delay; d > 0 {
		it.due = it.due.Add(d)
	}
	l.mu.Lock()
	l.q = append(l.q, it)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *line) close() { l.once.Do(func() { close(l.closed) }) }

// run delivers until the line is closed or a delivery fails.
func (l *line) run() error {
	for {
		it, ok := l.pop()
		if !ok {
			if err := l.flushed(); err != nil {
				return err
			}
			var hold <-chan time.Time
			if l.held != nil {
				hold = time.After(reorderHold)
			}
			select {
			case <-l.closed:
				return nil
			case <-l.wake:
			case <-hold:
				if err := l.release(); err != nil {
					return err
				}
			}
			continue
		}
		if wait := time.Until(it.due); wait > 0 {
			if err := l.flushed(); err != nil {
				return err
			}
			select {
			case <-l.closed:
				return nil
			case <-time.After(wait):
			}
		}
		if err := l.pass(it); err != nil {
			return err
		}
	}
}

func (l *line) flushed() error {
	if l.flush == nil {
		return nil
	}
	return l.flush()
}

func (l *line) pop() (item, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.q) == 0 {
		return item{}, false
	}
	it := l.q[0]
	l.q[0] = item{}
	if l.q = l.q[1:]; len(l.q) == 0 {
		l.q = nil
	}
	return it, true
}

// pass applies the faults to one message.
func (l *line) pass(it item) error {
	if it.sure {
		if err := l.release(); err != nil {
			return err
		}
		return l.deliver(it)
	}
	w := l.way(l.faults.Get())
	if it.ack {
		l.acks++
		if every(w.LoseAcks, l.acks) {
			return nil
		}
		return l.deliver(it)
	}
	if l.note != nil {
		l.note(it)
	}
	l.streams++
	if every(w.Drop, l.streams) {
		return nil
	}
	if l.held == nil && every(w.Reorder, l.streams) {
		l.held = &it
		return nil
	}
	if err := l.deliver(it); err != nil {
		return err
	}
	if every(w.Duplicate, l.streams) {
		if err := l.deliver(it); err != nil {
			return err
		}
	}
	return l.release()
}

// release delivers a message that was held back.
func (l *line) release() error {
	if l.held == nil {
		return nil
	}
	it := *l.held
	l.held = nil
	return l.deliver(it)
}

func every(n, count int) bool { return n > 0 && count%n == 0 }
