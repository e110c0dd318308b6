package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Pen is a style reduced to the two sequences around a text, for hot paths: it
// paints one line, does not measure, and allocates nothing but the result. Make
// it again when Theme.Version changes.
type Pen struct{ Open, Shut string }

// PenOf takes colours and attributes of a style; padding, borders and sizes are left out.
func PenOf(s lipgloss.Style) Pen {
	const probe = "x"
	out := s.UnsetPadding().UnsetMargins().UnsetWidth().UnsetHeight().UnsetBorderStyle().Inline(true).Render(probe)
	before, after, ok := strings.Cut(out, probe)
	if !ok || before == "" {
		return Pen{}
	}
	return Pen{Open: before, Shut: after}
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
