package match

import "strconv"

// family is a kind of unit; numbers compare only within one.
type family uint8

const (
	bare family = iota
	duration
	size
	percent
)

var units = map[string]struct {
	f family
	n float64
}{
	"": {bare, 1}, "%": {percent, 1},
	"ns": {duration, 1e-9}, "us": {duration, 1e-6}, "µs": {duration, 1e-6}, "ms": {duration, 1e-3}, "s": {duration, 1},
	"sec": {duration, 1}, "m": {duration, 60}, "min": {duration, 60}, "h": {duration, 3600}, "d": {duration, 86400},
	"b": {size, 1}, "kb": {size, 1e3}, "mb": {size, 1e6}, "gb": {size, 1e9}, "tb": {size, 1e12},
	"kib": {size, 1 << 10}, "mib": {size, 1 << 20}, "gib": {size, 1 << 30}, "tib": {size, 1 << 40},
}

// quantity reads a number with a unit, in lower case or as loggers write it.
func quantity(s string) (n float64, f family, ok bool) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || s[i] == '-' || s[i] == '+' || s[i] == 'e' && i > 0 && i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || s[i+1] == '-' || s[i+1] == '+')) {
		i++
	}
	if i == 0 || len(s)-i > 3 {
		return 0, bare, false
	}
	n, err := strconv.ParseFloat(s[:i], 64)
	if err != nil {
		return 0, bare, false
	}
	var low [3]byte
	for j := i; j < len(s); j++ {
		low[j-i] = lowByte(s[j])
	}
	u, ok := units[string(low[:len(s)-i])]
	return n * u.n, u.f, ok
}
