package logview

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ecsole/lines"
	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

func itoa(n int) string { return strconv.Itoa(n) }

// compose draws everything: the line of switches, what has to be said, filters, and
// the lines themselves.
func (v *View) compose(width, height int) string {
	if v.src == nil || width <= 0 || height <= 0 {
		return strings.TrimSuffix(strings.Repeat(clean.Spaces(width)+"\n", max(height, 1)), "\n")
	}
	v.margin = !v.full && width > 20
	v.prepare(width)
	top := v.above(width, height)
	rest := max(height-len(top), 0)
	v.width, v.height = width, rest
	v.layout(rest)
	out := make([]string, 0, height)
	if len(top) > 0 {
		top[0] = v.indicator(width) // which counts what the layout has found
		out = append(out, top[:min(len(top), height)]...)
	}
	for _, r := range v.page.rows {
		out = append(out, r.text)
	}
	if len(v.page.rows) == 0 {
		out = append(out, v.empty(width, rest)...)
	}
	for len(out) < height {
		out = append(out, clean.Spaces(width))
	}
	return strings.Join(out[:height], "\n")
}

// chipLine shows the filters and how far they have come, "" where there are none.
func (v *View) chipLine(width int) string {
	if len(v.chips) == 0 && v.draft == nil && v.search == nil {
		return ""
	}
	s, used := "", 0
	put := func(p theme.Pen, t string) {
		if t = clean.Cut(t, max(width-used, 0)); t != "" {
			s += p.Paint(t)
			used += clean.Width(t)
		}
	}
	for _, q := range v.chips {
		put(v.pens.filter, " ‹"+clean.Line(q.Text())+"›")
	}
	if v.draft != nil {
		put(v.pens.info, " ‹"+clean.Line(v.draft.Text())+"…›")
	}
	if v.around > 0 && v.result != nil {
		put(v.pens.muted, " ±"+itoa(v.around))
	}
	if v.result != nil {
		put(v.pens.muted, " "+matches(v.result))
	}
	if v.search != nil {
		put(v.pens.match, " //"+clean.Line(v.search.Text()))
		put(v.pens.muted, " "+v.hitNumber())
	}
	return s + clean.Spaces(width-used)
}

// matches says how many lines match, and how many have been looked at if not all.
func matches(r *lines.Result) string {
	s := plural(r.Len(), "line")
	if seen, total, idle := r.Progress(); !idle && total > 0 && seen < total {
		s += fmt.Sprintf(", %d %% read", 100*seen/total)
	}
	return s
}

// hitNumber tells which hit the cursor is on, of how many.
func (v *View) hitNumber() string {
	if v.hits == nil {
		return ""
	}
	at := 0
	n := 0
	v.hits.Read(func(r lines.Reader) {
		n = r.Len()
		if i := r.Find(v.cur); !v.follow && i < n && r.Line(i).Key == v.cur {
			at = i + 1
		}
	})
	s := plural(n, "hit")
	if at > 0 {
		s = count(at) + "/" + s
	}
	if seen, total, idle := v.hits.Progress(); !idle && total > 0 && seen < total {
		s += fmt.Sprintf(", %d %% read", 100*seen/total)
	}
	return s
}

// part is one word of the indicator.
type part struct {
	text string
	pen  theme.Pen
}

func wide(parts []part) int {
	n := 0
	for _, p := range parts {
		n += clean.Width(p.text) + 2
	}
	return n
}

// indicator is the line of switches, and at its right how reading stands. Where it
// gets narrow, what is off goes first, then what is least important at the right.
func (v *View) indicator(width int) string {
	left, right := v.switches(false), v.standing(width)
	if wide(left)+wide(right) > width && len(right) > 0 && right[len(right)-1].pen == v.pens.muted {
		right = right[:len(right)-1]
	}
	if wide(left)+wide(right) > width {
		left = v.switches(true)
	}
	for len(right) > 1 && wide(left)+wide(right) > width {
		right = right[:len(right)-1]
	}
	for len(left) > 0 && wide(left)+wide(right) > width {
		left = left[:len(left)-1]
	}
	var b strings.Builder
	for _, p := range left {
		b.WriteString(" " + p.pen.Paint(p.text) + " ")
	}
	room := width - wide(left) - wide(right)
	if room < 0 {
		return clean.Fit(right[0].pen.Paint(clean.Cut(right[0].text, width)), width)
	}
	b.WriteString(clean.Spaces(room))
	for _, p := range right {
		b.WriteString(" " + p.pen.Paint(p.text) + " ")
	}
	return b.String()
}

// switches are k9s's, with their states; short ones are those that are on.
func (v *View) switches(short bool) []part {
	var out []part
	add := func(name string, on bool, state string) {
		if state == "" {
			state = map[bool]string{true: "On", false: "Off"}[on]
		}
		p := part{name + ":" + state, v.pens.off}
		if on {
			p.pen = v.pens.on
		}
		if short && !on && name != "Autoscroll" {
			return
		}
		out = append(out, p)
	}
	add("Autoscroll", v.follow, "")
	add("FullScreen", v.full, "")
	add("Timestamps", v.times != noTimes, v.times.String())
	add("Wrap", v.wrap, "")
	if v.state.Live.On || v.live {
		add("Live", true, liveState(&v.state.Live))
	}
	if !v.fold {
		add("Unfolded", true, "")
	}
	if v.raw {
		add("Raw", true, "")
	}
	if v.unmasked {
		out = append(out, part{"Secrets:Shown", v.pens.warn})
	}
	return out
}

// liveState says what the low-latency path costs, or why it is not on.
func liveState(l *lines.Live) string {
	switch {
	case !l.On && l.Text != "":
		return clean.Line(l.Text)
	case !l.On:
		return "starting"
	case l.Sampled > 0:
		return fmt.Sprintf("$%.2f, sampled %d times", l.CostUSD, l.Sampled)
	}
	return fmt.Sprintf("$%.2f", l.CostUSD)
}

// standing says how reading stands, the most important first.
func (v *View) standing(width int) []part {
	var out []part
	add := func(p theme.Pen, s string) { out = append(out, part{s, p}) }
	st := v.src.Store().Stats()
	if !v.follow && v.page.fresh > 0 {
		add(v.pens.counter, "+"+count(v.page.fresh)+" new")
	}
	switch {
	case v.work.Lane("older").Busy():
		add(v.pens.info, "reading older…")
	case v.state.Reading != "":
		add(v.pens.info, clean.Line(v.state.Reading)+"…")
	}
	if v.state.Lag > 0 {
		add(v.pens.warn, "lag "+short(v.state.Lag))
	}
	if v.state.Ended != "" {
		add(v.pens.muted, "ended")
	}
	if n := st.Evicted; n > 0 {
		add(v.pens.warn, count(int(n))+" dropped")
	}
	if n := st.Late; n > 0 {
		s := count(int(n)) + " came late"
		if width >= 120 {
			s += ", put in place"
		}
		add(v.pens.muted, s)
	}
	if width >= 100 {
		u := v.src.Store().Budget().Usage()
		p := v.pens.muted
		if u.Used > u.Limit*9/10 {
			p = v.pens.warn
		}
		add(p, size(u.Used)+" of "+size(u.Limit))
	}
	return out
}

// short writes a duration in one unit.
func short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// empty says why there is no line.
func (v *View) empty(width, height int) []string {
	why := []part{}
	add := func(p theme.Pen, s string) { why = append(why, part{s, p}) }
	total := v.src.Store().All().Len()
	switch {
	case v.result != nil && total > 0:
		if _, _, idle := v.result.Progress(); !idle {
			add(v.pens.info, "Looking for lines that match …")
		} else {
			add(v.pens.muted, fmt.Sprintf("None of %s matches. esc takes the filter off.", plural(total, "line")))
		}
	case v.floor != (lines.Key{}) && total > 0:
		add(v.pens.muted, "Cleared. New lines appear here; page up brings the others back.")
	case v.state.Ended != "":
		add(v.pens.notice, v.state.Ended)
	case v.state.Reading != "":
		add(v.pens.info, v.state.Reading+"…")
	case len(v.state.Problems) > 0:
		add(v.pens.muted, "Nothing could be read yet; reading goes on trying.")
	case v.state.Read.IsZero() && v.state.Oldest.IsZero():
		add(v.pens.info, "Reading …")
	default:
		s := "No lines yet"
		if !v.state.Oldest.IsZero() {
			s += ", back to " + v.moment(v.state.Oldest)
		}
		if v.state.Following {
			s += "; new ones appear here"
		}
		add(v.pens.muted, s+". page up reads further back, 6 shows the last hour.")
	}
	if total == 0 { // else they stand above
		for _, n := range v.state.Notes {
			add(v.pens.notice, n)
		}
	}
	var out []string
	for _, p := range why {
		for _, l := range wrapWords(clean.Line(p.text), max(width-2, 1)) {
			if len(out) < height {
				out = append(out, p.pen.Paint(clean.Fit(" "+l, width)))
			}
		}
	}
	return out
}

// wrapWords breaks a text at spaces.
func wrapWords(s string, width int) []string {
	var out []string
	line := ""
	for _, w := range strings.Fields(s) {
		switch {
		case line == "":
			line = w
		case clean.Width(line)+1+clean.Width(w) <= width:
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	return append(out, line)
}

// Title is the text in the frame's border: what is shown, the range, filters.
func (v *View) Title() string {
	if v.pens.version != v.o.Theme.Version {
		v.pens = newPens(v.o.Theme)
	}
	s := clean.Line(v.o.Title)
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		s = v.pens.title.Paint(s[:i+1]) + v.pens.scope.Paint(s[i+1:len(s)-1]) + v.pens.title.Paint(")")
	} else {
		s = v.pens.title.Paint(s)
	}
	s += v.pens.title.Paint("[") + v.pens.counter.Paint(clean.Line(v.o.Range.Name)) + v.pens.title.Paint("]")
	if q := v.filter(); q != nil {
		s += v.pens.filter.Paint(" </" + clean.Line(q.Text()) + ">")
	}
	return s
}
