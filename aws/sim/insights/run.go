package insights

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Record is one log event.
type Record struct {
	Time, Ingested       int64
	Message, Stream, Log string
	Ptr                  string
}

// Row is a record, or a row of stats, with what was computed on it.
type Row struct {
	rec    *Record
	set    map[string]any
	doc    any // the message as JSON
	parsed bool
}

// get finds a field: computed, one of the record's own, or a member of a message
// that is JSON, by its path with dots.
func (r *Row) get(name string) any {
	if v, ok := r.set[name]; ok {
		return v
	}
	if r.rec == nil {
		return nil
	}
	switch name {
	case "@timestamp":
		return stamp(r.rec.Time)
	case "@ingestionTime":
		return stamp(r.rec.Ingested)
	case "@message":
		return r.rec.Message
	case "@logStream":
		return r.rec.Stream
	case "@log":
		return r.rec.Log
	case "@ptr":
		return r.rec.Ptr
	}
	if !r.parsed {
		r.parsed = true
		if m := strings.TrimSpace(r.rec.Message); strings.HasPrefix(m, "{") {
			if json.Unmarshal([]byte(m), &r.doc) != nil {
				r.doc = nil
			}
		}
	}
	return member(r.doc, name)
}

func member(doc any, path string) any {
	if m, ok := doc.(map[string]any); ok {
		if v, ok := m[path]; ok {
			return leaf(v)
		}
	}
	head, rest, more := strings.Cut(path, ".")
	switch d := doc.(type) {
	case map[string]any:
		v, ok := d[head]
		if !ok {
			return nil
		}
		if more {
			return member(v, rest)
		}
		return leaf(v)
	case []any:
		if i, err := strconv.Atoi(head); err == nil && i >= 0 && i < len(d) {
			if more {
				return member(d[i], rest)
			}
			return leaf(d[i])
		}
	}
	return nil
}

func leaf(v any) any {
	switch v := v.(type) {
	case string, float64, nil:
		return v
	case bool:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return string(text)
}

func (r *Row) put(name string, v any) {
	if r.set == nil {
		r.set = map[string]any{}
	}
	r.set[name] = v
}

func (s filterStep) apply(r *Row) bool { return truth(s.cond.eval(r)) }

func (s setStep) apply(r *Row) bool {
	r.put(s.name, s.e.eval(r))
	return true
}

func (s parseStep) apply(r *Row) bool {
	m := s.re.FindStringSubmatch(show(s.from.eval(r)))
	for i, name := range s.names {
		if m != nil && name != "" {
			r.put(name, m[i+1])
		}
	}
	return true
}

// Run is one execution of a query. Records come newest first.
type Run struct {
	q       *Query
	most    int
	rows    []*Row
	groups  map[string]*group
	order   []string
	Matched int
	Scanned int
	Bytes   int64
}

// Run begins an execution. limit is what the caller wants where the query names no
// limit; 0 is 10,000.
func (q *Query) Run(limit int) *Run {
	most := cmp.Or(q.limit, limit, defaultCap)
	return &Run{q: q, most: most, groups: map[string]*group{}}
}

// Add takes a record; false says that no more is needed.
func (x *Run) Add(rec Record) bool {
	x.Scanned++
	x.Bytes += int64(len(rec.Message))
	r := &Row{rec: &rec}
	for _, s := range x.q.rows {
		if !s.apply(r) {
			return true
		}
	}
	x.Matched++
	if x.q.stats != nil {
		x.reduce(r)
		return true
	}
	x.rows = append(x.rows, r)
	if len(x.q.orders)+len(x.q.dedup) == 0 {
		return len(x.rows) < x.most
	}
	if len(x.rows) >= 4*max(x.most, defaultCap) && len(x.q.dedup) == 0 {
		x.rows = x.sorted(x.rows)[:x.most]
	}
	return true
}

func (x *Run) reduce(r *Row) {
	s := x.q.stats
	g := group{sums: make([]reduction, len(s.values))}
	var key strings.Builder
	for _, b := range s.by {
		v := b.e.eval(r)
		g.keys = append(g.keys, v)
		key.WriteString(show(v))
		key.WriteByte(0)
	}
	old := x.groups[key.String()]
	if old == nil {
		old = &g
		x.groups[key.String()] = old
		x.order = append(x.order, key.String())
	}
	for i, a := range s.values {
		old.sums[i].add(a, r)
	}
}

// Field is one cell of a result.
type Field struct {
	Name  string `json:"field"`
	Value string `json:"value"`
}

// Results are the rows so far.
func (x *Run) Results() [][]Field {
	rows, columns := x.rows, x.q.columns
	if s := x.q.stats; s != nil {
		rows = x.grouped()
		if columns == nil {
			for _, b := range s.by {
				columns = append(columns, b.name)
			}
			for _, a := range s.values {
				columns = append(columns, a.name)
			}
		}
	} else if columns == nil {
		if columns = x.q.fields; columns == nil {
			columns = []string{"@timestamp", "@message"}
		}
	}
	rows = x.sorted(rows)
	out := make([][]Field, 0, min(len(rows), x.most))
	seen := map[string]bool{}
	for _, r := range rows {
		if len(out) == x.most {
			break
		}
		if x.duplicate(r, seen) {
			continue
		}
		var cells []Field
		for _, c := range columns {
			if v := r.get(c); v != nil {
				cells = append(cells, Field{c, show(v)})
			}
		}
		if r.rec != nil && x.q.stats == nil {
			cells = append(cells, Field{"@ptr", r.rec.Ptr})
		}
		out = append(out, cells)
	}
	return out
}

func (x *Run) duplicate(r *Row, seen map[string]bool) bool {
	if len(x.q.dedup) == 0 {
		return false
	}
	var key strings.Builder
	for _, d := range x.q.dedup {
		key.WriteString(show(r.get(d)))
		key.WriteByte(0)
	}
	again := seen[key.String()]
	seen[key.String()] = true
	return again
}

func (x *Run) grouped() []*Row {
	var rows []*Row
	for _, key := range x.order {
		g, r := x.groups[key], &Row{}
		for i, b := range x.q.stats.by {
			r.put(b.name, g.keys[i])
		}
		for i, a := range x.q.stats.values {
			r.put(a.name, g.sums[i].result(a))
		}
		if !slices.ContainsFunc(x.q.after, func(s step) bool { return !s.apply(r) }) {
			rows = append(rows, r)
		}
	}
	return rows
}

func (x *Run) sorted(rows []*Row) []*Row {
	if len(x.q.orders) == 0 {
		return rows
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *Row) int {
		for _, o := range x.q.orders {
			c := compare(o.e.eval(a), o.e.eval(b))
			if o.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func compare(a, b any) int {
	x, okX := number(a)
	y, okY := number(b)
	if okX && okY {
		return compareNumbers(x, y)
	}
	return strings.Compare(show(a), show(b))
}
