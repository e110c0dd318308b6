package field

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the type of a value in a line.
type Kind uint8

const (
	String Kind = iota
	Number
	Bool // true, false
	Null
	Object
	Array
)

// Value is the raw text of a value: a string without its quotes but with its
// escapes, anything else as it stands.
type Value struct {
	Raw     []byte
	Kind    Kind
	Escaped bool // Raw has backslashes to resolve
}

// Text is the value with escapes resolved.
func (v Value) Text() []byte {
	if !v.Escaped {
		return v.Raw
	}
	return unescape(v.Raw)
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func skipSpace(b []byte, i int) int {
	for i < len(b) && space(b[i]) {
		i++
	}
	return i
}

// stringEnd is the index of the quote that ends the string which begins after the
// quote at i-1, or -1.
func stringEnd(b []byte, i int) (end int, escaped bool) {
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1, escaped
		}
		end = i + n
		back := end
		for back > i && b[back-1] == '\\' {
			back--
		}
		// Backslashes before i were judged when i was chosen.
		if (end-back)%2 == 0 {
			return end, escaped || bytes.IndexByte(b[i:end], '\\') >= 0
		}
		escaped = true
		i = end + 1
	}
}

// value reads the value at i and gives the index after it; ok is false where
// there is none or it does not end.
func value(b []byte, i int) (v Value, next int, ok bool) {
	if i >= len(b) {
		return v, i, false
	}
	switch c := b[i]; {
	case c == '"':
		end, escaped := stringEnd(b, i+1)
		if end < 0 {
			return v, i, false
		}
		return Value{Raw: b[i+1 : end], Escaped: escaped}, end + 1, true
	case c == '{' || c == '[':
		end := nested(b, i)
		if end < 0 {
			return v, i, false
		}
		k := Object
		if c == '[' {
			k = Array
		}
		return Value{Raw: b[i:end], Kind: k}, end, true
	default:
		j := i
		for j < len(b) && b[j] != ',' && b[j] != '}' && b[j] != ']' && !space(b[j]) {
			j++
		}
		if j == i {
			return v, i, false
		}
		k := Number
		switch c {
		case 't', 'f':
			k = Bool
		case 'n':
			k = Null
		}
		return Value{Raw: b[i:j], Kind: k}, j, true
	}
}

// nested is the index after the object or array that begins at i, or -1.
func nested(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, _ := stringEnd(b, i+1)
			if end < 0 {
				return -1
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// EachJSON calls f with the members of the object that b begins with, in order,
// until f returns false. Keys are raw. It reports whether the object was well
// formed as far as it was read.
func EachJSON(b []byte, f func(key []byte, v Value) bool) bool {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	i = skipSpace(b, i+1)
	for i < len(b) && b[i] != '}' {
		if b[i] != '"' {
			return false
		}
		end, _ := stringEnd(b, i+1)
		if end < 0 {
			return false
		}
		key := b[i+1 : end]
		i = skipSpace(b, end+1)
		if i >= len(b) || b[i] != ':' {
			return false
		}
		v, next, ok := value(b, skipSpace(b, i+1))
		if !ok {
			return false
		}
		if !f(key, v) {
			return true
		}
		i = skipSpace(b, next)
		if i < len(b) && b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return i < len(b)
}

// JSONPath finds the member that path leads to, from the top; a number steps into
// an array.
func JSONPath(b []byte, path []string) (v Value, ok bool) {
	v = Value{Raw: b, Kind: Object}
	for _, step := range path {
		found := false
		switch v.Kind {
		case Object:
			EachJSON(v.Raw, func(key []byte, m Value) bool {
				if string(key) == step {
					v, found = m, true
				}
				return !found
			})
		case Array:
			v, found = element(v.Raw, step)
		}
		if !found {
			return Value{}, false
		}
	}
	return v, true
}

func element(b []byte, index string) (v Value, ok bool) {
	n := 0
	for _, c := range []byte(index) {
		if c < '0' || c > '9' || n > 1<<20 {
			return v, false
		}
		n = n*10 + int(c-'0')
	}
	i := skipSpace(b, 1)
	for i < len(b) && b[i] != ']' {
		e, next, good := value(b, i)
		if !good {
			return v, false
		}
		if n == 0 {
			return e, true
		}
		n--
		i = skipSpace(b, next)
		if i < len(b) && b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return v, false
}

// ValueAfter reads the value of the member whose key's closing quote is at
// b[quote]; ok is false where no member follows, as after a string value.
func ValueAfter(b []byte, quote int) (v Value, ok bool) {
	i := skipSpace(b, quote+1)
	if i >= len(b) || b[i] != ':' {
		return v, false
	}
	v, _, ok = value(b, skipSpace(b, i+1))
	return v, ok
}

// unescape resolves JSON's escapes. What is no escape stays as it is.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 >= len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case '"', '\\', '/':
			out = append(out, b[i])
		case 'u':
			r, n := escapedRune(b[i-1:])
			if n == 0 {
				out = append(out, '\\', 'u')
				continue
			}
			out = utf8.AppendRune(out, r)
			i += n - 2
		default:
			out = append(out, '\\', b[i])
		}
	}
	return out
}

// escapedRune reads \uXXXX or a surrogate pair of two, and how many bytes it took.
func escapedRune(b []byte) (rune, int) {
	hi, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(hi) {
		if lo, ok := hex4(b[6:]); ok {
			if r := utf16.DecodeRune(hi, lo); r != utf8.RuneError {
				return r, 12
			}
		}
		return utf8.RuneError, 6
	}
	return hi, 6
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
