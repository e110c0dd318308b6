package logview

import (
	"fmt"
	"strings"

	"ecsole/lines"
	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// above are the lines over the log; the first is the indicator's.
func (v *View) above(width, height int) []string {
	if height < 3 {
		return nil
	}
	out := []string{""}
	for _, p := range v.state.Problems {
		if len(out) > 3 || len(out) > height/3 {
			break
		}
		out = append(out, v.rowsFor(v.pens.bad, "✗ ", problem(p), width, height)...)
	}
	heads := 0
	for i, h := range v.o.Head {
		rows := v.rowsFor(v.pens.notice, "• ", h, width, height)
		if heads += len(rows); heads > max(height/4, 1) && i > 0 {
			out[len(out)-1] = v.line(v.pens.notice, fmt.Sprintf("• … and %d more", len(v.o.Head)-i+1), width)
			break
		}
		out = append(out, rows...)
	}
	if notes := v.state.Notes; len(notes) > 0 && height >= 10 && v.src.Store().All().Len() > 0 {
		out = append(out, v.rowsFor(v.pens.notice, "• ", strings.Join(notes, " · "), width, height)...)
	}
	if v.bad != "" {
		out = append(out, v.line(v.pens.bad, "✗ "+v.bad, width))
	}
	if s := v.chipLine(width); s != "" {
		out = append(out, s)
	}
	if v.hist.on && height >= 10 {
		out = append(out, v.histogram(width, min(4, height/5))...)
	}
	if len(v.fields) > 0 {
		out = append(out, v.header(width))
	}
	return out
}

func (v *View) line(p theme.Pen, s string, width int) string {
	return p.Paint(clean.Fit(" "+clean.Line(s), width))
}

// rowsFor breaks a text at blanks into one row, or two where there is height for it.
func (v *View) rowsFor(p theme.Pen, sign, text string, width, height int) []string {
	text = clean.Line(text)
	room := max(width-1-clean.Width(sign), 1)
	rows := wrapWords(text, room)
	if len(rows) > 1 && height < 16 || clean.Width(rows[0]) > room {
		return []string{v.line(p, sign+text, width)}
	}
	out := []string{v.line(p, sign+rows[0], width)}
	if len(rows) > 1 {
		out = append(out, v.line(p, clean.Spaces(clean.Width(sign))+strings.Join(rows[1:], " "), width))
	}
	return out
}

// problem says what is wrong with a source.
func problem(p lines.Problem) string {
	s := p.Class
	switch {
	case p.Action != "":
		s += ": " + p.Action + " is missing"
	case p.Text != "":
		s += ": " + p.Text
	}
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	if p.Source != "" {
		s += " · " + p.Source
	}
	return strings.TrimPrefix(s, ": ")
}
