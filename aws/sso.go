package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
	"github.com/aws/smithy-go/middleware"
)

// ssoLogin is how to begin an SSO session for a profile.
type ssoLogin struct {
	region   string
	startURL string
	session  string // name of the sso-session, "" in the old form of the configuration
	command  string // that does the same
}

// ssoLoginOf finds the SSO configuration of a profile, down its source_profiles.
func ssoLoginOf(c *config.SharedConfig, profile string) *ssoLogin {
	for ; c != nil; c = c.Source {
		name := first(c.Profile, profile)
		switch {
		case c.SSOSession != nil:
			return &ssoLogin{region: c.SSOSession.SSORegion, startURL: c.SSOSession.SSOStartURL,
				session: c.SSOSession.Name, command: "aws sso login --profile " + name}
		case c.SSOStartURL != "":
			return &ssoLogin{region: c.SSORegion, startURL: c.SSOStartURL, command: "aws sso login --profile " + name}
		}
	}
	return nil
}

// The device flow of RFC 8628, as SSO OIDC has it.
const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	defaultPoll  = 5 * time.Second
	slowDown     = 5 * time.Second
	refreshScope = "sso:account:access" // with it, the token can be renewed without the user
)

// run lets the user sign in with a browser and keeps the token where the AWS tools
// look for it.
func (l *ssoLogin) run(ctx context.Context, a *Account) error {
	client := ssooidc.NewFromConfig(sdk.Config{
		Region: l.region, HTTPClient: a.http, Retryer: func() sdk.Retryer { return newRetryer() },
		Logger: a.cfg.Logger, ConfigSources: a.cfg.ConfigSources,
		APIOptions: []func(*middleware.Stack) error{a.credentialChain},
	})
	in := &ssooidc.RegisterClientInput{ClientName: sdk.String("ecsole"), ClientType: sdk.String("public")}
	if l.session != "" {
		in.Scopes = []string{refreshScope}
	}
	reg, err := client.RegisterClient(ctx, in)
	if err != nil {
		return fmt.Errorf("register for SSO: %w", err)
	}
	dev, err := client.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, StartUrl: &l.startURL,
	})
	if err != nil {
		return fmt.Errorf("begin the SSO login: %w", err)
	}
	ends := time.Now().Add(time.Duration(dev.ExpiresIn) * time.Second)
	ctx, cancel := context.WithDeadline(ctx, ends)
	defer cancel()
	a.opts.Asker.Device(ctx, first(sdk.ToString(dev.VerificationUriComplete), sdk.ToString(dev.VerificationUri)), sdk.ToString(dev.UserCode), ends)
	out, err := l.poll(ctx, client, reg, dev)
	if err != nil {
		return err
	}
	return l.keep(reg, out)
}

// poll asks until the user has signed in, in the rhythm that the service wants.
func (l *ssoLogin) poll(ctx context.Context, client *ssooidc.Client, reg *ssooidc.RegisterClientOutput, dev *ssooidc.StartDeviceAuthorizationOutput) (*ssooidc.CreateTokenOutput, error) {
	pause := time.Duration(dev.Interval) * time.Second
	if pause <= 0 {
		pause = defaultPoll
	}
	over := &Error{Class: Expired, Text: "the SSO login was not completed", Hint: "ask again by renewing the credentials"}
	for {
		select {
		case <-ctx.Done():
			return nil, over
		case <-time.After(pause):
		}
		out, err := client.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, DeviceCode: dev.DeviceCode, GrantType: sdk.String(deviceGrant),
		})
		var (
			pending *types.AuthorizationPendingException
			slower  *types.SlowDownException
			expired *types.ExpiredTokenException
			denied  *types.AccessDeniedException
		)
		switch {
		case err == nil:
			return out, nil
		case errors.As(err, &pending):
		case errors.As(err, &slower):
			pause += slowDown
		case errors.As(err, &expired), errors.As(err, &denied), ctx.Err() != nil:
			over.Err = err
			return nil, over
		default:
			if AsError(err).Class != Network { // a short break of the network ends nothing
				return nil, fmt.Errorf("complete the SSO login: %w", err)
			}
		}
	}
}

// keep writes the token to the cache that the SDK and the aws CLI read.
func (l *ssoLogin) keep(reg *ssooidc.RegisterClientOutput, out *ssooidc.CreateTokenOutput) error {
	path, err := ssocreds.StandardCachedTokenFilepath(first(l.session, l.startURL))
	if err != nil {
		return err
	}
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	token := map[string]string{
		"startUrl": l.startURL, "region": l.region,
		"accessToken": sdk.ToString(out.AccessToken),
		"expiresAt":   stamp(time.Now().Add(time.Duration(out.ExpiresIn) * time.Second)),
	}
	if out.RefreshToken != nil {
		token["refreshToken"] = *out.RefreshToken
		token["clientId"], token["clientSecret"] = sdk.ToString(reg.ClientId), sdk.ToString(reg.ClientSecret)
		token["registrationExpiresAt"] = stamp(time.Unix(reg.ClientSecretExpiresAt, 0))
	}
	text, err := json.Marshal(token)
	if err != nil {
		return err
	}
	return writePrivate(path, text)
}

// writePrivate replaces a file in one step; only its owner can read it.
func writePrivate(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".ecsole-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
