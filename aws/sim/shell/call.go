package shell

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tools"
)

// call runs a simple command: assignments, a function, a builtin or a file.
func (s *Shell) call(c *syntax.CallExpr) {
	if n := int(c.Pos().Line()); n > 0 && !s.interactive {
		s.line = n
	}
	words, err := s.unalias(c.Args)
	if s.failed(err) {
		return
	}
	s.substStatus = 0
	args, err := expand.Fields(s.config(), words...)
	if s.failed(err) {
		return
	}
	size := 0
	for _, a := range args {
		size += len(a) + 1
	}
	if size > 8<<20 {
		s.errorf("Argument list too long")
		s.last = 126
		return
	}
	if len(args) == 0 {
		for _, a := range c.Assigns {
			if s.failed(s.assign(a, expand.Variable{})) {
				return
			}
		}
		s.last = s.substStatus
		return
	}
	if s.opts['x'] {
		fmt.Fprintf(s.handle(2), "+ %s\n", strings.Join(args, " "))
	}
	restore, err := s.temporary(c.Assigns)
	defer restore()
	if s.failed(err) {
		return
	}
	_ = s.set("_", args[len(args)-1])
	s.invoke(args)
}

// temporary makes a command's own assignments.
func (s *Shell) temporary(all []*syntax.Assign) (restore func(), err error) {
	if len(all) == 0 {
		return func() {}, nil
	}
	old := s.scope
	s.scope = &scope{vars: map[string]expand.Variable{}, up: old}
	for _, a := range all {
		if err := s.assign(a, expand.Variable{Local: true, Exported: true}); err != nil {
			s.scope = old
			return func() {}, err
		}
	}
	return func() { s.scope = old }, nil
}

// invoke runs a command line that is expanded.
func (s *Shell) invoke(args []string) {
	if body := s.funcs[args[0]]; body != nil {
		s.function(body, args)
		return
	}
	if b := s.sess.box.builtins[args[0]]; b != nil {
		s.last = b(s, args)
		return
	}
	s.external(args)
}

func (s *Shell) function(body *syntax.Stmt, args []string) {
	if s.depth >= maxDepth {
		s.errorf("%s: maximum function nesting level exceeded (%d)", args[0], maxDepth)
		s.last, s.flow = 1, exiting
		if s.interactive {
			s.flow = onward
			s.group.kill(sigInt)
		}
		return
	}
	params, old := s.params, s.scope
	s.params = args[1:]
	s.scope = &scope{vars: map[string]expand.Variable{}, up: old}
	s.depth++
	s.stmt(body)
	s.depth--
	s.params, s.scope = params, old
	if s.flow == returning {
		s.flow = onward
	}
}

// external runs a file of the disk.
func (s *Shell) external(args []string) {
	name := args[0]
	file := s.find(name)
	if file == "" {
		if strings.Contains(name, "/") {
			s.last = s.cannot(name)
			return
		}
		what := "command not found"
		if !s.bash {
			what = "not found"
		}
		s.errorf("%s: %s", name, what)
		s.last = 127
		return
	}
	s.front(func() string { return strings.Join(args, " ") }, func(at *Shell) int { return at.execute(file, args) })
}

// cannot says why a path cannot be run.
func (s *Shell) cannot(name string) int {
	i, err := s.sess.fs().Stat(disk.Abs(s.dir, name))
	switch {
	case err != nil:
		s.errorf("%s: %s", name, disk.Why(err))
		return 127
	case i.IsDir():
		s.errorf("%s: Is a directory", name)
	default:
		s.errorf("%s: Permission denied", name)
	}
	return 126
}

// find is the file that a command's name leads to, "" where none does.
func (s *Shell) find(name string) string {
	return s.sess.findIn(s.get("PATH"), s.dir, name)
}

// findIn looks a name up in a search path.
func (n *session) findIn(search, dir, name string) string {
	if strings.Contains(name, "/") {
		abs := disk.Abs(dir, name)
		if n.executable(abs) {
			return abs
		}
		return ""
	}
	for _, d := range strings.Split(search, ":") {
		if abs := disk.Abs(disk.Abs(dir, d), name); n.executable(abs) {
			return abs
		}
	}
	return ""
}

func (n *session) executable(name string) bool {
	i, err := n.fs().Stat(name)
	return err == nil && i.Mode().IsRegular() && i.Mode()&0o111 != 0
}

// execute runs a file in this goroutine, as one process.
func (s *Shell) execute(file string, args []string) int {
	g := s.group
	p := &process{pid: s.sess.nextPID(), ppid: s.pid, group: g, text: strings.Join(args, " "), begun: s.sess.now()}
	s.sess.enter(p)
	defer s.sess.leave(p)
	pr := &proc.Proc{
		Ctx: g.ctx, Args: args, Env: s.exported(), Dir: s.dir, FS: s.sess.fs(), TTY: s.sess.tty, Facts: &s.sess.box.facts,
		PID: p.pid, Session: s.sess, May: g.may,
		In: &handle{s.descOr(0), g}, Out: &handle{s.descOr(1), g}, Err: &handle{s.descOr(2), g},
	}
	return g.killed(s.sess.runFile(pr, file))
}

func (s *Shell) descOr(n int) *desc {
	if d := s.fds[n]; d != nil {
		return d
	}
	return newDesc(nothing{})
}

// elf begins the virtual programs; the tool's name follows.
const elf = "\x7fELF\x02\x01\x01\x00"

// maxNested bounds commands that run each other.
const maxNested = 300

// runFile runs a program or a script.
func (n *session) runFile(p *proc.Proc, file string) int {
	defer n.nested.Add(-1)
	if n.nested.Add(1) > maxNested {
		fmt.Fprintf(p.Err, "%s: fork: Resource temporarily unavailable\n", p.Args[0])
		return 254
	}
	head, err := n.head(file)
	if err != nil {
		fmt.Fprintf(p.Err, "%s: %s\n", p.Args[0], disk.Why(err))
		return 126
	}
	if name, ok := strings.CutPrefix(head, elf); ok {
		name, _, _ = strings.Cut(name, "\x00")
		if t := n.tool(name); t != nil {
			return t(p)
		}
		if slices.Contains(tools.Shells(), name) {
			return n.shell(p)
		}
		return n.application(p, name)
	}
	if line, ok := strings.CutPrefix(head, "#!"); ok {
		line, _, _ = strings.Cut(line, "\n")
		inter := strings.Fields(line)
		if len(inter) > 0 && path.Base(inter[0]) == "env" {
			inter = inter[1:]
		}
		if len(inter) == 0 || n.findIn(p.Getenv("PATH"), "/", inter[0]) == "" {
			fmt.Fprintf(p.Err, "%s: cannot execute: required file not found\n", p.Args[0])
			return 127
		}
		return n.Run(p.With(slices.Concat(inter, []string{file}, p.Args[1:])...))
	}
	if strings.ContainsRune(head, 0) {
		fmt.Fprintf(p.Err, "%s: cannot execute binary file: Exec format error\n", p.Args[0])
		return 126
	}
	return n.shell(p.With(slices.Concat([]string{"sh", file}, p.Args[1:])...))
}

func (n *session) head(file string) (string, error) {
	f, err := n.fs().Open(file, disk.Read, 0)
	if err != nil {
		return "", err
	}
	b := make([]byte, 256)
	k, err := f.Read(b)
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return "", err
	}
	return string(b[:k]), nil
}

// application is the container's own program, started a second time.
func (n *session) application(p *proc.Proc, name string) int {
	for _, s := range n.box.facts.Services {
		if s.Host == "" && s.PID != 0 {
			return p.Errorf("listen tcp 0.0.0.0:%d: bind: address already in use", s.Port)
		}
	}
	return p.Errorf("another instance is running")
}
