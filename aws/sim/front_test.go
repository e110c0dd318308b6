package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/wire"
)

// echo is a service that speaks every protocol and gives its input back.
func echo() api.Service {
	type shape struct {
		Name  string    `json:"Name"`
		Count int       `json:"Count"`
		When  time.Time `json:"When"`
		List  []string  `json:"List"`
	}
	say := func(c *api.Call) (any, error) {
		var in shape
		if err := c.Bind(&in); err != nil {
			return nil, err
		}
		return in, nil
	}
	return api.Service{
		Name: "echo", Signing: "echoing", Target: "Echo_2026", Namespace: "com.example.echo", XMLNS: "https://echo.example/", Version: "2026-01-01",
		Operations: []api.Operation{
			{Name: "Say", Method: "POST", Path: "/say/{Name}", Query: map[string]string{"count": "Count"}, Do: say},
			{Name: "SayPlain", Method: "GET", Path: "/say/plain", Do: say},
			{Name: "Fail", Do: func(*api.Call) (any, error) {
				return nil, &api.Error{Code: "BadLuckException", QueryCode: "BadLuck", Message: "no <luck>", Fields: map[string]any{"howMuch": 7}}
			}},
			{Name: "Break", Do: func(*api.Call) (any, error) { return nil, errors.New("out of order") }},
			{Name: "Panic", Do: func(*api.Call) (any, error) { panic("a defect") }},
			{Name: "Stream", Do: func(*api.Call) (any, error) {
				return &api.Stream{Run: func(send func(string, any) error) error {
					for i := range 3 {
						if err := send("tick", map[string]int{"n": i}); err != nil {
							return err
						}
					}
					return api.Errorf("SessionTimeoutException", "over")
				}}, nil
			}},
			{Name: "Slow", Bucket: api.Bucket{Name: "b", Burst: 3, Refill: 0.001}, Do: say},
		},
	}
}

// echoSim is an account that only echoes.
func echoSim(t *testing.T) *Sim {
	t.Helper()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.routes, err = newRoutes([]api.Service{echo()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// send signs a request with the account's key and lets the server answer it.
func send(t *testing.T, s *Sim, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://sim.example"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	k := s.keys.root()
	sign(t, r, body, k, "echoing", time.Now())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func sign(t *testing.T, r *http.Request, body string, k key, service string, at time.Time) {
	t.Helper()
	c := sdkaws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret, SessionToken: k.token}
	if err := v4.NewSigner().SignHTTP(r.Context(), c, r, hashOf(body), service, "eu-central-1", at); err != nil {
		t.Fatal(err)
	}
}

func TestEveryProtocol(t *testing.T) {
	s := echoSim(t)
	const when = "1795445184.5"
	cbor := string(wire.EncodeCBOR(map[string]any{"Name": "a<b", "Count": 3, "When": time.UnixMilli(1795445184500), "List": []string{"x"}}))
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		kind, want               string
	}{
		{"awsJson 1.1", "POST", "/", `{"Name":"a<b","Count":3,"When":` + when + `,"List":["x"]}`, []string{"X-Amz-Target", "Echo_2026.Say", "Content-Type", "application/x-amz-json-1.1"},
			"application/x-amz-json-1.1", `{"Name":"a<b","Count":3,"When":1795445184.5,"List":["x"]}`},
		{"awsJson 1.0", "POST", "/", `{"Name":"n"}`, []string{"X-Amz-Target", "Echo_2026.Say", "Content-Type", "application/x-amz-json-1.0"},
			"application/x-amz-json-1.0", `{"Name":"n","Count":0}`},
		{"query", "POST", "/", "Action=Say&Version=2026-01-01&Name=a%3Cb&Count=3&When=2026-11-23T14:46:24.5Z&List.member.1=x", []string{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
			"text/xml", "<Name>a&lt;b</Name><Count>3</Count><When>2026-11-23T14:46:24.5Z</When><List><member>x</member></List>"},
		{"query by GET", "GET", "/?Action=Say&Version=2026-01-01&Name=n", "", nil, "text/xml", "<Name>n</Name>"},
		{"REST-JSON", "POST", "/say/a%2Fb%20c?count=3", `{"List":["x"]}`, []string{"Content-Type", "application/json"}, "application/json", `{"Name":"a/b c","Count":3,"List":["x"]}`},
		{"REST-JSON, literal path", "GET", "/say/plain?List=1&List=2", "", nil, "application/json", `{"Name":"","Count":0,"List":["1","2"]}`},
		{"RPC v2 CBOR", "POST", "/service/Echo_2026/operation/Say", cbor, []string{"Smithy-Protocol", "rpc-v2-cbor", "Content-Type", "application/cbor"}, "application/cbor", "a<b"},
	} {
		w := send(t, s, c.method, c.path, c.body, c.headers...)
		if w.Code != 200 || w.Header().Get("Content-Type") != c.kind || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: %d %v %s", c.name, w.Code, w.Header(), w.Body)
		}
	}
	w := send(t, s, "POST", "/service/Echo_2026/operation/Say", cbor, "Smithy-Protocol", "rpc-v2-cbor")
	tree, err := wire.DecodeCBOR(w.Body.Bytes())
	if err != nil || tree["Count"] != int64(3) || !tree["When"].(time.Time).Equal(time.UnixMilli(1795445184500)) || w.Header().Get("Smithy-Protocol") != "rpc-v2-cbor" {
		t.Errorf("%v, %v", tree, err)
	}
}

func TestErrorsInEveryProtocol(t *testing.T) {
	s := echoSim(t)
	w := send(t, s, "POST", "/", "{}", "X-Amz-Target", "Echo_2026.Fail")
	if w.Code != 400 || w.Body.String() != `{"__type":"BadLuckException","howMuch":7,"message":"no <luck>"}` {
		t.Errorf("json: %d %s", w.Code, w.Body)
	}
	w = send(t, s, "POST", "/", "Action=Fail", "Content-Type", "application/x-www-form-urlencoded")
	var x struct {
		Type    string `xml:"Error>Type"`
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &x); err != nil || x.Type != "Sender" || x.Code != "BadLuck" || x.Message != "no <luck>" {
		t.Errorf("query: %d %s", w.Code, w.Body)
	}
	w = send(t, s, "POST", "/service/Echo_2026/operation/Fail", "", "Smithy-Protocol", "rpc-v2-cbor")
	tree, err := wire.DecodeCBOR(w.Body.Bytes())
	if err != nil || tree["__type"] != "com.example.echo#BadLuckException" || w.Header().Get("X-Amzn-Query-Error") != "BadLuck;Sender" {
		t.Errorf("cbor: %v %v %v", tree, w.Header(), err)
	}
	for op, text := range map[string]string{"Break": "out of order", "Panic": "a defect"} {
		if w = send(t, s, "POST", "/", "{}", "X-Amz-Target", "Echo_2026."+op); w.Code != 500 || !strings.Contains(w.Body.String(), "InternalFailure") || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s: %d %s", op, w.Code, w.Body)
		}
	}
	for _, body := range []string{`{"Count":"x"}`, `{`, `[]`} {
		if w = send(t, s, "POST", "/", body, "X-Amz-Target", "Echo_2026.Say"); w.Code != 400 || !strings.Contains(w.Body.String(), "SerializationException") {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestUnknownOperations(t *testing.T) {
	s := echoSim(t)
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		want               string
	}{
		{"POST", "/", "{}", []string{"X-Amz-Target", "Echo_2026.Shout"}, 400, "UnknownOperationException"},
		{"POST", "/", "{}", []string{"X-Amz-Target", "Other_2026.Say"}, 400, "UnknownOperationException"},
		{"POST", "/", "Action=Shout&Version=1", []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "<Code>InvalidAction</Code>"},
		{"POST", "/service/Echo_2026/operation/Shout", "", []string{"Smithy-Protocol", "rpc-v2-cbor"}, 404, "UnknownOperationException"},
		{"POST", "/service", "", []string{"Smithy-Protocol", "rpc-v2-cbor"}, 404, "UnknownOperationException"},
		{"GET", "/shout", "", nil, 404, ""},
	} {
		if w := send(t, s, c.method, c.path, c.body, c.headers...); w.Code != c.status || !strings.Contains(w.Body.String()+w.Header().Get("X-Amzn-Errortype"), c.want) {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

func TestGzippedBodies(t *testing.T) {
	s := echoSim(t)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(`{"Name":"packed"}`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if w := send(t, s, "POST", "/", b.String(), "X-Amz-Target", "Echo_2026.Say", "Content-Encoding", "gzip"); !strings.Contains(w.Body.String(), "packed") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(t, s, "POST", "/", "no gzip", "X-Amz-Target", "Echo_2026.Say", "Content-Encoding", "gzip"); w.Code != 400 || !strings.Contains(w.Body.String(), "SerializationException") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestEventStream(t *testing.T) {
	s := echoSim(t)
	w := send(t, s, "POST", "/", "{}", "X-Amz-Target", "Echo_2026.Stream")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/vnd.amazon.eventstream" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	var got []string
	d := eventstream.NewDecoder()
	for {
		m, err := d.Decode(w.Body, nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := m.Headers.Get(":event-type")
		if name == nil {
			name = m.Headers.Get(":exception-type")
		}
		got = append(got, name.String()+string(m.Payload))
	}
	want := []string{`initial-response{}`, `tick{"n":0}`, `tick{"n":1}`, `tick{"n":2}`, `SessionTimeoutException{"message":"over"}`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
}

func TestServicesMustNotClash(t *testing.T) {
	if _, err := newRoutes([]api.Service{echo(), echo()}); err == nil {
		t.Error("two services of one name are accepted")
	}
	double := echo()
	double.Operations = append(double.Operations, double.Operations[0])
	if _, err := newRoutes([]api.Service{double}); err == nil {
		t.Error("two operations of one name are accepted")
	}
}
