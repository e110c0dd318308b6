package screens

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// pager shows a text page by page.
type pager struct {
	*screen
	name   string
	lines  []string // as given
	rows   []string // wrapped to the width
	cols   int
	top    int
	find   *regexp.Regexp
	status string
}

// Less pages through files or its input.
func Less(p *proc.Proc) int {
	f, ok := p.Flags("NSRFXiIegMmnqrs+", nil)
	if !ok {
		return 1
	}
	var text strings.Builder
	name := "(standard input)"
	if len(f.Args) == 0 && proc.IsTTY(p.In) {
		return p.Errorf("missing filename")
	}
	status := p.Inputs(f.Args, func(n string, r io.Reader) error {
		if n != "-" {
			name = n
		}
		b, err := p.ReadAll(r)
		text.Write(b)
		return err
	})
	if status != 0 && text.Len() == 0 {
		return status
	}
	s, ok := open(p)
	if !ok {
		_, err := io.WriteString(p.Out, text.String())
		return status | b2i(err != nil)
	}
	defer s.close()
	g := &pager{screen: s, name: name, lines: strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")}
	if f.Has("N") {
		for i := range g.lines {
			g.lines[i] = fmt.Sprintf("%7d %s", i+1, g.lines[i])
		}
	}
	return g.run()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (g *pager) run() int {
	for {
		g.layout()
		g.show()
		k, ev := g.wait(0)
		switch ev {
		case ended:
			return 130
		case pressed:
			if g.press(k) {
				return 0
			}
		}
	}
}

// safe keeps control characters of a text from the terminal.
func safe(line string) string {
	line = strings.ReplaceAll(line, "\t", "        ")
	var b strings.Builder
	for _, r := range line {
		if r < ' ' || r == 0x7f {
			b.WriteString("^" + string(r^0x40))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// layout wraps the lines when the width has changed.
func (g *pager) layout() {
	cols, _ := g.size()
	if cols == g.cols {
		return
	}
	g.cols, g.rows = cols, g.rows[:0]
	for _, l := range g.lines {
		l = safe(l)
		for ansi.StringWidth(l) > cols {
			head := ansi.Truncate(l, cols, "")
			if head == "" {
				break
			}
			g.rows = append(g.rows, head)
			l = l[len(head):]
		}
		g.rows = append(g.rows, l)
	}
	g.clamp()
}

func (g *pager) page() int { _, rows := g.size(); return max(1, rows-1) }

func (g *pager) clamp() { g.top = max(0, min(g.top, len(g.rows)-g.page())) }

func (g *pager) show() {
	page := g.page()
	out := make([]string, 0, page+1)
	for i := range page {
		if g.top+i < len(g.rows) {
			out = append(out, g.mark(g.rows[g.top+i]))
		} else {
			out = append(out, "~")
		}
	}
	status := g.status
	if status == "" {
		status = ":"
		if g.top+page >= len(g.rows) {
			status = "(END)"
		} else if g.top == 0 {
			status = g.name
		}
	}
	g.status = ""
	g.draw(append(out, "\x1b[7m"+status+"\x1b[0m"))
}

func (g *pager) mark(row string) string {
	if g.find == nil {
		return row
	}
	return g.find.ReplaceAllStringFunc(row, func(m string) string { return "\x1b[7m" + m + "\x1b[27m" })
}

// press does one key; true is the end.
func (g *pager) press(k tty.Key) bool {
	page := g.page()
	switch k.Name {
	case "ctrl+c":
		return false
	case "enter", "down", "ctrl+n", "ctrl+e":
		g.top++
	case "up", "ctrl+p", "ctrl+y":
		g.top--
	case "pgdown", "ctrl+f", "ctrl+v":
		g.top += page
	case "pgup", "ctrl+b":
		g.top -= page
	case "ctrl+d":
		g.top += page / 2
	case "ctrl+u":
		g.top -= page / 2
	case "home":
		g.top = 0
	case "end":
		g.top = len(g.rows)
	}
	switch k.Text {
	case "q", "Q":
		return true
	case " ", "f":
		g.top += page
	case "b":
		g.top -= page
	case "j", "e":
		g.top++
	case "k", "y":
		g.top--
	case "d":
		g.top += page / 2
	case "u":
		g.top -= page / 2
	case "g", "<":
		g.top = 0
	case "G", ">":
		g.top = len(g.rows)
	case "/", "?":
		g.search(k.Text)
	case "n":
		g.jump(1)
	case "N":
		g.jump(-1)
	}
	g.clamp()
	return false
}

// search asks for a pattern on the last row.
func (g *pager) search(mark string) {
	text, ok := g.ask(mark)
	if !ok || text == "" {
		return
	}
	rx, err := regexp.Compile(text)
	if err != nil {
		rx = regexp.MustCompile(regexp.QuoteMeta(text))
	}
	g.find = rx
	dir := 1
	if mark == "?" {
		dir = -1
	}
	g.jump(dir)
}

func (g *pager) jump(dir int) {
	if g.find == nil {
		return
	}
	for i := g.top + dir; i >= 0 && i < len(g.rows); i += dir {
		if g.find.MatchString(g.rows[i]) {
			g.top = i
			return
		}
	}
	g.status = "Pattern not found"
}

// ask reads a line on the last row; false is an escape.
func (s *screen) ask(mark string) (string, bool) {
	text := ""
	for {
		_, rows := s.size()
		s.put(fmt.Sprintf("\x1b[%d;1H\x1b[0m\x1b[K%s%s\x1b[?25h", rows, mark, text))
		k, ev := s.wait(0)
		switch {
		case ev == ended || k.Name == "esc" || k.Name == "ctrl+c":
			return "", false
		case ev == resized:
		case k.Name == "enter":
			return text, true
		case k.Name == "backspace":
			if text == "" {
				return "", false
			}
			r := []rune(text)
			text = string(r[:len(r)-1])
		case k.Name == "ctrl+u":
			text = ""
		case k.Name == "" || k.Name == "paste":
			text += k.Text
		}
	}
}
