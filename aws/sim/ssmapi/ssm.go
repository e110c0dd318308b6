// Package ssmapi answers Session Manager in the simulator and joins its sessions
// with what is behind their data channels: the agent, and the virtual shells and
// services of the simulated world's containers.
package ssmapi

import (
	"context"
	"net/http"
	"path"
	"sync"

	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/api"
	"ecsole/aws/sim/hostshell"
	"ecsole/aws/sim/kmsapi"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/shell"
	"ecsole/aws/sim/world"
)

// Needs are what the service is built on.
type Needs struct {
	World    *world.World
	Sessions *session.Registry
	Keys     *kmsapi.Keys
	// HostShell gives a real shell of this machine to shell sessions.
	HostShell bool
	// Log is the log of a container, for its log file; nil leaves it out.
	Log func(t *world.Task, container string) *logtext.Stream
}

// SSM is Session Manager of one account in one Region.
type SSM struct {
	Needs
	agent *agent.Registry

	mu    sync.Mutex
	boxes map[string]*shell.Box
	order []string // of boxes, oldest first
	stop  taskStop // of the tasks of sessions that begin
}

// New makes the service. Close ends it.
func New(n Needs) *SSM {
	return &SSM{Needs: n, agent: agent.NewRegistry(), boxes: map[string]*shell.Box{}}
}

// Agent holds the open sessions and the data channel's switches.
func (s *SSM) Agent() *agent.Registry { return s.agent }

// Close ends all sessions and waits for their programs.
func (s *SSM) Close() error {
	s.agent.Close()
	return nil
}

// Service is what the server routes.
func (s *SSM) Service() api.Service {
	bySession := func(c *api.Call) string {
		id, _ := c.Input["SessionId"].(string)
		return s.World.ARN("ssm", "session/%s", id)
	}
	return api.Service{
		Name: "ssm", Target: "AmazonSSM",
		Operations: []api.Operation{
			{Name: "StartSession", Resource: s.targetARN, Do: s.startSession},
			{Name: "ResumeSession", Resource: bySession, Do: s.resumeSession},
			{Name: "TerminateSession", Resource: bySession, Do: s.terminateSession},
			{Name: "DescribeSessions", Do: s.describeSessions},
			{Name: "GetConnectionStatus", Resource: s.targetARN, Do: s.connectionStatus},
		},
		Upgrades: []api.Upgrade{{Prefix: agent.Prefix, Handler: http.HandlerFunc(s.serveChannel)}},
	}
}

func (s *SSM) serveChannel(w http.ResponseWriter, r *http.Request) {
	s.ensure(path.Base(r.URL.Path))
	s.agent.ServeHTTP(w, r)
}

// ensure hands a session that was begun to the agent, once; false if there is none
// that can be opened.
func (s *SSM) ensure(id string) bool {
	if s.agent.Knows(id) {
		return true
	}
	ses, ok := s.Sessions.Get(id)
	if !ok || !ses.Ended.IsZero() {
		return false
	}
	spec := s.spec(ses)
	spec.ID, spec.Token = ses.ID, ses.Token
	spec.Done = s.Sessions.Done(id)
	spec.Why = func() string {
		ended, _ := s.Sessions.Get(id)
		return ended.Why
	}
	spec.OnEnd = func(reason string) { s.Sessions.End(id, reason) }
	if _, err := s.agent.Start(spec); err != nil {
		return s.agent.Knows(id) // another connection was quicker
	}
	s.stopLater(ses)
	return true
}

// spec says what runs behind a session.
func (s *SSM) spec(ses session.Session) agent.Spec {
	sp := ses.Spec
	out := agent.Spec{Target: sp.Target, Owner: sp.TaskARN, KMSKey: sp.KMSKey}
	if sp.KMSKey != "" {
		out.Decrypt = func(_ context.Context, blob []byte, ec map[string]string) ([]byte, error) {
			plain, _, err := s.Keys.Open(blob, ec)
			return plain, err
		}
	}
	box := s.boxOf(sp)
	switch sp.Kind {
	case session.Port:
		out.Type, out.Properties, out.Program = s.port(sp, box)
	case session.Shell:
		out.Handshake = true
		out.Type = agent.SessionShell
		if sp.Document == interactiveCommand {
			out.Type = agent.SessionInteractive
		}
		out.Program = s.program(box, sp.Command)
	default:
		out.Program = s.program(box, sp.Command)
	}
	return out
}

// program is a command in a container.
func (s *SSM) program(box *shell.Box, command string) agent.Program {
	if s.HostShell {
		args, err := shell.Split(command)
		if err != nil {
			args = nil // the plain shell
		}
		return hostshell.Program(args...)
	}
	return agent.ProgramFunc(func(ctx context.Context, t *agent.Terminal) string {
		return box.Run(ctx, t, command)
	})
}

// maxBoxes is how many containers keep their disks when nobody is in them.
const maxBoxes = 64

// boxOf is the container that a session goes into; the same one for each session.
func (s *SSM) boxOf(sp session.Spec) *shell.Box {
	key := sp.TaskARN + "/" + sp.Container
	if sp.TaskARN == "" {
		key = sp.Target
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.boxes[key]; b != nil {
		return b
	}
	b := shell.New(s.facts(sp))
	s.boxes[key] = b
	if s.order = append(s.order, key); len(s.order) > maxBoxes {
		delete(s.boxes, s.order[0]) // sessions in it keep it alive
		s.order = s.order[1:]
	}
	return b
}
