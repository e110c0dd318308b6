package shell

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tools"
)

// match says whether a shell pattern fits the whole text.
func match(pat, text string) bool {
	expr, err := pattern.Regexp(pat, pattern.EntireString)
	if err != nil {
		return pat == text
	}
	rx, err := regexp.Compile(expr)
	return err == nil && rx.MatchString(text)
}

// test is [[ … ]].
func (s *Shell) test(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return s.word(x) != ""
	case *syntax.ParenTest:
		return s.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return !s.test(x.X)
		}
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return false
		}
		arg := s.word(w)
		switch x.Op {
		case syntax.TsVarSet:
			return environ{s}.Get(arg).IsSet()
		case syntax.TsFdTerm:
			n, _ := strconv.Atoi(arg)
			return proc.IsTTY(s.handle(n))
		}
		return tools.FileTest(s.proc("test"), x.Op.String(), arg)
	case *syntax.BinaryTest:
		return s.binaryTest(x)
	}
	return false
}

func (s *Shell) word(x syntax.TestExpr) string {
	w, ok := x.(*syntax.Word)
	if !ok {
		return ""
	}
	v, err := expand.Literal(s.config(), w)
	s.failed(err)
	return v
}

func (s *Shell) binaryTest(x *syntax.BinaryTest) bool {
	switch x.Op {
	case syntax.AndTest:
		return s.test(x.X) && s.test(x.Y)
	case syntax.OrTest:
		return s.test(x.X) || s.test(x.Y)
	case syntax.TsMatchShort, syntax.TsMatch, syntax.TsNoMatch:
		w, ok := x.Y.(*syntax.Word)
		if !ok {
			return false
		}
		pat, err := expand.Pattern(s.config(), w)
		if s.failed(err) {
			return false
		}
		return match(pat, s.word(x.X)) == (x.Op != syntax.TsNoMatch)
	case syntax.TsReMatch:
		rx, err := regexp.Compile(s.word(x.Y))
		if err != nil {
			s.errorf("%v", err)
			return false
		}
		m := rx.FindStringSubmatch(s.word(x.X))
		_ = environ{s}.Set("BASH_REMATCH", expand.Variable{Set: true, Kind: expand.Indexed, List: m})
		return m != nil
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		return tools.Compare(x.Op.String(), s.number(x.X), s.number(x.Y))
	case syntax.TsBefore:
		return s.word(x.X) < s.word(x.Y)
	case syntax.TsAfter:
		return s.word(x.X) > s.word(x.Y)
	}
	return tools.FilePair(s.proc("test"), x.Op.String(), s.word(x.X), s.word(x.Y))
}

// number reads an operand of -eq, which may be an expression.
func (s *Shell) number(x syntax.TestExpr) int {
	t := strings.TrimSpace(s.word(x))
	if n, err := strconv.Atoi(t); err == nil {
		return n
	}
	v := environ{s}.Get(t)
	n, _ := strconv.Atoi(strings.TrimSpace(v.String()))
	return n
}

// proc is the shell itself as a process, for builtins that are tools too.
func (s *Shell) proc(args ...string) *proc.Proc {
	return &proc.Proc{
		Ctx: s.group.ctx, Args: args, Env: s.exported(), Dir: s.dir, FS: s.sess.fs(), TTY: s.sess.tty, Facts: &s.sess.box.facts,
		PID: s.pid, Session: s.sess, May: s.group.may,
		In: s.handle(0), Out: s.handle(1), Err: s.handle(2),
	}
}
