// Package exec opens ECS Exec sessions in this process: ExecuteCommand, then the
// SSM data channel over a WebSocket. A session belongs to the account, not to a
// screen: it goes on while nobody looks at it.
package exec

import (
	"context"
	"errors"
	"time"

	"ecsole/aws"
)

// Request says what to open.
type Request struct {
	Cluster   string // ARN or name
	Task      string // ARN
	Container string
	RuntimeID string // of the container, from DescribeTasks
	// Command runs in the container; "" is bash where there is one, else sh.
	Command string
	Reason  string
	// Label names the session in lists: "checkout/3f2a91c0:app".
	Label string
	// Cols and Rows are the terminal's size at first.
	Cols, Rows int
}

// Sessions are the shells of one account.
type Sessions struct{ account *aws.Account }

// Of is the account's keeper of sessions, made at the first call.
func Of(a *aws.Account) *Sessions {
	return aws.Own(a, "exec.Sessions", func(a *aws.Account) (*Sessions, func()) {
		s := &Sessions{account: a}
		return s, s.close
	})
}

func (s *Sessions) close() {}

// Open calls ecs:ExecuteCommand and connects. It is an act: it is journalled, and
// refused in read-only mode or without a journal.
func (s *Sessions) Open(ctx context.Context, r Request) (*Session, error) {
	return nil, errors.New("shells cannot be opened yet")
}

// Live counts the sessions that have not ended.
func (s *Sessions) Live() int { return 0 }

// List is every session of this run, the oldest first.
func (s *Sessions) List() []*Session { return nil }

// Session is one shell. Its methods may be called from any goroutine.
type Session struct{ request Request }

// Result is how a session ended.
type Result struct {
	Text  string // of the remote's closing message, or our own words
	Err   error  // nil for an ordinary end
	Ended time.Time
}

// Request is what was opened.
func (s *Session) Request() Request { return s.request }

// Write sends input. It never blocks for the network: what cannot be sent yet is
// kept in order.
func (s *Session) Write(p []byte) (int, error) { return 0, errors.New("closed") }

// Resize tells the remote the terminal's size.
func (s *Session) Resize(cols, rows int) {}

// Done is closed when the session has ended; Result then says how.
func (s *Session) Done() <-chan struct{} { return nil }

// Result is how it ended; the zero Result before.
func (s *Session) Result() Result { return Result{} }

// End asks the remote to end, and gives up after a while (ssm:TerminateSession).
func (s *Session) End(ctx context.Context) error { return nil }
