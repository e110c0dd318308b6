package shell

import "errors"

// errDeep refuses what would need too deep a recursion to parse or run: the stack
// of the whole simulator would overflow, which cannot be caught.
var errDeep = errors.New("syntax error: too deeply nested")

// Limits of nesting: open brackets and keywords, and operators in a row.
const (
	maxNest = 5_000
	maxRun  = 10_000
)

// nesting estimates from above how deep a text nests. It does not look at quotes,
// so that it may refuse what is harmless, but only where thousands of brackets or
// keywords are open at once.
type nesting struct {
	words, brackets int // open keywords and brackets
	run             int
	word            []byte // the word at hand, as far as it could be a keyword
}

// feed takes more text.
func (n *nesting) feed(src string) error {
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch c {
		case '(', '[', '`':
			n.brackets++
		case ')', ']': // that of a case has no other half
			n.brackets = max(0, n.brackets-1)
		}
		switch c {
		case '!', '-', '+', '~', '?', '=', '*', '&', '|', ',', '<', '>', '{', '$':
			n.run++
		case ' ', '\t', '\\', '\n':
		default:
			n.run = 0
		}
		switch c {
		case ' ', '\t', '\n', ';', '&', '|', '(', ')', '`', '"', '\'':
			n.keyword()
		default:
			if len(n.word) < 12 {
				n.word = append(n.word, c)
			}
		}
		if n.words+n.brackets > maxNest || n.run > maxRun {
			return errDeep
		}
	}
	return nil
}

func (n *nesting) keyword() {
	switch string(n.word) {
	case "if", "while", "until", "for", "case", "select", "{", "time", "function", "coproc", "!":
		n.words++
	case "fi", "done", "esac", "}":
		n.words = max(0, n.words-1)
	}
	n.word = n.word[:0]
}

func tooDeep(src string) error {
	n := nesting{}
	return n.feed(src)
}
