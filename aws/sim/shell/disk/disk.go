// Package disk is a file system in memory: directories, files, links, devices, and
// files whose text is made when they are read. Nothing of it is on the machine
// that it runs on.
package disk

import (
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
	"time"
)

// Errno is an error of a file operation, in the words that tools print.
type Errno string

func (e Errno) Error() string { return string(e) }

// Is lets errors.Is find the errors of io/fs.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e == ENOENT
	case fs.ErrExist:
		return e == EEXIST
	case fs.ErrPermission:
		return e == EACCES || e == EPERM
	}
	return false
}

// The errors that operations answer with.
const (
	ENOENT    Errno = "No such file or directory"
	EEXIST    Errno = "File exists"
	ENOTDIR   Errno = "Not a directory"
	EISDIR    Errno = "Is a directory"
	ENOTEMPTY Errno = "Directory not empty"
	EACCES    Errno = "Permission denied"
	EPERM     Errno = "Operation not permitted"
	EINVAL    Errno = "Invalid argument"
	ELOOP     Errno = "Too many levels of symbolic links"
	ENOSPC    Errno = "No space left on device"
	EROFS     Errno = "Read-only file system"
	EBUSY     Errno = "Device or resource busy"
	EBADF     Errno = "Bad file descriptor"
	ENAME     Errno = "File name too long"
)

const (
	maxLinks = 40
	maxName  = 255
	maxFiles = 200_000
)

// Device is what a device file does.
type Device int

// The devices.
const (
	Null Device = iota + 1
	Zero
	Random
	Full
	TTY    // the terminal of whoever opens it
	Stdin  // what the opener has as descriptor 0
	Stdout // 1
	Stderr // 2
)

// Log is a file that grows by itself.
type Log struct {
	// From is where it begins, Text what is added between two times. Text is asked
	// for consecutive spans.
	From time.Time
	Text func(from, to time.Time) []byte
}

// maxLog is where a log loses its older half.
const maxLog = 4 << 20

type node struct {
	mode  fs.FileMode
	owner string
	mtime time.Time
	ino   uint64
	links int

	data   []byte
	kids   map[string]*node
	link   string
	device Device
	text   func() []byte                   // made when read; cannot be written
	list   func() map[string]func() []byte // a directory made when read: names to texts
	log    *Log
	upto   time.Time // of log
}

// FS is one file system. It is safe for concurrent use.
type FS struct {
	now   func() time.Time
	limit int64

	mu    sync.Mutex
	root  *node
	used  int64
	files int
	inos  uint64
}

// New makes an empty file system that holds up to limit bytes.
func New(now func() time.Time, limit int64) *FS {
	f := &FS{now: now, limit: limit}
	f.root = f.make(fs.ModeDir | 0o755)
	return f
}

func (f *FS) make(mode fs.FileMode) *node {
	f.inos++
	f.files++
	n := &node{mode: mode, owner: "root", mtime: f.now(), ino: f.inos, links: 1}
	if mode.IsDir() {
		n.kids = map[string]*node{}
	}
	return n
}

// Abs makes a path absolute and clean.
func Abs(dir, name string) string {
	if !strings.HasPrefix(name, "/") {
		name = dir + "/" + name
	}
	return path.Clean("/" + name)
}

// walk finds the node of an absolute path, and its parent and last name. A missing
// last part is n == nil without an error.
func (f *FS) walk(name string, follow bool) (dir *node, base string, n *node, err error) {
	links := 0
	parts := split(name)
	stack := []*node{f.root}
	for i := 0; i < len(parts); i++ {
		part := parts[i]
		cur := stack[len(stack)-1]
		switch part {
		case "", ".":
			continue
		case "..":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			continue
		}
		if !cur.mode.IsDir() {
			return nil, "", nil, ENOTDIR
		}
		if len(part) > maxName {
			return nil, "", nil, ENAME
		}
		next := f.child(cur, part)
		last := i == len(parts)-1
		if next == nil {
			if last {
				return cur, part, nil, nil
			}
			return nil, "", nil, ENOENT
		}
		if next.mode&fs.ModeSymlink != 0 && (!last || follow) {
			if links++; links > maxLinks {
				return nil, "", nil, ELOOP
			}
			rest := append(split(next.link), parts[i+1:]...)
			if strings.HasPrefix(next.link, "/") {
				stack = stack[:1]
			}
			parts, i = rest, -1
			continue
		}
		if last {
			return cur, part, next, nil
		}
		stack = append(stack, next)
	}
	n = stack[len(stack)-1]
	if len(stack) > 1 {
		dir = stack[len(stack)-2]
	}
	return dir, "", n, nil
}

func split(name string) []string { return strings.Split(strings.Trim(name, "/"), "/") }

// child looks a name up, in a made directory too.
func (f *FS) child(d *node, name string) *node {
	if n := d.kids[name]; n != nil {
		return n
	}
	if d.list == nil {
		return nil
	}
	if text, ok := d.list()[name]; ok {
		return made(text, d.mtime)
	}
	// A made directory of directories lists "12/status": names with a slash.
	kids := map[string]func() []byte{}
	for k, text := range d.list() {
		if rest, ok := strings.CutPrefix(k, name+"/"); ok {
			kids[rest] = text
		}
	}
	if len(kids) == 0 {
		return nil
	}
	return &node{mode: fs.ModeDir | 0o555, owner: "root", mtime: d.mtime, links: 1,
		list: func() map[string]func() []byte { return kids }}
}

func made(text func() []byte, at time.Time) *node {
	return &node{mode: 0o444, owner: "root", mtime: at, links: 1, text: text}
}

func (f *FS) find(name string, follow bool) (*node, error) {
	_, _, n, err := f.walk(name, follow)
	if err == nil && n == nil {
		err = ENOENT
	}
	if err == nil && strings.HasSuffix(name, "/") && !n.mode.IsDir() {
		err = ENOTDIR
	}
	return n, err
}

func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// Why is the plain text of an error, without operation and path.
func Why(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		err = pe.Err
	}
	return err.Error()
}

// Info is a file as Stat sees it.
type Info struct {
	name   string
	size   int64
	mode   fs.FileMode
	mtime  time.Time
	Owner  string
	Ino    uint64
	Links  int
	Target string // of a symbolic link
	Device Device
}

// The methods of fs.FileInfo and fs.DirEntry.

func (i Info) Name() string               { return i.name }
func (i Info) Size() int64                { return i.size }
func (i Info) Mode() fs.FileMode          { return i.mode }
func (i Info) Type() fs.FileMode          { return i.mode.Type() }
func (i Info) ModTime() time.Time         { return i.mtime }
func (i Info) IsDir() bool                { return i.mode.IsDir() }
func (i Info) Sys() any                   { return nil }
func (i Info) Info() (fs.FileInfo, error) { return i, nil }

func (f *FS) info(name string, n *node) Info {
	f.grow(n)
	i := Info{name: name, mode: n.mode, mtime: n.mtime, Owner: n.owner, Ino: n.ino, Links: n.links, Target: n.link, Device: n.device}
	switch {
	case n.mode.IsDir():
		i.size = 4096
		i.Links = 2
	case n.link != "":
		i.size = int64(len(n.link))
	default:
		i.size = int64(len(n.data))
	}
	return i
}

// Stat describes a file; links are followed.
func (f *FS) Stat(name string) (Info, error) { return f.stat(name, true) }

// Lstat describes a file or the link itself.
func (f *FS) Lstat(name string) (Info, error) { return f.stat(name, false) }

func (f *FS) stat(name string, follow bool) (Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(name, follow)
	if err != nil {
		return Info{}, fail("stat", name, err)
	}
	return f.info(path.Base(name), n), nil
}

// ReadDir lists a directory by name.
func (f *FS) ReadDir(name string) ([]Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(name, true)
	if err == nil && !n.mode.IsDir() {
		err = ENOTDIR
	}
	if err != nil {
		return nil, fail("open", name, err)
	}
	seen := map[string]bool{}
	var out []Info
	for k, kid := range n.kids {
		seen[k] = true
		out = append(out, f.info(k, kid))
	}
	if n.list != nil {
		for k := range n.list() {
			k, _, _ = strings.Cut(k, "/")
			if kid := f.child(n, k); !seen[k] && kid != nil {
				seen[k] = true
				out = append(out, f.info(k, kid))
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out, nil
}

// grow brings a log up to now.
func (f *FS) grow(n *node) {
	if n.log == nil {
		return
	}
	now := f.now()
	if !now.After(n.upto) {
		return
	}
	more := n.log.Text(n.upto, now)
	n.upto = now
	if len(more) == 0 {
		return
	}
	n.mtime = now
	n.data = append(n.data, more...)
	if len(n.data) > maxLog {
		cut := len(n.data) - maxLog/2
		for cut < len(n.data) && n.data[cut-1] != '\n' {
			cut++
		}
		n.data = append([]byte(nil), n.data[cut:]...)
	}
}

// Used is the bytes in files, and the limit.
func (f *FS) Used() (used, limit int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used, f.limit
}

// Real is a path without links.
func (f *FS) Real(name string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for links := 0; links <= maxLinks; links++ {
		if _, err := f.find(name, true); err != nil {
			return "", fail("readlink", name, err)
		}
		parts := split(name)
		at, again := "/", false
		for i, part := range parts {
			full := path.Join(at, part)
			n, err := f.find(full, false)
			if err != nil {
				return "", fail("readlink", name, err)
			}
			if n.link != "" {
				name = path.Join(Abs(at, n.link), path.Join(parts[i+1:]...))
				again = true
				break
			}
			at = full
		}
		if !again {
			return at, nil
		}
	}
	return "", fail("readlink", name, ELOOP)
}
