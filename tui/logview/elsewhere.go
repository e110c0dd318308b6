package logview

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// Tool is a program of the user's own that lines can be opened in.
type Tool int

// The tools.
const (
	Pager Tool = iota
	Editor
)

// opening is how something that had to be read first is opened.
type opening struct{ next tea.Cmd }

const openTimeout = 30 * time.Second

// previous opens the logs of the tasks that stopped last.
func (v *View) previous() tea.Cmd {
	find := v.o.Previous
	return screen.Do(v.work.Lane("open"), openTimeout, func(ctx context.Context) (opening, error) {
		next, err := find(ctx)
		return opening{next}, err
	})
}

// tookOpening goes on to it, unless the user has left.
func (v *View) tookOpening(r screen.Result[opening]) tea.Cmd {
	switch {
	case v.hidden:
		return nil
	case r.Err != nil:
		return screen.Cmd(screen.Flash{Level: screen.Warn, Err: r.Err})
	}
	return r.Value.next
}

// inTool opens the lines that match in a pager or editor.
func (v *View) inTool(t Tool) tea.Cmd {
	w, name, tool := v.writer(false), v.fileName(), v.o.Tool
	if v.src.Store().All().Len() == 0 {
		return flash(screen.Info, "there are no lines to open")
	}
	return screen.Do(v.work.Lane("open"), saveTimeout, func(ctx context.Context) (opening, error) {
		next, err := tool(ctx, t, name, func(to io.Writer) error { return w.write(ctx, to) })
		return opening{next}, err
	})
}

// happened is what was found for the ticks under the histogram.
type happened struct {
	ticks []Tick
	err   error
}

// How often it is looked what happened, and how long that may take.
const (
	happenedEvery   = 30 * time.Second
	happenedSoon    = 2 * time.Second
	happenedTimeout = 20 * time.Second
)

// askHappened looks what happened in the time of the lines, now and then while the
// histogram is shown.
func (v *View) askHappened() tea.Cmd {
	h := &v.hist
	lane := v.work.Lane("happened")
	if v.o.Happened == nil || !h.on || lane.Busy() {
		return nil
	}
	now := v.o.Now()
	since := now.Add(-time.Hour)
	if at := v.oldest(); at != 0 {
		since = time.UnixMilli(at)
	}
	again := happenedEvery
	if since.Before(h.since) { // older lines have come
		again = happenedSoon
	}
	if !h.asked.IsZero() && now.Sub(h.asked) < again {
		return nil
	}
	h.asked, h.since = now, since
	read := v.o.Happened
	return screen.Do(lane, happenedTimeout, func(ctx context.Context) (happened, error) {
		ticks, err := read(ctx, since)
		return happened{ticks, err}, nil
	})
}

func (v *View) tookHappened(r screen.Result[happened]) tea.Cmd {
	h := &v.hist
	h.failed = r.Value.err
	if r.Err != nil {
		h.failed = r.Err
	}
	if len(r.Value.ticks) > 0 || h.failed == nil {
		h.ticks = r.Value.ticks
	}
	v.drawn.valid = false
	return nil
}
