package aws

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
)

// CredentialState is what is known of the credentials without asking AWS.
type CredentialState struct {
	Kind    CredentialKind
	Source  string    // "profile prod (SSO)", "environment", "static"
	Expires time.Time // zero: they do not, or it is not known
	Renew   string    // the command that renews them, such as "aws sso login --profile prod"; "" where there is none
	Err     error     // why they could not be had, or AWS's refusal
}

// CredentialKind grades credentials.
type CredentialKind int

const (
	CredentialsUnknown  CredentialKind = iota // not asked for yet
	CredentialsValid                          // and not about to end
	CredentialsExpiring                       // valid for less than fifteen minutes, and they do not renew themselves
	CredentialsExpired                        // expired or refused by AWS
	CredentialsMissing                        // no source has any
)

func (k CredentialKind) String() string {
	return [...]string{"unknown", "valid", "expiring", "expired", "missing"}[k]
}

const (
	expirySoon   = 15 * time.Minute
	renewBefore  = time.Minute // the SDK renews so long before the end
	mfaAttempts  = 3
	reloadWindow = 2 * time.Second // for the calls in flight when the first was refused
)

// source is where credentials come from: what it is called, and how to ask it anew.
type source struct {
	provider sdk.CredentialsProvider
	words    string    // "profile prod (SSO)"
	renew    string    // command, or ""
	advice   string    // what to do where there is no command
	lasting  bool      // they renew themselves, without a question
	expires  time.Time // where the source tells it beforehand (AWS_CREDENTIAL_EXPIRATION)
	sso      *ssoLogin // how to sign in, where that is the way
	// reload reads the source again, as it may have been changed meanwhile; nil where
	// it cannot have been.
	reload func(context.Context) (source, error)
}

// credentials is the one source of credentials of an account, shared by all its
// clients through cache, so that whoever needs a login waits for the same one.
type credentials struct {
	a     *Account
	cache *sdk.CredentialsCache

	mu       sync.Mutex
	src      source
	kind     CredentialKind
	expires  time.Time
	err      error
	declined error  // the user did not answer; nobody is asked again before Renew
	current  string // the key in use
	dead     string // a key that AWS refused
	refusals int    // how often AWS did
	reloaded time.Time
	stale    bool
}

func newCredentials(a *Account, src source) *credentials {
	c := &credentials{a: a, src: src}
	c.cache = sdk.NewCredentialsCache(c, func(o *sdk.CredentialsCacheOptions) { o.ExpiryWindow = renewBefore })
	return c
}

// Retrieve asks the source. The cache above it lets one caller in at a time, under a
// context that nobody cancels.
func (c *credentials) Retrieve(ctx context.Context) (sdk.Credentials, error) {
	// Some of the SDK's credential clients would take the values of the call that waits
	// for these credentials for their own.
	ctx, cancel := c.a.outlive(middleware.ClearStackValues(ctx))
	defer cancel()
	src := c.fresh(ctx)
	creds, err := c.ask(ctx, src)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err, c.kind = &credentialError{err: err}, CredentialsMissing
		if !c.expires.IsZero() || src.renew != "" {
			c.kind = CredentialsExpired
		}
		return sdk.Credentials{}, c.err
	}
	c.current = creds.AccessKeyID + " " + creds.SessionToken
	c.expires = src.expires
	if creds.CanExpire {
		c.expires = creds.Expires
	}
	if c.current != c.dead {
		c.kind, c.err = CredentialsValid, nil
	}
	return creds, nil
}

// ask asks the source, and the user where the source needs that.
func (c *credentials) ask(ctx context.Context, src source) (sdk.Credentials, error) {
	if inner, ok := src.provider.(*sdk.CredentialsCache); ok {
		inner.Invalidate()
	}
	for attempt := 1; ; attempt++ {
		creds, err := src.provider.Retrieve(ctx)
		switch {
		case err == nil:
			return creds, nil
		case attempt < mfaAttempts && c.a.opts.Asker != nil && isWrongMFA(err):
			continue
		case attempt == 1 && src.sso != nil && isSSOToken(err):
			if lerr := c.signIn(ctx, src.sso); lerr != nil {
				return sdk.Credentials{}, lerr
			}
			continue
		}
		return sdk.Credentials{}, err
	}
}

func (c *credentials) signIn(ctx context.Context, login *ssoLogin) error {
	if c.a.opts.Asker == nil {
		return &Error{Class: Expired, Text: "the SSO session has expired or was never begun", Hint: "sign in: " + login.command}
	}
	if err := c.refusal(); err != nil {
		return err
	}
	err := login.run(ctx, c.a)
	var unanswered *Error
	if errors.As(err, &unanswered) {
		c.decline(err)
	}
	return err
}

func (c *credentials) refusal() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.declined
}

func (c *credentials) decline(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.declined = err
}

// fresh is the source, read again if AWS has refused what it gave: another program
// may have renewed the files.
func (c *credentials) fresh(ctx context.Context) source {
	c.mu.Lock()
	src, stale := c.src, c.stale
	c.stale = false
	c.mu.Unlock()
	if !stale || src.reload == nil {
		return src
	}
	again, err := src.reload(ctx)
	if err != nil {
		return src // what was wrong will be told by asking it
	}
	c.mu.Lock()
	c.src = again
	c.mu.Unlock()
	c.a.forget() // they may be those of somebody else
	return again
}

// refused takes note of an error of class Expired and gives it the advice that fits
// the source. unavailable: there were no credentials to be had, so AWS saw none.
func (c *credentials) refused(e *Error, unavailable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !unavailable { // AWS refused the key
		c.dead, c.kind, c.err = c.current, CredentialsExpired, e
		c.refusals++
		if now := time.Now(); now.Sub(c.reloaded) >= reloadWindow {
			c.reloaded, c.stale = now, true
			c.cache.Invalidate()
		}
	}
	advice := c.src.advice
	if c.src.renew != "" {
		advice = "renew them: " + c.src.renew
	}
	for _, general := range []string{hintRenew, hintSignIn, hintChoose} {
		if rest, ok := strings.CutPrefix(e.Hint, general); ok && advice != "" {
			e.Hint = advice + rest
			return
		}
	}
}

// count is how often AWS has refused a key so far.
func (c *credentials) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refusals
}

// accepted takes note that AWS answered a call that began after so many refusals. The
// late answer to a call that was under way when another was refused says nothing.
func (c *credentials) accepted(refusals int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kind == CredentialsExpired && c.current != "" && refusals == c.refusals {
		c.kind, c.err, c.dead = CredentialsValid, nil, ""
	}
}

func (c *credentials) state() CredentialState {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CredentialState{Kind: c.kind, Source: c.src.words, Expires: c.expires, Renew: c.src.renew, Err: c.err}
	if s.Kind == CredentialsMissing && s.Source == instanceRole {
		s.Source = "nothing is configured" // the instance role is only the last resort
	}
	if s.Kind == CredentialsValid && !s.Expires.IsZero() && !c.src.lasting && time.Until(s.Expires) < expirySoon {
		s.Kind = CredentialsExpiring
		if time.Until(s.Expires) <= 0 {
			s.Kind = CredentialsExpired
		}
	}
	return s
}

// ProviderSources tells the SDK's User-Agent where the credentials come from.
func (c *credentials) ProviderSources() []sdk.CredentialSource {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.src.provider.(sdk.CredentialProviderSource); ok {
		return p.ProviderSources()
	}
	return nil
}

// Credentials is the state of the credentials as far as it is known; it asks nobody.
func (a *Account) Credentials() CredentialState { return a.creds.state() }

// AWSCredentials resolves the credentials, for requests that are signed by hand (the
// data channel of a shell). For packages under aws only: it is an SDK type.
func (a *Account) AWSCredentials(ctx context.Context) (sdk.Credentials, error) {
	creds, err := a.creds.cache.Retrieve(ctx)
	if err != nil {
		e := *AsError(err)
		if e.Class == Expired {
			a.creds.refused(&e, true)
		}
		return sdk.Credentials{}, &e
	}
	return creds, nil
}

// Renew forgets the credentials and an answer that the user once refused to give: the
// next call reads the sources again and asks again.
func (a *Account) Renew() {
	c := a.creds
	c.mu.Lock()
	c.declined, c.stale, c.dead = nil, true, ""
	c.mu.Unlock()
	c.cache.Invalidate()
}
