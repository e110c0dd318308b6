package clean

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON writes a JSON text so that it is safe on a terminal: what could steer one or
// cannot be seen (8-bit controls, direction marks, what has no width) is written as
// \uXXXX, which means the same. In JSON such runes stand in strings only.
func JSON(text []byte) []byte {
	return escape(text, func(out *bytes.Buffer, r rune) {
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			fmt.Fprintf(out, `\u%04x\u%04x`, hi, lo)
			return
		}
		fmt.Fprintf(out, `\u%04x`, r)
	})
}

// YAML is JSON for texts in YAML whose strings with such runes are double-quoted.
func YAML(text []byte) []byte {
	return escape(text, func(out *bytes.Buffer, r rune) {
		if r > 0xffff {
			fmt.Fprintf(out, `\U%08X`, r)
			return
		}
		fmt.Fprintf(out, `\u%04X`, r)
	})
}

// Seen reports whether every rune of s can be shown as it is, line ends and tabs
// aside.
func Seen(s string) bool {
	for _, r := range s {
		if unseen(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

func unseen(r rune) bool {
	if r < 0x7f {
		return false
	}
	if r == 0x7f {
		return true
	}
	switch classify(r) {
	case shown, mark, spacing, flag, tone:
		return false
	}
	return true
}

func escape(text []byte, write func(*bytes.Buffer, rune)) []byte {
	if bytes.IndexFunc(text, unseen) < 0 {
		return text
	}
	var out bytes.Buffer
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if unseen(r) && (r != utf8.RuneError || size > 1) {
			write(&out, r)
		} else {
			out.Write(text[:size])
		}
		text = text[size:]
	}
	return out.Bytes()
}
