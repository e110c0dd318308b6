// Package forward carries TCP connections from this machine to a port in a container,
// or to a host that the container reaches, over port sessions of Session Manager. A
// forward belongs to the account. It outlives its sessions: one that was ended for
// being idle is opened again by the next connection, and one whose task has gone moves
// to another task of the same service.
package forward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/manager"
)

// Request says what is to be reached, and where from.
type Request struct {
	Cluster, Task        string // ARNs
	Service              string // name: where another task may be found
	Container, RuntimeID string
	Host                 string // reached from the container; "" is the container itself
	Port                 int
	Local                string // "127.0.0.1:8080"; "" or port 0 takes a free port
	Follow               bool   // move to another task of the service without being asked
	Reason               string
}

// Actions of forwards in the journal.
const (
	ActionOpen  = "forward.open"
	ActionClose = "forward.close"
)

// Documents of port sessions.
const (
	documentPort = "AWS-StartPortForwardingSession"
	documentHost = "AWS-StartPortForwardingSessionToRemoteHost"
)

// Target names the container in lists: "checkout/3f2a91c0:app".
func (r Request) Target() string {
	text := fmt.Sprintf("%.8s:%s", ecs.NameOf(r.Task), r.Container)
	if r.Service != "" {
		text = r.Service + "/" + text
	}
	return text
}

func (r Request) far() string {
	host := r.Host
	if host == "" {
		host = "localhost"
	}
	return net.JoinHostPort(host, strconv.Itoa(r.Port))
}

func (r Request) target() string {
	return "ecs:" + ecs.NameOf(r.Cluster) + "_" + ecs.NameOf(r.Task) + "_" + r.RuntimeID
}

// Forwards are those of one account.
type Forwards struct {
	account *aws.Account
	ecs     *ecs.Client
	ssm     *manager.Client
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup

	mu     sync.Mutex
	all    []*Forward
	closed bool
}

// Of is the account's keeper of forwards, made at the first call.
func Of(a *aws.Account) *Forwards {
	return aws.Own(a, "exec.Forwards", func(a *aws.Account) (*Forwards, func()) {
		f := &Forwards{account: a, ecs: ecs.New(a), ssm: manager.New(a)}
		f.ctx, f.cancel = context.WithCancel(context.WithoutCancel(a.Context()))
		return f, f.close
	})
}

func (s *Forwards) close() {
	s.mu.Lock()
	s.closed = true
	all := s.all
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(func() { f.Close(ctx) })
	}
	wg.Wait()
	s.cancel()
	s.wg.Wait()
}

// List is every forward that has not been closed, the oldest first.
func (s *Forwards) List() []*Forward {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Forward(nil), s.all...)
}

// Errors of Open.
var (
	ErrPort    = errors.New("a port is a number from 1 to 65535")
	ErrClosing = errors.New("the account is being closed")
)

// Open listens, and begins the port session. It is an act: it is journalled, and
// refused in read-only mode or without a journal. The forward outlives ctx.
func (s *Forwards) Open(ctx context.Context, r Request) (*Forward, error) {
	if r.Port < 1 || r.Port > 65535 {
		return nil, ErrPort
	}
	local := r.Local
	if local == "" {
		local = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", local)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	f := newForward(s, r, l)
	if _, err := f.tunnel(ctx); err != nil {
		f.Close(ctx)
		return nil, err
	}
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.all = append(s.all, f)
		s.wg.Go(f.accept) // before close can wait
	}
	s.mu.Unlock()
	if closed {
		f.Close(ctx)
		return nil, ErrClosing
	}
	return f, nil
}

// Live counts them.
func (s *Forwards) Live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

func (s *Forwards) forget(f *Forward) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, g := range s.all {
		if f == g {
			s.all = append(s.all[:i:i], s.all[i+1:]...)
			return
		}
	}
}

// begin has Session Manager make a port session.
func (s *Forwards) begin(ctx context.Context, r Request, local string) (manager.Begun, error) {
	act := audit.Act{Action: ActionOpen, Target: r.Task + "/" + r.Container, After: local + " → " + r.far(), Reason: r.Reason}
	_, localPort, err := net.SplitHostPort(local)
	if err != nil {
		return manager.Begun{}, err
	}
	document, parameters := documentPort, map[string][]string{"portNumber": {strconv.Itoa(r.Port)}, "localPortNumber": {localPort}}
	if r.Host != "" {
		document, parameters["host"] = documentHost, []string{r.Host}
	}
	return s.ssm.Start(audit.WithAct(ctx, act), r.target(), document, r.Reason, parameters)
}

// running says whether the request's task still runs.
func (s *Forwards) running(ctx context.Context, r Request) (bool, error) {
	tasks, gaps := aws.Collect(s.ecs.DescribeTasks(ctx, r.Cluster, []string{r.Task}))
	if len(tasks) == 0 {
		for _, g := range gaps {
			if e := aws.AsError(g.Err); e != nil && e.Class != aws.NotFound {
				return false, e
			}
		}
		return false, nil
	}
	return tasks[0].LastStatus == "RUNNING" && tasks[0].DesiredStatus == "RUNNING", nil
}

// successor is the request on another task of its service: the newest that is ready.
func (s *Forwards) successor(ctx context.Context, r Request) (Request, error) {
	if r.Service == "" {
		return r, errors.New("the task belongs to no service")
	}
	tasks, gaps := aws.Collect(s.ecs.Tasks(ctx, ecs.TaskQuery{Cluster: r.Cluster, Service: r.Service}))
	var best *ecs.Task
	var box ecs.Container
	for i, t := range tasks {
		if t.ARN == r.Task || t.DesiredStatus == "STOPPED" || best != nil && !t.Created.After(best.Created) {
			continue
		}
		for _, c := range t.Containers {
			if c.Name == r.Container && c.RuntimeID != "" && ecs.ExecReadiness(t, c, nil).State == ecs.Ready {
				best, box = &tasks[i], c
			}
		}
	}
	if best == nil {
		if len(gaps) > 0 {
			return r, gaps[0].Err
		}
		return r, fmt.Errorf("no other task of %s is ready yet", r.Service)
	}
	r.Task, r.RuntimeID = best.ARN, box.RuntimeID
	return r, nil
}
