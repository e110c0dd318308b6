package aws

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	awscreds "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const instanceRole = "instance role"

func staticSource(s Static) source {
	return source{
		provider: awscreds.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, s.SessionToken),
		words:    "static", advice: "the key is fixed; start again with another",
	}
}

// sourceOf describes the source that the SDK has chosen.
func sourceOf(a *Account, cfg sdk.Config) source {
	src := source{provider: cfg.Credentials, words: "profile " + a.profile}
	src.reload = func(ctx context.Context) (source, error) {
		again, err := a.loadConfig(ctx)
		if err != nil {
			return source{}, err
		}
		return sourceOf(a, again), nil
	}
	var from []sdk.CredentialSource
	if p, ok := cfg.Credentials.(sdk.CredentialProviderSource); ok {
		from = p.ProviderSources()
	}
	has := func(s ...sdk.CredentialSource) bool {
		return slices.ContainsFunc(s, func(s sdk.CredentialSource) bool { return slices.Contains(from, s) })
	}
	shared := sharedConfigOf(cfg)
	switch {
	case has(sdk.CredentialSourceSSO, sdk.CredentialSourceSSOLegacy):
		src.words += " (SSO)"
		src.sso = ssoLoginOf(shared, a.profile)
		if src.sso != nil {
			src.renew = src.sso.command
		}
		src.lasting = true // as long as the session lasts; when it ends, that is an error of its own
	case has(sdk.CredentialSourceLogin, sdk.CredentialSourceProfileLogin):
		src.words += " (login)"
		src.renew, src.lasting = "aws login --profile "+loginProfile(shared, a.profile), true
	case has(sdk.CredentialSourceProfileProcess, sdk.CredentialSourceProcess):
		src.words += " (process)"
		src.advice, src.lasting = "the credential_process of the profile must be made to work", true
	case has(sdk.CredentialSourceEnvVars):
		src.words = "environment"
		src.advice = "set fresh keys in the environment and start again"
		// Tools that export temporary keys often export this beside them.
		src.expires, _ = time.Parse(time.RFC3339, os.Getenv("AWS_CREDENTIAL_EXPIRATION"))
	case has(sdk.CredentialSourceEnvVarsSTSWebIDToken):
		src.words, src.lasting = "environment (web identity)", true
	case has(sdk.CredentialSourceProfileSTSWebIDToken):
		src.words, src.lasting = src.words+" (web identity)", true
	case has(sdk.CredentialSourceHTTP):
		src.words, src.lasting = "container role", true
	case has(sdk.CredentialSourceIMDS):
		src.words, src.lasting = instanceRole, true
		src.advice = "choose a profile with credentials (:ctx), or sign in"
	case has(sdk.CredentialSourceProfile):
		src.words += " (keys)"
		src.advice = "put fresh keys into profile " + a.profile + " of the credentials file; they are read again by themselves"
	}
	if has(sdk.CredentialSourceSTSAssumeRole) {
		src.words = strings.TrimSuffix(src.words, ")")
		if strings.Contains(src.words, "(") {
			src.words += ", role)"
		} else {
			src.words += " (role)"
		}
		src.lasting = shared == nil || shared.MFASerial == ""
	}
	return src
}

// sharedConfigOf is the profile as the SDK has read it, nil if it has not.
func sharedConfigOf(cfg sdk.Config) *config.SharedConfig {
	for _, s := range cfg.ConfigSources {
		switch c := s.(type) {
		case config.SharedConfig:
			return &c
		case *config.SharedConfig:
			return c
		}
	}
	return nil
}

// loginProfile is the profile that holds the login session, down the source_profiles.
func loginProfile(c *config.SharedConfig, name string) string {
	for ; c != nil; c = c.Source {
		if c.LoginSession != "" && c.Profile != "" {
			return c.Profile
		}
	}
	return name
}

func isWrongMFA(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "MultiFactorAuthentication failed")
}

// isSSOToken reports that an SSO session is missing or over. The SDK has a type for
// it only in the old form of the configuration; in the new one it has only words.
func isSSOToken(err error) bool {
	var invalid *ssocreds.InvalidTokenError
	if errors.As(err, &invalid) {
		return true
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return false // the token could not be renewed for want of a network
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch innermost(err) {
		case "sso:GetRoleCredentials":
			return api.ErrorCode() == "UnauthorizedException"
		case "sso-oauth:CreateToken":
			return true
		}
		return false
	}
	return strings.Contains(err.Error(), "cached SSO token")
}

// askMFA asks for a code, for the one caller that the credentials' cache lets in.
func (a *Account) askMFA(device string) (string, error) {
	if a.opts.Asker == nil {
		return "", &Error{Class: Expired, Text: "the profile needs an MFA code of " + device,
			Hint: "start in a terminal, where the code can be asked for, or export temporary credentials"}
	}
	if err := a.creds.refusal(); err != nil {
		return "", err
	}
	code, err := a.opts.Asker.MFA(a.ctx, device)
	if err != nil {
		err = &Error{Class: Expired, Err: err, Text: "no MFA code was given for " + device, Hint: "ask again by renewing the credentials"}
	}
	if err != nil {
		a.creds.decline(err)
	}
	return strings.TrimSpace(code), err
}
