package agent

import (
	"sync"
	"time"
)

// Way is what happens to messages going one way. Counters begin anew with each
// connection; 0 is never. Stream messages and acknowledgements are counted apart;
// channel_closed and publication messages always arrive.
type Way struct {
	Drop      int           // every n-th stream message is lost
	Duplicate int           // every n-th stream message arrives twice
	Reorder   int           // every n-th stream message arrives behind its successor
	LoseAcks  int           // every n-th acknowledgement is lost; 1 loses all
	Delay     time.Duration // each message arrives this much later; order and rate stay
}

// Resume is how ResumeSession answers.
type Resume string

// Answers of ResumeSession.
const (
	ResumeAllowed Resume = ""
	ResumeDenied  Resume = "denied" // AccessDeniedException
	ResumeEmpty   Resume = "empty"  // an answer without a token: the session has timed out
)

// Switches are the faults and limits of one simulator. The zero value is a healthy
// channel.
type Switches struct {
	Out Way // agent to client
	In  Way // client to agent

	CutAfter     time.Duration // each connection breaks this long after it opened
	AsleepAfter  time.Duration // nothing passes on a connection this long after it opened; it stays open
	Asleep       bool          // nothing passes on any connection
	PauseEvery   time.Duration // publication stops this often on each connection,
	PauseFor     time.Duration // for this long
	RefuseToken  bool          // every token is refused
	RefuseOpen   int           // an HTTP status that answers the upgrade instead
	RefuseResume Resume

	IdleTimeout time.Duration // without input; 0 is AWS's 20 minutes, negative is never
	MaxAge      time.Duration // of a session; 0 is no limit
	CloseAfter  time.Duration // a session is ended at this age; 0 is never
	CloseText   string        // with this text in channel_closed

	NoHandshake bool // KMS and port sessions: the agent never begins
	Silent      bool // nothing that the program writes is sent
	AckOnce     bool // input that was acknowledged already is not acknowledged again

	Pace      int           // bytes per second that the agent reads from the program; 0 is no limit
	FirstRead time.Duration // from the first connection to the first read from the program; 0 is short
}

// RealPace is what the real agent's shell manages: it sleeps a millisecond after
// each read (measured, bytes per second).
const RealPace = 400_000

// RealFirstRead is how long the real agent waits before it reads the terminal.
const RealFirstRead = time.Second

// Real sets the pace of the real agent.
func (s *Switches) Real() { s.Pace, s.FirstRead = RealPace, RealFirstRead }

const (
	defaultIdle  = 20 * time.Minute // ECS Exec; it cannot be changed there
	defaultFirst = 10 * time.Millisecond
)

func (s Switches) idle() time.Duration {
	if s.IdleTimeout == 0 {
		return defaultIdle
	}
	return s.IdleTimeout
}

// asleep says whether nothing passes on a connection of that age.
func (s Switches) asleep(age time.Duration) bool {
	return s.Asleep || s.AsleepAfter > 0 && age >= s.AsleepAfter
}

func (s Switches) firstRead() time.Duration {
	if s.FirstRead == 0 {
		return defaultFirst
	}
	return s.FirstRead
}

// Faults holds the switches; they may be changed while sessions live and take
// effect with the next message, connection or answer.
type Faults struct {
	mu      sync.Mutex
	s       Switches
	changed chan struct{}
}

// NewFaults makes a healthy set.
func NewFaults() *Faults { return &Faults{changed: make(chan struct{})} }

// Get reads all switches.
func (f *Faults) Get() Switches {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.s
}

// Set changes some switches.
func (f *Faults) Set(change func(*Switches)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.s)
	close(f.changed)
	f.changed = make(chan struct{})
}

// Reset heals everything.
func (f *Faults) Reset() { f.Set(func(s *Switches) { *s = Switches{} }) }

// watch is closed at the next change.
func (f *Faults) watch() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}
