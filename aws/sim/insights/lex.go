package insights

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrSyntax is wrapped by every error of Parse.
var ErrSyntax = errors.New("malformed query")

func syntax(at int, format string, args ...any) error {
	return fmt.Errorf("%w at character %d: %s", ErrSyntax, at, fmt.Sprintf(format, args...))
}

// token is a word of a query. Kinds: 'i' name, 'q' quoted name, 'n' number,
// 's' text, 'p' sign, 0 the end.
type token struct {
	kind byte
	text string
	num  float64
	at   int // its first byte
	end  int
}

// lexer cuts a query into tokens as they are asked for, since what a slash begins
// depends on what came before.
type lexer struct {
	s    string
	at   int
	next token
	err  error
}

func newLexer(s string) *lexer {
	l := &lexer{s: s}
	l.advance()
	return l
}

func (l *lexer) advance() {
	l.next, l.err = l.scan()
	if l.err != nil {
		l.next = token{at: l.at, end: len(l.s)}
		l.at = len(l.s)
	}
}

func (l *lexer) space() {
	for l.at < len(l.s) {
		switch c := l.s[l.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.at++
		case c == '#': // a comment
			for l.at < len(l.s) && l.s[l.at] != '\n' {
				l.at++
			}
		default:
			return
		}
	}
}

func nameByte(c byte) bool {
	return c == '_' || c == '@' || c == '.' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func (l *lexer) scan() (token, error) {
	l.space()
	begin := l.at
	if begin == len(l.s) {
		return token{at: begin, end: begin}, nil
	}
	c := l.s[begin]
	switch {
	case c >= '0' && c <= '9':
		return l.number(begin)
	case nameByte(c):
		for l.at < len(l.s) && nameByte(l.s[l.at]) {
			l.at++
		}
		return token{kind: 'i', text: l.s[begin:l.at], at: begin, end: l.at}, nil
	case c == '"' || c == '\'' || c == '`':
		text, err := l.delimited(c)
		kind := byte('s')
		if c == '`' {
			kind = 'q'
		}
		return token{kind: kind, text: text, at: begin, end: l.at}, err
	}
	for _, sign := range []string{"!=", "<=", ">=", "=~"} {
		if strings.HasPrefix(l.s[begin:], sign) {
			l.at += 2
			return token{kind: 'p', text: sign, at: begin, end: l.at}, nil
		}
	}
	if !strings.ContainsRune("|,()[]=<>+-*/%^", rune(c)) {
		r, _ := utf8.DecodeRuneInString(l.s[begin:])
		return token{}, syntax(begin, "%q is not expected", r)
	}
	l.at++
	return token{kind: 'p', text: l.s[begin:l.at], at: begin, end: l.at}, nil
}

// number reads 12, 1.5, and a duration such as 5m, which stays a name for bin().
func (l *lexer) number(begin int) (token, error) {
	for l.at < len(l.s) && (l.s[l.at] >= '0' && l.s[l.at] <= '9' || l.s[l.at] == '.') {
		l.at++
	}
	if l.at < len(l.s) && nameByte(l.s[l.at]) {
		for l.at < len(l.s) && nameByte(l.s[l.at]) {
			l.at++
		}
		return token{kind: 'i', text: l.s[begin:l.at], at: begin, end: l.at}, nil
	}
	n, err := strconv.ParseFloat(l.s[begin:l.at], 64)
	if err != nil {
		return token{}, syntax(begin, "%s is no number", l.s[begin:l.at])
	}
	return token{kind: 'n', text: l.s[begin:l.at], num: n, at: begin, end: l.at}, nil
}

// delimited reads up to the same mark; a backslash keeps the mark after it.
func (l *lexer) delimited(mark byte) (string, error) {
	begin := l.at
	var b strings.Builder
	for l.at++; l.at < len(l.s); l.at++ {
		switch c := l.s[l.at]; {
		case c == mark:
			l.at++
			return b.String(), nil
		case c == '\\' && l.at+1 < len(l.s) && l.s[l.at+1] == mark:
			l.at++
			b.WriteByte(mark)
		default:
			b.WriteByte(c)
		}
	}
	return "", syntax(begin, "%c is not closed", mark)
}

// regex reads a regular expression between slashes; the token in hand is the first
// slash.
func (l *lexer) regex() (string, error) {
	l.at = l.next.at
	text, err := l.delimited('/')
	if err != nil {
		return "", err
	}
	l.advance()
	return text, l.err
}

// is reports whether a sign is next; word, whether a keyword is.
func (l *lexer) is(sign string) bool { return l.next.kind == 'p' && l.next.text == sign }

func (l *lexer) word(w string) bool { return l.next.kind == 'i' && strings.EqualFold(l.next.text, w) }

// accept takes a sign if it is next; keyword, a word.
func (l *lexer) accept(sign string) bool {
	if !l.is(sign) {
		return false
	}
	l.advance()
	return true
}

func (l *lexer) keyword(w string) bool {
	if !l.word(w) {
		return false
	}
	l.advance()
	return true
}

func (l *lexer) unexpected(want string) error {
	if l.err != nil {
		return l.err
	}
	if l.next.kind == 0 {
		return syntax(l.next.at, "%s is expected, not the end", want)
	}
	return syntax(l.next.at, "%s is expected, not %s", want, l.next.text)
}
