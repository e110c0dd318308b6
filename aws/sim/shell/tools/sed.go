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

// sedParser reads a script from left to right.
type sedParser struct {
	s        string
	extended bool
}

func parseSed(script string, extended bool) ([]*edit, error) {
	p := &sedParser{script, extended}
	var out []*edit
	for {
		p.s = strings.TrimLeft(p.s, " \t\n;")
		if p.s == "" {
			return out, nil
		}
		if p.s[0] == '#' {
			_, p.s, _ = strings.Cut(p.s, "\n")
			continue
		}
		e, err := p.command()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
}

func (p *sedParser) address() (*address, error) {
	if p.s == "" {
		return nil, nil
	}
	switch c := p.s[0]; {
	case c >= '0' && c <= '9':
		i := 0
		for i < len(p.s) && p.s[i] >= '0' && p.s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(p.s[:i])
		p.s = p.s[i:]
		return &address{line: n}, err
	case c == '$':
		p.s = p.s[1:]
		return &address{last: true}, nil
	case c == '/':
		p.s = p.s[1:]
		pat, err := p.until('/')
		if err != nil {
			return nil, errors.New("unterminated address regex")
		}
		fold := strings.HasPrefix(p.s, "I")
		p.s = strings.TrimPrefix(p.s, "I")
		rx, err := compile(pat, p.extended, fold)
		return &address{rx: rx}, err
	}
	return nil, nil
}

// until reads up to a delimiter; \delimiter is the delimiter itself.
func (p *sedParser) until(d byte) (string, error) {
	var b strings.Builder
	for i := 0; i < len(p.s); i++ {
		switch {
		case p.s[i] == '\\' && i+1 < len(p.s):
			i++
			if p.s[i] != d {
				b.WriteByte('\\')
			}
			b.WriteByte(p.s[i])
		case p.s[i] == d:
			p.s = p.s[i+1:]
			return b.String(), nil
		default:
			b.WriteByte(p.s[i])
		}
	}
	return "", errors.New("unterminated command")
}

func (p *sedParser) command() (*edit, error) {
	e := &edit{}
	var err error
	if e.from, err = p.address(); err != nil {
		return nil, err
	}
	if e.from != nil && strings.HasPrefix(p.s, ",") {
		p.s = p.s[1:]
		if e.to, err = p.address(); err != nil || e.to == nil {
			return nil, errors.New("unexpected `,'")
		}
	}
	p.s = strings.TrimLeft(p.s, " \t")
	if strings.HasPrefix(p.s, "!") {
		e.negate = true
		p.s = strings.TrimLeft(p.s[1:], " \t")
	}
	if p.s == "" {
		return nil, errors.New("missing command")
	}
	e.do, p.s = p.s[0], p.s[1:]
	switch e.do {
	case 's':
		return e, p.substitution(e)
	case 'y':
		return e, p.transliteration(e)
	case 'd', 'p', 'q', '=':
		return e, nil
	case 'a', 'i', 'c':
		text := strings.TrimLeft(p.s, " \t")
		text = strings.TrimPrefix(strings.TrimPrefix(text, "\\"), "\n")
		e.text, p.s, _ = strings.Cut(text, "\n")
		return e, nil
	}
	return nil, fmt.Errorf("unknown command: `%c'", e.do)
}

func (p *sedParser) substitution(e *edit) error {
	if p.s == "" {
		return errors.New("unterminated `s' command")
	}
	d := p.s[0]
	p.s = p.s[1:]
	pat, err := p.until(d)
	if err == nil {
		e.with, err = p.until(d)
	}
	if err != nil {
		return errors.New("unterminated `s' command")
	}
	fold := false
	for p.s != "" && strings.IndexByte(" \t\n;}", p.s[0]) < 0 {
		switch c := p.s[0]; {
		case c == 'g':
			e.global = true
		case c == 'p':
			e.print = true
		case c == 'i' || c == 'I':
			fold = true
		case c >= '1' && c <= '9':
			e.nth = int(c - '0')
		default:
			return errors.New("unknown option to `s'")
		}
		p.s = p.s[1:]
	}
	e.rx, err = compile(pat, p.extended, fold)
	return err
}

func (p *sedParser) transliteration(e *edit) error {
	if p.s == "" {
		return errors.New("unterminated `y' command")
	}
	d := p.s[0]
	p.s = p.s[1:]
	from, err := p.until(d)
	if err != nil {
		return err
	}
	to, err := p.until(d)
	if err != nil {
		return err
	}
	a, b := []rune(from), []rune(to)
	if len(a) != len(b) {
		return errors.New("strings for `y' command are different lengths")
	}
	e.y = map[rune]rune{}
	for i := range a {
		e.y[a[i]] = b[i]
	}
	return nil
}
