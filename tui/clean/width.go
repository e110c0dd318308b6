package clean

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells that s takes; sequences take none.
func Width(s string) int {
	n := plainPrefix(s)
	if n == len(s) {
		return n
	}
	return ansi.StringWidth(s)
}

// Cut shortens s to at most cells cells, with … at its end where something was cut.
func Cut(s string, cells int) string {
	if cells <= 0 {
		return ""
	}
	if IsPlain(s) {
		if len(s) <= cells {
			return s
		}
		return s[:cells-1] + "…"
	}
	if ansi.StringWidth(s) <= cells {
		return s
	}
	return ansi.Truncate(s, cells, "…")
}

// Fit makes s exactly cells cells wide: cut with … or padded with spaces.
func Fit(s string, cells int) string {
	if cells <= 0 {
		return ""
	}
	w := Width(s)
	if w > cells {
		s = Cut(s, cells)
		w = Width(s)
	}
	return s + Spaces(cells-w)
}

const blanks = "                                                                                " +
	"                                                                                "

// Spaces is n spaces, without an allocation for usual widths.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}
