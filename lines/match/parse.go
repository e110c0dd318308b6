package match

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// Parse reads a query. An empty one matches everything. The error says what is
// wrong in a few words, without Go's or regexp's name.
func Parse(text string) (*Query, error) {
	q := &Query{text: strings.TrimSpace(text)}
	for _, part := range split(q.text) {
		part = strings.TrimSpace(part)
		if part == "" {
			if q.text == "" {
				return q, nil
			}
			return nil, errors.New("a part beside && is empty")
		}
		t, err := parseTerm(part)
		if err != nil {
			return nil, err
		}
		q.terms = append(q.terms, t)
	}
	return q, nil
}

// split cuts at && outside of quotes.
func split(text string) []string {
	var parts []string
	from, quote := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			quote = !quote
		case '&':
			if !quote && i+1 < len(text) && text[i+1] == '&' {
				parts = append(parts, text[from:i])
				from = i + 2
				i++
			}
		}
	}
	if quote && from > 0 || quote && strings.Contains(text, "&&") {
		// A quote that never ends is a plain character: cut at every &&.
		return strings.Split(text, "&&")
	}
	return append(parts, text[from:])
}

func parseTerm(part string) (t term, err error) {
	not := false
	for strings.HasPrefix(part, "!") {
		not = !not
		part = strings.TrimSpace(part[1:])
	}
	if part == "" {
		return t, errors.New("nothing after ! to leave out")
	}
	switch {
	case part == "-f":
		return t, errors.New("nothing after -f to look for")
	case strings.HasPrefix(part, "-f "):
		var letters []byte
		for _, c := range []byte(strings.TrimSpace(part[3:])) {
			if c != ' ' {
				letters = append(letters, lowByte(c))
			}
		}
		if len(letters) > 64 {
			return t, errors.New("-f takes 64 letters at most")
		}
		t = term{said: Term{Fuzzy: string(letters)}, fuzzy: letters}
	case len(part) > 2 && part[0] == '"' && part[len(part)-1] == '"' && !strings.Contains(part[1:len(part)-1], `"`):
		t, err = quoted(part[1 : len(part)-1])
	default:
		var ok bool
		if t, ok, err = parseCondition(part); !ok && err == nil {
			t, err = pattern(part)
		}
	}
	t.not = not
	return t, plain(err)
}

// plain says what is wrong with an expression in words of ours.
func plain(err error) error {
	var s *syntax.Error
	if errors.As(err, &s) {
		return fmt.Errorf("bad expression: %s: %s", s.Code, strings.TrimPrefix(s.Expr, "(?im)"))
	}
	return err
}
