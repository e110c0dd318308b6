package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	if err == nil {
		err = there.read(r.Remote)
	}
	if err != nil {
		return Result{}, err
	}
	if strings.HasSuffix(r.Local, string(filepath.Separator)) {
		if err := os.MkdirAll(r.Local, 0o700); err != nil {
			return Result{}, err
		}
	}
	r.Local = Inside(r.Local, r.Remote)
	if r.Local, err = target(r.Local, there.kind == "directory"); err != nil {
		return Result{}, err
	}
	if there.kind == "directory" {
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
	_, out, err := stream(ctx, s, r, fmt.Sprintf("dd if=%s bs=%d skip=%d 2>/dev/null | base64", q, block, skip), func(in io.Reader) error {
		_, err := io.Copy(sink, base64.NewDecoder(base64.StdEncoding, in))
		return err
	})
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
	} else if sink.done < there.size { // dd failed, or somebody has cut it
		return res, fmt.Errorf("%w: %d of its %d bytes came", ErrSum, sink.done, there.size)
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

// target is what a copy to local is written to: a link leads to it. What is neither a
// file nor a directory is not replaced.
func target(local string, dir bool) (string, error) {
	info, err := os.Lstat(local)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if local, err = filepath.EvalSymlinks(local); err == nil {
			info, err = os.Lstat(local)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && info == nil:
		return local, nil
	case err != nil:
		return local, err
	case dir && !info.IsDir():
		return local, fmt.Errorf("%s is no directory", local)
	case !info.IsDir() && !info.Mode().IsRegular():
		return local, fmt.Errorf("%s is %s: %w", local, kindOf(info.Mode()), ErrKind)
	}
	return local, nil
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

// wordsLimit is how much is kept of what a command says besides.
const wordsLimit = 8 << 10

// stream runs a command that writes base64, for take to read whole. What it writes
// behind a "-", which base64 does not know, are words for us.
func stream(ctx context.Context, s *exec.Sessions, r Request, command string, take func(io.Reader) error) (words string, out exec.Outcome, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pr, pw := io.Pipe()
	taken := make(chan error, 1)
	go func() {
		err := take(pr)
		if err != nil {
			cancel() // nobody takes the rest
		}
		_ = pr.CloseWithError(err) // the writer learns of it
		taken <- err
	}()
	split := &splitter{w: pw}
	out = s.Run(ctx, r.Request, command, exec.RunOptions{Stdout: split, Data: true, Shown: "copy " + r.Remote + " to " + r.Local})
	_ = pw.Close() // it cannot fail
	return strings.TrimSpace(string(split.words)), out, <-taken
}

// splitter passes on what comes before a "-", and keeps what comes behind.
type splitter struct {
	w      *io.PipeWriter
	behind bool
	words  []byte
}

func (s *splitter) Write(p []byte) (int, error) {
	data := p
	if !s.behind {
		i := bytes.IndexByte(p, '-')
		if i >= 0 {
			data = p[:i]
		}
		if _, err := s.w.Write(data); err != nil || i < 0 {
			return len(p), err
		}
		s.behind, data = true, p[i+1:]
	}
	s.words = append(s.words, data[:min(len(data), wordsLimit-len(s.words))]...)
	return len(p), nil
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
