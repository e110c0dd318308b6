package wire

import (
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// DecodeQuery turns Name.member.1.Key=… into a tree: members become lists, map
// entries (entry.1.key, entry.1.value) become maps. Action and Version stay out.
func DecodeQuery(form url.Values) (Tree, error) { return decodeForm(form, fold) }

// DecodeEC2 is DecodeQuery for EC2's dialect, whose lists have no word for it:
// Filter.1.Value.2=….
func DecodeEC2(form url.Values) (Tree, error) { return decodeForm(form, foldEC2) }

func decodeForm(form url.Values, fold func(any) any) (Tree, error) {
	root := Tree{}
	for name, vals := range form {
		if name == "Action" || name == "Version" || len(vals) == 0 {
			continue
		}
		parts := strings.Split(name, ".")
		if len(parts) > 64 {
			return nil, fmt.Errorf("parameter %q is nested too deep", name[:64])
		}
		at := root
		for _, p := range parts[:len(parts)-1] {
			next, ok := at[p].(Tree)
			if !ok {
				if _, taken := at[p]; taken {
					return nil, fmt.Errorf("parameter %q is both a value and a structure", name)
				}
				next = Tree{}
				at[p] = next
			}
			at = next
		}
		last := parts[len(parts)-1]
		if _, taken := at[last]; taken {
			return nil, fmt.Errorf("parameter %q is both a value and a structure", name)
		}
		at[last] = vals[0]
	}
	t, ok := fold(root).(Tree)
	if !ok {
		return nil, fmt.Errorf("parameters form a list")
	}
	return t, nil
}

// fold turns {member: {1: a, 2: b}} into [a, b] and {entry: {1: {key, value}}}
// into a map, from the leaves up.
func fold(v any) any {
	t, ok := v.(Tree)
	if !ok {
		return v
	}
	if m, only := t["member"].(Tree); only && len(t) == 1 {
		if keys, ok := indexes(m); ok {
			list := make([]any, len(keys))
			for i, k := range keys {
				list[i] = fold(m[k])
			}
			return list
		}
	}
	if m, only := t["entry"].(Tree); only && len(t) == 1 {
		if keys, ok := indexes(m); ok {
			out := Tree{}
			for _, k := range keys {
				if e, ok := m[k].(Tree); ok {
					name, _ := e["key"].(string)
					out[name] = fold(e["value"])
				}
			}
			return out
		}
	}
	for k, m := range t {
		t[k] = fold(m)
	}
	return t
}

// foldEC2 turns {1: a, 2: b} into [a, b].
func foldEC2(v any) any {
	t, ok := v.(Tree)
	if !ok {
		return v
	}
	if keys, ok := indexes(t); ok && len(keys) > 0 {
		list := make([]any, len(keys))
		for i, k := range keys {
			list[i] = foldEC2(t[k])
		}
		return list
	}
	for k, m := range t {
		t[k] = foldEC2(m)
	}
	return t
}

// indexes sorts the numeric keys of a list; false if there are others.
func indexes(t Tree) ([]string, bool) {
	keys := make([]string, 0, len(t))
	for k := range t {
		if _, err := strconv.Atoi(k); err != nil {
			return nil, false
		}
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, _ := strconv.Atoi(keys[i])
		b, _ := strconv.Atoi(keys[j])
		return a < b
	})
	return keys, true
}
