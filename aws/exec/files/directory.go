package files

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"ecsole/aws/exec"
)

// fetchDirectory copies everything below a directory of the container.
func fetchDirectory(ctx context.Context, s *exec.Sessions, r Request, o Options, there far) (Result, error) {
	if err := there.needs("base64"); err != nil {
		return Result{}, err
	}
	q := exec.Quote(r.Remote)
	text, err := say(ctx, s, r.Request, "du -sk "+q+" 2>/dev/null | head -n 1", "size of "+r.Remote)
	if err != nil {
		return Result{}, err
	}
	kilobytes, _, _ := strings.Cut(text, "\t")
	if n, err := strconv.ParseInt(strings.TrimSpace(kilobytes), 10, 64); err == nil { // without du the limit holds for what comes
		if err := o.allows(n << 10); err != nil {
			return Result{}, err
		}
	}
	if err := os.MkdirAll(r.Local, 0o755); err != nil {
		return Result{}, err
	}
	root, err := os.OpenRoot(r.Local)
	if err != nil {
		return Result{}, err
	}
	defer root.Close()
	res := Result{Path: r.Local, Tree: true}
	sum := sha256.New()
	take := func(in io.Reader) error {
		in = io.TeeReader(base64.NewDecoder(base64.StdEncoding, in), sum)
		err := unpack(root, in, &res, o)
		if err == nil {
			_, err = io.Copy(io.Discard, in) // blocks behind the archive's end
		}
		return err
	}
	// What tar complains about would stand amid the archive, and its exit status would be
	// lost in the pipe.
	script := `{ tar cf - -C ` + q + ` . || echo "exit $?" >&2; } | base64`
	if !there.tools["tar"] {
		script = pieces(q)
		take = func(in io.Reader) error { return unpackPieces(root, io.TeeReader(in, sum), &res, o) }
	}
	words, out, err := stream(ctx, s, r, `e=$({ `+script+` >&3; } 2>&1) 3>&1; printf '\n-%s' "$e"`, take)
	if err == nil {
		err = failed(out)
	}
	if err != nil {
		return res, err
	}
	res.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return res, errors.Join(res.complaints(words), note(s, r, res, ActionFetch))
}

// complaints are what tar says besides: what it left out without failing is skipped,
// and all else means that the copy is not whole.
func (r *Result) complaints(words string) error {
	if words == "" {
		return nil
	}
	lines := strings.Split(words, "\n")
	last := len(lines) - 1
	if !strings.HasPrefix(lines[last], "exit ") {
		for _, l := range lines {
			l = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(l), ": socket ignored"), "tar: ")
			r.Skipped = append(r.Skipped, l)
		}
		return nil
	}
	return fmt.Errorf("%w; the container says (%s): %s", ErrPart, lines[last], strings.Join(lines[:last], "; "))
}

// entrySize is what an entry takes in an archive at least, in bytes.
const entrySize = 512

// unpack writes an archive below root. What is neither a file nor a directory is
// skipped: a link could point anywhere, a device has no place here.
func unpack(root *os.Root, r io.Reader, res *Result, o Options) error {
	in := tar.NewReader(r)
	var entries int64 // what the names take: also of what has no content, without end
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		entries += entrySize + int64(len(h.Name))
		if h.Size > math.MaxInt64-res.Bytes-entries { // a lie
			return &TooLargeError{Bytes: h.Size, Limit: o.Limit}
		}
		if err := o.allowsMore(res.Bytes + entries + h.Size); err != nil {
			return err
		}
		name := path.Clean(h.Name)
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			res.Skipped = append(res.Skipped, h.Name)
			continue
		}
		switch h.Typeflag {
		case tar.TypeDir:
			if err := root.MkdirAll(name, 0o755); err != nil {
				return err
			}
		case tar.TypeReg:
			if err := writeFile(root, name, in, fs.FileMode(h.Mode)&0o777, res, o); err != nil {
				return err
			}
		default:
			res.Skipped = append(res.Skipped, h.Name)
		}
	}
}

// allowsMore holds the limit where the size was not known before.
func (o Options) allowsMore(size int64) error {
	if o.Ask != nil {
		return nil // the user has said yes to the whole
	}
	return o.allows(size)
}

func writeFile(root *os.Root, name string, in io.Reader, mode fs.FileMode, res *Result, o Options) error {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode|0o600)
	if err != nil {
		return err
	}
	w := &meterWriter{w: f, done: res.Bytes, total: -1, tell: o.progress}
	_, err = io.Copy(w, in)
	res.Bytes = w.done
	res.Files++
	return errors.Join(err, f.Close())
}

// putDirectory copies everything below a local directory into one of the container.
func putDirectory(ctx context.Context, s *exec.Sessions, r Request, o Options) (Result, error) {
	res := Result{Tree: true}
	var size int64
	err := filepath.WalkDir(r.Local, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err == nil {
		err = o.allows(size)
	}
	if err != nil {
		return res, err
	}
	if r.Remote, err = destination(ctx, s, r); err != nil {
		return res, err
	}
	there, err := look(ctx, s, r.Request, r.Remote)
	if err == nil {
		err = there.needs("base64")
	}
	if err == nil && there.kind != "directory" && there.kind != "none" {
		err = fmt.Errorf("%s is a %s in the container", r.Remote, there.kind)
	}
	if err != nil {
		return res, err
	}
	res.Path = r.Remote
	sum := sha256.New()
	pr, pw := io.Pipe()
	packed := make(chan error, 1)
	q := exec.Quote(r.Remote)
	pack, script := packArchive, "mkdir -p "+q+" && tar xf - -C "+q
	if !there.tools["tar"] {
		pack, script = packPieces, takePieces(q)
	}
	go func() {
		err := pack(r.Local, io.MultiWriter(pw, sum), &res, o, size)
		_ = pw.CloseWithError(err) // the reader learns of it
		packed <- err
	}()
	out := s.Run(ctx, r.Request, script, exec.RunOptions{Stdin: pr, Data: true, Shown: "copy " + r.Local + " to " + r.Remote})
	_ = pr.CloseWithError(io.ErrClosedPipe) // the packer stops if the remote did
	perr := <-packed
	if err := errors.Join(failed(out), perr); err != nil {
		return res, err
	}
	res.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return res, note(s, r, res, ActionPut)
}

// packArchive writes an archive of the files and directories below dir.
func packArchive(dir string, w io.Writer, res *Result, o Options, total int64) error {
	out := tar.NewWriter(w)
	err := walk(dir, res, func(name string, info fs.FileInfo) (io.Writer, error) {
		h, err := tar.FileInfoHeader(info, "")
		if err != nil {
			return nil, err
		}
		h.Name, h.Uname, h.Gname, h.Uid, h.Gid = name, "", "", 0, 0
		if info.IsDir() {
			h.Name += "/"
		}
		return out, out.WriteHeader(h)
	}, o, total)
	return errors.Join(err, out.Close())
}

// walk goes through what is below dir: begin hears of each file and directory, by its
// name below dir with slashes, and says where a file's content goes. All else is skipped.
func walk(dir string, res *Result, begin func(name string, info fs.FileInfo) (io.Writer, error), o Options, total int64) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(dir, name)
		if err != nil || below == "." {
			return err
		}
		if !d.IsDir() && !d.Type().IsRegular() {
			res.Skipped = append(res.Skipped, below)
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		w, err := begin(filepath.ToSlash(below), info)
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		m := &meter{r: f, done: res.Bytes, total: total, tell: o.progress}
		_, err = io.Copy(w, m)
		res.Bytes = m.done
		res.Files++
		return err
	})
}
