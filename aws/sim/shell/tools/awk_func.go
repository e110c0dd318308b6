package tools

import (
	"math"
	"strconv"
	"strings"
)

func (p *awkParser) function(name string) awkExpr {
	p.want("(")
	if name == "split" {
		return p.splitCall()
	}
	args := p.list(func(t string) bool { return t == ")" || t == "" })
	p.want(")")
	arg := func(m *awkRun, i int) awkValue {
		if i < len(args) {
			return args[i](m)
		}
		return awkValue{}
	}
	switch name {
	case "length":
		return func(m *awkRun) awkValue {
			if len(args) == 0 {
				return awkNum(float64(len([]rune(m.rec))))
			}
			return awkNum(float64(len([]rune(arg(m, 0).s))))
		}
	case "substr":
		return func(m *awkRun) awkValue {
			r := []rune(arg(m, 0).s)
			a := int(arg(m, 1).number()) - 1
			n := len(r)
			if len(args) > 2 {
				n = a + int(arg(m, 2).number())
			}
			a, n = min(max(a, 0), len(r)), min(max(n, 0), len(r))
			return awkStr(string(r[a:max(a, n)]))
		}
	case "index":
		return func(m *awkRun) awkValue { return awkNum(float64(strings.Index(arg(m, 0).s, arg(m, 1).s) + 1)) }
	case "toupper":
		return func(m *awkRun) awkValue { return awkStr(strings.ToUpper(arg(m, 0).s)) }
	case "tolower":
		return func(m *awkRun) awkValue { return awkStr(strings.ToLower(arg(m, 0).s)) }
	case "int":
		return func(m *awkRun) awkValue { return awkNum(math.Trunc(arg(m, 0).number())) }
	case "sqrt":
		return func(m *awkRun) awkValue { return awkNum(math.Sqrt(arg(m, 0).number())) }
	case "sprintf":
		return func(m *awkRun) awkValue { return awkStr(m.sprintf(args)) }
	case "gsub", "sub":
		return func(m *awkRun) awkValue {
			rx := m.regex(arg(m, 0).s)
			if rx == nil {
				return awkNum(0)
			}
			n := 0
			out := rx.ReplaceAllStringFunc(m.rec, func(hit string) string {
				if n++; name == "sub" && n > 1 {
					return hit
				}
				return strings.ReplaceAll(arg(m, 1).s, "&", hit)
			})
			if n > 0 && len(args) < 3 {
				m.record(out)
			}
			return awkNum(float64(n))
		}
	}
	return p.fail("unknown function %s", name)
}

// splitCall is split(text, array[, separator]).
func (p *awkParser) splitCall() awkExpr {
	text := p.expr()
	p.want(",")
	arr := p.peek()
	p.at++
	var sep awkExpr
	if p.take(",") {
		sep = p.expr()
	}
	p.want(")")
	return func(m *awkRun) awkValue {
		fs := m.vars["FS"]
		if sep != nil {
			fs = sep(m).s
		}
		parts := m.split(text(m).s, fs)
		m.arrays[arr] = map[string]string{}
		for i, v := range parts {
			m.arrays[arr][strconv.Itoa(i+1)] = v
		}
		return awkNum(float64(len(parts)))
	}
}
