package pattern

import (
	"regexp"
	"testing"
)

func TestPatterns(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"server started":            "server started",
		"took 812ms for order 4711": "took <n>ms for order <n>",
		"req 3f2a9c1e done":         "req <hex> done",
		"3f2a9c1e-1111-2222-3333-444455556666 gone": "<hex>-<n>-<n>-<n>-<n> gone",
		"10.0.12.7:8080 refused":                    "<n>.<n>.<n>.<n>:<n> refused",
		"2026-11-22T14:05:00.123Z hello":            "<n>-<n>-<n>T<n>:<n>:<n>.<n>Z hello",
		"worker12 v2 idle":                          "worker<n> v<n> idle",
		"trace Ab3dEf9hIjK2mNoPq1 end":              "trace <id> end",
		"cafe decade":                               "cafe decade",
	} {
		if got := string(Append(nil, []byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzExpression: a line always matches the expression of its own pattern, and the
// pattern of a pattern's line is the same again.
func FuzzExpression(f *testing.F) {
	f.Add("took 812ms (for) [order] 4711")
	f.Add("<n> <hex> 12 <id>")
	f.Fuzz(func(t *testing.T, s string) {
		p := string(Append(nil, []byte(s)))
		re, err := regexp.Compile("(?s)" + Expression(p))
		if err != nil {
			t.Fatalf("%q → %q: %v", s, p, err)
		}
		for _, sign := range []string{Number, Hex, ID} {
			if regexp.MustCompile(sign).MatchString(s) {
				return // the text itself has what stands for something
			}
		}
		if len(s) < longest && regexp.MustCompile(`^[\x00-\x7f]*$`).MatchString(s) && !re.MatchString(s) {
			t.Fatalf("%q → %q → %q does not match", s, p, re)
		}
	})
}
