package views

import (
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/tui"
)

// Every state of the credentials says itself in the header.
func TestCredentialRow(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		state aws.CredentialState
		value string
		level tui.Grade
	}{
		{aws.CredentialState{}, "…", tui.Plain},
		{aws.CredentialState{Kind: aws.CredentialsValid, Source: "environment"}, "valid · environment", tui.Good},
		{aws.CredentialState{Kind: aws.CredentialsValid, Expires: now.Add(5 * time.Hour)}, "valid 5h0m", tui.Good},
		{aws.CredentialState{Kind: aws.CredentialsExpiring, Expires: now.Add(14 * time.Minute), Source: "profile ops (role)"}, "expire in 14m · profile ops (role)", tui.Warn},
		{aws.CredentialState{Kind: aws.CredentialsExpired, Expires: now}, "expired", tui.Bad},
		{aws.CredentialState{Kind: aws.CredentialsMissing}, "none", tui.Bad},
	} {
		if row := credentialRow(c.state, now); row.Value != c.value || row.Level != c.level {
			t.Errorf("%s: %q in level %d, want %q in %d", c.state.Kind, row.Value, row.Level, c.value, c.level)
		}
	}
}
