package insights

import (
	"math"
	"slices"
	"strings"
)

// stats groups rows and reduces each group.
type stats struct {
	values []aggregate
	by     []setStep
}

type aggregate struct {
	name, fn string
	arg      expr // nil: count(*)
	percent  float64
}

// aggregates are the functions of stats and whether they go without a number.
var aggregates = map[string]bool{
	"count": true, "sum": false, "avg": false, "min": false, "max": false, "pct": false, "percentile": false, "median": false, "stddev": false,
	"count_distinct": true, "earliest": true, "latest": true,
}

func (s *stats) has(name string) bool {
	return slices.ContainsFunc(s.values, func(a aggregate) bool { return a.name == name }) ||
		slices.ContainsFunc(s.by, func(b setStep) bool { return b.name == name })
}

func (p *parser) stats() error {
	if p.q.stats != nil {
		return syntax(p.next.at, "a second stats is not known here")
	}
	s := &stats{}
	for {
		a, err := p.aggregate()
		if err != nil {
			return err
		}
		s.values = append(s.values, a)
		if !p.accept(",") {
			break
		}
	}
	if p.keyword("by") {
		for {
			e, name, err := p.named()
			if err != nil {
				return err
			}
			s.by = append(s.by, setStep{name, e})
			if !p.accept(",") {
				break
			}
		}
	}
	p.q.stats = s
	return p.err
}

func (p *parser) aggregate() (aggregate, error) {
	t := p.next
	a := aggregate{fn: strings.ToLower(t.text), percent: 50}
	if _, ok := aggregates[a.fn]; !ok || t.kind != 'i' {
		return a, p.unexpected("a function of stats such as count(*) or avg(field)")
	}
	p.advance()
	if !p.accept("(") {
		return a, p.unexpected("(")
	}
	if a.fn == "count" && (p.is("*") || p.is(")")) {
		p.accept("*")
	} else {
		var err error
		if a.arg, err = p.expr(); err != nil {
			return a, err
		}
	}
	if a.fn == "pct" || a.fn == "percentile" {
		if !p.accept(",") || p.next.kind != 'n' || p.next.num > 100 {
			return a, p.unexpected("a percentage")
		}
		a.percent = p.next.num
		p.advance()
	}
	end := p.next.end
	if !p.accept(")") {
		return a, p.unexpected(")")
	}
	a.name = p.s[t.at:end]
	if p.keyword("as") {
		var err error
		if a.name, err = p.name(); err != nil {
			return a, err
		}
	}
	return a, p.err
}

// group is one row of stats in the making.
type group struct {
	keys []any
	sums []reduction
}

// reduction gathers what one aggregate needs.
type reduction struct {
	n, sum, squares, min, max float64
	values                    []float64
	distinct                  map[string]struct{}
	first, last               any
	firstAt, lastAt           float64
}

func (g *reduction) add(a aggregate, r *Row) {
	if a.arg == nil {
		g.n++
		return
	}
	v := a.arg.eval(r)
	if v == nil {
		return
	}
	at, _ := number(r.get("@timestamp"))
	switch a.fn {
	case "count":
		g.n++
	case "count_distinct":
		if g.distinct == nil {
			g.distinct = map[string]struct{}{}
		}
		g.distinct[show(v)] = struct{}{}
	case "earliest", "latest":
		if g.first == nil || at < g.firstAt {
			g.first, g.firstAt = v, at
		}
		if g.last == nil || at >= g.lastAt {
			g.last, g.lastAt = v, at
		}
	default:
		x, ok := number(v)
		if !ok {
			return
		}
		if g.n == 0 || x < g.min {
			g.min = x
		}
		if g.n == 0 || x > g.max {
			g.max = x
		}
		g.n++
		g.sum += x
		g.squares += x * x
		if a.fn == "pct" || a.fn == "percentile" || a.fn == "median" {
			g.values = append(g.values, x)
		}
	}
}

func (g *reduction) result(a aggregate) any {
	switch a.fn {
	case "count":
		return g.n
	case "count_distinct":
		return float64(len(g.distinct))
	case "earliest":
		return g.first
	case "latest":
		return g.last
	}
	if g.n == 0 {
		return nil
	}
	switch a.fn {
	case "sum":
		return g.sum
	case "avg":
		return g.sum / g.n
	case "min":
		return g.min
	case "max":
		return g.max
	case "stddev":
		return finite(math.Sqrt(max(0, g.squares/g.n-g.sum/g.n*g.sum/g.n)))
	}
	slices.Sort(g.values)
	return g.values[max(0, int(math.Ceil(a.percent/100*float64(len(g.values))))-1)]
}
