package logs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ecsole/lines/field"
	"ecsole/lines/match"
)

// InsightsQuery says in Logs Insights' language what a log view shows: the streams
// of its sources, the lines that its filter lets through, the newest first. A nil
// filter lets all through.
func InsightsQuery(filter *match.Query, sources []Source) string {
	lines := []string{"fields @timestamp, @logStream, @message"}
	if only := streamsOf(sources); only != "" {
		lines = append(lines, "| filter @logStream like /"+only+"/")
	}
	if filter != nil {
		for i, t := range filter.Terms() {
			name := fieldName(strings.TrimPrefix(t.Field, "."))
			if t.Field != "" && t.Level == field.None {
				// Logs Insights knows the fields of JSON by itself, of key=value lines not.
				found := "f" + strconv.Itoa(i+1)
				lines = append(lines, "| parse @message /\\b"+slashed(regexp.QuoteMeta(strings.TrimPrefix(t.Field, ".")))+`="?(?<`+found+`>[^\s",]+)/`)
				name = "coalesce(" + name + ", " + found + ")"
			}
			lines = append(lines, "| filter "+condition(t, name))
		}
	}
	return strings.Join(append(lines, "| sort @timestamp desc", "| limit 1000"), "\n")
}

// GroupsOf are the log groups of sources, by region; "" is the account's own.
func GroupsOf(sources []Source) map[string][]string {
	out := map[string][]string{}
	seen := map[string]bool{}
	for _, s := range sources {
		if key := s.Region + "\x00" + s.Group; s.Elsewhere == "" && !seen[key] {
			seen[key] = true
			out[s.Region] = append(out[s.Region], s.Group)
		}
	}
	return out
}

// streamsOf is an expression for the names of the sources' streams.
func streamsOf(sources []Source) string {
	var parts []string
	for _, s := range sources {
		switch {
		case s.Elsewhere != "":
		case s.Stream != "":
			parts = append(parts, slashed(regexp.QuoteMeta(s.Stream))+"$")
		case s.Prefix != "":
			parts = append(parts, slashed(regexp.QuoteMeta(s.Prefix)))
		}
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return "^" + parts[0]
	}
	return "^(" + strings.Join(parts, "|") + ")"
}

// slashed escapes the slashes of an expression that are not escaped already.
func slashed(expr string) string {
	var b strings.Builder
	escaped := false
	for i := range len(expr) {
		if expr[i] == '/' && !escaped {
			b.WriteByte('\\')
		}
		escaped = expr[i] == '\\' && !escaped
		b.WriteByte(expr[i])
	}
	return b.String()
}

// condition says one part of a filter; name is what stands for its field.
func condition(t match.Term, name string) string {
	like := func(name, expr string, not bool) string {
		word := " like /"
		if not {
			word = " not like /"
		}
		return name + word + slashed(expr) + "/"
	}
	switch {
	case t.Fuzzy != "":
		var parts []string
		for _, c := range t.Fuzzy {
			parts = append(parts, regexp.QuoteMeta(string(c)))
		}
		return like("@message", "(?i)"+strings.Join(parts, ".{0,8}"), t.Not)
	case t.Field == "":
		return like("@message", "(?i)"+t.Expr, t.Not)
	case t.Level != field.None:
		return like("@message", levelExpr(t), t.Not)
	}
	not := t.Not
	switch t.Op {
	case "=~":
		return like(name, "(?i)"+t.Value, not)
	case "!~":
		return like(name, "(?i)"+t.Value, !not)
	}
	op, value := t.Op, literal(t)
	if op == "==" {
		op = "="
	}
	if !t.Quoted && strings.Contains(t.Value, "*") && (op == "=" || op == "!=") {
		expr := strings.ReplaceAll(regexp.QuoteMeta(t.Value), `\*`, ".*")
		return like(name, "(?i)^"+expr+"$", not != (op == "!="))
	}
	if not {
		op = map[string]string{"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[op]
	}
	return name + " " + op + " " + value
}

// levelExpr matches the words of the levels that a condition names.
func levelExpr(t match.Term) string {
	words := []struct {
		level field.Level
		words string
	}{
		{field.Trace, "trace"}, {field.Debug, "debug"}, {field.Info, "info|notice"}, {field.Warn, "warn|warning"},
		{field.Error, "error|err|severe"}, {field.Fatal, "fatal|critical|crit|panic"},
	}
	var in []string
	for _, w := range words {
		d := int(w.level) - int(t.Level)
		ok := map[string]bool{"=": d == 0, "==": d == 0, "!=": d != 0, "<": d < 0, "<=": d <= 0, ">": d > 0, ">=": d >= 0}[t.Op]
		if ok {
			in = append(in, w.words)
		}
	}
	if len(in) == 0 {
		return `^\b\B` // no level is above the highest or below the lowest: no line
	}
	return `(?i)\b(` + strings.Join(in, "|") + `)\b`
}

// literal writes a value: a number as it is, anything else in quotes.
func literal(t match.Term) string {
	if _, err := strconv.ParseFloat(t.Value, 64); err == nil && !t.Quoted {
		return t.Value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.Value) + `"`
}

var plainField = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// fieldName quotes a name that Logs Insights would not take as it is.
func fieldName(name string) string {
	if plainField.MatchString(name) {
		return name
	}
	return "`" + name + "`"
}

// Chart is the numbers of an answer over time: what "stats … by bin(5m)" gives.
type Chart struct {
	Times  []time.Time // oldest first
	Names  []string
	Values [][]float64 // by name, then by time
}

// Over finds the chart in an answer: a column of times, and columns of numbers. A
// further column of words gives a line for each of them. ok is false where there
// is none.
func (a Answer) Over() (c Chart, ok bool) {
	at := -1
	for i, name := range a.Columns {
		if strings.HasPrefix(name, "bin(") {
			at = i
		}
	}
	if at < 0 || len(a.Rows) == 0 {
		return c, false
	}
	var numbers, words []int
	for i := range a.Columns {
		switch {
		case i == at:
		case a.numeric(i):
			numbers = append(numbers, i)
		default:
			words = append(words, i)
		}
	}
	if len(numbers) == 0 {
		return c, false
	}
	return a.lines(at, numbers, words), true
}

func (a Answer) numeric(column int) bool {
	any := false
	for _, r := range a.Rows {
		if r[column] == "" {
			continue
		}
		if _, err := strconv.ParseFloat(r[column], 64); err != nil {
			return false
		}
		any = true
	}
	return any
}

// insightsTime is how Logs Insights writes a time, in UTC.
const insightsTime = "2006-01-02 15:04:05.000"

func (a Answer) lines(at int, numbers, words []int) (c Chart) {
	times := map[time.Time]int{}
	series := map[string]map[time.Time]float64{}
	for _, r := range a.Rows {
		t, err := time.Parse(insightsTime, r[at])
		if err != nil {
			continue
		}
		times[t] = 0
		for _, n := range numbers {
			name := a.Columns[n]
			for _, w := range words {
				name += " " + r[w]
			}
			v, err := strconv.ParseFloat(r[n], 64)
			if err != nil {
				continue
			}
			if series[name] == nil {
				series[name] = map[time.Time]float64{}
				c.Names = append(c.Names, name)
			}
			series[name][t] = v
		}
	}
	for t := range times {
		c.Times = append(c.Times, t)
	}
	sortTimes(c.Times)
	for _, name := range c.Names {
		row := make([]float64, len(c.Times))
		for i, t := range c.Times {
			row[i] = series[name][t] // a time without rows counts as none of them
		}
		c.Values = append(c.Values, row)
	}
	return c
}

// Describe says in a line what an answer cost.
func (a Answer) Describe() string {
	return fmt.Sprintf("%d rows of %d records, %.1f MB scanned, about $%.4f", len(a.Rows), a.Scanned, float64(a.Bytes)/1e6, a.CostUSD)
}
