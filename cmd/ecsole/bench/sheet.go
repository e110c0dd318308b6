package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sheet is the table that is printed.
type sheet struct {
	columns []string
	rows    []*row
	notes   []string
}

// row is one measurement, with its figure in each column.
type row struct {
	name  string
	cells map[string]string
	aim   string
	met   string
}

// row finds a measurement's row, made at first use.
func (s *sheet) row(name string) *row {
	for _, r := range s.rows {
		if r.name == name {
			return r
		}
	}
	r := &row{name: name, cells: map[string]string{}}
	s.rows = append(s.rows, r)
	return r
}

func (s *sheet) put(name, column, text string) { s.row(name).cells[column] = text }

// aim says what a row is held against and whether the console's figure keeps it.
func (s *sheet) aim(name, text string, met bool) {
	r := s.row(name)
	r.aim, r.met = text, "NOT MET"
	if met {
		r.met = "met"
	}
}

// within puts a duration and holds the console's own against an aim.
func (s *sheet) within(name string, p program, d, aim time.Duration) {
	s.put(name, p.name, ms(d))
	if p.own && aim > 0 {
		s.aim(name, "≤ "+ms(aim), d <= aim)
	}
}

func (s *sheet) note(text string) { s.notes = append(s.notes, text) }

// String lays the table out. A figure that was not taken is a dash.
func (s *sheet) String() string {
	table := [][]string{append([]string{"measurement", s.columns[0], "aim", ""}, s.columns[1:]...)}
	for _, r := range s.rows {
		line := []string{r.name, r.cells[s.columns[0]], r.aim, r.met}
		for _, c := range s.columns[1:] {
			line = append(line, r.cells[c])
		}
		table = append(table, line)
	}
	widths := make([]int, len(table[0]))
	for _, line := range table {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	var b strings.Builder
	for n, line := range table {
		for i, text := range line {
			if text == "" && n > 0 && i != 2 && i != 3 {
				text = "–"
			}
			fill := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == 0 || i == 2 || i == 3 {
				text += fill
			} else {
				text = fill + text
			}
			b.WriteString(text + "  ")
		}
		b.WriteByte('\n')
		if n == 0 {
			for _, w := range widths {
				b.WriteString(strings.Repeat("─", w) + "  ")
			}
			b.WriteByte('\n')
		}
	}
	for _, n := range s.notes {
		b.WriteString("* " + n + "\n")
	}
	return b.String()
}

// heading says under which conditions the figures were taken.
func (b *bench) heading() string {
	text := fmt.Sprintf("%s, %d cores, terminal %dx%d, %s a request, medians of %d runs", runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), b.cols, b.rows, ms(b.latency), b.runs)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		if one, _, ok := strings.Cut(string(load), " "); ok {
			text += ", load average at the end " + one
		}
	}
	return text + "\n\n"
}

// ms writes a duration in milliseconds, or seconds where there are many.
func ms(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	case d >= 100*time.Millisecond:
		return strconv.FormatFloat(d.Seconds()*1e3, 'f', 0, 64) + " ms"
	case d >= time.Millisecond:
		return strconv.FormatFloat(d.Seconds()*1e3, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(d.Seconds()*1e3, 'f', 2, 64) + " ms"
}

func mb(bytes int64) string {
	return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MB"
}
