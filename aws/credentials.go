package aws

import "time"

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
	CredentialsUnknown  CredentialKind = iota // not asked for yet
	CredentialsValid                          // and not about to end
	CredentialsExpiring                       // valid for less than fifteen minutes, and they do not renew themselves
	CredentialsExpired                        // expired or refused by AWS
	CredentialsMissing                        // no source has any
)
