package shell

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/tools"
)

// newDisk lays out the container's root file system. Errors are left out on
// purpose: the files are all ours, and a missing one shows in the first test.
func (b *Box) newDisk() *disk.FS {
	f := &b.facts
	d := disk.New(f.Clock, written)
	for _, dir := range []string{"/boot", "/dev/pts", "/dev/fd", "/etc", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv",
		"/sys/fs/cgroup", "/tmp", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local/bin", "/usr/share", "/var/cache", "/var/lib", "/var/log",
		"/var/tmp", "/managed-agents/execute-command"} {
		_ = d.MkdirAll(dir, 0o755)
	}
	for _, dir := range []string{"bin", "sbin", "lib"} {
		_ = d.Symlink("usr/"+dir, "/"+dir)
	}
	_ = d.Chmod("/tmp", 0o777)
	_ = d.Chmod("/var/tmp", 0o777)
	b.devices(d)
	b.programs(d)
	b.etc(d)
	b.proc(d)
	b.own(d)
	return d
}

func (b *Box) devices(d *disk.FS) {
	for name, dev := range map[string]disk.Device{"null": disk.Null, "zero": disk.Zero, "full": disk.Full, "random": disk.Random,
		"urandom": disk.Random, "tty": disk.TTY, "stdin": disk.Stdin, "stdout": disk.Stdout, "stderr": disk.Stderr, "pts/0": disk.TTY} {
		_ = d.Mknod("/dev/"+name, dev)
	}
}

// program is a file that runs a tool.
func program(name string) string { return elf + name + "\x00" + strings.Repeat("\x00", 128) }

func (b *Box) programs(d *disk.FS) {
	for name := range b.tools {
		_ = d.Write("/usr/bin/"+name, program(name), 0o755)
	}
	for _, name := range tools.Shells() {
		if name == "bash" && !b.facts.Bash {
			continue
		}
		_ = d.Write("/usr/bin/"+name, program(name), 0o755)
	}
	for _, name := range []string{"amazon-ssm-agent", "ssm-agent-worker", "ssm-session-worker"} {
		_ = d.Write("/managed-agents/execute-command/"+name, program(name), 0o755)
	}
}

func (b *Box) etc(d *disk.FS) {
	f := &b.facts
	short, _, _ := strings.Cut(f.Hostname, ".")
	sh := "/bin/sh"
	if f.Bash {
		sh = "/bin/bash"
	}
	write := func(name, text string) { _ = d.Write(name, text, 0o644) }
	write("/etc/hostname", f.Hostname+"\n")
	hosts := "127.0.0.1 localhost\n"
	if f.IP != "127.0.0.1" {
		hosts += f.IP + " " + f.Hostname + " " + short + "\n"
	}
	write("/etc/hosts", hosts)
	domain := "compute.internal"
	if _, rest, ok := strings.Cut(f.Hostname, "."); ok {
		domain = rest
	}
	write("/etc/resolv.conf", "search "+domain+"\nnameserver 10.0.0.2\n")
	write("/etc/passwd", "root:x:0:0:root:/root:"+sh+"\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n"+
		"www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\napp:x:1000:1000::/home/app:"+sh+"\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
	write("/etc/group", "root:x:0:\ndaemon:x:1:\nbin:x:2:\nwww-data:x:33:\napp:x:1000:\nnogroup:x:65534:\n")
	write("/etc/shells", "/bin/sh\n")
	write("/etc/os-release", fmt.Sprintf("PRETTY_NAME=%q\nNAME=%q\nVERSION_ID=%q\nID=%s\n", f.OS, strings.SplitN(f.OS, " 1", 2)[0], f.Version, f.OSID))
	if f.OSID == "alpine" {
		write("/etc/alpine-release", f.Version+"\n")
	} else if f.OSID == "debian" {
		write("/etc/debian_version", f.Version+"\n")
	}
	write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
	write("/etc/profile", "export PATH="+b.path()+"\n")
	write("/etc/localtime", "TZif2\n")
	write("/etc/fstab", "# UNCONFIGURED FSTAB FOR BASE SYSTEM\n")
	if f.Bash {
		write("/root/.bashrc", "# ~/.bashrc: executed by bash for non-login shells.\nalias ll='ls -l'\n")
	}
	write("/root/.profile", "# ~/.profile: executed by Bourne-compatible login shells.\nmesg n 2> /dev/null || true\n")
	write("/sys/fs/cgroup/memory.max", fmt.Sprintln(f.Memory))
	write("/sys/fs/cgroup/cpu.max", fmt.Sprintf("%d 100000\n", f.CPUs*100_000))
	write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
	_ = d.Made("/sys/fs/cgroup/memory.current", func() []byte { return fmt.Appendln(nil, resident(b.processes())) })
}

func resident(all []machine.Process) (sum int64) {
	for _, p := range all {
		sum += p.RSS
	}
	return sum
}

// own are the files of the container itself.
func (b *Box) own(d *disk.FS) {
	f := &b.facts
	_ = d.MkdirAll(f.Workdir, 0o755)
	names := make([]string, 0, len(f.Files))
	for name := range f.Files {
		names = append(names, name)
	}
	sort.Strings(names) // directories before what is in them
	for _, name := range names {
		file := f.Files[name]
		mode := file.Mode
		if mode == 0 {
			mode = 0o644
			if file.Dir {
				mode = 0o755
			}
		}
		at := file.At
		if at.IsZero() {
			at = f.Booted
		}
		switch {
		case file.Dir:
			_ = d.MkdirAll(name, mode)
		case file.Link != "":
			_ = d.MkdirAll(path.Dir(name), 0o755)
			_ = d.Symlink(file.Link, name)
			continue
		case file.Log != nil:
			_ = d.Grows(name, disk.Log{From: file.From, Text: file.Log}, mode)
			continue
		default:
			_ = d.Write(name, file.Text, mode)
		}
		_ = d.Chtimes(name, at)
	}
	if all := f.Processes(f.Clock()); len(all) > 0 {
		b.executable(d, all[0].Command)
	}
}

// executable puts the main program's file onto the disk.
func (b *Box) executable(d *disk.FS, command string) {
	file, _, _ := strings.Cut(command, " ")
	if !strings.HasPrefix(file, "/") {
		return
	}
	if _, err := d.Stat(file); err == nil {
		return
	}
	_ = d.Write(file, program(path.Base(file)), 0o755)
}
