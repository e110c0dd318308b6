// Package filter is the language of the '/' prompt: a regular expression by
// default, `!` in front of it for the opposite, `-f` for a fuzzy search. It is
// pure: a Filter is a value that says whether a text matches, and where.
package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unsafe"
)

// Filter decides which texts are shown. The zero Filter matches everything.
// It is immutable and safe for use by several goroutines.
type Filter struct{ p *pattern }

type pattern struct {
	source  string
	inverse bool
	terms   []term         // fuzzy: all of them must be found
	re      *regexp.Regexp // nil for a fuzzy filter
	lit     literals       // what a match must contain; decides alone where lit.exact
}

// maxSource bounds what Parse accepts, in bytes: a pasted file is no filter.
const maxSource = 4096

// Parse reads a filter as it is typed:
//
//	text     a regular expression (Go's RE2 syntax) that ignores case; spaces count
//	         as they stand; (?-i) in front makes it mind case
//	!text    what does not match text; blanks after the ! do not count
//	-f text  fuzzy: the letters of each word in this order, with gaps, ignoring case;
//	         several words must all be found
//	!-f text what the fuzzy search does not find
//
// `\!` and `\-f` begin a regular expression with those signs. Blank text is the
// zero Filter. An expression that does not compile is an error that says why in
// a few words; the Filter is then one that matches nothing, so that a caller that
// goes on with it never shows everything by mistake.
func Parse(s string) (Filter, error) {
	if strings.TrimSpace(s) == "" {
		return Filter{}, nil
	}
	p := &pattern{source: s}
	if len(s) > maxSource {
		return nothing(s), fmt.Errorf("filter is longer than %d bytes", maxSource)
	}
	rest := s
	if strings.HasPrefix(rest, "!") {
		p.inverse = true
		rest = strings.TrimLeft(rest[1:], " \t")
	}
	if words, ok := fuzzyWords(rest); ok {
		p.terms = parseTerms(words)
		if len(p.terms) == 0 {
			return Filter{}, nil
		}
		return Filter{p}, nil
	}
	if rest == "" {
		return Filter{}, nil
	}
	re, err := regexp.Compile("(?i)" + rest)
	if err != nil {
		return nothing(s), explain(err)
	}
	p.re = re
	p.lit = literalsOf("(?i)" + rest)
	return Filter{p}, nil
}

// nothing is the filter that matches no text and is not inverse either.
func nothing(source string) Filter {
	return Filter{&pattern{source: source}}
}

// fuzzyWords returns what follows -f, and whether s is a fuzzy search at all.
func fuzzyWords(s string) (string, bool) {
	if s == "-f" {
		return "", true
	}
	return strings.CutPrefix(s, "-f ")
}

// explain keeps the part of a compile error that helps while typing.
func explain(err error) error {
	var e *syntax.Error
	if errors.As(err, &e) {
		return fmt.Errorf("bad filter: %s in %q", e.Code, strings.TrimPrefix(e.Expr, "(?i)"))
	}
	return fmt.Errorf("bad filter: %w", err)
}

// Empty reports whether f matches everything because nothing was asked.
func (f Filter) Empty() bool { return f.p == nil }

// String is the text that was parsed, as typed.
func (f Filter) String() string {
	if f.p == nil {
		return ""
	}
	return f.p.source
}

// Inverse reports a filter that hides what it finds.
func (f Filter) Inverse() bool { return f.p != nil && f.p.inverse }

// Fuzzy reports a filter written with -f.
func (f Filter) Fuzzy() bool { return f.p != nil && len(f.p.terms) > 0 }

// Match reports whether text is to be shown.
func (f Filter) Match(text string) bool {
	if f.p == nil {
		return true
	}
	return f.p.found(text) != f.p.inverse
}

// MatchBytes is Match for a byte slice, without a copy.
func (f Filter) MatchBytes(text []byte) bool {
	// The string does not outlive the call, and nobody writes to text meanwhile.
	return f.Match(unsafe.String(unsafe.SliceData(text), len(text)))
}

// MatchFields matches a row of a table: a regular expression over the fields
// joined by a space, a fuzzy word within any single field (over the joined text
// nearly every row would have the letters somewhere).
func (f Filter) MatchFields(fields []string) bool {
	if f.p == nil {
		return true
	}
	if !f.Fuzzy() {
		return f.Match(strings.Join(fields, " "))
	}
	return f.p.foundInFields(fields) != f.p.inverse
}

func (p *pattern) found(text string) bool {
	if len(p.terms) > 0 {
		for _, t := range p.terms {
			if !t.in(text) {
				return false
			}
		}
		return true
	}
	if p.re == nil {
		return false
	}
	if len(p.lit.any) > 0 {
		switch p.lit.look(text) {
		case no:
			return false
		case yes:
			if p.lit.exact {
				return true
			}
		}
	}
	return p.re.MatchString(text)
}

func (p *pattern) foundInFields(fields []string) bool {
	for _, t := range p.terms {
		any := false
		for _, s := range fields {
			if t.in(s) {
				any = true
				break
			}
		}
		if !any {
			return false
		}
	}
	return true
}

// Ranges returns the byte ranges [from, to) of text to highlight, in order and
// disjoint: the matches of a regular expression, the letters of a fuzzy search.
// An inverse filter, and a text that does not match, have none.
func (f Filter) Ranges(text string) [][2]int {
	if f.p == nil || f.p.inverse || !f.p.found(text) {
		return nil
	}
	if f.Fuzzy() {
		return fuzzyRanges(f.p.terms, text)
	}
	var out [][2]int
	for _, m := range f.p.re.FindAllStringIndex(text, -1) {
		if m[1] > m[0] {
			out = append(out, [2]int{m[0], m[1]})
		}
	}
	return out
}
