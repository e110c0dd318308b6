package disk

import (
	"io/fs"
	"path"
	"strings"
	"time"
)

// Mkdir makes a directory; its parent must be there.
func (f *FS) Mkdir(name string, perm fs.FileMode) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fail("mkdir", name, f.mkdir(name, perm))
}

func (f *FS) mkdir(name string, perm fs.FileMode) error {
	dir, base, n, err := f.walk(strings.TrimRight(name, "/"), false)
	switch {
	case err != nil:
		return err
	case n != nil:
		return EEXIST
	}
	return f.put(dir, base, fs.ModeDir|perm.Perm(), nil)
}

// put adds a new node to a directory; into, where not nil, fills it.
func (f *FS) put(dir *node, base string, mode fs.FileMode, into func(*node)) error {
	if dir.list != nil {
		return EPERM
	}
	if f.files >= maxFiles {
		return ENOSPC
	}
	n := f.make(mode)
	if into != nil {
		into(n)
	}
	dir.kids[base] = n
	dir.mtime = f.now()
	return nil
}

// MkdirAll makes a directory and what is missing above it.
func (f *FS) MkdirAll(name string, perm fs.FileMode) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fail("mkdir", name, f.mkdirAll(name, perm))
}

func (f *FS) mkdirAll(name string, perm fs.FileMode) error {
	if _, _, n, err := f.walk(name, true); err == nil && n != nil {
		if n.mode.IsDir() {
			return nil
		}
		return ENOTDIR
	}
	if up := path.Dir(strings.TrimRight(name, "/")); up != name {
		if err := f.mkdirAll(up, perm); err != nil {
			return err
		}
	}
	return f.mkdir(name, perm)
}

// Symlink makes a link to target, which need not exist.
func (f *FS) Symlink(target, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, n, err := f.walk(name, false)
	if err == nil && n != nil {
		err = EEXIST
	}
	if err == nil {
		err = f.put(dir, base, fs.ModeSymlink|0o777, func(n *node) { n.link = target })
	}
	return fail("symlink", name, err)
}

// Link gives a file a second name.
func (f *FS) Link(old, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(old, true)
	if err != nil {
		return fail("link", old, err)
	}
	if n.mode.IsDir() || n.text != nil {
		return fail("link", old, EPERM)
	}
	dir, base, there, err := f.walk(name, false)
	if err == nil && there != nil {
		err = EEXIST
	}
	if err == nil && dir.list != nil {
		err = EPERM
	}
	if err != nil {
		return fail("link", name, err)
	}
	n.links++
	dir.kids[base] = n
	return nil
}

// Remove removes a file or an empty directory.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, n, err := f.walk(strings.TrimRight(name, "/"), false)
	switch {
	case err != nil:
	case n == nil:
		err = ENOENT
	case base == "" || dir == nil || n.list != nil || n.text != nil || f.busy(n):
		err = EBUSY
		if n.text != nil {
			err = EPERM
		}
	case len(n.kids) > 0:
		err = ENOTEMPTY
	default:
		delete(dir.kids, base)
		dir.mtime = f.now()
		f.drop(n)
	}
	return fail("remove", name, err)
}

// busy keeps what is mounted: devices.
func (f *FS) busy(n *node) bool {
	for _, k := range n.kids {
		if k.device != 0 {
			return true
		}
	}
	return n.device != 0
}

func (f *FS) drop(n *node) {
	if n.links--; n.links == 0 {
		f.files--
		if n.log == nil {
			f.used -= int64(len(n.data))
		}
	}
}

// Rename moves a file or a directory; a file at the new name is replaced.
func (f *FS) Rename(old, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fail("rename", name, f.rename(old, name))
}

func (f *FS) rename(old, name string) error {
	from, base, n, err := f.walk(strings.TrimRight(old, "/"), false)
	switch {
	case err != nil:
		return err
	case n == nil:
		return ENOENT
	case base == "" || n.text != nil || n.list != nil || f.busy(n):
		return EBUSY
	}
	to, last, there, err := f.walk(strings.TrimRight(name, "/"), false)
	switch {
	case err != nil:
		return err
	case to == nil || to.list != nil:
		return EPERM
	case there == n:
		return nil
	case n.mode.IsDir() && f.inside(n, to):
		return EINVAL
	case there != nil && there.mode.IsDir() && !n.mode.IsDir():
		return EISDIR
	case there != nil && len(there.kids) > 0:
		return ENOTEMPTY
	case there != nil && (there.text != nil || f.busy(there)):
		return EBUSY
	}
	if there != nil {
		f.drop(there)
	}
	delete(from.kids, base)
	to.kids[last] = n
	from.mtime, to.mtime = f.now(), f.now()
	return nil
}

// inside says whether d is n or below it.
func (f *FS) inside(n, d *node) bool {
	if n == d {
		return true
	}
	for _, k := range n.kids {
		if k.mode.IsDir() && f.inside(k, d) {
			return true
		}
	}
	return false
}

// Chmod changes permission bits.
func (f *FS) Chmod(name string, perm fs.FileMode) error {
	return f.touch("chmod", name, func(n *node) { n.mode = n.mode&^0o777 | perm.Perm() })
}

// Chown changes the owner, "user" or "user:group".
func (f *FS) Chown(name, owner string) error {
	return f.touch("chown", name, func(n *node) { n.owner, _, _ = strings.Cut(owner, ":") })
}

// Chtimes sets the time of the last change.
func (f *FS) Chtimes(name string, t time.Time) error {
	return f.touch("utime", name, func(n *node) { n.mtime = t })
}

func (f *FS) touch(op, name string, do func(*node)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.find(name, true)
	if err == nil && n.text != nil {
		err = EPERM
	}
	if err == nil {
		do(n)
	}
	return fail(op, name, err)
}

// The following fill a file system; they make missing directories and replace
// what is there.

// Write makes a file.
func (f *FS) Write(name, text string, perm fs.FileMode) error {
	return f.fill(name, perm, func(n *node) { n.data = []byte(text); f.used += int64(len(text)) })
}

// Made makes a file whose text is asked for at each reading.
func (f *FS) Made(name string, text func() []byte) error {
	return f.fill(name, 0o444, func(n *node) { n.text = text })
}

// MadeDir makes a directory whose files are asked for at each look; names may
// have one slash.
func (f *FS) MadeDir(name string, list func() map[string]func() []byte) error {
	return f.fill(name, fs.ModeDir|0o555, func(n *node) { n.list = list })
}

// Grows makes a log.
func (f *FS) Grows(name string, l Log, perm fs.FileMode) error {
	return f.fill(name, perm, func(n *node) { n.log, n.upto = &l, l.From })
}

// Mknod makes a device.
func (f *FS) Mknod(name string, d Device) error {
	return f.fill(name, fs.ModeDevice|fs.ModeCharDevice|0o666, func(n *node) { n.device = d })
}

// Unmake removes what Made has made.
func (f *FS) Unmake(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base, n, err := f.walk(name, false)
	if err == nil && (n == nil || n.text == nil) {
		err = ENOENT
	}
	if err == nil {
		delete(dir.kids, base)
		f.drop(n)
	}
	return fail("remove", name, err)
}

func (f *FS) fill(name string, mode fs.FileMode, into func(*node)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mkdirAll(path.Dir(name), 0o755); err != nil {
		return fail("open", name, err)
	}
	dir, base, n, err := f.walk(name, true)
	if err == nil && n != nil {
		if n.mode.IsDir() && !mode.IsDir() {
			return fail("open", name, EISDIR)
		}
		f.drop(n)
	}
	if err == nil {
		err = f.put(dir, base, mode, into)
	}
	return fail("open", name, err)
}
