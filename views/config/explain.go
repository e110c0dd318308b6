package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// explain says what is wrong with a file in the words of the file, where the decoder
// speaks of this program's types: the line, the key and what it wants. An error that it
// has no better words for stays as it is.
func explain(b []byte, err error) error {
	var typed *yaml.TypeError
	var doc yaml.Node
	if !errors.As(err, &typed) || yaml.Unmarshal(b, &doc) != nil || len(doc.Content) == 0 {
		return err
	}
	found := misfits(doc.Content[0], reflect.TypeFor[Config](), "")
	if len(found) == 0 {
		found = typed.Errors // such as a key that is there twice
	}
	return errors.New(strings.Join(found, "; "))
}

// misfits are the places below a node that do not fit a type of the configuration; path
// is the node's key with those above it, "" for the whole file.
func misfits(n *yaml.Node, t reflect.Type, path string) (out []string) {
	if n.Kind == yaml.AliasNode || n.Tag == "!!null" {
		return nil // an alias is looked at where its anchor is
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		if n.Kind != yaml.MappingNode {
			return []string{wants(n, path, "keys and values")}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			name := strings.TrimPrefix(path+"."+key.Value, ".")
			of, known := valueType(t, key.Value)
			switch {
			case known:
				out = append(out, misfits(value, of, name)...)
			case key.Value != "<<":
				out = append(out, fmt.Sprintf("line %d: unknown key %q", key.Line, name)+orNear(path, key.Value, keysOf(t)))
			}
		}
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return []string{wants(n, path, "a list")}
		}
		for _, v := range n.Content {
			out = append(out, misfits(v, t.Elem(), path)...)
		}
	default:
		if n.Decode(reflect.New(t).Interface()) != nil {
			what := map[reflect.Kind]string{reflect.Int: "a number", reflect.Bool: "true or false"}[t.Kind()]
			if what == "" {
				what = "a text"
			}
			return []string{wants(n, path, what)}
		}
	}
	return out
}

func wants(n *yaml.Node, path, what string) string {
	if path == "" {
		path = "the file"
	}
	text := fmt.Sprintf("line %d: %s wants %s", n.Line, path, what)
	if n.Kind == yaml.ScalarNode {
		text += fmt.Sprintf(", not %q", n.Value)
	}
	return text
}

// valueType is the type of what stands behind a key.
func valueType(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for i := range t.NumField() {
		if keyOf(t.Field(i)) == key {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

func keyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

func keysOf(t reflect.Type) (out []string) {
	for i := range t.NumField() {
		out = append(out, keyOf(t.Field(i)))
	}
	return out
}

// orNear asks whether a key that is known was meant: one that differs in its case, or in
// two letters at most and not in half of them.
func orNear(path, key string, known []string) string {
	far := func(k string) int { return distance(strings.ToLower(key), strings.ToLower(k)) }
	best := slices.MinFunc(known, func(a, b string) int { return far(a) - far(b) })
	if d := far(best); d > 2 || 2*d >= len(best) {
		return ""
	}
	return fmt.Sprintf("; is it %q?", strings.TrimPrefix(path+"."+best, "."))
}

// distance is how many letters have to be put in, taken out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
