// Package pattern reduces log lines to what they have in common: numbers, ids,
// addresses and times become signs, so that lines of one kind fall together.
package pattern

import (
	"strings"
	"unicode/utf8"
)

// Signs that stand for what varies.
const (
	Number = "<n>"
	Hex    = "<hex>"
	ID     = "<id>"
)

// longest is how much of a line counts.
const longest = 512

// Append appends the pattern of a text to dst.
func Append(dst, text []byte) []byte {
	if len(text) > longest {
		text = text[:longest]
	}
	for i := 0; i < len(text); {
		c := text[i]
		if !wordByte(c) {
			dst = append(dst, c)
			i++
			continue
		}
		j := i
		for j < len(text) && wordByte(text[j]) {
			j++
		}
		dst = word(dst, text[i:j])
		i = j
	}
	return dst
}

// wordByte are the characters that ids, numbers and words are made of.
func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

// word reduces one run of letters and digits.
func word(dst, w []byte) []byte {
	digits, hex, lower, upper := 0, 0, 0, 0
	for _, c := range w {
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			hex++
		}
		switch {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		}
	}
	n := len(w)
	switch {
	case digits == 0:
		return append(dst, w...)
	case hex == n && n >= 6 && digits < n, hex == n && n >= 16:
		return append(dst, Hex...)
	case digits == n:
		return append(dst, Number...)
	case n >= 16 && digits >= 3:
		return append(dst, ID...)
	}
	// A word with a number in it: "worker12", "812ms", "v2".
	for i := 0; i < n; {
		if w[i] < '0' || w[i] > '9' {
			dst = append(dst, w[i])
			i++
			continue
		}
		for i < n && w[i] >= '0' && w[i] <= '9' {
			i++
		}
		dst = append(dst, Number...)
	}
	return dst
}

// Expression makes a regular expression of a pattern, which matches the lines that
// have it.
func Expression(p string) string {
	out := make([]byte, 0, len(p)+16)
	for i := 0; i < len(p); {
		switch rest := p[i:]; {
		case strings.HasPrefix(rest, Number):
			out = append(out, `\d+`...)
			i += len(Number)
		case strings.HasPrefix(rest, Hex):
			out = append(out, `\w+`...)
			i += len(Hex)
		case strings.HasPrefix(rest, ID):
			out = append(out, `\w+`...)
			i += len(ID)
		default:
			r, n := utf8.DecodeRuneInString(rest)
			i += n
			switch {
			case r == utf8.RuneError && n == 1: // no character: expressions are made of characters
				out = append(out, '.')
			case n == 1 && !wordByte(p[i-1]) && r != ' ':
				out = append(out, '\\', p[i-1])
			default:
				out = append(out, rest[:n]...)
			}
		}
	}
	return string(out)
}
