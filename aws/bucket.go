package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// LookBucket asks S3 whether a bucket is there, and in which region it says that it
// is ("" where it does not). It is the one call of S3 that the console makes
// (HeadBucket, which IAM calls s3:ListBucket), and a client of S3 would be a tenth of
// the program; so the call is put together here, from the SDK's parts and the chain.
// Errors: NotFound; Denied where the bucket is there, but not for the caller's eyes.
func (a *Account) LookBucket(ctx context.Context, name string) (region string, err error) {
	// The names are IAM's: this is what a denial and the meter are to say.
	const id, operation = "S3", "ListBucket"
	at, err := a.bucketURL(name)
	if err != nil {
		return "", &Error{Op: opName(id, operation), Class: Invalid, Text: err.Error()}
	}
	stack := middleware.NewStack(operation, smithyhttp.NewStackRequest)
	for _, err := range []error{
		stack.Initialize.Add(&awsmiddleware.RegisterServiceMetadata{ServiceID: id, SigningName: "s3", Region: a.Region(), OperationName: operation}, middleware.Before),
		stack.Serialize.Add(middleware.SerializeMiddlewareFunc("head", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
			middleware.SerializeOutput, middleware.Metadata, error,
		) {
			r := in.Request.(*smithyhttp.Request) // of NewStackRequest
			r.Method, r.URL = http.MethodHead, at
			return next.HandleSerialize(ctx, in)
		}), middleware.After),
		stack.Build.Add(awsmiddleware.NewRequestUserAgent(), middleware.After),
		stack.Finalize.Add(retry.NewAttemptMiddleware(a.retryer(), smithyhttp.RequestCloner), middleware.After),
		stack.Finalize.Add(finalize("sign", a.signBucket), middleware.After),
		stack.Deserialize.Add(deserialize("region", readBucket), middleware.After),
		a.chain(stack),
	} {
		if err != nil {
			return "", fmt.Errorf("build the call: %w", err)
		}
	}
	out, _, err := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(a.cfg.HTTPClient), stack).Handle(ctx, struct{}{})
	if err != nil {
		return "", AsError(err)
	}
	region, _ = out.(string)
	return region, nil
}

func (a *Account) retryer() sdk.Retryer {
	if a.cfg.Retryer != nil {
		return a.cfg.Retryer()
	}
	return newRetryer()
}

// bucketURL names the bucket in the path, which goes with every name and with every
// server.
func (a *Account) bucketURL(name string) (*url.URL, error) {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") != "" {
		return nil, fmt.Errorf("%q is no name of a bucket", name)
	}
	if custom := a.endpoints.of("S3"); custom != "" {
		u, err := url.Parse(custom)
		if err != nil {
			return nil, err
		}
		u.Path = strings.TrimSuffix(u.Path, "/") + "/" + name
		return u, nil
	}
	suffix := map[string]string{"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}[a.Partition()]
	if suffix == "" {
		return nil, fmt.Errorf("the address of S3 in the partition %s is not known here", a.Partition())
	}
	host := "s3"
	if a.wants(func(ctx context.Context, s any) (bool, bool) {
		p, ok := s.(interface {
			GetUseFIPSEndpoint(context.Context) (sdk.FIPSEndpointState, bool, error)
		})
		if !ok {
			return false, false
		}
		state, found, err := p.GetUseFIPSEndpoint(ctx)
		return state == sdk.FIPSEndpointStateEnabled, found && err == nil
	}) {
		host += "-fips"
	}
	if a.wants(func(ctx context.Context, s any) (bool, bool) {
		p, ok := s.(interface {
			GetUseDualStackEndpoint(context.Context) (sdk.DualStackEndpointState, bool, error)
		})
		if !ok {
			return false, false
		}
		state, found, err := p.GetUseDualStackEndpoint(ctx)
		return state == sdk.DualStackEndpointStateEnabled, found && err == nil
	}) {
		host += ".dualstack"
	}
	return &url.URL{Scheme: "https", Host: host + "." + a.Region() + "." + suffix, Path: "/" + name}, nil
}

// wants is what the first of the configuration's sources says that knows.
func (a *Account) wants(ask func(context.Context, any) (is, found bool)) bool {
	for _, s := range a.cfg.ConfigSources {
		if is, found := ask(context.Background(), s); found {
			return is
		}
	}
	return false
}

// signBucket signs one attempt. S3 wants the sum of the body, which is empty, in a
// header, and its path escaped once only.
func (a *Account) signBucket(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	r := in.Request.(*smithyhttp.Request) // of NewStackRequest
	keys, err := a.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	empty := sha256.Sum256(nil)
	sum := hex.EncodeToString(empty[:])
	r.Header.Set("X-Amz-Content-Sha256", sum)
	err = v4.NewSigner().SignHTTP(ctx, keys, r.Request, sum, "s3", a.Region(), time.Now(), func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("sign: %w", err)
	}
	return next.HandleFinalize(ctx, in)
}

// readBucket reads the answer, which is a status and headers. A bucket in another
// region answers with a redirection or a fault, and names its region.
func readBucket(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, md middleware.Metadata, err error,
) {
	if out, md, err = next.HandleDeserialize(ctx, in); err != nil {
		return out, md, err
	}
	r, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, md, fmt.Errorf("unknown transport %T", out.RawResponse)
	}
	region := r.Header.Get("X-Amz-Bucket-Region")
	code := ""
	switch {
	case r.StatusCode == http.StatusOK, region != "" && (r.StatusCode == http.StatusMovedPermanently || r.StatusCode == http.StatusBadRequest):
		out.Result = region
		return out, md, nil
	case r.StatusCode == http.StatusForbidden:
		code = "AccessDenied"
	case r.StatusCode == http.StatusNotFound && r.Header.Get("X-Amz-Request-Id") != "": // S3 itself, and no server that lacks it
		code = "NoSuchBucket"
	case r.StatusCode == http.StatusServiceUnavailable:
		code = "SlowDown"
	}
	fault := &smithy.GenericAPIError{Code: code, Fault: smithy.FaultClient}
	if code == "" {
		fault.Code, fault.Message = "UnknownError", fmt.Sprintf("S3 answers HTTP %d", r.StatusCode)
	}
	if r.StatusCode >= 500 {
		fault.Fault = smithy.FaultServer
	}
	return out, md, &bucketError{&smithyhttp.ResponseError{Response: r, Err: fault}, r.Header.Get("X-Amz-Request-Id")}
}

// bucketError is an answer of S3 that is a fault, with its id.
type bucketError struct {
	*smithyhttp.ResponseError
	id string
}

// ServiceRequestID is what AWS asks for.
func (e *bucketError) ServiceRequestID() string { return e.id }

func (e *bucketError) Unwrap() error { return e.ResponseError }
