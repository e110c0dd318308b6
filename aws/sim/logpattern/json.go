package logpattern

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// node is a part of a JSON selector.
type node interface{ match(doc any) bool }

type and struct{ left, right node }
type or struct{ left, right node }

func (n and) match(doc any) bool { return n.left.match(doc) && n.right.match(doc) }
func (n or) match(doc any) bool  { return n.left.match(doc) || n.right.match(doc) }

// test compares one member of the document.
type test struct {
	path []step
	op   string // = != < <= > >= IS EXISTS
	want value
	not  bool // of EXISTS
}

// step goes one level down: by name, by place, or to any element.
type step struct {
	name  string
	index int // -1: a name; -2: any
}

// value is what a member is compared with.
type value struct {
	kind  byte // 's' text, 'n' number, 'r' regular expression, 't' true, 'f' false, '0' null
	text  string
	num   float64
	re    *regexp.Regexp
	globs bool
}

func document(message string) (any, bool) {
	message = strings.TrimSpace(message)
	if message == "" || message[0] != '{' && message[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(message))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil || d.More() {
		return nil, false
	}
	return doc, true
}

func (t test) match(doc any) bool {
	found, exists := lookup(doc, t.path)
	switch t.op {
	case "EXISTS":
		return exists != t.not
	case "!=":
		// A member that is not there is not unequal: the event does not match.
		return exists && !anyOf(found, t.equal)
	case "=", "IS":
		return exists && anyOf(found, t.equal)
	}
	return exists && anyOf(found, t.ordered)
}

func anyOf(list []any, f func(any) bool) bool {
	for _, v := range list {
		if f(v) {
			return true
		}
	}
	return false
}

// lookup goes down a path; any-steps give several values.
func lookup(doc any, path []step) ([]any, bool) {
	at := []any{doc}
	for _, s := range path {
		var next []any
		for _, v := range at {
			switch v := v.(type) {
			case map[string]any:
				if m, ok := v[s.name]; ok && s.index == -1 {
					next = append(next, m)
				}
			case []any:
				if s.index == -2 {
					next = append(next, v...)
				} else if s.index >= 0 && s.index < len(v) {
					next = append(next, v[s.index])
				}
			}
		}
		if at = next; len(at) == 0 {
			return nil, false
		}
	}
	return at, true
}

func (t test) equal(v any) bool {
	switch t.want.kind {
	case '0':
		return v == nil
	case 't':
		return v == true
	case 'f':
		return v == false
	case 'n':
		n, ok := asNumber(v)
		return ok && n == t.want.num
	}
	text, ok := asText(v)
	if !ok {
		return false
	}
	switch {
	case t.want.re != nil:
		return t.want.re.MatchString(text)
	case t.want.globs:
		return glob(t.want.text, text)
	}
	return text == t.want.text
}

func (t test) ordered(v any) bool {
	n, ok := asNumber(v)
	if !ok {
		return false
	}
	switch t.op {
	case "<":
		return n < t.want.num
	case "<=":
		return n <= t.want.num
	case ">":
		return n > t.want.num
	}
	return n >= t.want.num
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// glob matches a text in which * stands for any run of characters.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for i, p := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(s, p)
		}
		k := strings.Index(s, p)
		if k < 0 {
			return false
		}
		s = s[k+len(p):]
	}
	return s == ""
}
