// Package aws is one account as seen through one profile in one region: its
// credentials, its identity, and the chain that every call passes: gate
// (read-only), journal (audit), pace (throttle buckets), meter (count and cost).
package aws

import (
	"context"
	"net"
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

// CredentialState is what is known of the credentials without asking AWS.
type CredentialState struct {
	Kind    CredentialKind
	Source  string    // "profile prod (SSO)", "environment", "static"
	Expires time.Time // zero: they do not, or it is not known
	Renew   string    // the command that renews them, such as "aws sso login --profile prod"
	Err     error     // why they could not be had
}

// CredentialKind grades credentials.
type CredentialKind int

const (
	CredentialsUnknown CredentialKind = iota // not asked for yet
	CredentialsValid
	CredentialsExpired // expired or refused by AWS
	CredentialsMissing // no source has any
)

// Chained reports the configuration from which every service client is built.
type chained = sdk.Config
