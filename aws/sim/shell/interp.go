package shell

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
)

// flow is what interrupts the order of statements.
type flow int

const (
	onward flow = iota
	breaking
	continuing
	returning
	exiting
)

// maxDepth bounds nested functions and evaluations.
const maxDepth = 200

// Shell interprets the parsed language over the virtual disk and the session's
// tools. Parsing and expansion are mvdan.cc/sh's; running is done here, since its
// interpreter looks at the host for pids, users, programs, pipes and files.
type Shell struct {
	sess  *session
	ctx   context.Context // ends with the line that is run
	group *group

	scope   *scope
	funcs   map[string]*syntax.Stmt
	aliases map[string]string
	params  []string
	name    string // $0
	dir     string
	opts    map[rune]bool // of set
	shopts  map[string]bool
	traps   map[string]string
	fds     map[int]*desc
	cfg     *expand.Config

	pid, mainPID, ppid int
	last, lastBack     int
	substStatus        int
	flow               flow
	flowN              int
	depth              int
	quiet              int // conditions, where errexit does not hold
	main               bool
	interactive        bool
	bash               bool
	line               int
	begun              time.Time
	made               []string // files of process substitutions
	backs              []*back
	hist               func() []string // of the prompt; nil without one
}

// sub copies the shell for a subshell; its descriptors must be released.
func (s *Shell) sub(g *group) *Shell {
	c := *s
	c.group, c.ctx = g, g.ctx
	c.scope = s.flatten()
	c.funcs, c.aliases = maps.Clone(s.funcs), maps.Clone(s.aliases)
	c.opts, c.shopts, c.traps = maps.Clone(s.opts), maps.Clone(s.shopts), s.ignored()
	c.params = slices.Clone(s.params)
	c.fds = map[int]*desc{}
	for n, d := range s.fds {
		c.fds[n] = d.dup()
	}
	c.pid = s.sess.nextPID()
	c.main, c.interactive, c.flow, c.cfg, c.made, c.backs = false, false, onward, nil, nil, nil
	return &c
}

func (s *Shell) release() {
	for _, d := range s.fds {
		d.release()
	}
	s.fds = nil
}

// handle is descriptor n as the shell's own builtins use it.
func (s *Shell) handle(n int) *handle {
	d := s.fds[n]
	if d == nil {
		d = newDesc(nothing{})
	}
	return &handle{d, s.group}
}

func (s *Shell) errorf(format string, args ...any) {
	name := s.label()
	fmt.Fprintf(s.handle(2), name+": "+format+"\n", args...)
}

// label is how the shell names itself in errors.
func (s *Shell) label() string {
	name := s.name[strings.LastIndexByte(s.name, '/')+1:]
	if s.bash || !s.sess.dash() {
		return name
	}
	return fmt.Sprintf("%s: %d", name, max(1, s.line))
}

// config are the expansions' hooks.
func (s *Shell) config() *expand.Config {
	if s.cfg != nil {
		return s.cfg
	}
	s.cfg = &expand.Config{
		Env:       environ{s},
		CmdSubst:  s.commandSubst,
		ProcSubst: s.processSubst,
		NoUnset:   s.opts['u'],
		NullGlob:  s.shopts["nullglob"], DotGlob: s.shopts["dotglob"], GlobStar: s.shopts["globstar"],
		NoCaseGlob: s.shopts["nocaseglob"], ExtGlob: s.shopts["extglob"],
	}
	if !s.opts['f'] {
		s.cfg.ReadDir2 = func(name string) ([]fs.DirEntry, error) {
			all, err := s.sess.fs().ReadDir(disk.Abs(s.dir, name))
			out := make([]fs.DirEntry, len(all))
			for i, e := range all {
				out[i] = e
			}
			return out, err
		}
	}
	return s.cfg
}

// stop says whether nothing more is to be run.
func (s *Shell) stop() bool { return s.flow != onward || s.ctx.Err() != nil }

func (s *Shell) stmts(all []*syntax.Stmt) {
	for _, st := range all {
		if s.stop() {
			return
		}
		s.stmt(st)
		s.runTraps()
	}
}

func (s *Shell) stmt(st *syntax.Stmt) {
	if s.stop() {
		return
	}
	if st.Background || st.Coprocess || st.Disown {
		s.background(st)
		return
	}
	if call, ok := st.Cmd.(*syntax.CallExpr); ok && len(call.Args) == 1 && call.Args[0].Lit() == "exec" {
		s.last = 0
		if err := s.keep(st.Redirs); err != nil {
			s.errorf("exec: %v", err)
			s.last = 1
		}
		return
	}
	undo, err := s.redirect(st.Redirs)
	if err != nil {
		s.errorf("%v", err)
		s.last = 1
	} else if st.Cmd != nil {
		s.command(st.Cmd)
	} else {
		s.last = 0
	}
	undo()
	if st.Negated {
		s.last = b2i(s.last == 0)
		return
	}
	if b, ok := st.Cmd.(*syntax.BinaryCmd); ok && (b.Op == syntax.AndStmt || b.Op == syntax.OrStmt) {
		return
	}
	if s.last != 0 && s.opts['e'] && s.quiet == 0 && s.flow == onward {
		s.flow = exiting
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cond runs statements whose failure is an answer.
func (s *Shell) cond(all []*syntax.Stmt) bool {
	s.quiet++
	s.stmts(all)
	s.quiet--
	return s.last == 0 && !s.stop()
}

func (s *Shell) command(c syntax.Command) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		s.call(c)
	case *syntax.Block:
		s.stmts(c.Stmts)
	case *syntax.Subshell:
		s.subshell(c)
	case *syntax.BinaryCmd:
		s.binary(c)
	case *syntax.IfClause:
		s.ifClause(c)
	case *syntax.WhileClause:
		s.loop(func() bool { return s.cond(c.Cond) != c.Until && !s.stop() }, c.Do, nil)
	case *syntax.ForClause:
		s.forClause(c)
	case *syntax.CaseClause:
		s.caseClause(c)
	case *syntax.FuncDecl:
		if c.Name == nil {
			s.errorf("syntax error: a function without a name")
			s.last = 2
			return
		}
		s.funcs[c.Name.Value] = c.Body
		s.last = 0
	case *syntax.DeclClause:
		s.declare(c)
	case *syntax.ArithmCmd:
		n, err := expand.Arithm(s.config(), c.X)
		s.last = b2i(n == 0 || s.failed(err))
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			n, err := expand.Arithm(s.config(), x)
			s.last = b2i(n == 0 || s.failed(err))
		}
	case *syntax.TestClause:
		s.last = b2i(!s.test(c.X))
	case *syntax.TimeClause:
		s.timed(c)
	default:
		s.errorf("this kind of command is not supported")
		s.last = 2
	}
}

// failed reports an expansion's error; the command at hand is given up.
func (s *Shell) failed(err error) bool {
	if err == nil {
		return false
	}
	if s.ctx.Err() == nil {
		s.errorf("%v", err)
	}
	var unset expand.UnsetParameterError
	if errors.As(err, &unset) && !s.interactive {
		s.flow = exiting
	}
	s.last = 1
	return true
}

func (s *Shell) ifClause(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 || s.cond(c.Cond) { // an else has no condition
			s.last = 0
			s.stmts(c.Then)
			return
		}
		if s.stop() {
			return
		}
	}
	s.last = 0
}

// loop runs a body while again answers true; after runs behind each turn.
func (s *Shell) loop(again func() bool, body []*syntax.Stmt, after func()) {
	status := 0
	for again() {
		s.stmts(body)
		status = s.last
		if s.flow == breaking || s.flow == continuing {
			was := s.flow
			if s.flowN--; s.flowN > 0 {
				return
			}
			s.flow = onward
			if was == breaking {
				break
			}
		}
		if s.stop() {
			return
		}
		if after != nil {
			after()
		}
	}
	if s.flow == onward && s.ctx.Err() == nil {
		s.last = status
	}
}

func (s *Shell) forClause(c *syntax.ForClause) {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		items := s.params
		if l.InPos.IsValid() {
			var err error
			if items, err = expand.Fields(s.config(), l.Items...); s.failed(err) {
				return
			}
		}
		i := 0
		s.loop(func() bool {
			if i == len(items) {
				return false
			}
			err := s.set(l.Name.Value, items[i])
			i++
			return !s.failed(err)
		}, c.Do, nil)
	case *syntax.CStyleLoop:
		value := func(x syntax.ArithmExpr, none int) int {
			if x == nil {
				return none
			}
			n, err := expand.Arithm(s.config(), x)
			if s.failed(err) {
				return 0
			}
			return n
		}
		value(l.Init, 0)
		s.loop(func() bool { return value(l.Cond, 1) != 0 && !s.stop() }, c.Do, func() { value(l.Post, 0) })
	}
}

func (s *Shell) binary(c *syntax.BinaryCmd) {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		s.quiet++
		s.stmt(c.X)
		s.quiet--
		if !s.stop() && (s.last == 0) == (c.Op == syntax.AndStmt) {
			s.stmt(c.Y)
		}
	default:
		s.pipeline(c)
	}
}

// put sets a descriptor.
func (s *Shell) put(n int, d *desc) {
	if old := s.fds[n]; old != nil {
		old.release()
	}
	s.fds[n] = d
}
