package disk

import (
	"crypto/rand"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Flags of Open.
const (
	Read = 1 << iota
	Write
	Append
	Create
	Excl
	Trunc
)

// File is an open file.
type File struct {
	f    *FS
	n    *node
	name string
	flag int
	pos  int64
	text []byte // of a made file, as it was when opened
	done bool
}

// Open opens a file; a device that stands for one of the opener's descriptors is
// the opener's business (Device says which).
func (f *FS) Open(name string, flag int, perm fs.FileMode) (*File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.open(name, flag, perm)
	if err != nil {
		return nil, fail("open", name, err)
	}
	o := &File{f: f, n: n, name: name, flag: flag}
	if n.text != nil {
		o.text = n.text()
	}
	return o, nil
}

func (f *FS) open(name string, flag int, perm fs.FileMode) (*node, error) {
	if name == "" {
		return nil, ENOENT
	}
	dir, base, n, err := f.walk(name, true)
	if err != nil {
		return nil, err
	}
	if n == nil {
		switch {
		case flag&Create == 0:
			return nil, ENOENT
		case strings.HasSuffix(name, "/"):
			return nil, EISDIR
		}
		if err := f.put(dir, base, perm.Perm(), nil); err != nil {
			return nil, err
		}
		return dir.kids[base], nil
	}
	switch {
	case flag&Create != 0 && flag&Excl != 0:
		return nil, EEXIST
	case n.mode.IsDir() && flag&(Write|Append) != 0:
		return nil, EISDIR
	case n.text != nil && flag&(Write|Append) != 0:
		return nil, EACCES
	}
	if flag&Trunc != 0 && n.device == 0 {
		f.grow(n)
		f.resize(n, nil)
	}
	return n, nil
}

func (f *FS) resize(n *node, data []byte) {
	if n.log == nil {
		f.used += int64(len(data)) - int64(len(n.data))
	}
	n.data = data
	n.mtime = f.now()
}

// Device is what kind of device the file is; 0 for none.
func (o *File) Device() Device { return o.n.device }

// Name is the path that the file was opened with.
func (o *File) Name() string { return o.name }

// Info describes the open file.
func (o *File) Info() Info {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	return o.f.info(path.Base(o.name), o.n)
}

// Read reads from the position on.
func (o *File) Read(p []byte) (int, error) {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	switch {
	case o.done || o.flag&Read == 0:
		return 0, fail("read", o.name, EBADF)
	case o.n.mode.IsDir():
		return 0, fail("read", o.name, EISDIR)
	}
	switch o.n.device {
	case Null, TTY, Stdin, Stdout, Stderr:
		return 0, io.EOF
	case Zero, Full:
		clear(p)
		return len(p), nil
	case Random:
		return rand.Read(p)
	}
	data := o.text
	if o.n.text == nil {
		o.f.grow(o.n)
		data = o.n.data
	}
	if o.pos >= int64(len(data)) {
		return 0, io.EOF
	}
	n := copy(p, data[o.pos:])
	o.pos += int64(n)
	return n, nil
}

// Write writes at the position, or at the end where the file was opened to append.
func (o *File) Write(p []byte) (int, error) {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	if o.done || o.flag&(Write|Append) == 0 {
		return 0, fail("write", o.name, EBADF)
	}
	switch o.n.device {
	case 0:
	case Full:
		return 0, fail("write", o.name, ENOSPC)
	default:
		return len(p), nil
	}
	n := o.n
	o.f.grow(n)
	if o.flag&Append != 0 {
		o.pos = int64(len(n.data))
	}
	end := o.pos + int64(len(p))
	if more := end - int64(len(n.data)); more > 0 {
		if o.f.used+more > o.f.limit {
			return 0, fail("write", o.name, ENOSPC)
		}
		if n.log == nil {
			o.f.used += more
		}
		if end <= int64(cap(n.data)) {
			n.data = n.data[:end]
		} else {
			n.data = append(n.data, make([]byte, more)...)
		}
	}
	copy(n.data[o.pos:], p)
	o.pos = end
	n.mtime = o.f.now()
	return len(p), nil
}

// Seek sets the position as io.Seeker says.
func (o *File) Seek(offset int64, whence int) (int64, error) {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		offset += o.pos
	case io.SeekEnd:
		o.f.grow(o.n)
		offset += int64(max(len(o.n.data), len(o.text)))
	}
	if offset < 0 || offset > o.f.limit {
		return 0, fail("seek", o.name, EINVAL)
	}
	o.pos = offset
	return offset, nil
}

// Truncate sets the length.
func (o *File) Truncate(size int64) error {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	n := o.n
	switch {
	case o.flag&(Write|Append) == 0 || size < 0:
		return fail("truncate", o.name, EINVAL)
	case size > int64(len(n.data)) && o.f.used+size > o.f.limit:
		return fail("truncate", o.name, ENOSPC)
	}
	data := make([]byte, size)
	copy(data, n.data)
	o.f.resize(n, data)
	return nil
}

// Close ends the use of the file.
func (o *File) Close() error {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	o.done = true
	return nil
}

// ReadFile reads a whole file.
func (f *FS) ReadFile(name string) ([]byte, error) {
	o, err := f.Open(name, Read, 0)
	if err != nil {
		return nil, err
	}
	if o.n.device != 0 {
		return nil, fail("read", name, EINVAL)
	}
	return io.ReadAll(o)
}
