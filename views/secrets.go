package views

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"ecsole/lines/mask"
)

// AWS hands out what was meant for a container's eyes only: values of environment
// variables, options of log drivers (a Splunk token), passwords on command lines. The
// console shows such values when the user asks for it, and journals that.

// masker finds secrets in running text.
var masker = sync.OnceValue(mask.New)

// secretName matches the names of variables, options and flags whose values are
// secrets more often than not. It errs on the side of hiding.
var secretName = regexp.MustCompile(`(?i)pass(word|wd|phrase|code)|passwd|pwd|secret|token|credential|private|signature|webhook|` +
	`(^|[_.-])(pass|auth|authorization|dsn|salt|pin)($|[_.-])|(^|[_.-])keys?($|[_.-])|(api|access|account|encryption|master|signing)[_.-]?key|conn(ection)?[_.-]?str`)

// hideValue is the value under a name, without what is secret in it.
func hideValue(name, value string) string {
	switch {
	case value == "":
		return value
	case strings.HasPrefix(value, "arn:"): // where a secret is, not what it is
		return hideText(value)
	case secretName.MatchString(name) || random(value):
		return mask.Sign
	}
	return string(masker().Line([]byte(value)))
}

// hideText hides secrets inside a text that has no name of its own.
func hideText(text string) string {
	// The blank in front keeps the masker from taking a digest for a line of a key.
	return strings.TrimPrefix(string(masker().Line([]byte(" "+text))), " ")
}

// hideArgs hides secrets in the words of a command: --password=x, --password x,
// -e TOKEN=x, and whatever shows itself.
func hideArgs(words []string) []string {
	out := slices.Clone(words)
	for i, w := range words {
		name, value, assigned := strings.Cut(w, "=")
		switch flag := strings.HasPrefix(w, "-"); {
		case assigned && !strings.ContainsAny(name, " \t\n"):
			out[i] = name + "=" + hideValue(name, value)
		case i > 0 && !flag && strings.HasPrefix(words[i-1], "-") && !strings.Contains(words[i-1], "=") && secretName.MatchString(words[i-1]):
			out[i] = mask.Sign
		default:
			out[i] = hideText(w)
		}
	}
	return out
}

// random reports whether a value looks made by chance, as keys are: somewhere in it
// is a long word of letters of both cases and digits.
func random(s string) bool {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		if len(word) >= 16 && strings.ContainsAny(word, "0123456789") && strings.ToLower(word) != word && strings.ToUpper(word) != word {
			return true
		}
	}
	return false
}

// hideSecrets takes the secrets out of an answer and counts them.
func hideSecrets(n *yaml.Node) int {
	h := hiding{}
	h.node("", n)
	return h.count
}

type hiding struct{ count int }

func (h *hiding) set(n *yaml.Node, to string) {
	if n.Value != to {
		n.Value = to
		h.count++
	}
}

// node looks at the value that stands under a key of the answer.
func (h *hiding) node(key string, n *yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == stringTag {
			h.set(n, hideText(n.Value))
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i].Value, n.Content[i+1]
			switch key {
			case "options", "dockerLabels", "driverOpts": // names of the user's own
				if value.Tag == stringTag {
					h.set(value, hideValue(name, value.Value))
					continue
				}
			}
			h.node(name, value)
		}
	case yaml.SequenceNode:
		h.list(key, n)
	}
}

func (h *hiding) list(key string, n *yaml.Node) {
	switch key {
	case "environment":
		for _, pair := range n.Content {
			if name, value := member(pair, "name"), member(pair, "value"); name != nil && value != nil {
				h.set(value, hideValue(name.Value, value.Value))
			}
		}
	case "command", "entryPoint":
		var words []string
		for _, w := range n.Content {
			words = append(words, w.Value)
		}
		for i, w := range hideArgs(words) {
			h.set(n.Content[i], w)
		}
	default:
		for _, item := range n.Content {
			h.node(key, item)
		}
	}
}

// member is the value of a mapping's key, nil where it has none.
func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
