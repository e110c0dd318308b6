package tools

import (
	"fmt"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

// maxPad bounds a width or a precision.
const maxPad = 1 << 16

// printf writes its arguments by a format, which is used again while arguments
// are left.
func printf(p *proc.Proc) int {
	args := p.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		p.Errorf("usage: printf [-v var] format [arguments]")
		return 2
	}
	format, args := args[0], args[1:]
	f := formatter{args: args, p: p}
	var b strings.Builder
	for {
		before := len(f.args)
		if f.round(format, &b) || len(f.args) == 0 || len(f.args) == before {
			break
		}
		if b.Len() > 1<<20 {
			if _, err := p.Out.Write([]byte(b.String())); err != nil {
				return 1
			}
			b.Reset()
		}
	}
	return max(f.status, written(p, []byte(b.String())))
}

type formatter struct {
	p      *proc.Proc
	args   []string
	status int
}

func (f *formatter) next() string {
	if len(f.args) == 0 {
		return ""
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

// round writes the format once; stop is \c.
func (f *formatter) round(format string, b *strings.Builder) (stop bool) {
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c == '\\' {
			j := i + 1
			for j < len(format) && j < i+10 && format[j] != '%' && (j == i+1 || format[j] != '\\') {
				j++
			}
			text, end := unescape(format[i:j])
			b.WriteString(text)
			if end {
				return true
			}
			i = j - 1
			continue
		}
		if c != '%' {
			b.WriteByte(c)
			continue
		}
		j := i + 1
		for j < len(format) && strings.IndexByte("-+ #0123456789.*'", format[j]) >= 0 {
			j++
		}
		if j == len(format) {
			b.WriteString(format[i:])
			return false
		}
		if text, end := f.verb(format[i+1:j], format[j]); true {
			b.WriteString(text)
			if end {
				return true
			}
		}
		i = j
	}
	return false
}

// verb writes one conversion.
func (f *formatter) verb(flags string, verb byte) (text string, stop bool) {
	for strings.Contains(flags, "*") {
		flags = strings.Replace(flags, "*", strconv.Itoa(f.number(f.next())), 1)
	}
	flags = strings.ReplaceAll(flags, "'", "")
	for _, part := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(part); err != nil || n > maxPad {
			f.p.Errorf("%s: width out of range", part)
			f.status = 1
			return "", false
		}
	}
	switch verb {
	case '%':
		return "%", false
	case 's':
		return fmt.Sprintf("%"+flags+"s", f.next()), false
	case 'b':
		s, end := unescape(f.next())
		return fmt.Sprintf("%"+flags+"s", s), end
	case 'q':
		return fmt.Sprintf("%q", f.next()), false
	case 'c':
		a := f.next()
		if a != "" {
			a = a[:1]
		}
		return fmt.Sprintf("%"+flags+"s", a), false
	case 'd', 'i', 'u':
		return fmt.Sprintf("%"+flags+"d", f.number(f.next())), false
	case 'x', 'X', 'o':
		return fmt.Sprintf("%"+flags+string(verb), f.number(f.next())), false
	case 'f', 'F', 'e', 'E', 'g', 'G':
		a := f.next()
		v, err := strconv.ParseFloat(a, 64)
		if err != nil && a != "" {
			f.p.Errorf("%s: invalid number", a)
			f.status = 1
		}
		if !strings.Contains(flags, ".") && (verb == 'f' || verb == 'e') {
			flags += ".6"
		}
		return fmt.Sprintf("%"+flags+string(verb), v), false
	}
	f.p.Errorf("`%c': invalid format character", verb)
	f.status = 1
	return "", false
}

func (f *formatter) number(a string) int {
	a = strings.TrimSpace(a)
	if len(a) > 1 && (a[0] == '\'' || a[0] == '"') {
		return int([]rune(a[1:])[0])
	}
	n, err := strconv.ParseInt(a, 0, 64)
	if err != nil && a != "" {
		f.p.Errorf("%s: invalid number", a)
		f.status = 1
	}
	return int(n)
}
