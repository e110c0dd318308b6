package field

import "bytes"

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// timeAt is the length of a date and time, or a time, at the start of b; else 0.
func timeAt(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	switch {
	case len(b) >= 19 && digits(b[:4]) && (b[4] == '-' || b[4] == '/') && digits(b[5:7]) && b[7] == b[4] && digits(b[8:10]):
		if b[10] != 'T' && b[10] != ' ' && b[10] != 't' && b[10] != '_' {
			return 0
		}
		if n := clock(b[11:]); n > 0 {
			return 11 + n
		}
	case b[2] == ':' && digits(b[:2]):
		return clock(b)
	case b[1] == '.' && digits(b[:1]):
		return epoch(b)
	case len(b) >= 15 && month(b) && b[3] == ' ' && b[6] == ' ': // Nov 22 14:05:00
		if n := clock(b[7:]); n > 0 {
			return 7 + n
		}
	case len(b) >= 20 && digits(b[:2]) && b[2] == '/' && month(b[3:]) && b[6] == '/' && b[11] == ':': // 22/Nov/2026:14:05:00 +0000
		if n := clock(b[12:]); n > 0 {
			return 12 + n
		}
	}
	return 0
}

// epoch is the length of seconds since 1970 as zap's encoder writes them,
// "1.7640123456789e+09" before a tab. Other numbers at the start of a line are as
// likely to be something else.
func epoch(b []byte) int {
	i := 2
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if rest := b[i:]; i > 2 && len(rest) > 4 && string(rest[:4]) == "e+09" && rest[4] == '\t' {
		return i + 4
	}
	return 0
}

func month(b []byte) bool {
	switch string(b[:3]) {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec":
		return true
	}
	return false
}

// clock is the length of "14:05:00", with a fraction and a zone where they follow.
func clock(b []byte) int {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' || !digits(b[:2]) || !digits(b[3:5]) || !digits(b[6:8]) {
		return 0
	}
	i := 8
	if i+1 < len(b) && (b[i] == '.' || b[i] == ',') && digits(b[i+1:i+2]) {
		for i++; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		}
	}
	return i + zone(b[i:])
}

// zone is the length of "Z", "+01:00", " +0100", " UTC" at the start of b.
func zone(b []byte) int {
	i := 0
	if i < len(b) && b[i] == ' ' {
		i++
	}
	switch {
	case i < len(b) && i == 0 && b[i] == 'Z':
		return 1
	case i+3 <= len(b) && string(b[i:i+3]) == "UTC":
		return i + 3
	case i+5 <= len(b) && (b[i] == '+' || b[i] == '-') && digits(b[i+1:i+3]):
		if digits(b[i+3 : i+5]) {
			return i + 5
		}
		if i+6 <= len(b) && b[i+3] == ':' && digits(b[i+4:i+6]) {
			return i + 6
		}
	}
	return 0
}

// continues reports whether a line looks like the continuation of another; start is
// where its indentation ends.
func continues(b []byte, start int) bool {
	if start > 0 {
		return true
	}
	switch b[0] {
	case '}', ']', ')':
		return len(bytes.TrimRight(b, " \t\r\n,;")) <= 3
	case '.':
		return bytes.HasPrefix(b, []byte("... "))
	case 'C':
		return bytes.HasPrefix(b, []byte("Caused by: "))
	case 'S':
		return bytes.HasPrefix(b, []byte("Suppressed: "))
	case 'c':
		if bytes.HasPrefix(b, []byte("created by ")) {
			return true
		}
	case 'g':
		if bytes.HasPrefix(b, []byte("goroutine ")) && bytes.IndexByte(b, '[') > 0 {
			return true
		}
	case 'a':
		if bytes.HasPrefix(b, []byte("at ")) && bytes.IndexByte(b, '(') > 0 {
			return true
		}
	case 'D':
		return bytes.HasPrefix(b, []byte("During handling of the above exception"))
	case 'T':
		if bytes.HasPrefix(b, []byte("The above exception was")) {
			return true
		}
	case '[':
		return bytes.HasPrefix(b, []byte("[signal "))
	}
	return frame(b)
}

// frame reports whether a line is the function of a Go stack trace, which is not
// indented: "main.(*T).Get(0xc000012345, {0x1f, 0x2})", "panic({0x9c41e0?, 0x10f5a30?})".
func frame(b []byte) bool {
	b = bytes.TrimRight(b, " \r\n")
	open := bytes.LastIndexByte(b, '(')
	if open <= 0 || b[len(b)-1] != ')' {
		return false
	}
	for _, c := range b[open+1 : len(b)-1] {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c == 'x', c == '{', c == '}', c == ',', c == ' ', c == '?', c == '.', c == '_':
		default:
			return false
		}
	}
	name := b[:open]
	if bytes.ContainsAny(name, " \t=\"") {
		return false
	}
	dot := bytes.IndexByte(name[bytes.LastIndexByte(name, '/')+1:], '.')
	return dot > 0 || string(name) == "panic"
}

// guess looks for a level where no prefix has one: in capitals or in brackets
// within the first words; the first line of an exception; the status of an access
// log.
func guess(b []byte) Level {
	head := b[:min(len(b), look)]
	for i := 0; i < len(head); i++ {
		c := head[i]
		if c >= 'a' && c <= 'z' || c != '[' && c != '<' && (c < 'A' || c > 'Z') {
			continue
		}
		bracket := c == '[' || c == '<'
		if bracket {
			i++
		} else if i > 0 && keyByte(head[i-1]) {
			continue
		}
		j, upper := i, true
		for j < len(head) && (head[j]|0x20 >= 'a' && head[j]|0x20 <= 'z') {
			upper = upper && head[j] <= 'Z'
			j++
		}
		if bracket {
			bracket = j < len(head) && (head[j] == ']' || head[j] == '>')
		}
		if n := j - i; n >= 3 && n <= 11 && (bracket || upper && (j == len(head) || !keyByte(head[j]))) {
			if l := ParseLevel(head[i:j]); l != None && (bracket || !prose(head[i:j])) {
				return l
			}
		}
		i = max(i, j-1)
	}
	return exception(b)
}

// prose are levels' names that stand in capitals for other things, too.
func prose(word []byte) bool {
	switch string(word) {
	case "LOG", "CONFIG", "FINE", "NOTE", "INF", "AUDIT", "ALERT", "FAILURE":
		return true
	}
	return false
}

func exception(b []byte) Level {
	switch {
	case bytes.HasPrefix(b, []byte("Traceback (most recent call last)")), bytes.HasPrefix(b, []byte("Exception in thread")),
		bytes.HasPrefix(b, []byte("http: panic serving ")), // net/http, of a handler
		bytes.HasPrefix(b, []byte("Unhandled ")), bytes.HasPrefix(b, []byte("Uncaught ")):
		return Error
	}
	// "java.lang.IllegalStateException: …", "ValueError: …": one word, then a colon.
	word := b
	if i := bytes.IndexAny(b[:min(len(b), 120)], ": "); i >= 0 {
		if b[i] == ' ' {
			return access(b)
		}
		word = b[:i]
	}
	if bytes.HasSuffix(word, []byte("Exception")) || bytes.HasSuffix(word, []byte("Error")) {
		return Error
	}
	return access(b)
}

// access reads the status of a line in common log format: … HTTP/1.1" 503 …
func access(b []byte) Level {
	i := bytes.Index(b, []byte(" HTTP/"))
	if i < 0 {
		return None
	}
	rest := b[i+6:]
	q := bytes.IndexByte(rest[:min(len(rest), 8)], '"')
	if q < 0 || len(rest) < q+5 || rest[q+1] != ' ' || !digits(rest[q+2:q+5]) {
		return None
	}
	switch rest[q+2] {
	case '5':
		return Error
	case '4':
		return Warn
	}
	return Info
}
