package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// DecodeCBOR reads one CBOR map; an empty body is an empty one.
func DecodeCBOR(body []byte) (Tree, error) {
	if len(body) == 0 {
		return Tree{}, nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	plain, err := plainCBOR(v)
	if err != nil {
		return nil, err
	}
	t, ok := plain.(Tree)
	if !ok {
		return nil, errors.New("not a CBOR map")
	}
	return t, nil
}

// plainCBOR turns the decoder's values into those of a Tree.
func plainCBOR(v cbor.Value) (any, error) {
	switch v := v.(type) {
	case cbor.Map:
		t := make(Tree, len(v))
		for k, m := range v {
			p, err := plainCBOR(m)
			if err != nil {
				return nil, err
			}
			t[k] = p
		}
		return t, nil
	case cbor.List:
		l := make([]any, len(v))
		for i, m := range v {
			p, err := plainCBOR(m)
			if err != nil {
				return nil, err
			}
			l[i] = p
		}
		return l, nil
	case cbor.String:
		return string(v), nil
	case cbor.Slice:
		return []byte(v), nil
	case cbor.Bool:
		return bool(v), nil
	case cbor.Uint:
		if uint64(v) > math.MaxInt64 {
			return nil, errors.New("integer out of range")
		}
		return int64(v), nil
	case cbor.NegInt:
		n := new(big.Int).Neg(new(big.Int).SetUint64(uint64(v)))
		if !n.IsInt64() {
			return nil, errors.New("integer out of range")
		}
		return n.Int64(), nil
	case cbor.Float32:
		return float64(v), nil
	case cbor.Float64:
		return float64(v), nil
	case *cbor.Tag:
		return plainTag(v)
	case *cbor.Nil, *cbor.Undefined, nil:
		return nil, nil
	}
	return nil, fmt.Errorf("unknown CBOR value %T", v)
}

// plainTag reads tag 1, the only one that Smithy's timestamps use.
func plainTag(t *cbor.Tag) (any, error) {
	if t.ID != 1 {
		return nil, fmt.Errorf("unknown CBOR tag %d", t.ID)
	}
	n, err := plainCBOR(t.Value)
	if err != nil {
		return nil, err
	}
	return toTime(n)
}

// EncodeCBOR writes v, times as tag 1, members that are nil left out.
func EncodeCBOR(v any) []byte {
	if v == nil {
		return []byte{0xa0}
	}
	return appendCBOR(make([]byte, 0, 512), reflect.ValueOf(v))
}

// The major types of RFC 8949, §3.1.
const (
	cborUint = 0 << 5
	cborNeg  = 1 << 5
	cborBlob = 2 << 5
	cborText = 3 << 5
	cborList = 4 << 5
	cborMap  = 5 << 5
)

func cborHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

func appendCBOR(b []byte, v reflect.Value) []byte {
	const null = 0xf6
	if !v.IsValid() {
		return append(b, null)
	}
	switch v.Type() {
	case timeType:
		ms := v.Interface().(time.Time).UnixMilli()
		return cborFloat(append(b, 0xc1), float64(ms)/1000)
	case bytesType:
		return append(cborHead(b, cborBlob, uint64(v.Len())), v.Bytes()...)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return append(b, null)
		}
		return appendCBOR(b, v.Elem())
	case reflect.Struct:
		return appendCBORStruct(b, v)
	case reflect.Map:
		b = cborHead(b, cborMap, uint64(v.Len()))
		for _, k := range sortedKeys(v) {
			b = cborString(b, k.String())
			b = appendCBOR(b, v.MapIndex(k))
		}
		return b
	case reflect.Slice, reflect.Array:
		b = cborHead(b, cborList, uint64(v.Len()))
		for i := range v.Len() {
			b = appendCBOR(b, v.Index(i))
		}
		return b
	case reflect.String:
		return cborString(b, v.String())
	case reflect.Bool:
		if v.Bool() {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := v.Int(); n < 0 {
			return cborHead(b, cborNeg, uint64(-(n + 1)))
		}
		return cborHead(b, cborUint, uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return cborHead(b, cborUint, v.Uint())
	case reflect.Float32, reflect.Float64:
		return cborFloat(b, v.Float())
	}
	return append(b, null)
}

func appendCBORStruct(b []byte, v reflect.Value) []byte {
	plan := planOf(v.Type())
	n := 0
	for _, f := range plan {
		if !absent(v.FieldByIndex(f.index), f.omit) {
			n++
		}
	}
	b = cborHead(b, cborMap, uint64(n))
	for _, f := range plan {
		m := v.FieldByIndex(f.index)
		if absent(m, f.omit) {
			continue
		}
		b = cborString(b, f.name)
		b = appendCBOR(b, m)
	}
	return b
}

func cborString(b []byte, s string) []byte {
	return append(cborHead(b, cborText, uint64(len(s))), s...)
}

func cborFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(f))
}
