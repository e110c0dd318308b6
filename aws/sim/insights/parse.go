// Package insights runs a useful part of the query language of CloudWatch Logs
// Insights: fields, filter, parse, stats … by …, sort, limit, dedup and display.
//
// Source: "CloudWatch Logs Insights language query syntax" in the CloudWatch Logs
// user guide.
package insights

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query is a parsed query.
type Query struct {
	rows    []step // done to each record: filter, parse, fields
	stats   *stats // nil: the records themselves are the result
	after   []step // done to each row of stats
	orders  []order
	dedup   []string
	limit   int // 0: the caller's
	columns []string
	fields  []string // named by fields, in order
}

// step changes a row or drops it.
type step interface{ apply(r *Row) bool }

type (
	filterStep struct{ cond expr }
	setStep    struct {
		name string
		e    expr
	}
	parseStep struct {
		from  expr
		re    *regexp.Regexp
		names []string // by group
	}
	order struct {
		e    expr
		desc bool
	}
)

const (
	maxDepth   = 64
	defaultCap = 10000
	largestCap = 100000
)

// parser builds a Query.
type parser struct {
	*lexer
	depth int
	q     *Query
}

// Parse reads a query; an empty one gives time and message of every event.
func Parse(s string) (*Query, error) {
	p := &parser{lexer: newLexer(s), q: &Query{}}
	if p.err != nil {
		return nil, p.err
	}
	for p.next.kind != 0 {
		if err := p.command(); err != nil {
			return nil, err
		}
		if !p.accept("|") {
			break
		}
	}
	if p.err != nil || p.next.kind != 0 {
		return nil, p.unexpected("a pipe")
	}
	return p.q, nil
}

func (p *parser) command() error {
	commands := map[string]func() error{
		"fields": p.fields, "filter": p.filter, "where": p.filter, "parse": p.parse, "stats": p.stats, "sort": p.sort, "order": p.sort,
		"limit": p.limit, "head": p.limit, "dedup": p.dedup, "display": p.display,
	}
	if p.next.kind == 'i' {
		if run := commands[strings.ToLower(p.next.text)]; run != nil {
			p.advance()
			return run()
		}
	}
	return p.unexpected("a command (fields, filter, parse, stats, sort, limit, dedup, display)")
}

// add puts a step before or behind the statistics.
func (p *parser) add(s step) {
	if p.q.stats != nil {
		p.q.after = append(p.q.after, s)
	} else {
		p.q.rows = append(p.q.rows, s)
	}
}

func (p *parser) fields() error {
	for {
		e, name, err := p.named()
		if err != nil {
			return err
		}
		if f, plain := e.(field); !plain || f.name != name {
			p.add(setStep{name, e})
		}
		if !slices.Contains(p.q.fields, name) {
			p.q.fields = append(p.q.fields, name)
		}
		if !p.accept(",") {
			return p.err
		}
	}
}

// named reads an expression and its name: after as, or its own text.
func (p *parser) named() (expr, string, error) {
	begin := p.next.at
	e, err := p.expr()
	if err != nil {
		return nil, "", err
	}
	name := strings.TrimSpace(p.s[begin:p.next.at])
	if f, plain := e.(field); plain {
		name = f.name
	}
	if p.keyword("as") {
		if name, err = p.name(); err != nil {
			return nil, "", err
		}
	}
	return e, name, nil
}

func (p *parser) name() (string, error) {
	if p.next.kind != 'i' && p.next.kind != 'q' {
		return "", p.unexpected("a name")
	}
	name := p.next.text
	p.advance()
	return name, p.err
}

func (p *parser) names() (out []string, err error) {
	for {
		n, err := p.name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.accept(",") {
			return out, p.err
		}
	}
}

func (p *parser) filter() error {
	e, err := p.expr()
	if err == nil {
		p.add(filterStep{e})
	}
	return err
}

// parse reads [field] "glob with *" as a, b or [field] /(?<name>…)/.
func (p *parser) parse() error {
	from := expr(field{"@message"})
	if p.next.kind == 'i' || p.next.kind == 'q' {
		n, err := p.name()
		if err != nil {
			return err
		}
		from = field{n}
	}
	var source string
	switch {
	case p.next.kind == 's':
		parts := strings.Split(p.next.text, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		// The last star takes the rest of the text, the others as little as they can.
		source = strings.Join(parts, "(.*?)")
		if strings.HasSuffix(p.next.text, "*") {
			source = strings.TrimSuffix(source, "(.*?)") + "(.*)"
		}
		source = "(?s)" + source
		p.advance()
	case p.is("/"):
		var err error
		if source, err = p.regex(); err != nil {
			return err
		}
	default:
		return p.unexpected("a text with * or a regular expression")
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return syntax(p.next.at, "%s is no regular expression", source)
	}
	names := re.SubexpNames()[1:]
	if p.keyword("as") {
		if names, err = p.names(); err != nil {
			return err
		}
		if len(names) != re.NumSubexp() {
			return syntax(p.next.at, "%d names are given for %d stars", len(names), re.NumSubexp())
		}
	}
	p.add(parseStep{from, re, names})
	return p.err
}

func (p *parser) sort() error {
	p.keyword("by")
	p.q.orders = nil
	for {
		begin := p.next.at
		e, err := p.expr()
		if err != nil {
			// A result of stats is named by its own text: count(*).
			return err
		}
		if text := strings.TrimSpace(p.s[begin:p.next.at]); p.q.stats != nil && p.q.stats.has(text) {
			e = field{text}
		}
		o := order{e: e}
		switch {
		case p.keyword("desc"):
			o.desc = true
		case p.keyword("asc"):
		}
		p.q.orders = append(p.q.orders, o)
		if !p.accept(",") {
			return p.err
		}
	}
}

func (p *parser) limit() error {
	if p.next.kind != 'n' || p.next.num < 1 || p.next.num > largestCap || p.next.num != float64(int(p.next.num)) {
		return p.unexpected("a number from 1 to " + strconv.Itoa(largestCap))
	}
	p.q.limit = int(p.next.num)
	p.advance()
	return p.err
}

func (p *parser) dedup() (err error) {
	p.q.dedup, err = p.names()
	return err
}

func (p *parser) display() error {
	p.q.columns = nil
	for {
		e, name, err := p.named()
		if err != nil {
			return err
		}
		if f, plain := e.(field); !plain || f.name != name {
			if p.q.stats == nil || !p.q.stats.has(name) {
				p.add(setStep{name, e})
			}
		}
		p.q.columns = append(p.q.columns, name)
		if !p.accept(",") {
			return p.err
		}
	}
}

// duration reads bin's argument: 5m, 30s, 1h, 500ms, 1d.
func duration(text string) (time.Duration, bool) {
	for _, u := range []struct {
		unit string
		d    time.Duration
	}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"w", 7 * 24 * time.Hour}} {
		if n, err := strconv.Atoi(strings.TrimSuffix(text, u.unit)); err == nil && strings.HasSuffix(text, u.unit) && n > 0 && n < 100000 {
			return time.Duration(n) * u.d, true
		}
	}
	return 0, false
}
