package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"

	"ecsole/aws/sim/shell/tools"
)

func jobs(s *Shell, _ []string) int {
	for _, g := range s.sess.list() {
		fmt.Fprintln(s.handle(1), s.sess.describe(g))
		if _, ended := g.state(); ended {
			s.sess.forget(g)
		}
	}
	return 0
}

// job finds %n, %%, or the last one.
func (s *Shell) job(args []string) *group {
	all := s.sess.list()
	if len(args) < 2 || args[1] == "%%" || args[1] == "%+" {
		if len(all) == 0 {
			return nil
		}
		return all[len(all)-1]
	}
	n, err := strconv.Atoi(strings.TrimPrefix(args[1], "%"))
	for _, g := range all {
		if err == nil && g.number == n || err != nil && strings.HasPrefix(g.text, strings.TrimPrefix(args[1], "%")) {
			return g
		}
	}
	return nil
}

func (s *Shell) noJob(args []string) int {
	what := "current"
	if len(args) > 1 {
		what = args[1]
	}
	s.errorf("%s: %s: no such job", args[0], what)
	return 1
}

func fg(s *Shell, args []string) int {
	g := s.job(args)
	if g == nil || !s.main {
		return s.noJob(args)
	}
	fmt.Fprintln(s.handle(1), g.text)
	mode := s.sess.tty.Mode()
	old := s.ahead(g)
	g.resume(true)
	s.await(g, mode, old)
	return s.last
}

func bg(s *Shell, args []string) int {
	g := s.job(args)
	if g == nil || !s.main {
		return s.noJob(args)
	}
	g.resume(false)
	fmt.Fprintf(s.handle(1), "[%d]+ %s &\n", g.number, g.text)
	return 0
}

func wait(s *Shell, args []string) int {
	status := 0
	left := s.backs[:0]
	for i, b := range s.backs {
		if len(args) > 1 && !named(args[1:], b) {
			left = append(left, b)
			continue
		}
		select {
		case <-b.done:
			if len(args) > 1 {
				status = b.status
			}
		case <-s.ctx.Done():
			return 130
		case <-s.group.poked():
			s.backs = append(left, s.backs[i:]...)
			return 128 + s.group.first()
		}
		if s.main && !s.interactive {
			s.sess.forget(b.group)
		}
	}
	s.backs = left
	return status
}

func named(args []string, b *back) bool {
	for _, a := range args {
		if a == strconv.Itoa(b.pid) || a == "%"+strconv.Itoa(b.group.number) {
			return true
		}
	}
	return false
}

func kill(s *Shell, args []string) int {
	sig := sigTerm
	var rest []string
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-l":
			return s.sess.tool("kill")(s.proc(args...))
		case a == "-s" && i+1 < len(args):
			i++
			if n, ok := tools.SignalNumber(args[i]); ok {
				sig = n
			}
		case strings.HasPrefix(a, "-") && len(a) > 1 && len(rest) == 0 && a != "--":
			n, ok := tools.SignalNumber(a[1:])
			if !ok {
				s.errorf("kill: %s: invalid signal specification", a[1:])
				return 1
			}
			sig = n
		case a == "--":
		default:
			rest = append(rest, a)
		}
	}
	if len(rest) == 0 {
		s.errorf("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]")
		return 2
	}
	status := 0
	for _, a := range rest {
		if strings.HasPrefix(a, "%") {
			if g := s.job([]string{"kill", a}); g != nil {
				g.send(sig)
				continue
			}
			status = s.noJob([]string{"kill", a})
			continue
		}
		if b := s.backOf(a); b != nil {
			b.group.send(sig)
			continue
		}
		pid, err := strconv.Atoi(a)
		if err != nil {
			s.errorf("kill: %s: arguments must be process or job IDs", a)
			status = 1
			continue
		}
		if err := s.sess.Signal(pid, sig); err != nil {
			s.errorf("kill: (%s) - %v", a, err)
			status = 1
		}
	}
	return status
}

func (s *Shell) backOf(pid string) *back {
	for _, b := range s.backs {
		if strconv.Itoa(b.pid) == pid {
			return b
		}
	}
	return nil
}

func disown(s *Shell, args []string) int {
	g := s.job(args)
	if g == nil {
		return s.noJob(args)
	}
	s.sess.forget(g)
	return 0
}

func history(s *Shell, args []string) int {
	if s.hist == nil {
		return 0
	}
	for i, l := range s.hist() {
		fmt.Fprintf(s.handle(1), "%5d  %s\n", i+1, l)
	}
	return 0
}

func help(s *Shell, _ []string) int {
	fmt.Fprint(s.handle(1), "This is a simulated container: its files, processes and network exist only here.\n"+
		"Commands are in /usr/bin; `type NAME' says what a name means.\n")
	return 0
}

// getopts parses one option per call.
func getopts(s *Shell, args []string) int {
	if len(args) < 3 {
		s.errorf("getopts: usage: getopts optstring name [arg ...]")
		return 2
	}
	words := s.params
	if len(args) > 3 {
		words = args[3:]
	}
	ind, err := strconv.Atoi(s.get("OPTIND"))
	if err != nil || ind < 1 {
		ind = 1
	}
	at, _ := strconv.Atoi(s.get("_OPTPOS"))
	done := func(name, arg string, next, pos int) {
		_ = s.set(args[2], name)
		_ = s.set("OPTIND", strconv.Itoa(next))
		_ = s.set("_OPTPOS", strconv.Itoa(pos))
		if arg == "\x00" {
			_ = environ{s}.Set("OPTARG", expand.Variable{})
		} else {
			_ = s.set("OPTARG", arg)
		}
	}
	if ind > len(words) || len(words[ind-1]) < 2 || words[ind-1][0] != '-' || words[ind-1] == "--" {
		if ind <= len(words) && words[ind-1] == "--" {
			ind++
		}
		done("?", "\x00", ind, 0)
		return 1
	}
	word := words[ind-1]
	at = max(1, min(at, len(word)-1))
	c := word[at : at+1]
	next, pos := ind, at+1
	if pos >= len(word) {
		next, pos = ind+1, 0
	}
	i := strings.Index(strings.TrimPrefix(args[1], ":"), c)
	spec := strings.TrimPrefix(args[1], ":")
	switch {
	case i < 0 || c == ":":
		if args[1][0] != ':' {
			s.errorf("illegal option -- %s", c)
			done("?", "\x00", next, pos)
		} else {
			done("?", c, next, pos)
		}
	case i+1 < len(spec) && spec[i+1] == ':':
		switch {
		case pos > 0:
			done(c, word[pos:], ind+1, 0)
		case ind < len(words):
			done(c, words[ind], ind+2, 0)
		default:
			s.errorf("option requires an argument -- %s", c)
			done("?", "\x00", ind+1, 0)
		}
	default:
		done(c, "\x00", next, pos)
	}
	return 0
}
