package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/tui/chart"
	"ecsole/tui/clean"
	"ecsole/tui/edit"
	"ecsole/tui/theme"
)

// Title tells the groups and the range.
func (s *insights) Title() string {
	th := s.app.theme.Frame
	what := "no group"
	if len(s.groups) > 0 {
		what = clean.Line(s.groups[0])
		if n := len(s.groups) - 1; n > 0 {
			what += fmt.Sprintf(" +%d", n)
		}
	}
	out := th.Title.Render("insights(") + th.Highlight.Render(what) + th.Title.Render(")[") + th.Counter.Render(clean.Line(s.span.Name)) + th.Title.Render("]")
	if s.filter != "" {
		out += th.Filter.Render(" </" + clean.Line(s.filter) + ">")
	}
	return out
}

// View draws the query, how it stands, the chart, and the table.
func (s *insights) View(width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	var out []string
	if s.typing || height >= 12 { // on a small screen the rows need the room
		out = append(s.head(width), s.editor(width, height)...)
	}
	out = append(out, s.status(width)...)
	if s.charted && !s.hideChart && height-len(out) >= 8 {
		out = append(out, s.drawChart(width, min(6, (height-len(out))/3))...)
	}
	out = out[:min(len(out), height)]
	if rest := height - len(out); rest > 0 {
		out = append(out, s.below(width, rest))
	}
	return strings.Join(out, "\n")
}

// line is a line of the screen's width.
func line(p theme.Pen, text string, width int) string { return p.Paint(clean.Fit(text, width)) }

// head are the groups, the range, and what the query will scan.
func (s *insights) head(width int) []string {
	th := s.app.theme
	label := func(name, value string) string {
		return clean.Fit(th.Muted.Render(" "+clean.Fit(name, 8))+clean.Line(value), width)
	}
	groups := "none yet: " + s.key("insights.groups") + " chooses"
	if len(s.groups) > 0 {
		groups = strings.Join(s.groups, ", ")
		if s.region != "" && s.region != s.on.Account.Region() {
			groups = s.region + ": " + groups
		}
		if n := len(s.groups); n > 1 {
			groups = fmt.Sprintf("(%d) %s", n, groups)
		}
	}
	from, to := s.between()
	layout, end := "2006-01-02 15:04:05", "15:04:05Z"
	if to.Sub(from) > 24*time.Hour || to.UTC().Day() != from.UTC().Day() {
		end = "2006-01-02 15:04:05Z"
	}
	span := from.UTC().Format(layout) + " – " + to.UTC().Format(end)
	if s.span.To.IsZero() {
		span = from.UTC().Format(layout) + "Z – now"
	}
	return []string{label("Groups", groups), label("Range", span+s.scans())}
}

// key is how a key is shown.
func (s *insights) key(name string) string {
	if k := s.app.keys.For(name); len(k) > 0 {
		return strings.ReplaceAll(k[0], "+", "-")
	}
	return name
}

// scans says what the query will scan.
func (s *insights) scans() string {
	e := s.estimate
	switch {
	case len(s.groups) == 0:
		return ""
	case s.work.Lane("estimate").Busy():
		return "  ·  estimating…"
	case !e.ok:
		return ""
	case e.err != nil:
		return "  ·  what it scans cannot be told: " + problem(e.err)
	}
	text := fmt.Sprintf("  ·  scans about %s, %s", bytesText(e.what.Bytes), usd(e.what.CostUSD))
	if n := len(e.what.Unknown); n > 0 {
		text += fmt.Sprintf(" and %s of which nothing is known", count(n, "group"))
	}
	return text
}

// editor is the query, with the words that could complete it.
func (s *insights) editor(width, height int) []string {
	th := s.app.theme
	rows := s.text.Rows()
	if s.typing {
		rows = max(rows, 4)
	}
	rows = max(min(rows, height/3, 12), 1)
	pens := edit.Pens{Text: theme.PenOf(th.Text), Dim: theme.PenOf(th.Muted), Cursor: theme.PenOf(th.Prompt.Cursor)}
	ghost, options := "", []string(nil)
	if s.typing {
		var word string
		if word, options = s.complete(); len(options) > 0 {
			ghost = options[0][len(word):]
		}
	}
	out := s.text.View(width, rows, s.typing, ghost, pens)
	if !s.typing {
		return out
	}
	hint := s.key("insights.run") + " runs · tab completes"
	for _, more := range []string{s.key("insights.groups") + " groups", s.key("insights.range") + " range", s.key("insights.history") + " history", s.key("insights.saved") + " saved"} {
		if clean.Width(hint+" · "+more) <= width-4 { // rather none than a part
			hint += " · " + more
		}
	}
	if len(options) > 1 {
		hint = strings.Join(options, "  ")
	}
	return append(out, line(theme.PenOf(th.Muted), "   "+hint, width))
}

// status says how the query stands: a rule with what was scanned, and what is wrong.
func (s *insights) status(width int) []string {
	th := s.app.theme
	a := s.answer
	text, style := "", th.Muted
	counted := fmt.Sprintf("%s · %s of %s records match · %s, %s", count(len(a.Rows), "row"), comma(int(a.Matched)), comma(int(a.Scanned)), bytesText(a.Bytes), usd(a.CostUSD))
	switch {
	case s.running:
		text, style = fmt.Sprintf("◌ %s · esc stops it · %s", short(s.app.now().Sub(s.began)), counted), th.Info
	case s.wanted:
		text, style = "◌ finding out what it will scan…", th.Info
	case s.failed != nil && s.failed != errStopped:
		e := aws.AsError(s.failed)
		out := []string{s.rule("✗ "+headline(e), width, theme.PenOf(th.Bad))}
		if e.Hint != "" {
			out = append(out, line(theme.PenOf(th.Muted), " "+clean.Line(e.Hint), width))
		}
		return out
	case s.failed != nil:
		text, style = "✗ "+s.failed.Error()+" · "+counted, th.Warn
	case a.Done:
		text, style = "✓ "+counted+" · "+shortest(a.Duration), th.Good
		if a.More {
			text += fmt.Sprintf(" · the limit cut it off at %s rows", comma(len(a.Rows)))
			style = th.Warn
		}
		if !s.asked.same(s.question()) || s.asked.Text != s.text.Text() {
			text += " · of the query before it was changed"
		}
	}
	return []string{s.rule(text, width, theme.PenOf(style))}
}

// shortest writes how long a query took.
func shortest(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s" }

// rule is a line with a text in it.
func (s *insights) rule(text string, width int, pen theme.Pen) string {
	if text = clean.Cut(clean.Line(text), max(width-6, 0)); text != "" {
		text = " " + text + " "
	}
	bar := theme.PenOf(s.app.theme.Muted)
	return bar.Paint("──"[:min(6, 3*width)]) + pen.Paint(text) + bar.Paint(strings.Repeat("─", max(width-2-clean.Width(text), 0)))
}

// below is the table, or what there is to say in its place.
func (s *insights) below(width, height int) string {
	if len(s.answer.Rows) > 0 {
		return s.table.View(width, height)
	}
	th := s.app.theme
	var lines []string
	switch {
	case s.running:
	case s.answer.Done:
		lines = []string{th.Muted.Render("nothing matches in this range")}
	case s.failed == nil:
		for _, l := range examples(width - 4) {
			lines = append(lines, th.Muted.Render(clean.Cut(l, max(width-4, 1))))
		}
	}
	return centre(lines, width, height)
}

// examples are commands of the query language, in lines of at most width cells.
func examples(width int) []string {
	lines := []string{""}
	for _, e := range []string{
		"fields a, b", "filter status >= 500 and @message like /timeout/", "sort @timestamp desc", "limit 100",
		"stats count(*) as n, avg(ms) by bin(5m)", "parse @message /order=(?<order>\\d+)/", "dedup @message",
	} {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = e
		case clean.Width(*last+" · "+e) <= width:
			*last += " · " + e
		default:
			lines = append(lines, e)
		}
	}
	return lines
}

// usd writes what a query costs, to the cent.
func usd(v float64) string {
	switch {
	case v <= 0:
		return "$0"
	case v < 0.01:
		return "<$0.01"
	}
	return fmt.Sprintf("$%.2f", v)
}

// drawChart draws what stats … by bin() gave: one series as bars, several as a
// sparkline each.
func (s *insights) drawChart(width, height int) []string {
	th := s.app.theme
	pens := chart.PensOf(th)
	c := s.chart
	if len(c.Values) == 1 && len(c.Times) > 1 {
		return s.bars(width, height, pens)
	}
	name := 0
	for _, n := range c.Names {
		name = max(name, clean.Width(clean.Line(n)))
	}
	name = min(name, width/3)
	var out []string
	for i, values := range c.Values {
		if len(out) == height-1 && len(c.Values)-i > 1 {
			out = append(out, line(theme.PenOf(th.Muted), fmt.Sprintf(" and %d more series", len(c.Values)-i), width))
			break
		}
		top := max(slices.Max(values), 0)
		note := fmt.Sprintf(" %s last, %s at most", number(values[len(values)-1]), number(top))
		room := max(width-name-2-clean.Width(note), 4)
		bars := chart.Spark(stretched(values, room), min(room, len(values)*max(min(room/len(values), 4), 1)), chart.Options{Max: max(top, math.SmallestNonzeroFloat64)})
		out = append(out, clean.Fit(" "+clean.Fit(clean.Line(c.Names[i]), name)+" "+theme.PenOf(th.Chart.Line).Paint(bars)+th.Muted.Render(note), width))
	}
	return out
}

// stretched repeats each value so often that few of them can be told apart.
func stretched(values []float64, room int) []float64 {
	var out []float64
	for _, v := range values {
		for range max(min(room/len(values), 4), 1) {
			out = append(out, v)
		}
	}
	return out
}

// bars draws one series over time. The histogram counts in whole numbers, so small
// values are drawn on a finer scale; the numbers stand in the table.
func (s *insights) bars(width, height int, pens chart.Pens) []string {
	th := s.app.theme
	c := s.chart
	values := c.Values[0]
	top := slices.Max(values)
	scale := 1.0
	if top > 0 {
		scale = 1000 / top
	}
	step := c.Times[len(c.Times)-1].Sub(c.Times[0])
	for i := 1; i < len(c.Times); i++ {
		step = min(step, c.Times[i].Sub(c.Times[i-1]))
	}
	h := chart.Histogram{Start: c.Times[0], Step: step, Cursor: -1}
	h.Buckets = make([]chart.Bucket, min(int(c.Times[len(c.Times)-1].Sub(c.Times[0])/step)+1, 10_000))
	for i, t := range c.Times {
		if at := int(t.Sub(c.Times[0]) / step); at < len(h.Buckets) {
			h.Buckets[at].Count = int(math.Round(max(values[i], 0) * scale))
		}
	}
	inner := max(width-2, 1)
	if n := len(h.Buckets); n < inner { // the line of time ends where the bars end
		inner = max(min(8, inner/n)*n, min(inner, 24))
	}
	out := []string{line(theme.PenOf(th.Muted), fmt.Sprintf(" %s, at most %s", clean.Line(c.Names[0]), number(top)), width)}
	for l := range strings.SplitSeq(h.View(inner, max(height-1, 2), pens), "\n") {
		out = append(out, clean.Fit(" "+l, width))
	}
	return out
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
