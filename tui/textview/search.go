package textview

import (
	"regexp"
	"sort"
	"strings"
	"unicode"
)

// match is a hit: the bytes [from, to) of a line.
type match struct{ line, from, to int }

// search is a pattern and its hits.
type search struct {
	pattern string
	literal bool // the pattern is no regular expression, and taken letter by letter
	hits    []match
	at      int
}

// maxHits bounds the hits that are kept; a pattern with more says so.
const maxHits = 100_000

// find looks for pattern, a regular expression, in all lines; without an upper-case
// letter in it, case does not matter.
func find(lines []line, pattern string) search {
	s := search{pattern: pattern}
	if pattern == "" {
		return s
	}
	re, err := compile(pattern)
	if err != nil {
		s.literal = true
		re, _ = compile(regexp.QuoteMeta(pattern))
	}
	prefix, whole := re.LiteralPrefix()
	for i, l := range lines {
		if prefix != "" && !strings.Contains(l.text, prefix) {
			continue
		}
		if whole {
			for from := 0; ; {
				k := strings.Index(l.text[from:], prefix)
				if k < 0 {
					break
				}
				s.hits = append(s.hits, match{i, from + k, from + k + len(prefix)})
				from += k + len(prefix)
			}
		} else {
			for _, m := range re.FindAllStringIndex(l.text, -1) {
				if m[1] > m[0] {
					s.hits = append(s.hits, match{i, m[0], m[1]})
				}
			}
		}
		if len(s.hits) >= maxHits {
			break
		}
	}
	return s
}

func compile(pattern string) (*regexp.Regexp, error) {
	if !strings.ContainsFunc(pattern, unicode.IsUpper) {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile(pattern)
}

// of gives the hits in one line.
func (s *search) of(lineNo int) []match {
	from := sort.Search(len(s.hits), func(i int) bool { return s.hits[i].line >= lineNo })
	to := from
	for to < len(s.hits) && s.hits[to].line == lineNo {
		to++
	}
	return s.hits[from:to]
}

// here is the current hit.
func (s *search) here() (match, bool) {
	if s.at < 0 || s.at >= len(s.hits) {
		return match{-1, 0, 0}, false
	}
	return s.hits[s.at], true
}

// from makes the first hit at or below a line the current one.
func (s *search) from(lineNo int) {
	s.at = sort.Search(len(s.hits), func(i int) bool { return s.hits[i].line >= lineNo })
	if s.at == len(s.hits) {
		s.at = 0
	}
}

// step goes to the next or previous hit, around the ends.
func (s *search) step(by int) {
	if n := len(s.hits); n > 0 {
		s.at = ((s.at+by)%n + n) % n
	}
}
