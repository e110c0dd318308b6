package tools

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

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
