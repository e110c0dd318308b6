package clean

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestQuotedTexts(t *testing.T) {
	hostile := "a\x7fb\u009b2Jc\u202ed\u200be\u2066f\U000e0041g größe 日本 🚀 e\u0301"
	b, err := json.Marshal(map[string]string{"k": hostile})
	if err != nil {
		t.Fatal(err)
	}
	out := JSON(b)
	var back map[string]string
	if err := json.Unmarshal(out, &back); err != nil || back["k"] != hostile {
		t.Errorf("%v: %q", err, back["k"])
	}
	if want := `{"k":"a\u007fb\u009b2Jc\u202ed\u200be\u2066f\udb40\udc41g größe 日本 🚀 ` + "e\u0301" + `"}`; string(out) != want {
		t.Errorf("%s\n%s", out, want)
	}
	if !Seen("größe\t日本\n🚀") || Seen(hostile) || Seen("\xff") {
		t.Error("Seen")
	}
}

// FuzzQuoted holds that a quoted text means the same, in JSON and in YAML, and has
// nothing in it that a terminal obeys.
func FuzzQuoted(f *testing.F) {
	f.Add("plain")
	f.Add("\u009b31m\u202e \u2028 \U000e0041 \ufeff \\u009b ' \" : #")
	f.Fuzz(func(t *testing.T, s string) {
		j, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want, got string
		if err := json.Unmarshal(j, &want); err != nil {
			t.Fatal(err)
		}
		out := JSON(j)
		if err := json.Unmarshal(out, &got); err != nil || got != want {
			t.Fatalf("JSON %q: %v, %q", want, err, got)
		}
		node := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: want}
		if !Seen(want) {
			node.Style = yaml.DoubleQuotedStyle
		}
		y, err := yaml.Marshal(&node)
		if err != nil {
			t.Fatal(err)
		}
		y = YAML(y)
		if err := yaml.Unmarshal(y, &got); err != nil || got != want {
			t.Fatalf("YAML %q: %v, %q from %q", want, err, got, y)
		}
		for _, b := range [][]byte{out, y} {
			for _, r := range string(b) {
				if unseen(r) || r < 0x20 && r != '\n' && r != '\t' {
					t.Fatalf("%U stays in %q", r, b)
				}
			}
		}
	})
}
