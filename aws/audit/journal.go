package audit

import (
	"errors"
	"iter"
	"time"
)

// Options of a journal.
type Options struct {
	Now        func() time.Time // nil is time.Now
	User, Host string           // of the operating system, stamped on every record
}

// Journal appends to one file. Several journals, also of several processes, may
// append to the same file: they take turns by a lock and continue one chain.
type Journal struct {
	path string
}

// Intent is an act that was written down and is about to be done.
type Intent struct {
	Hash string // of the intent's record, 64 hex digits
}

var errNotYet = errors.New("the journal cannot be written yet")

// Open opens or makes the journal at path: its directory with mode 0700, the file
// with mode 0600.
func Open(path string, o Options) (*Journal, error) { return nil, errNotYet }

// As is the same journal, its records stamped with another account.
func (j *Journal) As(w Who) *Journal { return j }

// Intend writes down what is about to be done by the call op ("ecs:UpdateService")
// and syncs it to disk before it returns.
func (j *Journal) Intend(a Act, op string) (Intent, error) { return Intent{}, errNotYet }

// Outcome writes down how an intended act went: result is "ok", "failed" or "unknown".
func (j *Journal) Outcome(i Intent, result string, err error, requestID string) error {
	return errNotYet
}

// Note writes a record that needs no outcome; stamp, sequence and hash are filled in.
func (j *Journal) Note(r Record) error { return errNotYet }

// SetIncident stamps an incident's id on all records from now on; "" ends it.
func (j *Journal) SetIncident(id string) {}

// Incident is the present incident's id, or "".
func (j *Journal) Incident() string { return "" }

// Path of the journal's file.
func (j *Journal) Path() string { return j.path }

// Close closes the file. Journals made by As share it.
func (j *Journal) Close() error { return errNotYet }

// Read reads a journal, the oldest record first. A torn or foreign line is an error
// that carries its number (*LineError), and reading goes on after it.
func Read(path string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) { yield(Record{}, errNotYet) }
}

// Report is the result of Verify.
type Report struct {
	Records     int
	First, Last time.Time
	Broken      []Break
	Open        []Record // intents without an outcome
}

// Break is a line where the chain does not hold.
type Break struct {
	Line int // from 1
	Why  string
}

// Verify checks a journal's chain from its first line to its last.
func Verify(path string) (Report, error) { return Report{}, errNotYet }
