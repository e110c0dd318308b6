package tools

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

func du(p *proc.Proc) int {
	f, ok := p.Flags("shacxkmd:", map[string]string{"summarize": "s", "human-readable": "h", "max-depth": "d"})
	if !ok {
		return 1
	}
	most := 256
	if f.Has("d") {
		most, _ = strconv.Atoi(f.Get("d"))
	}
	if f.Has("s") {
		most = 0
	}
	names := f.Args
	if len(names) == 0 {
		names = []string{"."}
	}
	status, total := 0, int64(0)
	show := func(kb int64, name string) {
		size := fmt.Sprint(kb)
		switch {
		case f.Has("h"):
			size = human(kb << 10)
		case f.Has("m"):
			size = fmt.Sprint((kb + 1023) / 1024)
		}
		p.Printf("%s\t%s\n", size, name)
	}
	var walk func(name string, i disk.Info, depth int) int64
	walk = func(name string, i disk.Info, depth int) int64 {
		sum := blocks(i.Size())
		if i.IsDir() && depth < 256 && p.Ctx.Err() == nil {
			list, _ := p.FS.ReadDir(p.Abs(name))
			for _, k := range list {
				sum += walk(strings.TrimSuffix(name, "/")+"/"+k.Name(), k, depth+1)
			}
		}
		if depth <= most && (i.IsDir() || f.Has("a") || depth == 0) {
			show(sum, name)
		}
		return sum
	}
	for _, name := range names {
		i, err := p.FS.Lstat(p.Abs(name))
		if err != nil {
			status = p.Errorf("cannot access '%s': %s", name, disk.Why(err))
			continue
		}
		total += walk(name, i, 0)
	}
	if f.Has("c") {
		show(total, "total")
	}
	return status
}

// df shows the container's root file system with a plausible use.
func df(p *proc.Proc) int {
	f, ok := p.Flags("hHkmTiaPx:t:", map[string]string{"human-readable": "h", "print-type": "T", "inodes": "i"})
	if !ok {
		return 1
	}
	used, _ := p.FS.Used()
	total := p.Facts.Disk
	used += total/10 + 6<<30/4
	rows := []struct {
		name, kind, on string
		size, used     int64
	}{
		{"overlay", "overlay", "/", total, min(used, total)},
		{"tmpfs", "tmpfs", "/dev", 64 << 20, 0},
		{"shm", "tmpfs", "/dev/shm", 64 << 20, 0},
		{"tmpfs", "tmpfs", "/sys/fs/cgroup", p.Facts.Memory / 2, 0},
		{"/dev/nvme1n1", "ext4", "/etc/hosts", total, min(used, total)},
	}
	kind := func(s string) string {
		if f.Has("T") {
			return fmt.Sprintf("%-8s ", s)
		}
		return ""
	}
	if f.Has("h") || f.Has("H") {
		p.Printf("%-15s %s%5s %5s %5s %4s %s\n", "Filesystem", kind("Type"), "Size", "Used", "Avail", "Use%", "Mounted on")
	} else {
		p.Printf("%-15s %s%10s %9s %9s %4s %s\n", "Filesystem", kind("Type"), "1K-blocks", "Used", "Available", "Use%", "Mounted on")
	}
	for _, r := range rows {
		if len(f.Args) > 0 && r.on != "/" {
			continue
		}
		pct := (r.used*100 + r.size - 1) / max(1, r.size)
		if f.Has("h") || f.Has("H") {
			p.Printf("%-15s %s%5s %5s %5s %3d%% %s\n", r.name, kind(r.kind), human(r.size), human(r.used), human(r.size-r.used), pct, r.on)
		} else {
			p.Printf("%-15s %s%10d %9d %9d %3d%% %s\n", r.name, kind(r.kind), r.size>>10, r.used>>10, (r.size-r.used)>>10, pct, r.on)
		}
	}
	return 0
}

func stat(p *proc.Proc) int {
	f, ok := p.Flags("c:Lt", map[string]string{"format": "c", "dereference": "L"})
	if !ok {
		return 1
	}
	status := 0
	for _, name := range f.Args {
		look := p.FS.Lstat
		if f.Has("L") {
			look = p.FS.Stat
		}
		i, err := look(p.Abs(name))
		if err != nil {
			status = p.Errorf("cannot statx '%s': %s", name, disk.Why(err))
			continue
		}
		kind := "regular file"
		switch m := i.Mode(); {
		case m.IsDir():
			kind = "directory"
		case m&fs.ModeSymlink != 0:
			kind = "symbolic link"
		case m&fs.ModeDevice != 0:
			kind = "character special file"
		case i.Size() == 0:
			kind = "regular empty file"
		}
		if f.Has("c") {
			r := strings.NewReplacer("%n", name, "%s", fmt.Sprint(i.Size()), "%a", fmt.Sprintf("%o", i.Mode().Perm()), "%A", modeText(i.Mode(), i.Name()),
				"%U", i.Owner, "%G", i.Owner, "%Y", fmt.Sprint(i.ModTime().Unix()), "%y", i.ModTime().Format("2006-01-02 15:04:05.000000000 -0700"),
				"%F", kind, "%i", fmt.Sprint(i.Ino), "%h", fmt.Sprint(i.Links), "%u", "0", "%g", "0")
			p.Printf("%s\n", r.Replace(f.Get("c")))
			continue
		}
		if i.Target != "" {
			name += " -> " + i.Target
		}
		at := i.ModTime().Format("2006-01-02 15:04:05.000000000 -0700")
		p.Printf("  File: %s\n  Size: %-10d\tBlocks: %-10d IO Block: 4096   %s\nDevice: 0,51\tInode: %-11d Links: %d\nAccess: (%04o/%s)  Uid: (    0/%8s)   Gid: (    0/%8s)\nAccess: %s\nModify: %s\nChange: %s\n Birth: -\n",
			name, i.Size(), blocks(i.Size())*2, kind, i.Ino, i.Links, i.Mode().Perm(), modeText(i.Mode(), i.Name()), i.Owner, i.Owner, at, at, at)
	}
	return status
}

func fileTool(p *proc.Proc) int {
	f, ok := p.Flags("bLi", nil)
	if !ok {
		return 1
	}
	for _, name := range f.Args {
		what := describe(p, name)
		if f.Has("b") {
			p.Printf("%s\n", what)
		} else {
			p.Printf("%s: %s\n", name, what)
		}
	}
	return 0
}

func describe(p *proc.Proc, name string) string {
	i, err := p.FS.Lstat(p.Abs(name))
	switch {
	case err != nil:
		return fmt.Sprintf("cannot open `%s' (%s)", name, disk.Why(err))
	case i.IsDir():
		return "directory"
	case i.Target != "":
		return "symbolic link to " + i.Target
	case i.Mode()&fs.ModeDevice != 0:
		return "character special"
	}
	r, err := p.Open(name)
	if err != nil {
		return disk.Why(err)
	}
	defer r.Close()
	b := make([]byte, 512)
	n, _ := r.Read(b) // an empty file reads nothing
	s := string(b[:n])
	switch {
	case n == 0:
		return "empty"
	case strings.HasPrefix(s, "\x7fELF"):
		return "ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, stripped"
	case strings.HasPrefix(s, "#!"):
		line, _, _ := strings.Cut(s[2:], "\n")
		return path.Base(strings.TrimSpace(line)) + " script, ASCII text executable"
	case strings.HasPrefix(s, "\x1f\x8b"):
		return "gzip compressed data"
	case strings.HasPrefix(s, "{") || strings.HasPrefix(s, "["):
		return "JSON text data"
	case strings.ContainsRune(s, 0):
		return "data"
	}
	for _, c := range s {
		if c >= 0x80 {
			return "UTF-8 Unicode text"
		}
	}
	return "ASCII text"
}

func readlink(p *proc.Proc) int {
	f, ok := p.Flags("femnqs", nil)
	if !ok {
		return 1
	}
	status := 0
	for _, name := range f.Args {
		if p.Name() == "readlink" && !f.Has("f") && !f.Has("e") && !f.Has("m") {
			i, err := p.FS.Lstat(p.Abs(name))
			if err != nil || i.Target == "" {
				status = 1
				continue
			}
			p.Printf("%s\n", i.Target)
			continue
		}
		full, err := p.FS.Real(p.Abs(name))
		if err != nil {
			if p.Name() == "realpath" {
				p.Fail(name, err)
			}
			status = 1
			continue
		}
		p.Printf("%s\n", full)
	}
	return status
}
