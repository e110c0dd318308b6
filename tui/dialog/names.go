package dialog

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
)

// nameRow is one row of what is acted on.
type nameRow struct {
	text string
	of   int // which name it belongs to
}

// nameRows breaks names into rows of at most width cells: an act names its targets
// whole, however long they are.
func nameRows(names []string, width int) []nameRow {
	var rows []nameRow
	for i, name := range names {
		name = clean.Line(name)
		first, more, broken := strings.Cut(ansi.Wrap(name, max(width, 1), ""), "\n")
		rows = append(rows, nameRow{text: first, of: i})
		if !broken {
			continue
		}
		indent := 2
		if width < 20 {
			indent = 0
		}
		rest := strings.TrimLeft(strings.TrimPrefix(name, first), " ")
		if indent == 0 {
			rest = more
		}
		for l := range strings.SplitSeq(ansi.Wrap(rest, max(width-indent, 1), ""), "\n") {
			rows = append(rows, nameRow{text: clean.Spaces(indent) + l, of: i})
		}
	}
	return rows
}

// nameLines are the rows that fit, with a line that counts the names of the rest.
func (f *form) nameLines(rows []nameRow, room int) []string {
	n := len(rows)
	if n == 0 || room < 1 {
		return nil
	}
	var lines []string
	if room > n+1 && f.Text != "" {
		lines, room = append(lines, ""), room-1
	}
	show := min(n, room)
	if show < n && room > 1 {
		show = room - 1
	}
	from, to := window(f.names, n, show)
	f.names = from
	for _, r := range rows[from:to] {
		lines = append(lines, "  "+paint(f.theme.Dialog.Name, r.text))
	}
	if show < n && room > 1 {
		goes := "" // the last name goes on
		if to < n && rows[to].of == rows[to-1].of {
			goes = "…"
		}
		hint := fmt.Sprintf("  %d–%d%s of %d, pgup pgdn", rows[from].of+1, rows[to-1].of+1, goes, len(f.Names))
		lines = append(lines, paint(f.theme.Dialog.Hint, hint))
	}
	return lines
}
