package tools

import (
	"io/fs"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

func shellTools() map[string]proc.Tool {
	return map[string]proc.Tool{
		"echo": echo, "printf": printf, "test": test, "[": test,
		"true": func(*proc.Proc) int { return 0 }, "false": func(*proc.Proc) int { return 1 },
	}
}

// test is test and [.
func test(p *proc.Proc) int {
	args := p.Args[1:]
	if p.Args[0] == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			p.Errorf("missing `]'")
			return 2
		}
		args = args[:len(args)-1]
	}
	t := tester{p: p, args: args}
	if len(args) == 0 {
		return 1
	}
	v := t.or()
	if t.bad || t.at < len(args) {
		p.Errorf("%s: unexpected operator", strings.Join(args[min(t.at, len(args)-1):], " "))
		return 2
	}
	if v {
		return 0
	}
	return 1
}

// tester reads a test's arguments from left to right.
type tester struct {
	p     *proc.Proc
	args  []string
	at    int
	bad   bool
	depth int
}

func (t *tester) peek() string {
	if t.at < len(t.args) {
		return t.args[t.at]
	}
	return ""
}

func (t *tester) left() int { return len(t.args) - t.at }

func (t *tester) or() bool {
	v := t.and()
	for t.peek() == "-o" && t.left() > 1 {
		t.at++
		w := t.and()
		v = v || w
	}
	return v
}

func (t *tester) and() bool {
	v := t.not()
	for t.peek() == "-a" && t.left() > 1 {
		t.at++
		w := t.not()
		v = v && w
	}
	return v
}

func (t *tester) not() bool {
	negate := false
	for t.peek() == "!" && t.left() > 1 {
		t.at++
		negate = !negate
	}
	return t.primary() != negate
}

func (t *tester) primary() bool {
	if t.left() == 0 {
		t.bad = true
		return false
	}
	a := t.args[t.at]
	if t.left() >= 3 && isBinary(t.args[t.at+1]) {
		op, b := t.args[t.at+1], t.args[t.at+2]
		t.at += 3
		return t.binary(a, op, b)
	}
	if a == "(" && t.depth < 100 {
		t.at++
		t.depth++
		v := t.or()
		t.depth--
		if t.peek() != ")" {
			t.bad = true
			return false
		}
		t.at++
		return v
	}
	if len(a) == 2 && a[0] == '-' && t.left() >= 2 {
		t.at += 2
		b := t.args[t.at-1]
		switch a {
		case "-n":
			return b != ""
		case "-z":
			return b == ""
		case "-t":
			return t.terminal(b)
		}
		return FileTest(t.p, a, b)
	}
	t.at++
	return a != ""
}

func (t *tester) terminal(fd string) bool {
	switch fd {
	case "0":
		return proc.IsTTY(t.p.In)
	case "1":
		return proc.IsTTY(t.p.Out)
	case "2":
		return proc.IsTTY(t.p.Err)
	}
	return false
}

func isBinary(op string) bool {
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func (t *tester) binary(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	case "-nt", "-ot", "-ef":
		return FilePair(t.p, op, a, b)
	}
	x, err := strconv.Atoi(strings.TrimSpace(a))
	y, err2 := strconv.Atoi(strings.TrimSpace(b))
	if err != nil || err2 != nil {
		t.p.Errorf("%s: integer expression expected", a)
		return false
	}
	return Compare(op, x, y)
}

// Compare is -eq and its kin.
func Compare(op string, x, y int) bool {
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	case "-ge":
		return x >= y
	}
	return false
}

// FileTest is a test of one file or text ("-f", "-z", …).
func FileTest(p *proc.Proc, op, name string) bool {
	switch op {
	case "-z":
		return name == ""
	case "-n":
		return name != ""
	case "-L", "-h":
		i, err := p.FS.Lstat(p.Abs(name))
		return err == nil && i.Mode()&fs.ModeSymlink != 0
	}
	i, err := p.FS.Stat(p.Abs(name))
	if err != nil || name == "" {
		return false
	}
	switch op {
	case "-e", "-a", "-r", "-w", "-O", "-G", "-N":
		return true
	case "-f":
		return i.Mode().IsRegular()
	case "-d":
		return i.IsDir()
	case "-s":
		return i.Size() > 0
	case "-x":
		return i.Mode()&0o111 != 0
	case "-c":
		return i.Mode()&fs.ModeCharDevice != 0
	}
	return false
}

// FilePair is -nt, -ot and -ef.
func FilePair(p *proc.Proc, op, a, b string) bool {
	i, err := p.FS.Stat(p.Abs(a))
	j, err2 := p.FS.Stat(p.Abs(b))
	switch op {
	case "-nt":
		return err == nil && (err2 != nil || i.ModTime().After(j.ModTime()))
	case "-ot":
		return err2 == nil && (err != nil || j.ModTime().After(i.ModTime()))
	case "-ef":
		return err == nil && err2 == nil && i.Ino == j.Ino && i.Ino != 0
	}
	return false
}

// echo writes its arguments.
func echo(p *proc.Proc) int {
	args := p.Args[1:]
	end, escapes := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, o := range args[0][1:] {
			switch o {
			case 'n':
				end = ""
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	out := strings.Join(args, " ")
	if escapes {
		var stop bool
		if out, stop = unescape(out); stop {
			end = ""
		}
	}
	return written(p, []byte(out+end))
}

// written writes output and says why it could not, if anybody cares.
func written(p *proc.Proc, out []byte) int {
	_, err := p.Out.Write(out)
	if err != nil && hush(err) != nil {
		return p.Errorf("write error: %s", disk.Why(err))
	}
	return b2i(err != nil)
}

// unescape expands \n and its kin; stop is \c.
func unescape(s string) (out string, stop bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'a':
			b.WriteByte(7)
		case 'b':
			b.WriteByte(8)
		case 'e', 'E':
			b.WriteByte(0x1b)
		case 'f':
			b.WriteByte(12)
		case 'v':
			b.WriteByte(11)
		case '\\':
			b.WriteByte('\\')
		case 'c':
			return b.String(), true
		case 'x':
			n := digits(s[i+1:], 2, 16)
			if n == 0 {
				b.WriteString(`\x`)
				continue
			}
			v, _ := strconv.ParseUint(s[i+1:i+1+n], 16, 8)
			b.WriteByte(byte(v))
			i += n
		case 'u', 'U':
			n := digits(s[i+1:], 4, 16)
			if s[i] == 'U' {
				n = digits(s[i+1:], 8, 16)
			}
			v, _ := strconv.ParseUint("0"+s[i+1:i+1+n], 16, 32)
			b.WriteRune(rune(v))
			i += n
		case '0', '1', '2', '3', '4', '5', '6', '7':
			if s[i] == '0' {
				i++
			}
			n := digits(s[i:], 3, 8)
			v, _ := strconv.ParseUint("0"+s[i:i+n], 8, 16)
			b.WriteByte(byte(v))
			i += n - 1
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String(), false
}

// digits counts up to most digits of a base.
func digits(s string, most int, base int) int {
	n := 0
	for n < len(s) && n < most {
		if _, err := strconv.ParseUint(s[n:n+1], base, 8); err != nil {
			break
		}
		n++
	}
	return n
}
