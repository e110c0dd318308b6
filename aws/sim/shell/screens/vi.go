package screens

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// editor is a small vi: moving, inserting, deleting, yanking, searching, undoing,
// and the commands :w, :q, :wq, :x, :e and :N.
type editor struct {
	*screen
	name    string
	lines   [][]rune
	row     int
	col     int
	top     int
	left    int
	insert  bool
	changed bool
	status  string
	pending string // "d", "y", "g", "c", "r", "Z"
	count   int
	yank    [][]rune
	whole   bool // the yanked text is whole lines
	find    string
	past    []snapshot
}

type snapshot struct {
	lines    [][]rune
	row, col int
}

// Vi edits one file.
func Vi(p *proc.Proc) int {
	s, ok := open(p)
	if !ok {
		return p.Errorf("output is not to a terminal")
	}
	defer s.close()
	e := &editor{screen: s, lines: [][]rune{nil}}
	for _, a := range p.Args[1:] {
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+") {
			e.load(a)
			break
		}
	}
	for {
		e.show()
		k, ev := e.wait(0)
		switch ev {
		case ended:
			return 130
		case pressed:
			e.status = ""
			done := false
			if key, ok := strings.CutPrefix(k.Name, "alt+"); ok { // an escape with the next key at its heels
				if e.insert {
					e.typed(tty.Key{Name: "esc"})
					e.clamp()
				}
				k = tty.Key{Text: key}
			}
			if e.insert {
				e.typed(k)
			} else {
				done = e.command(k)
			}
			e.clamp()
			if done {
				return 0
			}
		}
	}
}

func (e *editor) load(name string) {
	e.name = name
	b, err := e.p.FS.ReadFile(e.p.Abs(name))
	if err != nil {
		e.status = fmt.Sprintf("%q [New]", name)
		if disk.Why(err) != string(disk.ENOENT) {
			e.status = fmt.Sprintf("%q %s", name, disk.Why(err))
		}
		return
	}
	e.lines = nil
	for _, l := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		e.lines = append(e.lines, []rune(l))
	}
	e.row, e.col, e.changed = 0, 0, false
	e.status = fmt.Sprintf("%q %dL, %dB", name, len(e.lines), len(b))
}

func (e *editor) save(name string) bool {
	if name == "" {
		name = e.name
	}
	if name == "" {
		e.status = "E32: No file name"
		return false
	}
	var b strings.Builder
	for _, l := range e.lines {
		b.WriteString(string(l) + "\n")
	}
	w, err := e.p.Create(name, disk.Trunc)
	if err == nil {
		_, err = w.Write([]byte(b.String()))
		w.Close()
	}
	if err != nil {
		e.status = fmt.Sprintf("E212: Can't open file for writing: %s", disk.Why(err))
		return false
	}
	e.name, e.changed = name, false
	e.status = fmt.Sprintf("%q %dL, %dB written", name, len(e.lines), b.Len())
	return true
}

func (e *editor) clamp() {
	e.row = max(0, min(e.row, len(e.lines)-1))
	end := len(e.lines[e.row])
	if !e.insert {
		end = max(0, end-1)
	}
	e.col = max(0, min(e.col, end))
	_, rows := e.size()
	page := max(1, rows-1)
	e.top = max(min(e.top, e.row), e.row-page+1)
}

func (e *editor) show() {
	cols, rows := e.size()
	page := max(1, rows-1)
	e.clamp()
	x := ansi.StringWidth(safe(string(e.lines[e.row][:e.col])))
	e.left = max(min(e.left, x), x-cols+1)
	out := make([]string, 0, rows)
	for i := range page {
		if e.top+i >= len(e.lines) {
			out = append(out, "\x1b[34m~\x1b[0m")
			continue
		}
		out = append(out, ansi.TruncateLeft(safe(string(e.lines[e.top+i])), e.left, ""))
	}
	status := e.status
	if status == "" && e.insert {
		status = "\x1b[1m-- INSERT --\x1b[0m"
	}
	e.draw(append(out, status))
	e.put(fmt.Sprintf("\x1b[%d;%dH\x1b[?25h", e.row-e.top+1, x-e.left+1))
}

// remember keeps the text for u.
func (e *editor) remember() {
	lines := make([][]rune, len(e.lines))
	copy(lines, e.lines)
	if e.past = append(e.past, snapshot{lines, e.row, e.col}); len(e.past) > 100 {
		e.past = e.past[1:]
	}
	e.changed = true
}

// set replaces a line; lines are never changed in place, so that snapshots share
// them.
func (e *editor) set(row int, parts ...[]rune) {
	var line []rune
	for _, p := range parts {
		line = append(line, p...)
	}
	e.lines[row] = line
}

func (e *editor) insertLines(at int, lines ...[]rune) {
	out := make([][]rune, 0, len(e.lines)+len(lines))
	out = append(append(append(out, e.lines[:at]...), lines...), e.lines[at:]...)
	e.lines = out
}

func (e *editor) deleteLines(at, n int) {
	n = min(n, len(e.lines)-at)
	e.yank, e.whole = append([][]rune(nil), e.lines[at:at+n]...), true
	out := append([][]rune(nil), e.lines[:at]...)
	if e.lines = append(out, e.lines[at+n:]...); len(e.lines) == 0 {
		e.lines = [][]rune{nil}
	}
}

// typed does one key of the insert mode.
func (e *editor) typed(k tty.Key) {
	line := e.lines[e.row]
	switch k.Name {
	case "", "paste":
		e.put1(k.Text)
	case "tab":
		e.put1("\t")
	case "enter":
		e.put1("\n")
	case "backspace":
		switch {
		case e.col > 0:
			e.set(e.row, line[:e.col-1], line[e.col:])
			e.col--
		case e.row > 0:
			above := e.lines[e.row-1]
			e.col = len(above)
			e.set(e.row-1, above, line)
			e.lines = append(append([][]rune(nil), e.lines[:e.row]...), e.lines[e.row+1:]...)
			e.row--
		}
	case "delete":
		if e.col < len(line) {
			e.set(e.row, line[:e.col], line[e.col+1:])
		}
	case "esc", "ctrl+c":
		e.insert = false
		e.col--
	default:
		e.move(k)
	}
}

// put1 inserts text at the cursor.
func (e *editor) put1(text string) {
	for i, part := range strings.Split(text, "\n") {
		line := e.lines[e.row]
		if i > 0 {
			rest := append([]rune(nil), line[e.col:]...)
			e.set(e.row, line[:e.col])
			e.insertLines(e.row+1, rest)
			e.row, e.col = e.row+1, 0
			line = rest
		}
		r := []rune(part)
		e.set(e.row, line[:e.col], r, line[e.col:])
		e.col += len(r)
	}
}

// move does the keys that move in both modes.
func (e *editor) move(k tty.Key) bool {
	_, rows := e.size()
	n := max(1, e.count)
	switch {
	case k.Name == "left", k.Text == "h", k.Name == "backspace":
		e.col -= n
	case k.Name == "right", k.Text == "l", k.Text == " ":
		e.col += n
	case k.Name == "up", k.Text == "k", k.Name == "ctrl+p":
		e.row -= n
	case k.Name == "down", k.Text == "j", k.Name == "ctrl+n":
		e.row += n
	case k.Name == "enter", k.Text == "+":
		e.row, e.col = e.row+n, 0
	case k.Name == "home", k.Text == "0":
		e.col = 0
	case k.Text == "^":
		e.col = 0
		for e.col < len(e.lines[e.row])-1 && unicode.IsSpace(e.lines[e.row][e.col]) {
			e.col++
		}
	case k.Name == "end", k.Text == "$":
		e.col = len(e.lines[e.row])
	case k.Name == "pgdown", k.Name == "ctrl+f":
		e.row += rows - 2
	case k.Name == "pgup", k.Name == "ctrl+b":
		e.row -= rows - 2
	case k.Name == "ctrl+d":
		e.row += rows / 2
	case k.Name == "ctrl+u":
		e.row -= rows / 2
	case k.Text == "w", k.Text == "e":
		e.word(1, n)
	case k.Text == "b":
		e.word(-1, n)
	default:
		return false
	}
	return true
}

// word moves by words.
func (e *editor) word(dir, n int) {
	for range n {
		line := e.lines[e.row]
		i := e.col
		for i >= 0 && i < len(line) && !unicode.IsSpace(line[i]) {
			i += dir
		}
		for i >= 0 && i < len(line) && unicode.IsSpace(line[i]) {
			i += dir
		}
		switch {
		case dir > 0 && i >= len(line) && e.row < len(e.lines)-1:
			e.row, i = e.row+1, 0
		case dir < 0 && i < 0 && e.row > 0:
			e.row--
			i = len(e.lines[e.row])
		case dir < 0:
			for i > 0 && !unicode.IsSpace(line[i-1]) {
				i--
			}
		}
		e.col = max(0, i)
	}
}
