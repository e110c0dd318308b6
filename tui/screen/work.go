package screen

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ID names the owner of a Work, for the life of the process.
type ID int64

var lastID atomic.Int64

// Owned messages are delivered to the screen that owns them, wherever it stands
// in the stack, and dropped when that screen is closed.
type Owned interface{ OwnerID() ID }

// Work is a screen's background reading: a context that ends with the screen and
// lanes in which a newer question outdates the older ones. Acts (anything that
// changes something) never run here: see Job.
type Work struct {
	id     ID
	ctx    context.Context
	cancel context.CancelFunc
	lanes  map[string]*Lane
}

// NewWork starts a Work under parent.
func NewWork(parent context.Context) *Work {
	ctx, cancel := context.WithCancel(parent)
	return &Work{id: ID(lastID.Add(1)), ctx: ctx, cancel: cancel, lanes: map[string]*Lane{}}
}

// ID is the owner id that answers carry.
func (w *Work) ID() ID { return w.id }

// Context ends when the Work is closed.
func (w *Work) Context() context.Context { return w.ctx }

// Close cancels everything that runs under the Work.
func (w *Work) Close() { w.cancel() }

// Lane returns the lane of that name, made at first use.
func (w *Work) Lane(name string) *Lane {
	l := w.lanes[name]
	if l == nil {
		l = &Lane{work: w, name: name, stop: func() {}}
		w.lanes[name] = l
	}
	return l
}

// Lane orders the questions of one kind: only answers to the newest count.
type Lane struct {
	work *Work
	name string
	seq  int
	busy bool
	stop context.CancelFunc
}

// Busy reports whether the newest question is still open.
func (l *Lane) Busy() bool { return l.busy }

// Cancel gives up the open question; its answer will not be Current.
func (l *Lane) Cancel() { l.stop(); l.seq++; l.busy = false }

// start cancels the question before and numbers a new one.
func (l *Lane) start(timeout time.Duration) (context.Context, context.CancelFunc, int) {
	l.stop()
	l.seq++
	l.busy = true
	ctx, cancel := context.WithCancel(l.work.ctx)
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(l.work.ctx, timeout)
	}
	l.stop = cancel
	return ctx, cancel, l.seq
}

// Result is an answer, or with More set one part of it. Next, when More is set,
// must be returned from Update to receive the next part.
type Result[T any] struct {
	Owner ID
	Lane  string
	Seq   int
	Value T
	Err   error
	More  bool
	Next  tea.Cmd
}

// OwnerID makes a Result find its screen.
func (r Result[T]) OwnerID() ID { return r.Owner }

// Do asks one question in a lane: f runs outside the event loop, with the lane's
// context and the timeout, and its answer comes as a Result[T].
func Do[T any](l *Lane, timeout time.Duration, f func(context.Context) (T, error)) tea.Cmd {
	ctx, cancel, seq := l.start(timeout)
	return func() tea.Msg {
		defer cancel()
		var v T
		err := guarded(func() (err error) { v, err = f(ctx); return err })
		return Result[T]{Owner: l.work.id, Lane: l.name, Seq: seq, Value: v, Err: err}
	}
}

// Stream asks a question whose answer comes in parts: f calls emit for each, and
// emit blocks until the screen has taken the part before. The last Result has
// More unset, the zero Value, and f's error.
func Stream[T any](l *Lane, timeout time.Duration, f func(ctx context.Context, emit func(T)) error) tea.Cmd {
	ctx, cancel, seq := l.start(timeout)
	parts := make(chan Result[T])
	last := make(chan error, 1)
	var next tea.Cmd
	next = func() tea.Msg {
		select {
		case r := <-parts:
			r.Next = next
			return r
		case err := <-last:
			cancel()
			return Result[T]{Owner: l.work.id, Lane: l.name, Seq: seq, Err: err}
		}
	}
	return func() tea.Msg {
		go func() {
			last <- guarded(func() error {
				return f(ctx, func(v T) {
					select {
					case parts <- Result[T]{Owner: l.work.id, Lane: l.name, Seq: seq, Value: v, More: true}:
					case <-ctx.Done():
					}
				})
			})
		}()
		return next()
	}
}

// guarded makes an error of a panic: one screen's defect must not end the program,
// which in a goroutine of ours would leave the terminal as it is.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a defect of the console: %v", r)
		}
	}()
	return f()
}

// Current reports whether r answers the newest question of its lane in w, and
// closes that question when r is its last part.
func Current[T any](w *Work, r Result[T]) bool {
	l := w.lanes[r.Lane]
	if r.Owner != w.id || l == nil || r.Seq != l.seq || w.ctx.Err() != nil {
		return false
	}
	if !r.More {
		l.busy = false
	}
	return true
}

// Tick returns a message addressed to the Work after d; Name tells clocks apart.
func (w *Work) Tick(name string, d time.Duration) tea.Cmd {
	id := w.id
	return tea.Tick(d, func(t time.Time) tea.Msg { return Tick{Owner: id, Name: name, Time: t} })
}

// Tick is a clock's message to one screen.
type Tick struct {
	Owner ID
	Name  string
	Time  time.Time
}

// OwnerID makes a Tick find its screen.
func (t Tick) OwnerID() ID { return t.Owner }
