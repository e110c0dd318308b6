package agent

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"path"
	"sort"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Prefix is the path under which data channels are served; the session's id
// follows.
const Prefix = "/v1/data-channel/"

// keepEnded is how long an ended session can still be resumed for the rest of its
// output.
const keepEnded = time.Minute

// Spec is a session to be started.
type Spec struct {
	// Target is the SSM target: "ecs:CLUSTER_TASKID_RUNTIMEID" or an instance id.
	Target string
	// Owner names the sessions of one task for EndOwner: its ARN.
	Owner string
	// ID and Token of a session that another party has announced to the client; an
	// empty one is made up. Prefix starts an id that is made up
	// ("ecs-execute-command").
	ID, Token, Prefix string
	// Done, where not nil, ends the session when it is closed; Why then gives the
	// text of channel_closed.
	Done <-chan struct{}
	Why  func() string
	// OnEnd hears of the session's end, once.
	OnEnd func(reason string)
	// Type is the session's type; a plain ECS shell (SessionShell without KMSKey and
	// without Handshake) has no handshake.
	Type string
	// Properties of the session type, as the handshake tells them to the client.
	Properties any
	// Handshake is done even where neither KMS nor a port asks for it (sessions on
	// instances).
	Handshake bool
	// KMSKey encrypts the session; Decrypt is how the agent has the client's data
	// key decrypted. Its error's text reaches the client.
	KMSKey  string
	Decrypt func(ctx context.Context, blob []byte, context map[string]string) ([]byte, error)
	// Program is what runs behind the session.
	Program Program
}

func (s Spec) handshakes() bool { return s.Handshake || s.KMSKey != "" || s.Type == SessionPort }

// Ticket opens a session's data channel.
type Ticket struct {
	SessionID string
	Path      string // of the stream URL, with query
	Token     string // good for one connection
}

// Info is a session as the registry sees it.
type Info struct {
	ID, Target, Owner string
	Begun             time.Time
	Ended             time.Time // zero while it lives
	Connected         bool
	Reason            string
}

// Errors of the registry.
var (
	ErrUnknown = errors.New("no such session")
	ErrTaken   = errors.New("a session of that id exists")
	ErrDenied  = errors.New("resuming is denied")
	ErrClosed  = errors.New("the simulator has ended")
)

// Registry holds the sessions of one simulator and serves their data channels.
type Registry struct {
	faults *Faults

	mu       sync.Mutex
	sessions map[string]*Session
	tokens   map[string]*Session
	links    map[*link]bool
	conns    map[Conn]bool
	closed   bool
	wg       sync.WaitGroup
}

// NewRegistry makes an empty registry.
func NewRegistry() *Registry {
	return &Registry{faults: NewFaults(), sessions: map[string]*Session{}, tokens: map[string]*Session{},
		links: map[*link]bool{}, conns: map[Conn]bool{}}
}

// Faults are the registry's switches.
func (r *Registry) Faults() *Faults { return r.faults }

// Start makes a session. It begins with its first connection.
func (r *Registry) Start(spec Spec) (Ticket, error) {
	if spec.Type == "" {
		spec.Type = SessionShell
	}
	if spec.Prefix == "" {
		spec.Prefix = "ecs-execute-command"
	}
	if spec.ID == "" {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails on supported platforms
		spec.ID = spec.Prefix + "-0" + hex.EncodeToString(b[:])
	}
	if spec.Token == "" {
		spec.Token = newToken()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return Ticket{}, ErrClosed
	}
	r.forget()
	if r.sessions[spec.ID] != nil {
		return Ticket{}, ErrTaken
	}
	s := newSession(spec.ID, spec, r.faults)
	r.sessions[spec.ID] = s
	r.wg.Go(s.watch)
	return r.ticket(s, spec.Token), nil
}

func (r *Registry) ticket(s *Session, t string) Ticket {
	r.tokens[t] = s
	return Ticket{SessionID: s.id, Path: Prefix + url.PathEscape(s.id) + "?role=publish_subscribe", Token: t}
}

func newToken() string {
	var b [96]byte
	_, _ = rand.Read(b[:]) // never fails on supported platforms
	return "AAEAA" + base64.RawURLEncoding.EncodeToString(b[:])
}

// Resume makes a new token; tokens from before are void. An empty token is a
// session that has reached a limit, as the service answers.
func (r *Registry) Resume(id string) (Ticket, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
	s := r.sessions[id]
	if s == nil {
		return Ticket{}, ErrUnknown
	}
	switch r.faults.Get().RefuseResume {
	case ResumeDenied:
		return Ticket{}, ErrDenied
	case ResumeEmpty:
		return Ticket{SessionID: id}, nil
	}
	if ended, timed, _ := s.fate(); ended && timed {
		return Ticket{SessionID: id}, nil
	}
	r.void(s)
	return r.ticket(s, newToken()), nil
}

func (r *Registry) void(s *Session) {
	for t, owner := range r.tokens {
		if owner == s {
			delete(r.tokens, t)
		}
	}
}

// forget drops sessions that ended long ago.
func (r *Registry) forget() {
	for id, s := range r.sessions {
		if ended, _, at := s.fate(); ended && time.Since(at) > keepEnded {
			r.void(s)
			delete(r.sessions, id)
		}
	}
}

// Knows says whether a session of the id was started here and is still kept.
func (r *Registry) Knows(id string) bool { return r.session(id) != nil }

// Terminate ends a session.
func (r *Registry) Terminate(id string) error {
	s := r.session(id)
	if s == nil {
		return ErrUnknown
	}
	s.end("", ended)
	return nil
}

// EndAll ends every session with a text in channel_closed.
func (r *Registry) EndAll(reason string) {
	for _, s := range r.all() {
		s.end(reason, ended)
	}
}

// EndOwner ends the sessions of one task, as when it stops.
func (r *Registry) EndOwner(owner, reason string) {
	for _, s := range r.all() {
		if s.spec.Owner == owner {
			s.end(reason, ended)
		}
	}
}

// Cut breaks every connection; the sessions live on.
func (r *Registry) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for l := range r.links {
		l.cut()
		l.s.detach(l)
	}
}

// Pause stops publication of every session for a while.
func (r *Registry) Pause(d time.Duration) {
	for _, s := range r.all() {
		s.pause(d)
	}
}

// Sessions lists what the registry knows, oldest first.
func (r *Registry) Sessions() []Info {
	var out []Info
	for _, s := range r.all() {
		s.mu.Lock()
		out = append(out, Info{ID: s.id, Target: s.spec.Target, Owner: s.spec.Owner, Begun: s.begun, Ended: s.endedAt,
			Connected: s.link != nil, Reason: s.reason})
		s.mu.Unlock()
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Begun.Before(out[j].Begun) })
	return out
}

func (r *Registry) all() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*Session, 0, len(r.sessions))
	for _, s := range r.sessions {
		out = append(out, s)
	}
	return out
}

func (r *Registry) session(id string) *Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sessions[id]
}

// Close ends all sessions and waits for their programs and connections.
func (r *Registry) Close() {
	r.mu.Lock()
	r.closed = true
	for c := range r.conns {
		c.Close()
	}
	r.mu.Unlock()
	r.EndAll("")
	r.wg.Wait()
}

// ServeHTTP upgrades requests below Prefix.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if status := r.faults.Get().RefuseOpen; status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	id := path.Base(req.URL.Path)
	if r.session(id) == nil {
		http.Error(w, "unknown data channel", http.StatusNotFound)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }, HandshakeTimeout: openWithin, ReadBufferSize: 32 << 10}
	hijack := &hijacker{ResponseWriter: w}
	c, err := up.Upgrade(hijack, req, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c.SetReadLimit(1 << 20)
	r.Serve(id, buffered{c, hijack.wire})
}

// Serve carries one connection of a session until it ends, and closes it. The
// first message must hold the session's token.
func (r *Registry) Serve(id string, c Conn) {
	defer c.Close()
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.conns[c] = true
	r.wg.Add(1)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.conns, c)
		r.mu.Unlock()
		r.wg.Done()
	}()
	o, ok := opening(c)
	if !ok {
		return
	}
	l, start := r.claim(id, o.Token, c)
	if l == nil {
		refuse := websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "invalid token")
		_ = c.WriteMessage(wsClose, refuse) // it is being refused anyway
		return
	}
	if start {
		r.wg.Go(l.s.run)
	}
	l.serve()
	r.mu.Lock()
	delete(r.links, l)
	r.mu.Unlock()
}

// claim uses up a token.
func (r *Registry) claim(id, token string, c Conn) (*link, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.tokens[token]
	if s == nil || s.id != id || r.closed || r.faults.Get().RefuseToken {
		return nil, false
	}
	delete(r.tokens, token)
	l := newLink(s, c)
	r.links[l] = true
	return l, s.attach(l)
}
