// Package match is the language in which log lines are looked for, and the search
// itself. A query is one or more terms joined with &&; every term may begin with
// ! for its opposite:
//
//	timeout|refused        a regular expression (RE2), in either case
//	"a.b(c)"               this very text, in either case
//	-f chkout              these letters in this order, close together
//	status>=500            a field of JSON or key=value lines, at any depth
//	level>=warn            the level that was recognised in the line
//	.user.id="7"           a field by its path from the top
//
// Conditions know = != < <= > >= =~ !~; a value may be quoted, and may end in *
// otherwise. Lines are searched as bytes; nothing is unmarshalled.
package match

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"ecsole/lines/field"
)

// Query is a parsed query. It may be used by several goroutines.
type Query struct {
	text  string
	terms []term
}

// Term is one part of a query as it was written, for saying the same in another
// language. Of Expr, Fuzzy and Field one is set.
type Term struct {
	Not   bool
	Expr  string // a regular expression (RE2); case does not matter
	Fuzzy string
	// Field is a name or a path (".user.id"), Op one of = != < <= > >= =~ !~. Quoted
	// values stand for themselves; others may hold * and ignore case.
	Field, Op, Value string
	Quoted           bool
	Level            field.Level // what the value means, where Field is "level"
}

// Terms are the parts of a query, in order.
func (q *Query) Terms() []Term {
	out := make([]Term, len(q.terms))
	for i, t := range q.terms {
		out[i] = t.said
		out[i].Not = t.not
	}
	return out
}

// term is one part of a query.
type term struct {
	said  Term
	not   bool
	find  *finder // nil: nothing can be told in advance
	exact bool    // what find finds, matches
	re    *regexp.Regexp
	cond  *condition
	fuzzy []byte
}

// Text is the query as it was written.
func (q *Query) Text() string { return q.text }

// Empty reports whether everything matches.
func (q *Query) Empty() bool { return len(q.terms) == 0 }

// And joins queries; nil ones do not count.
func And(queries ...*Query) *Query {
	all := &Query{}
	var texts []string
	for _, q := range queries {
		if q != nil && !q.Empty() {
			all.terms = append(all.terms, q.terms...)
			texts = append(texts, q.text)
		}
	}
	all.text = strings.Join(texts, " && ")
	return all
}

// Not is the opposite of a query of one term; of several, it is the one that none
// of them lets through together. The text is that of q with an exclamation mark.
func (q *Query) Not() (*Query, bool) {
	if len(q.terms) != 1 {
		return nil, false
	}
	t := q.terms[0]
	t.not = !t.not
	text := "!" + q.text
	if q.terms[0].not {
		text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(q.text), "!"))
	}
	return &Query{text: text, terms: []term{t}}, true
}

// Match decides on one line.
func (q *Query) Match(line []byte, level field.Level) bool {
	for i := range q.terms {
		if !q.terms[i].match(line, level) {
			return false
		}
	}
	return true
}

func (t *term) match(line []byte, level field.Level) bool {
	return t.holds(line, level) != t.not
}

func (t *term) holds(line []byte, level field.Level) bool {
	switch {
	case t.cond != nil:
		return t.cond.holds(line, level)
	case t.fuzzy != nil:
		from, _ := fuzzySpan(line, t.fuzzy)
		return from >= 0
	}
	if t.find != nil {
		if at, _ := t.find.index(line); at >= 0 {
			if t.exact {
				return true
			}
		} else if !t.find.strange(line) {
			return false
		}
	}
	return t.re.Match(line)
}

// fuzzyGap is how many bytes may stand between two letters of a fuzzy term.
const fuzzyGap = 8

// fuzzySpan is where the letters are first found in order, at most fuzzyGap bytes
// between two of them; from is -1 where they are not. Of each beginning of the
// letters only the latest place counts: from there most can be reached.
func fuzzySpan(line, letters []byte) (from, to int) {
	var ends, begins [64]int
	n := min(len(letters), len(ends))
	for k := range n {
		ends[k] = -1
	}
	for i, c := range line {
		c = lowByte(c)
		for k := n - 1; k > 0; k-- {
			if c == letters[k] && ends[k-1] >= 0 && i-ends[k-1] <= fuzzyGap+1 {
				ends[k], begins[k] = i, begins[k-1]
			}
		}
		if c == letters[0] {
			ends[0], begins[0] = i, i
		}
		if ends[n-1] >= 0 {
			return begins[n-1], i + 1
		}
	}
	return -1, 0
}

func lowByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Marks appends the places in the line that the query's positive terms match, for
// highlighting: begin and end of each, in no particular order, at most max.
func (q *Query) Marks(dst [][2]int, line []byte, max int) [][2]int {
	for i := range q.terms {
		t := &q.terms[i]
		switch {
		case t.not:
		case t.cond != nil:
			dst = t.cond.marks(dst, line, max)
		case t.fuzzy != nil:
			if from, to := fuzzySpan(line, t.fuzzy); from >= 0 {
				dst = append(dst, [2]int{from, to})
			}
		default:
			for _, m := range t.re.FindAllIndex(line, max-len(dst)) {
				if m[1] > m[0] {
					dst = append(dst, [2]int{m[0], m[1]})
				}
			}
		}
		if len(dst) >= max {
			return dst[:max]
		}
	}
	return dst
}

// pattern makes a term of a regular expression.
func pattern(expr string) (term, error) {
	said := Term{Expr: expr}
	expr = "(?im)" + expr
	re, err := regexp.Compile(expr)
	if err != nil {
		return term{}, err
	}
	t := term{said: said, re: re}
	if s := literalsOf(expr); s.shortest() > 0 {
		lits := make([][]byte, len(s.texts))
		for i, x := range s.texts {
			lits[i] = []byte(x)
		}
		t.find = newFinder(lits, s.fold)
		t.exact = s.exact && t.find != nil
	}
	return t, nil
}

// quoted makes a term of a text that stands for itself.
func quoted(text string) (term, error) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	return pattern(regexp.QuoteMeta(text))
}
