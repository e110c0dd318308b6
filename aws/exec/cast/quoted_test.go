package cast

import (
	"encoding/json"
	"testing"
)

func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[31m\"red\"\\\r\n\t\x00\x7f", "žluť 漢字 \u2028 <&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var valid, got string
		if err := json.Unmarshal(want, &valid); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(quoted(nil, []byte(valid)), &got); err != nil || got != valid {
			t.Errorf("%q became %q, %v", valid, got, err)
		}
	})
}
