// Package logpattern is the filter pattern language of CloudWatch Logs, as
// FilterLogEvents and Live Tail take it: terms, quoted phrases, ?optional and
// -excluded terms, %regular expressions%, { JSON selectors } and [columns].
//
// Source: "Filter pattern syntax for metric filters, subscription filters, filter
// log events, and Live Tail" in the CloudWatch Logs user guide.
package logpattern

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Limits of the language: a pattern has at most 1,024 characters (API model), and
// at most two regular expressions.
const (
	maxLength  = 1024
	maxRegexps = 2
	maxDepth   = 64 // of brackets; our own
)

// Pattern is a parsed filter pattern. It is safe for concurrent use.
type Pattern struct {
	terms   []term
	json    node
	columns []column
	all     bool
}

// ErrSyntax is wrapped by every error of Parse.
var ErrSyntax = errors.New("invalid filter pattern")

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
}

// Parse reads a pattern; an empty one matches everything.
func Parse(s string) (*Pattern, error) {
	if len(s) > maxLength {
		return nil, syntax("longer than %d characters", maxLength)
	}
	text := strings.TrimSpace(s)
	p := &Pattern{}
	var err error
	switch {
	case text == "":
		p.all = true
	case strings.HasPrefix(text, "{"):
		p.json, err = parseJSON(text)
	case strings.HasPrefix(text, "["):
		p.columns, err = parseColumns(text)
	default:
		p.terms, err = parseTerms(text)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Match reports whether a message matches.
func (p *Pattern) Match(message string) bool {
	switch {
	case p.all:
		return true
	case p.json != nil:
		doc, ok := document(message)
		return ok && p.json.match(doc)
	case p.columns != nil:
		return matchColumns(p.columns, message)
	}
	return matchTerms(p.terms, message)
}

// term is one word of a pattern without structure.
type term struct {
	sign byte // 0 required, '?' any of these, '-' none of these
	text string
	re   *regexp.Regexp
}

func (t term) in(message string) bool {
	if t.re != nil {
		return t.re.MatchString(message)
	}
	return strings.Contains(message, t.text)
}

// matchTerms wants all required terms and no excluded one. The optional ones count
// only where there is no other kind: next to others they are ignored, as at AWS.
func matchTerms(terms []term, message string) bool {
	plain, optional, found := false, false, false
	for _, t := range terms {
		switch t.sign {
		case '-':
			plain = true
			if t.in(message) {
				return false
			}
		case '?':
			optional = true
			found = found || t.in(message)
		default:
			plain = true
			if !t.in(message) {
				return false
			}
		}
	}
	return plain || !optional || found
}

func parseTerms(s string) ([]term, error) {
	var out []term
	regexps := 0
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var t term
		if s[0] == '?' || s[0] == '-' {
			t.sign, s = s[0], s[1:]
			if s == "" || s[0] == ' ' {
				return nil, syntax("nothing follows %q", string(t.sign))
			}
		}
		var err error
		switch s[0] {
		case '"':
			t.text, s, err = quoted(s)
		case '%':
			regexps++
			t.re, s, err = expression(s)
		default:
			t.text, s, err = bare(s)
		}
		if err != nil {
			return nil, err
		}
		if s != "" && s[0] != ' ' && s[0] != '\t' && s[0] != '\n' {
			return nil, syntax("%q follows a term without a space", s[:1])
		}
		out = append(out, t)
	}
	if regexps > maxRegexps {
		return nil, syntax("more than %d regular expressions", maxRegexps)
	}
	return out, nil
}

// bare takes a term without quotes: letters, digits and underscores. AWS wants
// everything else quoted.
func bare(s string) (string, string, error) {
	i := 0
	for i < len(s) && (wordByte(s[i])) {
		i++
	}
	if i == 0 || i < len(s) && s[i] != ' ' && s[i] != '\t' && s[i] != '\n' {
		end := strings.IndexAny(s, " \t\n")
		if end < 0 {
			end = len(s)
		}
		return "", "", syntax("quote the term %s, it has other than letters, digits and underscores", s[:end])
	}
	return s[:i], s[i:], nil
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// quoted takes a text in quotes, in which \" is a quote and \\ a backslash.
func quoted(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", syntax("a quote is not closed")
}

// expression takes a %regular expression%. AWS knows letters, digits, some marks
// and the usual operators, but no groups.
func expression(s string) (*regexp.Regexp, string, error) {
	end := -1
	for i := 1; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if s[i] == '%' {
			end = i
			break
		}
	}
	if end < 0 {
		return nil, "", syntax("a regular expression is not closed")
	}
	text := s[1:end]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			i++
			continue
		}
		if !(wordByte(c) && c < 0x80) && !strings.ContainsRune("#=@/;,-: ^$?[]{}|*+.", rune(c)) {
			return nil, "", syntax("a regular expression must not have %q", string(rune(c)))
		}
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, "", syntax("%s is no regular expression", text)
	}
	return re, s[end+1:], nil
}
