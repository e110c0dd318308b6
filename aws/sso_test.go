package aws_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
)

var simOptions sim.Options

// portal answers what SSO and SSO OIDC are asked for, and leaves all else to the
// simulator.
type portal struct {
	next      http.Handler
	key       [2]string
	pending   atomic.Int32 // answers of "not yet"
	refuse    atomic.Bool  // the user says no
	expired   atomic.Bool  // no token is accepted
	refresh   atomic.Bool  // tokens come with a refresh token
	mu        sync.Mutex
	requested []string // paths, grant types behind them
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	say := func(status int, v map[string]any) {
		w.Header().Set("Content-Type", "application/json")
		if code, ok := v["error"].(string); ok {
			w.Header().Set("X-Amzn-ErrorType", code)
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	known := map[string]bool{"/client/register": true, "/device_authorization": true, "/token": true, "/federation/credentials": true}
	if !known[r.URL.Path] {
		p.next.ServeHTTP(w, r)
		return
	}
	if b, _ := io.ReadAll(r.Body); len(b) > 0 {
		_ = json.Unmarshal(b, &body)
	}
	grant, _ := body["grantType"].(string)
	p.mu.Lock()
	p.requested = append(p.requested, strings.TrimSpace(r.URL.Path+" "+grant))
	p.mu.Unlock()
	switch r.URL.Path {
	case "/client/register":
		say(200, map[string]any{"clientId": "client", "clientSecret": "secret", "clientSecretExpiresAt": time.Now().Add(time.Hour).Unix()})
	case "/device_authorization":
		say(200, map[string]any{"deviceCode": "device", "userCode": "ABCD-EFGH", "verificationUri": "https://device.sso/", "verificationUriComplete": "https://device.sso/?user_code=ABCD-EFGH", "expiresIn": 600, "interval": 1})
	case "/token":
		p.token(say)
	case "/federation/credentials":
		if p.expired.Load() || r.Header.Get("X-Amz-Sso_bearer_token") == "" {
			say(401, map[string]any{"error": "UnauthorizedException", "message": "Session token not found or invalid"})
			return
		}
		say(200, map[string]any{"roleCredentials": map[string]any{"accessKeyId": p.key[0], "secretAccessKey": p.key[1], "sessionToken": "", "expiration": time.Now().Add(time.Hour).UnixMilli()}})
	}
}

func (p *portal) token(say func(int, map[string]any)) {
	switch {
	case p.refuse.Load():
		say(400, map[string]any{"error": "AccessDeniedException", "error_description": "no"})
	case p.pending.Add(-1) >= 0:
		say(400, map[string]any{"error": "AuthorizationPendingException", "error_description": "wait"})
	default:
		p.expired.Store(false)
		out := map[string]any{"accessToken": "token", "expiresIn": 3600, "tokenType": "Bearer"}
		if p.refresh.Load() {
			out["refreshToken"] = "refresh"
		}
		say(200, out)
	}
}

func (p *portal) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requested...)
}

const (
	ssoConfig    = "[profile corp]\nregion = eu-central-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ops\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
	legacyConfig = "[profile corp]\nregion = eu-central-1\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = ops\n"
)

func startPortal(t *testing.T, config string) (*portal, aws.Options, string) {
	t.Helper()
	s, err := sim.New(simOptions)
	if err != nil {
		t.Fatal(err)
	}
	key, secret, _ := s.Static("")
	p := &portal{next: s, key: [2]string{key, secret}}
	l, dial := sim.Pipe()
	srv := &http.Server{Handler: p}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(srv.Close(), s.Close(), l.Close()); err != nil {
			t.Error(err)
		}
		<-served
	})
	home := environment(t, config, "")
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	return p, aws.Options{Dial: dial, Profile: "corp"}, home
}

// bubble runs a part of a test on fake time, in which nobody waits for a login.
func bubble(t *testing.T, name string, f func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func tokens(t *testing.T, home string) (out []map[string]string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(home, ".aws", "sso", "cache", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		fi, err := os.Stat(path)
		if err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, fi.Mode(), err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var token map[string]string
		if err := json.Unmarshal(b, &token); err != nil {
			t.Fatal(err)
		}
		out = append(out, token)
	}
	return out
}

func TestSSODeviceLoginOnceForAllCalls(t *testing.T) {
	for name, config := range map[string]string{"session": ssoConfig, "legacy": legacyConfig} {
		bubble(t, name, func(t *testing.T) {
			p, o, home := startPortal(t, config)
			p.pending.Store(1)
			var url, code string
			ask := &asker{shown: func(u, c string) { url, code = u, c }}
			o.Asker, o.ReadOnly = ask, true
			a := openAccount(t, o)
			if c := a.Credentials(); c.Source != "profile corp (SSO)" || c.Renew != "aws sso login --profile corp" {
				t.Errorf("%+v", c)
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					if err := list(t.Context(), a); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := ask.device.Load(); n != 1 || code != "ABCD-EFGH" || !strings.HasPrefix(url, "https://device.sso/") {
				t.Errorf("asked %d times with %q %q", n, url, code)
			}
			got := tokens(t, home)
			if len(got) != 1 || got[0]["accessToken"] != "token" || got[0]["startUrl"] != "https://corp.awsapps.com/start" || got[0]["region"] != "eu-west-1" {
				t.Errorf("cached: %v", got)
			}
			if at, err := time.Parse(time.RFC3339, got[0]["expiresAt"]); err != nil || time.Until(at) < 50*time.Minute {
				t.Errorf("expires at %v, %v", at, err)
			}
			if s := stat(a, "sso-oauth:CreateToken"); s.Calls != 2 || s.Attempts != 2 {
				t.Errorf("%+v", s)
			}
			// Another console finds the token.
			again := &asker{}
			o.Asker = again
			b := openAccount(t, o)
			if err := list(t.Context(), b); err != nil {
				t.Error(err)
			}
			if again.device.Load() != 0 {
				t.Error("the token in the cache was not used")
			}
		})
	}
}

func TestSSOSessionThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o, _ := startPortal(t, ssoConfig)
		ask := &asker{}
		o.Asker = ask
		a := openAccount(t, o)
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		p.expired.Store(true) // revoked: the cached token looks well
		a.Renew()
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if n := ask.device.Load(); n != 2 {
			t.Errorf("asked %d times, want twice", n)
		}
	})
}

func TestSSOTokenIsRefreshedWithoutAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o, home := startPortal(t, ssoConfig)
		p.refresh.Store(true)
		ask := &asker{}
		o.Asker = ask
		a := openAccount(t, o)
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		got := tokens(t, home)[0]
		if got["refreshToken"] != "refresh" || got["clientId"] != "client" || got["clientSecret"] != "secret" {
			t.Fatalf("cached: %v", got)
		}
		got["expiresAt"] = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		text, _ := json.Marshal(got)
		paths, _ := filepath.Glob(filepath.Join(home, ".aws", "sso", "cache", "*"))
		if err := os.WriteFile(paths[0], text, 0o600); err != nil {
			t.Fatal(err)
		}
		a.Renew()
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if n := ask.device.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		last := p.requests()
		if last[len(last)-2] != "/token refresh_token" {
			t.Errorf("requests %q", last)
		}
	})
}

func TestSSOWithoutAnswer(t *testing.T) {
	bubble(t, "nobody to ask", func(t *testing.T) {
		p, o, _ := startPortal(t, ssoConfig)
		a := openAccount(t, o)
		e := aws.AsError(list(t.Context(), a))
		if e == nil || e.Class != aws.Expired || !strings.Contains(e.Hint, "aws sso login --profile corp") || e.Op != "ecs:ListClusters" {
			t.Errorf("%+v", e)
		}
		if got := p.requests(); len(got) != 0 {
			t.Errorf("requests %q", got)
		}
	})
	bubble(t, "refused", func(t *testing.T) {
		p, o, home := startPortal(t, ssoConfig)
		p.refuse.Store(true)
		ask := &asker{}
		o.Asker = ask
		a := openAccount(t, o)
		for range 2 {
			if e := aws.AsError(list(t.Context(), a)); e == nil || e.Class != aws.Expired || !strings.Contains(e.Text, "not completed") {
				t.Errorf("%+v", e)
			}
		}
		if n := ask.device.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		if got := tokens(t, home); len(got) != 0 {
			t.Errorf("cached: %v", got)
		}
		p.refuse.Store(false)
		a.Renew()
		if err := list(t.Context(), a); err != nil {
			t.Error(err)
		}
	})
}

func TestSSOAsSourceOfARole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o, _ := startPortal(t, ssoConfig+"[profile ops]\nregion = eu-central-1\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = corp\n")
		ask := &asker{}
		o.Asker, o.Profile = ask, "ops"
		a := openAccount(t, o)
		if c := a.Credentials(); c.Source != "profile ops (SSO, role)" || c.Renew != "aws sso login --profile corp" {
			t.Errorf("%+v", c)
		}
		who, err := a.Identity(t.Context())
		if err != nil || !strings.Contains(who.ARN, "assumed-role/ops/") {
			t.Errorf("%+v, %v", who, err)
		}
		if n := ask.device.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if got := p.requests(); got[0] != "/client/register" {
			t.Errorf("requests %q", got)
		}
	})
}
