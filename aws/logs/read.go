package logs

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go/middleware"

	"ecsole/aws"
)

// onePage asks for one page; nothing is tried again here or by the SDK: the pace is
// the account's, and who calls decides what a failure means.
func (h *Hub) onePage(ctx context.Context, p place, from, to int64, token *string) (*sdk.FilterLogEventsOutput, error) {
	in := &sdk.FilterLogEventsInput{LogGroupName: &p.group, StartTime: sdkaws.Int64(max(from, 0)), NextToken: token}
	if to > 0 {
		in.EndTime = &to
	}
	if p.prefix != "" {
		in.LogStreamNamePrefix = &p.prefix
	} else if in.LogStreamNames = h.present(ctx, p); len(in.LogStreamNames) == 0 {
		return &sdk.FilterLogEventsOutput{}, nil // none of them is there yet
	}
	sent := time.Now()
	out, err := h.client(p.region).FilterLogEvents(ctx, in, once)
	if err == nil {
		h.clock.hear(out.ResultMetadata, sent)
	}
	return out, err
}

func once(o *sdk.Options) { o.Retryer = sdkaws.NopRetryer{} }

// clock is AWS's time: the machine's own may be wrong, and what is read by the
// clock of one must not be asked for by the clock of the other.
type clock struct {
	skew atomicDuration
}

// now has no monotonic part: times are compared as AWS writes them.
func (c *clock) now() time.Time { return time.Now().Add(c.skew.Load()).Round(0) }

// hear learns from an answer's Date, which has whole seconds.
func (c *clock) hear(m middleware.Metadata, sent time.Time) {
	at, ok := awsmiddleware.GetServerTime(m)
	if !ok {
		return
	}
	got, ok := awsmiddleware.GetResponseAt(m)
	if !ok {
		got = time.Now()
	}
	switch {
	case at.Add(time.Second).Before(sent): // ours is ahead
		c.skew.Store(at.Add(time.Second).Sub(sent))
	case at.After(got): // ours is behind
		c.skew.Store(at.Sub(got))
	default:
		c.skew.Store(0)
	}
}

// outcome is how the reading of a span ended, where it did not reach its end.
var (
	errGone = errors.New("there is no such group or stream")
	errStop = errors.New("enough has been read")
)

// span reads all events of a place between two times (to 0: to the end), page by
// page. It does not give up on what can pass: after a failure it tells the trouble,
// waits, and asks for the same page again. It returns nil at the end, errGone where
// there is nothing to read, errStop when page says false, and the context's error.
func (h *Hub) span(ctx context.Context, p place, from, to int64, t *trouble, page func([]types.FilteredLogEvent) bool) error {
	same := func(ctx context.Context) context.Context { return ctx }
	return h.spanAt(ctx, same, p, from, to, t, page)
}

// spanAt is span with a pace that is chosen for each page: a view may open, or close,
// while many are read.
func (h *Hub) spanAt(
	ctx context.Context, pace func(context.Context) context.Context, p place, from, to int64, t *trouble, page func([]types.FilteredLogEvent) bool,
) error {
	var token *string
	for failures := 0; ; {
		out, err := h.onePage(pace(ctx), p, from, to, token)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			e := aws.AsError(err)
			if noStream(e) && h.search(ctx, p) {
				token = nil // of those that are there, from the beginning
				failures++
				if err := sleep(ctx, backoff(aws.Throttled, failures)); err != nil {
					return err
				}
				continue
			}
			if gone(e) {
				t.gone(e)
				return errGone
			}
			if e.Class == aws.Invalid && token != nil {
				token = nil // the token has grown old: from the beginning; what is there is known
			}
			failures++
			if e.Class != aws.Throttled || failures >= shownAfter {
				t.failed(e)
			}
			if err := sleep(ctx, backoff(e.Class, failures)); err != nil {
				return err
			}
			continue
		}
		if !page(out.Events) {
			return errStop
		}
		next := sdkaws.ToString(out.NextToken)
		if next != "" && next == sdkaws.ToString(token) {
			failures++
			t.failed(noProgress())
			token = nil
			if err := sleep(ctx, backoff(aws.Internal, failures)); err != nil {
				return err
			}
			continue
		}
		failures = 0
		t.fine()
		if next == "" {
			return nil
		}
		token = out.NextToken
	}
}

// noProgress is a page that leads to itself: there may be more, and it cannot be read.
func noProgress() *aws.Error {
	return &aws.Error{Op: "logs:FilterLogEvents", Class: aws.Internal, Text: "the service's pages do not advance; there may be more events"}
}

// gone tells a missing group or stream from other things that are not found.
func gone(e *aws.Error) bool {
	return e.Class == aws.NotFound || e.Code == "ResourceNotFoundException"
}

// noStream reports whether it is the stream that is missing and not its group.
func noStream(e *aws.Error) bool {
	var x *types.ResourceNotFoundException
	return errors.As(e.Err, &x) && strings.Contains(sdkaws.ToString(x.Message), "stream")
}

// backoff is how long to wait after failures in a row. Being throttled is no reason
// to wait long: the account's pace has already been lowered.
func backoff(c aws.Class, failures int) time.Duration {
	base, most := time.Second, 30*time.Second
	switch c {
	case aws.Throttled:
		base, most = 50*time.Millisecond, 2*time.Second
	case aws.Denied, aws.Unsupported:
		base = 10 * time.Second
	}
	d := min(base<<min(failures-1, 10), most)
	return d/2 + rand.N(d/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
