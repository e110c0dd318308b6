package machine

import (
	"path"
	"strings"
	"time"
)

// Memory is what free shows, in bytes.
type Memory struct{ Total, Used, Free, Buffers, Cached, Available int64 }

// MemoryOf sums the processes up against the limit.
func MemoryOf(f *Facts, all []Process) Memory {
	var rss int64
	for _, p := range all {
		rss += p.RSS
	}
	m := Memory{Total: f.Memory, Used: min(rss+f.Memory/32, f.Memory)}
	rest := m.Total - m.Used
	m.Cached = rest * 2 / 5
	m.Buffers = rest / 50
	m.Free = rest - m.Cached - m.Buffers
	m.Available = m.Free + m.Cached*9/10
	return m
}

// Load is the load average over 1, 5 and 15 minutes.
func Load(_ *Facts, all []Process) [3]float64 {
	var cpu float64
	for _, p := range all {
		cpu += p.CPU
	}
	l := cpu / 100
	return [3]float64{l, l * 0.93, l * 0.88}
}

// Comm is a process's short name, as the kernel keeps it.
func Comm(p Process) string {
	name, _, _ := strings.Cut(p.Command, " ")
	name = path.Base(name)
	if len(name) > 15 {
		name = name[:15]
	}
	return name
}

// Uptime is the time since the boot.
func (f *Facts) Uptime() time.Duration { return f.Clock().Sub(f.Booted) }
