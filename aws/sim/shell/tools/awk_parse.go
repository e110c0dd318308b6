package tools

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

type (
	awkExpr func(*awkRun) awkValue
	awkStmt func(*awkRun)
)

// awkParser turns a program into functions. Its first error ends the reading.
type awkParser struct {
	toks  []string
	at    int
	depth int
	err   error
}

// fail notes an error; the value stands in for what could not be read.
func (p *awkParser) fail(format string, args ...any) awkExpr {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.at = len(p.toks)
	return func(*awkRun) awkValue { return awkValue{} }
}

func parseAwk(src string) ([]awkRule, error) {
	toks, err := awkTokens(src)
	if err != nil {
		return nil, err
	}
	p := &awkParser{toks: toks}
	var rules []awkRule
	for p.skipEnds(); p.at < len(p.toks); p.skipEnds() {
		rules = append(rules, p.rule())
	}
	return rules, p.err
}

// awkTokens cuts a program into tokens: texts begin with a quote, patterns with a
// slash.
func awkTokens(src string) ([]string, error) {
	var out []string
	operand := false // the last token was a value, so that / divides
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\\' && i+1 < len(src) && src[i+1] == '\n':
			i++
			continue
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
			continue
		case c == '"' || c == '/' && !operand:
			j := i + 1
			for j < len(src) && src[j] != c {
				if src[j] == '\\' {
					j++
				}
				j++
			}
			if j >= len(src) {
				return nil, fmt.Errorf("unterminated %s", src[i:])
			}
			out = append(out, src[i:j])
			i = j + 1
			operand = true
			continue
		case letterOrDigit(c) || c == '.':
			j := i
			for j < len(src) && (letterOrDigit(src[j]) || src[j] == '.') {
				j++
			}
			out = append(out, src[i:j])
			i = j
			operand = true
			continue
		}
		n := 1
		for _, op := range []string{"==", "!=", "<=", ">=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "!~", ">>"} {
			if strings.HasPrefix(src[i:], op) {
				n = 2
			}
		}
		out = append(out, src[i:i+n])
		operand = c == ')' || c == ']'
		i += n
	}
	return out, nil
}

func letterOrDigit(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *awkParser) peek() string {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return ""
}

func (p *awkParser) take(t string) bool {
	if p.peek() == t {
		p.at++
		return true
	}
	return false
}

func (p *awkParser) want(t string) {
	if !p.take(t) {
		p.fail("expected %s near %q", t, p.peek())
	}
}

func (p *awkParser) skipEnds() {
	for p.peek() == ";" || p.peek() == "\n" {
		p.at++
	}
}

func (p *awkParser) rule() awkRule {
	r := awkRule{}
	switch {
	case p.take("BEGIN"):
		r.begin = true
	case p.take("END"):
		r.end = true
	case p.peek() != "{":
		r.pattern = p.expr()
	}
	if p.peek() == "{" {
		r.body = p.block()
	} else {
		r.printAll = true
	}
	return r
}

func (p *awkParser) block() (out []awkStmt) {
	p.want("{")
	for p.skipEnds(); !p.take("}"); p.skipEnds() {
		if p.at >= len(p.toks) {
			p.fail("unexpected end")
			return out
		}
		out = append(out, p.stmt())
	}
	return out
}

// body is a block or one statement.
func (p *awkParser) body() awkStmt {
	p.skipEnds()
	if p.depth++; p.depth > 200 {
		p.fail("too deeply nested")
		return func(*awkRun) {}
	}
	defer func() { p.depth-- }()
	if p.peek() != "{" {
		return p.stmt()
	}
	all := p.block()
	return func(m *awkRun) {
		for _, s := range all {
			if m.skip || m.quit {
				return
			}
			s(m)
		}
	}
}

func (p *awkParser) stmt() awkStmt {
	switch {
	case p.take("print"):
		return p.print()
	case p.take("printf"):
		return p.printf()
	case p.take("next"):
		return func(m *awkRun) { m.skip = true }
	case p.take("exit"):
		var code awkExpr
		if t := p.peek(); t != ";" && t != "}" && t != "\n" && t != "" {
			code = p.expr()
		}
		return func(m *awkRun) {
			m.quit = true
			if code != nil {
				m.status = int(code(m).number())
			}
		}
	case p.take("if"):
		return p.ifStmt()
	case p.take("while"):
		p.want("(")
		cond := p.expr()
		p.want(")")
		body := p.body()
		return func(m *awkRun) {
			for cond(m).truth() && !m.skip && !m.quit && m.p.Ctx.Err() == nil {
				body(m)
			}
		}
	case p.take("for"):
		return p.forStmt()
	case p.take("delete"):
		name := p.peek()
		p.at++
		if p.take("[") {
			key := p.expr()
			p.want("]")
			return func(m *awkRun) { delete(m.arrays[name], key(m).s) }
		}
		return func(m *awkRun) { delete(m.arrays, name) }
	}
	e := p.expr()
	return func(m *awkRun) { e(m) }
}

func (p *awkParser) ifStmt() awkStmt {
	p.want("(")
	cond := p.expr()
	p.want(")")
	yes := p.body()
	var no awkStmt
	save := p.at
	p.skipEnds()
	if p.take("else") {
		no = p.body()
	} else {
		p.at = save
	}
	return func(m *awkRun) {
		if cond(m).truth() {
			yes(m)
		} else if no != nil {
			no(m)
		}
	}
}

func (p *awkParser) forStmt() awkStmt {
	p.want("(")
	if p.at+2 < len(p.toks) && p.toks[p.at+1] == "in" {
		name, arr := p.toks[p.at], p.toks[p.at+2]
		p.at += 3
		p.want(")")
		body := p.body()
		return func(m *awkRun) {
			var keys []string
			for k := range m.arrays[arr] {
				keys = append(keys, k)
			}
			sort.Strings(keys)
			for _, k := range keys {
				if m.skip || m.quit || m.p.Ctx.Err() != nil {
					return
				}
				m.vars[name] = k
				body(m)
			}
		}
	}
	var init, post awkExpr
	cond := func(*awkRun) awkValue { return awkNum(1) }
	if p.peek() != ";" {
		init = p.expr()
	}
	p.want(";")
	if p.peek() != ";" {
		cond = p.expr()
	}
	p.want(";")
	if p.peek() != ")" {
		post = p.expr()
	}
	p.want(")")
	body := p.body()
	return func(m *awkRun) {
		if init != nil {
			init(m)
		}
		for cond(m).truth() && !m.skip && !m.quit && m.p.Ctx.Err() == nil {
			body(m)
			if post != nil {
				post(m)
			}
		}
	}
}

func (p *awkParser) list(end func(string) bool) (out []awkExpr) {
	for !end(p.peek()) {
		out = append(out, p.expr())
		if !p.take(",") {
			break
		}
	}
	return out
}

func stmtEnd(t string) bool { return t == "" || t == ";" || t == "}" || t == "\n" }

func (p *awkParser) print() awkStmt {
	args := p.list(stmtEnd)
	return func(m *awkRun) {
		if len(args) == 0 {
			fmt.Fprint(m.out, m.rec, m.vars["ORS"])
			return
		}
		out := make([]string, len(args))
		for i, a := range args {
			out[i] = a(m).s
		}
		fmt.Fprint(m.out, strings.Join(out, m.vars["OFS"]), m.vars["ORS"])
	}
}

func (p *awkParser) printf() awkStmt {
	args := p.list(stmtEnd)
	if len(args) == 0 {
		p.fail("printf without a format")
		return func(*awkRun) {}
	}
	return func(m *awkRun) { _, _ = m.out.WriteString(m.sprintf(args)) }
}

func (m *awkRun) sprintf(args []awkExpr) string {
	if len(args) == 0 {
		return ""
	}
	f := formatter{p: m.p}
	for _, a := range args[1:] {
		v := a(m)
		s := v.s
		if v.num && v.n == math.Trunc(v.n) && math.Abs(v.n) < 1e15 {
			s = awkFormat(v.n)
		}
		f.args = append(f.args, s)
	}
	format := args[0](m).s
	for i := range f.args { // %d of a fraction is its whole part
		if strings.Contains(f.args[i], ".") && strings.Contains(format, "%d") {
			f.args[i], _, _ = strings.Cut(f.args[i], ".")
		}
	}
	var b strings.Builder
	f.round(strings.ReplaceAll(format, `\`, `\\`), &b)
	return b.String()
}
