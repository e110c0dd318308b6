// Package aws is one account as seen through one profile in one region: its
// credentials, its identity, and the chain that every call passes: gate
// (read-only), journal (audit), pace (throttle buckets), meter (count and cost).
package aws

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"ecsole/aws/audit"
)

// Options says which account to open and how to reach it.
type Options struct {
	Profile, Region string
	ReadOnly        bool
	// Journal records acts. Without one every act is refused.
	Journal *audit.Journal
	// Static, when set, is all there is: no environment variable and no file is read.
	Static *Static
	// Dial replaces the network (an in-memory simulator); nil is the real one.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Asker puts questions to the user (MFA code, SSO device login). Without one,
	// credentials that need an answer are an error that says what to do.
	Asker Asker
	// Pacer is shared by all accounts of the process; nil makes a new one.
	Pacer *Pacer
}

// Static is an account without a configuration file: the demo's and the tests'.
type Static struct {
	Endpoint                           string // "http://127.0.0.1:4566"
	AccessKey, SecretKey, SessionToken string
	Region                             string
	Name                               string // shown as the profile
}

// Asker puts a question to the user and waits for the answer. Both are called
// outside the event loop, and once for all calls that wait for the same login.
type Asker interface {
	// MFA asks for the current code of the device.
	MFA(ctx context.Context, device string) (code string, err error)
	// Device shows where to sign in and the code to compare; it returns at once.
	// The context ends when the login is over, one way or the other.
	Device(ctx context.Context, url, code string, expires time.Time)
}

// Identity is who the credentials belong to (sts:GetCallerIdentity).
type Identity struct {
	Account string // twelve digits
	ARN     string
	UserID  string
}

// Account is one profile in one region.
type Account struct {
	opts     Options
	cfg      sdk.Config
	pacer    *Pacer
	meter    *Meter
	problems *Problems
	ctx      context.Context
	cancel   context.CancelFunc

	mu       sync.Mutex
	identity Identity
	known    bool
	owned    map[string]*owned
	order    []string
}

// Open makes an account. It does no network: credentials are resolved when the
// first call needs them.
func Open(ctx context.Context, o Options) (*Account, error) {
	return nil, errors.New("accounts cannot be opened yet")
}

// Config is what every service client is built from; the chain is installed.
func (a *Account) Config() sdk.Config { return a.cfg }

// ConfigIn is Config for another region: same credentials, same chain.
func (a *Account) ConfigIn(region string) sdk.Config {
	c := a.cfg.Copy()
	if region != "" {
		c.Region = region
	}
	return c
}

// Profile is the name of the profile, "default" where none was chosen.
func (a *Account) Profile() string { return a.opts.Profile }

// Region is the region in which the account is seen, such as "eu-central-1".
func (a *Account) Region() string { return a.cfg.Region }

// Partition is "aws", "aws-cn", "aws-us-gov" …, as the region implies.
func (a *Account) Partition() string { return "aws" }

// Endpoint is the host of a custom endpoint (not AWS), or "".
func (a *Account) Endpoint() string { return "" }

// ReadOnly reports whether acts are refused.
func (a *Account) ReadOnly() bool { return a.opts.ReadOnly }

// Identity asks AWS who the credentials belong to; the first answer is kept.
func (a *Account) Identity(ctx context.Context) (Identity, error) {
	return Identity{}, errors.New("not yet")
}

// KnownIdentity is the identity if it is known already; it asks nobody.
func (a *Account) KnownIdentity() (Identity, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.identity, a.known
}

// Credentials is the state of the credentials as far as it is known.
func (a *Account) Credentials() CredentialState { return CredentialState{} }

// AWSCredentials resolves the credentials, for requests that are signed by hand
// (the data channel of a shell). For packages under aws only: an SDK type.
func (a *Account) AWSCredentials(ctx context.Context) (sdk.Credentials, error) {
	return sdk.Credentials{}, errors.New("not yet")
}

// Dialer is how this account reaches the network: Options.Dial or the real one.
func (a *Account) Dialer() func(ctx context.Context, network, addr string) (net.Conn, error) {
	return a.opts.Dial
}

// Meter counts the calls of this account.
func (a *Account) Meter() *Meter { return a.meter }

// Problems keeps the latest failed calls of this account.
func (a *Account) Problems() *Problems { return a.problems }

// Journal records the account's acts; nil means that acts are refused.
func (a *Account) Journal() *audit.Journal { return a.opts.Journal }

// Context ends when the account is closed.
func (a *Account) Context() context.Context { return a.ctx }

// Close ends the account's context and closes the services that it owns, the
// newest first.
func (a *Account) Close() {}
