// Package manager is Session Manager (ssm) as sessions of any kind need it: it begins,
// resumes and ends them and opens their data channels, signed with the account's
// credentials and encrypted with its KMS.
package manager

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec/channel"
)

// ActionKey stands in the journal for a data key of KMS for an encrypted session,
// ActionTerminate for the end of a session from here.
const (
	ActionKey       = "exec.key"
	ActionTerminate = "exec.terminate"
)

// Client is one account's Session Manager.
type Client struct {
	account *aws.Account
	sdk     *sdk.Client
}

// New makes a client.
func New(a *aws.Account) *Client { return &Client{a, sdk.NewFromConfig(a.Config())} }

// Begun is a session that exists and has no connection yet. The token opens its
// channel to whoever has it.
type Begun struct{ ID, URL, Token string }

// Start begins a session on a target, an instance's id or "ecs:…", with a document
// ("" is a shell) and its parameters. It is an act: the caller puts an audit.Act in
// the context.
func (c *Client) Start(ctx context.Context, target, document, reason string, parameters map[string][]string) (Begun, error) {
	in := &sdk.StartSessionInput{Target: &target, Parameters: parameters}
	if document != "" {
		in.DocumentName = &document
	}
	if reason != "" {
		in.Reason = &reason
	}
	out, err := c.sdk.StartSession(aws.Foreground(ctx), in)
	if err != nil {
		return Begun{}, aws.AsError(err)
	}
	b := Begun{text(out.SessionId), text(out.StreamUrl), text(out.TokenValue)}
	if b.ID == "" || b.URL == "" {
		return Begun{}, &aws.Error{Op: "ssm:StartSession", Class: aws.Internal, Text: "the answer holds no session"}
	}
	return b, nil
}

// Resume asks for a new token; it is empty for a session that is over.
func (c *Client) Resume(ctx context.Context, session string) (url, token string, err error) {
	out, err := c.sdk.ResumeSession(aws.Foreground(ctx), &sdk.ResumeSessionInput{SessionId: &session})
	if err != nil {
		return "", "", aws.AsError(err)
	}
	return text(out.StreamUrl), text(out.TokenValue), nil
}

// Terminate ends a session. It passes in read-only mode, too.
func (c *Client) Terminate(ctx context.Context, session string) error {
	act := audit.Act{Action: ActionTerminate, Target: session}
	_, err := c.sdk.TerminateSession(aws.Foreground(audit.WithAct(ctx, act)), &sdk.TerminateSessionInput{SessionId: &session})
	if err != nil {
		return aws.AsError(err)
	}
	return nil
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// Connect opens a session's channel, which lives until the session's end, whatever
// becomes of ctx. What it is for stands in cfg (Output, Note …); the rest is filled in
// here. Target is what SSM calls the session's target, for its encryption.
func (c *Client) Connect(ctx context.Context, b Begun, target func(context.Context) (string, error), cfg channel.Config) (*channel.Channel, error) {
	cfg.URL, cfg.Token, cfg.Dial, cfg.Final = b.URL, b.Token, c.dialer().Dial, Final
	cfg.Resume = func(ctx context.Context) (string, string, error) { return c.Resume(ctx, b.ID) }
	cfg.Sealer = func(ctx context.Context, key string) (channel.Sealer, error) {
		name, err := target(ctx)
		if err != nil {
			return nil, err
		}
		return newSealer(ctx, c.account, key, b.ID, name)
	}
	return channel.Open(context.WithoutCancel(c.account.Context()), ctx, cfg)
}

// signingName is the service that data channels are signed for.
const signingName = "ssmmessages"

// dialer opens data channels over the account's network. Each connection is signed
// with the credentials of its moment.
func (c *Client) dialer() channel.Dialer {
	a := c.account
	return channel.Dialer{Net: a.Dialer(), Proxy: a.Proxy(), TLS: a.TLS(), Sign: func(ctx context.Context, req *http.Request) error {
		keys, err := a.AWSCredentials(ctx)
		if err != nil {
			return aws.AsError(err)
		}
		nothing := sha256.Sum256(nil)
		return v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(nothing[:]), signingName, a.Region(), time.Now())
	}}
}

// Final says that an error will not go away by trying again.
func Final(err error) bool {
	var status *channel.StatusError
	if errors.As(err, &status) {
		return status.Status >= 400 && status.Status < 500 && status.Status != http.StatusRequestTimeout && status.Status != http.StatusTooManyRequests
	}
	var e *aws.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Class {
	case aws.Denied, aws.Expired, aws.NotFound, aws.Invalid, aws.Unsupported:
		return true
	}
	return false
}

// Reason puts an error with which a channel ended in words for the user.
func Reason(err error) string {
	var e *aws.Error
	if errors.As(err, &e) {
		text := "the connection was lost and could not be resumed: " + e.Error()
		if e.Hint != "" {
			text += " (" + e.Hint + ")"
		}
		return text
	}
	return err.Error()
}
