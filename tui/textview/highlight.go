package textview

import "strings"

// colourful is the longest line, in bytes, that is coloured.
const colourful = 64 << 10

// highlight colours one line of code. JSON and YAML are read line by line, with no
// more state than blocks knows, so that only the lines on screen need it.
func highlight(l line, language string) []span {
	switch {
	case !l.code || l.text == "" || len(l.text) > colourful:
		return l.spans
	case language == "json":
		return scan(l.text, 0, nil)
	case language == "yaml" && l.block:
		return []span{{0, len(l.text), text}}
	case language == "yaml":
		return yamlLine(l.text)
	}
	return nil
}

// scan colours JSON from byte i on; strings before a colon are names.
func scan(s string, i int, out []span) []span {
	for i < len(s) {
		c := s[i]
		from := i
		switch {
		case c == ' ':
			i++
			continue
		case c == '"':
			i = quoted(s, i)
			k := text
			if rest := strings.TrimLeft(s[i:], " "); strings.HasPrefix(rest, ":") {
				k = name
			}
			out = append(out, span{from, i, k})
		case strings.IndexByte("{}[],:", c) >= 0:
			i++
			out = append(out, span{from, i, punct})
		default:
			for i < len(s) && strings.IndexByte(" {}[],:\"", s[i]) < 0 {
				i++
			}
			out = append(out, span{from, i, word(s[from:i])})
		}
	}
	return out
}

// quoted is the end of the string that begins at i.
func quoted(s string, i int) int {
	q := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && q == '"':
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return len(s)
}

// word judges a bare word.
func word(w string) kind {
	switch w {
	case "true", "false", "null", "~", "True", "False", "yes", "no":
		return keyword
	}
	if numeric(w) {
		return number
	}
	return text
}

func numeric(w string) bool {
	digits := false
	for i, r := range w {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case r == '-' || r == '+':
			if i > 0 && w[i-1] != 'e' && w[i-1] != 'E' {
				return false
			}
		case r == '.' || (r == 'e' || r == 'E') && digits:
		default:
			return false
		}
	}
	return digits
}

// yamlLine colours a line of YAML outside blocks of text.
func yamlLine(s string) []span {
	i := len(s) - len(strings.TrimLeft(s, " "))
	var out []span
	for i < len(s) && s[i] == '-' && (i+1 == len(s) || s[i+1] == ' ') {
		out = append(out, span{i, i + 1, punct})
		i++
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	if i == len(s) {
		return out
	}
	if s[i] == '#' || s[i:] == "---" {
		return append(out, span{i, len(s), comment})
	}
	if end := yamlKey(s, i); end > 0 {
		out = append(out, span{i, end, name}, span{end, end + 1, punct})
		i = end + 1
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	return yamlValue(s, i, out)
}

// yamlKey is the end of the key that begins at i, or 0.
func yamlKey(s string, i int) int {
	end := i
	if s[i] == '"' || s[i] == '\'' {
		end = quoted(s, i)
	} else {
		for end < len(s) && (s[end] != ':' || end+1 < len(s) && s[end+1] != ' ') {
			end++
		}
	}
	if end < len(s) && s[end] == ':' && (end+1 == len(s) || s[end+1] == ' ') {
		return end
	}
	return 0
}

func yamlValue(s string, i int, out []span) []span {
	if i >= len(s) {
		return out
	}
	switch s[i] {
	case '{', '[':
		return scan(s, i, out)
	case '"', '\'':
		end := quoted(s, i)
		out = append(out, span{i, end, text})
		if end < len(s) {
			out = append(out, span{end, len(s), comment})
		}
		return out
	case '|', '>', '&', '*', '!':
		return append(out, span{i, len(s), punct})
	case '#':
		return append(out, span{i, len(s), comment})
	}
	end := len(s)
	if at := strings.Index(s[i:], " #"); at >= 0 {
		end = i + at
		out = append(out, span{i, end, word(strings.TrimRight(s[i:end], " "))})
		return append(out, span{end, len(s), comment})
	}
	return append(out, span{i, end, word(s[i:end])})
}

// blocks follows block scalars ("key: |") over the lines of a YAML text.
type blocks struct {
	in     bool
	indent int // of the line that opened the block
}

// inside reports whether l belongs to a block; it is asked for each line in order.
func (b *blocks) inside(l string) bool {
	indent := len(l) - len(strings.TrimLeft(l, " "))
	if b.in && (indent > b.indent || strings.TrimSpace(l) == "") {
		return true
	}
	end := strings.TrimRight(l, " ")
	head, tail := end, ""
	if i := strings.LastIndexAny(end, " "); i >= 0 {
		head, tail = end[:i], end[i+1:]
	}
	b.in = (strings.HasSuffix(head, ":") || strings.HasSuffix(head, "-")) && tail != "" &&
		(tail[0] == '|' || tail[0] == '>') && strings.Trim(tail[1:], "+-0123456789") == ""
	b.indent = indent
	return false
}
