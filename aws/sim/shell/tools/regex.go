package tools

import (
	"regexp"
	"strings"
)

// compile reads a POSIX pattern: basic (grep, sed) or extended (-E).
func compile(pat string, extended, fold bool) (*regexp.Regexp, error) {
	if !extended {
		pat = fromBasic(pat)
	}
	pat = classes(pat)
	if fold {
		pat = "(?i)" + pat
	}
	return regexp.Compile(pat)
}

// classes turns the word boundaries of GNU patterns into Go's.
func classes(pat string) string { return strings.NewReplacer(`\<`, `\b`, `\>`, `\b`).Replace(pat) }

// fromBasic turns a basic pattern into an extended one: there \( groups and ( is
// itself.
func fromBasic(pat string) string {
	var b strings.Builder
	for i := 0; i < len(pat); i++ {
		c := pat[i]
		switch {
		case c == '[':
			j := bracketEnd(pat, i)
			b.WriteString(pat[i:j])
			i = j - 1
		case c == '\\' && i+1 < len(pat):
			i++
			if strings.IndexByte(`(){}|+?`, pat[i]) >= 0 {
				b.WriteByte(pat[i])
			} else {
				b.WriteByte('\\')
				b.WriteByte(pat[i])
			}
		case strings.IndexByte(`(){}|+?`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '*' && (i == 0 || i == 1 && pat[0] == '^' || strings.HasSuffix(pat[:i], `\(`)):
			b.WriteString(`\*`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// bracketEnd is the index behind a bracket expression.
func bracketEnd(pat string, i int) int {
	j := i + 1
	if j < len(pat) && pat[j] == '^' {
		j++
	}
	if j < len(pat) && pat[j] == ']' {
		j++
	}
	for j < len(pat) && pat[j] != ']' {
		if strings.HasPrefix(pat[j:], "[:") {
			if k := strings.Index(pat[j:], ":]"); k > 0 {
				j += k + 1
			}
		}
		j++
	}
	return min(j+1, len(pat))
}
