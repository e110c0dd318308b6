package chart

import (
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// Bucket counts what fell into one step of time.
type Bucket struct {
	Count int
	Bad   int // of Count, drawn at the foot of the bar in the critical colour
}

// Histogram is counts over time.
type Histogram struct {
	Start   time.Time
	Step    time.Duration
	Buckets []Bucket
	// Cursor is the index of the chosen bucket; -1 for none.
	Cursor int
	// Say puts the chosen bucket into words; without it they are its numbers.
	Say   func(Bucket) string
	ASCII bool
}

// Bars is the number of bars that fit width cells: all buckets, or fewer where
// several have to share a bar.
func (h Histogram) Bars(width int) int { return max(0, min(len(h.Buckets), width)) }

// barWidth is the number of cells of each bar.
func (h Histogram) barWidth(width int) int {
	if n := h.Bars(width); n > 0 {
		return min(8, width/n)
	}
	return 0
}

// BucketAt returns the first bucket of the bar at cell x of a chart of that width,
// or -1 beside the bars.
func (h Histogram) BucketAt(x, width int) int {
	n, w := h.Bars(width), h.barWidth(width)
	if x < 0 || w == 0 || x/w >= n {
		return -1
	}
	from, _ := share(len(h.Buckets), n, x/w)
	return from
}

// View draws the histogram in exactly height lines of width cells: bars scaled to
// the fullest, and below them one line of time: begin and end, or the time and the
// count of the chosen bucket under a caret.
func (h Histogram) View(width, height int, p Pens) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	lines := make([]string, 0, height)
	bars, most := h.bars(width)
	for row := height - 2; row >= 0; row-- {
		lines = append(lines, h.line(bars, most, row, height-1, width, p))
	}
	return strings.Join(append(lines, h.axis(width, p)), "\n")
}

type bar struct {
	Bucket
	chosen bool
}

// bars merges buckets that share a bar; most is the highest count of a bar.
func (h Histogram) bars(width int) (out []bar, most int) {
	n := h.Bars(width)
	out = make([]bar, n)
	for i := range out {
		from, to := share(len(h.Buckets), n, i)
		for at := from; at < to; at++ {
			out[i].Count += h.Buckets[at].Count
			out[i].Bad += h.Buckets[at].Bad
		}
		out[i].chosen = from <= h.Cursor && h.Cursor < to
		most = max(most, out[i].Count)
	}
	return out, most
}

// line draws one row of the bars, counted from the bottom.
func (h Histogram) line(bars []bar, most, row, rows, width int, p Pens) string {
	var b strings.Builder
	w := h.barWidth(width)
	for _, x := range bars {
		full, bad := eighths(x.Count, most, rows)-8*row, eighths(x.Bad, most, rows)-8*row
		pen := p.line
		switch {
		case x.chosen:
			pen = p.cursor
		case bad > 0:
			pen = p.critical
		}
		r := h.block(full, bad)
		b.WriteString(pen.Paint(strings.Repeat(string(r), w)))
	}
	b.WriteString(clean.Spaces(width - w*len(bars)))
	return b.String()
}

// eighths is the height of a bar in eighths of a cell; what is not zero is seen.
func eighths(count, most, rows int) int {
	if count <= 0 || most <= 0 || rows <= 0 {
		return 0
	}
	return max(1, int(float64(count)/float64(most)*float64(8*rows)))
}

// block is the character for a cell filled to full eighths, bad of them bad: bad
// cells have a pattern of their own.
func (h Histogram) block(full, bad int) rune {
	switch {
	case full <= 0:
		return ' '
	case h.ASCII && bad > 0:
		return 'x'
	case h.ASCII:
		return '#'
	case bad > 0:
		return '▒'
	}
	return blocks[min(full, 8)-1]
}

// axis is the line of time.
func (h Histogram) axis(width int, p Pens) string {
	if len(h.Buckets) == 0 {
		return clean.Spaces(width)
	}
	end := h.Start.Add(time.Duration(len(h.Buckets)) * h.Step)
	layout := "15:04:05"
	if end.Sub(h.Start) > 24*time.Hour {
		layout = "01-02 15:04"
	}
	if h.Start.Location() == time.UTC {
		layout += "Z"
	}
	if h.Cursor < 0 || h.Cursor >= len(h.Buckets) {
		from, to := h.Start.Format(layout), end.Format(layout)
		room := width - len(from) - len(to)
		if room < 1 {
			return paintCut(from, width, p.axis)
		}
		return p.axis.Paint(from + clean.Spaces(room) + to)
	}
	caret := "▲"
	if h.ASCII {
		caret = "^"
	}
	b := h.Buckets[h.Cursor]
	text := h.Start.Add(time.Duration(h.Cursor)*h.Step).Format(layout) + "  "
	switch {
	case h.Say != nil:
		text += h.Say(b)
	case b.Bad > 0:
		text += strconv.Itoa(b.Count) + " (" + strconv.Itoa(b.Bad) + " bad)"
	default:
		text += strconv.Itoa(b.Count)
	}
	return h.under(caret, text, width, p)
}

// under writes text beside a caret that stands below the chosen bar.
func (h Histogram) under(caret, text string, width int, p Pens) string {
	bars, w := h.Bars(width), h.barWidth(width)
	x := 0
	for i := range bars {
		if from, to := share(len(h.Buckets), bars, i); from <= h.Cursor && h.Cursor < to {
			x = i*w + w/2
		}
	}
	n := clean.Width(text)
	switch {
	case x+2+n <= width:
		return clean.Spaces(x) + p.axis.Paint(caret+" "+text) + clean.Spaces(width-x-2-n)
	case x-1-n >= 0:
		return clean.Spaces(x-1-n) + p.axis.Paint(text+" "+caret) + clean.Spaces(width-x-1)
	}
	return paintCut(text, width, p.axis)
}

func paintCut(s string, width int, p theme.Pen) string {
	s = ansi.Truncate(s, width, "")
	return p.Paint(s) + clean.Spaces(width-clean.Width(s))
}
