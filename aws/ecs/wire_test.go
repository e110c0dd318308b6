package ecs

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestRawByKey(t *testing.T) {
	body := []byte(` {"nextToken":null, "other":{"services":[{"serviceArn":"no"}]},
		"services" : [ {"events":[{"message":"a \"quoted\" ] } \\"}],"serviceArn":"one","newField":{"deep":[1,2,{}]}} , {"serviceArn":"t\/wo"} , {"nameless":1}, null, 7 ],
		"failures":[] }`)
	got := rawByKey(body, "services", "serviceArn")
	if len(got) != 2 {
		t.Fatalf("got %d items: %v", len(got), got)
	}
	if want := `{"events":[{"message":"a \"quoted\" ] } \\"}],"serviceArn":"one","newField":{"deep":[1,2,{}]}}`; string(got["one"]) != want {
		t.Errorf("got  %s\nwant %s", got["one"], want)
	}
	if string(got["t/wo"]) != `{"serviceArn":"t\/wo"}` {
		t.Errorf("got %s", got["t/wo"])
	}
	// The item does not keep the answer: it has bytes of its own, and no more of them.
	for i := range body {
		body[i] = 'x'
	}
	if !json.Valid(got["one"]) || cap(got["one"]) > 2*len(got["one"]) {
		t.Errorf("the item shares the answer's bytes: cap %d of %d", cap(got["one"]), len(got["one"]))
	}
}

func TestRawOfNonsense(t *testing.T) {
	for _, body := range []string{"", "{", "[", `{"services"`, `{"services":`, `{"services":[`, `{"services":[{`, `{"services":[{"serviceArn":"x`, `{"services":{}}`, `{"services":null}`, "<html>no</html>", `"`, `{"a":"\`} {
		if got := rawByKey([]byte(body), "services", "serviceArn"); len(got) != 0 {
			t.Errorf("%q gave %v", body, got)
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{"services":[{"serviceArn":"a"},{"serviceArn":"b","x":[1,-2.5e3,true,null,"\\\""]}]}`, `{"services":[]}`, `{"a":{"services":[1]},"services":[[{}]]}`, `{"services":[{}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		items := elements(member(b, "services")) // must not panic on anything
		if !json.Valid(b) || strings.Contains(string(b), `\`) {
			return // of an escaped member name only the standard decoder knows all spellings
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(b, &want) != nil || bytes.Count(b, []byte(`"services"`)) != 1 {
			return // not an object, or a member twice, where the standard takes the last
		}
		var list []json.RawMessage
		if json.Unmarshal(want["services"], &list) != nil {
			list = nil
		}
		if len(items) != len(list) {
			t.Fatalf("%d elements, want %d", len(items), len(list))
		}
		for i := range list {
			if !bytes.Equal(items[i], list[i]) {
				t.Fatalf("element %d is %s, want %s", i, items[i], list[i])
			}
		}
	})
}

func BenchmarkRawByKey(b *testing.B) {
	var body bytes.Buffer
	body.WriteString(`{"services":[`)
	for i := range 10 {
		if i > 0 {
			body.WriteByte(',')
		}
		body.WriteString(`{"events":[` + strings.TrimSuffix(strings.Repeat(`{"id":"0b7a9a5e-0f4e-4b0e-9d26-2f3f8f0f2f50","createdAt":1.7e9,"message":"(service web) has reached a steady state."},`, 100), ",") + `],"serviceArn":"s` + string(rune('0'+i)) + `"}`)
	}
	body.WriteString(`],"failures":[]}`)
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if len(rawByKey(body.Bytes(), "services", "serviceArn")) != 10 {
			b.Fatal("not all items")
		}
	}
}
