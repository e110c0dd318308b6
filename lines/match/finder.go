package match

import (
	"bytes"
	"slices"
)

// maxLiterals keeps the search for several literals cheaper than an expression.
const maxLiterals = 24

// finder looks for the first of several literals in a text, ignoring the case of
// ASCII letters where fold is set. It compares the last byte of a window that is as
// long as the shortest literal, and skips as far as that byte allows (Horspool's
// way, for a set).
type finder struct {
	lits [][]byte // in lower case where fold is set
	fold bool
	// odd: with fold, a k or s also stands for the Kelvin sign or the long s, which
	// are found only by an expression.
	odd   bool
	width int // of the window
	one   []byte
	skip  [256]uint8 // 0: a literal's window may end with this byte
	after [256]uint8 // how far to go on after such an end
	ends  [256][]uint8
}

func newFinder(lits [][]byte, fold bool) *finder {
	if len(lits) == 0 || len(lits) > maxLiterals {
		return nil
	}
	lits = distinct(lits)
	f := &finder{lits: lits, fold: fold, width: 255}
	for _, l := range lits {
		if len(l) == 0 {
			return nil
		}
		f.width = min(f.width, len(l))
		f.odd = f.odd || fold && bytes.ContainsAny(l, "ks")
	}
	if !fold && len(lits) == 1 {
		f.one = lits[0]
		return f
	}
	last := f.width - 1
	for c := range f.skip {
		f.skip[c], f.after[c] = uint8(f.width), uint8(f.width)
	}
	for n, l := range lits {
		for i := range f.width {
			for _, c := range f.cases(l[i]) {
				if i < last {
					f.after[c] = min(f.after[c], uint8(last-i))
					f.skip[c] = min(f.skip[c], uint8(last-i))
				} else {
					f.ends[c] = append(f.ends[c], uint8(n))
				}
			}
		}
	}
	for c := range f.ends {
		if len(f.ends[c]) > 0 {
			f.skip[c] = 0
		}
	}
	return f
}

// distinct leaves out the literals that contain another one.
func distinct(lits [][]byte) [][]byte {
	var out [][]byte
	for i, l := range lits {
		if !slices.ContainsFunc(lits, func(o []byte) bool { return len(o) < len(l) && bytes.Contains(l, o) }) &&
			!slices.ContainsFunc(lits[:i], func(o []byte) bool { return bytes.Equal(o, l) }) {
			out = append(out, l)
		}
	}
	return out
}

func (f *finder) cases(c byte) []byte {
	if f.fold && 'a' <= c && c <= 'z' {
		return []byte{c, c - 'a' + 'A'}
	}
	return []byte{c}
}

// index is where the first literal is found in text, and its length; -1 if none is.
func (f *finder) index(text []byte) (at, n int) {
	if f.one != nil {
		return bytes.Index(text, f.one), len(f.one)
	}
	last := f.width - 1
	for i := last; i < len(text); {
		c := text[i]
		if s := f.skip[c]; s > 0 {
			i += int(s)
			continue
		}
		from := i - last
		for _, e := range f.ends[c] {
			l := f.lits[e]
			if len(text)-from >= len(l) && f.same(text[from:from+len(l)], l) {
				return from, len(l)
			}
		}
		i += int(f.after[c])
	}
	return -1, 0
}

func (f *finder) same(b, low []byte) bool {
	if !f.fold {
		return string(b) == string(low)
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != low[i] {
			return false
		}
	}
	return true
}

// strange reports whether the text has a letter outside ASCII that folds to one in
// ASCII, so that what the finder does not find may still match.
func (f *finder) strange(text []byte) bool {
	return f.odd && (bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f")))
}
