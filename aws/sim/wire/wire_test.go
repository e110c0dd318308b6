package wire

import (
	"encoding/json"
	"encoding/xml"
	"math"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

type inner struct {
	Key   string `json:"key"`
	Value int    `json:"value"`
}

type sample struct {
	Name    string            `json:"name"`
	Empty   string            `json:"empty,omitempty"`
	Count   int               `json:"count"`
	Neg     int64             `json:"neg"`
	Ratio   float64           `json:"ratio"`
	On      bool              `json:"on"`
	Maybe   *bool             `json:"maybe"`
	When    time.Time         `json:"when"`
	Never   time.Time         `json:"never"`
	Blob    []byte            `json:"blob"`
	List    []inner           `json:"list"`
	Nothing []inner           `json:"nothing"`
	Map     map[string]string `json:"map"`
	Hidden  string            `json:"-"`
	inner                     // unexported: not on the wire
}

func full() sample {
	yes := true
	return sample{
		Name: "a \"b\" <c> & é\n", Count: 7, Neg: -1 << 40, Ratio: 0.25, On: true, Maybe: &yes,
		When: time.UnixMilli(1795445184258).UTC(), Blob: []byte{0, 1, 255}, List: []inner{{"k", 1}, {"", -2}}, Map: map[string]string{"b": "2", "a": "1"}, Hidden: "x",
	}
}

// bound is what a reader of the wire gets of a sample.
func bound() sample {
	s := full()
	s.Hidden = ""
	return s
}

func TestJSONIsWhatTheStandardLibraryReads(t *testing.T) {
	got := EncodeJSON(full())
	var m map[string]any
	if err := json.Unmarshal(got, &m); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	want := map[string]any{
		"name": full().Name, "count": 7.0, "neg": -float64(1 << 40), "ratio": 0.25, "on": true, "maybe": true,
		"when": 1795445184.258, "blob": "AAH/", "map": map[string]any{"a": "1", "b": "2"},
		"list": []any{map[string]any{"key": "k", "value": 1.0}, map[string]any{"key": "", "value": -2.0}},
	}
	if d := cmp.Diff(want, m); d != "" {
		t.Error(d)
	}
	if string(EncodeJSON(nil)) != "{}" {
		t.Error("no output is not an empty object")
	}
}

func TestJSONNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 3: "3.0", -2.5: "-2.5", 1e300: "1e+300", math.Inf(1): `"Infinity"`, math.Inf(-1): `"-Infinity"`, 1.0 / 3: "0.3333333333333333",
	} {
		if got := string(EncodeJSON(map[string]float64{"v": v})); got != `{"v":`+want+`}` {
			t.Errorf("%v is %s", v, got)
		}
	}
	if got := string(EncodeJSON(map[string]float64{"v": math.NaN()})); got != `{"v":"NaN"}` {
		t.Error(got)
	}
}

func TestRoundTrips(t *testing.T) {
	tree, err := DecodeJSON(EncodeJSON(full()))
	if err != nil {
		t.Fatal(err)
	}
	check := func(tree Tree, p Protocol) {
		t.Helper()
		var got sample
		if err := Bind(tree, &got, p); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, bound()) {
			t.Errorf("%v:\n%s", p, cmp.Diff(bound(), got, cmp.AllowUnexported(sample{})))
		}
	}
	check(tree, JSON11)
	if tree, err = DecodeCBOR(EncodeCBOR(full())); err != nil {
		t.Fatal(err)
	}
	check(tree, CBOR)
}

func TestCBORNumbers(t *testing.T) {
	for _, n := range []int64{0, 1, 23, 24, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, math.MaxInt64, -1, -24, -25, -256, -257, -65537, math.MinInt64 + 1, math.MinInt64} {
		tree, err := DecodeCBOR(EncodeCBOR(map[string]int64{"n": n}))
		if err != nil || tree["n"] != n {
			t.Errorf("%d became %v, %v", n, tree["n"], err)
		}
	}
	// Examples of RFC 8949, appendix A, behind a map's head with the key "a".
	for in, want := range map[string]any{
		"\xa1\x61a\xf9\x3c\x00":                         1.0,
		"\xa1\x61a\xfa\x47\xc3\x50\x00":                 100000.0,
		"\xa1\x61a\x20":                                 int64(-1),
		"\xa1\x61a\xc1\x1a\x51\x4b\x67\xb0":             time.Unix(1363896240, 0).UTC(),
		"\xbf\x61a\x9f\x01\x02\xff\xff":                 []any{int64(1), int64(2)},
		"\xa1\x61a\xf6":                                 nil,
		"\xa1\x61a\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a": 1.1,
	} {
		tree, err := DecodeCBOR([]byte(in))
		if err != nil || !reflect.DeepEqual(tree["a"], want) {
			t.Errorf("%q is %#v, %v", in, tree["a"], err)
		}
	}
	for _, in := range []string{"\x01", "\xa1", "\xa1\x61a", "\xa1\x01\x01", "\xa1\x61a\xc2\x01", "\xa1\x61a\x1b\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if tree, err := DecodeCBOR([]byte(in)); err == nil {
			t.Errorf("%q is %v", in, tree)
		}
	}
}

func TestQuery(t *testing.T) {
	form, err := url.ParseQuery("Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-23T12:00:00Z&Max=5&On=true" +
		"&Queries.member.1.Id=a&Queries.member.1.Stat.Dims.member.1.Name=n&Queries.member.2.Id=b&Queries.member.10.Id=c" +
		"&Tags.entry.1.key=k&Tags.entry.1.value=v&None=")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := DecodeQuery(form)
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		StartTime time.Time
		Max       int
		On        bool
		None      []string
		Tags      map[string]string
		Queries   []struct {
			ID   string `json:"Id"`
			Stat struct {
				Dims []struct{ Name string }
			}
		}
	}
	if err := Bind(tree, &in, Query); err != nil {
		t.Fatal(err)
	}
	if !in.StartTime.Equal(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)) || in.Max != 5 || !in.On || in.Tags["k"] != "v" || in.None != nil ||
		len(in.Queries) != 3 || in.Queries[0].Stat.Dims[0].Name != "n" || in.Queries[1].ID != "b" || in.Queries[2].ID != "c" {
		t.Errorf("%+v", in)
	}
	for _, bad := range []string{"A=1&A.member.1=2", "A.B=1&A.B.C=2", strings.Repeat("a.", 99) + "b=1"} {
		form, _ := url.ParseQuery(bad)
		if tree, err := DecodeQuery(form); err == nil {
			t.Errorf("%.20s is %v", bad, tree)
		}
	}
}

func TestXML(t *testing.T) {
	b := EncodeXML("Get", "https://x/", "id-1", full())
	var out struct {
		XMLName xml.Name `xml:"https://x/ GetResponse"`
		Result  struct {
			Name string   `xml:"name"`
			Keys []string `xml:"list>member>key"`
			When string   `xml:"when"`
			On   bool     `xml:"on"`
		} `xml:"GetResult"`
		ID string `xml:"ResponseMetadata>RequestId"`
	}
	if err := xml.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if out.Result.Name != full().Name || len(out.Result.Keys) != 2 || out.Result.When != "2026-11-23T14:46:24.258Z" || !out.Result.On || out.ID != "id-1" {
		t.Errorf("%+v", out)
	}
	var fail struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(ErrorXML("https://x/", "Sender", "C", "a < b", "i"), &fail); err != nil || fail.Code != "C" || fail.Message != "a < b" {
		t.Errorf("%+v, %v", fail, err)
	}
}

func TestBindRefusesWrongTypes(t *testing.T) {
	for _, body := range []string{
		`{"name":1}`, `{"count":"7"}`, `{"count":1.5}`, `{"on":"true"}`, `{"list":{}}`, `{"list":[1]}`, `{"map":[]}`, `{"when":"soon"}`, `{"blob":"%"}`, `{"ratio":"x"}`,
	} {
		tree, err := DecodeJSON([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var s sample
		if err := Bind(tree, &s, JSON11); err == nil {
			t.Errorf("%s is %+v", body, s)
		}
	}
	for _, body := range []string{`[]`, `{} {}`, `{`, `"x"`} {
		if tree, err := DecodeJSON([]byte(body)); err == nil {
			t.Errorf("%s is %v", body, tree)
		}
	}
	if tree, err := DecodeJSON(nil); err != nil || len(tree) != 0 {
		t.Errorf("an empty body: %v, %v", tree, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(EncodeCBOR(full()))
	f.Add(EncodeJSON(full()))
	f.Add([]byte("a.member.1.b=1&a.member.2.b=2&c.entry.1.key=k"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sample
		if tree, err := DecodeCBOR(b); err == nil {
			_ = Bind(tree, &s, CBOR) // must not panic
			if again, err := DecodeCBOR(EncodeCBOR(tree)); err != nil || len(again) != len(tree) {
				t.Errorf("%v became %v, %v", tree, again, err)
			}
		}
		if tree, err := DecodeJSON(b); err == nil {
			_ = Bind(tree, &s, JSON11)
		}
		if form, err := url.ParseQuery(string(b)); err == nil {
			if tree, err := DecodeQuery(form); err == nil {
				_ = Bind(tree, &s, Query)
			}
		}
	})
}

func FuzzJSONStrings(f *testing.F) {
	f.Add("a\x00\"\\\x1b[0m\u2028\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		b := AppendJSON(nil, s)
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if utf8.ValidString(s) && got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}
