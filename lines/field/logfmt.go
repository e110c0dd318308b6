package field

import "bytes"

func keyByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-' || c == '@' || c == '/'
}

// pair reads the key=value around the '=' at eq, at or after from; ok is false
// where no key stands before it. A key begins the line or follows a space, a
// comma, or an opening bracket.
func pair(b []byte, from, eq int) (key []byte, v Value, next int, ok bool) {
	k := eq
	for k > from && keyByte(b[k-1]) {
		k--
	}
	if k == eq || k > 0 && !opens(b[k-1]) {
		return nil, v, eq + 1, false
	}
	key = b[k:eq]
	i := eq + 1
	if i < len(b) && b[i] == '"' {
		if end, escaped := stringEnd(b, i+1); end >= 0 {
			return key, Value{Raw: b[i+1 : end], Escaped: escaped}, end + 1, true
		}
	}
	for i < len(b) && !space(b[i]) && b[i] != ',' && b[i] != ')' && b[i] != ']' && b[i] != '}' {
		i++
	}
	v = Value{Raw: b[eq+1 : i]}
	if isNumber(v.Raw) {
		v.Kind = Number
	}
	return key, v, i, true
}

func opens(c byte) bool {
	return space(c) || c == ',' || c == '(' || c == '[' || c == '{' || c == ';' || c == '|'
}

func isNumber(b []byte) bool {
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	return i < len(b) && '0' <= b[i] && b[i] <= '9'
}

// EachPair calls f with the key=value pairs of a line until f returns false.
func EachPair(b []byte, f func(key []byte, v Value) bool) {
	from := 0
	for from < len(b) {
		n := bytes.IndexByte(b[from:], '=')
		if n < 0 {
			return
		}
		key, v, next, ok := pair(b, from, from+n)
		if ok && !f(key, v) {
			return
		}
		from = next
	}
}

// Pair finds the value of a key in key=value text.
func Pair(b []byte, key string) (v Value, ok bool) {
	EachPair(b, func(k []byte, x Value) bool {
		if string(k) == key {
			v, ok = x, true
		}
		return !ok
	})
	return v, ok
}

// PairAt reads the value of the key that begins at b[key] and whose '=' stands at
// b[eq]; ok is false where no key begins there.
func PairAt(b []byte, key, eq int) (v Value, ok bool) {
	k, v, _, ok := pair(b, 0, eq)
	return v, ok && len(k) == eq-key
}
