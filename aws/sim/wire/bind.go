package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// Bind fills the struct that v points to from a request's tree by json tags. It
// fails on the first member whose type does not fit; unknown members are ignored.
func Bind(in Tree, v any, p Protocol) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return fmt.Errorf("bind into %T: want a pointer", v)
	}
	return binder{loose: p == Query || p == EC2 || p == RESTJSON}.value("", in, rv.Elem())
}

// binder converts; loose accepts numbers and booleans that arrive as text.
type binder struct{ loose bool }

func (b binder) value(at string, in any, out reflect.Value) error {
	if in == nil {
		return nil
	}
	switch out.Type() {
	case timeType:
		t, err := toTime(in)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		out.Set(reflect.ValueOf(t))
		return nil
	case bytesType:
		raw, err := toBytes(in)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		out.SetBytes(raw)
		return nil
	}
	switch out.Kind() {
	case reflect.Pointer:
		v := reflect.New(out.Type().Elem())
		if err := b.value(at, in, v.Elem()); err != nil {
			return err
		}
		out.Set(v)
		return nil
	case reflect.Interface:
		out.Set(reflect.ValueOf(in))
		return nil
	case reflect.Struct:
		return b.object(at, in, out)
	case reflect.Map:
		return b.dict(at, in, out)
	case reflect.Slice:
		return b.list(at, in, out)
	}
	return b.scalar(at, in, out)
}

func (b binder) object(at string, in any, out reflect.Value) error {
	tree, ok := in.(Tree)
	if !ok {
		if s, text := in.(string); text && s == "" && b.loose {
			return nil
		}
		return mismatch(at, "structure", in)
	}
	for _, f := range planOf(out.Type()) {
		m, ok := tree[f.name]
		if !ok {
			continue
		}
		if err := b.value(join(at, f.name), m, out.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	return nil
}

func (b binder) dict(at string, in any, out reflect.Value) error {
	tree, ok := in.(Tree)
	if !ok {
		return mismatch(at, "map", in)
	}
	m := reflect.MakeMapWithSize(out.Type(), len(tree))
	for k, v := range tree {
		e := reflect.New(out.Type().Elem()).Elem()
		if err := b.value(join(at, k), v, e); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(k).Convert(out.Type().Key()), e)
	}
	out.Set(m)
	return nil
}

func (b binder) list(at string, in any, out reflect.Value) error {
	items, ok := in.([]any)
	if !ok {
		if !b.loose {
			return mismatch(at, "list", in)
		}
		if s, text := in.(string); text && s == "" {
			return nil // an empty list in a query
		}
		items = []any{in} // one query parameter
	}
	list := reflect.MakeSlice(out.Type(), len(items), len(items))
	for i, it := range items {
		if err := b.value(fmt.Sprintf("%s[%d]", at, i), it, list.Index(i)); err != nil {
			return err
		}
	}
	out.Set(list)
	return nil
}

func (b binder) scalar(at string, in any, out reflect.Value) error {
	switch out.Kind() {
	case reflect.String:
		s, ok := in.(string)
		if !ok {
			return mismatch(at, "string", in)
		}
		out.SetString(s)
	case reflect.Bool:
		v, ok := in.(bool)
		if s, text := in.(string); text && b.loose {
			v, ok = s == "true", s == "true" || s == "false"
		}
		if !ok {
			return mismatch(at, "boolean", in)
		}
		out.SetBool(v)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, ok := b.integer(in)
		if !ok || out.OverflowInt(n) {
			return mismatch(at, "integer", in)
		}
		out.SetInt(n)
	case reflect.Float64:
		f, ok := b.float(in)
		if !ok {
			return mismatch(at, "number", in)
		}
		out.SetFloat(f)
	default:
		return fmt.Errorf("%s: cannot bind %s", at, out.Type())
	}
	return nil
}

func (b binder) integer(in any) (int64, bool) {
	switch n := in.(type) {
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return i, true
		}
		f, err := n.Float64()
		return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
	case int64:
		return n, true
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil && b.loose
	}
	return 0, false
}

func (b binder) float(in any) (float64, bool) {
	switch n := in.(type) {
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case string:
		switch n {
		case "NaN":
			return math.NaN(), true
		case "Infinity":
			return math.Inf(1), true
		case "-Infinity":
			return math.Inf(-1), true
		}
		f, err := strconv.ParseFloat(n, 64)
		return f, err == nil && b.loose
	}
	return 0, false
}

// toTime reads epoch seconds (JSON), a tagged time (CBOR) or ISO 8601 (query).
func toTime(in any) (time.Time, error) {
	switch t := in.(type) {
	case time.Time:
		return t, nil
	case json.Number:
		f, err := t.Float64()
		if err != nil {
			return time.Time{}, fmt.Errorf("not a timestamp")
		}
		return epoch(f), nil
	case float64:
		return epoch(t), nil
	case int64:
		return time.Unix(t, 0).UTC(), nil
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02"} {
			if v, err := time.Parse(layout, t); err == nil {
				return v.UTC(), nil
			}
		}
		if f, err := strconv.ParseFloat(t, 64); err == nil {
			return epoch(f), nil
		}
	}
	return time.Time{}, fmt.Errorf("not a timestamp")
}

func epoch(f float64) time.Time {
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC()
}

func toBytes(in any) ([]byte, error) {
	switch b := in.(type) {
	case []byte:
		return b, nil
	case string:
		return base64.StdEncoding.DecodeString(b)
	}
	return nil, fmt.Errorf("not a blob")
}

func mismatch(at, want string, in any) error {
	if at == "" {
		at = "the request"
	}
	return fmt.Errorf("%s: expected a %s, found a %s", at, want, kindName(in))
}

func kindName(in any) string {
	switch in.(type) {
	case Tree:
		return "structure"
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
