package exec

import (
	"io"
	"sync"
)

const (
	// headLimit is the first output that is kept until somebody looks; beyond it the
	// remote waits.
	headLimit = 4 << 20
	// tailLimit is the latest output that is kept for those who come later.
	tailLimit = 64 << 10
)

// outlet hands output to those who look at a session.
type outlet struct {
	mu        sync.Mutex
	come      *sync.Cond // somebody looks, or it is closed
	viewer    io.Writer
	followers []*follower
	seen      bool // somebody has looked
	kept      []byte
	closed    bool
}

type follower struct{ w io.Writer }

func newOutlet() *outlet {
	o := &outlet{}
	o.come = sync.NewCond(&o.mu)
	return o
}

func (o *outlet) write(p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for !o.seen && len(o.kept) > headLimit && !o.closed {
		o.come.Wait()
	}
	o.keep(p)
	if o.viewer != nil {
		_, _ = o.viewer.Write(p) // who looks knows best what has become of its screen
	}
	for _, f := range o.followers {
		_, _ = f.w.Write(p)
	}
}

// keep remembers the latest output; mu is held.
func (o *outlet) keep(p []byte) {
	o.kept = append(o.kept, p...)
	if o.seen && len(o.kept) > 2*tailLimit {
		o.kept = append(make([]byte, 0, 2*tailLimit), o.kept[len(o.kept)-tailLimit:]...)
	}
}

func (o *outlet) view(open func() io.Writer) io.Writer {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.viewer == nil {
		o.viewer = open()
		o.show(o.viewer)
	}
	return o.viewer
}

func (o *outlet) follow(w io.Writer) (stop func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := &follower{w}
	o.show(w)
	o.followers = append(o.followers, f)
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		for i, g := range o.followers {
			if f == g {
				o.followers = append(o.followers[:i:i], o.followers[i+1:]...)
				return
			}
		}
	}
}

// show writes what is known already; mu is held.
func (o *outlet) show(w io.Writer) {
	if len(o.kept) > 0 {
		_, _ = w.Write(o.kept)
	}
	o.seen = true
	o.come.Broadcast()
}

// close lets nobody wait any more, and keeps only what nobody has seen yet.
func (o *outlet) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.seen {
		o.kept, o.viewer, o.followers = nil, nil, nil
	}
	o.come.Broadcast()
}
