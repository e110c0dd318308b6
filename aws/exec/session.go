package exec

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec/channel"
	"ecsole/aws/exec/manager"

	"github.com/aws/session-manager-plugin/src/message"
)

// Session is one shell. Its methods may be called from any goroutine.
type Session struct {
	owner   *Sessions
	request Request
	id      string
	begun   time.Time
	ch      *channel.Channel
	out     *outlet
	rec     *recording    // nil where nothing is recorded
	opened  chan struct{} // closed when ch is there
	done    chan struct{}

	typed   atomic.Int64 // last input, unix nanoseconds
	heard   atomic.Int64 // last output
	in, got atomic.Int64 // bytes

	mu       sync.Mutex
	state    State
	notices  []Notice
	hear     map[int]func(string)
	next     int
	warned   time.Time // the input after which a warning of idleness was given
	stopping bool      // the task's stop was announced
	asked    bool      // End was called
	result   Result
}

// State of a session.
type State int

const (
	Connected    State = iota
	Reconnecting       // the connection is lost and tried again
	Waiting            // the service has paused it
	Ended
)

func (s State) String() string {
	return [...]string{"connected", "reconnecting", "paused", "ended"}[s]
}

// Notice is something that the user is to be told about a session. Its text may
// quote the remote.
type Notice struct {
	Time time.Time
	Text string
}

// noticesKept for those who come later.
const noticesKept = 50

func newSession(owner *Sessions, r Request, id string) *Session {
	x := &Session{owner: owner, request: r, id: id, begun: time.Now(), out: newOutlet(), opened: make(chan struct{}), done: make(chan struct{}), hear: map[int]func(string){}}
	x.typed.Store(x.begun.UnixNano())
	x.heard.Store(x.begun.UnixNano())
	return x
}

// open connects the session's channel.
func (x *Session) open(ctx context.Context, b manager.Begun) error {
	s := x.owner
	ch, err := s.ssm.Connect(ctx, b, x.target, channel.Config{
		Output: func(p []byte) {
			<-x.opened
			x.output(p)
		},
		Note:   x.note,
		GiveUp: s.config().GiveUp,
		Shakes: x.request.Instance != "",
	})
	if err != nil {
		return err
	}
	x.ch = ch
	close(x.opened)
	ch.Resize(x.request.Cols, x.request.Rows)
	s.wg.Go(x.run)
	return nil
}

// target is what SSM calls the session's target. KMS binds the key to it, and with it
// to the runtime id, which the request may have left out.
func (x *Session) target(ctx context.Context) (string, error) {
	r := x.request
	if r.RuntimeID == "" && r.Instance == "" {
		task, err := x.owner.task(ctx, r)
		if err != nil {
			return "", err
		}
		for _, c := range task.Containers {
			if c.Name == r.Container || r.Container == "" && len(task.Containers) == 1 {
				r.RuntimeID = c.RuntimeID
			}
		}
	}
	return r.target(), nil
}

// run waits for the end of the channel and settles what there is to settle.
func (x *Session) run() {
	<-x.ch.Done()
	x.out.close()
	r := x.conclude(x.ch.Result())
	x.ch.Wait()
	x.noteClosing(r)
	x.mu.Lock()
	x.result, x.state = r, Ended
	x.mu.Unlock()
	close(x.done)
}

// noteClosing writes the end into the journal.
func (x *Session) noteClosing(r Result) {
	rec := audit.Record{
		Action: ActionClose, Target: x.request.place(), Before: x.id, Reason: x.request.Reason,
		After: fmt.Sprintf("%s after %s, %d bytes in, %d bytes out", r.Text, r.Ended.Sub(x.begun).Round(time.Millisecond), x.in.Load(), x.got.Load()),
		Bytes: x.got.Load(), Result: audit.ResultOK,
	}
	rec.Path, rec.SHA256 = x.rec.close()
	if r.Err != nil {
		rec.Result, rec.Error = audit.ResultFailed, r.Err.Error()
	}
	if err := x.owner.account.Journal().Note(rec); err != nil {
		x.tell("the end of this session could not be journalled: " + err.Error())
	}
}

// output takes what the remote writes.
func (x *Session) output(p []byte) {
	x.heard.Store(time.Now().UnixNano())
	x.got.Add(int64(len(p)))
	x.out.write(p) // first: somebody waits for it
	x.rec.output(p)
}

// Request is what was opened.
func (x *Session) Request() Request { return x.request }

// ID is the session's id at Session Manager: "ecs-execute-command-…".
func (x *Session) ID() string { return x.id }

// Label names the session in lists.
func (x *Session) Label() string { return x.request.label() }

// Alone says that the session runs one command for Run: nobody can be attached to it.
func (x *Session) Alone() bool { return x.request.shown != "" }

// Begun is when it was opened.
func (x *Session) Begun() time.Time { return x.begun }

// LastInput is when something was typed last (or it began).
func (x *Session) LastInput() time.Time { return time.Unix(0, x.typed.Load()) }

// LastOutput is when the remote wrote last (or it began).
func (x *Session) LastOutput() time.Time { return time.Unix(0, x.heard.Load()) }

// Traffic is how many bytes were typed and how many the remote wrote.
func (x *Session) Traffic() (in, out int64) { return x.in.Load(), x.got.Load() }

// State is how it is now.
func (x *Session) State() State {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.state
}

// Write sends input. It does not wait for the network: what cannot be sent yet is
// kept in order, up to some megabytes.
func (x *Session) Write(p []byte) (int, error) {
	x.typed.Store(time.Now().UnixNano())
	x.rec.input(p)
	n, err := x.ch.Write(p)
	x.in.Add(int64(n))
	return n, err
}

// Resize tells the remote the terminal's size.
func (x *Session) Resize(cols, rows int) {
	x.rec.resize(cols, rows)
	x.ch.Resize(cols, rows)
}

// View gives the session's one lasting viewer, which gets all output from the
// beginning; open makes it at the first call. Until there is a viewer or a follower
// the remote's first output is kept, and the remote held up when that is much.
func (x *Session) View(open func() io.Writer) io.Writer { return x.out.view(open) }

// Follow gives w what the remote writes from now on, after the latest output that is
// still known. While w blocks, the remote is held up.
func (x *Session) Follow(w io.Writer) (stop func()) { return x.out.follow(w) }

// Done is closed when the session has ended; Result then says how.
func (x *Session) Done() <-chan struct{} { return x.done }

// Result is how it ended; the zero Result before.
func (x *Session) Result() Result {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.result
}

// Ending is Result as plain values.
func (x *Session) Ending() (text string, err error) {
	r := x.Result()
	return r.Text, r.Err
}

// endWithin is how long the remote has for its last word.
const endWithin = 3 * time.Second

// End has the service end the session (ssm:TerminateSession), or the agent where that
// is refused, and gives the connection up after a while. The error says that the
// remote may live on until its idle time is over.
func (x *Session) End(ctx context.Context) error {
	select {
	case <-x.done:
		return nil
	default:
	}
	x.mu.Lock()
	x.asked = true
	x.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	err := x.owner.ssm.Terminate(ctx, x.id)
	if err != nil {
		_ = x.ch.SendFlag(message.TerminateSession) // the error says what matters
	}
	wait := time.NewTimer(endWithin)
	defer wait.Stop()
	select {
	case <-x.done:
		return nil // it has ended, whatever the service said
	case <-ctx.Done():
	case <-wait.C:
	}
	x.ch.Close()
	<-x.done
	if e := aws.AsError(err); e != nil && e.Class == aws.NotFound {
		return nil
	}
	return err
}
