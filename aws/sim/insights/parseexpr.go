package insights

import (
	"regexp"
	"strings"
)

func (p *parser) expr() (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, syntax(p.next.at, "too many brackets")
	}
	defer func() { p.depth-- }()
	return p.chain("or", func() (expr, error) { return p.chain("and", p.negation) })
}

// chain reads operands joined by a word.
func (p *parser) chain(word string, operand func() (expr, error)) (expr, error) {
	x, err := operand()
	for err == nil && p.keyword(word) {
		var y expr
		y, err = operand()
		x = binary{word, x, y}
	}
	return x, err
}

func (p *parser) negation() (expr, error) {
	nots := 0
	for p.keyword("not") {
		nots++
	}
	x, err := p.comparison()
	if err == nil && nots%2 == 1 {
		x = unary{"not", x}
	}
	return x, err
}

func (p *parser) comparison() (expr, error) {
	x, err := p.sum()
	if err != nil {
		return nil, err
	}
	for _, op := range []string{"=", "!=", "<=", ">=", "<", ">"} {
		if p.accept(op) {
			y, err := p.sum()
			return binary{op, x, y}, err
		}
	}
	not := p.keyword("not")
	var out expr
	switch {
	case p.is("=~"), p.word("like"):
		p.advance()
		out, err = p.like(x)
	case p.keyword("in"):
		out, err = p.in(x)
	case not:
		return nil, p.unexpected("like or in")
	default:
		return x, p.err
	}
	if not {
		out = unary{"not", out}
	}
	return out, err
}

func (p *parser) like(x expr) (expr, error) {
	source := ""
	switch {
	case p.next.kind == 's':
		source = "(?s)" + regexp.QuoteMeta(p.next.text)
		p.advance()
	case p.is("/"):
		var err error
		if source, err = p.regex(); err != nil {
			return nil, err
		}
	default:
		return nil, p.unexpected("a text or a regular expression")
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, syntax(p.next.at, "%s is no regular expression", source)
	}
	return like{x, re}, p.err
}

func (p *parser) in(x expr) (expr, error) {
	if !p.accept("[") {
		return nil, p.unexpected("[")
	}
	out := oneOf{x: x}
	for {
		y, err := p.sum()
		if err != nil {
			return nil, err
		}
		out.list = append(out.list, y)
		if p.accept("]") {
			return out, p.err
		}
		if !p.accept(",") {
			return nil, p.unexpected("a comma or ]")
		}
	}
}

func (p *parser) sum() (expr, error) { return p.operators([]string{"+", "-"}, p.product) }

func (p *parser) product() (expr, error) {
	return p.operators([]string{"*", "/", "%", "^"}, p.primary)
}

func (p *parser) operators(ops []string, operand func() (expr, error)) (expr, error) {
	x, err := operand()
	for err == nil {
		op := ""
		for _, o := range ops {
			if p.is(o) {
				op = o
			}
		}
		if op == "" {
			break
		}
		p.advance()
		var y expr
		y, err = operand()
		x = binary{op, x, y}
	}
	return x, err
}

func (p *parser) primary() (expr, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.depth++; p.depth > maxDepth {
		return nil, syntax(p.next.at, "too many brackets")
	}
	defer func() { p.depth-- }()
	t := p.next
	switch {
	case t.kind == 'n':
		p.advance()
		return literal{t.num}, p.err
	case t.kind == 's':
		p.advance()
		return literal{t.text}, p.err
	case t.kind == 'q':
		p.advance()
		return field{t.text}, p.err
	case p.accept("-"):
		x, err := p.primary()
		return unary{"-", x}, err
	case p.accept("("):
		x, err := p.expr()
		if err == nil && !p.accept(")") {
			err = p.unexpected(")")
		}
		return x, err
	case t.kind == 'i':
		p.advance()
		if p.is("(") {
			return p.call(t)
		}
		return field{t.text}, p.err
	}
	return nil, p.unexpected("a value")
}

// call reads a function's arguments. Functions of stats are left to stats.
func (p *parser) call(t token) (expr, error) {
	name := strings.ToLower(t.text)
	if _, ok := aggregates[name]; ok && p.q.stats != nil {
		// sort count(*) desc: names a result of stats by its text.
		depth := 0
		for p.next.kind != 0 {
			end := p.next.end
			if p.is("(") {
				depth++
			} else if p.is(")") {
				depth--
			}
			p.advance()
			if depth == 0 {
				return field{p.s[t.at:end]}, p.err
			}
		}
		return nil, p.unexpected(")")
	}
	count, ok := functions[name]
	if !ok {
		return nil, syntax(t.at, "the function %s is not known", t.text)
	}
	p.advance()
	out := call{name: name}
	if name == "bin" {
		d, ok := duration(p.next.text)
		if p.next.kind != 'i' || !ok {
			return nil, p.unexpected("a period such as 5m")
		}
		p.advance()
		out.step = d
		if !p.accept(")") {
			return nil, p.unexpected(")")
		}
		return out, p.err
	}
	for !p.is(")") {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		out.args = append(out.args, x)
		if !p.accept(",") {
			break
		}
	}
	if !p.accept(")") {
		return nil, p.unexpected(")")
	}
	if n := len(out.args); n < count[0] || n > count[1] {
		return nil, syntax(t.at, "%s takes other than %d arguments", t.text, n)
	}
	return out, p.err
}
