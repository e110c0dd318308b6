package views

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
)

// Document is a description for a human: titled sections of facts, tables and lines.
type Document struct {
	Sections []Section
}

// Section has facts, then a grid, then lines; any of them may be empty.
type Section struct {
	Title string
	Facts []Fact
	Grid  [][]string // the first row is the head
	Lines []string
	// Unknown says why the section could not be filled; what is not known says so.
	Unknown error
}

// Fact is a label and what is known of it.
type Fact struct{ Label, Value string }

// Add appends a section unless it has nothing to say.
func (d *Document) Add(s Section) {
	if len(s.Facts)+len(s.Grid)+len(s.Lines) > 0 || s.Unknown != nil {
		d.Sections = append(d.Sections, s)
	}
}

// fact appends a fact that has a value.
func (s *Section) fact(label, value string) {
	if value != "" {
		s.Facts = append(s.Facts, Fact{label, value})
	}
}

func (s *Section) factf(label, format string, args ...any) {
	s.fact(label, fmt.Sprintf(format, args...))
}

func (s *Section) moment(label string, t time.Time) {
	if !t.IsZero() {
		s.factf(label, "%s (%s ago)", t.UTC().Format("2006-01-02 15:04:05Z"), age(t))
	}
}

// Text writes the document as plain lines; every value is cleaned.
func (d Document) Text() string {
	var b strings.Builder
	for i, s := range d.Sections {
		if i > 0 {
			b.WriteByte('\n')
		}
		if s.Title != "" {
			b.WriteString(s.Title + "\n")
		}
		s.write(&b)
	}
	return b.String()
}

func (s Section) write(b *strings.Builder) {
	width := 0
	for _, f := range s.Facts {
		width = max(width, ansi.StringWidth(f.Label))
	}
	for _, f := range s.Facts {
		for i, line := range strings.Split(f.Value, "\n") {
			label := f.Label
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(b, "  %s  %s\n", pad(label, width), clean.Line(line))
		}
	}
	writeGrid(b, s.Grid)
	for _, line := range s.Lines {
		b.WriteString("  " + clean.Line(line) + "\n")
	}
	if s.Unknown != nil {
		b.WriteString("  not known: " + clean.Line(problem(s.Unknown)) + "\n")
	}
}

func writeGrid(b *strings.Builder, grid [][]string) {
	var widths []int
	for _, row := range grid {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(clean.Line(cell)))
		}
	}
	for _, row := range grid {
		b.WriteString(" ")
		for i, cell := range row {
			b.WriteByte(' ')
			if i == len(row)-1 {
				b.WriteString(clean.Line(cell))
			} else {
				b.WriteString(pad(clean.Line(cell), widths[i]) + " ")
			}
		}
		b.WriteByte('\n')
	}
}

// pad fills text with blanks up to a width in cells.
func pad(text string, width int) string {
	if n := width - ansi.StringWidth(text); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}
