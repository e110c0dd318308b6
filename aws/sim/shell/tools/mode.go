package tools

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

// each applies a change to files, and below directories with -R.
func each(p *proc.Proc, names []string, deep bool, what string, do func(name string) error) int {
	status := 0
	for _, name := range names {
		abs := p.Abs(name)
		err := do(abs)
		if err != nil {
			status = p.Errorf("cannot %s '%s': %s", what, name, disk.Why(err))
			continue
		}
		if i, err := p.FS.Lstat(abs); deep && err == nil && i.IsDir() {
			list, _ := p.FS.ReadDir(abs)
			for _, k := range list {
				if k.Mode()&fs.ModeSymlink == 0 && p.Ctx.Err() == nil {
					status = max(status, each(p, []string{path.Join(abs, k.Name())}, true, what, do))
				}
			}
		}
	}
	return status
}

func chmod(p *proc.Proc) int {
	deep := false
	args := p.Args[1:]
	for len(args) > 0 && (args[0] == "-R" || args[0] == "-v" || args[0] == "-f") {
		deep = deep || args[0] == "-R"
		args = args[1:]
	}
	if len(args) < 2 {
		return p.Errorf("missing operand")
	}
	change, err := modeChange(args[0])
	if err != nil {
		return p.Errorf("invalid mode: '%s'", args[0])
	}
	return each(p, args[1:], deep, "access", func(name string) error {
		i, err := p.FS.Stat(name)
		if err != nil {
			return err
		}
		return p.FS.Chmod(name, change(i.Mode()))
	})
}

// modeChange reads "755" or "u+x,go-w".
func modeChange(spec string) (func(fs.FileMode) fs.FileMode, error) {
	if n, err := strconv.ParseUint(spec, 8, 16); err == nil {
		return func(fs.FileMode) fs.FileMode { return fs.FileMode(n) & 0o777 }, nil
	}
	type part struct {
		who, bits fs.FileMode
		op        byte
	}
	var parts []part
	for _, s := range strings.Split(spec, ",") {
		i := strings.IndexAny(s, "+-=")
		if i < 0 {
			return nil, fmt.Errorf("no operator in %q", s)
		}
		pt := part{op: s[i]}
		for _, c := range s[:i] {
			switch c {
			case 'u':
				pt.who |= 0o700
			case 'g':
				pt.who |= 0o070
			case 'o':
				pt.who |= 0o007
			case 'a':
				pt.who |= 0o777
			default:
				return nil, fmt.Errorf("who is %q", c)
			}
		}
		if i == 0 {
			pt.who = 0o777
		}
		for _, c := range s[i+1:] {
			switch c {
			case 'r':
				pt.bits |= 0o444
			case 'w':
				pt.bits |= 0o222
			case 'x', 'X':
				pt.bits |= 0o111
			case 's', 't':
			default:
				return nil, fmt.Errorf("what is %q", c)
			}
		}
		parts = append(parts, pt)
	}
	return func(m fs.FileMode) fs.FileMode {
		m = m.Perm()
		for _, pt := range parts {
			switch pt.op {
			case '+':
				m |= pt.bits & pt.who
			case '-':
				m &^= pt.bits & pt.who
			case '=':
				m = m&^pt.who | pt.bits&pt.who
			}
		}
		return m
	}, nil
}

func chown(p *proc.Proc) int {
	deep := false
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		deep = deep || args[0] == "-R"
		args = args[1:]
	}
	if len(args) < 2 {
		return p.Errorf("missing operand")
	}
	owner := args[0]
	switch name, _, _ := strings.Cut(owner, ":"); name {
	case "root", "daemon", "bin", "www-data", "app", "nobody", "":
	case "0":
		owner = "root"
	case "1000":
		owner = "app"
	default:
		return p.Errorf("invalid user: '%s'", args[0])
	}
	return each(p, args[1:], deep, "access", func(name string) error {
		if p.Name() == "chgrp" {
			return nil
		}
		return p.FS.Chown(name, owner)
	})
}
