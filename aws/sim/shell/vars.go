package shell

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
)

// scope holds variables; a function's scope lies above its caller's.
type scope struct {
	vars map[string]expand.Variable
	up   *scope
}

// maxValue bounds one variable.
const maxValue = 4 << 20

func (s *Shell) lookup(name string) (expand.Variable, *scope) {
	for sc := s.scope; sc != nil; sc = sc.up {
		if v, ok := sc.vars[name]; ok {
			return v, sc
		}
	}
	return expand.Variable{}, nil
}

// get reads a variable's text.
func (s *Shell) get(name string) string {
	_, v := environ{s}.Get(name).Resolve(environ{s})
	return v.String()
}

// set gives a variable a text; it keeps its attributes.
func (s *Shell) set(name, value string) error {
	return environ{s}.Set(name, expand.Variable{Set: true, Kind: expand.String, Str: value})
}

// environ is the shell's variables as the expansions see them.
type environ struct{ s *Shell }

func text(v string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: v} }

// Get finds variables and parameters.
func (e environ) Get(name string) expand.Variable {
	s := e.s
	switch name {
	case "#":
		return text(strconv.Itoa(len(s.params)))
	case "@", "*":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: s.params}
	case "?":
		return text(strconv.Itoa(s.last))
	case "$":
		return text(strconv.Itoa(s.mainPID))
	case "!":
		if s.lastBack == 0 {
			return expand.Variable{}
		}
		return text(strconv.Itoa(s.lastBack))
	case "-":
		return text(s.flags())
	case "0":
		return text(s.name)
	case "PPID":
		return text(strconv.Itoa(s.ppid))
	case "BASHPID":
		return text(strconv.Itoa(s.pid))
	case "UID", "EUID":
		return text("0")
	case "RANDOM":
		return text(strconv.Itoa(rand.IntN(32768)))
	case "SECONDS":
		return text(strconv.Itoa(int(s.sess.now().Sub(s.begun) / time.Second)))
	case "EPOCHSECONDS":
		return text(strconv.FormatInt(s.sess.now().Unix(), 10))
	case "COLUMNS", "LINES":
		if s.sess.tty != nil {
			cols, rows := s.sess.tty.Size()
			if name == "LINES" {
				cols = rows
			}
			return text(strconv.Itoa(cols))
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n > 0 {
		if n > len(s.params) {
			return expand.Variable{}
		}
		return text(s.params[n-1])
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok {
		return text(s.sess.home(user)) // never the host's users
	}
	v, _ := s.lookup(name)
	return v
}

var errReadOnly = errors.New("readonly variable")

// Set changes, makes or removes a variable.
func (e environ) Set(name string, v expand.Variable) error {
	s := e.s
	old, sc := s.lookup(name)
	if old.ReadOnly && v.Kind != expand.KeepValue {
		return fmt.Errorf("%s: %w", name, errReadOnly)
	}
	if len(v.Str) > maxValue || len(v.List) > maxValue/16 || len(v.Map) > maxValue/16 {
		return fmt.Errorf("%s: Cannot allocate memory", name)
	}
	if v.Kind == expand.KeepValue {
		v.Set, v.Kind, v.Str, v.List, v.Map, v.Indexes = old.Set, old.Kind, old.Str, old.List, old.Map, old.Indexes
	} else if v.IsSet() {
		v.Exported = v.Exported || old.Exported || s.opts['a']
		v.List, v.Map, v.Indexes = slices.Clone(v.List), maps.Clone(v.Map), slices.Clone(v.Indexes)
	}
	if v.Local || sc == nil {
		sc = s.scope
		if !v.Local {
			for sc.up != nil {
				sc = sc.up
			}
		}
	}
	if !v.IsSet() && !v.Declared() {
		delete(sc.vars, name)
		return nil
	}
	if len(sc.vars) > 100_000 {
		return fmt.Errorf("%s: Cannot allocate memory", name)
	}
	sc.vars[name] = v
	return nil
}

// Each gives all variables, outer ones first.
func (e environ) Each(f func(string, expand.Variable) bool) {
	var all []*scope
	for sc := e.s.scope; sc != nil; sc = sc.up {
		all = append(all, sc)
	}
	for i := len(all) - 1; i >= 0; i-- {
		for n, v := range all[i].vars {
			if !f(n, v) {
				return
			}
		}
	}
}

// exported is the environment of a command.
func (s *Shell) exported() []string {
	all := map[string]string{}
	environ{s}.Each(func(n string, v expand.Variable) bool {
		if v.Exported && v.IsSet() && v.Kind == expand.String {
			all[n] = v.Str
		} else {
			delete(all, n)
		}
		return true
	})
	out := make([]string, 0, len(all))
	for n, v := range all {
		out = append(out, n+"="+v)
	}
	sort.Strings(out)
	return out
}

// flatten copies all variables for a subshell.
func (s *Shell) flatten() *scope {
	out := &scope{vars: map[string]expand.Variable{}}
	environ{s}.Each(func(n string, v expand.Variable) bool {
		v.Local = false
		out.vars[n] = v
		return true
	})
	return out
}

// flags is the text of $-.
func (s *Shell) flags() string {
	out := "hB"
	for _, o := range "aefnuvx" {
		if s.opts[o] {
			out += string(o)
		}
	}
	if s.interactive {
		out += "i"
	}
	return out
}
