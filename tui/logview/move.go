package logview

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/tui/screen"
)

// pause stops following, with the cursor on the last item in sight.
func (v *View) pause() {
	if !v.follow {
		return
	}
	v.layout(v.height) // of what is there now
	v.follow = false
	p := &v.page
	v.paused, v.cur, v.top = lines.Key{}, lines.Key{}, place{}
	if n := len(p.items); n > 0 {
		v.paused, v.cur = p.items[n-1].last, p.items[n-1].Key
	}
	for _, r := range p.rows {
		if r.item >= 0 {
			v.top = place{p.items[r.item].Key, r.row}
			break
		}
	}
}

// resume goes to the end and follows.
func (v *View) resume() {
	v.follow, v.selected = true, nil
}

// step moves the cursor by one item.
func (v *View) step(by int) tea.Cmd {
	v.pause()
	found := false
	v.read(func(w *walk) {
		i := w.at(v.cur)
		if i < 0 {
			return
		}
		i = w.start(i)
		if by < 0 {
			if i = w.prev(i); i >= 0 {
				v.cur, found = w.r.Line(w.start(i)).Key, true
			}
			return
		}
		_, next := w.item(i)
		if i = w.next(next - 1); i >= 0 {
			v.cur, found = w.r.Line(i).Key, true
		}
	})
	switch {
	case found:
	case by < 0:
		return v.older()
	default:
		v.resume()
	}
	return nil
}

// turn moves by a page.
func (v *View) turn(by int) tea.Cmd {
	v.pause()
	v.layout(v.height)
	p := &v.page
	if len(p.rows) == 0 {
		if by < 0 {
			return v.older()
		}
		v.resume()
		return nil
	}
	if by < 0 {
		return v.turnUp()
	}
	if p.end {
		v.resume()
		return nil
	}
	last := p.rows[len(p.rows)-1]
	if last.item < 0 {
		last = shown{item: len(p.items) - 1}
	}
	v.top = place{p.items[last.item].Key, last.row}
	v.layFrom(v.top, v.height)
	if p.end {
		v.resume()
		return nil
	}
	v.cur = p.items[max(p.rows[len(p.rows)-1].item, 0)].Key
	return nil
}

func (v *View) turnUp() tea.Cmd {
	p := &v.page
	if p.first {
		v.cur, v.top = p.items[0].Key, place{key: p.items[0].Key}
		return v.older()
	}
	r := p.rows[0]
	if r.item < 0 {
		r = shown{item: 0}
	}
	v.layBack(&place{p.items[r.item].Key, r.row}, v.height)
	for _, r := range p.rows {
		if r.item >= 0 {
			v.top = place{p.items[r.item].Key, r.row}
			v.cur = v.top.key
			break
		}
	}
	return nil
}

// toTop goes to the first line.
func (v *View) toTop() {
	v.pause()
	v.cur, v.top = lines.Key{}, place{}
	v.read(func(w *walk) {
		if i := w.first(); i >= 0 {
			v.cur = w.r.Line(i).Key
			v.top.key = v.cur
		}
	})
}

// goTo puts the cursor on the line with a key, in the upper third of the screen
// unless it is in sight.
func (v *View) goTo(k lines.Key) {
	v.pause()
	v.cur = k
	v.layFrom(v.top, v.height)
	if v.page.seesCursor(k) {
		return
	}
	v.layBack(&place{key: k, row: -1}, v.height/3+1)
	if p := &v.page; len(p.rows) > 0 && p.rows[0].item >= 0 {
		v.top = place{p.items[p.rows[0].item].Key, p.rows[0].row}
	}
}

// goToTime puts the cursor on the first line from a time on.
func (v *View) goToTime(at time.Time) { v.goTo(lines.Key{Time: at.UnixMilli()}) }

// olderTimeout is for one step backwards, which may read several pages.
const olderTimeout = 2 * time.Minute

// older is the answer to a step backwards.
type older struct{ before int64 }

// older reads what is before the first line.
func (v *View) older() tea.Cmd {
	if v.floor != (lines.Key{}) {
		v.floor = lines.Key{}
		return flash(screen.Info, "what was cleared is shown again")
	}
	lane := v.work.Lane("older")
	switch {
	case lane.Busy():
		return nil
	case v.state.AtStart:
		return flash(screen.Info, "this is the first line there is")
	case v.o.Range.Head:
		return nil
	}
	src, before := v.src, v.oldest()
	v.olderFrom = v.cur
	return screen.Do(lane, olderTimeout, func(ctx context.Context) (older, error) {
		return older{before}, src.Older(ctx)
	})
}

func (v *View) oldest() (at int64) {
	v.src.Store().All().Read(func(r lines.Reader) {
		if r.Len() > 0 {
			at = r.Line(0).Time
		}
	})
	return at
}

// tookOlder shows what a step backwards has brought.
func (v *View) tookOlder(r screen.Result[older]) tea.Cmd {
	v.refresh()
	if r.Err != nil {
		return screen.Cmd(screen.Flash{Level: screen.Error, Text: "older lines could not be read", Err: r.Err})
	}
	now := v.oldest()
	switch {
	case now < r.Value.before || r.Value.before == 0 && now != 0:
		if !v.follow && v.cur == v.olderFrom {
			return v.turn(-1)
		}
		return nil
	case v.state.AtStart:
		return flash(screen.Info, "this is the first line there is")
	case !v.state.Oldest.IsZero():
		return flash(screen.Info, fmt.Sprintf("nothing back to %s; once more reads on", v.moment(v.state.Oldest)))
	}
	return nil
}

// moment writes a time as the view shows times.
func (v *View) moment(t time.Time) string {
	if v.times == utcTimes || v.times == noTimes && v.o.UTC {
		return t.UTC().Format("2006-01-02 15:04:05Z")
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func flash(l screen.Level, text string) tea.Cmd {
	return screen.Cmd(screen.Flash{Level: l, Text: text})
}
