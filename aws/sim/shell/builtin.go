package shell

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
)

type builtin func(s *Shell, args []string) int

// newBuiltins are the commands that change the shell itself.
func newBuiltins() map[string]builtin {
	return map[string]builtin{
		":": status(0), "true": status(0), "false": status(1),
		"cd": cd, "chdir": cd, "pwd": pwd, "exit": exit, "logout": exit, "return": returns, "break": breaks, "continue": breaks,
		"export": later, "set": setOptions, "unset": unset, "shift": shift, "eval": eval, ".": source, "source": source,
		"exec": execs, "command": command, "builtin": command, "type": types, "hash": status(0), "alias": alias, "unalias": unalias,
		"trap": trap, "umask": umask, "ulimit": ulimit, "shopt": shopt, "read": read, "mapfile": mapfile, "readarray": mapfile,
		"jobs": jobs, "fg": fg, "bg": bg, "wait": wait, "kill": kill, "disown": disown, "history": history, "help": help,
		"getopts": getopts, "times": times, "pushd": pushd, "popd": popd, "dirs": dirs, "let": letArgs, "suspend": status(1),
		"echo": asTool, "printf": asTool, "test": asTool, "[": asTool,
	}
}

func status(n int) builtin { return func(*Shell, []string) int { return n } }

// asTool runs a tool within the shell.
func asTool(s *Shell, args []string) int { return s.sess.tool(args[0])(s.proc(args...)) }

// later is for export with arguments that the parser could not see.
func later(s *Shell, args []string) int {
	for _, a := range args[1:] {
		name, value, has := strings.Cut(a, "=")
		attr := text(value)
		attr.Exported = true
		if has && syntax.ValidName(name) {
			s.failed(environ{s}.Set(name, attr))
		}
	}
	return 0
}

func cd(s *Shell, args []string) int {
	args = args[1:]
	for len(args) > 0 && (args[0] == "-P" || args[0] == "-L" || args[0] == "--") {
		args = args[1:]
	}
	to, show := s.get("HOME"), false
	switch {
	case len(args) > 1:
		s.errorf("cd: too many arguments")
		return 1
	case len(args) == 1 && args[0] == "-":
		if to = s.get("OLDPWD"); to == "" {
			s.errorf("cd: OLDPWD not set")
			return 1
		}
		show = true
	case len(args) == 1:
		to = args[0]
	}
	return s.chdir("cd", to, show)
}

func (s *Shell) chdir(name, to string, show bool) int {
	abs := disk.Abs(s.dir, to)
	i, err := s.sess.fs().Stat(abs)
	if err == nil && !i.IsDir() {
		err = disk.ENOTDIR
	}
	if err != nil {
		if s.bash {
			s.errorf("%s: %s: %s", name, to, disk.Why(err))
		} else {
			s.errorf("%s: can't cd to %s", name, to)
		}
		return 1
	}
	_ = s.set("OLDPWD", s.dir)
	s.dir = abs
	_ = s.set("PWD", abs)
	if show {
		fmt.Fprintln(s.handle(1), abs)
	}
	return 0
}

func pwd(s *Shell, _ []string) int {
	fmt.Fprintln(s.handle(1), s.dir)
	return 0
}

func exit(s *Shell, args []string) int {
	n := s.last
	if len(args) > 1 {
		v, err := strconv.Atoi(args[1])
		if err != nil {
			s.errorf("exit: %s: numeric argument required", args[1])
			v = 2
		}
		n = v & 255
	}
	s.flow = exiting
	return n
}

func returns(s *Shell, args []string) int {
	n := s.last
	if len(args) > 1 {
		n, _ = strconv.Atoi(args[1])
	}
	s.flow = returning
	return n & 255
}

func breaks(s *Shell, args []string) int {
	s.flowN = 1
	if len(args) > 1 {
		if n, err := strconv.Atoi(args[1]); err == nil && n > 0 {
			s.flowN = n
		}
	}
	s.flow = breaking
	if args[0] == "continue" {
		s.flow = continuing
	}
	return 0
}

func setOptions(s *Shell, args []string) int {
	if len(args) == 1 {
		s.showSet()
		return 0
	}
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			s.params = args[i+1:]
			return 0
		case a == "-o" || a == "+o":
			if i+1 >= len(args) {
				s.showOptions()
				return 0
			}
			i++
			s.option(args[i], a[0] == '-')
		case len(a) > 1 && (a[0] == '-' || a[0] == '+'):
			for _, o := range a[1:] {
				if o == 'o' && i+1 < len(args) {
					i++
					s.option(args[i], a[0] == '-')
					continue
				}
				s.opts[o] = a[0] == '-'
			}
		default:
			s.params = args[i:]
			return 0
		}
		s.cfg = nil
	}
	return 0
}

// letter is the letter of an option that has one.
func letter(name string) rune {
	switch name {
	case "errexit":
		return 'e'
	case "nounset":
		return 'u'
	case "xtrace":
		return 'x'
	case "noglob":
		return 'f'
	case "allexport":
		return 'a'
	case "noclobber":
		return 'C'
	case "verbose":
		return 'v'
	}
	return 0
}

func (s *Shell) option(name string, on bool) {
	s.cfg = nil
	if l := letter(name); l != 0 {
		s.opts[l] = on
		return
	}
	s.shopts[name] = on
}

func (s *Shell) showOptions() {
	var out []string
	for _, n := range []string{"allexport", "errexit", "noclobber", "noglob", "nounset", "verbose", "xtrace"} {
		out = append(out, fmt.Sprintf("%-15s %s", n, onOff(s.opts[letter(n)])))
	}
	out = append(out, fmt.Sprintf("%-15s %s", "pipefail", onOff(s.shopts["pipefail"])))
	sort.Strings(out)
	fmt.Fprintln(s.handle(1), strings.Join(out, "\n"))
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func unset(s *Shell, args []string) int {
	for _, a := range args[1:] {
		switch {
		case a == "-f" || a == "-v":
		case s.funcs[a] != nil && args[1] != "-v":
			delete(s.funcs, a)
		default:
			v, sc := s.lookup(a)
			if v.ReadOnly {
				s.errorf("unset: %s: cannot unset: readonly variable", a)
				return 1
			}
			if sc != nil {
				delete(sc.vars, a)
			}
		}
	}
	return 0
}

func (s *Shell) showSet() {
	var out []string
	environ{s}.Each(func(n string, v expand.Variable) bool {
		out = append(out, n+"="+v.String()+"\n")
		return true
	})
	sort.Strings(out)
	fmt.Fprint(s.handle(1), strings.Join(out, ""))
}

func shift(s *Shell, args []string) int {
	n := 1
	if len(args) > 1 {
		n, _ = strconv.Atoi(args[1])
	}
	if n < 0 || n > len(s.params) {
		return 1
	}
	s.params = s.params[n:]
	return 0
}

func umask(s *Shell, args []string) int {
	if len(args) == 1 {
		fmt.Fprintln(s.handle(1), "0022")
	}
	return 0
}

func ulimit(s *Shell, args []string) int {
	w := s.handle(1)
	if len(args) > 1 && args[1] == "-a" {
		fmt.Fprint(w, "core file size              (blocks, -c) unlimited\nopen files                          (-n) 65535\n"+
			"stack size                  (kbytes, -s) 10240\ncpu time                   (seconds, -t) unlimited\n"+
			"max user processes                  (-u) unlimited\n")
		return 0
	}
	if len(args) > 1 && args[1] == "-n" {
		fmt.Fprintln(w, 65535)
		return 0
	}
	fmt.Fprintln(w, "unlimited")
	return 0
}

func shopt(s *Shell, args []string) int {
	on := true
	for _, a := range args[1:] {
		switch a {
		case "-s", "-o", "-q":
		case "-u":
			on = false
		default:
			if args[1] == "-s" || args[1] == "-u" {
				s.shopts[a] = on
			} else if !s.shopts[a] {
				return 1
			}
		}
	}
	s.cfg = nil
	return 0
}

func times(s *Shell, _ []string) int {
	fmt.Fprint(s.handle(1), "0m0.012s 0m0.004s\n0m0.031s 0m0.009s\n")
	return 0
}

func dirs(s *Shell, _ []string) int {
	all := []string{s.tilde(s.dir)}
	stack := environ{s}.Get("DIRSTACK").List
	for i := len(stack) - 1; i >= 0; i-- {
		all = append(all, s.tilde(stack[i]))
	}
	fmt.Fprintln(s.handle(1), strings.Join(all, " "))
	return 0
}

func pushd(s *Shell, args []string) int {
	if len(args) < 2 {
		s.errorf("pushd: no other directory")
		return 1
	}
	from := s.dir
	if n := s.chdir("pushd", args[1], false); n != 0 {
		return n
	}
	v := environ{s}.Get("DIRSTACK")
	v.Set, v.Kind, v.List = true, indexed, append(v.List, from)
	s.failed(environ{s}.Set("DIRSTACK", v))
	return dirs(s, nil)
}

func popd(s *Shell, _ []string) int {
	v := environ{s}.Get("DIRSTACK")
	if len(v.List) == 0 {
		s.errorf("popd: directory stack empty")
		return 1
	}
	to := v.List[len(v.List)-1]
	v.List = v.List[:len(v.List)-1]
	s.failed(environ{s}.Set("DIRSTACK", v))
	if n := s.chdir("popd", to, false); n != 0 {
		return n
	}
	return dirs(s, nil)
}

// tilde writes a path with ~ for the home directory.
func (s *Shell) tilde(dir string) string {
	home := s.get("HOME")
	if home != "" && home != "/" {
		if dir == home {
			return "~"
		}
		if rest, ok := strings.CutPrefix(dir, home+"/"); ok {
			return "~/" + rest
		}
	}
	return path.Clean(dir)
}
