package logview

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/tui/screen"
)

// Actions are the keys of the view.
func (v *View) Actions() []screen.Action {
	var out []screen.Action
	add := func(name, label string, run func() tea.Cmd, keys ...string) *screen.Action {
		out = append(out, screen.Action{Name: name, Keys: v.o.Keys(name, keys...), Label: label, Run: v.acted(run)})
		return &out[len(out)-1]
	}
	plain := func(f func()) func() tea.Cmd { return func() tea.Cmd { f(); return nil } }
	add("filter", "Filter", func() tea.Cmd { return v.ask("") }, "/").Help = "Filter (// search)"
	searching := v.search != nil
	add("search.next", "Next match", func() tea.Cmd { return v.nextHit(1) }, "n").Hidden = !searching
	add("search.previous", "Previous match", func() tea.Cmd { return v.nextHit(-1) }, "N").Hidden = !searching
	add("log.follow", "Autoscroll", plain(v.toggleFollow), "s")
	add("wrap", "Wrap", plain(func() { v.wrap, v.x = !v.wrap, 0 }), "w")
	add("log.timestamps", "Timestamps", plain(v.nextTimes), "t")
	add("fullscreen", "Full screen", plain(func() { v.full = !v.full }), "f")
	add("log.ruler", "Mark", plain(v.addRuler), "m")
	add("log.clear", "Clear", plain(v.clear), "C")
	add("copy", "Copy", v.copy, "c")
	add("log.open", "Open event", v.openEvent, "enter")
	add("log.level", "Level", plain(v.nextLevel), "e").Help = "All levels, warnings, errors"
	for _, r := range ranges() {
		add(r.name, r.label, func() tea.Cmd { return v.open(r.what) }, r.key).Help = r.help
	}
	more := len(out)
	add("log.exclude", "Exclude", func() tea.Cmd { return v.ask("!") }, "x")
	add("log.unfilter", "Take off the last filter", func() tea.Cmd { return v.unfilter() }, "backspace")
	add("log.filters", "Take off a filter", v.chooseChip, "X")
	add("log.context", "Lines around matches", v.nextAround, "o")
	add("log.fold", "Fold repeats and stack traces", plain(func() { v.fold = !v.fold }), "z")
	add("log.raw", "Lines as they were written", plain(func() { v.raw = !v.raw }), "r")
	add("log.colors", "Colours of the application", plain(func() { v.colors = !v.colors }), "A")
	add("log.unmask", "Show or hide secrets", v.toggleMask, "M")
	add("log.fields", "Fields as columns", v.askFields, "v")
	add("log.patterns", "Lines by pattern", v.openPatterns, "P")
	add("log.range", "Range of time", v.askRange, "R")
	add("log.jump", "Jump to a time", v.askTime, "@")
	add("log.older", "Far up, and older lines", func() tea.Cmd { return v.chunk(-1) }, "{")
	add("log.newer", "Far down", func() tea.Cmd { return v.chunk(1) }, "}")
	add("log.histogram", "Histogram", v.toggleHist, "H")
	add("log.bar-left", "Histogram: bar before", func() tea.Cmd { return v.moveBar(-1) }, "<")
	add("log.bar-right", "Histogram: next bar", func() tea.Cmd { return v.moveBar(1) }, ">")
	add("log.select", "Select lines", v.selectFrom, "space")
	add("log.live", "Live Tail", v.toggleLive, "T")
	if v.o.Link != nil {
		add("log.link", "Copy link", v.link, "y")
	}
	if v.o.Tool != nil {
		add("log.pager", "Open in $PAGER", func() tea.Cmd { return v.inTool(Pager) }, "V")
		add("log.editor", "Open in $EDITOR", func() tea.Cmd { return v.inTool(Editor) }, "E")
	}
	saves := add("log.save-json", "Save as JSON lines", func() tea.Cmd { return v.askSave(asJSON) }, "S")
	if v.o.Save == nil {
		saves.Off = "there is nowhere to save to"
	}
	for i := more; i < len(out); i++ {
		out[i].Hidden = true
	}
	if v.o.Previous != nil {
		add("logs.previous", "Previous", v.previous, "p").Help = "Logs of what ran before"
	}
	if v.o.Query != nil {
		add("log.query", "Logs Insights", v.query, "I")
	}
	save := add("save", "Save", func() tea.Cmd { return v.askSave(asText) }, "ctrl+s")
	if v.o.Save == nil {
		save.Off = "there is nowhere to save to"
	}
	return append(v.moves(out), signs()...)
}

// signs are not keys: the help page explains by them what stands among the lines.
func signs() []screen.Action {
	var out []screen.Action
	for _, s := range [][3]string{
		{"sign.late", lateSign, "Came late: put where it belongs after newer lines were shown"},
		{"sign.repeats", "×3", "Equal lines in a row, as one"},
		{"sign.gap", "╌╌╌", "Lines between that do not match are left out"},
	} {
		out = append(out, screen.Action{Name: s[0], Keys: []string{s[1]}, Help: s[2], Section: "signs", Hidden: true})
	}
	return out
}

// unfilter takes off the last filter.
func (v *View) unfilter() tea.Cmd {
	if n := len(v.chips); n > 0 {
		v.takeOff(n - 1)
		return nil
	}
	return flash(screen.Info, "there is no filter to take off")
}

// query carries range and filter over to Logs Insights. Ranges without a beginning
// get one: the first line for the oldest ones, an hour ago for the newest.
func (v *View) query() tea.Cmd {
	r := v.o.Range
	switch first := v.oldest(); {
	case r.Head && first != 0:
		r = Range{From: time.UnixMilli(first), Name: "from " + v.moment(time.UnixMilli(first))}
	case r.Last == 0 && r.From.IsZero() && !r.To.IsZero():
		r.From = r.To.Add(-time.Hour)
	case r.Last == 0 && r.From.IsZero():
		r = Range{Last: time.Hour, Name: "1h"}
	}
	return v.o.Query(r, v.filter())
}

// acted makes the view be drawn again after an action.
func (v *View) acted(run func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		if v.src == nil {
			return nil
		}
		v.drawn.valid = false
		return run()
	}
}

// moves appends the keys that scroll.
func (v *View) moves(out []screen.Action) []screen.Action {
	left := func() tea.Cmd { v.sideways(-1); return nil }
	right := func() tea.Cmd { v.sideways(1); return nil }
	for _, m := range []struct {
		name, label string
		run         func() tea.Cmd
		keys        []string
	}{
		{"up", "Up", func() tea.Cmd { return v.step(-1) }, []string{"k", "up"}},
		{"down", "Down", func() tea.Cmd { return v.step(1) }, []string{"j", "down"}},
		{"page.up", "Page up", func() tea.Cmd { return v.turn(-1) }, []string{"ctrl+b", "pgup"}},
		{"page.down", "Page down", func() tea.Cmd { return v.turn(1) }, []string{"ctrl+f", "pgdown"}},
		{"top", "To the top", func() tea.Cmd { v.toTop(); return nil }, []string{"g", "home"}},
		{"bottom", "To the end, and follow", func() tea.Cmd { v.resume(); return nil }, []string{"G", "end"}},
		{"left", "Left", left, []string{"left"}},
		{"right", "Right", right, []string{"right"}},
		{"log.left", "Left", left, []string{"h"}},
		{"log.right", "Right", right, []string{"l"}},
	} {
		out = append(out, screen.Action{Name: m.name, Keys: v.o.Keys(m.name, m.keys...), Label: m.label, Section: "navigation",
			Hidden: true, Run: v.acted(m.run)})
	}
	return out
}

type rangeKey struct {
	name, key, label, help string
	what                   Range
}

// ranges are the keys that choose what is read.
func ranges() []rangeKey {
	last := func(name, key string, d time.Duration) rangeKey {
		return rangeKey{"log." + name, key, name, "The last " + name, Range{Last: d, Name: name}}
	}
	return []rangeKey{
		{"log.tail", "0", "tail", "The newest lines", Range{Name: "tail"}},
		{"log.head", "1", "head", "The oldest lines", Range{Head: true, Name: "head"}},
		last("1m", "2", time.Minute), last("5m", "3", 5*time.Minute), last("15m", "4", 15*time.Minute),
		last("30m", "5", 30*time.Minute), last("1h", "6", time.Hour),
	}
}

func (v *View) toggleFollow() {
	if v.follow {
		v.pause()
		return
	}
	v.resume()
}

// firstTimes is what the switch shows first.
func (v *View) firstTimes() times {
	if v.o.UTC {
		return utcTimes
	}
	return localTimes
}

// nextTimes goes on from none to the configured kind of time, to the other kind.
func (v *View) nextTimes() {
	first := v.firstTimes()
	switch v.times {
	case noTimes:
		v.times = first
	case first:
		v.times = utcTimes + localTimes - first
	default:
		v.times = noTimes
	}
}

// addRuler draws a line under the newest line, or under the cursor's.
func (v *View) addRuler() {
	var at lines.Key
	v.read(func(w *walk) {
		i := w.end()
		if !v.follow {
			i = w.at(v.cur)
		}
		if i >= 0 {
			it, _ := w.item(w.start(i))
			at = it.last
		}
	})
	v.rulers = append(v.rulers, ruler{at, v.moment(v.o.Now())})
}

// clear hides what is there.
func (v *View) clear() {
	v.src.Store().All().Read(func(r lines.Reader) {
		if n := r.Len(); n > 0 {
			v.floor = r.Line(n - 1).Key
		}
	})
	v.rulers = nil
	v.resume()
}

// sideways scrolls by a quarter of the screen.
func (v *View) sideways(by int) {
	if v.wrap {
		return
	}
	v.x = min(max(v.x+by*max(v.width/4, 1), 0), enough)
}

// click puts the cursor on the item at a row of the screen.
func (v *View) click(y int) {
	i := y - (v.drawn.height - v.height)
	if i < 0 || i >= len(v.page.rows) || v.page.rows[i].item < 0 {
		return
	}
	k := v.page.items[v.page.rows[i].item].Key
	v.pause()
	v.cur, v.drawn.valid = k, false
}

// measure looks at the streams for the column of names, and at the days.
func (v *View) measure() {
	if now := v.o.Now(); v.learned.IsZero() || now.Sub(v.learned) >= time.Second || len(v.names.byStream) == 0 || v.drawn.width != v.look.width {
		v.learned = now
		v.names.learn(v.src.Store().Streams(), v.drawn.width)
	}
	v.days = false
	v.read(func(w *walk) {
		if w.n > w.lo {
			a, b := w.r.Line(w.lo).Time, w.r.Line(w.n-1).Time
			v.days = b-a > int64(20*time.Hour/time.Millisecond)
		}
	})
}
