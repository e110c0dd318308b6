package mask

import "testing"

// TestEveryRuleIsReached has lines with nothing to notice but what the rule is for.
func TestEveryRuleIsReached(t *testing.T) {
	m := New()
	for _, line := range []string{
		"cloned with ghu_0123456789abcdefghijABCD", "cloned with ghr_0123456789abcdefghijABCD",
		"posting as xoxa-0123456789-abc", "posting as xoxr-0123456789-abc", "posting as xoxs-0123456789-abc",
		"GET /x?sig=0123456789abcdef", "GET /x?X-Amz-Signature=0123456789abcdef", "auth: Basic\tdXNlcjpwYXNzd29yZA",
	} {
		if got := string(m.Line([]byte(line))); got == line {
			t.Errorf("shown as it is: %s", line)
		}
	}
}
