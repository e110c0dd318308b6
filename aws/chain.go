package aws

import (
	"context"
	"fmt"
	"sync/atomic"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecsole/aws/audit"
)

// The links of the chain, by the names under which they stand in the SDK's stack.
const (
	linkCall     = "ecsoleCall"     // Initialize, outermost: counts, sorts errors, knows the class
	linkGate     = "ecsoleGate"     // Initialize, after the call
	linkJournal  = "ecsoleJournal"  // Initialize, innermost: the input is validated by then
	linkAgent    = "ecsoleAgent"    // Build, last: the User-Agent
	linkPace     = "ecsolePace"     // Finalize, right after Retry: once per attempt, before signing
	linkMeter    = "ecsoleMeter"    // Finalize, right after pace
	linkEndpoint = "ecsoleEndpoint" // Finalize, after the endpoint is resolved: credential clients only
	linkDeadline = "ecsoleDeadline" // Deserialize, outermost: nothing for too long
	linkBody     = "ecsoleBody"     // Deserialize, innermost: reads the answer
	linkSend     = "ecsoleSend"     // Deserialize, last: credential clients send through our transport
)

// call is what the links know of one call.
type call struct {
	service string // the SDK's id
	op      string // "ecs:ListServices"
	class   class
	region  string
	intent  audit.Intent
	params  any
	// local is a call to this container's or instance's own source of credentials.
	local bool
	// sent is set once the request is handed to the transport: from then on the act
	// may have been done.
	sent atomic.Bool
	// doubt is set by an attempt that was sent and whose fate is not known: whatever
	// the next attempt is told, the act may have been done by this one.
	doubt     atomic.Bool
	requestID atomic.Pointer[string]
}

// Ids of our own for what has none in the SDK's contexts.
const (
	idContainer = "container"
	idInstance  = "ec2imds"
)

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := middleware.GetStackValue(ctx, callKey{}).(*call)
	return c
}

// chain installs all links on a client of the account.
func (a *Account) chain(stack *middleware.Stack) error {
	for _, err := range []error{
		outermost(stack, initialize(linkGate, a.gate)),
		outermost(stack, initialize(linkCall, a.call)),
		stack.Initialize.Add(initialize(linkJournal, a.journal), middleware.After),
		stack.Build.Add(middleware.BuildMiddlewareFunc(linkAgent, a.agent), middleware.After),
		stack.Finalize.Insert(finalize(linkMeter, a.measure), "Retry", middleware.After),
		stack.Finalize.Insert(finalize(linkPace, a.pace), "Retry", middleware.After),
		stack.Deserialize.Add(deserialize(linkDeadline, a.deadline), middleware.Before),
		stack.Deserialize.Add(deserialize(linkBody, a.body), middleware.After),
	} {
		if err != nil {
			return fmt.Errorf("install the chain: %w", err)
		}
	}
	return nil
}

// outermost adds a link in front of all others that matter. Clients of an older make
// learn in their own first link which service and operation they call.
func outermost(stack *middleware.Stack, m middleware.InitializeMiddleware) error {
	const names = "RegisterServiceMetadata"
	if _, ok := stack.Initialize.Get(names); ok {
		return stack.Initialize.Insert(m, names, middleware.After)
	}
	return stack.Initialize.Add(m, middleware.Before)
}

// credentialChain is for the clients of the SDK's credential providers, which are
// built while the configuration is loaded: metered and bounded in time, never gated
// or journalled, else read-only would refuse to log in. At that moment the SDK has
// resolved neither the endpoint nor the HTTP client, so both are put in here.
func (a *Account) credentialChain(stack *middleware.Stack) error {
	meter := initialize(linkCall, func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		return a.credentialCall(ctx, stack.ID(), in, next)
	})
	if err := outermost(stack, meter); err != nil {
		return err
	}
	if _, ok := stack.Finalize.Get("Retry"); ok {
		if err := stack.Finalize.Insert(finalize(linkMeter, a.measure), "Retry", middleware.After); err != nil {
			return err
		}
	}
	if _, ok := stack.Finalize.Get("ResolveEndpointV2"); ok {
		if err := stack.Finalize.Insert(finalize(linkEndpoint, a.endpoint), "ResolveEndpointV2", middleware.After); err != nil {
			return err
		}
	}
	for _, err := range []error{
		stack.Deserialize.Add(deserialize(linkDeadline, a.deadline), middleware.Before),
		stack.Deserialize.Add(deserialize(linkBody, a.body), middleware.After),
		stack.Deserialize.Add(deserialize(linkSend, a.send), middleware.After),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// call is the outermost link: it gives the others what they share, counts the call
// and turns its error into an *Error that knows this account.
func (a *Account) call(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	id, name := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	c := &call{service: id, op: opName(id, name), class: classify(id, name), region: awsmiddleware.GetRegion(ctx), params: in.Parameters}
	ctx = middleware.WithStackValue(ctx, callKey{}, c)
	if a.endpoints.custom(id) || a.endpoints.plainHosts {
		ctx = smithyhttp.DisableEndpointHostPrefix(ctx, true)
	}
	refusals := a.creds.count()
	out, md, err := next.HandleInitialize(ctx, in)
	if err != nil {
		// The SDK puts this around the error as well, but outside the chain.
		err = &smithy.OperationError{ServiceID: id, OperationName: name, Err: err}
	}
	e := a.failure(c, err)
	a.meter.call(c.op, e)
	if e == nil {
		a.creds.accepted(refusals)
		a.bill(c, out.Result)
		return out, md, nil
	}
	a.problems.Add(e)
	return out, md, e
}

// failure sorts the error of a call and adds what only the account knows.
func (a *Account) failure(c *call, err error) *Error {
	if err == nil {
		return nil
	}
	e := *AsError(err) // calls that waited for the same login share its error
	e.Op = c.op
	if e.Class == Expired {
		a.creds.refused(&e, isCredential(err))
	}
	return &e
}

// credentialCall is the outermost link of a credential provider's client.
func (a *Account) credentialCall(ctx context.Context, name string, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	c := &call{class: read, region: awsmiddleware.GetRegion(ctx)}
	id := awsmiddleware.GetServiceID(ctx)
	switch {
	case id != "":
	// The clients of a container's and of an instance's credentials do not say who they are.
	case name == "GetCredentials":
		id, c.local = idContainer, true
	default:
		id, c.local = idInstance, true
	}
	c.service, c.op = id, opName(id, name)
	ctx = middleware.WithStackValue(ctx, callKey{}, c)
	out, md, err := next.HandleInitialize(ctx, in)
	a.meter.call(c.op, AsError(err))
	return out, md, err
}

func initialize(id string, f func(context.Context, middleware.InitializeInput, middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error)) middleware.InitializeMiddleware {
	return middleware.InitializeMiddlewareFunc(id, f)
}

func finalize(id string, f func(context.Context, middleware.FinalizeInput, middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error)) middleware.FinalizeMiddleware {
	return middleware.FinalizeMiddlewareFunc(id, f)
}

func deserialize(id string, f func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error)) middleware.DeserializeMiddleware {
	return middleware.DeserializeMiddlewareFunc(id, f)
}
