package aws

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// attempt is what the links know of one attempt of a call.
type attempt struct {
	host   string
	status int
	bytes  int64 // of the answer
	sent   time.Time
	took   time.Duration // from sending to the whole answer
}

type attemptKey struct{}

func attemptOf(ctx context.Context) *attempt {
	at, _ := middleware.GetStackValue(ctx, attemptKey{}).(*attempt)
	if at == nil {
		return &attempt{}
	}
	return at
}

// pace waits for a token of AWS's throttle bucket before each attempt.
func (a *Account) pace(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c := callOf(ctx)
	b := a.scope().bucket(c.op, c.region)
	a.meter.waits(c.op, 1)
	err := b.wait(ctx, isForeground(ctx))
	a.meter.waits(c.op, -1)
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, &smithy.CanceledError{Err: err}
	}
	out, md, err := next.HandleFinalize(ctx, in)
	if isThrottle(err) {
		b.throttle()
	} else {
		b.accepted()
	}
	return out, md, err
}

func isThrottle(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(throttledCodes, api.ErrorCode()) &&
		!strings.HasPrefix(api.ErrorCode(), "LimitExceeded") || statusOf(err) == 429
}

// measure counts each attempt.
func (a *Account) measure(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c, at := callOf(ctx), &attempt{}
	out, md, err := next.HandleFinalize(middleware.WithStackValue(ctx, attemptKey{}, at), in)
	if at.sent.IsZero() { // given up before it was sent, or no credentials
		return out, md, err
	}
	if err != nil && !refusedByAWS(err) {
		c.doubt.Store(true)
		if c.onlyOnce() && !undialled(err) {
			err = &inDoubt{err}
		}
	}
	throttled := isThrottle(err)
	a.meter.attempt(c.op, at.host, at.took, throttled)
	if a.opts.HTTPLog != nil {
		a.log(ctx, c, at, err)
	}
	return out, md, err
}

// onlyOnce reports an act that is done twice if it is sent twice: a second session
// that nobody holds, a second deployment on top of the first. The others come to the
// same (a count, a revision, a task stopped).
func (c *call) onlyOnce() bool {
	switch in := c.params.(type) {
	case *ecs.UpdateServiceInput:
		return in.ForceNewDeployment
	case *ecs.ExecuteCommandInput, *ssm.StartSessionInput:
		return true
	}
	return false
}

// undialled reports that no connection was made, so that nothing can have been sent.
func undialled(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// inDoubt is the failure of an act that may have been done and must not be done twice.
type inDoubt struct{ err error }

func (e *inDoubt) Error() string { return e.err.Error() }
func (e *inDoubt) Unwrap() error { return e.err }

// RetryableError tells the SDK not to send it again.
func (e *inDoubt) RetryableError() bool { return false }

// log writes one attempt, without what could be secret: no header, no body, no query.
func (a *Account) log(ctx context.Context, c *call, at *attempt, err error) {
	attrs := []slog.Attr{
		slog.String("op", c.op), slog.String("profile", a.Profile()), slog.String("region", c.region),
		slog.String("host", at.host), slog.Int("status", at.status), slog.Duration("took", at.took), slog.Int64("bytes", at.bytes),
	}
	if id := requestIDOf(err); id != "" {
		attrs = append(attrs, slog.String("request", id))
	}
	level := slog.LevelInfo
	if err != nil {
		e := AsError(err)
		attrs = append(attrs, slog.String("class", e.Class.String()), slog.String("code", e.Code), slog.String("error", e.Text))
		level = slog.LevelWarn
	}
	a.opts.HTTPLog.LogAttrs(ctx, level, "aws", attrs...)
}

// bill estimates what a successful call costs.
func (a *Account) bill(c *call, result any) {
	switch in := c.params.(type) {
	case *cloudwatch.GetMetricDataInput:
		metrics := 0
		for _, q := range in.MetricDataQueries {
			if q.MetricStat != nil {
				metrics++
			} else if q.Expression != nil && strings.Contains(*q.Expression, "SEARCH") {
				metrics++ // at least; what it finds is not known here
			}
		}
		a.meter.Cost(c.op, float64(metrics)*pricePerMetric)
	case *cloudwatchlogs.GetQueryResultsInput:
		out, ok := result.(*cloudwatchlogs.GetQueryResultsOutput)
		if ok && out.Statistics != nil && in.QueryId != nil {
			a.meter.scan(c.op, *in.QueryId, out.Statistics.BytesScanned)
		}
	}
}

const (
	maxAttempts = 3
	maxBackoff  = 5 * time.Second
)

// newRetryer retries as the SDK's standard does, but without its budget of retries
// per client: pace looks after the rate, and a budget shared by all calls of a client
// would let the failures of one operation take the retries of another.
func newRetryer() *retry.Standard {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		o.RateLimiter = noBudget{}
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(notCertificates)}, o.Retryables...)
	})
}

// notCertificates gives up at once on a certificate that is not trusted: the next
// attempt sees the same one.
func notCertificates(err error) sdk.Ternary {
	var bad *tls.CertificateVerificationError
	if errors.As(err, &bad) {
		return sdk.FalseTernary
	}
	return sdk.UnknownTernary
}

// noBudget never refuses a retry.
type noBudget struct{}

func (noBudget) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noBudget) AddTokens(uint) error { return nil }
