package clean

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const (
	reset    = "\x1b[m"
	maxMarks = 3 // combining marks kept per letter
	maxPens  = 96
)

// writer holds what the slow path knows while it goes through a text.
type writer struct {
	opt   Options
	out   strings.Builder
	col   int    // cells since the line began, for tabs
	last  rune   // the rune shown before; 0 at a line's start
	marks int    // combining marks since
	pens  string // SGR sequences since the last reset, to open again after a line end
}

// next takes what s begins with and reports how many bytes that was.
func (w *writer) next(s string) int {
	c := s[0]
	switch {
	case c >= 0x20 && c < 0x7f:
		n := plainPrefix(s)
		w.out.WriteString(s[:n])
		w.col += n
		w.last, w.marks = rune(s[n-1]), 0
		return n
	case c == 0x1b:
		return w.escape(s)
	case c == '\n':
		w.newline()
		return 1
	case c == '\r' && len(s) > 1 && s[1] == '\n':
		w.newline()
		return 2
	case c == '\t':
		n := w.opt.Tab - w.col%w.opt.Tab
		w.show(strings.Repeat(" ", n), n, ' ')
		return 1
	case c < 0x20:
		w.show(string(rune(0x2400+int(c))), 1, '␀')
		return 1
	case c == 0x7f:
		w.show("␡", 1, '␡')
		return 1
	}
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		w.show(fmt.Sprintf(`\x%02x`, c), 4, 'x')
		return 1
	}
	return w.foreign(s, r, size)
}

// foreign takes a rune outside ASCII.
func (w *writer) foreign(s string, r rune, size int) int {
	switch classify(r) {
	case c1:
		w.show(fmt.Sprintf(`\x%02x`, r), 4, 'x')
	case spelled:
		w.spell(r)
	case dropped:
	case joiner:
		if w.last < utf8.RuneSelf {
			w.spell(r)
		}
	case tone:
		if w.last < 0x2000 {
			w.spell(r)
		}
	case spacing:
		w.based()
		w.rune(r)
	case mark:
		w.based()
		if w.marks++; w.marks <= maxMarks {
			w.out.WriteRune(r)
		}
	case flag:
		second, n := utf8.DecodeRuneInString(s[size:])
		if isFlag(second) {
			w.show(s[:size+n], 2, r)
			return size + n
		}
		w.spell(r)
	default:
		w.rune(r)
	}
	return size
}

func isFlag(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// based gives a mark at the start something to stand on, so that it does not join
// what is drawn to the left of the text.
func (w *writer) based() {
	if w.last == 0 {
		w.show("◌", 1, '◌')
	}
}

func (w *writer) rune(r rune) {
	s := string(r)
	w.show(s, ansi.StringWidth(s), r)
}

func (w *writer) spell(r rune) {
	s := fmt.Sprintf("⟨U+%04X⟩", r)
	w.show(s, len(s)-4, '⟩')
}

func (w *writer) show(s string, cells int, last rune) {
	w.out.WriteString(s)
	w.col += cells
	w.last, w.marks = last, 0
}

func (w *writer) newline() {
	if !w.opt.KeepNewlines {
		w.show("↵", 1, '↵')
		return
	}
	if w.pens != "" {
		w.out.WriteString(reset)
	}
	w.out.WriteByte('\n')
	w.out.WriteString(w.pens)
	w.col, w.last, w.marks = 0, 0, 0
}

// escape takes an escape sequence. A CSI sequence carries no text: it stays if it
// is a colour and wanted, else it goes. Of all others only the escape itself is
// taken away, so that what they would have hidden in them can be read.
func (w *writer) escape(s string) int {
	n := csi(s)
	if n == 0 {
		w.show("␛", 1, '␛')
		return 1
	}
	if !w.opt.Colors || s[n-1] != 'm' {
		return n
	}
	pen, clears, ok := sgr(s[2 : n-1])
	switch {
	case !ok:
		return n
	case clears:
		if w.pens != "" {
			w.out.WriteString(reset)
		}
		w.pens = ""
	}
	if pen != "" && len(w.pens)+len(pen) <= maxPens {
		w.out.WriteString(pen)
		w.pens += pen
	}
	return n
}

// csi measures a complete CSI sequence at the start of s, or gives 0.
func csi(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	i := 2
	for i < len(s) && s[i] >= 0x30 && s[i] <= 0x3f {
		i++
	}
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
		return i + 1
	}
	return 0
}
