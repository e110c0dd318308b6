package match

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// set is a number of texts, one of which is contained in whatever matches an
// expression.
type set struct {
	texts []string // in lower case where fold is set
	fold  bool
	exact bool // to contain one is to match
}

// shortest is the length that narrows: the longer the shortest text, the fewer
// lines are looked at in vain.
func (s set) shortest() int {
	if len(s.texts) == 0 {
		return 0
	}
	n := len(s.texts[0])
	for _, t := range s.texts {
		n = min(n, len(t))
	}
	return n
}

// literalsOf finds the best such set of an expression; it is empty where none can
// be told.
func literalsOf(expr string) set {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return set{}
	}
	re = re.Simplify()
	if s, ok := finite(re); ok && s.shortest() > 0 {
		s.exact = true
		return s
	}
	if s := required(re); s.shortest() > 0 {
		return s
	}
	return set{}
}

// finite lists all texts that an expression matches, where these are few.
func finite(re *syntax.Regexp) (set, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return set{texts: []string{""}, fold: true}, true
	case syntax.OpLiteral:
		return literal(re)
	case syntax.OpCapture:
		return finite(re.Sub[0])
	case syntax.OpCharClass:
		return class(re)
	case syntax.OpQuest:
		s, ok := finite(re.Sub[0])
		s.texts = append(s.texts, "")
		return s, ok
	case syntax.OpAlternate:
		var all set
		for i, sub := range re.Sub {
			s, ok := finite(sub)
			if !ok || i > 0 && s.fold != all.fold && !neutral(s) && !neutral(all) || len(all.texts)+len(s.texts) > maxLiterals {
				return set{}, false
			}
			all.fold = joinedFold(all, s, i == 0)
			all.texts = append(all.texts, s.texts...)
		}
		return all, true
	case syntax.OpConcat:
		all := set{texts: []string{""}, fold: true}
		for _, sub := range re.Sub {
			s, ok := finite(sub)
			if !ok {
				return set{}, false
			}
			if all, ok = cross(all, s); !ok {
				return set{}, false
			}
		}
		return all, true
	}
	return set{}, false
}

// neutral sets have no letters, so case does not matter to them.
func neutral(s set) bool {
	for _, t := range s.texts {
		for _, c := range []byte(t) {
			if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf {
				return false
			}
		}
	}
	return true
}

// joinedFold is whether two sets that may stand together ignore case.
func joinedFold(a, b set, first bool) bool {
	if first || neutral(a) {
		return b.fold
	}
	return a.fold
}

// cross puts each text of b after each of a.
func cross(a, b set) (set, bool) {
	if len(a.texts)*len(b.texts) > maxLiterals || a.fold != b.fold && !neutral(a) && !neutral(b) {
		return set{}, false
	}
	out := set{fold: joinedFold(a, b, false)}
	for _, x := range a.texts {
		for _, y := range b.texts {
			out.texts = append(out.texts, x+y)
		}
	}
	return out, true
}

// literal takes a run of runes, if its bytes can be compared one by one: folded
// letters outside ASCII cannot.
func literal(re *syntax.Regexp) (set, bool) {
	fold := re.Flags&syntax.FoldCase != 0
	var b []byte
	for _, r := range re.Rune {
		if !ownBytes(r, fold) {
			return set{}, false
		}
		b = appendRune(b, r, fold)
	}
	return set{texts: []string{string(b)}, fold: fold}, true
}

// ownBytes reports whether a rune stands for its own bytes alone. The
// replacement character also matches bytes that are no UTF-8.
func ownBytes(r rune, fold bool) bool {
	return r != utf8.RuneError && (!fold || r < utf8.RuneSelf || unicode.SimpleFold(r) == r)
}

func appendRune(b []byte, r rune, fold bool) []byte {
	if fold && r < utf8.RuneSelf {
		r = unicode.ToLower(r)
	}
	return utf8.AppendRune(b, r)
}

// class takes a few ASCII characters one by one.
func class(re *syntax.Regexp) (set, bool) {
	var s set
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if re.Rune[i+1] >= utf8.RuneSelf || len(s.texts)+int(re.Rune[i+1]-re.Rune[i]) >= 4 {
			return set{}, false
		}
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			s.texts = append(s.texts, string(r))
		}
	}
	if l := lower(s); closed(s) {
		slices.Sort(l.texts)
		l.texts = slices.Compact(l.texts)
		return l, true
	}
	return s, len(s.texts) > 0
}

// closed reports whether a class has both cases of all its letters.
func closed(s set) bool {
	for _, t := range s.texts {
		c := t[0]
		if letter := c | 0x20; letter >= 'a' && letter <= 'z' && !slices.Contains(s.texts, string(rune(c^0x20))) {
			return false
		}
	}
	return len(s.texts) > 0
}

// required finds what every match of the expression contains.
func required(re *syntax.Regexp) set {
	if s, ok := finite(re); ok {
		return s
	}
	switch re.Op {
	case syntax.OpLiteral:
		return run(re)
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpAlternate:
		return anyOf(re.Sub)
	case syntax.OpConcat:
		return bestOf(re.Sub)
	}
	return set{}
}

// run is the longest part of a literal whose bytes can be compared.
func run(re *syntax.Regexp) set {
	fold := re.Flags&syntax.FoldCase != 0
	var best, part []byte
	for _, r := range re.Rune {
		if !ownBytes(r, fold) {
			part = nil
			continue
		}
		if part = appendRune(part, r, fold); len(part) > len(best) {
			best = part
		}
	}
	return set{texts: []string{string(best)}, fold: fold}
}

func anyOf(subs []*syntax.Regexp) set {
	var all set
	for i, sub := range subs {
		s := required(sub)
		if s.shortest() == 0 || len(all.texts)+len(s.texts) > maxLiterals {
			return set{}
		}
		if i > 0 && s.fold != all.fold && !neutral(s) && !neutral(all) {
			s, all = lower(s), lower(all)
		}
		all.fold = joinedFold(all, s, i == 0)
		all.texts = append(all.texts, s.texts...)
	}
	if all.fold {
		all = lower(all)
	}
	return all
}

// lower makes a set that ignores case, which contains no less.
func lower(s set) set {
	out := set{fold: true}
	for _, t := range s.texts {
		b := []byte(t)
		for i, c := range b {
			if 'A' <= c && c <= 'Z' {
				b[i] = c + 'a' - 'A'
			}
		}
		out.texts = append(out.texts, string(b))
	}
	return out
}

// bestOf takes, of parts that follow each other, the run that excludes most.
func bestOf(subs []*syntax.Regexp) set {
	var best set
	for i := range subs {
		whole := set{texts: []string{""}, fold: true}
		for _, sub := range subs[i:] {
			s, ok := finite(sub)
			if !ok {
				break
			}
			if whole, ok = cross(whole, s); !ok {
				break
			}
			if whole.shortest() > best.shortest() {
				best = whole
			}
		}
		if s := required(subs[i]); s.shortest() > best.shortest() {
			best = s
		}
	}
	return best
}
