package ecs

import (
	"bytes"
	"encoding/json"
)

// The SDK's structs lose what this build does not know, so each item keeps its own
// bytes. An answer holds up to a hundred items in one array; split finds their
// bounds in one scan without decoding. It is lenient: the SDK has decoded the same
// bytes before, and what it cannot make sense of has no raw form.

// rawByKey finds the array called field at the top of body and returns its objects by
// the string they have under key. Every value is a copy of its own: one item that
// is kept does not keep the whole answer.
func rawByKey(body []byte, field, key string) map[string]Raw {
	items := elements(member(body, field))
	if len(items) == 0 {
		return nil
	}
	out := make(map[string]Raw, len(items))
	for _, it := range items {
		if k := text(member(it, key)); k != "" {
			out[k] = bytes.Clone(it)
		}
	}
	return out
}

// text decodes a JSON string; "" for anything else.
func text(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// member returns the bytes of an object's first member of that name, nil if there is none.
func member(obj []byte, name string) []byte {
	s := scanner{b: obj}
	if !s.open('{') {
		return nil
	}
	for s.more('}') {
		k := s.value()
		if k == nil || !s.colon() {
			return nil
		}
		v := s.value()
		if v == nil {
			return nil
		}
		if text(k) == name {
			return v
		}
	}
	return nil
}

// elements returns the bytes of each element of an array.
func elements(array []byte) [][]byte {
	s := scanner{b: array}
	if !s.open('[') {
		return nil
	}
	var out [][]byte
	for s.more(']') {
		v := s.value()
		if v == nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// scanner steps through JSON value by value. It checks no more than it needs to
// find where values end.
type scanner struct {
	b     []byte
	i     int
	begun bool
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) open(c byte) bool { return s.take(c) }
func (s *scanner) colon() bool      { return s.take(':') }

// more steps over the comma before the next member; false at the end.
func (s *scanner) more(end byte) bool {
	if s.take(end) {
		return false
	}
	if !s.begun {
		s.begun = true
		return s.i < len(s.b)
	}
	return s.take(',')
}

// value steps over one value and returns its bytes; nil where there is none.
func (s *scanner) value() []byte {
	s.space()
	start := s.i
	for depth := 0; s.i < len(s.b); {
		switch s.b[s.i] {
		case '"':
			if !s.str() {
				return nil
			}
		case '{', '[':
			depth++
			s.i++
			continue
		case '}', ']':
			if depth == 0 {
				return nil
			}
			depth--
			s.i++
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return nil
			}
			s.i++
			continue
		default:
			s.word()
		}
		if depth == 0 {
			return s.b[start:s.i:s.i]
		}
	}
	return nil
}

// str steps over a string.
func (s *scanner) str() bool {
	for s.i++; s.i < len(s.b); {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			return false
		}
		end := s.i + n
		slashes := 0
		for j := end - 1; j >= s.i && s.b[j] == '\\'; j-- {
			slashes++
		}
		s.i = end + 1
		if slashes%2 == 0 {
			return true
		}
	}
	return false
}

// word steps over a number or a literal.
func (s *scanner) word() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ',', ':', '}', ']', '{', '[', '"', ' ', '\t', '\r', '\n':
			return
		}
		s.i++
	}
}
