package exec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec/channel"
)

// ssmClient is Session Manager: it resumes and ends sessions, and begins those that
// are not ECS's own.
type ssmClient struct {
	account *aws.Account
	sdk     *sdk.Client
}

func newSSM(a *aws.Account) ssmClient { return ssmClient{a, sdk.NewFromConfig(a.Config())} }

// resume asks for a new token; it is empty for a session that is over.
func (c ssmClient) resume(ctx context.Context, session string) (url, token string, err error) {
	out, err := c.sdk.ResumeSession(aws.Foreground(ctx), &sdk.ResumeSessionInput{SessionId: &session})
	if err != nil {
		return "", "", aws.AsError(err)
	}
	return text(out.StreamUrl), text(out.TokenValue), nil
}

// terminate ends a session. It passes in read-only mode, too.
func (c ssmClient) terminate(ctx context.Context, session string) error {
	_, err := c.sdk.TerminateSession(aws.Foreground(audit.WithAct(ctx, audit.Act{Action: "exec.terminate", Target: session})),
		&sdk.TerminateSessionInput{SessionId: &session})
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

// signingName is the service that data channels are signed for.
const signingName = "ssmmessages"

// dialer opens data channels over the account's network. Each connection is signed
// with the credentials of its moment.
func dialer(a *aws.Account) channel.Dialer {
	return channel.Dialer{Net: a.Dialer(), Proxy: a.Proxy(), TLS: a.TLS(), Sign: func(ctx context.Context, req *http.Request) error {
		keys, err := a.AWSCredentials(ctx)
		if err != nil {
			return aws.AsError(err)
		}
		nothing := sha256.Sum256(nil)
		return v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(nothing[:]), signingName, a.Region(), time.Now())
	}}
}
