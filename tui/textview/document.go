package textview

import (
	"strings"

	"ecsole/tui/clean"
)

// Document is a text to read: sections of labelled values, a plain text, or both.
// All of it may come from outside; it is made safe here.
type Document struct {
	Sections []Section
	Text     string // shown under the sections, as it is
	Language string // of Text: "json", "yaml", or "" for none
	Note     string // a word for the title, such as "partial"
}

// Section is a headline with rows of values, text, or the reason why there is neither.
type Section struct {
	Title string
	Rows  []Row
	Text  string
	Table bool  // Text is columns: what is broken goes on below the last one
	Err   error // could not be read: shown in place, the other sections stand
}

// Row is one labelled value; lines after the first are indented under it.
type Row struct {
	Label, Value string
	Tone         Tone
}

// Tone says how a value is meant. Tones other than Normal and Dim show a glyph too.
type Tone int

const (
	Normal Tone = iota
	Good
	Pending
	Bad
	Dim
	Warned
	Unknown
)

// kind is what a span of text is, for its colour.
type kind uint8

const (
	plain kind = iota
	heading
	label
	good
	pending
	bad
	dim
	name
	text
	number
	keyword
	punct
	comment
	kinds
)

// span styles the bytes [from, to) of a line.
type span struct {
	from, to int
	kind     kind
}

// line is one line, safe to show.
type line struct {
	text  string
	spans []span
	hang  int  // cells that rows after the first are indented by, where it is wrapped; they break at blanks
	least int  // the same, where hang leaves too little room
	code  bool // of the Text: highlighted when it is drawn
	block bool // within a block of plain text in YAML
}

// page is a document as lines.
type page struct {
	lines    []line
	sections []int // lines with headlines
	language string
	note     string
	raw      string // Document.Text
	lowered  []string
}

// explainer turns the error of a section into a line.
type explainer func(error) string

// lay makes lines of a document. It runs outside the event loop.
func lay(d Document, explain explainer) *page {
	p := &page{language: d.Language, note: clean.Line(d.Note), raw: d.Text}
	for _, s := range d.Sections {
		p.section(s, explain)
	}
	if d.Text == "" {
		return p
	}
	if len(p.lines) > 0 {
		p.lines = append(p.lines, line{})
	}
	block := blocks{}
	for _, l := range strings.Split(strings.TrimSuffix(clean.Text(d.Text, clean.Options{KeepNewlines: true}), "\n"), "\n") {
		p.lines = append(p.lines, line{text: l, code: true, block: d.Language == "yaml" && block.inside(l)})
	}
	return p
}

func (p *page) section(s Section, explain explainer) {
	if len(p.lines) > 0 {
		p.lines = append(p.lines, line{})
	}
	if s.Title != "" {
		p.sections = append(p.sections, len(p.lines))
		title := clean.Line(s.Title)
		p.lines = append(p.lines, line{text: title, spans: []span{{0, len(title), heading}}})
	}
	width := 0
	for _, r := range s.Rows {
		width = max(width, min(clean.Width(clean.Line(r.Label)), 28))
	}
	for _, r := range s.Rows {
		p.row(r, width)
	}
	if s.Text != "" {
		for l := range strings.SplitSeq(strings.TrimSuffix(clean.Text(s.Text, clean.Options{KeepNewlines: true}), "\n"), "\n") {
			p.lines = append(p.lines, s.line(l))
		}
	}
	if s.Err != nil {
		why := "  ✗ " + clean.Line(explain(s.Err))
		p.lines = append(p.lines, line{text: why, hang: 4, spans: []span{{0, len(why), bad}}})
	}
	if len(s.Rows) == 0 && s.Text == "" && s.Err == nil {
		none := "  none"
		p.lines = append(p.lines, line{text: none, spans: []span{{0, len(none), dim}}})
	}
}

// line is one of the section's text. That of a table goes on below its last column.
func (s Section) line(l string) line {
	out := line{text: "  " + l, hang: 2 + len(l) - len(strings.TrimLeft(l, " "))}
	if i := strings.LastIndex(strings.TrimRight(l, " "), "  "); s.Table && i > 0 {
		out.least = out.hang + 2
		out.hang = 2 + clean.Width(l[:i+2])
	}
	return out
}

// hanging is how far rows after the first are indented at that width; 0 where there is
// no room for it.
func (l line) hanging(width int) int {
	for _, n := range []int{l.hang, l.least} {
		if width-n >= leastHanging {
			return n
		}
	}
	return 0
}

func (p *page) row(r Row, width int) {
	head := "  " + clean.Fit(clean.Line(r.Label), width) + "  "
	sign, tone := "", plain
	switch r.Tone {
	case Good:
		sign, tone = "✓ ", good
	case Pending:
		sign, tone = "◌ ", pending
	case Bad:
		sign, tone = "✗ ", bad
	case Dim:
		tone = dim
	case Warned:
		sign, tone = "! ", pending
	case Unknown:
		sign, tone = "? ", dim
	}
	first := true
	for v := range strings.SplitSeq(clean.Text(r.Value, clean.Options{KeepNewlines: true}), "\n") {
		l := line{text: head + sign + v, hang: clean.Width(head + sign)}
		if first {
			l.spans = append(l.spans, span{0, len(head), label})
		}
		l.spans = append(l.spans, span{len(head), len(l.text), tone})
		p.lines = append(p.lines, l)
		first, head, sign = false, clean.Spaces(width+4), clean.Spaces(clean.Width(sign))
	}
}

// plainText is the page as it is read, for copying.
func (p *page) plainText() string {
	var b strings.Builder
	for _, l := range p.lines {
		b.WriteString(strings.TrimRight(l.text, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// file is the page as it is saved: a text alone is saved byte for byte.
func (p *page) file() string {
	if len(p.sections) == 0 && p.raw != "" {
		return p.raw
	}
	return p.plainText()
}
