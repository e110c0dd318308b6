package field

import (
	"bytes"
	"unsafe"
)

// Recognised is what a look at a line tells.
type Recognised struct {
	Level  Level
	Format Format
	// Body is where the message begins, after a time and a level at the front; 0
	// where there are none.
	Body int
	// Continued: the line looks like a part of the one before.
	Continued bool
	// Many: the text has line breaks inside.
	Many bool
}

// look bounds how far into a line a level is looked for.
const look = 160

// Recognise looks at one line.
func Recognise(text string) Recognised {
	// The bytes are only read, and no reference to them is kept.
	return recognise(unsafe.Slice(unsafe.StringData(text), len(text)))
}

func recognise(b []byte) (r Recognised) {
	if n := bytes.IndexByte(b, '\n'); n >= 0 && n < len(b)-1 {
		r.Many = true
	}
	start := skipSpace(b, 0)
	if start == len(b) {
		r.Continued = true
		return r
	}
	if b[start] == '{' && jsonLevel(b[start:], &r) {
		r.Format = JSON
		return r
	}
	body, level := front(b, start)
	if start == 0 || body > start {
		r.Body = body
	}
	r.Level = level
	if body == start && continues(b, start) {
		r.Continued = true
		r.Body = 0
		return r
	}
	if pairs(b[body:], &r) {
		r.Format = Logfmt
	}
	if r.Level == None {
		r.Level = guess(b[body:])
	}
	return r
}

// jsonLevel reads the level of an object; it is false where b is none.
func jsonLevel(b []byte, r *Recognised) bool {
	last := len(b) - 1
	for last > 0 && space(b[last]) {
		last--
	}
	if b[last] != '}' || last < 2 {
		return false
	}
	first := true
	ok := EachJSON(b, func(key []byte, v Value) bool {
		first = false
		if isLevelKey(key) && (v.Kind == String || v.Kind == Number) {
			r.Level = ParseLevel(v.Raw)
			return r.Level == None
		}
		return true
	})
	return ok && !first
}

// front goes over times and levels at the beginning of a line, and gives where the
// rest begins.
func front(b []byte, i int) (body int, level Level) {
	body = i
	for range 4 {
		j := i
		open := byte(0)
		if j < len(b) && (b[j] == '[' || b[j] == '<' || b[j] == '(') {
			open = b[j]
			j++
		}
		n := timeAt(b[j:])
		if n == 0 {
			l, m := levelAt(b[j:], open != 0, j > 0 && b[j-1] == '\t')
			if l == None || level != None {
				break
			}
			level, n = l, m
		}
		j += n
		if open != 0 {
			if j >= len(b) || b[j] != shuts(open) {
				if level != None && n > 0 {
					level = None
				}
				break
			}
			j++
		}
		i = separators(b, j)
		body = i
	}
	return body, level
}

func shuts(open byte) byte {
	switch open {
	case '[':
		return ']'
	case '<':
		return '>'
	}
	return ')'
}

// separators goes over what stands between the parts of a prefix.
func separators(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '|', ':':
			i++
			continue
		case '-':
			if i+1 < len(b) && b[i+1] == ' ' {
				i++
				continue
			}
		}
		break
	}
	return i
}

// levelAt reads a level at the start of b. Outside of brackets it must be in
// capitals, be followed by a colon, or stand alone between tabs (tabbed: one stands
// before it), as zap writes it: prose has such words too.
func levelAt(b []byte, bracket, tabbed bool) (Level, int) {
	n, upper := 0, true
	for n < len(b) && n < 14 && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		upper = upper && b[n] <= 'Z'
		n++
	}
	if n < 2 && !bracket {
		return glog(b)
	}
	if n == 0 || n == 14 {
		return None, 0
	}
	next := byte(' ')
	if n < len(b) {
		next = b[n]
	}
	switch {
	case bracket, next == ':', tabbed && next == '\t', upper && (next == ' ' || next == '\t' || next == '|' || next == ']' || next == '-' || next == '['):
		l := ParseLevel(b[:n])
		if l == Info && !upper && !bracket && (n == 3 || n == 4 && b[0]|0x20 != 'i') {
			return None, 0 // "log:", "note:" are prose
		}
		return l, n
	}
	return None, 0
}

// glog reads the head of a line like "W1122 14:05:00.123456 …".
func glog(b []byte) (Level, int) {
	if len(b) < 14 || !digits(b[1:5]) || b[5] != ' ' || b[8] != ':' {
		return None, 0
	}
	if n := clock(b[6:]); n > 0 {
		if l := ParseLevel(b[:1]); l >= Info {
			return l, 6 + n
		}
	}
	return None, 0
}

// pairs reports whether the text is built of key=value pairs, and reads its level.
func pairs(b []byte, r *Recognised) bool {
	n, found := 0, false
	head := b[:min(len(b), 4*look)]
	if first := bytes.IndexByte(head, '='); first < 0 {
		return false
	}
	EachPair(head, func(key []byte, v Value) bool {
		n++
		if isLevelKey(key) && len(key) > 1 {
			if l := ParseLevel(v.Raw); l != None {
				r.Level, found = l, true
			}
		}
		return !found
	})
	if found {
		return true
	}
	if n < 2 {
		return false
	}
	eq := bytes.IndexByte(b, '=')
	_, _, _, ok := pair(b, 0, eq)
	return ok && bytes.IndexByte(b[:eq], ' ') < 0
}
