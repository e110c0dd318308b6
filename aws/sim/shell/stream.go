package shell

import (
	"io"
	"sync"
	"sync/atomic"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/tty"
)

// errPipe is the write to a pipe that nobody reads.
const errPipe = disk.Errno("Broken pipe")

// stream is what a descriptor leads to. Reads and writes belong to a group, which
// may be stopped or ended while they wait.
type stream interface {
	read(g *group, p []byte) (int, error)
	write(g *group, p []byte) (int, error)
	close()
}

// desc is a descriptor: a counted use of a stream.
type desc struct {
	stream
	refs *atomic.Int32
}

func newDesc(s stream) *desc {
	d := &desc{stream: s, refs: &atomic.Int32{}}
	d.refs.Store(1)
	return d
}

func (d *desc) dup() *desc { d.refs.Add(1); return d }

func (d *desc) release() {
	if d.refs.Add(-1) == 0 {
		d.stream.close()
	}
}

// console is the terminal as a stream.
type console struct{ t *tty.TTY }

func (c console) read(g *group, p []byte) (int, error) {
	if g.behind() {
		return 0, io.EOF // a command in the background has no keyboard
	}
	return c.t.Read(g.ctx, g.may, p)
}
func (c console) write(g *group, p []byte) (int, error) {
	if !g.pass() {
		return 0, io.ErrClosedPipe
	}
	return c.t.Write(p)
}
func (console) close() {}

// behind says whether the group runs in the background.
func (g *group) behind() bool {
	g = g.top()
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.front && !g.stopped
}

// onDisk is an open file.
type onDisk struct{ f *disk.File }

func (o onDisk) read(g *group, p []byte) (int, error) {
	if !g.pass() {
		return 0, io.ErrClosedPipe
	}
	return o.f.Read(p)
}
func (o onDisk) write(g *group, p []byte) (int, error) {
	if !g.pass() {
		return 0, io.ErrClosedPipe
	}
	return o.f.Write(p)
}
func (o onDisk) close() { o.f.Close() }

// nothing reads as an end and swallows what is written.
type nothing struct{}

func (nothing) read(*group, []byte) (int, error)      { return 0, io.EOF }
func (nothing) write(_ *group, p []byte) (int, error) { return len(p), nil }
func (nothing) close()                                {}

// from reads from a reader that does not wait (a here-document).
type from struct{ r io.Reader }

func (f from) read(_ *group, p []byte) (int, error) { return f.r.Read(p) }
func (from) write(*group, []byte) (int, error)      { return 0, disk.EBADF }
func (from) close()                                 {}

// into collects what is written, up to a limit.
type into struct {
	mu   sync.Mutex
	w    io.Writer
	left int
}

func (i *into) read(*group, []byte) (int, error) { return 0, disk.EBADF }
func (i *into) write(g *group, p []byte) (int, error) {
	if !g.pass() {
		return 0, io.ErrClosedPipe
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.left < len(p) {
		return 0, disk.ENOSPC
	}
	i.left -= len(p)
	return i.w.Write(p)
}
func (*into) close() {}

// pipeSize is a pipe's buffer, as Linux has it.
const pipeSize = 64 << 10

// pipe connects two commands.
type pipe struct {
	mu      sync.Mutex
	changed *sync.Cond
	buf     []byte
	noRead  bool
	noWrite bool
}

// newPipe gives both ends.
func newPipe() (r, w *desc) {
	p := &pipe{}
	p.changed = sync.NewCond(&p.mu)
	return newDesc(readEnd{p}), newDesc(writeEnd{p})
}

func (p *pipe) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}

type readEnd struct{ p *pipe }

func (e readEnd) read(g *group, b []byte) (int, error) {
	if !g.pass() {
		return 0, io.ErrClosedPipe
	}
	stop := afterEnd(g, e.p.wake)
	defer stop()
	p := e.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 {
		if p.noWrite {
			return 0, io.EOF
		}
		if g.ctx.Err() != nil {
			return 0, io.ErrClosedPipe
		}
		p.changed.Wait()
	}
	n := copy(b, p.buf)
	p.buf = append(p.buf[:0], p.buf[n:]...)
	p.changed.Broadcast()
	return n, nil
}
func (readEnd) write(*group, []byte) (int, error) { return 0, disk.EBADF }
func (e readEnd) close() {
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	e.p.noRead = true
	e.p.changed.Broadcast()
}

type writeEnd struct{ p *pipe }

func (writeEnd) read(*group, []byte) (int, error) { return 0, disk.EBADF }
func (e writeEnd) write(g *group, b []byte) (int, error) {
	stop := afterEnd(g, e.p.wake)
	defer stop()
	p := e.p
	n := 0
	for n < len(b) {
		if !g.pass() {
			return n, io.ErrClosedPipe
		}
		p.mu.Lock()
		for len(p.buf) >= pipeSize && !p.noRead && g.ctx.Err() == nil {
			p.changed.Wait()
		}
		if p.noRead {
			p.mu.Unlock()
			return n, errPipe
		}
		k := min(len(b)-n, pipeSize-len(p.buf))
		if k > 0 {
			p.buf = append(p.buf, b[n:n+k]...)
			n += k
			p.changed.Broadcast()
		}
		p.mu.Unlock()
	}
	return n, nil
}
func (e writeEnd) close() {
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	e.p.noWrite = true
	e.p.changed.Broadcast()
}

// handle is a descriptor as one process holds it.
type handle struct {
	d *desc
	g *group
}

func (h *handle) Read(p []byte) (int, error)  { return h.d.read(h.g, p) }
func (h *handle) Write(p []byte) (int, error) { return h.d.write(h.g, p) }

// Terminal is the terminal where the descriptor leads to one.
func (h *handle) Terminal() *tty.TTY {
	if c, ok := h.d.stream.(console); ok {
		return c.t
	}
	return nil
}
