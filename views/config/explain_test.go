package config

import (
	"strings"
	"testing"
)

func TestWhatIsWrongIsSaidInTheWordsOfTheFile(t *testing.T) {
	for in, want := range map[string]string{
		"readOnly: true\nbogus: 1":           `line 2: unknown key "bogus"`,
		"refreshrate: 5":                     `line 1: unknown key "refreshrate"; is it "refreshRate"?`,
		"ui:\n  thme: auto":                  `line 2: unknown key "ui.thme"; is it "ui.theme"?`,
		"profiles: {a: {readonly: false}}":   `line 1: unknown key "profiles.a.readonly"; is it "profiles.a.readOnly"?`,
		"u: 1":                               `line 1: unknown key "u"`,
		"refreshRate: fast":                  `line 1: refreshRate wants a number, not "fast"`,
		"refreshRate: {a: 1}":                `line 1: refreshRate wants a number`,
		"readOnly: 7":                        `line 1: readOnly wants true or false, not "7"`,
		"profiles:\n  a:\n    readOnly: x":   `line 3: profiles.a.readOnly wants true or false, not "x"`,
		"region: [a]":                        `line 1: region wants a text`,
		"ui: dark":                           `line 1: ui wants keys and values, not "dark"`,
		"keys: {stop: d}":                    `line 1: keys.stop wants a list, not "d"`,
		"accounts: [1]":                      `line 1: accounts wants keys and values`,
		"- a":                                `line 1: the file wants keys and values`,
		"refreshRate: 5\nrefreshRate: 6":     `line 2: mapping key "refreshRate" already defined at line 1`,
		"bogus: 1\nexec: {recordLimitMB: x}": `line 1: unknown key "bogus"; line 2: exec.recordLimitMB wants a number, not "x"`,
	} {
		_, err := Parse([]byte(in))
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", in, err, want)
		}
	}
	for _, in := range []string{"ui:\nexec: {record: }\nprofiles: {a: {production: null}}", "ui: &u {theme: dark}\n"} {
		if _, err := Parse([]byte(in)); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := Parse([]byte("a: [")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("what is no YAML: %v", err)
	}
}

func TestDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{{"", ""}: 0, {"", "ab"}: 2, {"theme", "thme"}: 1, {"kitten", "sitting"}: 3, {"ab", "ba"}: 2} {
		if got := distance(pair[0], pair[1]); got != want {
			t.Errorf("%v: %d, want %d", pair, got, want)
		}
	}
}
