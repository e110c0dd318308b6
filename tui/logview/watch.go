package logview

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// calm is the least time between two drawings for the sake of new lines.
const calm = 33 * time.Millisecond

// changed says that the store has changed.
type changed struct {
	owner screen.ID
	watch int
}

// OwnerID makes the message find its view.
func (c changed) OwnerID() screen.ID { return c.owner }

// watch waits for changes until the view is hidden or closed, and never more often
// than is calm. There is one watch at a time.
type watch struct {
	no      int
	ctx     context.Context
	cancel  context.CancelFunc
	changed <-chan struct{}
}

// startWatch begins to wait, in place of the watch before.
func (v *View) startWatch() tea.Cmd {
	v.stopWatch()
	v.watch.no++
	v.watch.ctx, v.watch.cancel = context.WithCancel(v.work.Context())
	var stop func()
	v.watch.changed, stop = v.src.Store().Watch()
	context.AfterFunc(v.watch.ctx, stop)
	v.clockNo++
	return screen.Batch(v.waitChange(0), v.work.Tick(v.clockName(), time.Second))
}

func (v *View) stopWatch() {
	if v.watch.cancel != nil {
		v.watch.cancel()
		v.watch.cancel = nil
	}
}

// waitChange is the next change, but not before a pause has passed.
func (v *View) waitChange(pause time.Duration) tea.Cmd {
	w := v.watch
	msg := changed{v.work.ID(), w.no}
	return func() tea.Msg {
		if pause > 0 {
			t := time.NewTimer(pause)
			defer t.Stop()
			select {
			case <-t.C:
			case <-w.ctx.Done():
				return nil
			}
		}
		select {
		case <-w.changed:
			return msg
		case <-w.ctx.Done():
			return nil
		}
	}
}

// took takes a change and waits for the next one.
func (v *View) took(c changed) tea.Cmd {
	if c.watch != v.watch.no || v.watch.cancel == nil {
		return nil
	}
	v.refresh()
	pause := calm
	if v.blurred {
		pause = 2 * calm
	}
	return screen.Batch(v.waitChange(pause), v.pending())
}

func (v *View) clockName() string { return "state " + itoa(v.clockNo) }

// tick brings what ages up to date: lag, and the histogram's end.
func (v *View) tick(t screen.Tick) tea.Cmd {
	if t.Name != v.clockName() || v.watch.cancel == nil {
		return nil
	}
	v.refresh()
	every := time.Second
	if v.blurred {
		every *= 2
	}
	return screen.Batch(v.work.Tick(t.Name, every), v.askHappened())
}

// refresh reads the state beside the lines and draws anew.
func (v *View) refresh() {
	v.state = v.src.State()
	v.drawn.valid = false
}
