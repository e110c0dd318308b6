package terminal

import (
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/vterm"
)

// noticeFor is how long a notice stays on the last row.
const noticeFor = 4 * time.Second

// view is the lasting screen of one session. It takes the output from the beginning,
// whether a terminal shows it or not.
type view struct {
	mu      sync.Mutex
	screen  *vterm.Screen
	filter  *filter
	to      *pump // nil while no terminal shows it
	covered bool  // a list is shown instead
	title   string
	notice  string
	stays   time.Duration // of a notice
	clear   *time.Timer
	shows   int // how often it was shown
}

func newView(cols, rows int, banner string, o Options) *view {
	v := &view{screen: vterm.New(cols, rows), stays: o.Notice}
	if v.stays == 0 {
		v.stays = noticeFor
	}
	v.filter = newFilter(v.screen, o.Allow)
	if banner != "" {
		_, _ = v.screen.Write([]byte("\x1b[7m" + banner + "\x1b[0m\r\n")) // it never fails
	}
	return v
}

// Write takes output of the remote. It waits for a slow terminal.
func (v *view) Write(p []byte) (int, error) {
	v.mu.Lock()
	if to := v.to; to != nil && !v.covered {
		v.mu.Unlock()
		to.room()
		v.mu.Lock()
	}
	defer v.mu.Unlock()
	if v.to == nil || v.covered {
		v.filter.feed(p)
		return len(p), nil
	}
	if v.notice == "" {
		v.to.write(v.filter.feed(p))
		return len(p), nil
	}
	// The row below the notice may scroll: it is put right first, and the notice
	// painted again afterwards.
	_, rows := v.screen.Size()
	out := v.screen.PaintRow(rows - 1)
	out = append(out, v.filter.feed(p)...)
	v.to.write(append(out, v.over()...))
	return len(p), nil
}

// show gives the view to a terminal.
func (v *view) show(to *pump, title string, cols, rows int) (again bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.screen.Resize(cols, rows)
	v.to, v.title, v.covered = to, title, false
	v.shows++
	v.repaint()
	return v.shows > 1
}

// hide takes it away and gives the terminal back what the remote has changed.
func (v *view) hide() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.to == nil {
		return
	}
	v.endNotice()
	v.to.write(v.screen.Reset())
	v.to = nil
}

// cover lets something else be shown; output goes on being taken.
func (v *view) cover(text []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.to == nil {
		return
	}
	v.endNotice()
	v.covered = true
	v.to.write(v.screen.Reset())
	v.to.write(text)
}

func (v *view) uncover() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.covered = false
	v.repaint()
}

func (v *view) resize(cols, rows int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.screen.Resize(cols, rows)
	if !v.covered {
		v.repaint()
	}
}

// repaint writes the whole screen; mu is held.
func (v *view) repaint() {
	if v.to == nil {
		return
	}
	v.to.write(v.screen.Repaint())
	v.to.write([]byte(title(v.windowTitle())))
	if v.notice != "" {
		v.to.write(v.over())
	}
}

func (v *view) windowTitle() string {
	if t := v.screen.Title(); t != "" {
		return t
	}
	return v.title
}

// tell shows a notice on the last row, and in the title.
func (v *view) tell(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.to == nil {
		return
	}
	if v.clear != nil {
		v.clear.Stop()
	}
	v.notice = clean.Line(text)
	v.to.write([]byte(title(v.notice)))
	if !v.covered {
		v.to.write(v.over())
	}
	var mine *time.Timer
	mine = time.AfterFunc(v.stays, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.clear == mine {
			v.endNotice()
		}
	})
	v.clear = mine
}

// over paints the notice; mu is held.
func (v *view) over() []byte {
	cols, rows := v.screen.Size()
	return v.screen.Over(rows-1, "\x1b[7m"+ansi.Truncate(" "+v.notice+" ", cols, "…"))
}

// endNotice restores what is below it; mu is held.
func (v *view) endNotice() {
	if v.clear != nil {
		v.clear.Stop()
		v.clear = nil
	}
	if v.notice == "" {
		return
	}
	v.notice = ""
	if v.to == nil {
		return
	}
	if !v.covered {
		_, rows := v.screen.Size()
		v.to.write(v.screen.PaintRow(rows - 1))
	}
	v.to.write([]byte(title(v.windowTitle())))
}
