package table

import (
	"cmp"
	"strings"
	"time"
)

// compareCells compares two known cells: those with a Sort value come before
// those with text only, so that the order stays total when a column mixes them.
func compareCells(a, b *Cell) int {
	if a.Sort == nil && b.Sort == nil {
		return natural(a.plain(), b.plain())
	}
	if v := cmp.Compare(rank(a.Sort), rank(b.Sort)); v != 0 {
		return v
	}
	switch x := a.Sort.(type) {
	case int, int64, float64:
		return compareNumbers(x, b.Sort)
	case time.Duration:
		return cmp.Compare(x, b.Sort.(time.Duration))
	case time.Time:
		return x.Compare(b.Sort.(time.Time))
	case bool:
		return compareBools(x, b.Sort.(bool))
	case string:
		return natural(x, b.Sort.(string))
	}
	return natural(a.plain(), b.plain())
}

// strange is the rank of values that Cell.Sort does not allow.
const strange = 5

// rank orders the kinds of Sort values among each other.
func rank(v any) int {
	switch v.(type) {
	case int, int64, float64:
		return 0
	case time.Duration:
		return 1
	case time.Time:
		return 2
	case bool:
		return 3
	case string:
		return 4
	case nil:
		return 6
	}
	return strange
}

func compareNumbers(a, b any) int {
	x, xInt := integer(a)
	y, yInt := integer(b)
	if xInt && yInt {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(float(a), float(b))
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

func float(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	n, _ := integer(v)
	return float64(n)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// natural compares texts as people sort them: case does not count unless all else
// is equal, and digits count by their value ("web-9" before "web-10"). Texts that
// are numbers as a whole ("-3", "1.5", "80%") compare as numbers, before others.
func natural(a, b string) int {
	if a == b {
		return 0
	}
	na, aIs := number(a)
	nb, bIs := number(b)
	switch {
	case aIs && bIs:
		if v := cmp.Compare(na, nb); v != 0 {
			return v
		}
	case aIs:
		return -1
	case bIs:
		return 1
	}
	if v := naturalFold(a, b); v != 0 {
		return v
	}
	return cmp.Compare(a, b)
}

func naturalFold(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if digit(a[i]) && digit(b[j]) {
			ra, rb := run(a[i:]), run(b[j:])
			if v := compareDigits(ra, rb); v != 0 {
				return v
			}
			i, j = i+len(ra), j+len(rb)
			continue
		}
		if v := cmp.Compare(foldByte(a[i]), foldByte(b[j])); v != 0 {
			return v
		}
		i, j = i+1, j+1
	}
	return cmp.Compare(len(a)-i, len(b)-j)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func foldByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// run is the run of digits that s begins with.
func run(s string) string {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return s[:n]
}

// compareDigits compares numbers of any length by value.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if v := cmp.Compare(len(a), len(b)); v != 0 {
		return v
	}
	return cmp.Compare(a, b)
}

// number reads a plain decimal number with an optional sign and percent sign. Up
// to 15 digits, so that the value is exact and equal values are equal numbers.
func number(s string) (float64, bool) {
	s = strings.TrimSuffix(s, "%")
	negative := strings.HasPrefix(s, "-")
	if negative {
		s = s[1:]
	}
	if s == "" || len(s) > 16 || !digit(s[0]) {
		return 0, false
	}
	v, scale, point := 0.0, 1.0, false
	for i := range len(s) {
		switch {
		case digit(s[i]):
			v = v*10 + float64(s[i]-'0')
			if point {
				scale *= 10
			}
		case s[i] == '.' && !point:
			point = true
		default:
			return 0, false
		}
	}
	if negative {
		v = -v
	}
	return v / scale, true
}
