package tools

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

// address picks lines: a number, the last line, or a pattern.
type address struct {
	line int
	last bool
	rx   *regexp.Regexp
}

// edit is one command of a sed script.
type edit struct {
	from, to *address
	negate   bool
	do       byte
	rx       *regexp.Regexp
	with     string
	global   bool
	print    bool
	nth      int
	text     string
	y        map[rune]rune
	inside   bool
}

// sed edits a stream of lines.
func sed(p *proc.Proc) int {
	f, ok := p.Flags("nEre:f:is", map[string]string{"expression": "e", "regexp-extended": "E", "quiet": "n", "in-place": "i"})
	if !ok {
		return 1
	}
	args := f.Args
	script := f.Get("e")
	if f.Has("f") {
		b, err := p.FS.ReadFile(p.Abs(f.Get("f")))
		if err != nil {
			return p.Fail(f.Get("f"), err)
		}
		script = string(b)
	} else if !f.Has("e") {
		if len(args) == 0 {
			return p.Errorf("no script specified")
		}
		script, args = args[0], args[1:]
	}
	// -e may come more than once; the options keep the last one only
	if f.Has("e") {
		script = ""
		for i, a := range p.Args {
			if (a == "-e" || a == "--expression") && i+1 < len(p.Args) {
				script += p.Args[i+1] + "\n"
			} else if s, ok := strings.CutPrefix(a, "-e"); ok && s != "" {
				script += s + "\n"
			}
		}
	}
	edits, err := parseSed(script, f.Has("E") || f.Has("r"))
	if err != nil {
		return p.Errorf("-e expression #1: %v", err)
	}
	if !f.Has("i") {
		e := &editor{p: p, edits: edits, quiet: f.Has("n"), out: p.Out}
		status := 0
		readers := []io.Reader{}
		if len(args) == 0 {
			args = []string{"-"}
		}
		for _, a := range args {
			r, err := p.Open(a)
			if err != nil {
				status = 2
				p.Errorf("can't read %s: %s", a, disk.Why(err))
				continue
			}
			defer r.Close()
			readers = append(readers, r)
		}
		if err := e.run(io.MultiReader(readers...)); err != nil && p.Ctx.Err() == nil && hush(err) != nil {
			return p.Errorf("%s", disk.Why(err))
		}
		return status
	}
	for _, a := range args {
		b, err := p.FS.ReadFile(p.Abs(a))
		if err != nil {
			return p.Errorf("can't read %s: %s", a, disk.Why(err))
		}
		var out strings.Builder
		e := &editor{p: p, edits: edits, quiet: f.Has("n"), out: &out}
		if err := e.run(strings.NewReader(string(b))); err != nil {
			return 1
		}
		w, err := p.Create(a, disk.Trunc)
		if err != nil {
			return p.Fail(a, err)
		}
		if _, err := io.WriteString(w, out.String()); err != nil {
			return p.Fail(a, err)
		}
		w.Close()
	}
	return 0
}

type editor struct {
	p     *proc.Proc
	edits []*edit
	quiet bool
	out   io.Writer
	n     int
}

// run edits each line; it reads one ahead to know the last one.
func (e *editor) run(r io.Reader) error {
	held, has := "", false
	var out error
	err := e.p.Lines(r, func(line string) bool {
		if has {
			var more bool
			if more, out = e.line(held, false); !more || out != nil {
				has = false
				return false
			}
		}
		held, has = line, true
		return true
	})
	if has && err == nil && out == nil {
		_, out = e.line(held, true)
	}
	return errors.Join(err, out)
}

func (e *editor) line(line string, last bool) (more bool, err error) {
	e.n++
	put := func(s string) {
		if err == nil {
			_, err = fmt.Fprintln(e.out, s)
		}
	}
	var after []string
	quit, gone := false, false
	for _, c := range e.edits {
		if !c.picks(e.n, line, last) {
			continue
		}
		switch c.do {
		case 's':
			var hit bool
			if line, hit = c.substitute(line); hit && c.print {
				put(line)
			}
		case 'y':
			line = strings.Map(func(r rune) rune {
				if to, ok := c.y[r]; ok {
					return to
				}
				return r
			}, line)
		case 'd':
			gone = true
		case 'p':
			put(line)
		case '=':
			put(strconv.Itoa(e.n))
		case 'q':
			quit = true
		case 'i':
			put(c.text)
		case 'a':
			after = append(after, c.text)
		case 'c':
			put(c.text)
			gone = true
		}
		if gone || quit {
			break
		}
	}
	if !gone && !e.quiet {
		put(line)
	}
	for _, a := range after {
		put(a)
	}
	return !quit, err
}

func (a *address) hits(n int, line string, last bool) bool {
	switch {
	case a.rx != nil:
		return a.rx.MatchString(line)
	case a.last:
		return last
	}
	return n == a.line
}

func (c *edit) picks(n int, line string, last bool) bool {
	hit := true
	switch {
	case c.from == nil:
	case c.to == nil:
		hit = c.from.hits(n, line, last)
	case c.inside:
		if c.to.hits(n, line, last) || c.to.rx == nil && !c.to.last && n >= c.to.line {
			c.inside = false
			hit = c.to.rx != nil || c.to.last || n <= c.to.line
		}
	default:
		hit = c.from.hits(n, line, last)
		c.inside = hit && (c.to.rx != nil || c.to.last || c.to.line > n)
	}
	return hit != c.negate
}

func (c *edit) substitute(line string) (string, bool) {
	all := c.rx.FindAllStringSubmatchIndex(line, -1)
	if len(all) == 0 {
		return line, false
	}
	var b strings.Builder
	at, done := 0, false
	for i, m := range all {
		if i+1 < c.nth || i+1 > max(c.nth, 1) && !c.global {
			continue
		}
		done = true
		b.WriteString(line[at:m[0]])
		b.WriteString(replacement(c.with, line, m))
		at = m[1]
	}
	b.WriteString(line[at:])
	return b.String(), done
}

// replacement expands & and \1.
func replacement(with, line string, m []int) string {
	var b strings.Builder
	for i := 0; i < len(with); i++ {
		switch c := with[i]; {
		case c == '&':
			b.WriteString(line[m[0]:m[1]])
		case c == '\\' && i+1 < len(with):
			i++
			switch d := with[i]; {
			case d >= '0' && d <= '9':
				if k := int(d-'0') * 2; k+1 < len(m) && m[k] >= 0 {
					b.WriteString(line[m[k]:m[k+1]])
				}
			case d == 'n':
				b.WriteByte('\n')
			case d == 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(d)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
