// Package audit is the journal: an append-only, hash-chained JSON-lines file in
// which an act is recorded before it is done and again when its outcome is known.
package audit

import (
	"context"
	"time"
)

// Act says what a call is about to change. Whoever makes a changing call puts one
// in the context; the chain in package aws records it before the call is sent.
type Act struct {
	Action string // "service.redeploy", "task.stop", "exec.open"
	Target string // ARN or name
	Before string // what was, where it is known ("desired 3")
	After  string // what is wanted ("desired 5")
	Reason string
}

type actKey struct{}

// WithAct returns a context under which one changing call may be made.
func WithAct(ctx context.Context, a Act) context.Context {
	return context.WithValue(ctx, actKey{}, a)
}

// ActFrom finds the Act of a context.
func ActFrom(ctx context.Context) (Act, bool) {
	a, ok := ctx.Value(actKey{}).(Act)
	return a, ok
}

// Kind of a record.
type Kind string

const (
	KindStart   Kind = "start"   // the console began
	KindEnd     Kind = "end"     // the console ended
	KindIntent  Kind = "intent"  // an act is about to be sent
	KindOutcome Kind = "outcome" // how it went; Ref is the intent's hash
	KindNote    Kind = "note"    // something that needs no outcome: switch, unmask, save, copy
)

// Results of an outcome.
const (
	ResultOK      = "ok"
	ResultFailed  = "failed"  // it was refused, or never sent
	ResultUnknown = "unknown" // it was sent, and whether it was done is not known
)

// Actions of the notes that a journal writes about its own file.
const (
	ActionTorn      = "journal.torn"      // the last line was cut off in the middle; it was left in place
	ActionForeign   = "journal.foreign"   // the last lines are not records; they were left in place
	ActionReplaced  = "journal.replaced"  // the file was moved away or deleted; a new chain begins
	ActionTruncated = "journal.truncated" // the file is shorter than it was
)

// Who is on whose behalf a record is written; it is stamped on every record.
type Who struct {
	Profile, Account, Region, Identity, Endpoint string
}

// Record is one line of the journal. Hash is the hex SHA-256 of the line with the
// value of hash empty; Prev is the Hash of the record before. "hash" is the last
// field of a line, so that the chain can be checked with ordinary tools.
type Record struct {
	Seq      uint64    `json:"seq"`
	Time     time.Time `json:"time"`
	Kind     Kind      `json:"kind"`
	Session  string    `json:"session"` // one run of the console
	Action   string    `json:"action"`
	Target   string    `json:"target,omitempty"`
	Before   string    `json:"before,omitempty"`
	After    string    `json:"after,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Incident string    `json:"incident,omitempty"`
	Profile  string    `json:"profile,omitempty"`
	Account  string    `json:"account,omitempty"`
	Region   string    `json:"region,omitempty"`
	Identity string    `json:"identity,omitempty"`
	Endpoint string    `json:"endpoint,omitempty"`
	User     string    `json:"user,omitempty"` // of the operating system
	Host     string    `json:"host,omitempty"`
	PID      int       `json:"pid,omitempty"`
	Op       string    `json:"op,omitempty"`  // "ecs:UpdateService"
	Ref      string    `json:"ref,omitempty"` // outcome: the intent's hash
	Result   string    `json:"result,omitempty"`
	Error    string    `json:"error,omitempty"`
	Request  string    `json:"request,omitempty"` // AWS request id
	Path     string    `json:"path,omitempty"`    // saves and copies out
	Bytes    int64     `json:"bytes,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	Prev     string    `json:"prev"`
	Hash     string    `json:"hash"`
}
