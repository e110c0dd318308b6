package logpattern

import (
	"errors"
	"strings"
	"testing"
)

const jsonLine = `{"level":"ERROR","status":503,"path":"/api/orders/7","user":{"id":"u-7","admin":true,"team":null},"tags":["eu","slow"],"took":"12.5","odd name":1}`
const accessLine = `192.0.2.9 - frank [22/Nov/2026:14:00:00 +0000] "GET /index.html HTTP/1.1" 404 1534`

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, message string
		want             bool
	}{
		{"", "anything", true},
		{"ERROR", "an ERROR here", true},
		{"ERROR", "an error here", false},
		{"ERROR", "ERRORS", true},
		{"ERROR timeout", "timeout, then ERROR", true},
		{"ERROR timeout", "ERROR alone", false},
		{`"INTERNAL SERVER"`, "500 INTERNAL SERVER ERROR", true},
		{`"INTERNAL SERVER"`, "INTERNAL  SERVER", false},
		{`"say \"hi\""`, `they say "hi" now`, true},
		{"?ERROR ?WARN", "a WARN", true},
		{"?ERROR ?WARN", "an INFO", false},
		{"ERROR -timeout", "ERROR: disk", true},
		{"ERROR -timeout", "ERROR: timeout", false},
		{`-"GET /healthz"`, "GET /healthz 200", false},
		{`-"GET /healthz"`, "GET /orders 200", true},
		{"?ERROR INFO", "an INFO", true}, // ? is ignored beside other terms
		{"?ERROR INFO", "an ERROR", false},
		{"%5[0-9]{2}%", "status 503", true},
		{"%5[0-9]{2}%", "status 404", false},
		{"%^GET% -healthz", "GET /orders", true},

		{`{ $.level = "ERROR" }`, jsonLine, true},
		{`{ $.level = ERROR }`, jsonLine, true},
		{`{ $.level = "error" }`, jsonLine, false},
		{`{ $.level != "INFO" }`, jsonLine, true},
		{`{ $.missing != "INFO" }`, jsonLine, false},
		{`{ $.status >= 500 }`, jsonLine, true},
		{`{ $.status >= 500 && $.path = "/api*" }`, jsonLine, true},
		{`{ $.status >= 500 && $.path = "/web*" }`, jsonLine, false},
		{`{ $.status < 500 || $.user.id = "u-7" }`, jsonLine, true},
		{`{ ($.status = 200 || $.status = 503) && $.user.admin IS TRUE }`, jsonLine, true},
		{`{ $.status = 5* }`, jsonLine, true},
		{`{ $.status = 4* }`, jsonLine, false},
		{`{ $.path = "*orders*" }`, jsonLine, true},
		{`{ $.path = "/api/*/7" }`, jsonLine, true},
		{`{ $.path = "/api/*/8" }`, jsonLine, false},
		{`{ $.path = %/orders/[0-9]+% }`, jsonLine, true},
		{`{ $.user.admin IS FALSE }`, jsonLine, false},
		{`{ $.user.team IS NULL }`, jsonLine, true},
		{`{ $.level IS NULL }`, jsonLine, false},
		{`{ $.user.id EXISTS }`, jsonLine, true},
		{`{ $.user.name NOT EXISTS }`, jsonLine, true},
		{`{ $.user.id NOT EXISTS }`, jsonLine, false},
		{`{ $.tags[1] = "slow" }`, jsonLine, true},
		{`{ $.tags[*] = "eu" }`, jsonLine, true},
		{`{ $.tags[5] = "eu" }`, jsonLine, false},
		{`{ $.took > 12.4 }`, jsonLine, true},
		{`{ $.['odd name'] = 1 }`, jsonLine, true},
		{`{ $.level = "ERROR" }`, "level=ERROR", false},
		{`{ $.level = "ERROR" }`, `{"level":"ERROR"`, false},

		{"[ip, id, user, time, request, status=404, bytes]", accessLine, true},
		{"[ip, id, user, time, request, status=4*, bytes]", accessLine, true},
		{"[ip, id, user, time, request, status=5*, bytes]", accessLine, false},
		{"[..., status=4*, bytes>1000]", accessLine, true},
		{"[ip=192.0.2.*, ...]", accessLine, true},
		{"[..., status=500 || status=404, bytes]", accessLine, true},
		{"[..., status>=400 && status<500, bytes]", accessLine, true},
		{`[..., request="GET *", status, bytes]`, accessLine, true},
		{"[..., user!=frank, time, request, status, bytes]", accessLine, false},
		{"[a, b]", "one two three", false},
		{"[a, b, c]", "one two three", true},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := p.Match(c.message); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.message, got)
		}
	}
}

func TestSyntax(t *testing.T) {
	for _, s := range []string{
		`"open`, "error:", "a-b", "?", "- x", "%(a)%", "%a", "%a[%", "%a% %b% %c%",
		"{", "{}", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1 && }", "{ $.a > x }", "{ ($.a = 1 }", "{ $.a IS 7 }", "{ $.a NOT 7 }", "{ $ = 1 }", "{ $.a[ = 1 }", "{ $.a[x] = 1 }",
		"{ $.a = 1 } x", "{ $.a = 1 $.b = 2 }",
		"[", "[]", "[a,,b]", "[a=]", "[..., b, ...]", "[a=1 && a=2 || a=3]", "[a>x]",
		strings.Repeat("a", 1025), "{ " + strings.Repeat("(", 200) + "$.a = 1" + strings.Repeat(")", 200) + " }",
	} {
		if _, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v, want a syntax error", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "a b", `?"a b" ?c`, "-x %y+%", `{ $.a.b[0] = "x*" && ($.c >= 3 || $.d IS NULL) }`, "[ip, ..., s=5* || s=404]", "{ $.a NOT EXISTS }"} {
		f.Add(s, jsonLine)
		f.Add(s, accessLine)
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		p, err := Parse(pattern)
		if err != nil {
			if !errors.Is(err, ErrSyntax) || p != nil {
				t.Fatalf("%v, %v", p, err)
			}
			return
		}
		first := p.Match(message)
		if p.Match(message) != first {
			t.Fatal("the same question has two answers")
		}
		if strings.TrimSpace(pattern) == "" && !first {
			t.Fatal("an empty pattern matches everything")
		}
	})
}
