package logview

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines/match"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// nextLevel goes from all lines to warnings, to errors, to all again.
func (v *View) nextLevel() {
	const warn, bad = "level>=warn", "level>=error"
	next := warn
	for i, q := range v.chips {
		if t := q.Text(); t == warn || t == bad {
			next = ""
			if t == warn {
				next = bad
			}
			v.chips = append(append([]*match.Query{}, v.chips[:i]...), v.chips[i+1:]...)
			break
		}
	}
	if next != "" {
		v.include(next)
		return
	}
	v.refilter()
}

// include adds a filter that is known to be right; others are left out.
func (v *View) include(text string) {
	if q, err := match.Parse(text); err == nil && !q.Empty() {
		v.chips = append(append([]*match.Query{}, v.chips...), q)
	}
	v.refilter()
}

// chooseChip lets the user take off any of the filters.
func (v *View) chooseChip() tea.Cmd {
	if len(v.chips) == 0 {
		return flash(screen.Info, "there is no filter to take off")
	}
	items := []dialog.Item{{Label: "all of them"}}
	for _, q := range v.chips {
		items = append(items, dialog.Item{Label: clean.Line(q.Text())})
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(v.o.Theme, "Take off a filter", items, 1, func(i int) tea.Cmd {
		if i == 0 {
			v.chips = nil
			v.refilter()
		} else if i <= len(v.chips) {
			v.takeOff(i - 1)
		}
		return nil
	})})
}

// nextAround shows more neighbours of each line that matches.
func (v *View) nextAround() tea.Cmd {
	steps := []int{0, 2, 5, 10}
	for i, n := range steps {
		if n == v.around {
			v.around = steps[(i+1)%len(steps)]
			break
		}
	}
	if v.filter() == nil && v.around > 0 {
		return flash(screen.Info, fmt.Sprintf("%s around each match, once there is a filter", plural(v.around, "line")))
	}
	return nil
}

// recorded says that the journal has taken what is about to be shown.
type recorded struct{}

const recordTimeout = 10 * time.Second

// toggleMask shows secrets, or hides them again. To show them is journalled first.
func (v *View) toggleMask() tea.Cmd {
	if v.unmasked {
		v.unmasked = false
		return flash(screen.Info, "secrets are hidden")
	}
	record := v.o.Unmask
	return screen.Do(v.work.Lane("unmask"), recordTimeout, func(ctx context.Context) (recorded, error) {
		if record == nil {
			return recorded{}, nil
		}
		return recorded{}, record(ctx)
	})
}

// tookRecorded shows the secrets, if that is on record.
func (v *View) tookRecorded(r screen.Result[recorded]) tea.Cmd {
	if r.Err != nil {
		return screen.Cmd(screen.Flash{Level: screen.Error, Text: "secrets stay hidden", Err: r.Err})
	}
	v.unmasked = true
	v.drawn.valid = false
	return flash(screen.Warn, "secrets are shown; this was journalled")
}

// toggleLive turns the low-latency path on or off.
func (v *View) toggleLive() tea.Cmd {
	v.live = !v.live
	v.src.SetLive(v.live)
	if !v.live {
		return flash(screen.Info, "Live Tail is off")
	}
	return flash(screen.Info, "Live Tail: about $0.01 a minute; samples above 500 lines/s; ends after 3 h; 15 sessions an account")
}

// location is where times without a zone are.
func (v *View) location() *time.Location {
	if v.times == utcTimes || v.times == noTimes && v.o.UTC {
		return time.UTC
	}
	return time.Local
}

// askRange reads another range of time.
func (v *View) askRange() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptInput, Placeholder: "-15m · 14:05..14:20 · 2026-11-22T14:00Z.. · tail · head",
		Done: func(s string) tea.Cmd {
			r, err := ParseRange(s, v.o.Now(), v.location())
			if err != nil {
				return flash(screen.Warn, err.Error())
			}
			return v.open(r)
		},
	})
}

// askTime jumps to a time; what is not here yet is read from there on.
func (v *View) askTime() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptInput, Placeholder: "jump to 14:05:30 · 2026-11-22T14:00Z · -20m",
		Done: func(s string) tea.Cmd {
			at, err := ParseTime(s, v.o.Now(), v.location())
			if err != nil {
				return flash(screen.Warn, err.Error())
			}
			v.drawn.valid = false
			if first := v.oldest(); !v.state.AtStart && (first == 0 || at.UnixMilli() < first) {
				cmd := v.open(Range{From: at, Name: "from " + v.moment(at)})
				v.follow = false
				return cmd
			}
			v.goToTime(at)
			return nil
		},
	})
}

// askFields chooses the fields that are columns.
func (v *View) askFields() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptInput, Text: strings.Join(v.fields, " "), Placeholder: "fields as columns: status user.id",
		Done: func(s string) tea.Cmd {
			v.fields = strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
			v.drawn.valid = false
			return nil
		},
	})
}

// link copies the address of the line under the cursor.
func (v *View) link() tea.Cmd {
	at := v.page.at
	if v.follow {
		at = len(v.page.items) - 1
	}
	if at < 0 || at >= len(v.page.items) {
		return flash(screen.Info, "there is no line")
	}
	it := &v.page.items[at]
	if s := clean.Line(v.o.Link(it.Line, it.stream)); s != "" {
		return screen.Cmd(screen.Copy{Text: s, What: "link"})
	}
	return flash(screen.Info, "this line has no address")
}

// selectFrom begins a selection at the cursor, or ends it.
func (v *View) selectFrom() tea.Cmd {
	if v.selected != nil {
		v.selected = nil
		return nil
	}
	v.pause()
	v.layout(v.height)
	if v.page.at < 0 {
		return nil
	}
	k := v.page.items[v.page.at].Key
	v.selected = &k
	return flash(screen.Info, "selecting from here: move, then c copies")
}

// chunk moves far: many screens, and beyond the first line it reads on.
func (v *View) chunk(by int) tea.Cmd {
	const screens = 20
	v.pause()
	first := false
	v.read(func(w *walk) {
		i := w.at(v.cur)
		if i < 0 {
			first = true
			return
		}
		to := i + by*screens*max(v.height, 1)
		if first = to <= w.first(); first {
			to = w.first()
		}
		v.cur = w.r.Line(w.start(min(to, w.n-1))).Key
	})
	if first && by < 0 {
		return v.older()
	}
	v.layout(v.height)
	if by > 0 && v.page.end {
		v.resume()
	}
	return nil
}
