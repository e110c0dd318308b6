package audit

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// ErrNoJournal is returned by the methods of a nil *Journal: nothing was recorded.
var ErrNoJournal = errors.New("there is no journal")

// Options of a journal.
type Options struct {
	Now        func() time.Time // nil is time.Now
	User, Host string           // of the operating system, stamped on every record
}

// Journal appends to one file. Several journals, also of several processes, may
// append to the same file: they take turns by a lock and continue one chain.
type Journal struct {
	*writer
	who Who
}

// writer is what the journals of one process share.
type writer struct {
	path    string
	now     func() time.Time
	user    string
	host    string
	session string

	// incident is outside the lock: the header asks for it while a record is on its way
	// to the disk, or waits for another process.
	incident atomic.Value // string

	mu   sync.Mutex
	file *os.File // nil when closed
	end  tail     // as this process saw it last
}

// Intent is an act that was written down and is about to be done.
type Intent struct {
	Hash string // of the intent's record, 64 hex digits
	act  Act
	op   string
}

// Open opens or makes the journal at path: its directory with mode 0700, the file
// with mode 0600. A last line that is cut off is left where it is, and a note says so.
func Open(path string, o Options) (*Journal, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	w := &writer{path: path, now: o.Now, user: o.User, host: o.Host, session: hex.EncodeToString(id)}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	w.file = f
	j := &Journal{writer: w}
	if err := j.append(nil, false); err != nil {
		_ = f.Close()
		return nil, err
	}
	return j, nil
}

func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if fi, err := f.Stat(); err == nil && fi.Mode().IsRegular() && fi.Mode().Perm()&0o077 != 0 {
		_ = f.Chmod(0o600)
	}
	return f, nil
}

// As is the same journal, its records stamped with another account.
func (j *Journal) As(w Who) *Journal {
	if j == nil {
		return nil
	}
	return &Journal{writer: j.writer, who: w}
}

// Intend writes down what is about to be done by the call op ("ecs:UpdateService")
// and syncs it to disk before it returns.
func (j *Journal) Intend(a Act, op string) (Intent, error) {
	if j == nil {
		return Intent{}, ErrNoJournal
	}
	r := Record{Kind: KindIntent, Op: op, Action: a.Action, Target: a.Target, Before: a.Before, After: a.After, Reason: a.Reason}
	if err := j.append(&r, true); err != nil {
		return Intent{}, err
	}
	return Intent{Hash: r.Hash, act: a, op: op}, nil
}

// Outcome writes down how an intended act went: result is ResultOK, ResultFailed or
// ResultUnknown.
func (j *Journal) Outcome(i Intent, result string, err error, requestID string) error {
	if j == nil {
		return ErrNoJournal
	}
	r := Record{
		Kind: KindOutcome, Ref: i.Hash, Op: i.op, Action: i.act.Action, Target: i.act.Target,
		Result: result, Request: requestID,
	}
	if err != nil {
		r.Error = err.Error()
	}
	return j.append(&r, true)
}

// Note writes a record that needs no outcome; stamp, sequence and hash are filled in.
// A kind that is not set is KindNote.
func (j *Journal) Note(r Record) error {
	if j == nil {
		return ErrNoJournal
	}
	if r.Kind == "" {
		r.Kind = KindNote
	}
	return j.append(&r, r.Kind != KindNote)
}

// Copyout notes that something left the console: a file saved, text copied. The sum
// was fed with exactly what left.
func (j *Journal) Copyout(action, target, path string, s *Sum) error {
	return j.Note(Record{Action: action, Target: target, Path: path, Bytes: s.Bytes(), SHA256: s.Hex()})
}

// SetIncident stamps an incident's id on all records from now on; "" ends it.
func (j *Journal) SetIncident(id string) {
	if j == nil {
		return
	}
	j.incident.Store(id)
}

// Incident is the present incident's id, or "".
func (j *Journal) Incident() string {
	if j == nil {
		return ""
	}
	id, _ := j.incident.Load().(string)
	return id
}

// Path of the journal's file; "" where there is none.
func (j *Journal) Path() string {
	if j == nil {
		return ""
	}
	return j.path
}

// Session is the id of this run of the console, stamped on every record.
func (j *Journal) Session() string {
	if j == nil {
		return ""
	}
	return j.session
}

// Close closes the file for all journals that As made of it.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	f := j.file
	j.file = nil
	return f.Close()
}

// stamp fills in what every record carries.
func (j *Journal) stamp(r *Record) {
	r.Time = j.now().UTC()
	r.Session = j.session
	r.Incident = j.Incident()
	r.Profile, r.Account, r.Region = j.who.Profile, j.who.Account, j.who.Region
	r.Identity, r.Endpoint = j.who.Identity, j.who.Endpoint
	r.User, r.Host, r.PID = j.user, j.host, os.Getpid()
}

// append writes r (nil only looks after the state of the file) under the lock that
// all processes take, after the notes that the file's own state calls for.
func (j *Journal) append(r *Record, durable bool) (err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return fmt.Errorf("journal %s: %w", j.path, os.ErrClosed)
	}
	notes, err := j.attach()
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.path, err)
	}
	defer func() {
		if uerr := unlock(j.file); err == nil && uerr != nil {
			err = uerr
		}
		if err != nil {
			err = fmt.Errorf("journal %s: %w", j.path, err)
		}
	}()
	for i := range notes {
		if err := j.write(&notes[i], true); err != nil {
			return err
		}
	}
	if r == nil {
		return nil
	}
	return j.write(r, durable)
}
