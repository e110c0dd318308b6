package replay

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/vterm"
)

// Text writes what a recording says as plain lines, for a pipe: each line as it stood
// when it was left. Full-screen programs paint instead of writing lines; of each there
// is a word that it ran.
func Text(w io.Writer, rec Recording) error {
	out := bufio.NewWriter(w)
	p := &printer{out: out}
	feeder := vterm.NewFeeder(p)
	for i := range rec.Blocks {
		events, err := rec.Block(i)
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		for _, e := range events {
			switch e.Kind {
			case Output:
				feeder.Feed([]byte(e.Text))
			case Mark:
				p.say(e.Text)
			}
		}
	}
	if len(p.line) > 0 {
		p.end()
	}
	return out.Flush()
}

// printer is a terminal of one line.
type printer struct {
	out  *bufio.Writer // its error comes with Flush
	line []rune
	at   int
	alt  bool
}

// longestLine is what a line may have before it is broken.
const longestLine = 64 << 10

func (p *printer) end() {
	p.out.WriteString(strings.TrimRight(clean.Line(string(p.line)), " "))
	p.out.WriteByte('\n')
	p.line, p.at = p.line[:0], 0
}

// say writes a line of our own.
func (p *printer) say(text string) {
	if len(p.line) > 0 {
		p.end()
	}
	p.out.WriteString("[" + clean.Line(text) + "]\n")
}

// Text implements vterm.Actor, as do the others below.
func (p *printer) Text(b []byte) {
	for _, c := range b {
		p.Rune(rune(c))
	}
}

func (p *printer) Rune(r rune) {
	if p.alt {
		return
	}
	if p.at >= longestLine {
		p.end()
	}
	for p.at > len(p.line) {
		p.line = append(p.line, ' ')
	}
	if p.at < len(p.line) {
		p.line[p.at] = r
	} else {
		p.line = append(p.line, r)
	}
	p.at++
}

func (p *printer) Control(b byte) {
	if p.alt {
		return
	}
	switch b {
	case '\n', '\v', '\f':
		p.end()
	case '\r':
		p.at = 0
	case '\b':
		p.at = max(p.at-1, 0)
	case '\t':
		p.at = min(p.at/8*8+8, longestLine)
	}
}

func (p *printer) Escape(cmd ansi.Cmd) {
	if cmd.Intermediate() == 0 && (cmd.Final() == 'E' || cmd.Final() == 'D') && !p.alt {
		p.end()
	}
}

func (p *printer) CSI(cmd ansi.Cmd, params ansi.Params) {
	n, _, _ := params.Param(0, 0)
	if cmd.Prefix() == '?' {
		if final := cmd.Final(); n == 1049 || n == 1047 || n == 47 {
			if final == 'h' && !p.alt {
				p.say("a full-screen program")
			}
			p.alt = final == 'h'
		}
		return
	}
	if p.alt || cmd.Prefix() != 0 || cmd.Intermediate() != 0 {
		return
	}
	switch by := max(n, 1); cmd.Final() {
	case 'C':
		p.at = min(p.at+by, longestLine)
	case 'D':
		p.at = max(p.at-by, 0)
	case 'G':
		p.at = min(by-1, longestLine)
	case 'K':
		p.erase(n)
	case 'P':
		if p.at < len(p.line) {
			p.line = slices.Delete(p.line, p.at, min(p.at+by, len(p.line)))
		}
	case '@':
		if p.at < len(p.line) && len(p.line)+by <= longestLine {
			p.line = slices.Insert(p.line, p.at, slices.Repeat([]rune{' '}, by)...)
		}
	case 'H', 'f', 'd': // another line
		if len(p.line) > 0 {
			p.end()
		}
	}
}

func (p *printer) erase(how int) {
	switch {
	case how == 0 && p.at < len(p.line):
		p.line = p.line[:p.at]
	case how == 1:
		for i := range min(p.at+1, len(p.line)) {
			p.line[i] = ' '
		}
	case how == 2:
		p.line = p.line[:0]
	}
}

func (p *printer) Command(byte, []byte, bool) {}
