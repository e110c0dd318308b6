// Package files copies files to and from a container through exec sessions. It needs
// no more there than sh, base64 and dd or cat; tar makes directories faster.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
)

// Request is one copy. Local and Remote are paths; of a directory everything below it
// is copied.
type Request struct {
	exec.Request
	Remote, Local string
}

// Options of a copy.
type Options struct {
	// Limit is the size in bytes above which Ask is asked (100 MiB). Without Ask, more
	// is refused.
	Limit int64
	Ask   func(bytes int64) bool
	// Progress hears how much has been copied; total is -1 where it is not known.
	Progress func(done, total int64)
}

const sizeLimit = 100 << 20

// Result of a copy.
type Result struct {
	Bytes    int64 // copied now
	Resumed  int64 // there already from an attempt before
	Files    int
	Tree     bool   // a directory was copied
	SHA256   string // of the file, or of the stream as which a directory went
	Path     string // where it is now: a local path after Fetch, a remote one after Put
	Verified bool   // the far side has the same sum
	Skipped  []string
}

// Errors of copies.
var (
	ErrMissing = errors.New("there is no such file")
	ErrTools   = errors.New("the image lacks what a copy needs")
	ErrSum     = errors.New("the copy differs from the original")
	ErrGrows   = errors.New("more of the file comes than it had, and it does not end")
	ErrPart    = errors.New("not all of the directory has come; what has is kept")
	ErrKind    = errors.New("only files and directories can be copied")
)

// TooLargeError is a copy above the limit that was not made.
type TooLargeError struct {
	Bytes, Limit int64 // Bytes may be no more than a part of it
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the copy has %d bytes, and the limit is %d", e.Bytes, e.Limit)
}

// SaidError is what a command of the container said that failed.
type SaidError struct {
	Exit int
	Text string
}

func (e *SaidError) Error() string {
	return fmt.Sprintf("the container says (exit %d): %s", e.Exit, e.Text)
}

// Actions of copies in the journal.
const (
	ActionFetch = "exec.fetch"
	ActionPut   = "exec.put"
)

// partial ends the names of files that are not whole yet.
const partial = ".ecsole-part"

// say runs a command that has to succeed, and gives what it says.
func say(ctx context.Context, s *exec.Sessions, r exec.Request, command, shown string) (string, error) {
	o := s.Run(ctx, r, command, exec.RunOptions{Shown: shown})
	text := strings.TrimSpace(string(o.Output))
	switch {
	case o.Err != nil:
		return text, o.Err
	case o.Exit != 0:
		return text, &SaidError{Exit: o.Exit, Text: text}
	}
	return text, nil
}

func (o Options) allows(size int64) error {
	limit := o.Limit
	if limit == 0 {
		limit = sizeLimit
	}
	if size <= limit || o.Ask != nil && o.Ask(size) {
		return nil
	}
	return &TooLargeError{Bytes: size, Limit: limit}
}

// most is how much of a file of that size may come: it may grow meanwhile, up to the
// limit, or by as much as the usual limit where the user has allowed more. What a
// container says of its files is not to be trusted with this machine's disk.
func (o Options) most(size int64) int64 {
	limit := o.Limit
	if limit == 0 {
		limit = sizeLimit
	}
	if size > math.MaxInt64-sizeLimit {
		return size
	}
	return max(size, min(limit, size+sizeLimit))
}

func (o Options) progress(done, total int64) {
	if o.Progress != nil {
		o.Progress(done, total)
	}
}

// Put copies a local file or directory into the container. A file that was copied in
// part before is copied on; it takes its name when it is whole and its sum is right.
func Put(ctx context.Context, s *exec.Sessions, r Request, o Options) (Result, error) {
	r.Remote = plainPath(r.Remote)
	info, err := os.Stat(r.Local)
	switch {
	case err != nil:
		return Result{}, err
	case info.IsDir():
		return putDirectory(ctx, s, r, o)
	case !info.Mode().IsRegular(): // reading it might never end
		return Result{}, fmt.Errorf("%s is %s: %w", r.Local, kindOf(info.Mode()), ErrKind)
	}
	if err := o.allows(info.Size()); err != nil {
		return Result{}, err
	}
	to, err := destination(ctx, s, r)
	if err != nil {
		return Result{}, err
	}
	part := to + partial
	there, err := look(ctx, s, r.Request, part)
	if err == nil {
		err = errors.Join(there.needs("base64"), there.written(part))
	}
	if err != nil {
		return Result{}, err
	}
	f, err := os.Open(r.Local)
	if err != nil {
		return Result{}, err
	}
	defer f.Close()
	res := Result{Files: 1}
	sum := sha256.New()
	if there.kind == "file" && there.size <= info.Size() {
		res.Resumed = there.size
	}
	if _, err := io.CopyN(sum, f, res.Resumed); err != nil {
		return res, err
	}
	write := ">"
	if res.Resumed > 0 {
		write = ">>"
	}
	src := &meter{r: f, sum: sum, done: res.Resumed, total: info.Size(), tell: o.progress}
	q, t := exec.Quote(part), exec.Quote(to)
	script := "cat " + write + " " + q + fmt.Sprintf(" && chmod %o ", info.Mode().Perm()) + q
	if there.tools["sha256sum"] {
		script += " && sha256sum < " + q
	}
	out := s.Run(ctx, r.Request, script, exec.RunOptions{Stdin: src, Data: true, Shown: "copy " + r.Local + " to " + to})
	res.Bytes, res.SHA256, res.Path = src.done-res.Resumed, hex.EncodeToString(sum.Sum(nil)), to
	if err := failed(out); err != nil {
		return res, err
	}
	if there.tools["sha256sum"] {
		if !strings.HasPrefix(string(out.Output), res.SHA256) {
			_, _ = say(ctx, s, r.Request, "rm -f "+q, "remove "+part) // it would be resumed from
			return res, ErrSum
		}
		res.Verified = true
	}
	if _, err := say(ctx, s, r.Request, "mv "+q+" "+t, "rename "+part+" to "+to); err != nil {
		return res, err
	}
	return res, note(s, r, res, ActionPut)
}

// plainPath keeps a path from being taken for an option.
func plainPath(p string) string {
	if strings.HasPrefix(p, "-") {
		return "./" + p
	}
	return p
}

// destination is the remote file: inside, where the path is a directory; the one that
// it leads to, where it is a link.
func destination(ctx context.Context, s *exec.Sessions, r Request) (string, error) {
	there, err := look(ctx, s, r.Request, r.Remote)
	if err != nil {
		return "", err
	}
	to := r.Remote
	if there.kind == "directory" || strings.HasSuffix(to, "/") {
		local, err := filepath.Abs(r.Local) // "." has a name, too
		if err != nil {
			return "", err
		}
		to = path.Join(to, filepath.Base(local))
		if there, err = look(ctx, s, r.Request, to); err != nil {
			return "", err
		}
	}
	if there.link && there.kind == "file" {
		return say(ctx, s, r.Request, "readlink -f "+exec.Quote(to), "where "+to+" leads")
	}
	return to, there.written(to)
}

func failed(o exec.Outcome) error {
	switch {
	case o.Err != nil:
		return o.Err
	case o.Exit != 0:
		return &SaidError{Exit: o.Exit, Text: strings.TrimSpace(string(o.Output))}
	}
	return nil
}

// meter counts and sums what is read.
type meter struct {
	r     io.Reader
	sum   hash.Hash
	done  int64
	total int64
	tell  func(done, total int64)
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if m.sum != nil {
		m.sum.Write(p[:n])
	}
	m.done += int64(n)
	m.tell(m.done, m.total)
	return n, err
}

// note writes a copy that was made into the journal.
func note(s *exec.Sessions, r Request, res Result, action string) error {
	rec := audit.Record{Action: action, Target: r.Task + "/" + r.Container, Before: r.Remote, Path: r.Local,
		Bytes: res.Bytes + res.Resumed, SHA256: res.SHA256, Reason: r.Reason, Result: audit.ResultOK}
	if action == ActionPut {
		rec.Before, rec.After = "", res.Path
	}
	return s.Account().Journal().Note(rec)
}
