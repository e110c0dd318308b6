package metrics

import (
	"encoding/json"
	"math"
	"math/big"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// rawByName takes the alarms of a DescribeAlarms answer apart: JSON by alarm name,
// with every field that came over the wire, known to this build or not. CloudWatch
// answers in CBOR; what speaks JSON instead is taken as it is. An answer in neither
// gives nothing.
func rawByName(body []byte) map[string][]byte {
	if len(body) == 0 {
		return nil
	}
	var tree any
	if body[0] == '{' {
		if json.Unmarshal(body, &tree) != nil {
			return nil
		}
	} else {
		v, err := cbor.Decode(body)
		if err != nil {
			return nil
		}
		tree = plain(v)
	}
	top, _ := tree.(map[string]any)
	out := map[string][]byte{}
	for _, list := range []string{"MetricAlarms", "CompositeAlarms"} {
		alarms, _ := top[list].([]any)
		for _, a := range alarms {
			fields, _ := a.(map[string]any)
			name, _ := fields["AlarmName"].(string)
			if text, err := json.Marshal(fields); err == nil && name != "" {
				out[name] = text
			}
		}
	}
	return out
}

// plain turns a CBOR value into what encoding/json can write.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return new(big.Int).Sub(big.NewInt(-1), new(big.Int).SetUint64(uint64(v)-1))
	case cbor.Slice:
		return []byte(v)
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Float32:
		return finite(float64(v))
	case cbor.Float64:
		return finite(float64(v))
	case cbor.List:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = plain(e)
		}
		return list
	case cbor.Map:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = plain(e)
		}
		return m
	case *cbor.Tag:
		return tagged(v)
	}
	return nil
}

// tagged writes a tag 1, seconds since the epoch, as a time.
func tagged(t *cbor.Tag) any {
	inner := plain(t.Value)
	if t.ID != 1 {
		return inner
	}
	switch s := inner.(type) {
	case uint64:
		return time.Unix(int64(s), 0).UTC().Format(time.RFC3339)
	case float64:
		whole, part := math.Modf(s)
		return time.Unix(int64(whole), int64(math.Round(part*1e3))*1e6).UTC().Format(time.RFC3339Nano)
	}
	return inner
}

func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}
