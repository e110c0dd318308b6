package aws

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// answer is an error as the SDK makes it of an answer.
func answer(serviceID, op string, status int, err error) error {
	return &smithy.OperationError{ServiceID: serviceID, OperationName: op, Err: &awshttp.ResponseError{
		RequestID: "req-1",
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
		},
	}}
}

func api(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }

// unsent is an error of the transport, as the SDK wraps it.
func unsent(err error) error {
	return &smithy.OperationError{ServiceID: "ECS", OperationName: "ListServices", Err: &smithyhttp.RequestSendError{
		Err: &url.Error{Op: "Post", URL: "https://ecs.eu-central-1.amazonaws.com/", Err: err},
	}}
}

func noCredentials(err error) error {
	return &smithy.OperationError{ServiceID: "ECS", OperationName: "ListServices",
		Err: fmt.Errorf("get identity: get credentials: failed to refresh cached credentials, %w", &credentialError{err: err})}
}

func TestAsError(t *testing.T) {
	ecs := func(status int, code, message string) error {
		return answer("ECS", "ListServices", status, api(code, message))
	}
	const who = "User: arn:aws:sts::111122223333:assumed-role/ops/ann is not authorized to perform: "
	for _, c := range []struct {
		name   string
		err    error
		class  Class
		code   string
		action string
		text   string // contained
		hint   string // contained
	}{
		{name: "denied, action from the text", err: ecs(400, "AccessDeniedException", who+"ecs:DescribeServices on resource: arn:aws:ecs:x because no identity-based policy allows the ecs:DescribeServices action"),
			class: Denied, code: "AccessDeniedException", action: "ecs:DescribeServices", text: "missing permission ecs:DescribeServices", hint: "add the action"},
		{name: "denied without a text", err: answer("CloudWatch Logs", "FilterLogEvents", 400, api("AccessDeniedException", "")),
			class: Denied, code: "AccessDeniedException", action: "logs:FilterLogEvents", text: "missing permission logs:FilterLogEvents"},
		{name: "denied by an SCP", err: ecs(400, "AccessDeniedException", who+"ecs:ListServices with an explicit deny in a service control policy"),
			class: Denied, code: "AccessDeniedException", action: "ecs:ListServices", hint: "explicitly in a service control policy"},
		{name: "not allowed by an SCP", err: ecs(400, "AccessDeniedException", who+"ecs:ListServices because no service control policy allows the ecs:ListServices action"),
			class: Denied, code: "AccessDeniedException", action: "ecs:ListServices", hint: "no service control policy allows"},
		{name: "denied by a boundary", err: ecs(400, "AccessDeniedException", who+"ecs:ListServices because no permissions boundary allows the ecs:ListServices action"),
			class: Denied, code: "AccessDeniedException", action: "ecs:ListServices", hint: "no permissions boundary allows"},
		{name: "EC2's denial", err: answer("EC2", "DescribeSubnets", 403, api("UnauthorizedOperation", "You are not authorized to perform this operation. "+who+"ec2:DescribeSubnets because no identity-based policy allows it")),
			class: Denied, code: "UnauthorizedOperation", action: "ec2:DescribeSubnets"},
		{name: "PassRole", err: answer("ECS", "RegisterTaskDefinition", 400, api("ClientException", who+"iam:PassRole on resource: x")),
			class: Denied, code: "ClientException", action: "iam:PassRole", text: "iam:PassRole"},
		{name: "KMS, capital letters in an action", err: answer("KMS", "GenerateDataKey", 400, api("AccessDeniedException", who+"kms:GenerateDataKey on this resource")),
			class: Denied, code: "AccessDeniedException", action: "kms:GenerateDataKey"},
		{name: "bare 403", err: answer("GuardDuty", "ListDetectors", 403, api("UnknownError", "UnknownError")), class: Denied, code: "UnknownError", action: "guardduty:ListDetectors"},
		{name: "service not enabled", err: ecs(400, "OptInRequired", "needs a subscription"), class: Denied, code: "OptInRequired", action: "ecs:ListServices", text: "needs a subscription", hint: "enable"},

		{name: "expired token", err: ecs(400, "ExpiredTokenException", "The security token included in the request is expired"), class: Expired, code: "ExpiredTokenException", text: "have expired", hint: "renew"},
		{name: "expired, query", err: answer("STS", "GetCallerIdentity", 403, api("ExpiredToken", "x")), class: Expired, code: "ExpiredToken", text: "have expired"},
		{name: "unknown key", err: ecs(400, "UnrecognizedClientException", "The security token included in the request is invalid."), class: Expired, code: "UnrecognizedClientException", text: "does not accept", hint: "region that must be enabled"},
		{name: "unknown key, query", err: answer("STS", "GetCallerIdentity", 403, api("InvalidClientTokenId", "invalid")), class: Expired, code: "InvalidClientTokenId"},
		{name: "wrong secret", err: ecs(400, "InvalidSignatureException", "The request signature we calculated does not match"), class: Expired, code: "InvalidSignatureException", text: "does not accept"},
		{name: "wrong clock", err: ecs(400, "InvalidSignatureException", "Signature expired: 20261124T0900Z is now earlier than"), class: Expired, code: "InvalidSignatureException", text: "clock", hint: "set the clock"},
		{name: "SSO session over", err: noCredentials(answer("SSO", "GetRoleCredentials", 401, api("UnauthorizedException", "Session token not found or invalid"))),
			class: Expired, code: "UnauthorizedException", text: "SSO session has expired", hint: "aws sso login"},
		{name: "SSO session never begun, old form", err: noCredentials(&ssocreds.InvalidTokenError{Err: os.ErrNotExist}), class: Expired, text: "SSO session"},
		{name: "SSO session never begun", err: noCredentials(errors.New("failed to read cached SSO token file, open x: no such file or directory")), class: Expired, text: "SSO session"},
		{name: "nothing configured", err: noCredentials(fmt.Errorf("no EC2 IMDS role found, %w", &smithy.OperationError{ServiceID: "ec2imds", OperationName: "GetMetadata", Err: &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}}})),
			class: Expired, text: "no credentials", hint: "choose a profile"},
		{name: "role denied", err: noCredentials(answer("STS", "AssumeRole", 403, api("AccessDenied", who+"sts:AssumeRole on resource: arn:aws:iam::1:role/x"))),
			class: Denied, code: "AccessDenied", action: "sts:AssumeRole", text: "missing permission sts:AssumeRole"},
		{name: "role denied without a text", err: noCredentials(answer("STS", "AssumeRole", 403, api("AccessDenied", ""))), class: Denied, code: "AccessDenied", action: "sts:AssumeRole"},
		{name: "STS out of reach", err: noCredentials(&smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: &smithyhttp.RequestSendError{Err: &url.Error{Op: "Post", URL: "https://sts.amazonaws.com/", Err: syscall.ECONNREFUSED}}}),
			class: Network, text: "refused by sts.amazonaws.com"},
		{name: "login given up", err: noCredentials(&sdk.RequestCanceledError{Err: context.Canceled}), class: Cancelled},

		{name: "throttled", err: ecs(400, "ThrottlingException", "Rate exceeded"), class: Throttled, code: "ThrottlingException", text: "Rate exceeded", hint: "slow down"},
		{name: "throttled, EC2", err: answer("EC2", "DescribeSubnets", 503, api("RequestLimitExceeded", "Request limit exceeded.")), class: Throttled, code: "RequestLimitExceeded"},
		{name: "bare 429", err: ecs(429, "UnknownError", "UnknownError"), class: Throttled, code: "UnknownError"},
		{name: "quota", err: answer("CloudWatch Logs", "StartLiveTail", 400, api("LimitExceededException", "too many sessions")), class: Throttled, code: "LimitExceededException", hint: "quota"},

		{name: "typed not found", err: answer("ECS", "DescribeServices", 400, &ecstypes.ClusterNotFoundException{Message: sdk.String("Cluster not found.")}), class: NotFound, code: "ClusterNotFoundException", text: "Cluster not found."},
		{name: "task definition", err: answer("ECS", "DescribeTaskDefinition", 400, api("ClientException", "Unable to describe task definition.")), class: NotFound, code: "ClientException"},
		{name: "log group", err: answer("CloudWatch Logs", "FilterLogEvents", 400, api("ResourceNotFoundException", "The specified log group does not exist.")), class: NotFound, code: "ResourceNotFoundException"},
		{name: "inactive", err: ecs(400, "InvalidParameterException", "The referenced cluster was inactive."), class: NotFound, code: "InvalidParameterException"},
		{name: "IAM", err: answer("IAM", "GetRole", 404, api("NoSuchEntity", "x")), class: NotFound, code: "NoSuchEntity"},

		{name: "invalid", err: ecs(400, "InvalidParameterException", "Invalid identifier"), class: Invalid, code: "InvalidParameterException", text: "ecs:ListServices: Invalid identifier"},
		{name: "exec agent", err: answer("ECS", "ExecuteCommand", 400, api("TargetNotConnectedException", "x")), class: Invalid, code: "TargetNotConnectedException", hint: "exec agent"},
		{name: "parameters", err: &smithy.OperationError{ServiceID: "ECS", OperationName: "ListTasks", Err: smithy.InvalidParamsError{Context: "ListTasksInput"}}, class: Invalid},
		{name: "no region", err: &smithy.OperationError{ServiceID: "ECS", OperationName: "ListTasks", Err: errors.New("resolve endpoint: Invalid Configuration: Missing Region")}, class: Invalid, hint: "--region"},

		{name: "fault", err: ecs(500, "ServerException", "Service Unavailable. Please try again later."), class: Internal, code: "ServerException", text: "a fault of its own"},
		{name: "503", err: ecs(503, "ServiceUnavailable", ""), class: Internal, code: "ServiceUnavailable"},

		{name: "unknown operation", err: answer("ECS", "ListServices", 400, api("UnknownOperationException", "")), class: Unsupported, code: "UnknownOperationException", text: "does not know ecs:ListServices"},
		{name: "empty 404", err: ecs(404, "UnknownError", "UnknownError"), class: Unsupported, code: "UnknownError", text: "(HTTP 404)"},
		{name: "page 404", err: answer("ECS", "ListServices", 404, &foreignAnswer{status: 404, title: "Not Found"}), class: Unsupported, text: "does not know", hint: "Not Found"},
		{name: "page 500", err: answer("GuardDuty", "ListDetectors", 500, &foreignAnswer{status: 500}), class: Unsupported, text: "guardduty:ListDetectors"},
		{name: "page 503", err: answer("GuardDuty", "ListDetectors", 503, &foreignAnswer{status: 503}), class: Network, text: "HTTP 503"},
		{name: "emulator", err: answer("GuardDuty", "ListDetectors", 501, api("InternalFailure", "API for service 'guardduty' not yet implemented or pro feature")), class: Unsupported, code: "InternalFailure"},
		{name: "emulator, 500", err: answer("GuardDuty", "ListDetectors", 500, api("InternalError", "The list_detectors action has not been implemented")), class: Unsupported, code: "InternalError"},
		{name: "error that cannot be read", err: answer("ECS", "ListServices", 500, &smithy.DeserializationError{Err: errors.New("invalid character '<'")}), class: Unsupported},
		{name: "answer that cannot be read", err: answer("ECS", "ListServices", 200, &smithy.DeserializationError{Err: io.ErrUnexpectedEOF}), class: Internal, text: "cannot be read"},

		{name: "no such host", err: unsent(&net.OpError{Op: "dial", Err: &net.DNSError{Name: "ecs.x", IsNotFound: true}}), class: Network, text: "no such host: ecs.x", hint: "region"},
		{name: "resolver down", err: unsent(&net.DNSError{Name: "ecs.x", IsTemporary: true}), class: Network, text: "cannot resolve ecs.x"},
		{name: "refused", err: unsent(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), class: Network, text: "refused by ecs.eu-central-1.amazonaws.com"},
		{name: "dial timeout", err: unsent(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}), class: Network, text: "in time"},
		{name: "reset", err: unsent(&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}), class: Network, text: "connection reset"},
		{name: "cut", err: unsent(io.EOF), class: Network, text: "EOF"},
		{name: "cut in the body", err: answer("ECS", "ListServices", 200, &brokenBody{err: io.ErrUnexpectedEOF}), class: Network, text: "unexpected EOF"},
		{name: "certificate", err: unsent(x509.UnknownAuthorityError{}), class: Network, text: "not trusted", hint: "AWS_CA_BUNDLE"},
		{name: "stalled", err: &smithy.OperationError{ServiceID: "ECS", OperationName: "ListServices", Err: &stalledError{after: 15 * time.Second, host: "h"}}, class: Network, text: "no answer from h for 15 s"},
		{name: "deadline", err: &smithy.OperationError{ServiceID: "ECS", OperationName: "ListServices", Err: &smithy.CanceledError{Err: context.DeadlineExceeded}}, class: Network, text: "no answer in time"},
		{name: "cancelled", err: &smithy.OperationError{ServiceID: "ECS", OperationName: "ListServices", Err: &smithy.CanceledError{Err: context.Canceled}}, class: Cancelled},
		{name: "bare context", err: context.Canceled, class: Cancelled},
		{name: "something else", err: errors.New("two\nlines"), class: Internal, text: "two lines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := AsError(c.err)
			if e.Class != c.class || e.Code != c.code || e.Action != c.action {
				t.Errorf("class %v, code %q, action %q; want %v, %q, %q", e.Class, e.Code, e.Action, c.class, c.code, c.action)
			}
			if !strings.Contains(e.Text, c.text) || e.Text == "" {
				t.Errorf("text %q, want %q in it", e.Text, c.text)
			}
			if !strings.Contains(e.Hint, c.hint) {
				t.Errorf("hint %q, want %q in it", e.Hint, c.hint)
			}
			if strings.ContainsAny(e.Text+e.Hint, "\n\r") {
				t.Errorf("more than a line: %q %q", e.Text, e.Hint)
			}
			if !errors.Is(e, c.err) {
				t.Error("the SDK's error is lost")
			}
			if again := AsError(fmt.Errorf("wrapped: %w", e)); again != e {
				t.Error("an *Error was sorted again")
			}
		})
	}
	if AsError(nil) != nil {
		t.Error("nil is an error")
	}
}

func TestErrorCarriesOperationAndRequest(t *testing.T) {
	e := AsError(answer("ECS", "ListServices", 400, api("ThrottlingException", "Rate exceeded")))
	if e.Op != "ecs:ListServices" || e.RequestID != "req-1" {
		t.Errorf("op %q, request %q", e.Op, e.RequestID)
	}
	long := AsError(answer("ECS", "ListServices", 400, api("X", strings.Repeat("ü", 5000))))
	if n := len([]rune(long.Text)); n > 450 {
		t.Errorf("a text of %d runes", n)
	}
}

func TestClassNames(t *testing.T) {
	seen := map[string]bool{}
	for c := Internal; c <= Cancelled; c++ {
		if s := c.String(); s == "" || seen[s] {
			t.Errorf("class %d is called %q", c, s)
		} else {
			seen[s] = true
		}
	}
}
