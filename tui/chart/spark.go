// Package chart draws small charts of text: sparklines on a fixed scale for table
// cells, and histograms over time. Drawing is pure; colours come from the theme as
// pens, and no meaning is carried by colour alone.
package chart

import (
	"math"
	"strconv"
	"strings"

	"ecsole/tui/theme"
)

// Level grades a value against the thresholds of its scale.
type Level int

const (
	Unknown  Level = iota // no value
	Normal                // below 70 % of the scale
	Warn                  // from 70 %
	Critical              // from 90 %
)

// Thresholds of the levels, as parts of the scale.
const (
	warnFrom     = 0.7
	criticalFrom = 0.9
)

// Mark is what tells the level without colour: "", "!" or "!!".
func (l Level) Mark() string {
	switch l {
	case Warn:
		return "!"
	case Critical:
		return "!!"
	}
	return ""
}

// Options of a sparkline. The zero value is a scale from 0 to 100 in blocks.
type Options struct {
	Max   float64 // the scale's upper end; zero means 100
	ASCII bool    // without block characters
}

func (o Options) max() float64 {
	if o.Max > 0 {
		return o.Max
	}
	return 100
}

// Level grades v on the scale; NaN is Unknown.
func (o Options) Level(v float64) Level {
	switch part := v / o.max(); {
	case math.IsNaN(part):
		return Unknown
	case part >= criticalFrom:
		return Critical
	case part >= warnFrom:
		return Warn
	}
	return Normal
}

// Spark draws values, the newest last, in exactly width cells, on a scale from zero
// that does not adapt to the values: 2 % looks like 2 %. NaN is a gap, drawn as a
// dot, or as a space before the first value. What is above the scale is full. With
// more values than cells each cell shows the highest of its share, so that a peak
// is never lost; with fewer they stand at the right.
func Spark(values []float64, width int, o Options) string {
	var b strings.Builder
	spark(values, width, o, func(r rune, _ Level) { b.WriteRune(r) })
	return b.String()
}

// Pens colour a chart; make them again when the theme's Version changes.
type Pens struct{ line, warn, critical, empty, axis, cursor theme.Pen }

// PensOf takes the chart's pens from a theme.
func PensOf(th *theme.Theme) Pens {
	return Pens{
		line: theme.PenOf(th.Chart.Line), warn: theme.PenOf(th.Chart.Warn), critical: theme.PenOf(th.Chart.Critical),
		empty: theme.PenOf(th.Chart.Empty), axis: theme.PenOf(th.Chart.Axis), cursor: theme.PenOf(th.Chart.Cursor),
	}
}

func (p *Pens) of(l Level) theme.Pen {
	switch l {
	case Unknown:
		return p.empty
	case Warn:
		return p.warn
	case Critical:
		return p.critical
	}
	return p.line
}

// Colored is Spark with each cell in the colour of its own level.
func Colored(values []float64, width int, o Options, p Pens) string {
	var b, run strings.Builder
	level := Level(-1)
	flush := func() {
		b.WriteString(p.of(level).Paint(run.String()))
		run.Reset()
	}
	spark(values, width, o, func(r rune, l Level) {
		if l != level {
			flush()
			level = l
		}
		run.WriteRune(r)
	})
	flush()
	return b.String()
}

var (
	blocks = [...]rune{'▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}
	plain  = [...]rune{'_', '_', '.', '-', '-', '=', '#', '#'}
)

const (
	gap      = '·'
	plainGap = ' '
)

// spark emits width runes of one cell each.
func spark(values []float64, width int, o Options, emit func(rune, Level)) {
	started := false
	for i := range width {
		v := math.NaN()
		if from, to := share(len(values), width, i); to > from {
			v = highest(values[from:to])
		}
		started = started || !math.IsNaN(v)
		emit(o.bar(v, started), o.Level(v))
	}
}

// share is which of n values the i-th of width cells shows.
func share(n, width, i int) (from, to int) {
	if n <= width {
		from = i - (width - n)
		return max(0, from), max(0, from+1)
	}
	return i * n / width, (i + 1) * n / width
}

func highest(values []float64) float64 {
	out := math.NaN()
	for _, v := range values {
		if math.IsNaN(out) || v > out {
			out = v
		}
	}
	return out
}

func (o Options) bar(v float64, started bool) rune {
	switch {
	case math.IsNaN(v) && !started:
		return ' '
	case math.IsNaN(v) && o.ASCII:
		return plainGap
	case math.IsNaN(v):
		return gap
	}
	n := len(blocks)
	i := int(math.Ceil(min(1, max(0, v/o.max()))*float64(n))) - 1
	i = max(0, i)
	if o.ASCII {
		return plain[i]
	}
	return blocks[i]
}

// Current is the newest value that is not a gap, or NaN.
func Current(values []float64) float64 {
	for i := len(values) - 1; i >= 0; i-- {
		if !math.IsNaN(values[i]) {
			return values[i]
		}
	}
	return math.NaN()
}

// Number writes a value of the scale for people: "42", "<1", and above the scale
// with a plus, "+137".
func (o Options) Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 0) || math.Abs(v) > 1e15:
		return "+inf"
	case v > 0 && v < 0.5:
		return "<1"
	}
	n := strconv.FormatInt(int64(math.Round(v)), 10)
	if v > o.max() {
		n = "+" + n
	}
	return n
}

// SparkCell makes a table cell of percentages: the sparkline in width cells, the
// newest value with a percent sign, and the mark of its level. Current is the
// newest value alone, for sorting and export. Without any value both are empty.
func SparkCell(values []float64, width int, o Options) (text, current string) {
	v := Current(values)
	if math.IsNaN(v) {
		return "", ""
	}
	return Spark(values, width, o) + " " + o.label(v), strconv.FormatFloat(v, 'f', -1, 64)
}

// ColoredCell is SparkCell in the colours of the levels.
func ColoredCell(values []float64, width int, o Options, p Pens) (text, current string) {
	_, current = SparkCell(values, width, o)
	if current == "" {
		return "", ""
	}
	v := Current(values)
	return Colored(values, width, o, p) + " " + p.of(o.Level(math.Round(v))).Paint(o.label(v)), current
}

// label is at least as wide as "100%", so that what follows stands still. Its mark
// is that of the number it shows: 89.6 reads "90%!!".
func (o Options) label(v float64) string {
	n := o.Number(v) + "%"
	if pad := 4 - len(n); pad > 0 {
		n = strings.Repeat(" ", pad) + n
	}
	return n + o.Level(math.Round(v)).Mark()
}
