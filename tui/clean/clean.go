// Package clean makes text from outside (names, log lines, reasons, anything that
// another principal can write) safe to show on a terminal. What could move the
// cursor, hide, reorder or spoof text becomes visible (␛, \x9b, ⟨U+202E⟩) or goes;
// colours may stay where they are wanted. Plain text comes back as it is, without
// an allocation.
package clean

import (
	"unicode"
	"unicode/utf8"
)

// Options say what may stay in Text.
type Options struct {
	Colors       bool // well-formed SGR sequences stay, except concealed and blinking text
	KeepNewlines bool // else a line end shows as ↵
	Tab          int  // columns between tab stops; zero means 8
}

// Line makes s safe as one line: without colours, line ends as ↵, tabs expanded.
func Line(s string) string {
	n := plainPrefix(s)
	if n == len(s) {
		return s
	}
	return text(s, n, Options{})
}

// Text makes s safe. With Colors, what was opened is closed at the end of each line.
func Text(s string, o Options) string {
	n := plainPrefix(s)
	if n == len(s) {
		return s
	}
	return text(s, n, o)
}

// IsPlain reports whether s is printable ASCII throughout: one byte, one cell.
func IsPlain(s string) bool { return plainPrefix(s) == len(s) }

// plainPrefix counts the leading bytes of printable ASCII, eight at a time.
func plainPrefix(s string) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		v := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		// A set high bit after any of these marks a byte that is not ASCII, below
		// 0x20, or 0x7f. A borrow can only cause a false alarm, never miss one.
		del := v ^ (ones * 0x7f)
		if (v|(v-ones*0x20)|(del-ones))&highs != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			break
		}
	}
	return i
}

// text is the slow path; the first n bytes are known to be plain.
func text(s string, n int, o Options) string {
	if end := harmless(s, n); end == len(s) {
		return s
	}
	if o.Tab <= 0 {
		o.Tab = 8
	}
	w := writer{opt: o, col: n, last: 'x'}
	if n == 0 {
		w.last = 0
	}
	w.out.Grow(len(s) + 16)
	w.out.WriteString(s[:n])
	for i := n; i < len(s); {
		i += w.next(s[i:])
	}
	if w.pens != "" {
		w.out.WriteString(reset)
	}
	return w.out.String()
}

// harmless counts the leading bytes that need no change: printable ASCII and
// letters, digits, symbols of other scripts without marks or joiners.
func harmless(s string, n int) int {
	for n < len(s) {
		if c := s[n]; c < utf8.RuneSelf {
			if c < 0x20 || c == 0x7f {
				return n
			}
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == utf8.RuneError && size == 1 || classify(r) != shown {
			return n
		}
		n += size
	}
	return n
}

// class is what becomes of a rune outside ASCII.
type class int

const (
	shown   class = iota // as it is
	spelled              // as ⟨U+XXXX⟩
	dropped              // it goes
	joiner               // goes inside foreign scripts and emoji, else spelled
	tone                 // emoji skin tone: goes behind an emoji, else spelled
	mark                 // combining: a few per letter, never at the start
	spacing              // joins the letter before, never at the start
	flag                 // regional indicator: shown in pairs
	c1                   // 8-bit control
)

func classify(r rune) class {
	switch {
	case r < 0xa0:
		return c1
	case r < 0x300:
		if r == 0xad {
			return spelled
		}
		return shown
	case r >= 0x370 && r < 0x483, r >= 0x2100 && r < 0x2800, r >= 0x309b && r < 0x3130,
		r >= 0x4e00 && r < 0xa000, r >= 0xac00 && r < 0xd7a4:
		return shown // Greek, Cyrillic, symbols, Chinese, Japanese, Korean: the usual, without a table
	case r == 0x200c || r == 0x200d:
		return joiner
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return dropped
	case r >= 0x1f3fb && r <= 0x1f3ff:
		return tone
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return flag
	case blank(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return spelled
	case unicode.In(r, unicode.Mn, unicode.Me):
		return mark
	case unicode.Is(unicode.Mc, r), r == 0xff9e, r == 0xff9f:
		return spacing
	}
	return shown
}

// blank are runes that are drawn as nothing though they are no format characters
// (fillers, the grapheme joiner, the Braille blank, what is no character at all),
// and letters that would swallow whatever stands behind them.
func blank(r rune) bool {
	switch r {
	case 0x0d4e, 0x111c2, 0x111c3, 0x113d1, 0x1193f, 0x11941, 0x11a3a, 0x11d46, 0x11f02:
		return true
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0, utf8.MaxRune:
		return true
	}
	return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe || r >= 0xe0000 && r <= 0xe0fff || r >= 0x11a84 && r <= 0x11a89
}
