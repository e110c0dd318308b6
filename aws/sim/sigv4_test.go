package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecsole/aws/sim/api"
)

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// signedSay is a signed request as a client would send it.
func signedSay(t *testing.T, k key, at time.Time) *http.Request {
	t.Helper()
	const body = `{"Name":"n"}`
	r := httptest.NewRequest("POST", "http://sim.example/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Echo_2026.Say")
	r.Header.Set("X-Spaced", "  a   b  ")
	sign(t, r, body, k, "echoing", at)
	return r
}

func answerTo(s *Sim, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestSignatures(t *testing.T) {
	s := echoSim(t)
	good := s.keys.root()
	wrong, stranger, short := good, good, good
	wrong.secret = newSecret()
	stranger.id = newKeyID("AKIA")
	short.token = "unasked"
	now := time.Now()
	old := key{}
	old.id, old.secret, old.token = s.keys.Issue(api.Principal{ARN: "arn:x"}, now.Add(-time.Second))
	live := key{}
	live.id, live.secret, live.token = s.keys.Issue(api.Principal{ARN: "arn:x"}, now.Add(time.Hour))
	forged := live
	forged.token = newToken()
	for _, c := range []struct {
		name string
		key  key
		at   time.Time
		turn func(*http.Request)
		want string
	}{
		{name: "good", key: good},
		{name: "session", key: live},
		{name: "four minutes slow", key: good, at: now.Add(-4 * time.Minute)},
		{name: "wrong secret", key: wrong, want: "InvalidSignatureException"},
		{name: "unknown key", key: stranger, want: "UnrecognizedClientException"},
		{name: "token where there is none", key: short, want: "UnrecognizedClientException"},
		{name: "another token", key: forged, want: "UnrecognizedClientException"},
		{name: "expired session", key: old, want: "ExpiredTokenException"},
		{name: "six minutes slow", key: good, at: now.Add(-6 * time.Minute), want: "InvalidSignatureException"},
		{name: "six minutes fast", key: good, at: now.Add(6 * time.Minute), want: "InvalidSignatureException"},
		{name: "no signature", key: good, turn: func(r *http.Request) { r.Header.Del("Authorization") }, want: "MissingAuthenticationTokenException"},
		{name: "half a signature", key: good, turn: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b") }, want: "IncompleteSignatureException"},
		{name: "basic", key: good, turn: func(r *http.Request) { r.SetBasicAuth("a", "b") }, want: "IncompleteSignatureException"},
		{name: "changed body", key: good, turn: func(r *http.Request) { r.Body = http.NoBody }, want: "InvalidSignatureException"},
		{name: "changed path", key: good, turn: func(r *http.Request) { r.RequestURI = "/else" }, want: "InvalidSignatureException"},
		{name: "changed query", key: good, turn: func(r *http.Request) { r.URL.RawQuery = "a=b" }, want: "InvalidSignatureException"},
		{name: "changed header", key: good, turn: func(r *http.Request) { r.Header.Set("X-Spaced", "a c") }, want: "InvalidSignatureException"},
		{name: "other spaces", key: good, turn: func(r *http.Request) { r.Header.Set("X-Spaced", "a b") }},
		{name: "changed target", key: good, turn: func(r *http.Request) { r.Header.Set("X-Amz-Target", "Echo_2026.Slow") }, want: "InvalidSignatureException"},
		{name: "changed host", key: good, turn: func(r *http.Request) { r.Host = "other.example" }, want: "InvalidSignatureException"},
		{name: "hash of another body", key: good, turn: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", hashOf("else")) }, want: "InvalidSignatureException"},
		{name: "date not in the scope", key: good, turn: func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, want: "InvalidSignatureException"},
	} {
		at := c.at
		if at.IsZero() {
			at = now
		}
		r := signedSay(t, c.key, at)
		if c.turn != nil {
			c.turn(r)
		}
		w := answerTo(s, r)
		if got := w.Header().Get("X-Amzn-Errortype"); got != c.want || (w.Code == 200) != (c.want == "") {
			t.Errorf("%s: %d %q %s", c.name, w.Code, got, w.Body)
		}
	}
}

func TestSignatureWithoutHost(t *testing.T) {
	s := echoSim(t)
	r := signedSay(t, s.keys.root(), time.Now())
	auth := r.Header.Get("Authorization")
	r.Header.Set("Authorization", strings.Replace(auth, "host;", "", 1))
	if w := answerTo(s, r); !strings.Contains(w.Body.String(), "'Host' or ':authority' must be a 'SignedHeader'") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestUnsignedPayload(t *testing.T) {
	s := echoSim(t)
	k := s.keys.root()
	r := httptest.NewRequest("POST", "http://sim.example/", strings.NewReader(`{"Name":"n"}`))
	r.Header.Set("X-Amz-Target", "Echo_2026.Say")
	r.Header.Set("X-Amz-Content-Sha256", unsignedBody)
	c := sdkaws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret}
	if err := v4.NewSigner().SignHTTP(r.Context(), c, r, unsignedBody, "echoing", "eu-central-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	if w := answerTo(s, r); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWrongServiceInTheScope(t *testing.T) {
	s := echoSim(t)
	const body = `{}`
	r := httptest.NewRequest("POST", "http://sim.example/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Echo_2026.Say")
	sign(t, r, body, s.keys.root(), "ecs", time.Now())
	if w := answerTo(s, r); !strings.Contains(w.Body.String(), "Credential should be scoped to correct service: 'echoing'") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPresignedURLs(t *testing.T) {
	s := echoSim(t)
	k := s.keys.root()
	c := sdkaws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret}
	presign := func(at time.Time, expires string) *http.Request {
		r := httptest.NewRequest("GET", "http://sim.example/?Action=Say&Name=a%20b%2Bc&X-Amz-Expires="+expires, nil)
		u, h, err := v4.NewSigner().PresignHTTP(r.Context(), c, r, hashOf(""), "echoing", "eu-central-1", at)
		if err != nil {
			t.Fatal(err)
		}
		p := httptest.NewRequest("GET", u, nil)
		p.RequestURI = p.URL.RequestURI()
		for name, v := range h {
			p.Header[name] = v
		}
		return p
	}
	now := time.Now()
	if w := answerTo(s, presign(now.Add(-30*time.Minute), "3600")); w.Code != 200 || !strings.Contains(w.Body.String(), "<Name>a b+c</Name>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, r := range map[string]*http.Request{
		"over":     presign(now.Add(-2*time.Hour), "3600"),
		"too long": presign(now, "700000"),
	} {
		if w := answerTo(s, r); w.Code != 403 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	changed := presign(now, "60")
	changed.URL.RawQuery = strings.Replace(changed.URL.RawQuery, "Name=a", "Name=b", 1)
	if w := answerTo(s, changed); w.Code != 403 || !strings.Contains(w.Body.String(), "SignatureDoesNotMatch") {
		t.Errorf("changed: %d %s", w.Code, w.Body)
	}
}

// TestQueryRefusals: services that speak query have other names for the faults.
func TestQueryRefusals(t *testing.T) {
	s := echoSim(t)
	stranger := s.keys.root()
	stranger.id = newKeyID("AKIA")
	const body = "Action=Say&Version=2026-01-01"
	r := httptest.NewRequest("POST", "http://sim.example/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sign(t, r, body, stranger, "echoing", time.Now())
	if w := answerTo(s, r); w.Code != 403 || !strings.Contains(w.Body.String(), "<Code>InvalidClientTokenId</Code>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
