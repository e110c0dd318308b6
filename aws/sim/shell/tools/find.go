package tools

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

// finder walks directories and tests what it meets.
type finder struct {
	p        *proc.Proc
	min, max int
	test     func(name string, i disk.Info) bool
	depth    bool
	prune    bool
	status   int
}

func find(p *proc.Proc) int {
	args := p.Args[1:]
	var roots []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && args[0] != "(" && args[0] != "!" {
		roots = append(roots, args[0])
		args = args[1:]
	}
	if len(roots) == 0 {
		roots = []string{"."}
	}
	w := &finder{p: p, max: 256}
	e := &findExpr{w: w, args: args}
	test, err := e.parse()
	if err != nil {
		return p.Errorf("%v", err)
	}
	w.test = test
	for _, r := range roots {
		i, err := p.FS.Lstat(p.Abs(r))
		if err != nil {
			w.status = p.Errorf("'%s': %s", r, disk.Why(err))
			continue
		}
		w.walk(r, i, 0)
	}
	return w.status
}

func (w *finder) walk(name string, i disk.Info, depth int) {
	if w.p.Ctx.Err() != nil {
		return
	}
	w.prune = false
	if depth >= w.min && !w.depth {
		w.test(name, i)
	}
	if i.IsDir() && depth < w.max && !w.prune {
		list, err := w.p.FS.ReadDir(w.p.Abs(name))
		if err != nil {
			w.status = w.p.Errorf("'%s': %s", name, disk.Why(err))
		}
		for _, k := range list {
			w.walk(strings.TrimSuffix(name, "/")+"/"+k.Name(), k, depth+1)
		}
	}
	if depth >= w.min && w.depth {
		w.test(name, i)
	}
}

type findTest func(name string, i disk.Info) bool

type findExpr struct {
	w      *finder
	args   []string
	at     int
	action bool
	depth  int
}

func (e *findExpr) parse() (findTest, error) {
	t, err := e.or()
	if err != nil {
		return nil, err
	}
	if e.at < len(e.args) {
		return nil, fmt.Errorf("paths must precede expression: '%s'", e.args[e.at])
	}
	if e.action {
		return t, nil
	}
	return func(name string, i disk.Info) bool {
		if t(name, i) {
			e.w.p.Printf("%s\n", name)
			return true
		}
		return false
	}, nil
}

func (e *findExpr) peek() string {
	if e.at < len(e.args) {
		return e.args[e.at]
	}
	return ""
}

func (e *findExpr) or() (findTest, error) {
	a, err := e.and()
	for err == nil && (e.peek() == "-o" || e.peek() == "-or") {
		e.at++
		var b findTest
		if b, err = e.and(); err == nil {
			x := a
			a = func(n string, i disk.Info) bool { return x(n, i) || b(n, i) }
		}
	}
	return a, err
}

func (e *findExpr) and() (findTest, error) {
	a := findTest(func(string, disk.Info) bool { return true })
	for {
		switch e.peek() {
		case "", ")", "-o", "-or":
			return a, nil
		case "-a", "-and":
			e.at++
			continue
		}
		b, err := e.one()
		if err != nil {
			return nil, err
		}
		x := a
		a = func(n string, i disk.Info) bool { return x(n, i) && b(n, i) }
	}
}

func (e *findExpr) one() (findTest, error) {
	if e.depth++; e.depth > 1000 {
		return nil, errors.New("expression too complex")
	}
	op := e.peek()
	e.at++
	switch op {
	case "!", "-not":
		t, err := e.one()
		return func(n string, i disk.Info) bool { return !t(n, i) }, err
	case "(":
		t, err := e.or()
		if err == nil && e.peek() != ")" {
			err = errors.New("missing ')'")
		}
		e.at++
		return t, err
	case "-print":
		e.action = true
		return func(n string, _ disk.Info) bool { e.w.p.Printf("%s\n", n); return true }, nil
	case "-print0":
		e.action = true
		return func(n string, _ disk.Info) bool { e.w.p.Printf("%s\x00", n); return true }, nil
	case "-ls":
		e.action = true
		return func(n string, i disk.Info) bool {
			e.w.p.Printf("%7d %4d %s %d %s %s %8d %s %s\n", i.Ino, blocks(i.Size()), modeText(i.Mode(), i.Name()), i.Links, i.Owner, i.Owner, i.Size(),
				listTime(i.ModTime(), e.w.p.Facts.Clock()), n)
			return true
		}, nil
	case "-delete":
		e.action, e.w.depth = true, true
		return func(n string, _ disk.Info) bool {
			if err := e.w.p.FS.Remove(e.w.p.Abs(n)); err != nil {
				e.w.status = e.w.p.Errorf("cannot delete '%s': %s", n, disk.Why(err))
				return false
			}
			return true
		}, nil
	case "-prune":
		return func(string, disk.Info) bool { e.w.prune = true; return true }, nil
	case "-depth":
		e.w.depth = true
		return func(string, disk.Info) bool { return true }, nil
	case "-mount", "-xdev", "-true":
		return func(string, disk.Info) bool { return true }, nil
	case "-empty":
		return func(n string, i disk.Info) bool {
			if i.IsDir() {
				list, err := e.w.p.FS.ReadDir(e.w.p.Abs(n))
				return err == nil && len(list) == 0
			}
			return i.Mode().IsRegular() && i.Size() == 0
		}, nil
	case "-exec", "-ok":
		return e.exec()
	}
	if e.at >= len(e.args) {
		return nil, fmt.Errorf("missing argument to '%s'", op)
	}
	arg := e.args[e.at]
	e.at++
	return e.tested(op, arg)
}

func (e *findExpr) tested(op, arg string) (findTest, error) {
	switch op {
	case "-name", "-iname", "-path", "-ipath", "-wholename":
		pat := arg
		fold := strings.HasPrefix(op, "-i")
		if fold {
			pat = strings.ToLower(pat)
		}
		return func(n string, _ disk.Info) bool {
			if strings.HasSuffix(op, "name") && op != "-wholename" {
				n = path.Base(n)
			}
			if fold {
				n = strings.ToLower(n)
			}
			return wildcard(pat, n)
		}, nil
	case "-regex":
		rx, err := regexp.Compile("^(?:" + arg + ")$")
		return func(n string, _ disk.Info) bool { return rx.MatchString(n) }, err
	case "-type":
		return func(_ string, i disk.Info) bool {
			switch arg {
			case "f":
				return i.Mode().IsRegular()
			case "d":
				return i.IsDir()
			case "l":
				return i.Mode()&fs.ModeSymlink != 0
			case "c":
				return i.Mode()&fs.ModeCharDevice != 0
			}
			return false
		}, nil
	case "-maxdepth", "-mindepth":
		n, err := strconv.Atoi(arg)
		if op == "-maxdepth" {
			e.w.max = n
		} else {
			e.w.min = n
		}
		return func(string, disk.Info) bool { return true }, err
	case "-size":
		return sized(arg)
	case "-mtime", "-mmin":
		unit := 24 * time.Hour
		if op == "-mmin" {
			unit = time.Minute
		}
		cmp, n, err := signed(arg)
		now := e.w.p.Facts.Clock()
		return func(_ string, i disk.Info) bool { return cmp(int64(now.Sub(i.ModTime())/unit), n) }, err
	case "-newer":
		ref, err := e.w.p.FS.Stat(e.w.p.Abs(arg))
		return func(_ string, i disk.Info) bool { return i.ModTime().After(ref.ModTime()) }, err
	case "-user":
		return func(_ string, i disk.Info) bool { return i.Owner == arg }, nil
	case "-perm":
		n, err := strconv.ParseUint(strings.TrimLeft(arg, "-/"), 8, 16)
		return func(_ string, i disk.Info) bool {
			m := uint64(i.Mode().Perm())
			if strings.HasPrefix(arg, "-") {
				return m&n == n
			}
			if strings.HasPrefix(arg, "/") {
				return m&n != 0
			}
			return m == n
		}, err
	}
	return nil, fmt.Errorf("unknown predicate '%s'", op)
}

// signed reads "+3", "-3" or "3".
func signed(arg string) (func(a, b int64) bool, int64, error) {
	n, err := strconv.ParseInt(strings.TrimLeft(arg, "+-"), 10, 64)
	switch {
	case strings.HasPrefix(arg, "+"):
		return func(a, b int64) bool { return a > b }, n, err
	case strings.HasPrefix(arg, "-"):
		return func(a, b int64) bool { return a < b }, n, err
	}
	return func(a, b int64) bool { return a == b }, n, err
}

func sized(arg string) (findTest, error) {
	unit := int64(512)
	switch arg[len(arg)-1] {
	case 'c':
		unit = 1
	case 'k':
		unit = 1 << 10
	case 'M':
		unit = 1 << 20
	case 'G':
		unit = 1 << 30
	}
	cmp, n, err := signed(strings.TrimRight(arg, "bckMG"))
	return func(_ string, i disk.Info) bool { return cmp((i.Size()+unit-1)/unit, n) }, err
}

// wildcard matches * over slashes too, as find does.
func wildcard(pat, name string) bool {
	if ok, err := path.Match(pat, name); err == nil && ok {
		return true
	}
	if !strings.Contains(name, "/") {
		return false
	}
	ok, err := path.Match(strings.ReplaceAll(pat, "/", "\x01"), strings.ReplaceAll(name, "/", "\x01"))
	return err == nil && ok
}

// exec is -exec … ; and -exec … +.
func (e *findExpr) exec() (findTest, error) {
	e.action = true
	var cmd []string
	for ; e.at < len(e.args) && e.args[e.at] != ";" && e.args[e.at] != "+"; e.at++ {
		cmd = append(cmd, e.args[e.at])
	}
	if e.at >= len(e.args) || len(cmd) == 0 {
		return nil, errors.New("missing argument to '-exec'")
	}
	e.at++
	return func(n string, _ disk.Info) bool {
		line := make([]string, len(cmd))
		for i, c := range cmd {
			line[i] = strings.ReplaceAll(c, "{}", n)
		}
		return e.w.p.Session.Run(e.w.p.With(line...)) == 0
	}, nil
}
