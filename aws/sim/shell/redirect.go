package shell

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"ecsole/aws/sim/shell/disk"
)

// redirect applies redirections; undo takes them back.
func (s *Shell) redirect(all []*syntax.Redirect) (undo func(), err error) {
	type saved struct {
		n int
		d *desc
	}
	var old []saved
	undo = func() {
		for i := len(old) - 1; i >= 0; i-- {
			if d := s.fds[old[i].n]; d != nil {
				d.release()
			}
			if s.fds[old[i].n] = old[i].d; old[i].d == nil {
				delete(s.fds, old[i].n)
			}
		}
	}
	point := func(n int, d *desc) {
		old = append(old, saved{n, s.fds[n]})
		if s.fds[n] = d; d == nil {
			delete(s.fds, n)
		}
	}
	for _, r := range all {
		if err := s.redirectOne(r, point); err != nil {
			return undo, err
		}
	}
	return undo, nil
}

// keep makes the last redirections permanent (exec).
func (s *Shell) keep(all []*syntax.Redirect) error {
	return s.each(all, func(n int, d *desc) {
		if old := s.fds[n]; old != nil {
			old.release()
		}
		if s.fds[n] = d; d == nil {
			delete(s.fds, n)
		}
	})
}

func (s *Shell) each(all []*syntax.Redirect, point func(int, *desc)) error {
	for _, r := range all {
		if err := s.redirectOne(r, point); err != nil {
			return err
		}
	}
	return nil
}

// number is the descriptor that a redirection is about.
func number(r *syntax.Redirect) (int, error) {
	if r.N == nil {
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			return 0, nil
		}
		return 1, nil
	}
	n, err := strconv.Atoi(r.N.Value)
	if err != nil || n < 0 || n > 255 {
		return 0, fmt.Errorf("%s: %w", r.N.Value, disk.EBADF)
	}
	return n, nil
}

func (s *Shell) redirectOne(r *syntax.Redirect, point func(int, *desc)) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	if r.Hdoc != nil {
		body, err := expand.Document(s.config(), r.Hdoc)
		if err != nil {
			return err
		}
		point(n, newDesc(from{strings.NewReader(body)}))
		return nil
	}
	arg, err := expand.Literal(s.config(), r.Word)
	if err != nil {
		return err
	}
	switch r.Op {
	case syntax.WordHdoc:
		point(n, newDesc(from{strings.NewReader(arg + "\n")}))
		return nil
	case syntax.DplIn, syntax.DplOut:
		return s.duplicate(n, arg, point)
	}
	flag := 0
	switch r.Op {
	case syntax.RdrIn:
		flag = disk.Read
	case syntax.RdrInOut:
		flag = disk.Read | disk.Write | disk.Create
	case syntax.AppOut, syntax.AppAll:
		flag = disk.Write | disk.Append | disk.Create
	case syntax.RdrOut, syntax.RdrAll, syntax.RdrClob:
		flag = disk.Write | disk.Create | disk.Trunc
		if s.opts['C'] && r.Op != syntax.RdrClob {
			if i, err := s.sess.fs().Stat(disk.Abs(s.dir, arg)); err == nil && i.Mode().IsRegular() {
				return fmt.Errorf("%s: cannot overwrite existing file", arg)
			}
		}
	default:
		return fmt.Errorf("%s: redirection is not supported", arg)
	}
	d, err := s.open(arg, flag)
	if err != nil {
		return err
	}
	point(n, d)
	if r.Op == syntax.RdrAll || r.Op == syntax.AppAll {
		point(2, d.dup())
	}
	return nil
}

// duplicate is n>&m, n>&- and >&file.
func (s *Shell) duplicate(n int, arg string, point func(int, *desc)) error {
	if arg == "-" {
		point(n, nil)
		return nil
	}
	m, err := strconv.Atoi(strings.TrimSuffix(arg, "-"))
	if err != nil {
		d, err := s.open(arg, disk.Write|disk.Create|disk.Trunc)
		if err != nil {
			return err
		}
		point(n, d)
		point(2, d.dup())
		return nil
	}
	d := s.fds[m]
	if d == nil {
		return fmt.Errorf("%s: %w", arg, disk.EBADF)
	}
	point(n, d.dup())
	if strings.HasSuffix(arg, "-") && m != n {
		point(m, nil)
	}
	return nil
}

const errTCP = disk.Errno("Connection refused")

// open opens a file for a redirection.
func (s *Shell) open(name string, flag int) (*desc, error) {
	if s.bash && (strings.HasPrefix(name, "/dev/tcp/") || strings.HasPrefix(name, "/dev/udp/")) {
		return s.dial(name)
	}
	f, err := s.sess.fs().Open(disk.Abs(s.dir, name), flag, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", name, disk.Why(err))
	}
	switch f.Device() {
	case disk.TTY:
		if s.sess.tty == nil {
			return nil, fmt.Errorf("%s: No such device or address", name)
		}
		return newDesc(console{s.sess.tty}), nil
	case disk.Stdin, disk.Stdout, disk.Stderr:
		d := s.fds[int(f.Device()-disk.Stdin)]
		if d == nil {
			return nil, fmt.Errorf("%s: %w", name, disk.ENOENT)
		}
		return d.dup(), nil
	}
	return newDesc(onDisk{f}), nil
}

// dial is bash's /dev/tcp: a connection to a simulated service.
func (s *Shell) dial(name string) (*desc, error) {
	part := strings.Split(name, "/")
	if len(part) != 5 {
		return nil, fmt.Errorf("%s: %w", name, disk.ENOENT)
	}
	port, err := strconv.Atoi(part[4])
	if err != nil || part[2] == "udp" {
		return nil, fmt.Errorf("%s: %w", name, errTCP)
	}
	c, err := s.sess.box.facts.Dial(s.sess.ctx, part[3], port)
	if err != nil {
		return nil, fmt.Errorf("connect: %w\n%s: %s: %w", errTCP, s.label(), name, errTCP)
	}
	return newDesc(wire{c}), nil
}

// wire is a connection; a group that ends leaves it.
type wire struct{ c net.Conn }

func (w wire) read(g *group, p []byte) (int, error) {
	defer afterEnd(g, func() { _ = w.c.SetDeadline(time.Now()) })()
	return w.c.Read(p)
}

func (w wire) write(g *group, p []byte) (int, error) {
	defer afterEnd(g, func() { _ = w.c.SetDeadline(time.Now()) })()
	return w.c.Write(p)
}

func (w wire) close() { w.c.Close() }
