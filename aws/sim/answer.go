package sim

import (
	"errors"
	"net/http"
	"strconv"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/wire"
)

// answer writes what comes back, in the protocol of the request.
type answer struct {
	w      http.ResponseWriter
	r      *http.Request
	id     string
	target target
	sent   bool
}

// old reports whether the service's faults have the names of the query protocol.
func (a *answer) old() bool {
	return a.target.proto == wire.Query || a.target.proto == wire.EC2 || a.target.proto == wire.CBOR && a.target.service != nil && a.target.service.XMLNS != ""
}

func (a *answer) xmlns() string {
	if a.target.service != nil {
		return a.target.service.XMLNS
	}
	return ""
}

func (a *answer) idHeader() string {
	if s := a.target.service; s != nil && s.RequestID != "" {
		return s.RequestID
	}
	return "X-Amzn-RequestId"
}

func (a *answer) contentType() string {
	switch a.target.proto {
	case wire.JSON10:
		return "application/x-amz-json-1.0"
	case wire.Query:
		return "text/xml"
	case wire.EC2:
		return "text/xml;charset=UTF-8"
	case wire.RESTJSON:
		return "application/json"
	case wire.CBOR:
		return "application/cbor"
	}
	return "application/x-amz-json-1.1"
}

// ok sends an output.
func (a *answer) ok(out any) {
	var body []byte
	switch a.target.proto {
	case wire.Query:
		body = wire.EncodeXML(a.target.op.Name, a.xmlns(), a.id, out)
	case wire.EC2:
		body = wire.EncodeEC2(a.target.op.Name, a.xmlns(), a.id, out)
	case wire.CBOR:
		body = wire.EncodeCBOR(out)
	default:
		body = wire.EncodeJSON(out)
	}
	a.send(http.StatusOK, body)
}

// fail sends an error.
func (a *answer) fail(e *api.Error) {
	if a.sent {
		panic(http.ErrAbortHandler) // half an answer is out: only a broken connection is honest
	}
	if e.Code == "" {
		e = &api.Error{Code: "InternalFailure", Message: e.Message, Fault: true}
	}
	query := e.QueryCode
	if query == "" {
		query = e.Code
	}
	kind := "Sender"
	if e.Fault {
		kind = "Receiver"
	}
	h := a.w.Header()
	var body []byte
	switch a.target.proto {
	case wire.Query:
		body = wire.ErrorXML(a.xmlns(), kind, query, e.Message, a.id)
	case wire.EC2:
		query, e = ec2Error(query, e)
		body = wire.ErrorEC2(query, e.Message, a.id)
	case wire.CBOR:
		if a.old() {
			h.Set("X-Amzn-Query-Error", query+";"+kind)
		}
		body = wire.EncodeCBOR(a.shape(e, true))
	default:
		if a.r.Header.Get("X-Amzn-Query-Mode") == "true" {
			h.Set("X-Amzn-Query-Error", query+";"+kind)
		}
		h.Set("X-Amzn-ErrorType", e.Code)
		body = wire.EncodeJSON(a.shape(e, a.target.proto != wire.RESTJSON))
	}
	a.send(e.HTTPStatus(), body)
}

// ec2Error gives the errors that all services share the names that EC2 has for them.
func ec2Error(code string, e *api.Error) (string, *api.Error) {
	own := map[string]api.Error{
		"AccessDenied":          {Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation. " + e.Message, Status: http.StatusForbidden},
		"Throttling":            {Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: http.StatusServiceUnavailable},
		"InvalidClientTokenId":  {Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: http.StatusUnauthorized},
		"SignatureDoesNotMatch": {Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: http.StatusUnauthorized},
		"ExpiredToken":          {Code: "RequestExpired", Message: "Request has expired.", Status: http.StatusBadRequest},
	}
	if o, ok := own[code]; ok {
		return o.Code, &o
	}
	return code, e
}

// shape is an error's members.
func (a *answer) shape(e *api.Error, typed bool) map[string]any {
	m := map[string]any{}
	for k, v := range e.Fields {
		m[k] = v
	}
	if typed {
		code := e.Code
		if s := a.target.service; s != nil && s.Namespace != "" && a.target.proto == wire.CBOR {
			code = s.Namespace + "#" + code
		}
		m["__type"] = code
	}
	if e.Message != "" {
		m["message"] = e.Message
	}
	return m
}

func (a *answer) send(status int, body []byte) {
	a.sent = true
	h := a.w.Header()
	h.Set("Content-Type", a.contentType())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set(a.idHeader(), a.id)
	if a.target.proto == wire.CBOR {
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	a.w.WriteHeader(status)
	// A client that has gone needs no answer.
	_, _ = a.w.Write(body)
}

// stream sends an event stream until its source ends or the client goes.
func (a *answer) stream(st *api.Stream) {
	a.sent = true
	h := a.w.Header()
	h.Set("Content-Type", "application/vnd.amazon.eventstream")
	h.Set("X-Amzn-RequestId", a.id)
	a.w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(a.w)
	events := wire.NewEvents(a.w)
	send := func(event string, payload any) error {
		if err := events.Event(event, payload); err != nil {
			return err
		}
		return flush.Flush()
	}
	if send("initial-response", struct{}{}) != nil {
		return
	}
	err := st.Run(send)
	if err == nil || a.r.Context().Err() != nil {
		return
	}
	var e *api.Error
	if !errors.As(err, &e) {
		panic(http.ErrAbortHandler)
	}
	if events.Exception(e.Code, map[string]string{"message": e.Message}) == nil {
		_ = flush.Flush() // the stream ends here, seen or not
	}
}
