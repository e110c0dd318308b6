package views

import (
	"slices"
	"testing"
)

// TestEveryCommandIsListed holds that ctrl-a leaves out nothing that can be typed,
// and that each word says what it does.
func TestEveryCommandIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, w := range words() {
		if w.what == "" {
			t.Errorf("%s does not say what it does", w.name)
		}
		for _, name := range slices.Concat([]string{w.name}, w.others) {
			listed[name] = true
		}
	}
	for _, name := range special {
		if !listed[name] && name != "profile" { // "profiles" is the list
			t.Errorf(":%s is not listed", name)
		}
	}
	for name := range meanings {
		if _, ok := KindNamed(name); !ok {
			t.Errorf("%s is explained, but is no kind", name)
		}
	}
}
