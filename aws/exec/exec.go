// Package exec opens ECS Exec sessions in this process: ExecuteCommand, then the
// SSM data channel over a WebSocket. A session belongs to the account, not to a
// screen: it goes on while nobody looks at it.
package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/manager"
)

// Request says what to open: a container of a task, or an EC2 instance.
type Request struct {
	Cluster   string // ARN or name
	Task      string // ARN
	Container string
	RuntimeID string // of the container, from DescribeTasks
	// Command runs in the container; "" is a shell: bash where there is one, else sh,
	// and PowerShell on Windows.
	Command string
	Windows bool // the task's platform family is a Windows
	Reason  string
	// Instance is the id of an EC2 instance ("i-…"), for a shell on the host instead of
	// in a container (ssm:StartSession); nothing above counts then.
	Instance string
	// Label names the session in lists: "checkout/3f2a91c0:app".
	Label string
	// Cols and Rows are the terminal's size at first.
	Cols, Rows int

	// shown stands for Command in the journal, where that is wrapped.
	shown string
	// data says that what goes to and fro is the content of a file, not a dialogue.
	data bool
}

// Shells that are opened where the request names no command. There is no way to ask
// a container beforehand which shells it has.
const (
	shellLine    = `command -v bash >/dev/null 2>&1 && exec bash; exec sh`
	shellUnix    = `/bin/sh -c '` + shellLine + `'`
	shellWindows = "powershell.exe"
)

func (r Request) command() string {
	switch {
	case r.Command != "":
		return r.Command
	case r.Windows:
		return shellWindows
	}
	return shellUnix
}

// target is what SSM calls the container: "ecs:CLUSTER_TASKID_RUNTIMEID".
func (r Request) target() string {
	if r.Instance != "" {
		return r.Instance
	}
	return "ecs:" + lastPart(r.Cluster) + "_" + lastPart(r.Task) + "_" + r.RuntimeID
}

func (r Request) label() string {
	switch {
	case r.Label != "":
		return r.Label
	case r.Instance != "":
		return r.Instance
	}
	return lastPart(r.Task) + ":" + r.Container
}

// place is what the journal calls it.
func (r Request) place() string {
	if r.Instance != "" {
		return r.Instance
	}
	return r.Task + "/" + r.Container
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// Settings of all sessions of an account. The zero value is what AWS does.
type Settings struct {
	// IdleLimit is after how long without input the service ends a session (20
	// minutes with ECS Exec, not to be changed there); a warning comes IdleWarning
	// (2 minutes) before.
	IdleLimit, IdleWarning time.Duration
	// Look is how often the tasks of open sessions are looked at (15 seconds).
	Look time.Duration
	// GiveUp is how long a lost connection is tried again (20 minutes).
	GiveUp time.Duration
	// Recording of sessions; off by default.
	Recording Recording
}

func (s Settings) filled() Settings {
	or := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	or(&s.IdleLimit, 20*time.Minute)
	or(&s.IdleWarning, 2*time.Minute)
	or(&s.Look, 15*time.Second)
	or(&s.GiveUp, 20*time.Minute)
	return s
}

// Sessions are the shells of one account.
type Sessions struct {
	account *aws.Account
	ecs     *ecs.Client
	ssm     *manager.Client
	wg      sync.WaitGroup

	mu       sync.Mutex
	settings Settings
	all      []*Session
	live     int
	watching bool
	looked   time.Time // at the tasks
	closed   bool
}

// Of is the account's keeper of sessions, made at the first call.
func Of(a *aws.Account) *Sessions {
	return aws.Own(a, "exec.Sessions", func(a *aws.Account) (*Sessions, func()) {
		s := &Sessions{account: a, ecs: ecs.New(a), ssm: manager.New(a), settings: Settings{}.filled()}
		return s, s.close
	})
}

// Configure changes the settings; sessions that are open keep theirs where they
// have used them already.
func (s *Sessions) Configure(to Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = to.filled()
}

func (s *Sessions) config() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// Actions under which sessions stand in the journal.
const (
	ActionOpen  = "exec.open"
	ActionKey   = manager.ActionKey
	ActionClose = "exec.close"
)

// ErrClosing is the answer of Open on an account that is being closed.
var ErrClosing = errors.New("the account is being closed")

// Open begins a session (ecs:ExecuteCommand, or ssm:StartSession on an instance) and
// connects. It is an act: it is journalled, and refused in read-only mode or without a
// journal. The session outlives ctx.
func (s *Sessions) Open(ctx context.Context, r Request) (*Session, error) {
	rec, err := s.record(r)
	if err != nil {
		return nil, err
	}
	begun, err := s.begin(ctx, r)
	if err != nil {
		rec.discard()
		return nil, err
	}
	x := newSession(s, r, begun.ID)
	x.rec = rec
	rec.begin(x)
	if err := x.open(ctx, begun); err != nil {
		x.noteClosing(Result{Text: "never connected: " + err.Error(), Err: err, Ended: time.Now()})
		return nil, errors.Join(err, s.ssm.Terminate(ctx, begun.ID))
	}
	if !s.add(x) {
		_ = x.End(ctx) // the account is going, and the session with it
		return nil, ErrClosing
	}
	return x, nil
}

// begin has the service make the session.
func (s *Sessions) begin(ctx context.Context, r Request) (manager.Begun, error) {
	act := audit.Act{Action: ActionOpen, Target: r.place(), After: r.command(), Reason: r.Reason}
	switch {
	case r.shown != "":
		act.After = r.shown
	case r.Instance != "":
		act.After = "shell on the instance"
	}
	ctx = aws.Foreground(audit.WithAct(ctx, act))
	if r.Instance != "" {
		return s.ssm.Start(ctx, r.Instance, "", r.Reason, nil)
	}
	b, err := s.ecs.ExecuteCommand(ctx, r.Cluster, r.Task, r.Container, r.command())
	return manager.Begun{ID: b.SessionID, URL: b.StreamURL, Token: b.Token}, err
}

func (s *Sessions) add(x *Session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.all = append(s.all, x)
	s.forgetOld()
	s.live++
	s.wg.Go(func() {
		<-x.done
		s.mu.Lock()
		defer s.mu.Unlock()
		s.live--
	})
	if !s.watching {
		s.watching = true
		s.wg.Go(s.watch)
	}
	return true
}

// endedKept is how many sessions that have ended stay in the list.
const endedKept = 100

// forgetOld drops the oldest of those that have ended; mu is held.
func (s *Sessions) forgetOld() {
	ended := 0
	for i := len(s.all) - 1; i >= 0; i-- {
		select {
		case <-s.all[i].done:
			if ended++; ended > endedKept {
				s.all = append(s.all[:i:i], s.all[i+1:]...)
			}
		default:
		}
	}
}

// Live counts the sessions that have not ended.
func (s *Sessions) Live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

// List is every session that lives and the latest that have ended, the oldest first.
func (s *Sessions) List() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Session(nil), s.all...)
}

// Forget takes a session that has ended out of the list.
func (s *Sessions) Forget(x *Session) {
	select {
	case <-x.done:
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, y := range s.all {
		if x == y {
			s.all = append(s.all[:i:i], s.all[i+1:]...)
			return
		}
	}
}

// EndAll ends what lives, all at once, and waits for it.
func (s *Sessions) EndAll(ctx context.Context) error {
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for _, x := range s.List() {
		wg.Go(func() {
			if err := x.End(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("%s: %w", x.Label(), err))
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// closeWithin bounds how long an account waits for its sessions to end.
const closeWithin = 5 * time.Second

func (s *Sessions) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.account.Context()), closeWithin)
	defer cancel()
	_ = s.EndAll(ctx) // each has noted its own end
	s.wg.Wait()
}

// Account is the account whose sessions these are.
func (s *Sessions) Account() *aws.Account { return s.account }
