// Package machine is what a simulated container knows of itself: its name, limits,
// processes, services and files. It is facts without behaviour; they are given from
// outside, since the shell knows nothing of AWS.
package machine

import (
	"io/fs"
	"net/http"
	"time"
)

// Facts describe one container. Zero members get plain defaults.
type Facts struct {
	Hostname string // "ip-10-0-3-17.eu-central-1.compute.internal"
	IP       string
	Workdir  string // where sessions begin
	Bash     bool   // /bin/bash exists; slim images have only /bin/sh
	OS       string // "Debian GNU/Linux 12 (bookworm)"
	OSID     string // "debian", "alpine", "amzn"
	Version  string // "12"
	Kernel   string // uname -r
	Arch     string // "x86_64", "aarch64"
	CPUs     int
	Memory   int64    // bytes, the container's limit
	Disk     int64    // bytes of the root file system
	Env      []string // "NAME=value" of the container's main process
	Booted   time.Time
	Now      func() time.Time

	// Processes lists the container's own processes at a time. Pid 1 should be
	// among them.
	Processes func(at time.Time) []Process
	// Files of the container besides what every one has, by absolute path.
	Files map[string]File
	// Services listen on ports of this container or of hosts that it knows; what is
	// not here refuses connections.
	Services []Service
	// Hosts resolves further names for lookups: "db.internal" → "10.0.8.4".
	Hosts map[string]string
}

// File is a file that a container begins with: one of Text, Link, Log or a
// directory (Dir).
type File struct {
	Text string
	Link string
	Dir  bool
	Log  func(from, to time.Time) []byte
	From time.Time   // of Log
	Mode fs.FileMode // 0 is 0644, or 0755 of a directory
	At   time.Time   // of the last change; zero is the time of the boot
}

// Process is one line of ps.
type Process struct {
	PID, PPID int
	User      string
	TTY       string // "?", "pts/0"
	Stat      string // "S", "R", "Ssl"
	Command   string // with arguments
	CPU       float64
	RSS, VSZ  int64 // bytes
	Threads   int
	Started   time.Time
	CPUTime   time.Duration
	FDs       int
}

// Service is what answers on a port.
type Service struct {
	Host  string // "" is this container; else a name or an address
	Port  int
	PID   int          // of the process that listens here; 0 elsewhere
	Proto string       // "tcp"
	HTTP  http.Handler // answers HTTP
	Line  func(line string) (answer string, ok bool)
	// Line answers a protocol of lines; ok false hangs up.
}

// Clock is the facts' clock.
func (f *Facts) Clock() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

// Complete fills what was left out.
func (f *Facts) Complete() {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&f.Hostname, "ip-10-0-0-10.eu-central-1.compute.internal")
	set(&f.IP, "10.0.0.10")
	set(&f.Workdir, "/app")
	set(&f.OS, "Debian GNU/Linux 12 (bookworm)")
	set(&f.OSID, "debian")
	set(&f.Version, "12")
	set(&f.Kernel, "5.10.235-227.919.amzn2.x86_64")
	set(&f.Arch, "x86_64")
	if f.CPUs == 0 {
		f.CPUs = 1
	}
	if f.Memory == 0 {
		f.Memory = 512 << 20
	}
	if f.Disk == 0 {
		f.Disk = 21_474_836_480
	}
	if f.Booted.IsZero() {
		f.Booted = f.Clock().Add(-time.Hour)
	}
	if f.Processes == nil {
		booted := f.Booted
		f.Processes = func(at time.Time) []Process {
			return []Process{{PID: 1, User: "root", TTY: "?", Stat: "Ss", Command: "/app/server", RSS: 40 << 20, VSZ: 700 << 20,
				Threads: 8, Started: booted, CPU: 0.4, CPUTime: at.Sub(booted) / 250}}
		}
	}
}

// Find is the service that a host and port lead to.
func (f *Facts) Find(host string, port int) (Service, bool) {
	local := f.Local(host)
	for _, s := range f.Services {
		if s.Port == port && (s.Host == host || s.Host == "" && local || s.Host != "" && f.Hosts[host] == s.Host) {
			return s, true
		}
	}
	return Service{}, false
}

// Local says whether a host name means this container.
func (f *Facts) Local(host string) bool {
	switch host {
	case "localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "", f.IP, f.Hostname:
		return true
	}
	return len(host) > 4 && host[:4] == "127."
}

// Resolve gives a name's address, as this container's resolver would.
func (f *Facts) Resolve(name string) (string, bool) {
	if f.Local(name) {
		if name == f.Hostname {
			return f.IP, true
		}
		return "127.0.0.1", true
	}
	if ip, ok := f.Hosts[name]; ok {
		return ip, true
	}
	for _, s := range f.Services {
		if s.Host == name {
			return name, true
		}
	}
	return "", false
}
