package table

import (
	"iter"

	"github.com/charmbracelet/x/ansi"
)

// Header returns the titles of all columns, those of wide mode too.
func (t *Table) Header() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = ansi.Strip(c.Title)
	}
	return out
}

// Export yields the shown rows in the order on screen, each with the plain text
// of all columns. The slice is the caller's.
func (t *Table) Export() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for r := range t.Shown() {
			out := make([]string, len(t.columns))
			for i := range out {
				out[i] = r.cell(i).plain()
			}
			if !yield(out) {
				return
			}
		}
	}
}
