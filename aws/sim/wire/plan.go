package wire

import (
	"reflect"
	"strings"
	"sync"
)

// field is one member of a struct as the wire knows it.
type field struct {
	name  string
	index []int
	omit  bool // json's omitempty
}

// plans caches the members of struct types: what reflection would find again.
var plans sync.Map // reflect.Type → []field

// planOf lists a struct's members by their json tags, embedded structs inlined.
func planOf(t reflect.Type) []field {
	if p, ok := plans.Load(t); ok {
		return p.([]field)
	}
	p := makePlan(t, nil)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type, at []int) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() {
			continue
		}
		index := append(append([]int(nil), at...), i)
		name, rest, _ := strings.Cut(tag, ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			out = append(out, makePlan(f.Type, index)...)
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, field{name: name, index: index, omit: strings.Contains(rest, "omitempty")})
	}
	return out
}

// absent reports whether a member is left out: nil pointers, slices, maps and
// interfaces, zero times, and with omitempty any empty value.
func absent(v reflect.Value, omit bool) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return true
		}
		if omit && (v.Kind() == reflect.Map || v.Kind() == reflect.Slice) {
			return v.Len() == 0
		}
		return false
	}
	if v.Type() == timeType {
		return v.IsZero()
	}
	return omit && v.IsZero()
}
