package aws_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/sim"
)

// asker answers questions and counts them.
type asker struct {
	code    string
	err     error
	mfa     atomic.Int32
	device  atomic.Int32
	asked   chan string // device of an MFA question, where a test wants to see it
	release chan struct{}
	shown   func(url, code string)
}

func (a *asker) MFA(ctx context.Context, device string) (string, error) {
	a.mfa.Add(1)
	if a.asked != nil {
		a.asked <- device
	}
	if a.release != nil {
		select {
		case <-a.release:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return a.code, a.err
}

func (a *asker) Device(_ context.Context, url, code string, _ time.Time) {
	a.device.Add(1)
	if a.shown != nil {
		a.shown(url, code)
	}
}

const (
	roleConfig = "[profile ops]\nregion = eu-central-1\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\n"
	mfaDevice  = "arn:aws:iam::111122223333:mfa/ann"
)

func list(ctx context.Context, a *aws.Account) error {
	_, err := ecs.NewFromConfig(a.Config()).ListClusters(ctx, &ecs.ListClustersInput{})
	return err
}

// Assuming a role goes to the custom endpoint, is metered, and neither gated nor
// journalled: read-only can log in.
func TestRoleOfAProfile(t *testing.T) {
	s, o, keys := simulated(t)
	environment(t, roleConfig, "[base]\n"+keys)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	o.Profile, o.ReadOnly = "ops", true
	a := openAccount(t, o)
	if c := a.Credentials(); c.Source != "profile ops (keys, role)" {
		t.Errorf("%+v", c)
	}
	who, err := a.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(who.ARN, "assumed-role/ops/") {
		t.Errorf("%+v", who)
	}
	if n := s.Faults().Calls("sts:AssumeRole"); n != 1 {
		t.Errorf("%d calls of AssumeRole", n)
	}
	if got := stat(a, "sts:AssumeRole"); got.Calls != 1 || got.Attempts != 1 {
		t.Errorf("%+v", got)
	}
	if hosts := a.Meter().Hosts(); len(hosts) != 1 || hosts[0] != host {
		t.Errorf("hosts %q", hosts)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsValid || c.Expires.IsZero() {
		t.Errorf("%+v", c)
	}
}

func TestRoleThatIsDenied(t *testing.T) {
	_, o, keys := simulated(t)
	environment(t, strings.Replace(roleConfig, "role/ops", "role/ops-denied", 1), "[base]\n"+keys)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	o.Profile = "ops"
	a := openAccount(t, o)
	e := aws.AsError(list(t.Context(), a))
	if e == nil || e.Class != aws.Denied || e.Action != "sts:AssumeRole" || e.Op != "ecs:ListClusters" {
		t.Errorf("%+v", e)
	}
}

func TestMFAIsAskedOnceForAllCalls(t *testing.T) {
	s, o, keys := simulated(t)
	environment(t, roleConfig+"mfa_serial = "+mfaDevice+"\n", "[base]\n"+keys)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	ask := &asker{code: " 123456\n", asked: make(chan string, 1), release: make(chan struct{})}
	o.Profile, o.Asker = "ops", ask
	a := openAccount(t, o)
	const calls = 8
	var wg sync.WaitGroup
	errs := make(chan error, calls)
	for range calls {
		wg.Go(func() { errs <- list(t.Context(), a) })
	}
	gone, leave := context.WithCancel(t.Context())
	wg.Go(func() { // one of them does not want to wait any longer
		if e := aws.AsError(list(gone, a)); e != nil && e.Class != aws.Cancelled {
			t.Errorf("%+v", e)
		}
	})
	if device := <-ask.asked; device != mfaDevice {
		t.Errorf("asked for %s", device)
	}
	leave()
	close(ask.release)
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := ask.mfa.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	if n := s.Faults().Calls("sts:AssumeRole"); n != 1 {
		t.Errorf("%d roles assumed", n)
	}
	// One code is good for an hour.
	if c := a.Credentials(); c.Kind != aws.CredentialsValid || time.Until(c.Expires) < 50*time.Minute {
		t.Errorf("%+v", c)
	}
}

func TestMFAWithoutAnswer(t *testing.T) {
	t.Run("nobody to ask", func(t *testing.T) {
		_, o, keys := simulated(t)
		environment(t, roleConfig+"mfa_serial = "+mfaDevice+"\n", "[base]\n"+keys)
		t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
		o.Profile = "ops"
		a := openAccount(t, o)
		e := aws.AsError(list(t.Context(), a))
		if e == nil || e.Class != aws.Expired || !strings.Contains(e.Text, mfaDevice) || !strings.Contains(e.Hint, "terminal") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("declined", func(t *testing.T) {
		_, o, keys := simulated(t)
		environment(t, roleConfig+"mfa_serial = "+mfaDevice+"\n", "[base]\n"+keys)
		t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
		ask := &asker{err: errors.New("escape")}
		o.Profile, o.Asker = "ops", ask
		a := openAccount(t, o)
		for range 3 {
			if e := aws.AsError(list(t.Context(), a)); e == nil || e.Class != aws.Expired || !strings.Contains(e.Hint, "ask again by") {
				t.Errorf("%+v", e)
			}
		}
		if n := ask.mfa.Load(); n != 1 {
			t.Errorf("asked %d times after a refusal, want once", n)
		}
		if c := a.Credentials(); c.Kind != aws.CredentialsMissing || c.Err == nil {
			t.Errorf("%+v", c)
		}
		ask.err, ask.code = nil, "123456"
		a.Renew()
		if err := list(t.Context(), a); err != nil {
			t.Error(err)
		}
		if n := ask.mfa.Load(); n != 2 {
			t.Errorf("asked %d times in all, want twice", n)
		}
	})
}

func TestNoCredentialsAtAll(t *testing.T) {
	_, o, _ := simulated(t)
	environment(t, "", "")
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	a := openAccount(t, o)
	e := aws.AsError(list(t.Context(), a))
	if e == nil || e.Class != aws.Expired || !strings.Contains(e.Text, "no credentials") || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsMissing || strings.Contains(c.Source, "instance") {
		t.Errorf("%+v", c)
	}
}

func TestExpiryIsSeenAndFreshKeysAreFound(t *testing.T) {
	s, o, keys := simulated(t)
	home := environment(t, "[default]\n", "[default]\n"+keys)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	a := openAccount(t, o)
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.Faults().Expire()
	e := aws.AsError(list(t.Context(), a))
	if e == nil || e.Class != aws.Expired || !strings.Contains(e.Hint, "credentials file") {
		t.Errorf("%+v", e)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsExpired || c.Err == nil {
		t.Errorf("%+v", c)
	}
	s.Faults().Renew()
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsValid || c.Err != nil {
		t.Errorf("after AWS accepted them again: %+v", c)
	}
	// Keys that another program writes are found without a restart.
	t.Run("written meanwhile", func(t *testing.T) {
		path := filepath.Join(home, "SHARED_CREDENTIALS_FILE")
		write := func(text string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("[default]\naws_access_key_id = AKIAGONE\naws_secret_access_key = S\n")
		a := openAccount(t, o)
		if e := aws.AsError(list(t.Context(), a)); e == nil || e.Class != aws.Expired {
			t.Fatalf("%+v", e)
		}
		write("[default]\n" + keys)
		if err := list(t.Context(), a); err != nil {
			t.Errorf("fresh keys were not found: %v", err)
		}
		if c := a.Credentials(); c.Kind != aws.CredentialsValid {
			t.Errorf("%+v", c)
		}
	})
}

// The answer to a call that was under way when the credentials expired comes after the
// refusal of another; it does not make them valid.
func TestLateAnswerDoesNotReviveCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, o := start(t, sim.Options{})
		a := openAccount(t, o)
		defer a.Close()
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		client := ecs.NewFromConfig(a.Config())
		s.Faults().Hang("ecs:ListServices")
		late := make(chan error, 1)
		go func() {
			_, err := client.ListServices(t.Context(), &ecs.ListServicesInput{Cluster: sdk.String("prod")})
			late <- err
		}()
		synctest.Wait()
		s.Faults().Expire()
		if e := aws.AsError(list(t.Context(), a)); e == nil || e.Class != aws.Expired {
			t.Fatalf("%+v", e)
		}
		s.Faults().Unhang("ecs:ListServices")
		if err := <-late; err != nil {
			t.Fatal(err)
		}
		if c := a.Credentials(); c.Kind != aws.CredentialsExpired || c.Err == nil {
			t.Errorf("after the late answer: %+v", c)
		}
		s.Faults().Renew()
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if c := a.Credentials(); c.Kind != aws.CredentialsValid {
			t.Errorf("after AWS accepted them again: %+v", c)
		}
	})
}

func TestKeysOfTheEnvironment(t *testing.T) {
	_, o, _ := simulated(t)
	_, static := start(t, simOptions)
	environment(t, "", "")
	t.Setenv("AWS_ACCESS_KEY_ID", static.Static.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", static.Static.SecretKey)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	o.Dial = static.Dial
	for _, c := range []struct {
		left time.Duration
		want aws.CredentialKind
	}{
		{time.Hour, aws.CredentialsValid}, {5 * time.Minute, aws.CredentialsExpiring}, {-time.Minute, aws.CredentialsExpired},
	} {
		t.Setenv("AWS_CREDENTIAL_EXPIRATION", time.Now().Add(c.left).Format(time.RFC3339))
		a := openAccount(t, o)
		if err := list(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if got := a.Credentials(); got.Kind != c.want || got.Source != "environment" {
			t.Errorf("%v left: %+v, want %v", c.left, got, c.want)
		}
	}
}

func TestCredentialProcess(t *testing.T) {
	s, o, _ := simulated(t)
	key, secret, _ := s.Static("")
	home := environment(t, "", "")
	script := filepath.Join(home, "keys.json")
	if err := os.WriteFile(script, []byte(`{"Version":1,"AccessKeyId":"`+key+`","SecretAccessKey":"`+secret+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte("[default]\ncredential_process = cat "+script+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	a := openAccount(t, o)
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if c := a.Credentials(); c.Source != "profile default (process)" || c.Kind != aws.CredentialsValid {
		t.Errorf("%+v", c)
	}
}
