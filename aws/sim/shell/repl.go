package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// repl reads and runs lines until the end of input or exit.
func (s *Shell) repl(ctx context.Context) {
	ed := &tty.Editor{T: s.sess.tty, Bracket: s.bash, Complete: s.complete}
	s.hist = ed.History
	// A shell at its prompt is not ended by the keys' signals.
	front, line := s.sess.swapFront(nil), s.sess.swapLine(nil)
	defer func() { s.sess.swapFront(front); s.sess.swapLine(line) }()
	for _, l := range s.savedHistory() {
		ed.Add(l)
	}
	for s.flow == onward && ctx.Err() == nil {
		in := &lines{s: s, ed: ed, ctx: ctx}
		p := s.parser()
		in.open = func() bool { return p.Incomplete() }
		var err error
		for all, perr := range p.InteractiveSeq(in) {
			if err = perr; err != nil {
				break
			}
			if p.Incomplete() {
				continue
			}
			in.fresh()
			s.runLine(ctx, all)
			if s.flow != onward || ctx.Err() != nil {
				break
			}
		}
		switch {
		case errors.Is(in.err, tty.ErrInterrupted):
			s.last = 130
			s.trapAtPrompt(ctx)
			continue
		case errors.Is(in.err, io.EOF) && s.stoppedJobs():
			fmt.Fprintln(s.sess.tty, "There are stopped jobs.")
			continue
		case in.err != nil:
			if s.interactive && errors.Is(in.err, io.EOF) && s.bash {
				fmt.Fprintln(s.sess.tty, "exit")
			}
			s.flow = exiting
		case err != nil:
			ed.Add(in.whole)
			s.syntaxError(err)
		}
	}
}

// stoppedJobs says whether a job is stopped, and hangs up on all if so: the first
// end of input warns, the next one leaves.
func (s *Shell) stoppedJobs() bool {
	for _, g := range s.sess.list() {
		if stopped, ended := g.state(); stopped && !ended {
			for _, other := range s.sess.list() {
				other.send(sigHup)
				s.sess.forget(other)
			}
			return true
		}
	}
	return false
}

// runLine runs the statements of one line; ^C ends it.
func (s *Shell) runLine(ctx context.Context, all []*syntax.Stmt) {
	if len(all) == 0 {
		return
	}
	g := newGroup(ctx, s.pid, "", s.sess.tty.Wake)
	g.front = true
	g.catch(s.traps)
	defer g.cancel()
	outer := s.group
	s.group, s.ctx = g, g.ctx
	defer func() { s.group, s.ctx = outer, ctx }()
	oldFront, oldLine := s.sess.swapFront(nil), s.sess.swapLine(g)
	func() {
		defer s.sess.survive()
		s.stmts(all)
	}()
	s.sess.swapFront(oldFront)
	s.sess.swapLine(oldLine)
	for _, name := range s.made {
		_ = s.sess.fs().Unmake(name)
	}
	s.made = nil
	if g.ctx.Err() != nil && ctx.Err() == nil {
		s.last = 128 + sigInt
		fmt.Fprintln(s.sess.tty)
	}
	switch s.flow {
	case breaking, continuing, returning:
		s.flow = onward
	}
	s.depth, s.quiet = 0, 0
}

// lines feeds the parser one line of the editor at a time.
type lines struct {
	s     *Shell
	ed    *tty.Editor
	ctx   context.Context
	open  func() bool
	buf   string
	whole string // the command so far, for the history
	nest  nesting
	err   error
}

// fresh begins a new command.
func (l *lines) fresh() {
	l.ed.Add(l.whole)
	l.whole, l.nest = "", nesting{}
}

func (l *lines) Read(p []byte) (int, error) {
	if l.buf == "" {
		if l.err != nil {
			return 0, l.err
		}
		prompt := "> "
		if !l.open() {
			l.s.sess.reap(l.s.sess.tty)
			prompt = l.s.prompt()
			if l.whole != "" {
				l.fresh()
			}
		}
		line, err := l.ed.ReadLine(l.ctx, prompt)
		if err == nil {
			err = l.nest.feed(line + "\n")
		}
		if err != nil {
			if errors.Is(err, errDeep) {
				l.s.errorf("%v", err)
				l.s.last, err = 2, tty.ErrInterrupted
			}
			l.err = err
			return 0, err
		}
		if len(l.whole) < 64<<10 {
			l.whole += line + "\n"
		}
		l.buf = line + "\n"
	}
	n := copy(p, l.buf)
	l.buf = l.buf[n:]
	return n, nil
}

// prompt expands PS1.
func (s *Shell) prompt() string {
	ps := s.get("PS1")
	var b strings.Builder
	for i := 0; i < len(ps); i++ {
		if ps[i] != '\\' || i+1 == len(ps) {
			b.WriteByte(ps[i])
			continue
		}
		i++
		switch ps[i] {
		case 'u':
			b.WriteString("root")
		case 'h':
			h, _, _ := strings.Cut(s.sess.box.facts.Hostname, ".")
			b.WriteString(h)
		case 'H':
			b.WriteString(s.sess.box.facts.Hostname)
		case 'w':
			b.WriteString(s.tilde(s.dir))
		case 'W':
			d := s.tilde(s.dir)
			b.WriteString(d[strings.LastIndexByte(strings.TrimSuffix(d, "/"), '/')+1:])
		case '$':
			b.WriteByte('#')
		case 't':
			b.WriteString(s.sess.now().Format("15:04:05"))
		case 'd':
			b.WriteString(s.sess.now().Format("Mon Jan 02"))
		case 'n':
			b.WriteByte('\n')
		case 'e':
			b.WriteByte(0x1b)
		case 'a':
			b.WriteByte(7)
		case 'j':
			fmt.Fprint(&b, len(s.sess.list()))
		case '[', ']':
		case 's':
			b.WriteString(s.label())
		default:
			b.WriteByte(ps[i])
		}
	}
	out := b.String()
	if strings.ContainsAny(out, "$`") {
		if w, err := s.parser().Document(strings.NewReader(out)); err == nil {
			if v, err := expand.Document(s.config(), w); err == nil {
				return v
			}
		}
	}
	return out
}

// savedHistory is what the container's .bash_history holds.
func (s *Shell) savedHistory() []string {
	b, err := s.sess.fs().ReadFile(s.get("HOME") + "/.bash_history")
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimRight(string(b), "\n"), "\n")
}

// newShell makes an interpreter for a process.
func (n *session) newShell(p *proc.Proc) *Shell {
	g := groupOf(p.Ctx)
	s := &Shell{sess: n, ctx: p.Ctx, group: g, scope: &scope{vars: map[string]expand.Variable{}}, funcs: map[string]*syntax.Stmt{},
		aliases: map[string]string{}, name: p.Args[0], dir: p.Dir, opts: map[rune]bool{}, shopts: map[string]bool{}, traps: g.ignored(),
		fds: map[int]*desc{}, pid: p.PID, mainPID: p.PID, begun: n.now()}
	s.bash = strings.HasSuffix(p.Args[0], "bash")
	for i, st := range []any{p.In, p.Out, p.Err} {
		s.fds[i] = descOf(st)
	}
	for _, e := range p.Env {
		k, v, _ := strings.Cut(e, "=")
		if syntax.ValidName(k) {
			s.scope.vars[k] = expand.Variable{Set: true, Kind: expand.String, Str: v, Exported: true}
		}
	}
	for k, v := range map[string]string{"PWD": s.dir, "IFS": " \t\n", "OPTIND": "1", "PATH": n.box.path(), "HOME": "/root", "SHLVL": "1"} {
		if _, sc := s.lookup(k); sc == nil || k == "PWD" || k == "IFS" || k == "OPTIND" {
			s.scope.vars[k] = expand.Variable{Set: true, Kind: expand.String, Str: v, Exported: k == "PWD" || k == "HOME" || k == "PATH"}
		}
	}
	if s.bash {
		s.scope.vars["BASH_VERSION"] = text("5.2.15(1)-release")
		s.scope.vars["BASH"] = text("/bin/bash")
		s.scope.vars["HOSTNAME"] = text(n.box.facts.Hostname)
	}
	return s
}

// descOf makes a descriptor of a process's stream.
func descOf(st any) *desc {
	switch st := st.(type) {
	case *handle:
		return st.d.dup()
	case io.Reader:
		return newDesc(from{st})
	case io.Writer:
		return newDesc(&into{w: st, left: proc.MaxText})
	}
	return newDesc(nothing{})
}

// shell is the command sh or bash.
func (n *session) shell(p *proc.Proc) int {
	s := n.newShell(p)
	defer s.release()
	defer s.group.catch(s.ignored())
	args, script, hasScript := s.shellFlags(p.Args[1:])
	switch {
	case hasScript:
		if len(args) > 0 {
			s.name, s.params = args[0], args[1:]
		}
		s.runText("-c", script)
	case len(args) > 0:
		b, err := n.fs().ReadFile(p.Abs(args[0]))
		if err != nil {
			fmt.Fprintf(p.Err, "%s: %s: %s\n", p.Args[0], args[0], disk.Why(err))
			return 127
		}
		s.name, s.params = args[0], args[1:]
		s.runText(args[0], string(b))
	case proc.IsTTY(p.In):
		s.begin(p)
		s.repl(p.Ctx)
	default:
		b, err := p.ReadAll(p.In)
		if err != nil {
			return 1
		}
		s.runText("stdin", string(b))
	}
	s.flow = onward
	s.runTrap("EXIT")
	return s.last
}

// begin makes the shell interactive.
func (s *Shell) begin(p *proc.Proc) {
	s.interactive, s.main = true, true
	s.sess.mu.Lock()
	if pr := s.sess.procs[s.pid]; pr != nil {
		pr.shell, s.ppid = true, pr.ppid
	}
	s.sess.mu.Unlock()
	ps := `# `
	switch {
	case s.bash:
		ps = `\u@\h:\w\$ `
		if s.sess.box.facts.OSID == "amzn" {
			ps = `\s-5.2\$ `
		}
	case s.sess.box.facts.OSID == "alpine":
		ps = `\w \$ `
	case s.sess.box.facts.OSID == "amzn":
		ps = `sh-5.2\$ `
	}
	s.scope.vars["PS1"] = text(ps)
	s.scope.vars["PS2"] = text("> ")
	s.aliases["ll"] = "ls -l"
	s.runLine(p.Ctx, s.startFiles())
}

// startFiles are the statements of .bashrc, where there is one.
func (s *Shell) startFiles() []*syntax.Stmt {
	if !s.bash {
		return nil
	}
	b, err := s.sess.fs().ReadFile(s.get("HOME") + "/.bashrc")
	if err != nil || tooDeep(string(b)) != nil {
		return nil
	}
	f, err := s.parser().Parse(strings.NewReader(string(b)), "")
	if err != nil {
		return nil
	}
	return f.Stmts
}

// shellFlags reads a shell's own options.
func (s *Shell) shellFlags(args []string) (rest []string, script string, hasScript bool) {
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		a := args[0]
		args = args[1:]
		if a == "--" {
			break
		}
		if strings.HasPrefix(a, "--") {
			continue
		}
		for _, o := range a[1:] {
			switch o {
			case 'c':
				hasScript = true
			case 'o':
				if len(args) > 0 {
					s.option(args[0], a[0] == '-')
					args = args[1:]
				}
			case 'l', 'i', 's':
			default:
				s.opts[o] = a[0] == '-'
			}
		}
	}
	if hasScript && len(args) > 0 {
		script, args = args[0], args[1:]
	}
	return args, script, hasScript
}
