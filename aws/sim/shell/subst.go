package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// commandSubst runs $(…); its output goes to w.
func (s *Shell) commandSubst(w io.Writer, cs *syntax.CmdSubst) error {
	g, part := s.apart()
	defer part()
	c := s.sub(g)
	if g == s.group {
		c.ctx = s.ctx
	}
	defer c.release()
	c.put(1, newDesc(&into{w: w, left: 16 << 20}))
	if len(cs.Stmts) == 1 && cs.Stmts[0].Cmd == nil && len(cs.Stmts[0].Redirs) == 1 && cs.Stmts[0].Redirs[0].Op == syntax.RdrIn {
		undo, err := c.redirect(cs.Stmts[0].Redirs)
		if err == nil {
			_, err = io.Copy(c.handle(1), c.handle(0))
		}
		if err != nil {
			c.errorf("%v", err)
			c.last = 1
		}
		undo()
	} else {
		c.stmts(cs.Stmts)
	}
	s.substStatus = g.killed(c.last)
	return s.ctx.Err()
}

// processSubst runs <(…) to its end and gives its output as a file.
func (s *Shell) processSubst(ps *syntax.ProcSubst) (string, error) {
	if ps.Op != syntax.CmdIn {
		return "", errors.New("process substitution: only <(…) is supported")
	}
	var b strings.Builder
	g, part := s.apart()
	defer part()
	c := s.sub(g)
	if g == s.group {
		c.ctx = s.ctx
	}
	defer c.release()
	c.put(1, newDesc(&into{w: &b, left: 16 << 20}))
	c.stmts(ps.Stmts)
	name := fmt.Sprintf("/dev/fd/%d", 63-len(s.made)%60)
	out := []byte(b.String())
	if err := s.sess.fs().Made(name, func() []byte { return out }); err != nil {
		return "", err
	}
	s.made = append(s.made, name)
	return name, nil
}

func (s *Shell) timed(c *syntax.TimeClause) {
	from := time.Now()
	if c.Stmt != nil {
		s.stmt(c.Stmt)
	}
	d := time.Since(from)
	m := d / time.Minute
	fmt.Fprintf(s.handle(2), "\nreal\t%dm%.3fs\nuser\t0m0.001s\nsys\t0m0.002s\n", m, (d - m*time.Minute).Seconds())
}

func (s *Shell) caseClause(c *syntax.CaseClause) {
	word, err := expand.Literal(s.config(), c.Word)
	if s.failed(err) {
		return
	}
	s.last = 0
	through := false
	for _, item := range c.Items {
		hit := through
		for _, p := range item.Patterns {
			pat, err := expand.Pattern(s.config(), p)
			if s.failed(err) {
				return
			}
			hit = hit || match(pat, word)
		}
		if !hit {
			continue
		}
		s.stmts(item.Stmts)
		if item.Op == syntax.Break || s.stop() {
			return
		}
		through = item.Op == syntax.Fallthrough
	}
}
