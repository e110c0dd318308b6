package views

import "testing"

func TestNaturalOrder(t *testing.T) {
	order := []string{"", "a", "a1", "a02", "a2", "a10", "a10b", "b:9", "b:10", "b:10-1", "c007", "c8"}
	for i, a := range order {
		if natural(a, a) != 0 {
			t.Errorf("%q is not equal to itself", a)
		}
		for _, b := range order[i+1:] {
			if natural(a, b) >= 0 || natural(b, a) <= 0 {
				t.Errorf("%q does not stand before %q", a, b)
			}
		}
	}
}
