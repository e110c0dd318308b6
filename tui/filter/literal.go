package filter

import (
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// literals is what a regular expression's match must contain: at least one of
// the alternatives. Most filters are plain words, for which a search for
// substrings is many times faster than the expression.
type literals struct {
	any   []literal
	exact bool // containing one is the same as matching
}

// A literal is ASCII text; a folded one is in lower case and ignores case.
type literal struct {
	text string
	fold bool
	rare int // where in text its least frequent byte stands
	// odd: a folded k or s also stands for a letter outside ASCII (the Kelvin
	// sign, the long s), so a text with such bytes is left to the expression.
	odd bool
}

// maxAlternatives keeps the search cheaper than the expression.
const maxAlternatives = 8

type answer int

const (
	no answer = iota
	maybe
	yes
)

// look says whether text holds one of the literals.
func (l literals) look(text string) answer {
	odd := false
	for i := range l.any {
		if l.any[i].in(text) {
			return yes
		}
		odd = odd || l.any[i].odd
	}
	if odd && !ascii(text) {
		return maybe
	}
	return no
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (x *literal) in(text string) bool {
	if !x.fold {
		return strings.Contains(text, x.text)
	}
	return x.indexFold(text) >= 0
}

// indexFold finds the folded literal by its rarest byte: the two cases of that
// byte are looked for with the fast IndexByte, the rest is compared around it.
func (x *literal) indexFold(s string) int {
	c, n := x.text[x.rare], len(x.text)
	last := len(s) - n + x.rare // the last place where the rare byte may stand
	if last < x.rare {
		return -1
	}
	up := c
	if 'a' <= c && c <= 'z' {
		up -= 'a' - 'A'
	}
	nextLow, nextUp := seek(s, c, x.rare, last), last+1
	if up != c {
		nextUp = seek(s, up, x.rare, last)
	}
	for {
		i := min(nextLow, nextUp)
		if i > last {
			return -1
		}
		if from := i - x.rare; equalFold(s[from:from+n], x.text) {
			return from
		}
		if i == nextLow {
			nextLow = seek(s, c, i+1, last)
		} else {
			nextUp = seek(s, up, i+1, last)
		}
	}
}

// seek is the first place of c in s[from:last+1], or last+1.
func seek(s string, c byte, from, last int) int {
	if from > last {
		return last + 1
	}
	if i := strings.IndexByte(s[from:last+1], c); i >= 0 {
		return from + i
	}
	return last + 1
}

// equalFold compares ASCII; low is in lower case and as long as s.
func equalFold(s, low string) bool {
	for i := range len(low) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != low[i] {
			return false
		}
	}
	return true
}

// frequent lists letters from the most to the less frequent in names, log lines
// and ARNs; digits, signs and the letters left out count as rarer.
const frequent = " eatrsoincldpmu"

func rarest(s string) int {
	best, rank := 0, -1
	for i := range len(s) {
		r := strings.IndexByte(frequent, s[i])
		if r < 0 {
			return i
		}
		if r > rank {
			best, rank = i, r
		}
	}
	return best
}

// literalsOf finds the literals of an expression that compiles.
func literalsOf(expr string) literals {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return literals{}
	}
	l := required(re.Simplify())
	if len(l.any) > maxAlternatives {
		return literals{}
	}
	return l
}

// required walks the expression for what every match contains.
func required(re *syntax.Regexp) literals {
	switch re.Op {
	case syntax.OpLiteral:
		return longestASCII(re.Rune, re.Flags&syntax.FoldCase != 0)
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		return best(re.Sub)
	case syntax.OpAlternate:
		all := literals{exact: true}
		for _, sub := range re.Sub {
			l := required(sub)
			if len(l.any) == 0 {
				return literals{}
			}
			all.any = append(all.any, l.any...)
			all.exact = all.exact && l.exact
		}
		return all
	}
	return literals{}
}

// best takes, of the parts that follow each other, the one that excludes most.
func best(parts []*syntax.Regexp) literals {
	var out literals
	longest := 0
	for _, sub := range parts {
		l := required(sub)
		if len(l.any) == 0 || len(l.any) > maxAlternatives {
			continue
		}
		shortest := len(l.any[0].text)
		for _, x := range l.any {
			shortest = min(shortest, len(x.text))
		}
		if shortest > longest {
			out, longest = l, shortest
		}
	}
	if len(parts) > 1 {
		out.exact = false
	}
	return out
}

// longestASCII makes a literal of the longest run of ASCII in runes.
func longestASCII(runes []rune, fold bool) literals {
	var from, n int
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && runes[j] < utf8.RuneSelf {
			j++
		}
		if j-i > n {
			from, n = i, j-i
		}
		i = j + 1
	}
	if n == 0 {
		return literals{}
	}
	x := literal{text: string(runes[from : from+n]), fold: fold}
	if fold {
		x.text = strings.Map(unicode.ToLower, x.text)
		x.odd = strings.ContainsAny(x.text, "ks")
	}
	x.rare = rarest(x.text)
	return literals{any: []literal{x}, exact: n == len(runes)}
}
