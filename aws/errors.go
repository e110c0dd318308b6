package aws

import "fmt"

// Class sorts what can go wrong by what the user can do about it.
type Class int

const (
	Internal    Class = iota // the service's fault, or ours
	Expired                  // credentials are missing, expired or invalid
	Denied                   // a permission is missing
	Throttled                // too many calls
	NotFound                 // the thing does not exist (any more)
	Invalid                  // the request is wrong
	Unsupported              // the endpoint or region does not know the operation
	Network                  // no connection, no answer in time
	Cancelled                // given up by us
)

func (c Class) String() string {
	return [...]string{"internal", "expired", "denied", "throttled", "not found", "invalid", "unsupported", "network", "cancelled"}[c]
}

// Error is a failed call as the user is to see it.
type Error struct {
	Op        string // "ecs:ListServices"
	Class     Class
	Action    string // the missing IAM action, for Denied: "ecs:ListServices"
	Code      string // the service's own error code
	Text      string // one line for the screen
	Hint      string // what to do about it
	RequestID string
	Err       error // the SDK's error, for the log
}

func (e *Error) Error() string {
	if e.Text != "" {
		return e.Text
	}
	return fmt.Sprintf("%s: %s", e.Op, e.Class)
}

func (e *Error) Unwrap() error { return e.Err }
