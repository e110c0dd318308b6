package files

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"ecsole/aws/exec"
)

// block is what dd skips by; a partial file is cut to whole blocks before it is copied
// on.
const block = 4096

// Fetch copies a file or a directory of the container to this machine. A file that was
// copied in part before is copied on; it takes its name when it is whole and its sum
// is right. Where Local is a directory, or ends like one, the copy goes into it. The names in a directory are foreign: nothing is written outside Local.
func Fetch(ctx context.Context, s *exec.Sessions, r Request, o Options) (Result, error) {
	r.Remote = plainPath(r.Remote)
	there, err := look(ctx, s, r.Request, r.Remote)
	switch {
	case err != nil:
		return Result{}, err
	case there.kind == "none":
		return Result{}, fmt.Errorf("%s: %w", r.Remote, ErrMissing)
	}
	if strings.HasSuffix(r.Local, string(filepath.Separator)) {
		if err := os.MkdirAll(r.Local, 0o700); err != nil {
			return Result{}, err
		}
	}
	r.Local = Inside(r.Local, r.Remote)
	if there.kind == "dir" {
		return fetchDirectory(ctx, s, r, o, there)
	}
	if err := errors.Join(there.needs("base64", "dd"), o.allows(there.size)); err != nil {
		return Result{}, err
	}
	part, skip, err := openPartial(r.Local, there.size)
	if err != nil {
		return Result{}, err
	}
	res := Result{Files: 1, Resumed: skip * block, Path: r.Local}
	q := exec.Quote(r.Remote)
	sink := &meterWriter{w: part, done: res.Resumed, total: there.size, tell: o.progress, most: o.most(there.size)}
	out, err := stream(ctx, s, r, fmt.Sprintf("dd if=%s bs=%d skip=%d 2>/dev/null | base64", q, block, skip), sink)
	res.Bytes = sink.done - res.Resumed
	if cerr := part.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = failed(out)
	}
	if errors.Is(err, ErrGrows) {
		_ = os.Remove(part.Name()) // nothing of it is to be resumed from
	}
	if err != nil {
		return res, err // what has come stays, to be copied on
	}
	if res.SHA256, err = sumOf(part.Name()); err != nil {
		return res, err
	}
	if there.tools["sha256sum"] {
		sum, err := say(ctx, s, r.Request, "sha256sum < "+q, "sum of "+r.Remote)
		if err != nil {
			return res, err
		}
		if !strings.HasPrefix(sum, res.SHA256) {
			_ = os.Remove(part.Name()) // it would be resumed from
			return res, ErrSum
		}
		res.Verified = true
	}
	if err := os.Rename(part.Name(), r.Local); err != nil {
		return res, err
	}
	return res, note(s, r, res, ActionFetch)
}

// Inside is where a copy to local goes: into it, if it is a directory, as with cp(1).
func Inside(local, remote string) string {
	info, err := os.Stat(local)
	if err == nil && info.IsDir() || strings.HasSuffix(local, string(filepath.Separator)) {
		return filepath.Join(local, path.Base(path.Clean("/"+remote)))
	}
	return local
}

// openPartial opens what was copied before, and says how many blocks of it are whole.
func openPartial(local string, size int64) (*os.File, int64, error) {
	f, err := os.OpenFile(local+partial, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	var whole int64
	if err == nil && info.Size() <= size {
		whole = info.Size() / block
	}
	if err == nil {
		err = f.Truncate(whole * block)
	}
	if err == nil {
		_, err = f.Seek(whole*block, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, whole, nil
}

func sumOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// stream runs a command that writes base64, and writes what it means.
func stream(ctx context.Context, s *exec.Sessions, r Request, command string, to io.Writer) (exec.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pr, pw := io.Pipe()
	decoded := make(chan error, 1)
	go func() {
		_, err := io.Copy(to, base64.NewDecoder(base64.StdEncoding, pr))
		if err != nil {
			cancel() // nobody takes the rest
		}
		_ = pr.CloseWithError(err) // the writer learns of it
		decoded <- err
	}()
	out := s.Run(ctx, r.Request, command, exec.RunOptions{Stdout: pw, Data: true, Shown: "copy " + r.Remote + " to " + r.Local})
	_ = pw.Close() // it cannot fail
	return out, <-decoded
}

// meterWriter counts what is written.
type meterWriter struct {
	w     io.Writer
	done  int64
	total int64
	tell  func(done, total int64)
	most  int64 // of done; 0 is no bound
}

func (m *meterWriter) Write(p []byte) (int, error) {
	if m.most > 0 && m.done+int64(len(p)) > m.most {
		return 0, fmt.Errorf("%w: above %d bytes", ErrGrows, m.most)
	}
	n, err := m.w.Write(p)
	m.done += int64(n)
	m.tell(m.done, m.total)
	return n, err
}
