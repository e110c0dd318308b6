package logview

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// enough is how many bytes of one event a list shows at most; enter shows it whole.
const enough = 16 << 10

// beyond is what is masked behind the bytes that are shown, so that a secret that
// is cut still looks like one.
const beyond = 4 << 10

// format makes the text of an item's message, of which only the first limit bytes
// count, and a tail that tells what of it is not shown.
func (v *View) format(it *item, limit int) (t, tail text) {
	if it.Flags&lines.Notice != 0 {
		t.add("── "+clean.Line(string(it.Text))+" ──", v.pens.notice)
		return t, tail
	}
	raw := bytes.TrimRight(it.Text, "\r\n")
	cut := len(raw) > limit
	raw = v.masked(raw[:min(len(raw), limit+beyond)])
	more := 0 // lines that are folded away
	if v.fold {
		if it.stack {
			more = it.count - 1
		}
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			more += bytes.Count(raw[i:], []byte{'\n'})
			raw = bytes.TrimRight(raw[:i], "\r")
		}
	}
	raw = raw[:min(len(raw), limit)]
	pen := v.pens.message(it)
	switch {
	case v.raw || cut:
		v.plain(&t, raw, pen)
	case it.Format == field.JSON:
		v.json(&t, raw, pen, limit)
	case it.Format == field.Logfmt:
		v.logfmt(&t, raw, pen, limit)
	case v.times != noTimes && it.Body < len(raw):
		v.plain(&t, raw[it.Body:], pen)
	default:
		v.plain(&t, raw, pen)
	}
	switch {
	case more > 0:
		tail.add("  +"+plural(more, "line"), v.pens.fold)
	case cut:
		tail.add("  … "+size(int64(len(it.Text))), v.pens.fold)
	}
	if it.count > 1 && !it.stack {
		times := "  ×" + strconv.Itoa(it.count)
		if it.count == longest {
			times += "+"
		}
		tail.add(times, v.pens.fold)
	}
	return t, tail
}

func (v *View) masked(b []byte) []byte {
	if v.unmasked {
		return b
	}
	return v.mask.Line(b)
}

func (v *View) plain(t *text, b []byte, p theme.Pen) {
	t.addColored(clean.Text(string(b), clean.Options{Colors: v.colors}), p)
}

// json shows the message of an object, then its other members.
func (v *View) json(t *text, b []byte, p theme.Pen, limit int) {
	obj := bytes.TrimLeft(b, " \t")
	var message []byte
	whole := field.EachJSON(obj, func(key []byte, m field.Value) bool {
		if field.IsMessageKey(key) && m.Kind == field.String {
			message = m.Text()
		}
		return message == nil
	})
	if !whole {
		v.plain(t, b, p)
		return
	}
	if message != nil {
		v.plain(t, message, p)
	}
	for of := range 3 {
		field.EachJSON(obj, func(key []byte, m field.Value) bool {
			if rank(key, m) == of {
				v.pair(t, key, m)
			}
			return len(t.s) < limit
		})
	}
}

// logfmt shows the message of key=value pairs, then the other pairs. What stands
// between pairs is part of the message.
func (v *View) logfmt(t *text, b []byte, p theme.Pen, limit int) {
	var message []byte
	field.EachPair(b, func(key []byte, m field.Value) bool {
		if field.IsMessageKey(key) {
			message = m.Text()
		}
		return message == nil
	})
	if message == nil {
		v.plain(t, b, p)
		return
	}
	v.plain(t, message, p)
	field.EachPair(b, func(key []byte, m field.Value) bool {
		v.pair(t, key, m)
		return len(t.s) < limit
	})
}

// rank orders fields: single values first, then nested ones, then what is dull.
func rank(key []byte, m field.Value) int {
	switch {
	case isDull(key):
		return 2
	case m.Kind == field.Object || m.Kind == field.Array:
		return 1
	}
	return 0
}

// isDull tells fields that are the same in every line of a stream: they come last.
func isDull(key []byte) bool {
	switch string(key) {
	case "pid", "hostname", "host", "v", "thread", "thread_name", "process", "service", "env", "version", "logger", "logger_name":
		return true
	}
	return false
}

// pair shows one field that has no column of its own.
func (v *View) pair(t *text, key []byte, m field.Value) {
	if field.IsTimeKey(key) || field.IsLevelKey(key) || field.IsMessageKey(key) && m.Kind == field.String {
		return
	}
	if slices.Contains(v.fields, string(key)) {
		return
	}
	if t.s != "" {
		t.add("  ", theme.Pen{})
	}
	value := clean.Line(string(m.Text()))
	if m.Kind == field.String && strings.ContainsAny(value, " =") {
		value = `"` + value + `"`
	}
	t.add(clean.Line(string(key))+"=", v.pens.key)
	t.add(value, v.pens.value)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return count(n) + " " + what + "s"
}

// count writes a number with its thousands apart.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return strconv.FormatInt(n>>20, 10) + " MB"
	case n >= 10<<10:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// letter is the level as one character.
func letter(l lines.Level) string {
	switch l {
	case field.Trace:
		return "T"
	case field.Debug:
		return "D"
	case field.Info:
		return "I"
	case field.Warn:
		return "W"
	case field.Error:
		return "E"
	case field.Fatal:
		return "F"
	}
	return " "
}
