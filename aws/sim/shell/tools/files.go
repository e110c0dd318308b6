package tools

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

func fileTools() map[string]proc.Tool {
	return map[string]proc.Tool{
		"ls": ls, "dir": ls, "cp": cp, "mv": mv, "rm": rm, "mkdir": mkdir, "rmdir": rmdir, "touch": touch, "ln": ln, "chmod": chmod,
		"chown": chown, "chgrp": chown, "find": find, "du": du, "df": df, "stat": stat, "file": fileTool, "readlink": readlink,
		"realpath": readlink, "tar": tar, "gzip": gzipTool, "gunzip": gzipTool, "zcat": gzipTool, "dd": dd, "mktemp": mktemp,
		"truncate": truncateTool, "sync": func(*proc.Proc) int { return 0 }, "which": which, "install": cp,
	}
}

// into is the path that a file gets when it is put at a destination.
func into(p *proc.Proc, from, to string) string {
	if i, err := p.FS.Stat(p.Abs(to)); err == nil && i.IsDir() {
		return path.Join(p.Abs(to), path.Base(p.Abs(from)))
	}
	return strings.TrimRight(p.Abs(to), "/")
}

func operands(p *proc.Proc, f proc.Flags) (from []string, to string, ok bool) {
	if f.Has("t") {
		return f.Args, f.Get("t"), true
	}
	switch len(f.Args) {
	case 0:
		p.Errorf("missing file operand")
		return nil, "", false
	case 1:
		p.Errorf("missing destination file operand after '%s'", f.Args[0])
		return nil, "", false
	}
	from, to = f.Args[:len(f.Args)-1], f.Args[len(f.Args)-1]
	if i, err := p.FS.Stat(p.Abs(to)); len(from) > 1 && (err != nil || !i.IsDir()) {
		p.Errorf("target '%s': Not a directory", to)
		return nil, "", false
	}
	return from, to, true
}

func cp(p *proc.Proc) int {
	f, ok := p.Flags("rRafpvndLPt:m:T", map[string]string{"recursive": "r", "archive": "a", "force": "f", "verbose": "v", "no-clobber": "n"})
	if !ok {
		return 1
	}
	from, to, ok := operands(p, f)
	if !ok {
		return 1
	}
	status := 0
	for _, name := range from {
		dest := into(p, name, to)
		if strings.HasPrefix(dest+"/", p.Abs(name)+"/") && dest != p.Abs(name) {
			status = p.Errorf("cannot copy a directory, '%s', into itself, '%s'", name, to)
			continue
		}
		status = max(status, copyTree(p, f, p.Abs(name), dest, name, 0))
	}
	return status
}

func copyTree(p *proc.Proc, f proc.Flags, from, to, label string, depth int) int {
	deep := f.Has("r") || f.Has("R") || f.Has("a")
	look := p.FS.Stat
	if deep {
		look = p.FS.Lstat
	}
	i, err := look(from)
	switch {
	case err != nil:
		return p.Errorf("cannot stat '%s': %s", label, disk.Why(err))
	case from == to:
		return p.Errorf("'%s' and '%s' are the same file", label, to)
	case depth > 256 || p.Ctx.Err() != nil:
		return 1
	case i.Mode()&fs.ModeSymlink != 0:
		_ = p.FS.Remove(to)
		if err := p.FS.Symlink(i.Target, to); err != nil {
			return p.Errorf("cannot create symbolic link '%s': %s", to, disk.Why(err))
		}
		return 0
	case !i.IsDir():
		if err := copyFile(p, from, to, i); err != nil {
			return p.Errorf("cannot create regular file '%s': %s", to, disk.Why(err))
		}
		if f.Has("v") {
			p.Printf("'%s' -> '%s'\n", label, to)
		}
		return 0
	case !deep:
		return p.Errorf("-r not specified; omitting directory '%s'", label)
	}
	list, err := p.FS.ReadDir(from)
	if err != nil {
		return p.Fail(label, err)
	}
	if err := p.FS.MkdirAll(to, i.Mode().Perm()); err != nil {
		return p.Errorf("cannot create directory '%s': %s", to, disk.Why(err))
	}
	status := 0
	for _, k := range list {
		status = max(status, copyTree(p, f, path.Join(from, k.Name()), path.Join(to, k.Name()), path.Join(label, k.Name()), depth+1))
	}
	return status
}

func copyFile(p *proc.Proc, from, to string, i disk.Info) error {
	r, err := p.FS.Open(from, disk.Read, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := p.FS.Open(to, disk.Write|disk.Create|disk.Trunc, i.Mode().Perm())
	if err != nil {
		return err
	}
	defer w.Close()
	for _, err = copyChunk(p, w, r); err == nil; _, err = copyChunk(p, w, r) {
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// copyChunk lets a copy from an endless device be ended.
func copyChunk(p *proc.Proc, w io.Writer, r io.Reader) (int64, error) {
	if err := p.Ctx.Err(); err != nil {
		return 0, err
	}
	return io.CopyN(w, r, 256<<10)
}

func mv(p *proc.Proc) int {
	f, ok := p.Flags("fnvit:T", map[string]string{"force": "f", "verbose": "v", "no-clobber": "n"})
	if !ok {
		return 1
	}
	from, to, ok := operands(p, f)
	if !ok {
		return 1
	}
	status := 0
	for _, name := range from {
		dest := into(p, name, to)
		if _, err := p.FS.Lstat(dest); err == nil && f.Has("n") {
			continue
		}
		if err := p.FS.Rename(p.Abs(name), dest); err != nil {
			if errors.Is(err, disk.EINVAL) {
				status = p.Errorf("cannot move '%s' to a subdirectory of itself, '%s'", name, dest)
				continue
			}
			status = p.Errorf("cannot move '%s' to '%s': %s", name, to, disk.Why(err))
		}
	}
	return status
}

func rm(p *proc.Proc) int {
	f, ok := p.Flags("rRfvdiI", map[string]string{"recursive": "r", "force": "f", "verbose": "v", "no-preserve-root": "N", "dir": "d"})
	if !ok {
		return 1
	}
	deep := f.Has("r") || f.Has("R")
	if len(f.Args) == 0 && !f.Has("f") {
		return p.Errorf("missing operand")
	}
	status := 0
	for _, name := range f.Args {
		abs := p.Abs(name)
		i, err := p.FS.Lstat(strings.TrimRight(abs, "/"))
		switch base := path.Base(name); {
		case base == "." || base == "..":
			status = p.Errorf("refusing to remove '.' or '..' directory: skipping '%s'", name)
		case abs == "/" && !f.Has("N"):
			p.Errorf("it is dangerous to operate recursively on '/'")
			status = p.Errorf("use --no-preserve-root to override this failsafe")
		case err != nil:
			if !f.Has("f") {
				status = p.Errorf("cannot remove '%s': %s", name, disk.Why(err))
			}
		case i.IsDir() && !deep && !f.Has("d"):
			status = p.Errorf("cannot remove '%s': Is a directory", name)
		default:
			status = max(status, remove(p, f, abs, name, i, 0))
		}
	}
	return status
}

func remove(p *proc.Proc, f proc.Flags, abs, label string, i disk.Info, depth int) int {
	status := 0
	if i.IsDir() && (f.Has("r") || f.Has("R")) && depth < 512 {
		list, err := p.FS.ReadDir(abs)
		if err != nil {
			return p.Fail(label, err)
		}
		for _, k := range list {
			if p.Ctx.Err() != nil {
				return 1
			}
			status = max(status, remove(p, f, path.Join(abs, k.Name()), path.Join(label, k.Name()), k, depth+1))
		}
	}
	if abs == "/" {
		return status
	}
	if err := p.FS.Remove(abs); err != nil {
		return p.Errorf("cannot remove '%s': %s", label, disk.Why(err))
	}
	if f.Has("v") {
		p.Printf("removed '%s'\n", label)
	}
	return status
}

func mkdir(p *proc.Proc) int {
	f, ok := p.Flags("pvm:", map[string]string{"parents": "p"})
	if !ok {
		return 1
	}
	if len(f.Args) == 0 {
		return p.Errorf("missing operand")
	}
	status := 0
	for _, name := range f.Args {
		make := p.FS.Mkdir
		if f.Has("p") {
			make = p.FS.MkdirAll
		}
		if err := make(strings.TrimRight(p.Abs(name), "/"), 0o755); err != nil {
			status = p.Errorf("cannot create directory '%s': %s", name, disk.Why(err))
		}
	}
	return status
}

func rmdir(p *proc.Proc) int {
	status := 0
	for _, name := range p.Args[1:] {
		i, err := p.FS.Lstat(p.Abs(name))
		if err == nil && !i.IsDir() {
			err = disk.ENOTDIR
		}
		if err == nil {
			err = p.FS.Remove(p.Abs(name))
		}
		if err != nil {
			status = p.Errorf("failed to remove '%s': %s", name, disk.Why(err))
		}
	}
	return status
}

func touch(p *proc.Proc) int {
	f, ok := p.Flags("camd:r:t:", nil)
	if !ok {
		return 1
	}
	at := p.Facts.Clock()
	if f.Has("r") {
		i, err := p.FS.Stat(p.Abs(f.Get("r")))
		if err != nil {
			return p.Fail(f.Get("r"), err)
		}
		at = i.ModTime()
	}
	status := 0
	for _, name := range f.Args {
		if _, err := p.FS.Stat(p.Abs(name)); err != nil {
			if f.Has("c") {
				continue
			}
			w, err := p.FS.Open(p.Abs(name), disk.Write|disk.Create, 0o644)
			if err != nil {
				status = p.Errorf("cannot touch '%s': %s", name, disk.Why(err))
				continue
			}
			w.Close()
		}
		if err := p.FS.Chtimes(p.Abs(name), at); err != nil {
			status = p.Errorf("setting times of '%s': %s", name, disk.Why(err))
		}
	}
	return status
}

func ln(p *proc.Proc) int {
	f, ok := p.Flags("sfnvr", map[string]string{"symbolic": "s", "force": "f"})
	if !ok {
		return 1
	}
	if len(f.Args) == 1 {
		f.Args = append(f.Args, ".")
	}
	from, to, ok := operands(p, f)
	if !ok {
		return 1
	}
	status := 0
	for _, name := range from {
		dest := into(p, name, to)
		if f.Has("f") {
			_ = p.FS.Remove(dest) // the link says whether it was needed
		}
		var err error
		if f.Has("s") {
			err = p.FS.Symlink(name, dest)
		} else {
			err = p.FS.Link(p.Abs(name), dest)
		}
		if err != nil {
			status = p.Errorf("failed to create link '%s': %s", to, disk.Why(err))
		}
	}
	return status
}
