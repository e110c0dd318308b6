package filter

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
)

// initAlgo fills the matcher's tables once: without them it does not fold case.
var initAlgo = sync.OnceFunc(func() { algo.Init("default") })

// longText is the length, in runes, above which highlighting takes the first
// match instead of the best one, whose cost grows with text times pattern.
const longText = 2048

// A term is one word of a fuzzy search, in lower case.
type term []rune

func parseTerms(s string) []term {
	var out []term
	for _, w := range strings.Fields(s) {
		t := term(w)
		for i, r := range t {
			t[i] = lower(r)
		}
		out = append(out, t)
	}
	return out
}

// lower folds as the highlighter does: upper case to lower case, rune by rune.
func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return r
}

// in reports whether the term's letters stand in text in this order.
func (t term) in(text string) bool {
	i := 0
	for _, r := range text {
		if lower(r) == t[i] {
			if i++; i == len(t) {
				return true
			}
		}
	}
	return false
}

// fuzzyRanges finds the letters of each term's best place in text, which is
// known to match, and returns them as byte ranges.
func fuzzyRanges(terms []term, text string) [][2]int {
	initAlgo()
	runes := []rune(text)
	input := util.RunesToChars(runes)
	var at []int
	for _, t := range terms {
		match := algo.FuzzyMatchV2
		if len(runes) > longText {
			match = algo.FuzzyMatchV1
		}
		if _, pos := match(false, false, true, &input, t, true, nil); pos != nil {
			at = append(at, *pos...)
		}
	}
	slices.Sort(at)
	return byteRanges(slices.Compact(at), text)
}

// byteRanges turns sorted rune positions into byte ranges, joining neighbours.
func byteRanges(at []int, text string) [][2]int {
	var out [][2]int
	n := 0 // the number of the rune at hand
	for i, r := range text {
		if len(at) == 0 {
			break
		}
		if n == at[0] {
			end := i + utf8.RuneLen(r)
			if r == utf8.RuneError {
				_, size := utf8.DecodeRuneInString(text[i:])
				end = i + size
			}
			if k := len(out); k > 0 && out[k-1][1] == i {
				out[k-1][1] = end
			} else {
				out = append(out, [2]int{i, end})
			}
			at = at[1:]
		}
		n++
	}
	return out
}
