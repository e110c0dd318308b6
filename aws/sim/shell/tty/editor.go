package tty

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// ErrInterrupted is ^C at the prompt.
var ErrInterrupted = errors.New("interrupted")

// maxEdit bounds one line.
const maxEdit = 8 << 20

// Editor reads lines with history and completion, as a shell's prompt does.
type Editor struct {
	T       *TTY
	Bracket bool // ask the terminal to bracket pastes
	// Complete gives the candidates for the word that ends at the cursor, and where
	// that word begins. May be nil.
	Complete func(line string) (from int, candidates []string)

	history []string
	keys    *Keys

	prompt string
	text   []rune
	cur    int
	at     int // in history
	draft  string
	row    int // of the cursor, from the prompt's first row
	killed string
}

// History is what was entered, oldest first.
func (e *Editor) History() []string { return e.history }

// Add appends to the history.
func (e *Editor) Add(line string) {
	line = strings.TrimRight(line, "\n")
	if strings.TrimSpace(line) == "" || len(e.history) > 0 && e.history[len(e.history)-1] == line || len(line) > 64<<10 {
		return
	}
	if e.history = append(e.history, line); len(e.history) > 500 {
		e.history = e.history[1:]
	}
}

// ReadLine shows the prompt and reads one line, without its end. It fails with
// ErrInterrupted, or with io.EOF at ^D on an empty line and at the session's end.
func (e *Editor) ReadLine(ctx context.Context, prompt string) (string, error) {
	old := e.T.SetMode(Mode{Post: false})
	defer e.T.SetMode(old)
	if e.keys == nil {
		e.keys = NewKeys(e.T, nil)
	}
	defer e.keys.Close()
	e.prompt, e.text, e.cur, e.row, e.at, e.draft = prompt, nil, 0, 0, len(e.history), ""
	if e.Bracket {
		e.put("\x1b[?2004h")
		defer e.put("\x1b[?2004l")
	}
	e.put(strings.ReplaceAll(prompt, "\n", "\r\n"))
	for {
		k, err := e.keys.Next(ctx)
		if err != nil {
			return "", err
		}
		k.Text += e.keys.text(k)
		done, err := e.press(k)
		if err != nil {
			return "", err
		}
		if done {
			e.move(len(e.text))
			e.put("\r\n")
			return string(e.text), nil
		}
	}
}

func (e *Editor) put(s string) {
	_, _ = io.WriteString(e.T, s) // the session ends by itself
}

// press does one key; done is enter.
func (e *Editor) press(k Key) (done bool, err error) {
	switch k.Name {
	case "":
		e.insert(k.Text)
	case "paste":
		e.insert(k.Text)
	case "enter":
		return true, nil
	case "ctrl+c":
		e.move(len(e.text))
		e.put("^C\r\n")
		return false, ErrInterrupted
	case "ctrl+d":
		if len(e.text) == 0 {
			e.put("\r\n")
			return false, io.EOF
		}
		e.delete(e.cur, e.cur+1)
	case "backspace":
		e.delete(e.cur-1, e.cur)
	case "delete":
		e.delete(e.cur, e.cur+1)
	case "left", "ctrl+b":
		e.move(e.cur - 1)
	case "right", "ctrl+f":
		e.move(e.cur + 1)
	case "home", "ctrl+a":
		e.move(0)
	case "end", "ctrl+e":
		e.move(len(e.text))
	case "alt+b":
		e.move(e.wordLeft())
	case "alt+f":
		e.move(e.wordRight())
	case "ctrl+u":
		e.kill(0, e.cur)
	case "ctrl+k":
		e.kill(e.cur, len(e.text))
	case "ctrl+w":
		e.kill(e.wordLeft(), e.cur)
	case "alt+d":
		e.kill(e.cur, e.wordRight())
	case "ctrl+y":
		e.insert(e.killed)
	case "ctrl+l":
		e.put("\x1b[H\x1b[2J")
		e.row = 0
		e.redraw()
	case "up", "ctrl+p":
		e.recall(-1)
	case "down", "ctrl+n":
		e.recall(+1)
	case "tab":
		e.complete()
	}
	return false, nil
}

// insert puts text at the cursor.
func (e *Editor) insert(s string) {
	if len(e.text)+len(s) > maxEdit || s == "" {
		return
	}
	r := []rune(strings.Map(printable, s))
	if e.cur == len(e.text) {
		e.text = append(e.text, r...)
		e.cur = len(e.text)
		e.put(shown(string(r)))
		row, col := e.place(e.cur)
		if col == 0 && len(r) > 0 && r[len(r)-1] != '\n' {
			e.put("\r\n") // leave the last column
		}
		e.row = row
		return
	}
	tail := append([]rune(nil), e.text[e.cur:]...)
	e.text = append(append(e.text[:e.cur], r...), tail...)
	e.cur += len(r)
	e.redraw()
}

func printable(r rune) rune {
	if r == '\n' || r == '\t' || !unicode.IsControl(r) {
		return r
	}
	return -1
}

// shown is text as the terminal gets it.
func shown(s string) string {
	s = strings.ReplaceAll(s, "\t", "    ")
	return strings.ReplaceAll(s, "\n", "\r\n")
}

func (e *Editor) delete(from, to int) {
	from, to = max(from, 0), min(to, len(e.text))
	if from >= to {
		return
	}
	atEnd := to == len(e.text) && e.cur == to && to-from == 1
	gone := e.text[from]
	_, col := e.place(e.cur)
	e.text = append(e.text[:from], e.text[to:]...)
	e.cur = from
	if w := ansi.StringWidth(shown(string(gone))); atEnd && gone != '\n' && col > w {
		e.put(strings.Repeat("\b", w) + "\x1b[K")
		return
	}
	e.redraw()
}

func (e *Editor) kill(from, to int) {
	if from < to {
		e.killed = string(e.text[from:to])
		e.delete(from, to)
	}
}

func (e *Editor) wordLeft() int {
	i := e.cur
	for i > 0 && unicode.IsSpace(e.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.text[i-1]) {
		i--
	}
	return i
}

func (e *Editor) wordRight() int {
	i := e.cur
	for i < len(e.text) && unicode.IsSpace(e.text[i]) {
		i++
	}
	for i < len(e.text) && !unicode.IsSpace(e.text[i]) {
		i++
	}
	return i
}

func (e *Editor) recall(step int) {
	to := e.at + step
	if to < 0 || to > len(e.history) {
		return
	}
	if e.at == len(e.history) {
		e.draft = string(e.text)
	}
	e.at = to
	line := e.draft
	if to < len(e.history) {
		line = e.history[to]
	}
	e.text = []rune(line)
	e.cur = len(e.text)
	e.redraw()
}
