package tools

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

// whole reads a named input.
func whole(p *proc.Proc, name string) ([]byte, error) {
	r, err := p.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return p.ReadAll(r)
}

func pair(p *proc.Proc, names []string) (a, b []byte, ok bool) {
	if len(names) < 2 {
		p.Errorf("missing operand")
		return nil, nil, false
	}
	var err error
	if a, err = whole(p, names[0]); err != nil {
		p.Fail(names[0], err)
		return nil, nil, false
	}
	if b, err = whole(p, names[1]); err != nil {
		p.Fail(names[1], err)
		return nil, nil, false
	}
	return a, b, true
}

// diff shows differences, always in the unified form.
func diff(p *proc.Proc) int {
	f, ok := p.Flags("uqrNbwiB", map[string]string{"brief": "q", "unified": "u"})
	if !ok {
		return 2
	}
	a, b, ok := pair(p, f.Args)
	if !ok {
		return 2
	}
	if bytes.Equal(a, b) {
		return 0
	}
	if f.Has("q") || len(a)+len(b) > 4<<20 {
		p.Printf("Files %s and %s differ\n", f.Args[0], f.Args[1])
		return 1
	}
	p.Printf("%s", udiff.Unified(f.Args[0], f.Args[1], string(a), string(b)))
	return 1
}

func cmp(p *proc.Proc) int {
	f, ok := p.Flags("s", nil)
	if !ok {
		return 2
	}
	a, b, ok := pair(p, f.Args)
	if !ok {
		return 2
	}
	line := 1
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			if !f.Has("s") {
				p.Printf("%s %s differ: byte %d, line %d\n", f.Args[0], f.Args[1], i+1, line)
			}
			return 1
		}
		line += b2i(a[i] == '\n')
	}
	if len(a) != len(b) {
		if !f.Has("s") {
			p.Errorf("EOF on %s", f.Args[b2i(len(b) < len(a))])
		}
		return 1
	}
	return 0
}

func commTool(p *proc.Proc) int {
	f, ok := p.Flags("123", nil)
	if !ok {
		return 1
	}
	x, y, ok := pair(p, f.Args)
	if !ok {
		return 1
	}
	a, b := textLines(x), textLines(y)
	put := func(col int, line string) {
		if f.Has(strconv.Itoa(col)) {
			return
		}
		tabs := 0
		for c := 1; c < col; c++ {
			tabs += b2i(!f.Has(strconv.Itoa(c)))
		}
		p.Printf("%s%s\n", strings.Repeat("\t", tabs), line)
	}
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			put(1, a[0])
			a = a[1:]
		case len(a) == 0 || b[0] < a[0]:
			put(2, b[0])
			b = b[1:]
		default:
			put(3, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return 0
}

func textLines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// xargs runs a command with words of its input.
func xargs(p *proc.Proc) int {
	size, replace, null, noRun := 500, "", false, false
	args := p.Args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		a := args[0]
		args = args[1:]
		value := func() string {
			if len(a) > 2 {
				return a[2:]
			}
			if len(args) == 0 {
				return ""
			}
			v := args[0]
			args = args[1:]
			return v
		}
		switch a[1] {
		case '0':
			null = true
		case 'r':
			noRun = true
		case 'n', 'L':
			n, err := strconv.Atoi(value())
			if err != nil || n < 1 {
				return p.Errorf("value for -n option should be >= 1")
			}
			size = n
		case 'I':
			replace, size = value(), 1
		case 'P':
			value()
		case 't':
		default:
			return p.Errorf("invalid option -- '%c'", a[1])
		}
	}
	if len(args) == 0 {
		args = []string{"echo"}
	}
	words, err := xargsWords(p, null, replace != "")
	if err != nil {
		return p.Errorf("%v", err)
	}
	status := 0
	for first := true; len(words) > 0 || first && !noRun && replace == ""; first = false {
		k := min(size, len(words))
		line := append([]string(nil), args...)
		if replace != "" {
			for i := range line {
				line[i] = strings.ReplaceAll(line[i], replace, words[0])
			}
		} else {
			line = append(line, words[:k]...)
		}
		words = words[k:]
		q := p.With(line...)
		q.In = strings.NewReader("")
		switch st := p.Session.Run(q); {
		case st == 127:
			return 127
		case st != 0:
			status = 123
		}
		if p.Ctx.Err() != nil {
			return 130
		}
	}
	return status
}

func xargsWords(p *proc.Proc, null, byLine bool) ([]string, error) {
	b, err := p.ReadAll(p.In)
	if err != nil {
		return nil, err
	}
	switch {
	case null:
		return strings.FieldsFunc(string(b), func(r rune) bool { return r == 0 }), nil
	case byLine:
		return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' }), nil
	}
	var out []string
	var word strings.Builder
	open := false
	quote := byte(0)
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == '\\' && i+1 < len(b):
			i++
			word.WriteByte(b[i])
			open = true
		case c == ' ' || c == '\t' || c == '\n':
			if open {
				out = append(out, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if quote != 0 {
		return nil, errors.New("unmatched quote")
	}
	if open {
		out = append(out, word.String())
	}
	return out, nil
}

// splitTool cuts a file into pieces.
func splitTool(p *proc.Proc) int {
	f, ok := p.Flags("b:l:d", nil)
	if !ok {
		return 1
	}
	name, prefix := "-", "x"
	if len(f.Args) > 0 {
		name = f.Args[0]
	}
	if len(f.Args) > 1 {
		prefix = f.Args[1]
	}
	data, err := whole(p, name)
	if err != nil {
		return p.Fail(name, err)
	}
	size := 1000
	byLine := !f.Has("b")
	if v := f.Get("b") + f.Get("l"); v != "" {
		if size, err = count(v); err != nil || size < 1 {
			return p.Errorf("invalid number: '%s'", v)
		}
	}
	for i := 0; len(data) > 0 && i < 26*26; i++ {
		k := min(size, len(data))
		if byLine {
			k = 0
			for range size {
				j := bytes.IndexByte(data[k:], '\n')
				if j < 0 {
					k = len(data)
					break
				}
				k += j + 1
			}
		}
		suffix := string(rune('a'+i/26)) + string(rune('a'+i%26))
		if f.Has("d") {
			suffix = fmt.Sprintf("%02d", i)
		}
		w, err := p.Create(prefix+suffix, disk.Trunc)
		if err != nil {
			return p.Fail(prefix+suffix, err)
		}
		_, err = io.Copy(w, bytes.NewReader(data[:k]))
		w.Close()
		if err != nil {
			return p.Fail(prefix+suffix, err)
		}
		data = data[k:]
	}
	return 0
}

// expr evaluates one operation.
func expr(p *proc.Proc) int {
	a := p.Args[1:]
	out := ""
	switch {
	case len(a) == 1:
		out = a[0]
	case len(a) == 2 && a[0] == "length":
		out = strconv.Itoa(len([]rune(a[1])))
	case len(a) == 3:
		x, e1 := strconv.Atoi(a[0])
		y, e2 := strconv.Atoi(a[2])
		switch a[1] {
		case "=":
			out = strconv.Itoa(b2i(a[0] == a[2]))
		case "!=":
			out = strconv.Itoa(b2i(a[0] != a[2]))
		case "<", ">", "<=", ">=":
			out = strconv.Itoa(b2i(compare(a[1], awkStr(a[0]), awkStr(a[2]))))
		case ":":
			rx, err := compile("^"+a[2], false, false)
			if err != nil {
				return p.Errorf("%v", err)
			}
			m := rx.FindStringSubmatch(a[0])
			switch {
			case len(m) > 1:
				out = m[1]
			case m != nil:
				out = strconv.Itoa(len(m[0]))
			default:
				out = "0"
			}
		default:
			if e1 != nil || e2 != nil {
				p.Errorf("non-integer argument")
				return 2
			}
			if (a[1] == "/" || a[1] == "%") && y == 0 {
				p.Errorf("division by zero")
				return 2
			}
			switch a[1] {
			case "+", "-", "*":
				out = strconv.Itoa(int(arith(a[1][0], float64(x), float64(y))))
			case "/":
				out = strconv.Itoa(x / y)
			case "%":
				out = strconv.Itoa(x % y)
			}
		}
	}
	if out == "" && len(a) != 1 {
		p.Errorf("syntax error")
		return 2
	}
	p.Printf("%s\n", out)
	return b2i(out == "" || out == "0")
}
