package shell

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
)

const indexed = expand.Indexed

// parser reads the language that the shell speaks. Small images have a POSIX
// shell, but people type bash, and busybox knows much of it: so bash it is.
func (s *Shell) parser() *syntax.Parser { return syntax.NewParser(syntax.Variant(syntax.LangBash)) }

// runText parses and runs a script's text.
func (s *Shell) runText(name, src string) {
	if err := tooDeep(src); err != nil {
		s.errorf("%v", err)
		s.last = 2
		return
	}
	f, err := s.parser().Parse(strings.NewReader(src), "")
	if err != nil {
		s.syntaxError(err)
		return
	}
	s.stmts(f.Stmts)
}

func (s *Shell) syntaxError(err error) {
	var pe syntax.ParseError
	if errors.As(err, &pe) {
		s.errorf("syntax error: %s", pe.Text)
	} else if s.ctx.Err() == nil {
		s.errorf("syntax error: %v", err)
	}
	s.last = 2
}

func eval(s *Shell, args []string) int {
	if s.depth++; s.depth > maxDepth {
		s.depth--
		s.errorf("eval: maximum nesting level exceeded (%d)", maxDepth)
		return 1
	}
	s.last = 0
	s.runText("eval", strings.Join(args[1:], " "))
	s.depth--
	return s.last
}

func source(s *Shell, args []string) int {
	if len(args) < 2 {
		s.errorf("%s: filename argument required", args[0])
		return 2
	}
	name := disk.Abs(s.dir, args[1])
	if !strings.Contains(args[1], "/") {
		for _, d := range strings.Split(s.get("PATH"), ":") {
			if i, err := s.sess.fs().Stat(d + "/" + args[1]); err == nil && !i.IsDir() {
				name = d + "/" + args[1]
				break
			}
		}
	}
	b, err := s.sess.fs().ReadFile(name)
	if err != nil {
		s.errorf("%s: %s", args[1], disk.Why(err))
		return 1
	}
	if s.depth++; s.depth > maxDepth {
		s.depth--
		s.errorf("%s: maximum nesting level exceeded (%d)", args[0], maxDepth)
		return 1
	}
	params := s.params
	if len(args) > 2 {
		s.params = args[2:]
	}
	s.last = 0
	s.runText(args[1], string(b))
	s.params = params
	s.depth--
	if s.flow == returning {
		s.flow = onward
	}
	return s.last
}

// execs replaces the shell by a command. Redirections alone are dealt with where
// the statement is run.
func execs(s *Shell, args []string) int {
	if len(args) == 1 {
		return 0
	}
	s.external(args[1:])
	s.flow = exiting
	return s.last
}

func command(s *Shell, args []string) int {
	if len(args) > 1 && (args[1] == "-v" || args[1] == "-V") {
		status := 1
		for _, a := range args[2:] {
			if what := s.which(a); what != "" {
				fmt.Fprintln(s.handle(1), what)
				status = 0
			}
		}
		return status
	}
	for len(args) > 1 && args[1] == "-p" {
		args = args[1:]
	}
	if len(args) == 1 {
		return 0
	}
	if b := s.sess.box.builtins[args[1]]; b != nil {
		return b(s, args[1:])
	}
	s.external(args[1:])
	return s.last
}

// which is what command -v says.
func (s *Shell) which(name string) string {
	if v, ok := s.aliases[name]; ok {
		return "alias " + name + "='" + v + "'"
	}
	if s.funcs[name] != nil || s.sess.box.builtins[name] != nil || syntax.IsKeyword(name) {
		return name
	}
	return s.find(name)
}

func types(s *Shell, args []string) int {
	status := 0
	for _, a := range args[1:] {
		w := s.handle(1)
		switch {
		case a == "-t" || a == "-a" || a == "-p":
		case s.aliases[a] != "":
			fmt.Fprintf(w, "%s is aliased to `%s'\n", a, s.aliases[a])
		case syntax.IsKeyword(a):
			fmt.Fprintf(w, "%s is a shell keyword\n", a)
		case s.funcs[a] != nil:
			fmt.Fprintf(w, "%s is a function\n%s () %s\n", a, a, print(s.funcs[a]))
		case s.sess.box.builtins[a] != nil:
			fmt.Fprintf(w, "%s is a shell builtin\n", a)
		case s.find(a) != "":
			fmt.Fprintf(w, "%s is %s\n", a, s.find(a))
		default:
			s.errorf("type: %s: not found", a)
			status = 1
		}
	}
	return status
}

func alias(s *Shell, args []string) int {
	if len(args) == 1 {
		var all []string
		for n, v := range s.aliases {
			all = append(all, "alias "+n+"='"+v+"'\n")
		}
		sort.Strings(all)
		fmt.Fprint(s.handle(1), strings.Join(all, ""))
		return 0
	}
	status := 0
	for _, a := range args[1:] {
		name, v, has := strings.Cut(a, "=")
		if has {
			s.aliases[name] = v
			continue
		}
		if v, ok := s.aliases[name]; ok {
			fmt.Fprintf(s.handle(1), "alias %s='%s'\n", name, v)
		} else {
			s.errorf("alias: %s: not found", name)
			status = 1
		}
	}
	return status
}

func unalias(s *Shell, args []string) int {
	for _, a := range args[1:] {
		if a == "-a" {
			clear(s.aliases)
		}
		delete(s.aliases, a)
	}
	return 0
}

// unalias replaces an alias in front of a command.
func (s *Shell) unalias(words []*syntax.Word) ([]*syntax.Word, error) {
	if !s.interactive || len(words) == 0 {
		return words, nil
	}
	seen := map[string]bool{}
	for {
		name := words[0].Lit()
		v, ok := s.aliases[name]
		if !ok || seen[name] {
			return words, nil
		}
		seen[name] = true
		var front []*syntax.Word
		for w, err := range s.parser().WordsSeq(strings.NewReader(v + " ")) {
			if err != nil {
				return nil, err
			}
			front = append(front, w)
		}
		if words = append(front, words[1:]...); len(words) == 0 {
			return words, nil
		}
	}
}

func read(s *Shell, args []string) int {
	raw, prompt, delim, limit, list := false, "", byte('\n'), -1, ""
	var names []string
	for i := 1; i < len(args); i++ {
		a := args[i]
		value := func() string {
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch a {
		case "-r":
			raw = true
		case "-s", "-e":
		case "-p":
			prompt = value()
		case "-t", "-u":
			value()
		case "-n", "-N":
			limit, _ = strconv.Atoi(value())
		case "-a":
			list = value()
		case "-d":
			if v := value(); v != "" {
				delim = v[0]
			} else {
				delim = 0
			}
		default:
			names = append(names, a)
		}
	}
	if prompt != "" {
		fmt.Fprint(s.handle(2), prompt)
	}
	line, err := s.readLine(delim, limit, raw)
	if list != "" {
		s.failed(environ{s}.Set(list, expand.Variable{Set: true, Kind: expand.Indexed, List: expand.ReadFields(s.config(), line, -1, raw)}))
		return b2i(err != nil)
	}
	if len(names) == 0 {
		s.failed(s.set("REPLY", line))
		return b2i(err != nil)
	}
	values := expand.ReadFields(s.config(), line, len(names), raw)
	for i, n := range names {
		v := ""
		if i < len(values) {
			v = values[i]
		}
		if s.failed(s.set(n, v)) {
			return 1
		}
	}
	return b2i(err != nil)
}

// readLine reads byte by byte, so that nothing is taken from who reads next.
func (s *Shell) readLine(delim byte, limit int, raw bool) (string, error) {
	in := s.handle(0)
	var b []byte
	one := make([]byte, 1)
	for limit < 0 || len(b) < limit {
		n, err := in.Read(one)
		if n == 0 && err == nil {
			continue
		}
		if err != nil {
			if len(b) > 0 && errors.Is(err, io.EOF) {
				return string(b), err
			}
			return string(b), err
		}
		if one[0] == delim {
			if !raw && delim == '\n' && len(b) > 0 && b[len(b)-1] == '\\' && !strings.HasSuffix(string(b), `\\`) {
				b = b[:len(b)-1]
				continue
			}
			break
		}
		if b = append(b, one[0]); len(b) > maxValue {
			return "", errors.New("line too long")
		}
	}
	return string(b), nil
}

func mapfile(s *Shell, args []string) int {
	name, cut := "MAPFILE", false
	for _, a := range args[1:] {
		if a == "-t" {
			cut = true
		} else if !strings.HasPrefix(a, "-") {
			name = a
		}
	}
	var list []string
	for {
		line, err := s.readLine('\n', -1, true)
		if err != nil && line == "" {
			break
		}
		if !cut && err == nil {
			line += "\n"
		}
		if list = append(list, line); err != nil || len(list) > maxIndex {
			break
		}
	}
	return b2i(s.failed(environ{s}.Set(name, expand.Variable{Set: true, Kind: expand.Indexed, List: list})))
}

func letArgs(s *Shell, args []string) int {
	status := 1
	for _, a := range args[1:] {
		s.runText("let", "(( "+a+" ))")
		status = s.last
	}
	return status
}
