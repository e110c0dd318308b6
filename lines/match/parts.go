package match

import "strings"

// Parts are the queries that && joins, each with its own text; a query of one part is
// its own only part.
func (q *Query) Parts() []*Query {
	texts := split(q.text)
	if len(texts) != len(q.terms) || len(texts) < 2 {
		return []*Query{q}
	}
	out := make([]*Query, len(texts))
	for i, text := range texts {
		out[i] = &Query{text: strings.TrimSpace(text), terms: q.terms[i : i+1 : i+1]}
	}
	return out
}
