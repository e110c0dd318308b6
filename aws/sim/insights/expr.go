package insights

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// expr is an expression over a row; nil is a value that is not there.
type expr interface{ eval(r *Row) any }

type (
	literal struct{ v any }
	field   struct{ name string }
	unary   struct {
		op string
		x  expr
	}
	binary struct {
		op   string
		x, y expr
	}
	like struct {
		x  expr
		re *regexp.Regexp
	}
	oneOf struct {
		x    expr
		list []expr
	}
	call struct {
		name string
		args []expr
		step time.Duration // of bin
	}
)

func (e literal) eval(*Row) any { return e.v }
func (e field) eval(r *Row) any { return r.get(e.name) }

func (e unary) eval(r *Row) any {
	v := e.x.eval(r)
	if e.op == "not" {
		return !truth(v)
	}
	n, ok := number(v)
	if !ok {
		return nil
	}
	return -n
}

func (e binary) eval(r *Row) any {
	switch e.op {
	case "and":
		return truth(e.x.eval(r)) && truth(e.y.eval(r))
	case "or":
		return truth(e.x.eval(r)) || truth(e.y.eval(r))
	}
	x, y := e.x.eval(r), e.y.eval(r)
	a, okA := number(x)
	b, okB := number(y)
	switch e.op {
	case "=", "!=", "<", "<=", ">", ">=":
		if x == nil || y == nil {
			return e.op == "!=" && (x == nil) != (y == nil)
		}
		c := strings.Compare(show(x), show(y))
		if okA && okB {
			c = compareNumbers(a, b)
		}
		return map[string]bool{"=": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[e.op]
	}
	if !okA || !okB {
		return nil
	}
	switch e.op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "^":
		return math.Pow(a, b)
	case "%":
		return finite(math.Mod(a, b))
	}
	return finite(a / b)
}

func compareNumbers(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func finite(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

func (e like) eval(r *Row) any {
	v := e.x.eval(r)
	return v != nil && e.re.MatchString(show(v))
}

func (e oneOf) eval(r *Row) any {
	for _, y := range e.list {
		if truth((binary{"=", e.x, y}).eval(r)) {
			return true
		}
	}
	return false
}

func (e call) eval(r *Row) any {
	var args []any
	for _, a := range e.args {
		args = append(args, a.eval(r))
	}
	at := func(i int) string { return show(args[i]) }
	switch e.name {
	case "bin":
		t, ok := number(r.get("@timestamp"))
		if !ok {
			return nil
		}
		return stamp(math.Floor(t/float64(e.step.Milliseconds())) * float64(e.step.Milliseconds()))
	case "ispresent":
		return args[0] != nil
	case "isempty":
		return args[0] == nil || at(0) == ""
	case "isblank":
		return args[0] == nil || strings.TrimSpace(at(0)) == ""
	case "strcontains":
		return strings.Contains(at(0), at(1))
	case "strlen":
		return float64(len([]rune(at(0))))
	case "lower":
		return strings.ToLower(at(0))
	case "upper":
		return strings.ToUpper(at(0))
	case "trim":
		return strings.TrimSpace(at(0))
	case "concat":
		var b strings.Builder
		for i := range args {
			b.WriteString(at(i))
		}
		return b.String()
	case "coalesce":
		for _, a := range args {
			if a != nil {
				return a
			}
		}
		return nil
	}
	n, ok := number(args[0])
	if !ok {
		return nil
	}
	switch e.name {
	case "abs":
		return math.Abs(n)
	case "ceil":
		return math.Ceil(n)
	case "floor":
		return math.Floor(n)
	case "sqrt":
		return finite(math.Sqrt(n))
	case "tomillis":
		return n
	case "frommillis":
		return stamp(n)
	}
	return n // tonumber
}

// functions are those known, with how many arguments they take at least and at most.
var functions = map[string][2]int{
	"bin": {1, 1}, "ispresent": {1, 1}, "isempty": {1, 1}, "isblank": {1, 1}, "strcontains": {2, 2}, "strlen": {1, 1}, "lower": {1, 1}, "upper": {1, 1}, "trim": {1, 1},
	"concat": {1, 99}, "coalesce": {1, 99}, "abs": {1, 1}, "ceil": {1, 1}, "floor": {1, 1}, "sqrt": {1, 1}, "tonumber": {1, 1}, "tomillis": {1, 1}, "frommillis": {1, 1},
}

// stamp is a time in milliseconds, shown as Insights shows times.
type stamp float64

func (s stamp) String() string {
	return time.UnixMilli(int64(s)).UTC().Format("2006-01-02 15:04:05.000")
}

// show writes a value as it comes back in results.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if v {
			return "1"
		}
		return "0"
	}
	return fmt.Sprint(v)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case stamp:
		return float64(v), true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v != "" && v != "0" && v != "false"
	}
	return false
}
