package aws

import (
	"context"
	"errors"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecsole/aws/audit"
)

// Codes of errors that the chain makes itself: the call was never sent.
const (
	codeRefused    = "RefusedHere"   // Denied by read-only mode, or for want of a journal
	codeUndeclared = "ActUndeclared" // a defect of ours: an act without an audit.Act
)

// RefusedHere reports that the chain itself refused the call, which was never sent.
func (e *Error) RefusedHere() bool { return e.Code == codeRefused || e.Code == codeUndeclared }

// gate refuses acts in read-only mode and those that could not be recorded.
func (a *Account) gate(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	c := callOf(ctx)
	if c.class == act {
		if err := a.admit(ctx, c); err != nil {
			return middleware.InitializeOutput{}, middleware.Metadata{}, err
		}
	}
	return next.HandleInitialize(ctx, in)
}

func (a *Account) admit(ctx context.Context, c *call) error {
	refuse := func(text, hint string) error {
		return &Error{Op: c.op, Class: Denied, Code: codeRefused, Text: c.op + ": " + text, Hint: hint}
	}
	switch _, declared := audit.ActFrom(ctx); {
	case a.opts.ReadOnly:
		return refuse("refused, the console is read-only", "start it without --readonly, or with --write where the configuration says so")
	case a.opts.Journal == nil:
		return refuse("refused, there is no journal to record it", "see the journal's path in `ecsole info`")
	case !declared:
		return &Error{Op: c.op, Class: Internal, Code: codeUndeclared,
			Text: c.op + ": refused, the call changes something and does not say what", Hint: "this is a defect of the console"}
	}
	return nil
}

// journal writes the intent before the call is sent and its outcome afterwards.
func (a *Account) journal(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	out middleware.InitializeOutput, md middleware.Metadata, err error,
) {
	c := callOf(ctx)
	if c.class == read {
		return next.HandleInitialize(ctx, in)
	}
	if c.class == act {
		a.introduce(ctx)
	}
	what, declared := audit.ActFrom(ctx)
	if !declared {
		what = audit.Act{Action: map[class]string{metered: "read.metered", ending: "session.end"}[c.class], Target: c.op}
	}
	j := a.Journal()
	intent, jerr := j.Intend(what, c.op)
	switch {
	case jerr == nil:
		a.journalFault.Store(nil)
	case c.class == act:
		a.setJournalFault(jerr)
		return out, md, &Error{Op: c.op, Class: Denied, Code: codeRefused, Err: jerr,
			Text: c.op + ": refused, it cannot be recorded: " + oneLine(jerr.Error()), Hint: "the journal must be writable"}
	default:
		a.setJournalFault(jerr)
		return next.HandleInitialize(ctx, in)
	}
	c.intent = intent
	told := false
	defer func() {
		if !told { // a panic is passing through
			a.outcome(j, c, audit.ResultUnknown, errors.New("the console failed during the call"))
		}
	}()
	out, md, err = next.HandleInitialize(ctx, in)
	if id, ok := awsmiddleware.GetRequestIDMetadata(md); ok {
		c.requestID.Store(&id)
	}
	told = true
	a.outcome(j, c, resultOf(c, err), err)
	return out, md, err
}

func (a *Account) outcome(j *audit.Journal, c *call, result string, err error) {
	id := ""
	if p := c.requestID.Load(); p != nil {
		id = *p
	} else if err != nil {
		id = requestIDOf(err)
	}
	if err != nil {
		err = errors.New(withoutSecrets(err.Error()))
	}
	if jerr := j.Outcome(c.intent, result, err, id); jerr != nil {
		a.setJournalFault(jerr)
	}
}

// resultOf says what is known of an act. AWS's refusal is a failure; a fault of AWS's
// own, a broken connection or our giving up leave open whether it was done, also
// where a later attempt was refused.
func resultOf(c *call, err error) string {
	switch {
	case err == nil:
		return audit.ResultOK
	case !c.sent.Load():
		return audit.ResultFailed
	case refusedByAWS(err) && !c.doubt.Load():
		return audit.ResultFailed
	}
	return audit.ResultUnknown
}

// refusedByAWS reports an answer that says that nothing was done.
func refusedByAWS(err error) bool {
	status := statusOf(err)
	return status >= 300 && status < 500
}

// JournalFault is why the journal could not be written the last time; nil when it
// could. While it is set, acts are refused, and reads that should be recorded are not.
func (a *Account) JournalFault() error {
	if p := a.journalFault.Load(); p != nil {
		return *p
	}
	return nil
}

func (a *Account) setJournalFault(err error) { a.journalFault.Store(&err) }

// agent ends the User-Agent in the hash of the intent, which CloudTrail keeps.
func (a *Account) agent(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (
	middleware.BuildOutput, middleware.Metadata, error,
) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.BuildOutput{}, middleware.Metadata{}, fmt.Errorf("unknown transport %T", in.Request)
	}
	if a.opts.Static != nil { // what the SDK takes from the environment
		req.Header.Set("User-Agent", withoutEnvironment(req.Header.Get("User-Agent")))
		req.Header.Del("X-Amzn-Trace-Id")
	}
	if c := callOf(ctx); len(c.intent.Hash) >= 16 {
		req.Header.Set("User-Agent", req.Header.Get("User-Agent")+" ecsole-act/"+c.intent.Hash[:16])
	}
	return next.HandleBuild(ctx, in)
}
