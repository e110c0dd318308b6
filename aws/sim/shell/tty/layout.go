package tty

import (
	"fmt"
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// place is the cell where the rune before index i ends, counted from the prompt's
// first row.
func (e *Editor) place(i int) (row, col int) {
	cols, _ := e.T.Size()
	last := e.prompt[strings.LastIndexByte(e.prompt, '\n')+1:]
	row = strings.Count(e.prompt, "\n")
	w := ansi.StringWidth(last)
	row, col = row+w/cols, w%cols
	for _, r := range e.text[:i] {
		switch {
		case r == '\n':
			row, col = row+1, 0
		case r >= ' ' && r < 0x7f:
			if col++; col == cols {
				row, col = row+1, 0
			}
		default:
			w := ansi.StringWidth(shown(string(r)))
			if col+w > cols {
				row, col = row+1, 0
			}
			if col += w; col >= cols {
				row, col = row+1, 0
			}
		}
	}
	return row, col
}

// move puts the cursor at index i.
func (e *Editor) move(i int) {
	i = min(max(i, 0), len(e.text))
	if i == e.cur {
		return
	}
	e.cur = i
	row, col := e.place(i)
	e.put(vertical(row-e.row) + "\r" + forward(col))
	e.row = row
}

func vertical(n int) string {
	switch {
	case n < 0:
		return fmt.Sprintf("\x1b[%dA", -n)
	case n > 0:
		return fmt.Sprintf("\x1b[%dB", n)
	}
	return ""
}

func forward(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dC", n)
}

// redraw writes the prompt and the text anew.
func (e *Editor) redraw() {
	var b strings.Builder
	b.WriteString(vertical(-e.row) + "\r\x1b[J")
	b.WriteString(strings.ReplaceAll(e.prompt, "\n", "\r\n"))
	b.WriteString(shown(string(e.text)))
	end, col := e.place(len(e.text))
	if col == 0 && len(e.text) > 0 && e.text[len(e.text)-1] != '\n' {
		b.WriteString("\r\n")
	}
	row, col := e.place(e.cur)
	b.WriteString(vertical(row-end) + "\r" + forward(col))
	e.put(b.String())
	e.row = row
}

// complete extends the word at the cursor as far as it is certain, and lists what
// is possible where it is not.
func (e *Editor) complete() {
	if e.Complete == nil {
		return
	}
	line := string(e.text[:e.cur])
	from, all := e.Complete(line)
	if len(all) == 0 || from > len(line) {
		e.put("\a")
		return
	}
	word := line[from:]
	common := all[0]
	for _, c := range all[1:] {
		for !strings.HasPrefix(c, common) {
			common = common[:len(common)-1]
		}
	}
	if len(all) == 1 && !strings.HasSuffix(common, "/") {
		common += " "
	}
	if len(common) > len(word) && strings.HasPrefix(common, word) {
		e.insert(common[len(word):])
		return
	}
	if len(all) > 1 {
		e.list(all)
	}
}

// list shows candidates in columns below the line.
func (e *Editor) list(all []string) {
	sort.Strings(all)
	const most = 200
	more := ""
	if len(all) > most {
		more = fmt.Sprintf("… and %d more\r\n", len(all)-most)
		all = all[:most]
	}
	cols, _ := e.T.Size()
	w := 0
	for i, a := range all {
		if j := strings.LastIndexByte(strings.TrimRight(a, "/"), '/'); j >= 0 {
			all[i] = a[j+1:]
		}
		w = max(w, ansi.StringWidth(all[i])+2)
	}
	per := max(1, cols/w)
	cur := e.cur
	e.move(len(e.text))
	var b strings.Builder
	b.WriteString("\r\n")
	for i, a := range all {
		b.WriteString(a + strings.Repeat(" ", w-ansi.StringWidth(a)))
		if (i+1)%per == 0 || i == len(all)-1 {
			b.WriteString("\r\n")
		}
	}
	e.put(b.String() + more)
	e.row, e.cur = 0, cur
	e.redraw()
}
