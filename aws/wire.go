package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// patience is how long nothing may arrive: from sending to the first byte, and then
// from byte to byte. A stream is bounded only until it begins.
const patience = 15 * time.Second

// largeBody is how much of an answer's announced length is believed in advance.
const largeBody = 8 << 20

// stall cancels an attempt on which nothing moves.
type stall struct {
	timer  *time.Timer
	cancel context.CancelFunc
	// stream is set when the answer goes on after the call has returned.
	stream bool
}

type stallKey struct{}

var errStalled = errors.New("nothing arrived")

// deadline bounds an attempt's silence. It stands around the transport alone: the
// time in which the user answers a login does not count.
func (a *Account) deadline(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &stall{cancel: func() { cancel(nil) }}
	s.timer = time.AfterFunc(patience, func() { cancel(errStalled) })
	c, at := callOf(ctx), attemptOf(ctx)
	if req, ok := in.Request.(*smithyhttp.Request); ok {
		at.host = req.URL.Host
	}
	at.sent = time.Now()
	c.sent.Store(true)
	out, md, err := next.HandleDeserialize(middleware.WithStackValue(ctx, stallKey{}, s), in)
	at.took = time.Since(at.sent)
	s.timer.Stop()
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		err = &stalledError{after: patience, host: at.host}
	}
	if !s.stream || err != nil {
		cancel(nil)
	}
	return out, md, err
}

// body reads the whole answer as long as the deadline lasts, keeps its bytes where
// they are asked for, and recognises what is not an answer of AWS's.
func (a *Account) body(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, md, err := next.HandleDeserialize(ctx, in)
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || resp.Body == nil {
		return out, md, err
	}
	c, at := callOf(ctx), attemptOf(ctx)
	at.status = resp.StatusCode
	s, _ := middleware.GetStackValue(ctx, stallKey{}).(*stall)
	kind := resp.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "application/vnd.amazon.eventstream") && resp.StatusCode < 300 {
		s.stream = true
		s.timer.Stop()
		resp.Body = &streamBody{ReadCloser: resp.Body, end: sync.OnceFunc(func() { s.cancel() }), bill: a.meter.tail(c.op)}
		return out, md, nil
	}
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 { // at once, instead of doubling up to it
		b.Grow(int(min(n, largeBody)) + bytes.MinRead)
	}
	_, err = b.ReadFrom(&liveReader{r: resp.Body, timer: s.timer})
	_ = resp.Body.Close()
	at.bytes = int64(b.Len())
	resp.Body = io.NopCloser(&b)
	if err != nil {
		return out, md, &brokenBody{err: err, again: c.class == read}
	}
	if !c.local && isPage(kind, b.Bytes()) { // an instance's metadata service refuses with pages
		return out, md, &foreignAnswer{status: resp.StatusCode, title: titleOf(b.Bytes())}
	}
	if raw, ok := ctx.Value(rawKey{}).(*RawBody); ok && resp.StatusCode < 300 {
		raw.set(b.Bytes())
	}
	return out, md, nil
}

// liveReader puts the deadline off whenever something arrives.
type liveReader struct {
	r     io.Reader
	timer *time.Timer
}

func (l *liveReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if n > 0 {
		l.timer.Reset(patience)
	}
	return n, err
}

// streamBody ends the attempt's context and its bill when the stream is closed.
type streamBody struct {
	io.ReadCloser
	end, bill func()
}

func (b *streamBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.bill()
	}
	return n, err
}

func (b *streamBody) Close() error {
	err := b.ReadCloser.Close()
	b.bill()
	b.end()
	return err
}

// brokenBody is an answer that broke off. A read is asked for again; an act is not,
// since it was done.
type brokenBody struct {
	err   error
	again bool
}

func (e *brokenBody) Error() string        { return "the answer broke off: " + e.err.Error() }
func (e *brokenBody) Unwrap() error        { return &smithyhttp.RequestSendError{Err: e.err} }
func (e *brokenBody) RetryableError() bool { return e.again }

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>([^<]{0,200})`)

func isPage(contentType string, body []byte) bool {
	if strings.Contains(contentType, "text/html") {
		return true
	}
	head := strings.ToLower(string(bytes.TrimSpace(body[:min(len(body), 64)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

func titleOf(body []byte) string {
	if m := pageTitle.FindSubmatch(body[:min(len(body), 64<<10)]); m != nil {
		return oneLine(strings.ToValidUTF8(string(m[1]), "�"))
	}
	return ""
}

// endpoint sends a credential provider's call to the custom endpoint, if there is one.
// The local sources have addresses of their own, and a container's gets a token.
func (a *Account) endpoint(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c := callOf(ctx)
	if base := a.endpoints.of(c.service); base != "" && !c.local {
		req, ok := in.Request.(*smithyhttp.Request)
		u, err := url.Parse(base)
		if !ok || err != nil || u.Host == "" {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("the endpoint %q is not a URL", base)
		}
		req.URL.Scheme, req.URL.Host = u.Scheme, u.Host
		if path := strings.TrimSuffix(u.Path, "/"); path != "" && !strings.HasPrefix(req.URL.Path, path+"/") {
			req.URL.Path, req.URL.RawPath = path+req.URL.Path, ""
		}
	}
	return next.HandleFinalize(ctx, in)
}

// send is the transport of a credential provider's client. The instance's keeps the
// SDK's, whose dial gives up at once where there is no such service.
func (a *Account) send(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	if a.opts.Dial == nil && callOf(ctx).service == idInstance {
		return next.HandleDeserialize(ctx, in)
	}
	res, md, err := smithyhttp.NewClientHandlerWithOptions(a.http).Handle(ctx, in.Request)
	return middleware.DeserializeOutput{RawResponse: res}, md, err
}
