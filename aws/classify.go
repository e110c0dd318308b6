package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// AsError sorts any error of a call; an *Error in its chain is returned as it is.
// It is nil only for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	e = &Error{Err: err, Op: opOf(err)}
	e.RequestID = requestIDOf(err)
	for _, sort := range []func(*Error) bool{
		sortCancelled, sortCredentials, sortForeign, sortAPI, sortDeserialization, sortNetwork, sortInput,
	} {
		if sort(e) {
			return e
		}
	}
	e.Class, e.Text = Internal, e.prefix()+oneLine(err.Error())
	return e
}

func (e *Error) prefix() string {
	if e.Op == "" {
		return ""
	}
	return e.Op + ": "
}

// opOf names the call that the caller made: the outermost operation.
func opOf(err error) string {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return opName(op.ServiceID, op.OperationName)
	}
	return ""
}

// innermost names the call that failed: behind a failed call there may be the one
// that was to fetch its credentials.
func innermost(err error) string {
	name := ""
	for {
		var op *smithy.OperationError
		if !errors.As(err, &op) {
			return name
		}
		name, err = opName(op.ServiceID, op.OperationName), op.Err
	}
}

func requestIDOf(err error) string {
	var r interface{ ServiceRequestID() string }
	if errors.As(err, &r) {
		return r.ServiceRequestID()
	}
	return ""
}

func statusOf(err error) int {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
}

func sortCancelled(e *Error) bool {
	var stalled *stalledError
	switch {
	case errors.As(e.Err, &stalled):
		e.Class, e.Text = Network, e.prefix()+stalled.Error()
		e.Hint = "the connection or the service hangs; the next refresh tries again"
	case errors.Is(e.Err, context.Canceled):
		e.Class, e.Text = Cancelled, e.prefix()+"given up"
	case errors.Is(e.Err, context.DeadlineExceeded):
		e.Class, e.Text = Network, e.prefix()+"no answer in time"
	default:
		return false
	}
	return true
}

// credentialError is a failure to get credentials; the chain puts it around
// whatever a source of credentials reports.
type credentialError struct{ err error }

func (e *credentialError) Error() string { return "credentials: " + e.err.Error() }
func (e *credentialError) Unwrap() error { return e.err }

// RetryableError tells the SDK that the source has tried often enough.
func (e *credentialError) RetryableError() bool { return false }

func isCredential(err error) bool {
	var ce *credentialError
	return errors.As(err, &ce)
}

func sortCredentials(e *Error) bool {
	var ce *credentialError
	if !errors.As(e.Err, &ce) {
		return false
	}
	e.Op = first(e.Op, innermost(ce.err))
	// A source that was reached and answered, or could not be reached at all, says
	// more by itself; the metadata service of an instance is only the last resort.
	text := ce.err.Error()
	if imds := strings.Contains(text, "IMDS") || strings.Contains(text, "ec2imds"); !imds {
		if innermost(ce.err) != "" && sortAPI(e) || sortNetwork(e) {
			return true
		}
	} else {
		text = "none of the sources has any"
	}
	e.Class, e.Text = Expired, "no credentials: "+oneLine(text)
	var sso *ssocreds.InvalidTokenError
	if errors.As(ce.err, &sso) || isSSOToken(ce.err) {
		e.Text, e.Hint = "the SSO session has expired or was never begun", hintSignIn
	} else {
		e.Hint = hintChoose
	}
	return true
}

func (e *Error) unsupported(status int) {
	e.Class = Unsupported
	e.Text = fmt.Sprintf("the endpoint does not know %s (HTTP %d)", first(e.Op, "this operation"), status)
	if status == 0 {
		e.Text = fmt.Sprintf("the endpoint does not know %s", first(e.Op, "this operation"))
	}
}

// Hints that an account replaces by what renews its own credentials.
const (
	hintRenew  = "renew the credentials"
	hintSignIn = "sign in: aws sso login"
	hintChoose = "choose a profile with credentials, or sign in"
)

var (
	expiredCodes = []string{
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "InvalidClientTokenId",
		"UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "InvalidSignatureException",
		"SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken",
		"MissingAuthenticationTokenException", "InvalidSecurity", "InvalidToken", "InvalidGrantException",
		"RequestTimeTooSkewed", "IDPRejectedClaim", "InvalidIdentityToken", "ExpiredTokenFault", "NotSignedUp",
	}
	deniedCodes = []string{
		"AccessDenied", "AccessDeniedException", "AccessDeniedFault", "UnauthorizedOperation", "Client.UnauthorizedOperation",
		"AuthorizationError", "AuthorizationErrorException", "NotAuthorized", "NotAuthorizedException", "Forbidden",
		"ForbiddenException", "OptInRequired", "SubscriptionRequiredException", "UnauthorizedException",
		"InsufficientPrivilegesException",
	}
	throttledCodes = []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
		"TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
		"BandwidthLimitExceeded", "LimitExceededException", "LimitExceeded", "SlowDown", "PriorRequestNotComplete",
		"EC2ThrottledException", "SlowDownException",
	}
	unsupportedCodes = []string{
		"UnknownOperationException", "UnknownOperation", "InvalidAction", "UnsupportedOperationException",
		"UnsupportedOperation", "NotImplemented", "NotImplementedException", "UnsupportedFeatureException",
		"UnsupportedProtocol", "NoSuchVersion",
	}
	notFoundWords = regexp.MustCompile(`NotFound|NoSuch|DoesNotExist|NonExistent|InactiveException|NotActiveException`)
	notFoundText  = regexp.MustCompile(`(?i)\b(unable to describe task definition|was not found|does not exist|is inactive|was inactive|could not be found)`)
	notKnownText  = regexp.MustCompile(`(?i)\bnot (yet |been )*(implemented|supported by)|unknown operation|pro feature`)
)

func sortAPI(e *Error) bool {
	var api smithy.APIError
	if !errors.As(e.Err, &api) {
		return false
	}
	e.Code = strings.TrimPrefix(api.ErrorCode(), "com.amazonaws.")
	message, status := oneLine(api.ErrorMessage()), statusOf(e.Err)
	has := func(codes []string) bool { return slices.Contains(codes, e.Code) }
	unknown := e.Code == "UnknownError" || e.Code == ""
	switch {
	case e.Code == "UnauthorizedException" && strings.HasPrefix(innermost(e.Err), "sso:"):
		e.Class, e.Text, e.Hint = Expired, "the SSO session has expired", hintSignIn
	case has(expiredCodes):
		e.expired(message)
	case has(deniedCodes), status == 403 && unknown, missingAction.MatchString(message):
		e.denied(message)
	case has(throttledCodes), status == 429:
		e.Class, e.Text = Throttled, e.prefix()+"AWS refuses: "+first(message, e.Code)
		e.Hint = "too many calls in this account and region; calls slow down by themselves"
		if strings.HasPrefix(e.Code, "LimitExceeded") {
			e.Hint = "a quota of the account is used up"
		}
	case has(unsupportedCodes), status == 501, unknown && (status == 404 || status == 405), status >= 400 && notKnownText.MatchString(message):
		e.unsupported(status)
		e.Hint = "this endpoint or region lacks it; everything else goes on"
	case notFoundWords.MatchString(e.Code), status < 500 && notFoundText.MatchString(message):
		e.Class, e.Text = NotFound, e.prefix()+first(message, e.Code)
	case status >= 500, api.ErrorFault() == smithy.FaultServer:
		e.Class, e.Text = Internal, e.prefix()+"AWS reports a fault of its own: "+first(message, e.Code)
		e.Hint = "the next refresh tries again"
	default:
		e.Class, e.Text = Invalid, e.prefix()+first(message, e.Code)
		if e.Code == "TargetNotConnectedException" {
			e.Hint = "the container's exec agent is not reachable: the task's role, its network's way to ssmmessages, or the agent itself"
		}
	}
	return true
}

func (e *Error) expired(message string) {
	e.Class, e.Hint = Expired, hintRenew
	switch {
	case strings.Contains(message, "Signature expired"), strings.Contains(message, "Signature not yet current"), e.Code == "RequestTimeTooSkewed":
		e.Text, e.Hint = "the clock of this machine is wrong: "+message, "set the clock of this machine"
	case strings.HasPrefix(e.Code, "Expired"), e.Code == "RequestExpired", e.Code == "TokenRefreshRequired":
		e.Text = "the credentials have expired"
	case e.Code == "UnrecognizedClientException", e.Code == "InvalidClientTokenId", e.Code == "AuthFailure":
		e.Text = "AWS does not accept the credentials: " + first(message, e.Code)
		e.Hint = hintRenew + "; in a region that must be enabled first, enable it"
	default:
		e.Text = "AWS does not accept the credentials: " + first(message, e.Code)
	}
}

var (
	missingAction = regexp.MustCompile(`not authorized to perform:? *([a-z0-9-]+:[A-Za-z0-9*]+)`)
	// The kinds of policy that AWS names in "because no <kind> allows" and "with an
	// explicit deny in a <kind>".
	policyKind = regexp.MustCompile(`(service control|resource control|permissions boundary|session|resource-based|identity-based|VPC endpoint)( polic(?:y|ies))?`)
)

func (e *Error) denied(message string) {
	e.Class = Denied
	e.Action = innermost(e.Err)
	if m := missingAction.FindStringSubmatch(message); m != nil {
		e.Action = m[1]
	}
	e.Text = "missing permission " + first(e.Action, "for this call")
	kind := strings.TrimSpace(policyKind.FindString(message))
	switch {
	case strings.Contains(message, "MultiFactorAuthentication failed"):
		e.Text, e.Hint = "the MFA code was not accepted", "enter the next code of the device"
	case strings.HasPrefix(e.Code, "OptIn"), strings.HasPrefix(e.Code, "Subscription"):
		e.Text, e.Hint = "the account does not use this service: "+message, "enable the service or the region first"
	case strings.Contains(message, "explicit deny") && kind != "":
		e.Hint = fmt.Sprintf("denied explicitly in a %s: no permission of yours can lift it, ask whoever owns it", kind)
	case strings.Contains(message, "explicit deny"):
		e.Hint = "denied explicitly by a policy: no further permission can lift it"
	case kind != "" && !strings.HasPrefix(kind, "identity"):
		e.Hint = fmt.Sprintf("no %s allows it", kind)
	default:
		e.Hint = "add the action to the policies of the identity in use"
	}
}

func sortDeserialization(e *Error) bool {
	var d *smithy.DeserializationError
	if !errors.As(e.Err, &d) {
		return false
	}
	if status := statusOf(e.Err); status >= 400 {
		e.unsupported(status)
		return true
	}
	e.Class, e.Text = Internal, e.prefix()+"the answer cannot be read: "+oneLine(d.Error())
	e.Hint = "the endpoint speaks a protocol that differs from AWS's"
	return true
}

func sortInput(e *Error) bool {
	var params smithy.InvalidParamsError
	text := e.Err.Error()
	switch {
	case errors.As(e.Err, &params):
		e.Text = e.prefix() + oneLine(params.Error())
	case strings.Contains(text, "Missing Region"), strings.Contains(text, "invalid input region"):
		e.Text, e.Hint = e.prefix()+"no valid region is set", "choose one with --region or :region"
	default:
		return false
	}
	e.Class = Invalid
	return true
}

func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func first(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

const maxErrorText = 400

// What AWS repeats of a request whose signature it refuses: its headers, with the
// session's token among them, as one text that is signed, or by the header's name.
var (
	signedText   = regexp.MustCompile(`(?s)The Canonical String for this request.*`)
	signedHeader = regexp.MustCompile(`(?i)((?:x-amz-security-token|authorization)\s*[:=]\s*)(?:AWS4-HMAC-SHA256[^\n]*|\S+)`)
)

// withoutSecrets takes out of an error's text what nobody else is to read.
func withoutSecrets(s string) string {
	return signedHeader.ReplaceAllString(signedText.ReplaceAllString(s, "(what was signed is left out)"), "$1(left out)")
}

// oneLine makes a line of an error's text, without secrets, and bounds it.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(withoutSecrets(s)), " ")
	if r := []rune(s); len(r) > maxErrorText {
		return string(r[:maxErrorText]) + "…"
	}
	return s
}
