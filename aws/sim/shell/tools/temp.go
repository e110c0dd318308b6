package tools

import (
	"errors"
	"io/fs"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

func mktemp(p *proc.Proc) int {
	f, ok := p.Flags("dp:tqu", nil)
	if !ok {
		return 1
	}
	name := "/tmp/tmp.XXXXXXXXXX"
	if len(f.Args) > 0 {
		name = p.Abs(f.Args[0])
	}
	if f.Has("p") {
		name = p.Abs(f.Get("p")) + "/tmp.XXXXXXXXXX"
	}
	n := len(name) - len(strings.TrimRight(name, "X"))
	if n < 3 {
		return p.Errorf("too few X's in template '%s'", name)
	}
	seed := uint64(p.PID)*0x9e3779b97f4a7c15 + uint64(p.Facts.Clock().UnixNano())
	for range 100 {
		suffix := make([]byte, n)
		for i := range suffix {
			seed = seed*6364136223846793005 + 1442695040888963407
			suffix[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[seed>>33%62]
		}
		full := name[:len(name)-n] + string(suffix)
		var err error
		if f.Has("d") {
			err = p.FS.Mkdir(full, 0o700)
		} else {
			var w *disk.File
			if w, err = p.FS.Open(full, disk.Write|disk.Create|disk.Excl, 0o600); err == nil {
				w.Close()
			}
		}
		if err == nil {
			p.Printf("%s\n", full)
			return 0
		}
		if !errors.Is(err, fs.ErrExist) {
			return p.Errorf("failed to create file via template '%s': %s", name, disk.Why(err))
		}
	}
	return 1
}

func truncateTool(p *proc.Proc) int {
	f, ok := p.Flags("s:c", map[string]string{"size": "s"})
	if !ok {
		return 1
	}
	n, err := count(f.Get("s"))
	if err != nil {
		return p.Errorf("invalid number: '%s'", f.Get("s"))
	}
	for _, name := range f.Args {
		w, err := p.FS.Open(p.Abs(name), disk.Write|disk.Create, 0o644)
		if err == nil {
			err = w.Truncate(int64(n))
			w.Close()
		}
		if err != nil {
			return p.Fail(name, err)
		}
	}
	return 0
}

func which(p *proc.Proc) int {
	status := 0
	for _, name := range p.Args[1:] {
		if at := p.Session.Find(p, name); at != "" {
			p.Printf("%s\n", at)
		} else {
			status = 1
		}
	}
	return status
}
