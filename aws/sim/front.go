package sim

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/wire"
)

// maxBody is more than any of the services takes.
const maxBody = 16 << 20

// ServeHTTP answers one request.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	r = r.WithContext(ctx)
	if h := s.routes.upgrade(r.URL.Path); h != nil {
		h.ServeHTTP(w, r)
		return
	}
	a := &answer{w: w, r: r, id: newRequestID()}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		a.fail(&api.Error{Code: "RequestEntityTooLargeException", Message: "The request could not be read.", Status: http.StatusRequestEntityTooLarge})
		return
	}
	body, err := unzip(r, raw)
	sig, refused := readSignature(r)
	t := s.routes.find(r, body, sig.service)
	a.target = t
	v := s.faults.judge(t.action())
	if !s.delay(ctx, v, t.action()) {
		panic(http.ErrAbortHandler) // nobody waits any more, and nothing was answered
	}
	switch {
	case v.cut:
		cut(w)
	case v.lack != 0:
		page(w, v.lack)
	case err != nil:
		a.fail(api.Errorf("SerializationException", "the body is not gzip: %v", err))
	case refused != nil:
		a.fail(refused.refuse(a.old()))
	default:
		s.admit(a, v, sig, raw, body)
	}
}

// admit checks who calls and whether they may, and then lets the operation answer.
func (s *Sim) admit(a *answer, v verdict, sig signed, raw, body []byte) {
	now := time.Now()
	k, refused := s.keys.verify(a.r, raw, sig, now)
	if refused == nil && v.expired {
		refused = &refusal{faultExpired, expiredText}
	}
	if refused != nil {
		a.fail(refused.refuse(a.old()))
		return
	}
	t := a.target
	if t.service == nil || t.op == nil {
		a.fail(unknown(t))
		return
	}
	if want := t.service.SigningName(); sig.service != want {
		r := refusal{faultMismatch, "Credential should be scoped to correct service: '" + want + "'. "}
		a.fail(r.refuse(a.old()))
		return
	}
	if v.throttle || v.buckets && !s.buckets.take(t.service.Name, t.op.Bucket, now) {
		a.fail(throttled(t.proto))
		return
	}
	in, err := t.input(a.r, body)
	if err != nil {
		a.fail(api.Errorf("SerializationException", "%v", err))
		return
	}
	c := &api.Call{
		Context: a.r.Context(), Service: t.service.Name, Operation: t.op.Name, Protocol: t.proto, Request: a.r,
		RequestID: a.id, Account: s.world.Account(), Region: sig.region, Principal: k.who, Now: s.world.Now(), Input: in,
	}
	if v.deny {
		a.fail(denied(c, t.op))
		return
	}
	s.do(a, c)
}

// do runs the operation. A defect in it is an answer, too: the server goes on.
func (s *Sim) do(a *answer, c *api.Call) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			a.fail(&api.Error{Code: "InternalFailure", Message: fmt.Sprintf("%s: %v", c.Action(), p), Fault: true})
		}
	}()
	out, err := a.target.op.Do(c)
	if err != nil {
		var e *api.Error
		if !errors.As(err, &e) {
			e = &api.Error{Code: "InternalFailure", Message: err.Error(), Fault: true}
		}
		a.fail(e)
		return
	}
	if st, ok := out.(*api.Stream); ok {
		a.stream(st)
		return
	}
	a.ok(out)
}

// delay waits for the latency, and for ever where the action hangs; false if the
// client left.
func (s *Sim) delay(ctx context.Context, v verdict, action string) bool {
	for v.hang {
		select {
		case <-ctx.Done():
			return false
		case <-v.turn:
			v.hang, v.turn = s.faults.hangs(action)
		}
	}
	if v.delay <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(v.delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// unzip reads a gzip'd body; the signature covers what was sent.
func unzip(r *http.Request, raw []byte) ([]byte, error) {
	if !strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(z, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errors.New("too large")
	}
	return body, err
}

// cut breaks the connection in the middle of an answer.
func cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "4096")
	w.WriteHeader(http.StatusOK)
	// The client is to see a broken answer; whether it sees all of this beginning
	// does not matter.
	_, _ = w.Write([]byte(`{"`))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// page is what a server says that does not know the operation at all.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n<h1>%s</h1>\n<p>The server cannot answer this request.</p>\n",
		status, http.StatusText(status), http.StatusText(status))
}

// unknown is what AWS says of an operation that it does not know.
func unknown(t target) *api.Error {
	switch t.proto {
	case wire.Query, wire.EC2:
		version := t.form.Get("Version")
		return &api.Error{Code: "InvalidAction", Message: "Could not find operation " + t.name + " for version " + version}
	case wire.RESTJSON, wire.CBOR:
		return &api.Error{Code: "UnknownOperationException", Status: http.StatusNotFound}
	}
	return &api.Error{Code: "UnknownOperationException"}
}

func throttled(p wire.Protocol) *api.Error {
	if p == wire.RESTJSON {
		return &api.Error{Code: "TooManyRequestsException", Message: "Rate exceeded", Status: http.StatusTooManyRequests}
	}
	return &api.Error{Code: "ThrottlingException", QueryCode: "Throttling", Message: "Rate exceeded"}
}

// denied is IAM's answer where no policy allows the action.
func denied(c *api.Call, op *api.Operation) *api.Error {
	resource := "*"
	if op.Resource != nil {
		if r := op.Resource(c); r != "" {
			resource = r
		}
	}
	e := api.Errorf("AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal.ARN, c.Action(), resource, c.Action())
	e.QueryCode = "AccessDenied"
	if c.Protocol == wire.Query || c.Protocol == wire.EC2 || c.Protocol == wire.RESTJSON {
		e.Status = http.StatusForbidden
	}
	return e
}
