package textview

import (
	"regexp"
	"sort"
	"strings"
	"unicode"

	"ecsole/tui/clean"
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
func find(p *page, pattern string) search {
	s := search{pattern: pattern}
	if pattern == "" {
		return s
	}
	pattern = strings.ToValidUTF8(pattern, "\uFFFD")
	fold := !strings.ContainsFunc(pattern, unicode.IsUpper)
	re, err := compile(pattern, fold)
	if err != nil {
		s.literal = true
		pattern = regexp.QuoteMeta(pattern)
		re = regexp.MustCompile(map[bool]string{true: "(?i)"}[fold] + pattern)
	}
	words := regexp.QuoteMeta(pattern) == pattern
	if s.literal {
		words, pattern = true, s.pattern
	}
	for i, l := range p.lines {
		// Most patterns are words and most lines plain, which takes no expression.
		if words && clean.IsPlain(l.text) {
			text := l.text
			if fold {
				text = p.lower(i)
			}
			s.words(i, text, pattern)
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

// words notes where word stands in a line.
func (s *search) words(lineNo int, text, word string) {
	for from := 0; ; {
		k := strings.Index(text[from:], word)
		if k < 0 {
			return
		}
		s.hits = append(s.hits, match{lineNo, from + k, from + k + len(word)})
		from += k + len(word)
	}
}

// lower is a plain line in lower case, kept for the next letter of the search.
func (p *page) lower(i int) string {
	if p.lowered == nil {
		p.lowered = make([]string, len(p.lines))
	}
	if p.lowered[i] == "" {
		p.lowered[i] = strings.ToLower(p.lines[i].text)
	}
	return p.lowered[i]
}

func compile(pattern string, fold bool) (*regexp.Regexp, error) {
	if fold {
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
