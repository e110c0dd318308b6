package theme

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Pen is a style reduced to the two sequences around a text, for hot paths: it
// paints one line, does not measure, and allocates nothing but the result. Make
// it again when Theme.Version changes.
type Pen struct{ Open, Shut string }

// PenOf takes colours and attributes of a style; padding, borders and sizes are left
// out. It asks the style instead of rendering with it, which takes a fraction of the
// time.
func PenOf(s lipgloss.Style) Pen {
	var st ansi.Style
	for _, a := range [...]struct {
		on  bool
		add func(ansi.Style) ansi.Style
	}{
		{s.GetBold(), ansi.Style.Bold},
		{s.GetItalic(), func(st ansi.Style) ansi.Style { return st.Italic(true) }},
		{s.GetUnderline(), func(st ansi.Style) ansi.Style { return st.Underline(true) }},
		{s.GetReverse(), func(st ansi.Style) ansi.Style { return st.Reverse(true) }},
		{s.GetFaint(), ansi.Style.Faint},
	} {
		if a.on {
			st = a.add(st)
		}
	}
	if c := s.GetForeground(); c != (lipgloss.NoColor{}) {
		st = st.ForegroundColor(c)
	}
	if c := s.GetBackground(); c != (lipgloss.NoColor{}) {
		st = st.BackgroundColor(c)
	}
	if len(st) == 0 {
		return Pen{}
	}
	return Pen{Open: st.String(), Shut: ansi.ResetStyle}
}

// Paint styles one line. Text that carries its own sequences should be painted
// after it was cut to size, since a reset inside it ends the pen's style.
func (p Pen) Paint(s string) string {
	if p.Open == "" || s == "" {
		return s
	}
	return p.Open + s + p.Shut
}

// Append is Paint onto a buffer.
func (p Pen) Append(dst []byte, s string) []byte {
	if p.Open == "" || s == "" {
		return append(dst, s...)
	}
	dst = append(dst, p.Open...)
	dst = append(dst, s...)
	return append(dst, p.Shut...)
}
