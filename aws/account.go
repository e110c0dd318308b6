// Package aws is one account as seen through one profile in one region: its
// credentials, its identity, and the chain that every call passes: gate
// (read-only), journal (audit), pace (throttle buckets), meter (count and cost).
package aws

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/singleflight"

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
	// HTTPLog gets a line per attempt: operation, host, status, time, request id and
	// error; never a header, a body or a credential. nil logs nothing.
	HTTPLog *slog.Logger
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
	opts      Options
	profile   string
	cfg       sdk.Config
	endpoints endpoints
	http      *http.Client
	transport *http.Transport
	creds     *credentials
	pacer     *Pacer
	meter     *Meter
	problems  *Problems
	ctx       context.Context
	cancel    context.CancelFunc

	journalFault atomic.Pointer[error]
	buckets      atomic.Pointer[scope]
	who          atomic.Pointer[Identity]
	whoOnce      singleflight.Group
	// sources counts how often the sources of the credentials were read again: who the
	// credentials belonged to before says nothing about those of now.
	sources atomic.Int64

	mu     sync.Mutex
	closed bool
	owned  map[string]*owned
	order  []*owned // as they became ready
}

// Config is what every service client is built from: sdk.NewFromConfig(a.Config()).
// The chain is installed in it.
func (a *Account) Config() sdk.Config { return a.cfg.Copy() }

// ConfigIn is Config for another region: same credentials, same chain.
func (a *Account) ConfigIn(region string) sdk.Config {
	c := a.cfg.Copy()
	if region != "" {
		c.Region = region
	}
	return c
}

// Profile is the name of the profile, "default" where none was chosen.
func (a *Account) Profile() string { return a.profile }

// Region is the region in which the account is seen, such as "eu-central-1".
func (a *Account) Region() string { return a.cfg.Region }

// Partition is the region's: "aws", "aws-cn", "aws-us-gov" …
func (a *Account) Partition() string { return PartitionOf(a.cfg.Region) }

// PartitionOf is the partition of a region, the second part of its ARNs.
func PartitionOf(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// Endpoint is the host of the custom endpoint, or "" for AWS's own. Where services
// have different ones, all are named.
func (a *Account) Endpoint() string { return a.endpoints.hosts() }

// ReadOnly reports whether acts are refused.
func (a *Account) ReadOnly() bool { return a.opts.ReadOnly }

// Identity asks AWS who the credentials belong to; the first answer is kept until the
// sources of the credentials are read again. Callers at the same time share one call.
func (a *Account) Identity(ctx context.Context) (Identity, error) {
	if who, ok := a.KnownIdentity(); ok {
		return who, nil
	}
	done := a.whoOnce.DoChan("", func() (any, error) {
		// Whoever came first may leave; the others still want the answer.
		ctx, cancel := a.outlive(ctx)
		defer cancel()
		for {
			sources := a.sources.Load()
			out, err := sts.NewFromConfig(a.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return nil, err
			}
			who := Identity{Account: sdk.ToString(out.Account), ARN: sdk.ToString(out.Arn), UserID: sdk.ToString(out.UserId)}
			if a.identified(who, sources) {
				return who, nil
			}
		}
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return Identity{}, AsError(r.Err)
		}
		return r.Val.(Identity), nil
	case <-ctx.Done():
		return Identity{}, AsError(ctx.Err())
	}
}

// identified keeps an answer, unless the sources have been read again since it was
// asked for.
func (a *Account) identified(who Identity, sources int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sources.Load() != sources {
		return false
	}
	a.buckets.Store(a.pacer.learn(a.scopeKey("profile "+a.profile), a.scopeKey("account "+who.Account)))
	a.who.Store(&who)
	return true
}

// forget drops the identity after the sources of the credentials were read again, and
// asks anew if it was known: the journal must not name who acted before.
func (a *Account) forget() {
	a.mu.Lock()
	a.sources.Add(1)
	known := a.who.Swap(nil) != nil
	a.mu.Unlock()
	if known {
		go func() {
			ctx, cancel := context.WithTimeout(a.ctx, time.Minute)
			defer cancel()
			_, _ = a.Identity(ctx) // a failure is among the problems; the next act asks again
		}()
	}
}

// outlive is a context with ctx's values that ends with the account, not with ctx.
// Calls under it are not those whose answer the caller wants to keep.
func (a *Account) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), rawKey{}, nil))
	stop := context.AfterFunc(a.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// KnownIdentity is the identity if it is known already; it asks nobody.
func (a *Account) KnownIdentity() (Identity, bool) {
	if who := a.who.Load(); who != nil {
		return *who, true
	}
	return Identity{}, false
}

const introduction = 5 * time.Second

// introduce sees to it that the record of an act can name who acts. An act is not
// refused because STS is out of reach.
func (a *Account) introduce(ctx context.Context) {
	if _, ok := a.KnownIdentity(); ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, introduction)
	defer cancel()
	_, _ = a.Identity(ctx)
}

// scopeKey names a set of throttle buckets: those of a custom endpoint are its own.
func (a *Account) scopeKey(s string) string { return s + " " + a.Endpoint() }

func (a *Account) scope() *scope { return a.buckets.Load() }

// Pace is what the next calls of an operation ("ecs:DescribeServices") may count on:
// so many at once, then so many a second, for the foreground or the background.
func (a *Account) Pace(op string, foreground bool) (burst int, perSecond float64) {
	return a.scope().bucket(op, a.Region()).rate(foreground)
}

// Dialer is how this account reaches the network: Options.Dial or the real one.
func (a *Account) Dialer() func(ctx context.Context, network, addr string) (net.Conn, error) {
	return a.transport.DialContext
}

// Proxy finds the proxy for a request, as http.Transport.Proxy does; nil where
// proxies of the environment do not count (Static, Dial).
func (a *Account) Proxy() func(*http.Request) (*url.URL, error) { return a.transport.Proxy }

// TLS is the account's TLS configuration, with the certificates of AWS_CA_BUNDLE.
func (a *Account) TLS() *tls.Config {
	if a.transport.TLSClientConfig == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return a.transport.TLSClientConfig.Clone()
}

// Meter counts the calls of this account.
func (a *Account) Meter() *Meter { return a.meter }

// Problems keeps the latest failed calls of this account.
func (a *Account) Problems() *Problems { return a.problems }

// Journal is the journal whose records carry this account's stamp; nil means that
// there is none and acts are refused. Its methods may be called on nil.
func (a *Account) Journal() *audit.Journal {
	who := audit.Who{Profile: a.profile, Region: a.Region(), Endpoint: a.Endpoint()}
	if id, ok := a.KnownIdentity(); ok {
		who.Account, who.Identity = id.Account, id.ARN
	}
	return a.opts.Journal.As(who)
}

// Context ends when the account is closed.
func (a *Account) Context() context.Context { return a.ctx }

// Close ends the account's context and closes the services that it owns, the newest
// first.
func (a *Account) Close() {
	a.cancel()
	a.mu.Lock()
	a.closed = true
	order := a.order
	a.order = nil
	a.mu.Unlock()
	for i := len(order) - 1; i >= 0; i-- {
		order[i].close()
	}
	a.transport.CloseIdleConnections()
}
