package views

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// complete finds what could complete the word before the cursor: a command at the
// beginning of a step, elsewhere fields and functions. The options begin with the
// word.
func (s *insights) complete() (word string, options []string) {
	before := s.text.Before()
	i := len(before)
	for i > 0 && wordByte(before[i-1]) {
		i--
	}
	word = before[i:]
	lead := strings.TrimSpace(before[:i])
	words := commands()
	if lead != "" && !strings.HasSuffix(lead, "|") {
		if word == "" {
			return "", nil
		}
		words = append(slices.Clone(s.fields), functions()...)
	} else if word == "" && lead == "" {
		return "", nil
	}
	for _, w := range words {
		if len(w) > len(word) && strings.HasPrefix(w, word) && !slices.Contains(options, w) {
			options = append(options, w)
		}
	}
	return word, options
}

func wordByte(c byte) bool {
	return c == '_' || c == '@' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// commands are the steps of a query.
func commands() []string {
	return []string{"fields ", "filter ", "stats ", "sort ", "limit ", "parse ", "display ", "dedup ", "pattern ", "diff ", "unnest ", "filterIndex ", "unmask "}
}

// functions are the words within a step, beside a group's own fields.
func functions() []string {
	return []string{
		"@timestamp", "@message", "@logStream", "@log", "@ingestionTime", "@ptr", "count(*)", "count(", "count_distinct(", "avg(", "sum(", "min(", "max(",
		"pct(", "stddev(", "earliest(", "latest(", "sortsFirst(", "sortsLast(", "bin(5m)", "bin(1m)", "bin(1h)", "by ", "as ", "asc", "desc", "like /",
		"not like /", "and ", "or ", "not ", "in [", "ispresent(", "isempty(", "isblank(", "coalesce(", "concat(", "strlen(", "strcontains(", "tolower(", "toupper(",
		"trim(", "replace(", "substr(", "datefloor(", "dateceil(", "fromMillis(", "toMillis(", "abs(", "ceil(", "floor(", "greatest(", "least(", "log(", "sqrt(",
		"isValidIp(", "isIpv4InSubnet(", "jsonParse(",
	}
}

// indented sets JSON out.
func indented(text string) (string, bool) {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return "", false
	}
	return out.String(), true
}
