package match

import "testing"

func TestPartsAreReadAsTheyWereWritten(t *testing.T) {
	for text, want := range map[string][]string{
		"a":                       {"a"},
		"status>=500 && !health":  {"status>=500", "!health"},
		`"a && b" && level=error`: {`"a && b"`, "level=error"},
		`x" && y`:                 {`x"`, "y"},
	} {
		q, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		parts := q.Parts()
		if len(parts) != len(want) {
			t.Fatalf("%q has %d parts", text, len(parts))
		}
		for i, p := range parts {
			again, err := Parse(p.Text())
			if p.Text() != want[i] || err != nil || len(again.Terms()) != 1 {
				t.Errorf("%q: part %q, want %q (%v)", text, p.Text(), want[i], err)
			}
		}
		if And(parts...).Text() != text {
			t.Errorf("%q is joined again as %q", text, And(parts...).Text())
		}
	}
}
