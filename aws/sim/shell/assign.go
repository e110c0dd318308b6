package shell

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// maxIndex bounds an array's index.
const maxIndex = 1 << 16

// assign makes one assignment; attr has the attributes that it adds.
func (s *Shell) assign(a *syntax.Assign, attr expand.Variable) error {
	env := environ{s}
	name := a.Name.Value
	ref, old := env.Get(name).Resolve(env)
	if ref != "" {
		name = ref
	}
	v := attr
	v.Set = true
	switch {
	case a.Array != nil:
		if err := s.array(a, old, &v); err != nil {
			return err
		}
	case a.Index != nil:
		if err := s.element(a, old, &v); err != nil {
			return err
		}
	default:
		value := ""
		if a.Value != nil {
			var err error
			if value, err = expand.Literal(s.config(), a.Value); err != nil {
				return err
			}
		}
		if a.Append {
			if old.Kind == expand.Indexed && old.IsSet() {
				v.Kind, v.List = expand.Indexed, slices.Clone(old.List)
				if len(v.List) == 0 {
					v.List = []string{""}
				}
				v.List[0] += value
				return env.Set(name, v)
			}
			value = old.String() + value
		}
		v.Kind, v.Str = expand.String, value
	}
	return env.Set(name, v)
}

// array is name=(…).
func (s *Shell) array(a *syntax.Assign, old expand.Variable, v *expand.Variable) error {
	if old.Kind == expand.Associative || v.Kind == expand.Associative {
		v.Kind, v.Map = expand.Associative, map[string]string{}
		if a.Append {
			v.Map = maps.Clone(old.Map)
		}
		for _, e := range a.Array.Elems {
			key, value, err := s.pair(e)
			if err != nil {
				return err
			}
			v.Map[key] = value
		}
		return nil
	}
	v.Kind = expand.Indexed
	if a.Append {
		v.List = slices.Clone(old.List)
		if old.Kind == expand.String && old.IsSet() {
			v.List = []string{old.Str}
		}
	}
	for _, e := range a.Array.Elems {
		if e.Index != nil {
			i, err := expand.Arithm(s.config(), e.Index)
			if err != nil {
				return err
			}
			value := ""
			if e.Value != nil {
				if value, err = expand.Literal(s.config(), e.Value); err != nil {
					return err
				}
			}
			if v.List, err = put(v.List, i, value); err != nil {
				return err
			}
			continue
		}
		words, err := expand.Fields(s.config(), e.Value)
		if err != nil {
			return err
		}
		v.List = append(v.List, words...)
	}
	return nil
}

func (s *Shell) pair(e *syntax.ArrayElem) (key, value string, err error) {
	if e.Index != nil {
		if key, err = s.key(e.Index); err != nil {
			return "", "", err
		}
	}
	if e.Value != nil {
		value, err = expand.Literal(s.config(), e.Value)
	}
	return key, value, err
}

// key is an associative array's index as text.
func (s *Shell) key(x syntax.ArithmExpr) (string, error) {
	if w, ok := x.(*syntax.Word); ok {
		return expand.Literal(s.config(), w)
	}
	n, err := expand.Arithm(s.config(), x)
	return fmt.Sprint(n), err
}

// element is name[i]=value.
func (s *Shell) element(a *syntax.Assign, old expand.Variable, v *expand.Variable) error {
	value := ""
	var err error
	if a.Value != nil {
		if value, err = expand.Literal(s.config(), a.Value); err != nil {
			return err
		}
	}
	if old.Kind == expand.Associative {
		key, err := s.key(a.Index)
		if err != nil {
			return err
		}
		v.Kind, v.Map = expand.Associative, maps.Clone(old.Map)
		if v.Map == nil {
			v.Map = map[string]string{}
		}
		if a.Append {
			value = v.Map[key] + value
		}
		v.Map[key] = value
		return nil
	}
	i, err := expand.Arithm(s.config(), a.Index)
	if err != nil {
		return err
	}
	v.Kind, v.List = expand.Indexed, slices.Clone(old.List)
	if old.Kind == expand.String && old.IsSet() {
		v.List = []string{old.Str}
	}
	if i < 0 {
		i += len(v.List)
	}
	if a.Append && i >= 0 && i < len(v.List) {
		value = v.List[i] + value
	}
	v.List, err = put(v.List, i, value)
	return err
}

func put(list []string, i int, value string) ([]string, error) {
	if i < 0 || i > maxIndex {
		return nil, fmt.Errorf("[%d]: bad array subscript", i)
	}
	for len(list) <= i {
		list = append(list, "")
	}
	list[i] = value
	return list, nil
}

// declare is export, local, readonly, declare and typeset.
func (s *Shell) declare(c *syntax.DeclClause) {
	attr := expand.Variable{}
	show, inFunction := true, false
	for sc := s.scope; sc.up != nil; sc = sc.up {
		inFunction = true
	}
	switch c.Variant.Value {
	case "export":
		attr.Exported = true
	case "readonly":
		attr.ReadOnly = true
	case "local":
		if !inFunction {
			s.errorf("local: can only be used in a function")
			s.last = 1
			return
		}
		attr.Local = true
	case "declare", "typeset":
		attr.Local = inFunction
	}
	s.last = 0
	unexport := false
	for _, a := range c.Args {
		if a.Naked && a.Name == nil {
			words, err := expand.Fields(s.config(), a.Value)
			if s.failed(err) {
				return
			}
			for _, w := range words {
				if len(w) > 1 && (w[0] == '-' || w[0] == '+') {
					for _, f := range w[1:] {
						switch f {
						case 'x':
							attr.Exported = w[0] == '-'
						case 'n':
							unexport = c.Variant.Value == "export"
						case 'r':
							attr.ReadOnly = true
						case 'a':
							attr.Kind = expand.Indexed
						case 'A':
							attr.Kind = expand.Associative
						case 'g':
							attr.Local = false
						}
					}
					continue
				}
				show = false
				name, value, has := strings.Cut(w, "=")
				s.declareOne(name, value, has, attr)
			}
			continue
		}
		show = false
		if unexport {
			if v, sc := s.lookup(a.Name.Value); sc != nil {
				v.Exported = false
				sc.vars[a.Name.Value] = v
			}
			continue
		}
		if a.Naked {
			s.declareOne(a.Name.Value, "", false, attr)
			continue
		}
		if s.failed(s.assign(a, attr)) {
			return
		}
	}
	if show {
		s.showVars(attr)
	}
}

func (s *Shell) declareOne(name, value string, has bool, attr expand.Variable) {
	if !syntax.ValidName(name) {
		s.errorf("%s: not a valid identifier", name)
		s.last = 1
		return
	}
	v := attr
	if has {
		v.Set, v.Kind, v.Str = true, expand.String, value
	} else if attr.Local {
		if _, here := s.scope.vars[name]; here {
			return
		}
		s.scope.vars[name] = v
		return
	} else {
		v.Kind = expand.KeepValue
		if _, sc := s.lookup(name); sc == nil {
			v.Kind = attr.Kind
			for sc := s.scope; ; sc = sc.up {
				if sc.up == nil {
					sc.vars[name] = v
					return
				}
			}
		}
	}
	s.failed(environ{s}.Set(name, v))
}

func (s *Shell) showVars(attr expand.Variable) {
	var out []string
	environ{s}.Each(func(n string, v expand.Variable) bool {
		if attr.Exported && !v.Exported || attr.ReadOnly && !v.ReadOnly {
			return true
		}
		out = append(out, fmt.Sprintf("declare -%s %s=%s\n", orDash(v.Flags()), n, quote(v.String())))
		return true
	})
	sort.Strings(out)
	w := s.handle(1)
	for _, l := range out {
		fmt.Fprint(w, l)
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func quote(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(v) + `"`
}
