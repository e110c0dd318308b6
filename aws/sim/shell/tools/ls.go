package tools

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

type lister struct {
	p                                                  *proc.Proc
	f                                                  proc.Flags
	long, all, almost, human, one, dirs, inode, colors bool
	status                                             int
}

func ls(p *proc.Proc) int {
	f, ok := p.Flags("laA1rtSRhdFiCsgnopXc:", map[string]string{"all": "a", "almost-all": "A", "human-readable": "h", "color": "c", "recursive": "R", "reverse": "r"})
	if !ok {
		return 2
	}
	l := &lister{p: p, f: f, long: f.Has("l") || f.Has("n") || f.Has("g") || f.Has("o"), all: f.Has("a"), almost: f.Has("A"), human: f.Has("h"),
		one: f.Has("1") || !proc.IsTTY(p.Out), dirs: f.Has("d"), inode: f.Has("i"),
		colors: f.Has("c") && f.Get("c") != "never" && (f.Get("c") == "always" || proc.IsTTY(p.Out))}
	names := f.Args
	if len(names) == 0 {
		names = []string{"."}
	}
	var files []entry
	var dirs []string
	for _, name := range names {
		i, err := p.FS.Lstat(p.Abs(name))
		if err == nil && i.Mode()&fs.ModeSymlink != 0 && !l.long {
			if t, terr := p.FS.Stat(p.Abs(name)); terr == nil {
				i = t
			}
		}
		switch {
		case err != nil:
			p.Errorf("cannot access '%s': %s", name, disk.Why(err))
			l.status = 2
		case i.IsDir() && !l.dirs:
			dirs = append(dirs, name)
		default:
			files = append(files, entry{name, i})
		}
	}
	l.show(files, "")
	for k, d := range dirs {
		if k > 0 || len(files) > 0 {
			p.Printf("\n")
		}
		l.dir(d, len(names) > 1 || f.Has("R"), 0)
	}
	return l.status
}

type entry struct {
	name string
	disk.Info
}

func (l *lister) dir(name string, title bool, depth int) {
	list, err := l.p.FS.ReadDir(l.p.Abs(name))
	if err != nil {
		l.p.Errorf("cannot open directory '%s': %s", name, disk.Why(err))
		l.status = 2
		return
	}
	if title {
		l.p.Printf("%s:\n", name)
	}
	var all []entry
	if l.all {
		for _, dot := range []string{".", ".."} {
			if i, err := l.p.FS.Stat(l.p.Abs(name + "/" + dot)); err == nil {
				all = append(all, entry{dot, i})
			}
		}
	}
	for _, i := range list {
		if strings.HasPrefix(i.Name(), ".") && !l.all && !l.almost {
			continue
		}
		all = append(all, entry{i.Name(), i})
	}
	if l.long {
		total := int64(0)
		for _, e := range all {
			total += blocks(e.Size())
		}
		l.p.Printf("total %s\n", l.size(total*1024, total))
	}
	l.show(all, name)
	if !l.f.Has("R") || depth > 32 {
		return
	}
	for _, e := range all {
		if e.IsDir() && e.name != "." && e.name != ".." && l.p.Ctx.Err() == nil {
			l.p.Printf("\n")
			l.dir(path.Join(name, e.name), true, depth+1)
		}
	}
}

// blocks is a size in kilobytes, in blocks of four.
func blocks(size int64) int64 { return (size + 4095) / 4096 * 4 }

func (l *lister) size(bytes, plain int64) string {
	if l.human {
		return human(bytes)
	}
	return fmt.Sprint(plain)
}

// human writes bytes as ls -h and df -h do.
func human(n int64) string {
	if n < 1024 {
		return fmt.Sprint(n)
	}
	v := float64(n)
	for _, u := range "KMGTPE" {
		if v /= 1024; v < 1024 {
			if v < 10 {
				return fmt.Sprintf("%.1f%c", v, u)
			}
			return fmt.Sprintf("%.0f%c", v, u)
		}
	}
	return fmt.Sprint(n)
}

func (l *lister) show(all []entry, dir string) {
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if l.f.Has("r") {
			a, b = b, a
		}
		switch {
		case l.f.Has("t") && !a.ModTime().Equal(b.ModTime()):
			return a.ModTime().After(b.ModTime())
		case l.f.Has("S") && a.Size() != b.Size():
			return a.Size() > b.Size()
		}
		return a.name < b.name
	})
	if l.long {
		l.lines(all)
		return
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = l.label(e)
		if l.inode {
			names[i] = fmt.Sprintf("%d %s", e.Ino, names[i])
		}
	}
	if l.one {
		for _, n := range names {
			l.p.Printf("%s\n", n)
		}
		return
	}
	l.columns(names)
}

func (l *lister) columns(names []string) {
	cols := 80
	if l.p.TTY != nil {
		cols, _ = l.p.TTY.Size()
	}
	if len(names) == 0 {
		return
	}
	for rows := 1; ; rows++ {
		var width []int
		sum := 0
		for i := 0; i < len(names); i += rows {
			w := 0
			for _, n := range names[i:min(i+rows, len(names))] {
				w = max(w, ansi.StringWidth(n))
			}
			width = append(width, w+2)
			sum += w + 2
		}
		if sum-2 > cols && rows < len(names) {
			continue
		}
		for r := range rows {
			var b strings.Builder
			for c := 0; c*rows+r < len(names); c++ {
				n := names[c*rows+r]
				b.WriteString(n)
				if (c+1)*rows+r < len(names) {
					b.WriteString(strings.Repeat(" ", width[c]-ansi.StringWidth(n)))
				}
			}
			l.p.Printf("%s\n", b.String())
		}
		return
	}
}

// label is a name with its colour or its mark.
func (l *lister) label(e entry) string {
	name := e.name
	mark, color := "", ""
	switch m := e.Mode(); {
	case m.IsDir():
		mark, color = "/", "01;34"
	case m&fs.ModeSymlink != 0:
		mark, color = "@", "01;36"
	case m&fs.ModeDevice != 0:
		color = "40;33;01"
	case m&0o111 != 0:
		mark, color = "*", "01;32"
	}
	if l.colors && color != "" {
		name = "\x1b[" + color + "m" + name + "\x1b[0m"
	}
	if l.f.Has("F") || l.f.Has("p") && mark == "/" {
		name += mark
	}
	return name
}

func (l *lister) lines(all []entry) {
	links, owner, size := 1, 4, 1
	sizes := make([]string, len(all))
	for i, e := range all {
		sizes[i] = l.size(e.Size(), e.Size())
		if e.Mode()&fs.ModeDevice != 0 {
			sizes[i] = fmt.Sprintf("1, %3d", e.Device)
		}
		links, owner, size = max(links, len(fmt.Sprint(e.Links))), max(owner, len(e.Owner)), max(size, len(sizes[i]))
	}
	now := l.p.Facts.Clock()
	for i, e := range all {
		name := l.label(e)
		if e.Target != "" {
			name += " -> " + e.Target
		}
		if l.inode {
			l.p.Printf("%7d ", e.Ino)
		}
		l.p.Printf("%s %*d %-*s %-*s %*s %s %s\n", modeText(e.Mode(), e.name), links, e.Links, owner, e.Owner, owner, e.Owner, size, sizes[i], listTime(e.ModTime(), now), name)
	}
}

func modeText(m fs.FileMode, name string) string {
	kind := "-"
	switch {
	case m.IsDir():
		kind = "d"
	case m&fs.ModeSymlink != 0:
		kind = "l"
	case m&fs.ModeCharDevice != 0:
		kind = "c"
	}
	bits := []byte("rwxrwxrwx")
	for i := range bits {
		if m&(1<<(8-i)) == 0 {
			bits[i] = '-'
		}
	}
	if name == "tmp" && m.Perm() == 0o777 && m.IsDir() {
		bits[8] = 't'
	}
	return kind + string(bits)
}

func listTime(t, now time.Time) string {
	if now.Sub(t) > 182*24*time.Hour || t.After(now.Add(time.Hour)) {
		return t.Format("Jan _2  2006")
	}
	return t.Format("Jan _2 15:04")
}
