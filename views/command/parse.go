// Package command is the ':' line: its grammar and its completion. It is pure: it
// knows words, not screens.
package command

import (
	"fmt"
	"strings"
)

// Line is a parsed command.
type Line struct {
	Word    string   // the first word, folded to lower case: a kind or a special word
	Args    []string // what follows, as typed: names are case-sensitive
	Filter  string   // after '/', or "-f text" for a fuzzy one; without the '/'
	Profile string   // of @profile[/region]
	Region  string
}

// Parse reads a line such as
//
//	services prod /check.*out @shop-prod/eu-west-1
//	svc checkout -f chk
//
// A filter takes everything up to the end of the line or to a word that begins
// with '@', spaces included. Anything that is not understood is an error: a
// command never means something else than it says.
func Parse(text string) (Line, error) {
	var l Line
	rest := strings.TrimSpace(text)
	if rest == "" {
		return l, fmt.Errorf("empty command")
	}
	l.Word, rest = cut(rest)
	l.Word = strings.ToLower(l.Word)
	if strings.ContainsAny(l.Word, "/@") {
		return Line{}, fmt.Errorf("%q is not a command", l.Word)
	}
	for rest != "" {
		var word string
		switch {
		case strings.HasPrefix(rest, "/"):
			l.Filter, rest = upToAccount(rest[1:])
			if l.Filter == "" {
				return Line{}, fmt.Errorf("nothing after /")
			}
		case rest == "-f" || strings.HasPrefix(rest, "-f "):
			word, rest = upToAccount(strings.TrimPrefix(rest, "-f"))
			if word == "" {
				return Line{}, fmt.Errorf("nothing after -f")
			}
			l.Filter = "-f " + word
		case strings.HasPrefix(rest, "@"):
			word, rest = cut(rest)
			if l.Profile != "" || l.Region != "" {
				return Line{}, fmt.Errorf("two accounts: %s", word)
			}
			l.Profile, l.Region, _ = strings.Cut(word[1:], "/")
			if l.Profile == "" && l.Region == "" {
				return Line{}, fmt.Errorf("nothing after @")
			}
		default:
			word, rest = cut(rest)
			l.Args = append(l.Args, word)
		}
	}
	return l, nil
}

func cut(s string) (word, rest string) {
	word, rest, _ = strings.Cut(s, " ")
	return word, strings.TrimLeft(rest, " ")
}

// upToAccount takes a filter's text: up to " @word" at the end of the line, if any.
func upToAccount(s string) (text, rest string) {
	if i := strings.LastIndex(s, " @"); i >= 0 && !strings.Contains(s[i+2:], " ") && len(s) > i+2 {
		return strings.TrimSpace(s[:i]), s[i+1:]
	}
	return strings.TrimSpace(s), ""
}

// String writes the line back in its normal form: Parse(l.String()) is l.
func (l Line) String() string {
	parts := append([]string{l.Word}, l.Args...)
	switch {
	case strings.HasPrefix(l.Filter, "-f "):
		parts = append(parts, l.Filter)
	case l.Filter != "":
		parts = append(parts, "/"+l.Filter)
	}
	switch {
	case l.Region != "":
		parts = append(parts, "@"+l.Profile+"/"+l.Region)
	case l.Profile != "":
		parts = append(parts, "@"+l.Profile)
	}
	return strings.Join(parts, " ")
}
