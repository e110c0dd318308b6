package logview

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/tui/chart"
	"ecsole/tui/clean"
	"ecsole/tui/screen"
)

// hist is the histogram over the lines.
type hist struct {
	on      bool
	start   time.Time
	step    time.Duration
	buckets []chart.Bucket
	at      time.Time // the bucket under the cursor begins then; zero: none
	counted time.Time
	version uint64 // of the store, when it was counted
	of      *lines.Result
	width   int
	ticks   []Tick    // of all times that were asked for
	asked   time.Time // when it was asked for them
	since   time.Time // from when on
	failed  error     // why ticks may be missing
}

// steps are the widths that a bucket may have, in seconds.
func steps() []time.Duration {
	return []time.Duration{1, 2, 3, 4, 5, 8, 10, 12, 15, 20, 24, 30, 40, 48,
		60, 90, 120, 150, 180, 240, 300, 450, 600, 900, 1200, 1800, 2400,
		3600, 5400, 7200, 10800, 14400, 21600, 28800, 43200, 86400, 2 * 86400, 7 * 86400, 30 * 86400}
}

// count brings the histogram up to date, at most twice a second while lines come.
func (v *View) count(width int) {
	h := &v.hist
	now, version := v.o.Now(), v.src.Store().Version()
	if h.width == width && h.of == v.result && (version == h.version || now.Sub(h.counted) < time.Second/2) {
		return
	}
	h.counted, h.version, h.of, h.width = now, version, v.result, width
	first, last := int64(0), int64(0)
	v.src.Store().All().Read(func(r lines.Reader) {
		from := 0
		if v.floor != (lines.Key{}) {
			from = r.Find(after(v.floor))
		}
		if r.Len() > from {
			first, last = r.Line(from).Time, r.Line(r.Len()-1).Time
		}
	})
	h.buckets = nil
	if first == 0 {
		return
	}
	if v.state.Following {
		last = max(last, now.UnixMilli())
	}
	all := steps()
	h.step = all[len(all)-1] * time.Second
	span := time.Duration(last-first+1) * time.Millisecond
	for _, s := range all {
		if span/(s*time.Second)+2 <= time.Duration(max(width, 8)) {
			h.step = s * time.Second
			break
		}
	}
	h.start = time.UnixMilli(first).Truncate(h.step)
	n := min(int(time.UnixMilli(last).Sub(h.start)/h.step)+1, 4*width+8)
	seq := v.src.Store().All()
	if v.result != nil {
		seq = &v.result.Sequence
	}
	end := h.start.Add(time.Duration(n) * h.step)
	for _, b := range seq.Histogram(h.start.UnixMilli(), end.UnixMilli(), n) {
		h.buckets = append(h.buckets, chart.Bucket{Count: b.Lines, Bad: b.Errors})
	}
}

// bucket is the index of the bucket that a time falls into, -1 beside them.
func (h *hist) bucket(at time.Time) int {
	if at.IsZero() || h.step <= 0 || at.Before(h.start) {
		return -1
	}
	if i := int(at.Sub(h.start) / h.step); i < len(h.buckets) {
		return i
	}
	return -1
}

// histogram draws it in so many lines, and one more with ticks where there are some.
func (v *View) histogram(width, height int) []string {
	inner := max(width-2, 1)
	v.count(inner)
	h := &v.hist
	start := h.start.UTC()
	if v.location() != time.UTC {
		start = h.start.Local()
	}
	c := chart.Histogram{Start: start, Step: h.step, Buckets: h.buckets, Cursor: h.bucket(h.at), Say: bucketWords}
	// The line of time ends where the bars end.
	if n := len(h.buckets); n > 0 && n < inner {
		inner = max(min(8, inner/n)*n, min(inner, 24))
	}
	var out []string
	for l := range strings.SplitSeq(c.View(inner, max(height, 2), v.pens.chart), "\n") {
		out = append(out, " "+l+clean.Spaces(width-inner-1))
	}
	if s := v.tickLine(c, inner, width-1); s != "" {
		out = append(out, " "+s)
	}
	if width < 2 { // the margin is all there is room for
		for i := range out {
			out[i] = clean.Spaces(width)
		}
	}
	return out
}

func bucketWords(b chart.Bucket) string {
	s := plural(b.Count, "line")
	if b.Bad > 0 {
		s += ", " + plural(b.Bad, "error")
	}
	return s
}

// tickLine marks what happened under the bars: the kind's letter, and the text of
// what happened under the cursor, or what the letters mean. The words may take more
// room than the bars.
func (v *View) tickLine(c chart.Histogram, width, room int) string {
	h := &v.hist
	if len(h.ticks) == 0 && h.failed == nil || len(h.buckets) == 0 {
		return ""
	}
	where := map[int]int{} // the first cell of each bucket's bar
	for x := width - 1; x >= 0; x-- {
		if b := c.BucketAt(x, width); b >= 0 {
			where[b] = x
		}
	}
	row := []byte(strings.Repeat(" ", width))
	said, kinds := "", map[byte]int{}
	for _, t := range h.ticks {
		b := h.bucket(t.Time)
		if b < 0 {
			continue
		}
		kinds[t.Kind]++
		for at := b; at >= 0; at-- { // the bar that the bucket shares
			if x, ok := where[at]; ok {
				row[x] = kindLetter(t.Kind)
				break
			}
		}
		if b == c.Cursor {
			said = strings.TrimPrefix(said+" · "+clean.Line(t.Text), " · ")
		}
	}
	if s := string(row) + clean.Spaces(room-width); said == "" && h.failed == nil {
		said = legend(kinds)
		if both := beside(s, said, room); strings.TrimSpace(both) != said {
			s = both // where there is no room for both, the letters matter more
		}
		return v.pens.counter.Paint(s)
	}
	if h.failed != nil {
		said = strings.TrimPrefix(said+" · some are not known: "+clean.Line(h.failed.Error()), " · ")
	}
	return v.pens.counter.Paint(beside(string(row)+clean.Spaces(room-width), said, room))
}

// legend says what the letters mean that are there.
func legend(kinds map[byte]int) string {
	var out []string
	for _, k := range []struct {
		kind byte
		name string
	}{{'d', "deployment"}, {'s', "task stop"}, {'a', "alarm"}} {
		if n := kinds[k.kind]; n > 0 {
			out = append(out, string(kindLetter(k.kind))+": "+plural(n, k.name))
		}
	}
	return strings.Join(out, " · ")
}

// beside puts words where a row of letters leaves room: behind the last, or else
// before the first; without room anywhere the words matter more.
func beside(row, said string, width int) string {
	n := clean.Width(said)
	from, to := len(row)-len(strings.TrimLeft(row, " ")), len(strings.TrimRight(row, " "))
	switch {
	case said == "":
		return row
	case to+2+n <= width:
		return row[:to] + "  " + said + clean.Spaces(width-to-2-n)
	case n+2 <= from:
		return said + row[n:]
	}
	return clean.Fit(said, width)
}

func kindLetter(kind byte) byte {
	if kind >= 'a' && kind <= 'z' {
		return kind - 'a' + 'A'
	}
	return '*'
}

// moveBar moves the histogram's cursor and goes to its lines.
func (v *View) moveBar(by int) tea.Cmd {
	h := &v.hist
	var ask tea.Cmd
	if !h.on {
		h.on = true
		ask = v.askHappened()
	}
	v.count(max(v.drawn.width-2, 1))
	n := len(h.buckets)
	if n == 0 {
		return screen.Batch(ask, flash(screen.Info, "there are no lines to count"))
	}
	i := h.bucket(h.at)
	switch {
	case i >= 0:
		i += by
	case !v.follow:
		i = h.bucket(time.UnixMilli(v.cur.Time))
	default:
		i = n - 1
	}
	for i > 0 && i < n-1 && h.buckets[i].Count == 0 { // over what is empty
		i += by
	}
	i = min(max(i, 0), n-1)
	h.at = h.start.Add(time.Duration(i) * h.step)
	v.goToTime(h.at)
	return ask
}

// toggleHist shows or hides the histogram.
func (v *View) toggleHist() tea.Cmd {
	v.hist.on, v.hist.at = !v.hist.on, time.Time{}
	return v.askHappened()
}
