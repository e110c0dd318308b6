package lines

import "time"

// State is how the reading of a store's lines stands: what a view shows beside
// the lines, so that nobody takes a part for the whole.
type State struct {
	// Lag is how far behind now the newest complete reading is, beyond the usual
	// delay between two readings. Zero is up to date.
	Lag time.Duration
	// Read is up to when all has been read once, Settled up to when it has been
	// read again for late events. Zero: not yet.
	Read, Settled time.Time
	// Oldest is since when all is there; AtStart means that nothing is older.
	Oldest  time.Time
	AtStart bool
	// Following is false for a range with an end.
	Following bool
	// Reading says what is being fetched ("14:05–14:20, page 3"), "" where nothing
	// but the regular passes.
	Reading  string
	Problems []Problem
	// Notes are facts about the sources: where the logs of a container go instead.
	Notes []string
	Live  Live
	// Ended says why no line will come any more, "" while some may.
	Ended string
}

// Problem is a source that cannot be read at present. Reading goes on trying.
type Problem struct {
	Source string // "group prefix/container/"
	Class  string // "denied", "throttled", …
	Action string // the missing permission, where that is the problem
	Text   string
	Hint   string
	Since  time.Time
}

// Live is the state of a low-latency session beside the regular reading.
type Live struct {
	On      bool
	Since   time.Time
	Sampled int     // updates in which the service left events out
	CostUSD float64 // estimated, since the session began
	Text    string  // why it is off although wanted, its limits
}

// Poke tells the watchers that the state beside the lines has changed.
func (s *Store) Poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notify()
}
