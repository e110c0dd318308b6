package field

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		text   string
		level  Level
		format Format
		body   string // "" is the whole line
		cont   bool
	}{
		{"hello world", None, Plain, "", false},
		{"", None, Plain, "", true},
		{`{"level":"error","msg":"boom"}`, Error, JSON, "", false},
		{`{"time":"x","nested":{"level":"error"},"severity":"WARNING"}`, Warn, JSON, "", false},
		{`{"level":50,"msg":"pino"}`, Error, JSON, "", false},
		{`{"msg":"say \"level\":\"error\"","level":"info"}`, Info, JSON, "", false},
		{`{"a":1`, None, Plain, "", false},
		{`{}`, None, Plain, "", false},
		{`time=2026-11-22T14:05:00Z level=warn msg="slow query" ms=812`, Warn, Logfmt, "", false},
		{`2026-11-22T14:05:00.123Z INFO  started`, Info, Plain, "started", false},
		{`2026-11-22 14:05:00,123 ERROR [main] c.e.App - boom`, Error, Plain, "[main] c.e.App - boom", false},
		{`[2026-11-22 14:05:00 +0000] [7] [INFO] Booting worker`, Info, Plain, "[7] [INFO] Booting worker", false},
		{`2026/11/22 14:05:00 [error] 31#31: upstream timed out`, Error, Plain, "31#31: upstream timed out", false},
		{"2026-11-22T14:05:00.123Z\tinfo\tserver/main.go:12\tlistening\t{\"port\": 80}", Info, Plain, "server/main.go:12\tlistening\t{\"port\": 80}", false},
		{"2026-11-22T14:05:00.123+0100\terror\tno route", Error, Plain, "no route", false},
		{"1.7640123456789e+09\tinfo\tserver/main.go:12\tlistening", Info, Plain, "server/main.go:12\tlistening", false},
		{"1.764e+09\tERROR\tno route", Error, Plain, "no route", false},
		{"1.764e+09 info of it", None, Plain, "", false},
		{"1.5\tinfo\tof a ratio", None, Plain, "", false},
		{"2026-11-22T14:05:00.123Z\tWARN\tslow", Warn, Plain, "slow", false},
		{"2026-11-22T14:05:00.123Z\terror found\tin it", None, Plain, "error found\tin it", false},
		{"error\tcount\t3", None, Plain, "", false},
		{`2026/11/22 14:05:00 listening`, None, Plain, "listening", false},
		{`Nov 22 14:05:00 host app[1]: oops`, None, Plain, "host app[1]: oops", false},
		{`W1122 14:05:00.123456       1 main.go:10] careful`, Warn, Plain, "1 main.go:10] careful", false},
		{`I am fine`, None, Plain, "", false},
		{`ERROR: relation does not exist`, Error, Plain, "relation does not exist", false},
		{`error: no such file`, Error, Plain, "no such file", false},
		{`no error found in here`, None, Plain, "", false},
		{`panic: runtime error: index out of range`, Fatal, Plain, "runtime error: index out of range", false},
		{`note: all is well`, None, Plain, "", false},
		{`WARNING:root:disk nearly full`, Warn, Plain, "root:disk nearly full", false},
		{"\tat com.example.App.main(App.java:12)", None, Plain, "", true},
		{"Caused by: java.io.IOException: broken pipe", None, Plain, "", true},
		{"goroutine 7 [running]:", None, Plain, "", true},
		{"[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]", None, Plain, "", true},
		{"main.main()", None, Plain, "", true},
		{"panic({0x9c41e0?, 0x10f5a30?})", None, Plain, "", true},
		{"example.com/shop/store.(*Store).Get(0x0, {0xb8f2c8, 0xc000412de0}, 0x1f)", None, Plain, "", true},
		{"cache.Get[...](0x1, ...)", None, Plain, "", true},
		{"2026/11/22 14:05:00 http: panic serving 10.0.3.21:36277: runtime error: x", Error, Plain, "http: panic serving 10.0.3.21:36277: runtime error: x", false},
		{"closed the pool (12)", None, Plain, "", false},
		{"store.Get(orders)", None, Plain, "", false},
		{"done(3)", None, Plain, "", false},
		{"... 12 more", None, Plain, "", true},
		{"}", None, Plain, "", true},
		{"java.lang.IllegalStateException: no", Error, Plain, "", false},
		{"Traceback (most recent call last):", Error, Plain, "", false},
		{`10.0.0.1 - - [22/Nov/2026:14:05:00 +0000] "GET /a HTTP/1.1" 503 12 "-" "curl"`, Error, Plain, "", false},
		{`10.0.0.1 - - [22/Nov/2026:14:05:00 +0000] "GET /a HTTP/1.1" 200 12`, Info, Plain, "", false},
		{`user=7 status=503 GET /`, None, Logfmt, "", false},
		{`url is http://x/?a=b`, None, Plain, "", false},
		{`[INFO] ready`, Info, Plain, "ready", false},
		{`<warn> odd`, Warn, Plain, "odd", false},
	} {
		r := Recognise(c.text)
		body := ""
		if r.Body > 0 {
			body = c.text[r.Body:]
		}
		if r.Level != c.level || r.Format != c.format || body != c.body || r.Continued != c.cont {
			t.Errorf("%q: got %v format %d body %q continued %v, want %v %d %q %v",
				c.text, r.Level, r.Format, body, r.Continued, c.level, c.format, c.body, c.cont)
		}
	}
	if r := Recognise("a\nb"); !r.Many {
		t.Error("a line break inside is not seen")
	}
	if r := Recognise("a\n"); r.Many {
		t.Error("a line end is taken for a break")
	}
}

func TestJSONPath(t *testing.T) {
	line := []byte(`{"user":{"id":"7","tags":["a",{"b":2}]},"status": 503 ,"msg":"a\"b\nö","z":null}`)
	for path, want := range map[string]string{
		"user.id": "7", "user.tags.0": "a", "user.tags.1.b": "2", "status": "503", "z": "null", "msg": "a\"b\nö",
	} {
		v, ok := JSONPath(line, strings.Split(path, "."))
		if !ok || string(v.Text()) != want {
			t.Errorf("%s: %q %v", path, v.Text(), ok)
		}
	}
	for _, path := range []string{"id", "user.x", "user.tags.2", "user.tags.x", "status.a"} {
		if v, ok := JSONPath(line, strings.Split(path, ".")); ok {
			t.Errorf("%s is there: %q", path, v.Raw)
		}
	}
}

func TestPair(t *testing.T) {
	line := []byte(`ts=1 msg="a=b \"c\"" user.id=7 empty= (x=y) http://h/?q=1 last=z`)
	for key, want := range map[string]string{"ts": "1", "msg": `a=b "c"`, "user.id": "7", "empty": "", "x": "y", "last": "z"} {
		v, ok := Pair(line, key)
		if !ok || string(v.Text()) != want {
			t.Errorf("%s: %q %v", key, v.Text(), ok)
		}
	}
	for _, key := range []string{"q", "a", "c"} {
		if v, ok := Pair(line, key); ok {
			t.Errorf("%s is there: %q", key, v.Raw)
		}
	}
}

// FuzzJSON holds the scanner against the standard decoder: what is valid JSON is
// read alike, and nothing makes it fail.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":{"b":[1,2,"x\u00e9\ud83d\ude00"]},"c":"\\\""}`, `{"a":"`, `{"a":[}`, "{\"\\u0000\":\"\\ud800\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Recognise(s)
		EachPair([]byte(s), func(_ []byte, v Value) bool { v.Text(); return true })
		n := 0
		ok := EachJSON([]byte(s), func(_ []byte, v Value) bool { n++; v.Text(); return true })
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(s), &want) != nil || want == nil {
			return
		}
		if !ok || n < len(want) {
			t.Fatalf("%q: %d members read, %d expected (%v)", s, n, len(want), ok)
		}
		for k, raw := range want {
			if strings.ContainsAny(k, "\\\ufffd") {
				continue
			}
			var text string
			if json.Unmarshal(raw, &text) != nil || raw[0] != '"' || strings.ContainsRune(text, '\ufffd') {
				continue
			}
			got, dup := "", 0
			EachJSON([]byte(s), func(key []byte, v Value) bool {
				if string(Value{Raw: key, Escaped: true}.Text()) == k {
					got = string(v.Text())
					dup++
				}
				return true
			})
			if dup == 1 && got != text {
				t.Fatalf("%q: %q is %q, want %q", s, k, got, text)
			}
		}
	})
}

// FuzzRecognise wants what is told of a line to lie within it, and lookups at any place
// to end.
func FuzzRecognise(f *testing.F) {
	for _, s := range []string{
		"2026-11-22T14:05:00.123Z ERROR [main] c.e.App - no", "time=1 level=warn msg=\"a \\\" b\" x", "\tat a.b.C(D.java:7)",
		`{"a":{"b":[{"c":"d"}]},"level":50}`, `key="never ends`, "1.764e+09\tinfo\tx", "I1122 14:05:00.1 7 a.go:1] x", "<13>1 2026 a", "\x00=\xff",
	} {
		f.Add(s, "a.b", 3, 4)
	}
	f.Fuzz(func(t *testing.T, s, path string, at, eq int) {
		r := Recognise(s)
		if r.Body < 0 || r.Body > len(s) || r.Level > Fatal || r.Continued && r.Body != 0 {
			t.Fatalf("%q: %+v", s, r)
		}
		if again := Recognise(s); again != r {
			t.Fatalf("%q: %+v, then %+v", s, r, again)
		}
		b := []byte(s)
		within := func(v Value, ok bool) {
			if ok && len(v.Raw) > len(b) {
				t.Fatalf("%q: a value of %d bytes", s, len(v.Raw))
			}
			if ok {
				v.Text()
			}
		}
		within(JSONPath(b, strings.Split(path, ".")))
		within(Pair(b, path))
		if at >= 0 && at < len(b) && b[at] == '"' {
			within(ValueAfter(b, at))
		}
		if at >= 0 && eq > at && eq < len(b) && b[eq] == '=' {
			within(PairAt(b, at, eq))
		}
		if string(b) != s {
			t.Fatalf("%q has become %q", s, b)
		}
	})
}

func BenchmarkRecognise(b *testing.B) {
	pad := strings.Repeat("x", 120)
	for name, line := range map[string]string{
		"json":   `{"time":"2026-11-22T14:05:00Z","level":"info","msg":"request done ` + pad + `","status":200}`,
		"logfmt": `time=2026-11-22T14:05:00Z level=info msg="request done ` + pad + `" status=200`,
		"plain":  `2026-11-22 14:05:00,123 INFO [main] c.e.App - request done ` + pad,
		"none":   `request done in some milliseconds and nothing else ` + pad,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				Recognise(line)
			}
		})
	}
}
