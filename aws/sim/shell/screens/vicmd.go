package screens

import (
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/tty"
)

// command does one key of the command mode; true is the end.
func (e *editor) command(k tty.Key) bool {
	if k.Text >= "1" && k.Text <= "9" && e.pending == "" || k.Text == "0" && e.count > 0 {
		e.count = min(e.count*10+int(k.Text[0]-'0'), 100_000)
		return false
	}
	defer func() {
		if e.pending == "" {
			e.count = 0
		}
	}()
	if e.pending != "" {
		return e.second(k)
	}
	if e.move(k) {
		return false
	}
	switch k.Text {
	case "d", "y", "g", "c", "r", "Z":
		e.pending = k.Text
	case "G":
		e.row = len(e.lines) - 1
		if e.count > 0 {
			e.row = e.count - 1
		}
	case ":":
		return e.colon()
	case "/":
		if text, ok := e.ask("/"); ok {
			e.find = text
			e.next(1)
		}
	case "n":
		e.next(1)
	case "N":
		e.next(-1)
	case "u":
		e.undo()
	default:
		e.change(k.Text)
	}
	return false
}

// change does the keys that change the text.
func (e *editor) change(key string) {
	line := e.lines[e.row]
	n := max(1, e.count)
	begin := func() { e.remember(); e.insert = true }
	switch key {
	case "i":
		begin()
	case "a":
		begin()
		e.col = min(e.col+1, len(line))
	case "I":
		begin()
		e.col = 0
	case "A":
		begin()
		e.col = len(line)
	case "o", "O":
		begin()
		if key == "o" {
			e.row++
		}
		e.insertLines(e.row, nil)
		e.col = 0
	case "x":
		if len(line) > 0 {
			e.remember()
			end := min(e.col+n, len(line))
			e.yank, e.whole = [][]rune{line[e.col:end]}, false
			e.set(e.row, line[:e.col], line[end:])
		}
	case "D", "C":
		e.remember()
		e.yank, e.whole = [][]rune{line[min(e.col, len(line)):]}, false
		e.set(e.row, line[:min(e.col, len(line))])
		e.insert = key == "C"
	case "J":
		if e.row < len(e.lines)-1 {
			e.remember()
			e.set(e.row, line, []rune(" "), []rune(strings.TrimLeft(string(e.lines[e.row+1]), " \t")))
			e.lines = append(append([][]rune(nil), e.lines[:e.row+1]...), e.lines[e.row+2:]...)
		}
	case "p", "P":
		e.paste(key == "p")
	}
}

func (e *editor) paste(after bool) {
	if len(e.yank) == 0 {
		return
	}
	e.remember()
	line := e.lines[e.row]
	if e.whole {
		at := e.row
		if after {
			at++
		}
		e.insertLines(at, e.yank...)
		e.row, e.col = at, 0
		return
	}
	at := e.col
	if after && len(line) > 0 {
		at++
	}
	e.set(e.row, line[:at], e.yank[0], line[at:])
	e.col = at + len(e.yank[0]) - 1
}

// second does the key behind d, y, g, c, r or Z.
func (e *editor) second(k tty.Key) bool {
	first := e.pending
	e.pending = ""
	n := max(1, e.count)
	line := e.lines[e.row]
	switch first + k.Text {
	case "dd":
		e.remember()
		e.deleteLines(e.row, n)
	case "cc":
		e.remember()
		e.set(e.row)
		e.col, e.insert = 0, true
	case "yy":
		e.yank, e.whole = append([][]rune(nil), e.lines[e.row:min(e.row+n, len(e.lines))]...), true
	case "gg":
		e.row = max(0, e.count-1)
	case "ZZ":
		return e.save("")
	case "ZQ":
		return true
	case "d$", "d0", "dw", "c$", "cw", "yw":
		row, from := e.row, e.col
		e.count = 0
		e.move(tty.Key{Text: k.Text})
		to := e.col
		if e.row != row {
			e.row, to = row, len(line)
		}
		if to < from {
			from, to = to, from
		}
		to = min(to, len(line))
		if first == "c" && k.Text == "w" {
			for to > from && line[to-1] == ' ' {
				to--
			}
		}
		e.yank, e.whole = [][]rune{line[from:to]}, false
		e.col = from
		if first != "y" {
			e.remember()
			e.set(e.row, line[:from], line[to:])
			e.insert = first == "c"
		}
	default:
		if r := []rune(k.Text); first == "r" && len(r) == 1 && e.col < len(line) {
			e.remember()
			e.set(e.row, line[:e.col], r, line[e.col+1:])
		}
	}
	return false
}

func (e *editor) undo() {
	if len(e.past) == 0 {
		e.status = "Already at oldest change"
		return
	}
	s := e.past[len(e.past)-1]
	e.past = e.past[:len(e.past)-1]
	e.lines, e.row, e.col = s.lines, s.row, s.col
}

// next finds the searched text behind (or before) the cursor.
func (e *editor) next(dir int) {
	if e.find == "" {
		return
	}
	for i := range len(e.lines) + 1 {
		row := ((e.row+dir*i)%len(e.lines) + len(e.lines)) % len(e.lines)
		line := string(e.lines[row])
		from := 0
		if i == 0 && dir > 0 {
			from = len(string(e.lines[row][:min(e.col+1, len(e.lines[row]))]))
		}
		if at := strings.Index(line[from:], e.find); at >= 0 && (i > 0 || dir > 0) {
			e.row, e.col = row, len([]rune(line[:from+at]))
			return
		}
	}
	e.status = "E486: Pattern not found: " + e.find
}

// colon reads and does a command line; true is the end.
func (e *editor) colon() bool {
	text, ok := e.ask(":")
	if !ok {
		return false
	}
	word, arg, _ := strings.Cut(strings.TrimSpace(text), " ")
	force := strings.HasSuffix(word, "!")
	switch strings.TrimSuffix(word, "!") {
	case "":
	case "w", "write":
		e.save(arg)
	case "q", "quit", "qa":
		if e.changed && !force {
			e.status = "E37: No write since last change (add ! to override)"
			return false
		}
		return true
	case "wq", "x", "wqa":
		return e.save(arg)
	case "e", "edit":
		if e.changed && !force {
			e.status = "E37: No write since last change (add ! to override)"
			return false
		}
		if arg == "" {
			arg = e.name
		}
		e.load(arg)
	case "set", "syntax", "nohl", "noh":
	default:
		if n, err := strconv.Atoi(word); err == nil {
			e.row = n - 1
			return false
		}
		if e.replaceAll(text) {
			return false
		}
		e.status = "E492: Not an editor command: " + text
	}
	return false
}

// replaceAll is :s/a/b/ and :%s/a/b/g, with plain text.
func (e *editor) replaceAll(text string) bool {
	all := strings.HasPrefix(text, "%s/")
	part := strings.Split(strings.TrimPrefix(text, "%"), "/")
	if len(part) < 3 || part[0] != "s" || part[1] == "" {
		return false
	}
	n := 1
	if len(part) > 3 && strings.Contains(part[3], "g") {
		n = -1
	}
	e.remember()
	for i := range e.lines {
		if all || i == e.row {
			e.lines[i] = []rune(strings.Replace(string(e.lines[i]), part[1], part[2], n))
		}
	}
	return true
}
