package shell

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
)

// proc makes /proc: its texts are of this container and of no other machine.
func (b *Box) proc(d *disk.FS) {
	_ = d.MadeDir("/proc", b.procFiles)
}

func (b *Box) procFiles() map[string]func() []byte {
	f := &b.facts
	all := b.processes()
	out := map[string]func() []byte{
		"meminfo": func() []byte { return b.meminfo(all) },
		"cpuinfo": b.cpuinfo,
		"uptime": func() []byte {
			up := f.Clock().Sub(f.Booted).Seconds()
			return fmt.Appendf(nil, "%.2f %.2f\n", up, up*0.9)
		},
		"loadavg": func() []byte {
			l := machine.Load(f, all)
			return fmt.Appendf(nil, "%.2f %.2f %.2f 1/%d %d\n", l[0], l[1], l[2], len(all)+90, all[len(all)-1].PID)
		},
		"version":                func() []byte { return fmt.Appendf(nil, "Linux version %s (mockbuild@build) (gcc) #1 SMP\n", f.Kernel) },
		"mounts":                 func() []byte { return []byte(mounts) },
		"filesystems":            func() []byte { return []byte("nodev\tproc\nnodev\ttmpfs\n\text4\nnodev\toverlay\n") },
		"cmdline":                func() []byte { return []byte("console=ttyS0 root=/dev/vda1\n") },
		"stat":                   func() []byte { return b.stat(all) },
		"sys/kernel/hostname":    func() []byte { return []byte(f.Hostname + "\n") },
		"sys/kernel/osrelease":   func() []byte { return []byte(f.Kernel + "\n") },
		"sys/kernel/pid_max":     func() []byte { return []byte("32768\n") },
		"sys/vm/swappiness":      func() []byte { return []byte("60\n") },
		"sys/fs/file-max":        func() []byte { return []byte("9223372036854775807\n") },
		"sys/net/core/somaxconn": func() []byte { return []byte("4096\n") },
		"net/tcp":                b.netTCP,
	}
	for i, p := range all {
		b.process(out, fmt.Sprint(p.PID), p)
		if i == len(all)-1 {
			b.process(out, "self", p)
		}
	}
	return out
}

const mounts = "overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0\n" +
	"devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620 0 0\nsysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0\n" +
	"cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0\nshm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0\n"

func (b *Box) process(out map[string]func() []byte, dir string, p machine.Process) {
	out[dir+"/cmdline"] = func() []byte { return []byte(strings.ReplaceAll(p.Command, " ", "\x00") + "\x00") }
	out[dir+"/comm"] = func() []byte { return []byte(machine.Comm(p) + "\n") }
	out[dir+"/status"] = func() []byte {
		return fmt.Appendf(nil, "Name:\t%s\nUmask:\t0022\nState:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\n"+
			"VmPeak:\t%8d kB\nVmSize:\t%8d kB\nVmHWM:\t%8d kB\nVmRSS:\t%8d kB\nThreads:\t%d\nSeccomp:\t2\n",
			machine.Comm(p), state(p.Stat), p.PID, p.PID, p.PPID, p.VSZ>>10, p.VSZ>>10, p.RSS>>10, p.RSS>>10, max(1, p.Threads))
	}
	out[dir+"/environ"] = func() []byte { return []byte(strings.Join(b.facts.Env, "\x00") + "\x00") }
	out[dir+"/cgroup"] = func() []byte { return []byte("0::/\n") }
	out[dir+"/oom_score"] = func() []byte { return fmt.Appendln(nil, 667*p.RSS/max(1, b.facts.Memory)) }
	out[dir+"/limits"] = func() []byte {
		return []byte("Limit                     Soft Limit           Hard Limit           Units\nMax open files            65535                65535                files\n")
	}
	out[dir+"/statm"] = func() []byte { return fmt.Appendf(nil, "%d %d 1024 1 0 256 0\n", p.VSZ>>12, p.RSS>>12) }
	out[dir+"/stat"] = func() []byte {
		return fmt.Appendf(nil, "%d (%s) %.1s %d %d %d 0 -1 4194560 0 0 0 0 %d %d 0 0 20 0 %d 0 %d %d %d\n", p.PID, machine.Comm(p), p.Stat, p.PPID, p.PID, p.PID,
			p.CPUTime/(10*time.Millisecond), p.CPUTime/(40*time.Millisecond), max(1, p.Threads), p.Started.Sub(b.facts.Booted)/(10*time.Millisecond), p.VSZ, p.RSS>>12)
	}
}

func state(stat string) string {
	switch {
	case strings.HasPrefix(stat, "R"):
		return "R (running)"
	case strings.HasPrefix(stat, "T"):
		return "T (stopped)"
	}
	return "S (sleeping)"
}

func (b *Box) meminfo(all []machine.Process) []byte {
	m := machine.MemoryOf(&b.facts, all)
	var out bytes.Buffer
	for _, l := range []struct {
		name string
		v    int64
	}{{"MemTotal", m.Total}, {"MemFree", m.Free}, {"MemAvailable", m.Available}, {"Buffers", m.Buffers}, {"Cached", m.Cached},
		{"SwapCached", 0}, {"SwapTotal", 0}, {"SwapFree", 0}} {
		fmt.Fprintf(&out, "%-15s %8d kB\n", l.name+":", l.v>>10)
	}
	return out.Bytes()
}

func (b *Box) cpuinfo() []byte {
	var out bytes.Buffer
	for i := range b.facts.CPUs {
		if b.facts.Arch == "aarch64" {
			fmt.Fprintf(&out, "processor\t: %d\nBogoMIPS\t: 243.75\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n", i)
			continue
		}
		fmt.Fprintf(&out, "processor\t: %d\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz\ncpu MHz\t\t: 2499.998\ncache size\t: 36608 KB\n\n", i)
	}
	return out.Bytes()
}

func (b *Box) stat(all []machine.Process) []byte {
	var used time.Duration
	for _, p := range all {
		used += p.CPUTime
	}
	up := b.facts.Clock().Sub(b.facts.Booted)
	tick := func(d time.Duration) int64 { return int64(d / (10 * time.Millisecond)) }
	idle := max(0, up*time.Duration(b.facts.CPUs)-used)
	return fmt.Appendf(nil, "cpu  %d 0 %d %d 0 0 0 0 0 0\nbtime %d\nprocesses %d\n", tick(used*4/5), tick(used/5), tick(idle), b.facts.Booted.Unix(), len(all)+400)
}

func (b *Box) netTCP() []byte {
	out := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	i := 0
	for _, s := range b.facts.Services {
		if s.Host == "" {
			out += fmt.Sprintf("%4d: 00000000:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 %d\n", i, s.Port, 20_000+i)
			i++
		}
	}
	return []byte(out)
}
