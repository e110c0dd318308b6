package aws

import (
	"io"
	"net/http"
)

// plainBodies sends request bodies that can only be read. The SDK closes a body as
// soon as an answer is there, and its closed bodies answer WriteTo with io.EOF;
// where net/http has not yet looked whether the body is at its end, it takes that
// for a failed request and breaks the connection in the middle of the answer. Only
// a server that answers within microseconds, as one on this machine, meets it.
type plainBodies struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context()) // a copy: the caller's request stays as it is
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}
