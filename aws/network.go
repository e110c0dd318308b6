package aws

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// foreignAnswer is an answer that is not in any of AWS's protocols: a page of a
// proxy, or of a server that knows the address but not the operation.
type foreignAnswer struct {
	status int
	title  string // of the page
}

func (e *foreignAnswer) Error() string {
	if e.title != "" {
		return fmt.Sprintf("HTTP %d with a page (%s) instead of an AWS answer", e.status, e.title)
	}
	return fmt.Sprintf("HTTP %d with a page instead of an AWS answer", e.status)
}

// transient reports a gateway that may do better in a moment.
func (e *foreignAnswer) transient() bool { return e.status >= 502 && e.status <= 504 }

// RetryableError tells the SDK whether to ask again.
func (e *foreignAnswer) RetryableError() bool { return e.transient() }

func sortForeign(e *Error) bool {
	var f *foreignAnswer
	if !errors.As(e.Err, &f) {
		return false
	}
	if f.transient() {
		e.Class, e.Text = Network, e.prefix()+oneLine(f.Error())
		return true
	}
	e.unsupported(f.status)
	e.Hint = "a proxy or a server that is not AWS answered: " + oneLine(f.Error())
	return true
}

func sortNetwork(e *Error) bool {
	var (
		dns     *net.DNSError
		u       *url.Error
		op      *net.OpError
		send    *smithyhttp.RequestSendError
		ne      net.Error
		authErr x509.UnknownAuthorityError
		hostErr x509.HostnameError
		badCert x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
	)
	host := ""
	if errors.As(e.Err, &u) {
		if parsed, err := url.Parse(u.URL); err == nil {
			host = parsed.Host
		}
	}
	at := first(host, "the endpoint")
	e.Class = Network
	switch {
	case errors.As(e.Err, &dns) && dns.IsNotFound:
		e.Text, e.Hint = "no such host: "+dns.Name, "offline, or the region does not have this service"
	case errors.As(e.Err, &dns):
		e.Text = "cannot resolve " + dns.Name
	case errors.As(e.Err, &verify), errors.As(e.Err, &authErr), errors.As(e.Err, &hostErr), errors.As(e.Err, &badCert):
		e.Text, e.Hint = "the certificate of "+at+" is not trusted", "behind an inspecting proxy, AWS_CA_BUNDLE names its certificates"
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		e.Text = "connection refused by " + at
	case errors.As(e.Err, &ne) && ne.Timeout():
		e.Text = "no connection to " + at + " in time"
	case errors.As(e.Err, &op), errors.As(e.Err, &send), errors.As(e.Err, &u):
		e.Text = "no connection to " + at + ": " + oneLine(root(e.Err).Error())
	default:
		e.Class = Internal
		return false
	}
	e.Text = e.prefix() + e.Text
	return true
}

// stalledError is a call on which nothing arrived for too long.
type stalledError struct {
	after time.Duration
	host  string
}

func (e *stalledError) Error() string {
	return fmt.Sprintf("no answer from %s for %d s", e.host, int(e.after.Seconds()))
}

// RetryableError tells the SDK not to wait as long again.
func (e *stalledError) RetryableError() bool { return false }
