package logpattern

import "strings"

// column is one field of a space-delimited pattern: [ip, user, …, status=5*].
type column struct {
	rest  bool // "...": any number of fields
	tests []columnTest
	any   bool // the tests are alternatives
}

type columnTest struct {
	op   string
	want value
}

func (c column) match(field string) bool {
	for _, t := range c.tests {
		ok := t.match(field)
		if c.any && ok {
			return true
		}
		if !c.any && !ok {
			return false
		}
	}
	return !c.any || len(c.tests) == 0
}

func (t columnTest) match(field string) bool {
	cond := test{op: t.op, want: t.want}
	switch t.op {
	case "=":
		return cond.equal(field)
	case "!=":
		return !cond.equal(field)
	}
	return cond.ordered(field)
}

// parseColumns reads a pattern in square brackets. Each column is a name and
// perhaps conditions on it, joined by && or by ||.
func parseColumns(s string) ([]column, error) {
	if !strings.HasSuffix(s, "]") {
		return nil, syntax("the bracket is not closed")
	}
	p := &parser{s: s[1 : len(s)-1]}
	var out []column
	rests := 0
	for {
		c, err := p.column()
		if err != nil {
			return nil, err
		}
		if c.rest {
			if rests++; rests > 1 {
				return nil, syntax("... may stand once")
			}
		}
		out = append(out, c)
		if p.accept(",") {
			continue
		}
		if p.space(); p.s != "" {
			return nil, syntax("%q is not expected", p.s)
		}
		if p.regexps > maxRegexps {
			return nil, syntax("more than %d regular expressions", maxRegexps)
		}
		return out, nil
	}
}

func (p *parser) column() (column, error) {
	if p.accept("...") {
		return column{rest: true}, nil
	}
	var c column
	joined := ""
	for {
		p.space()
		i := 0
		for i < len(p.s) && wordByte(p.s[i]) {
			i++
		}
		name := p.s[:i]
		p.s = p.s[i:]
		op := p.operator()
		if op == "" {
			if name == "" {
				return c, syntax("a column has no name at %q", p.s)
			}
		} else {
			want, err := p.value(" \t\r\n,&|")
			if err != nil {
				return c, err
			}
			if op != "=" && op != "!=" && want.kind != 'n' {
				return c, syntax("%s compares numbers only", op)
			}
			c.tests = append(c.tests, columnTest{op: op, want: want})
		}
		sign := ""
		if p.accept("&&") {
			sign = "&&"
		} else if p.accept("||") {
			sign = "||"
		}
		if sign == "" {
			return c, nil
		}
		if joined != "" && joined != sign {
			return c, syntax("&& and || in one column")
		}
		joined, c.any = sign, sign == "||"
	}
}

func matchColumns(columns []column, message string) bool {
	fields := split(message)
	before, after, rest := columns, []column(nil), false
	for i, c := range columns {
		if c.rest {
			before, after, rest = columns[:i], columns[i+1:], true
			break
		}
	}
	if len(fields) < len(before)+len(after) || !rest && len(fields) != len(columns) {
		return false
	}
	for i, c := range before {
		if !c.match(fields[i]) {
			return false
		}
	}
	tail := fields[len(fields)-len(after):]
	for i, c := range after {
		if !c.match(tail[i]) {
			return false
		}
	}
	return true
}

// split cuts a message at spaces; text in quotes or square brackets is one field,
// without them.
func split(s string) []string {
	var out []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return out
		}
		closing := byte(0)
		switch s[0] {
		case '"':
			closing = '"'
		case '[':
			closing = ']'
		}
		if closing != 0 {
			if end := strings.IndexByte(s[1:], closing); end >= 0 {
				out, s = append(out, s[1:1+end]), s[end+2:]
				continue
			}
		}
		end := strings.IndexAny(s, " \t\r\n")
		if end < 0 {
			end = len(s)
		}
		out, s = append(out, s[:end]), s[end:]
	}
}
