// Package sim is a simulated AWS account: a server that speaks the wire protocols
// of ECS, STS, CloudWatch, CloudWatch Logs, GuardDuty, IAM, EC2 and the SSM data channel to
// any client, verifies its signatures, and has switches for what goes wrong.
package sim

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logsapi"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/ssmapi"
	"ecsole/aws/sim/world"
)

// Scale is the size of the world; zero members take the default (4 clusters, 30
// services, 120 tasks).
type Scale struct{ Clusters, Services, Tasks int }

// Options says which account to simulate. The zero value is the default account.
type Options struct {
	Seed  int64
	Scale Scale
	// LogRate is the log lines per second of the whole account; 0 is the default.
	LogRate float64
	// Latency is added to each answer.
	Latency time.Duration
	// Faults are switches in text, see Faults.Set.
	Faults string
	// Clock tells the world's time; nil is time.Now. Signatures, throttling and the
	// ages of credentials and sessions always go by time.Now.
	Clock func() time.Time
	// HostShell gives real processes of this machine to sessions instead of the
	// virtual shell. For tests and proofs only.
	HostShell bool
	Region    string // default eu-central-1
	Account   string // default 111122223333
}

// Sim is one running account. It is a http.Handler; Serve runs it on a listener.
type Sim struct {
	options  Options
	world    *world.World
	faults   *Faults
	keys     *keyring
	sessions *session.Registry
	pager    *api.Pager
	buckets  *buckets
	routes   *routes
	logs     *logsapi.Logs
	ssm      *ssmapi.SSM

	ctx  context.Context
	stop context.CancelFunc

	minding sync.WaitGroup

	mu      sync.Mutex
	servers []*http.Server
	closers []func() error
}

// ErrClosed is the answer of Serve after Close.
var ErrClosed = http.ErrServerClosed

// New makes an account with a key of its own.
func New(o Options) (*Sim, error) {
	faults := newFaults(o.Latency)
	w, err := world.New(world.Options{
		Seed: o.Seed, Clusters: o.Scale.Clusters, Services: o.Scale.Services, Tasks: o.Scale.Tasks,
		Account: o.Account, Region: o.Region, Clock: o.Clock,
	})
	if err != nil {
		return nil, err
	}
	pagerKey := make([]byte, 32)
	rand.Read(pagerKey)
	s := &Sim{
		options: o, world: w, faults: faults,
		keys:     newKeyring(w.Account()),
		sessions: session.NewRegistry(),
		pager:    api.NewPager(pagerKey),
		buckets:  newBuckets(),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	services, err := s.services()
	if err == nil {
		s.routes, err = newRoutes(services)
	}
	if err == nil {
		// Only now: services bring switches of their own.
		if err = faults.Set(o.Faults); err != nil {
			err = fmt.Errorf("faults: %w", err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.minding.Go(s.mind)
	return s, nil
}

// mind ends the sessions of tasks that stop.
func (s *Sim) mind() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		for _, live := range s.sessions.List() {
			if live.Spec.TaskARN == "" || !live.Ended.IsZero() {
				continue
			}
			if t := s.world.Task(live.Spec.TaskARN); t == nil || !t.ExecStopped.IsZero() {
				s.sessions.End(live.ID, "The task has stopped.")
			}
		}
	}
}

// Serve answers on a listener until Close; it returns ErrClosed then.
func (s *Sim) Serve(l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		// The terminal may belong to a program that draws on it.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		return errors.Join(ErrClosed, l.Close())
	}
	s.servers = append(s.servers, srv)
	s.mu.Unlock()
	return srv.Serve(l)
}

// Close ends all connections, streams and sessions.
func (s *Sim) Close() error {
	s.stop()
	s.minding.Wait()
	s.sessions.EndAll("", "The simulator has been closed")
	s.mu.Lock()
	servers, closers := s.servers, s.closers
	s.servers, s.closers = nil, nil
	s.mu.Unlock()
	var errs []error
	for _, srv := range servers {
		errs = append(errs, srv.Close())
	}
	for _, c := range closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// World is the account's world.
func (s *Sim) World() *world.World { return s.world }

// Faults are the account's switches.
func (s *Sim) Faults() *Faults { return s.faults }

// Sessions are the exec and port sessions begun so far.
func (s *Sim) Sessions() *session.Registry { return s.sessions }

// Static is what a client needs: a long-lived key and the Region. The endpoint is
// the one that the client will use; it does not change the key.
func (s *Sim) Static(string) (accessKey, secret, region string) {
	k := s.keys.root()
	return k.id, k.secret, s.world.Region()
}

// Env is the lines that point a shell's AWS clients at the simulator.
func (s *Sim) Env(endpoint string) []string {
	id, secret, region := s.Static(endpoint)
	return []string{
		"export AWS_ENDPOINT_URL=" + endpoint,
		"export AWS_ACCESS_KEY_ID=" + id,
		"export AWS_SECRET_ACCESS_KEY=" + secret,
		"export AWS_REGION=" + region,
		"export AWS_DEFAULT_REGION=" + region,
		"export AWS_DISABLE_HOST_PREFIX_INJECTION=true",
		"export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false",
		"unset AWS_PROFILE AWS_SESSION_TOKEN",
	}
}
