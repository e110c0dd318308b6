// Package dialog is what opens over a screen: questions, forms, choices and
// messages. There is one component for everything that asks before it acts, so
// that the focus is the same everywhere: what does no harm has it at first.
package dialog

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"charm.land/lipgloss/v2"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// comfortable is the widest a dialog grows by its text alone.
const comfortable = 76

// paint styles one line; it is Pen.Paint without keeping the pen, for what is drawn rarely.
func paint(s lipgloss.Style, text string) string { return theme.PenOf(s).Paint(text) }

// box draws lines in a border with a title, exactly inner+4 wide.
func box(border, title lipgloss.Style, caption string, lines []string, inner int) string {
	edge := theme.PenOf(border)
	caption = clean.Cut(clean.Line(caption), max(inner-2, 0))
	head := ""
	if caption != "" && inner > 2 {
		head = " " + paint(title, caption) + " "
	}
	fill := max(inner+2-clean.Width(head), 0)
	var b strings.Builder
	b.WriteString(edge.Paint("┌"+strings.Repeat("─", fill/2)) + head + edge.Paint(strings.Repeat("─", fill-fill/2)+"┐"))
	side := edge.Paint("│")
	for _, l := range lines {
		b.WriteString("\n" + side + " " + clean.Fit(l, inner) + " " + side)
	}
	b.WriteString("\n" + edge.Paint("└"+strings.Repeat("─", inner+2)+"┘"))
	return b.String()
}

// wrap breaks safe text into lines of at most width cells. What goes on in a next line
// stands below its beginning: behind the indent, and behind a sign such as "→ ".
func wrap(text string, width int) []string {
	if text == "" {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(clean.Text(text, clean.Options{KeepNewlines: true}), "\n") {
		first, more, broken := strings.Cut(ansi.Wrap(line, max(width, 1), ""), "\n")
		out = append(out, first)
		indent := hang(line)
		switch {
		case !broken:
		case indent == 0 || indent > width/2:
			out = append(out, strings.Split(more, "\n")...)
		default:
			rest := strings.TrimLeft(line[len(first):], " ")
			for l := range strings.SplitSeq(ansi.Wrap(rest, width-indent, ""), "\n") {
				out = append(out, clean.Spaces(indent)+l)
			}
		}
	}
	return out
}

// hang is how far the second row of a line is indented.
func hang(line string) int {
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	for _, sign := range []string{"→ ", "✗ ", "✓ ", "? ", "! "} {
		if strings.HasPrefix(text, sign) {
			return indent + 2
		}
	}
	return indent
}

// widest is the widest of the lines, as they will be shown.
func widest(lines ...string) int {
	w := 0
	for _, l := range lines {
		w = max(w, clean.Width(clean.Line(l)))
	}
	return w
}

// window chooses which of n lines to show in height lines from first on, and keeps
// first in range.
func window(first, n, height int) (from, to int) {
	from = max(min(first, n-height), 0)
	return from, min(from+height, n)
}
