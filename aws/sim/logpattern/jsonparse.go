package logpattern

import (
	"strconv"
	"strings"
)

// parser reads conditions, for JSON selectors and for columns.
type parser struct {
	s       string
	depth   int
	regexps int
}

func (p *parser) space() { p.s = strings.TrimLeft(p.s, " \t\r\n") }

// accept takes a sign if it is next.
func (p *parser) accept(sign string) bool {
	p.space()
	if !strings.HasPrefix(p.s, sign) {
		return false
	}
	p.s = p.s[len(sign):]
	return true
}

// word takes a keyword if it is next, in any case.
func (p *parser) word(w string) bool {
	p.space()
	if len(p.s) < len(w) || !strings.EqualFold(p.s[:len(w)], w) || len(p.s) > len(w) && wordByte(p.s[len(w)]) {
		return false
	}
	p.s = p.s[len(w):]
	return true
}

func parseJSON(s string) (node, error) {
	if !strings.HasSuffix(s, "}") {
		return nil, syntax("the brace is not closed")
	}
	p := &parser{s: s[1 : len(s)-1]}
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.space(); p.s != "" {
		return nil, syntax("%q is not expected", p.s)
	}
	if p.regexps > maxRegexps {
		return nil, syntax("more than %d regular expressions", maxRegexps)
	}
	return n, nil
}

func (p *parser) alternatives() (node, error) {
	left, err := p.conjunction()
	for err == nil && p.accept("||") {
		var right node
		right, err = p.conjunction()
		left = or{left, right}
	}
	return left, err
}

func (p *parser) conjunction() (node, error) {
	left, err := p.primary()
	for err == nil && p.accept("&&") {
		var right node
		right, err = p.primary()
		left = and{left, right}
	}
	return left, err
}

func (p *parser) primary() (node, error) {
	if !p.accept("(") {
		return p.test()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, syntax("too many brackets")
	}
	n, err := p.alternatives()
	p.depth--
	if err == nil && !p.accept(")") {
		err = syntax("a bracket is not closed")
	}
	return n, err
}

func (p *parser) test() (node, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	switch {
	case p.word("NOT"):
		if !p.word("EXISTS") {
			return nil, syntax("NOT is followed by EXISTS only")
		}
		return test{path: path, op: "EXISTS", not: true}, nil
	case p.word("EXISTS"):
		return test{path: path, op: "EXISTS"}, nil
	case p.word("IS"):
		for _, w := range []struct {
			word string
			kind byte
		}{{"NULL", '0'}, {"TRUE", 't'}, {"FALSE", 'f'}} {
			if p.word(w.word) {
				return test{path: path, op: "IS", want: value{kind: w.kind}}, nil
			}
		}
		return nil, syntax("IS is followed by NULL, TRUE or FALSE")
	}
	op := p.operator()
	if op == "" {
		return nil, syntax("an operator is expected at %q", p.s)
	}
	want, err := p.value(" \t\r\n)&|")
	if err != nil {
		return nil, err
	}
	if op != "=" && op != "!=" && want.kind != 'n' {
		return nil, syntax("%s compares numbers only", op)
	}
	return test{path: path, op: op, want: want}, nil
}

func (p *parser) operator() string {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.accept(op) {
			return op
		}
	}
	return ""
}

// path reads $.a.b[0]['c d'].
func (p *parser) path() ([]step, error) {
	if !p.accept("$") {
		return nil, syntax("a selector begins with $, not at %q", p.s)
	}
	var out []step
	for {
		switch {
		case strings.HasPrefix(p.s, "."):
			p.s = p.s[1:]
			i := 0
			for i < len(p.s) && (wordByte(p.s[i]) || p.s[i] == '-' || p.s[i] == '@') {
				i++
			}
			if i == 0 {
				if strings.HasPrefix(p.s, "[") && len(out) == 0 {
					continue // $.['name']
				}
				return nil, syntax("a name is expected at %q", p.s)
			}
			out, p.s = append(out, step{name: p.s[:i], index: -1}), p.s[i:]
		case strings.HasPrefix(p.s, "["):
			end := strings.IndexByte(p.s, ']')
			if end < 0 {
				return nil, syntax("an index is not closed")
			}
			in := strings.TrimSpace(p.s[1:end])
			p.s = p.s[end+1:]
			switch n, err := strconv.Atoi(in); {
			case err == nil && n >= 0:
				out = append(out, step{index: n})
			case in == "*":
				out = append(out, step{index: -2})
			case len(in) > 2 && (in[0] == '\'' || in[0] == '"') && in[len(in)-1] == in[0]:
				out = append(out, step{name: in[1 : len(in)-1], index: -1})
			default:
				return nil, syntax("%q is no index", in)
			}
		default:
			if len(out) == 0 {
				return nil, syntax("a selector names a member")
			}
			return out, nil
		}
	}
}

// value reads what is compared with; bare text ends at one of the stops.
func (p *parser) value(stops string) (value, error) {
	p.space()
	if p.s == "" {
		return value{}, syntax("a value is expected")
	}
	switch p.s[0] {
	case '"':
		text, rest, err := quoted(p.s)
		p.s = rest
		return value{kind: 's', text: text, globs: strings.Contains(text, "*")}, err
	case '%':
		p.regexps++
		re, rest, err := expression(p.s)
		p.s = rest
		return value{kind: 'r', re: re}, err
	}
	end := strings.IndexAny(p.s, stops)
	if end < 0 {
		end = len(p.s)
	}
	text := p.s[:end]
	p.s = p.s[end:]
	if text == "" {
		return value{}, syntax("a value is expected at %q", p.s)
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return value{kind: 'n', text: text, num: n}, nil
	}
	for i := range len(text) {
		if c := text[i]; !wordByte(c) && !strings.ContainsRune("*.-:/@+,", rune(c)) {
			return value{}, syntax("quote the value %s", text)
		}
	}
	return value{kind: 's', text: text, globs: strings.Contains(text, "*")}, nil
}
