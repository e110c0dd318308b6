package clean

import (
	"strconv"
	"strings"
)

// maxParams bounds the parameters of one SGR sequence that are looked at.
const maxParams = 32

// sgr reads the parameters of an SGR sequence and writes those that may stay
// again. clears says that a reset came, with pen what follows it; ok is false for
// parameters that are no SGR.
func sgr(params string) (pen string, clears, ok bool) {
	if params == "" {
		return "", true, true
	}
	fields := strings.Split(params, ";")
	if len(fields) > maxParams {
		return "", false, false
	}
	var keep []string
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		if strings.Contains(f, ":") {
			if colons(f) {
				keep = append(keep, f)
			}
			continue
		}
		n, valid := number(f)
		if !valid {
			return "", false, false
		}
		switch {
		case n == 0:
			keep, clears = keep[:0], true
		case n == 38 || n == 48 || n == 58:
			used := extended(fields[i:])
			if used == 0 {
				return "", false, false
			}
			keep = append(keep, fields[i:i+used]...)
			i += used - 1
		case simple(n):
			keep = append(keep, strconv.Itoa(n))
		}
	}
	if len(keep) == 0 {
		return "", clears, true
	}
	return "\x1b[" + strings.Join(keep, ";") + "m", clears, true
}

// simple are attributes and colours of one number. Concealed text (8) and
// blinking (5, 6) are not among them.
func simple(n int) bool {
	switch {
	case n >= 1 && n <= 4, n == 7, n == 9, n >= 21 && n <= 24, n == 27, n == 29,
		n >= 30 && n <= 37, n == 39, n >= 40 && n <= 47, n == 49, n == 53, n == 55, n == 59,
		n >= 90 && n <= 97, n >= 100 && n <= 107:
		return true
	}
	return false
}

// extended counts the fields of a colour written with semicolons: 38;5;N or 38;2;R;G;B.
func extended(f []string) int {
	if len(f) < 3 {
		return 0
	}
	size := map[string]int{"5": 3, "2": 5}[f[1]]
	if size == 0 || len(f) < size {
		return 0
	}
	for _, x := range f[2:size] {
		if n, ok := number(x); !ok || n > 255 {
			return 0
		}
	}
	return size
}

// colons judges one field with sub-parameters: 4:N underlines, 38:5:N, 38:2::R:G:B.
func colons(f string) bool {
	sub := strings.Split(f, ":")
	if len(sub) > 6 {
		return false
	}
	for _, x := range sub {
		if n, ok := number(x); !ok || n > 255 {
			return false
		}
	}
	switch sub[0] {
	case "4":
		return len(sub) == 2 && len(sub[1]) == 1 && sub[1] <= "5"
	case "38", "48", "58":
		return sub[1] == "5" && len(sub) == 3 || sub[1] == "2" && (len(sub) == 5 || len(sub) == 6)
	}
	return false
}

// number reads up to three digits; an empty field is 0, as terminals have it.
func number(s string) (int, bool) {
	if len(s) > 3 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
