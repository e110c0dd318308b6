package tools

import (
	atar "archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

// tarJob is one run of tar.
type tarJob struct {
	p          *proc.Proc
	mode       byte // c, x, t
	file, dir  string
	gzip, tell bool
	stdout     bool
	strip      int
	exclude    []string
	names      []string
}

// tar packs and unpacks, with the option styles "czf", "-czf" and "--create".
func tar(p *proc.Proc) int {
	j := &tarJob{p: p, file: "-", dir: "."}
	args := p.Args[1:]
	for first := true; len(args) > 0; first = false {
		a := args[0]
		args = args[1:]
		next := func() string {
			if len(args) == 0 {
				return ""
			}
			v := args[0]
			args = args[1:]
			return v
		}
		if k, v, ok := strings.Cut(a, "="); strings.HasPrefix(a, "--") {
			if !ok {
				v = ""
			}
			switch k {
			case "--create", "--extract", "--list":
				j.mode = map[string]byte{"--create": 'c', "--extract": 'x', "--list": 't'}[k]
			case "--gzip":
				j.gzip = true
			case "--file", "--directory", "--exclude", "--strip-components":
				if !ok {
					v = next()
				}
				switch k {
				case "--file":
					j.file = v
				case "--directory":
					j.dir = v
				case "--exclude":
					j.exclude = append(j.exclude, v)
				default:
					j.strip, _ = count(v)
				}
			case "--":
				j.names = append(j.names, args...)
				args = nil
			}
			continue
		}
		if a == "" || a[0] != '-' && !first || a == "-" {
			j.names = append(j.names, a)
			continue
		}
		for i, o := range strings.TrimPrefix(a, "-") {
			switch o {
			case 'c', 'x', 't':
				j.mode = byte(o)
			case 'z':
				j.gzip = true
			case 'v':
				j.tell = true
			case 'O':
				j.stdout = true
			case 'f', 'C':
				v := a[len(a)-len(strings.TrimPrefix(a, "-"))+i+1:]
				stuck := v != "" && a[0] == '-'
				if !stuck {
					v = next()
				}
				if o == 'f' {
					j.file = v
				} else {
					j.dir = v
				}
				if stuck {
					goto done
				}
			case 'p', 'm', 'o', 'h', 'a', 'P', 'k', 'j', 'J':
			default:
				return p.Errorf("invalid option -- '%c'", o)
			}
		}
	done:
	}
	switch j.mode {
	case 'c':
		return j.create()
	case 'x', 't':
		return j.extract()
	}
	p.Errorf("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
	return 2
}

func (j *tarJob) abs(name string) string { return disk.Abs(j.p.Abs(j.dir), name) }

func (j *tarJob) create() int {
	if len(j.names) == 0 {
		j.p.Errorf("Cowardly refusing to create an empty archive")
		return 2
	}
	out := io.Writer(j.p.Out)
	if j.file != "-" {
		w, err := j.p.Create(j.file, disk.Trunc)
		if err != nil {
			return j.p.Errorf("%s: Cannot open: %s", j.file, disk.Why(err))
		}
		defer w.Close()
		out = w
	} else if proc.IsTTY(j.p.Out) {
		j.p.Errorf("Refusing to write archive contents to terminal (missing -f option?)")
		return 2
	}
	closers := []func() error{}
	if j.gzip {
		z := gzip.NewWriter(out)
		closers = append(closers, z.Close)
		out = z
	}
	w := atar.NewWriter(out)
	status := 0
	for _, name := range j.names {
		status = max(status, j.add(w, name, 0))
	}
	err := w.Close()
	for _, c := range closers {
		err = errors.Join(err, c())
	}
	if err != nil && j.p.Ctx.Err() == nil {
		return j.p.Errorf("%s: Cannot write", j.file)
	}
	return status
}

func (j *tarJob) add(w *atar.Writer, name string, depth int) int {
	if j.p.Ctx.Err() != nil || depth > 256 {
		return 2
	}
	for _, x := range j.exclude {
		if wildcard(x, path.Base(name)) || wildcard(x, name) {
			return 0
		}
	}
	i, err := j.p.FS.Lstat(j.abs(name))
	if err != nil {
		j.p.Errorf("%s: Cannot stat: %s", name, disk.Why(err))
		return 2
	}
	h := &atar.Header{Name: strings.TrimLeft(name, "/"), Mode: int64(i.Mode().Perm()), ModTime: i.ModTime(), Uname: i.Owner, Gname: i.Owner, Typeflag: atar.TypeReg}
	var body []byte
	switch m := i.Mode(); {
	case m.IsDir():
		h.Typeflag, h.Name = atar.TypeDir, strings.TrimRight(h.Name, "/")+"/"
	case m&fs.ModeSymlink != 0:
		h.Typeflag, h.Linkname = atar.TypeSymlink, i.Target
	case !m.IsRegular():
		return 0
	default:
		if body, err = j.p.FS.ReadFile(j.abs(name)); err != nil {
			j.p.Errorf("%s: Cannot open: %s", name, disk.Why(err))
			return 2
		}
		h.Size = int64(len(body))
	}
	if j.tell {
		fmt.Fprintln(j.p.Err, name)
	}
	if h.Name != "/" {
		if err := w.WriteHeader(h); err != nil {
			return 2
		}
		if _, err := w.Write(body); err != nil {
			return 2
		}
	}
	if !i.IsDir() {
		return 0
	}
	list, err := j.p.FS.ReadDir(j.abs(name))
	status := 2 * b2i(err != nil)
	for _, k := range list {
		status = max(status, j.add(w, strings.TrimRight(name, "/")+"/"+k.Name(), depth+1))
	}
	return status
}

func (j *tarJob) extract() int {
	in := io.Reader(j.p.In)
	if j.file != "-" {
		r, err := j.p.Open(j.file)
		if err != nil {
			j.p.Errorf("%s: Cannot open: %s", j.file, disk.Why(err))
			return 2
		}
		defer r.Close()
		in = r
	}
	if j.gzip || strings.HasSuffix(j.file, "gz") {
		z, err := gzip.NewReader(in)
		if err != nil {
			j.p.Errorf("stdin: not in gzip format")
			return 2
		}
		in = z
	}
	r := atar.NewReader(in)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return 0
		}
		if err != nil {
			if j.p.Ctx.Err() == nil {
				j.p.Errorf("This does not look like a tar archive")
			}
			return 2
		}
		if !j.wanted(h.Name) {
			continue
		}
		if j.mode == 't' {
			j.listed(h)
			continue
		}
		if err := j.unpack(h, r); err != nil {
			j.p.Errorf("%s: Cannot open: %s", h.Name, disk.Why(err))
			return 2
		}
	}
}

func (j *tarJob) wanted(name string) bool {
	for _, x := range j.exclude {
		if wildcard(x, path.Base(name)) {
			return false
		}
	}
	if len(j.names) == 0 {
		return true
	}
	for _, n := range j.names {
		if n = strings.TrimRight(n, "/"); strings.TrimRight(name, "/") == n || strings.HasPrefix(name, n+"/") {
			return true
		}
	}
	return false
}

func (j *tarJob) listed(h *atar.Header) {
	if j.tell {
		j.p.Printf("%s %s/%s %9d %s %s\n", modeText(h.FileInfo().Mode(), ""), h.Uname, h.Gname, h.Size, h.ModTime.Format("2006-01-02 15:04"), h.Name)
		return
	}
	j.p.Printf("%s\n", h.Name)
}

func (j *tarJob) unpack(h *atar.Header, r io.Reader) error {
	name := path.Clean("/" + h.Name)[1:]
	for range j.strip {
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return nil
		}
		name = rest
	}
	if j.stdout {
		_, err := io.Copy(j.p.Out, r)
		return err
	}
	if name == "" || name == "." {
		return nil
	}
	if j.tell {
		j.p.Printf("%s\n", h.Name)
	}
	to := j.abs(name)
	f := j.p.FS
	if err := f.MkdirAll(path.Dir(to), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case atar.TypeDir:
		return f.MkdirAll(to, fs.FileMode(h.Mode).Perm())
	case atar.TypeSymlink:
		_ = f.Remove(to) // the link says whether it was needed
		return f.Symlink(h.Linkname, to)
	case atar.TypeReg:
	default:
		return nil
	}
	_ = f.Remove(to) // opening says whether it was needed
	w, err := f.Open(to, disk.Write|disk.Create|disk.Trunc, fs.FileMode(h.Mode).Perm())
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	return f.Chtimes(to, h.ModTime)
}

func gzipTool(p *proc.Proc) int {
	f, ok := p.Flags("cdkf123456789lv", nil)
	if !ok {
		return 1
	}
	unpack := f.Has("d") || p.Name() != "gzip"
	if len(f.Args) == 0 {
		return b2i(gzipStream(p, p.In, p.Out, unpack) != nil)
	}
	status := 0
	for _, name := range f.Args {
		r, err := p.Open(name)
		if err != nil {
			status = p.Fail(name, err)
			continue
		}
		if f.Has("c") || p.Name() == "zcat" {
			err = gzipStream(p, r, p.Out, unpack)
			r.Close()
			status = max(status, b2i(err != nil))
			continue
		}
		to := name + ".gz"
		if unpack {
			to = strings.TrimSuffix(name, ".gz")
		}
		if to == name {
			r.Close()
			status = p.Errorf("%s: unknown suffix -- ignored", name)
			continue
		}
		w, err := p.Create(to, disk.Trunc)
		if err == nil {
			err = gzipStream(p, r, w, unpack)
			w.Close()
		}
		r.Close()
		if err != nil {
			status = 1
			continue
		}
		if !f.Has("k") {
			_ = p.FS.Remove(p.Abs(name)) // it was just read
		}
	}
	return status
}

func gzipStream(p *proc.Proc, r io.Reader, w io.Writer, unpack bool) error {
	var err error
	if unpack {
		var z *gzip.Reader
		if z, err = gzip.NewReader(r); err == nil {
			_, err = io.Copy(w, z)
		}
	} else {
		z := gzip.NewWriter(w)
		_, err = io.Copy(z, r)
		err = errors.Join(err, z.Close())
	}
	if err != nil && p.Ctx.Err() == nil {
		p.Errorf("%s", disk.Why(err))
	}
	return err
}
