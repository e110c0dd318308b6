// Package session keeps the sessions that ExecuteCommand and StartSession begin:
// the part of Session Manager that hands out ids and tokens. What runs behind a
// session's data channel is the agent's business.
package session

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"
)

// Kind is what a session is for.
type Kind int

const (
	Exec  Kind = iota // a command in a container, by ecs:ExecuteCommand
	Shell             // a shell on an instance, by ssm:StartSession
	Port              // a forwarded port, by ssm:StartSession
)

// Spec is what a session is begun with.
type Spec struct {
	Kind       Kind
	Target     string // "ecs:CLUSTER_TASKID_RUNTIMEID", or an instance id
	ClusterARN string
	TaskARN    string
	Container  string // its name
	RuntimeID  string
	Command    string
	Document   string // "AWS-StartPortForwardingSession", …
	Parameters map[string][]string
	KMSKey     string // encrypts the data channel; "" for none
	Owner      string // ARN of who began it
	Reason     string
}

// Session is a copy of what is known of one session.
type Session struct {
	ID    string
	Spec  Spec
	Begun time.Time
	Ended time.Time // zero while it lives
	Why   string    // why it ended
	// Token opens the data channel. A resumed session has a new one.
	Token string
}

// Path is the path of the session's stream URL.
func (s Session) Path() string {
	return "/v1/data-channel/" + s.ID + "?role=publish_subscribe"
}

// Registry keeps sessions. Its methods may be called from several goroutines.
type Registry struct {
	mu   sync.Mutex
	all  map[string]*entry
	list []string // ids in order of their beginning
}

type entry struct {
	Session
	done chan struct{}
}

// NewRegistry makes an empty registry.
func NewRegistry() *Registry { return &Registry{all: map[string]*entry{}} }

// Open begins a session. The prefix starts its id: "ecs-execute-command" or the
// caller's session name.
func (r *Registry) Open(prefix string, spec Spec) Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Session{ID: prefix + "-" + randomID(), Spec: spec, Begun: time.Now(), Token: newToken()}
	r.all[s.ID] = &entry{Session: s, done: make(chan struct{})}
	r.list = append(r.list, s.ID)
	return s
}

// Get finds a session.
func (r *Registry) Get(id string) (Session, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.all[id]
	if !ok {
		return Session{}, false
	}
	return e.Session, true
}

// Admit finds the live session that the token opens.
func (r *Registry) Admit(id, token string) (Session, bool) {
	s, ok := r.Get(id)
	if !ok || !s.Ended.IsZero() || subtle.ConstantTimeCompare([]byte(s.Token), []byte(token)) != 1 {
		return Session{}, false
	}
	return s, true
}

// Resume gives a live session a new token; the old one is void.
func (r *Registry) Resume(id string) (Session, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.all[id]
	if !ok || !e.Ended.IsZero() {
		return Session{}, false
	}
	e.Token = newToken()
	return e.Session, true
}

// End ends a session; ending it again changes nothing. False: there is none.
func (r *Registry) End(id, why string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.all[id]
	if !ok {
		return false
	}
	if e.Ended.IsZero() {
		e.Ended, e.Why = time.Now(), why
		close(e.done)
	}
	return true
}

// Done is closed when the session has been ended; nil if there is no such session.
func (r *Registry) Done(id string) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.all[id]; ok {
		return e.done
	}
	return nil
}

// List gives all sessions in the order of their beginning.
func (r *Registry) List() []Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Session, len(r.list))
	for i, id := range r.list {
		out[i] = r.all[id].Session
	}
	return out
}

// Live counts the live sessions of a container.
func (r *Registry) Live(taskARN, container string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, e := range r.all {
		if e.Ended.IsZero() && e.Spec.TaskARN == taskARN && e.Spec.Container == container {
			n++
		}
	}
	return n
}

// EndAll ends what still lives: the simulator closes, or a task has stopped
// (taskARN; "" is every session).
func (r *Registry) EndAll(taskARN, why string) {
	for _, s := range r.List() {
		if s.Ended.IsZero() && (taskARN == "" || s.Spec.TaskARN == taskARN) {
			r.End(s.ID, why)
		}
	}
}

// randomID looks like Session Manager's: 25 lower-case letters and digits.
func randomID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 25)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

func newToken() string {
	b := make([]byte, 96)
	rand.Read(b)
	return "AAEAA" + base64.StdEncoding.EncodeToString(b)
}
