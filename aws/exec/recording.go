package exec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ecsole/aws"
	"ecsole/aws/exec/cast"
	"ecsole/lines/mask"
)

// Recording says whether and how sessions are recorded, as asciicast version 2.
type Recording struct {
	// Dir holds the recordings; "" records nothing. It is made with mode 0700, the
	// files have mode 0600 and are called by the session's id.
	Dir string
	// Required refuses a session that cannot be recorded, and ends one whose recording
	// breaks off. Otherwise the user is told.
	Required bool
	Input    bool // what is typed is recorded, too: also what no echo shows
	Mask     bool // what looks like a secret is hidden
	// Limit is the size of one recording in bytes (64 MiB; negative is none), Keep is
	// how long recordings are kept (negative is for ever, 0 is 90 days).
	Limit int64
	Keep  time.Duration
}

const (
	recordingLimit = 64 << 20
	recordingKeep  = 90 * 24 * time.Hour
	recordingEnd   = ".cast"
)

// ErrRecording is a recording that is demanded and cannot be written.
var ErrRecording = errors.New("the session cannot be recorded, as the configuration demands")

// recording is one session's. The methods of nil do nothing.
type recording struct {
	file     *os.File
	w        *cast.Writer
	required bool
	keys     bool
	session  *Session
	failed   error // why there is none
	path     string

	mu   sync.Mutex
	told bool
}

// record begins the recording of a session that is about to be opened. It fails only
// where a recording is demanded.
func (s *Sessions) record(r Request) (*recording, error) {
	c := s.config().Recording
	if c.Dir == "" || r.data && !c.Required {
		return nil, nil
	}
	rec := &recording{required: c.Required, keys: c.Input}
	err := rec.start(c, r)
	if err != nil && c.Required {
		return nil, &aws.Error{Class: aws.Denied, Text: ErrRecording.Error() + ": " + err.Error(), Err: fmt.Errorf("%w: %w", ErrRecording, err)}
	}
	rec.failed = err
	return rec, nil
}

func (r *recording) start(c Recording, q Request) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	prune(c)
	f, err := os.CreateTemp(c.Dir, "session-*"+recordingEnd) // with mode 0600
	if err != nil {
		return err
	}
	o := cast.Options{Limit: c.Limit}
	if o.Limit == 0 {
		o.Limit = recordingLimit
	}
	if c.Mask {
		o.Mask = mask.New().Line
	}
	cols, rows := max(q.Cols, 1), max(q.Rows, 1)
	if q.Cols <= 0 || q.Rows <= 0 {
		cols, rows = 80, 24
	}
	command := q.command()
	if q.shown != "" {
		command = q.shown
	}
	w, err := cast.NewWriter(f, cast.Header{Width: cols, Height: rows, Title: q.label(), Command: command}, o)
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	r.file, r.w = f, w
	return nil
}

// Kept is how long recordings are kept; 0 is for ever.
func (c Recording) Kept() time.Duration {
	if c.Keep == 0 {
		return recordingKeep
	}
	return max(c.Keep, 0)
}

// prune deletes recordings that are too old.
func prune(c Recording) {
	keep := c.Kept()
	if keep == 0 {
		return
	}
	files, err := os.ReadDir(c.Dir)
	if err != nil {
		return // the next session tries again
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(f.Name(), recordingEnd) && time.Since(info.ModTime()) > keep {
			_ = os.Remove(filepath.Join(c.Dir, f.Name())) // the next session tries again
		}
	}
}

// begin gives the recording its session and the session's name.
func (r *recording) begin(x *Session) {
	if r == nil {
		return
	}
	r.session = x
	if r.failed != nil {
		x.tell("this session is not recorded: " + r.failed.Error())
		return
	}
	r.path = r.file.Name()
	if to := filepath.Join(filepath.Dir(r.path), filepath.Base(x.id)+recordingEnd); os.Rename(r.path, to) == nil {
		r.path = to
	}
}

func (r *recording) do(f func(*cast.Writer) error) {
	if r == nil || r.w == nil {
		return
	}
	if err := f(r.w); err != nil {
		r.broken(err)
	}
}

// broken tells, once, that the recording is not whole.
func (r *recording) broken(err error) {
	r.mu.Lock()
	told := r.told
	r.told = true
	r.mu.Unlock()
	if told || r.session == nil {
		return
	}
	if r.required {
		r.session.ch.Lose(fmt.Errorf("%w: %w", ErrRecording, err))
		return
	}
	r.session.tell("the recording of this session has broken off: " + err.Error())
}

func (r *recording) output(p []byte) { r.do(func(w *cast.Writer) error { return w.Output(p) }) }

func (r *recording) input(p []byte) {
	if r != nil && r.keys {
		r.do(func(w *cast.Writer) error { return w.Input(p) })
	}
}

func (r *recording) resize(cols, rows int) {
	r.do(func(w *cast.Writer) error { return w.Resize(cols, rows) })
}

func (r *recording) mark(text string) {
	if r != nil && r.w != nil {
		_ = r.w.Mark(text) // an error comes back with the next output
	}
}

// close finishes the file and gives its path and sum.
func (r *recording) close() (path, sum string) {
	if r == nil || r.w == nil {
		return "", ""
	}
	_, sum, err := r.w.Close()
	if err == nil {
		err = r.file.Sync()
	}
	if cerr := r.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		r.broken(err)
		return r.path, ""
	}
	return r.path, sum
}

// discard takes back a recording whose session was never begun.
func (r *recording) discard() {
	if r == nil || r.w == nil {
		return
	}
	_ = r.file.Close() // it is deleted
	_ = os.Remove(r.file.Name())
}
