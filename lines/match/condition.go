package match

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unsafe"

	"ecsole/lines/field"
)

type op uint8

const (
	equal op = iota
	unequal
	less
	atMost
	more
	atLeast
	like
	unlike
)

// condition compares a field with a value.
type condition struct {
	key  []byte   // at any depth; nil with path
	path []string // from the top
	last []byte   // what the line must contain: the key, or the path's last step
	dots string   // the path as one key, for key=value lines
	op   op

	level   field.Level // compared with the level of the line, where set
	want    string      // in lower case unless exact
	exact   bool        // the value was quoted
	glob    []string    // the parts between stars
	num     float64
	unit    family
	isNum   bool
	re      *regexp.Regexp
	needle  []byte // "key"
	byteKey []byte // key=
}

var conditionForm = regexp.MustCompile(`^(\.?[A-Za-z_@][\w@/-]*(?:\.[\w@/-]+)*)\s*(=~|!~|!=|>=|<=|==?|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s"=~<>][^\s"]*)$`)

// parseCondition reads a condition; ok is false where the text is none.
func parseCondition(text string) (t term, ok bool, err error) {
	m := conditionForm.FindStringSubmatch(text)
	if m == nil {
		return t, false, nil
	}
	c := &condition{}
	name, value := m[1], m[3]
	if strings.HasPrefix(name, ".") {
		c.dots = name[1:]
		c.path = strings.Split(c.dots, ".")
		c.last = []byte(c.path[len(c.path)-1])
	} else {
		c.dots = name
		c.key = []byte(name)
		c.last = c.key
		if strings.Contains(name, ".") {
			c.path = strings.Split(name, ".")
			c.last = []byte(c.path[len(c.path)-1])
		}
	}
	c.op = map[string]op{"=": equal, "==": equal, "!=": unequal, "<": less, "<=": atMost, ">": more, ">=": atLeast, "=~": like, "!~": unlike}[m[2]]
	if len(value) > 1 && value[0] == '"' {
		c.exact = true
		if value, err = strconv.Unquote(value); err != nil {
			return t, true, errors.New("bad quotes in " + m[3])
		}
	}
	if c.op == like || c.op == unlike {
		if c.re, err = regexp.Compile("(?i)" + value); err != nil {
			return t, true, err
		}
	}
	c.values(value)
	c.needle = []byte(`"` + string(c.last) + `"`)
	c.byteKey = []byte(c.dots + "=")
	t.cond = c
	t.said = Term{Field: name, Op: m[2], Value: value, Quoted: c.exact, Level: c.level}
	if c.level == field.None {
		t.find = newFinder([][]byte{c.last}, false)
	}
	return t, true, nil
}

// values prepares the comparison.
func (c *condition) values(value string) {
	if c.key != nil && string(c.key) == "level" && c.re == nil {
		c.level = field.ParseLevel([]byte(value))
	}
	c.want = value
	if !c.exact {
		c.want = strings.ToLower(value)
		if strings.Contains(value, "*") && (c.op == equal || c.op == unequal) {
			c.glob = strings.Split(c.want, "*")
		}
	}
	c.num, c.unit, c.isNum = quantity(c.want)
	if c.exact && c.op <= unequal {
		c.isNum = false
	}
}

func (c *condition) holds(line []byte, level field.Level) bool {
	if c.level != field.None {
		return level != field.None && c.op.ordered(int(level)-int(c.level))
	}
	found, yes := false, false
	c.each(line, func(v field.Value, _ int) bool {
		found = true
		yes = c.test(v)
		return yes == c.negative()
	})
	return found && yes
}

// negative operators must hold for every value of the field, others for one.
func (c *condition) negative() bool { return c.op == unequal || c.op == unlike }

// each calls f with the values of the field in the line, until f returns false.
func (c *condition) each(line []byte, f func(v field.Value, at int) bool) {
	where := func(v field.Value) int {
		if len(v.Raw) == 0 {
			return 0
		}
		return int(uintptr(unsafe.Pointer(unsafe.SliceData(v.Raw))) - uintptr(unsafe.Pointer(unsafe.SliceData(line))))
	}
	if c.path != nil {
		start := bytes.IndexByte(line, '{')
		if start >= 0 {
			if v, ok := field.JSONPath(line[start:], c.path); ok && !f(v, where(v)) {
				return
			}
		}
	}
	if c.key != nil && c.path == nil {
		for from := 0; ; {
			i := bytes.Index(line[from:], c.needle)
			if i < 0 {
				break
			}
			i += from
			from = i + len(c.needle)
			if i > 0 && line[i-1] == '\\' {
				continue
			}
			if v, ok := field.ValueAfter(line, from-1); ok && !f(v, where(v)) {
				return
			}
		}
	}
	for from := 0; ; {
		i := bytes.Index(line[from:], c.byteKey)
		if i < 0 {
			return
		}
		i += from
		from = i + len(c.byteKey)
		if v, ok := field.PairAt(line, i, from-1); ok && !f(v, where(v)) {
			return
		}
	}
}

func (c *condition) test(v field.Value) bool {
	raw := v.Text()
	text := unsafe.String(unsafe.SliceData(raw), len(raw))
	if c.re != nil {
		return c.re.Match(raw) == (c.op == like)
	}
	if c.isNum {
		if n, unit, ok := quantity(text); ok && unit == c.unit {
			switch {
			case n < c.num:
				return c.op.ordered(-1)
			case n > c.num:
				return c.op.ordered(1)
			}
			return c.op.ordered(0)
		}
		if c.op > unequal {
			return false
		}
	}
	if c.op <= unequal {
		return c.same(text) == (c.op == equal)
	}
	if !c.exact {
		text = strings.ToLower(text)
	}
	return c.op.ordered(strings.Compare(text, c.want))
}

func (c *condition) same(text string) bool {
	switch {
	case c.exact:
		return text == c.want
	case c.glob != nil:
		return globs(strings.ToLower(text), c.glob)
	}
	return strings.EqualFold(text, c.want)
}

// globs reports whether the parts follow each other in text, the first at its
// beginning, the last at its end.
func globs(text string, parts []string) bool {
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

func (o op) ordered(d int) bool {
	switch o {
	case equal:
		return d == 0
	case unequal:
		return d != 0
	case less:
		return d < 0
	case atMost:
		return d <= 0
	case more:
		return d > 0
	case atLeast:
		return d >= 0
	}
	return false
}

func (c *condition) marks(dst [][2]int, line []byte, max int) [][2]int {
	if c.level != field.None {
		return dst
	}
	c.each(line, func(v field.Value, at int) bool {
		if len(v.Raw) > 0 && c.test(v) {
			dst = append(dst, [2]int{at, at + len(v.Raw)})
		}
		return len(dst) < max
	})
	return dst
}
