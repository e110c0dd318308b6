package tools

import (
	"math"
	"strconv"
	"strings"
)

// The grammar of expressions, loosest first: assignment, ?:, ||, &&, in, ~,
// comparison, concatenation, sum, product, sign, power, step, value.

func (p *awkParser) expr() awkExpr {
	if p.depth++; p.depth > 200 {
		return p.fail("too deeply nested")
	}
	defer func() { p.depth-- }()
	from := p.at
	left := p.ternary()
	op := p.peek()
	switch op {
	case "=", "+=", "-=", "*=", "/=":
	default:
		return left
	}
	set := p.target(from)
	if set == nil {
		return p.fail("assignment to what is no variable")
	}
	p.at++
	right := p.expr()
	return func(m *awkRun) awkValue {
		v := right(m)
		if op != "=" {
			v = awkNum(arith(op[0], left(m).number(), v.number()))
		}
		set(m, v.s)
		return v
	}
}

// target is the setter of the variable that was parsed from there.
func (p *awkParser) target(from int) func(*awkRun, string) {
	end := p.at
	defer func() { p.at = end }()
	p.at = from
	t := p.peek()
	switch {
	case t == "$":
		p.at++
		n := p.value()
		return func(m *awkRun, v string) { m.setField(int(n(m).number()), v) }
	case t != "" && letterOrDigit(t[0]) && (t[0] < '0' || t[0] > '9'):
		p.at++
		if p.take("[") {
			key := p.expr()
			return func(m *awkRun, v string) {
				if m.arrays[t] == nil {
					m.arrays[t] = map[string]string{}
				}
				if len(m.arrays[t]) < 1_000_000 {
					m.arrays[t][key(m).s] = v
				}
			}
		}
		return func(m *awkRun, v string) {
			if len(v) <= 1<<22 {
				m.vars[t] = v
			}
			if t == "NF" {
				n, _ := strconv.Atoi(v)
				m.fields = m.fields[:min(max(n, 0), len(m.fields))]
				m.rec = strings.Join(m.fields, m.vars["OFS"])
			}
		}
	}
	return nil
}

func (p *awkParser) ternary() awkExpr {
	c := p.binary(0)
	if !p.take("?") {
		return c
	}
	a := p.expr()
	p.want(":")
	b := p.expr()
	return func(m *awkRun) awkValue {
		if c(m).truth() {
			return a(m)
		}
		return b(m)
	}
}

// level is the precedence of a binary operator, -1 for none.
func level(op string) int {
	switch op {
	case "||":
		return 0
	case "&&":
		return 1
	case "in":
		return 2
	case "~", "!~":
		return 3
	case "<", "<=", "==", "!=", ">", ">=":
		return 4
	case "+", "-":
		return 6
	case "*", "/", "%":
		return 7
	case "^":
		return 8
	}
	return -1
}

const concat = 5

func (p *awkParser) binary(min int) awkExpr {
	if p.depth++; p.depth > 400 {
		return p.fail("too deeply nested")
	}
	defer func() { p.depth-- }()
	left := p.unary()
	for {
		op := p.peek()
		l := level(op)
		if l < 0 {
			if min > concat || !startsValue(op) {
				return left
			}
			a, b := left, p.binary(concat+1)
			left = func(m *awkRun) awkValue {
				s := a(m).s + b(m).s
				if len(s) > 1<<22 {
					s = s[:1<<22]
				}
				return awkValue{s: s}
			}
			continue
		}
		if l < min {
			return left
		}
		p.at++
		if op == "in" {
			arr := p.peek()
			p.at++
			a := left
			left = func(m *awkRun) awkValue { _, ok := m.arrays[arr][a(m).s]; return awkNum(float64(b2i(ok))) }
			continue
		}
		a, b := left, p.binary(l+1)
		left = binaryOp(op, a, b)
	}
}

func startsValue(t string) bool {
	if t == "" || t == "in" || t == "else" {
		return false
	}
	c := t[0]
	return letterOrDigit(c) || c == '.' || c == '"' || c == '$' || c == '('
}

func arith(op byte, x, y float64) float64 {
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '/':
		return x / y
	case '%':
		return math.Mod(x, y)
	}
	return math.Pow(x, y)
}

func binaryOp(op string, a, b awkExpr) awkExpr {
	truth := func(f func(m *awkRun) bool) awkExpr {
		return func(m *awkRun) awkValue { return awkNum(float64(b2i(f(m)))) }
	}
	switch op {
	case "||":
		return truth(func(m *awkRun) bool { return a(m).truth() || b(m).truth() })
	case "&&":
		return truth(func(m *awkRun) bool { return a(m).truth() && b(m).truth() })
	case "~", "!~":
		return truth(func(m *awkRun) bool {
			rx := m.regex(b(m).s)
			return (rx != nil && rx.MatchString(a(m).s)) == (op == "~")
		})
	case "<", "<=", "==", "!=", ">", ">=":
		return truth(func(m *awkRun) bool { return compare(op, a(m), b(m)) })
	}
	return func(m *awkRun) awkValue { return awkNum(arith(op[0], a(m).number(), b(m).number())) }
}

func compare(op string, x, y awkValue) bool {
	c := strings.Compare(x.s, y.s)
	if x.num && y.num {
		switch {
		case x.n < y.n:
			c = -1
		case x.n > y.n:
			c = 1
		default:
			c = 0
		}
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case "==":
		return c == 0
	case "!=":
		return c != 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func (p *awkParser) unary() awkExpr {
	switch {
	case p.take("!"):
		e := p.binary(8)
		return func(m *awkRun) awkValue { return awkNum(float64(b2i(!e(m).truth()))) }
	case p.take("-"):
		e := p.binary(8)
		return func(m *awkRun) awkValue { return awkNum(-e(m).number()) }
	case p.take("+"):
		e := p.binary(8)
		return func(m *awkRun) awkValue { return awkNum(e(m).number()) }
	case p.peek() == "++" || p.peek() == "--":
		op := p.peek()
		p.at++
		return p.step(op, true)
	}
	return p.step("", false)
}

// step is a value with ++ or -- around it.
func (p *awkParser) step(op string, before bool) awkExpr {
	from := p.at
	e := p.value()
	if !before {
		if op = p.peek(); op != "++" && op != "--" {
			return e
		}
	}
	set := p.target(from)
	if set == nil {
		return p.fail("++ of what is no variable")
	}
	if !before {
		p.at++
	}
	d := 1.0
	if op == "--" {
		d = -1
	}
	return func(m *awkRun) awkValue {
		old := e(m).number()
		set(m, awkFormat(old+d))
		if before {
			return awkNum(old + d)
		}
		return awkNum(old)
	}
}

func (p *awkParser) value() awkExpr {
	t := p.peek()
	if t == "" {
		return p.fail("unexpected end")
	}
	p.at++
	switch c := t[0]; {
	case c == '"':
		s, _ := unescape(strings.ReplaceAll(t[1:], `\"`, `"`))
		return func(*awkRun) awkValue { return awkValue{s: s} }
	case c == '/':
		pat := strings.ReplaceAll(t[1:], `\/`, "/")
		return func(m *awkRun) awkValue {
			if rx := m.regex(pat); rx != nil && rx.MatchString(m.rec) {
				return awkValue{s: pat, n: 1, num: true}
			}
			return awkValue{s: pat, n: 0, num: true}
		}
	case c == '$':
		n := p.step("", false)
		return func(m *awkRun) awkValue { return awkStr(m.field(int(n(m).number()))) }
	case c == '(':
		e := p.expr()
		p.want(")")
		return e
	case c >= '0' && c <= '9' || c == '.':
		n, err := strconv.ParseFloat(t, 64)
		if err != nil {
			return p.fail("bad number %s", t)
		}
		return func(*awkRun) awkValue { return awkNum(n) }
	case !letterOrDigit(c):
		return p.fail("unexpected %q", t)
	}
	if p.peek() == "(" {
		return p.function(t)
	}
	if p.take("[") {
		key := p.expr()
		p.want("]")
		return func(m *awkRun) awkValue { return awkStr(m.arrays[t][key(m).s]) }
	}
	if t == "length" {
		return func(m *awkRun) awkValue { return awkNum(float64(len([]rune(m.rec)))) }
	}
	return func(m *awkRun) awkValue { return awkStr(m.vars[t]) }
}
