package tools

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
)

func comm(p machine.Process) string { return machine.Comm(p) }

func systemTools() map[string]proc.Tool {
	return map[string]proc.Tool{
		"kill": kill, "pkill": pgrep, "pgrep": pgrep, "killall": pgrep, "ps": ps, "free": free, "uptime": uptime, "vmstat": vmstat,
		"env": env, "printenv": printenv, "id": id, "whoami": say("root"), "logname": say("root"), "hostname": hostname, "date": date,
		"sleep": sleep, "uname": uname, "arch": uname, "nproc": nproc, "stty": stty, "tput": tput, "clear": clearTool, "reset": clearTool,
		"tty": ttyTool, "timeout": timeout, "nohup": prefix, "nice": prefix, "setsid": prefix, "stdbuf": prefix, "watch": watch, "mount": mount,
		"lsof": lsof, "pwd": pwdTool, "groups": say("root"), "who": who, "w": uptime, "getent": getent, "sysctl": sysctl, "pidof": pidof,
		"dmesg": dmesg, "su": su, "sudo": prefix, "script": su,
	}
}

func say(text string) proc.Tool {
	return func(p *proc.Proc) int { p.Printf("%s\n", text); return 0 }
}

func pwdTool(p *proc.Proc) int { p.Printf("%s\n", p.Dir); return 0 }

// ps lists processes in the forms aux, -ef and plain.
func ps(p *proc.Proc) int {
	args := strings.Join(p.Args[1:], " ")
	all := p.Session.Processes()
	now := p.Facts.Clock()
	width := 1 << 20
	if proc.IsTTY(p.Out) && !strings.Contains(args, "w") {
		width, _ = p.TTY.Size()
	}
	put := func(format string, a ...any) bool {
		line := []rune(fmt.Sprintf(format, a...))
		_, err := fmt.Fprintln(p.Out, string(line[:min(len(line), width)]))
		return err == nil
	}
	switch {
	case strings.Contains(args, "-o"):
		return psColumns(p, all, args)
	case strings.Contains(args, "u"):
		put("%-8s %7s %4s %4s %6s %5s %-8s %-4s %-6s %6s %s", "USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND")
		if strings.Contains(args, "--sort") {
			by := func(pr machine.Process) float64 { return pr.CPU }
			if strings.Contains(args, "mem") || strings.Contains(args, "rss") {
				by = func(pr machine.Process) float64 { return float64(pr.RSS) }
			}
			sort.SliceStable(all, func(i, j int) bool { return by(all[i]) > by(all[j]) })
		}
		for _, pr := range all {
			mem := 100 * float64(pr.RSS) / float64(max(1, p.Facts.Memory))
			if !put("%-8s %7d %4.1f %4.1f %6d %5d %-8s %-4s %-6s %6s %s", pr.User, pr.PID, pr.CPU, mem, pr.VSZ>>10, pr.RSS>>10, pr.TTY, pr.Stat,
				began(pr.Started, now), clock(pr.CPUTime), pr.Command) {
				return 1
			}
		}
	case strings.Contains(args, "f"):
		put("%-8s %7s %7s %2s %-5s %-8s %8s %s", "UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")
		for _, pr := range all {
			put("%-8s %7d %7d %2.0f %-5s %-8s %8s %s", pr.User, pr.PID, pr.PPID, pr.CPU, began(pr.Started, now), pr.TTY, hms(pr.CPUTime), pr.Command)
		}
	default:
		every := strings.Contains(args, "e") || strings.Contains(args, "A") || strings.Contains(args, "x") || p.Facts.OSID == "alpine"
		put("%7s %-8s %8s %s", "PID", "TTY", "TIME", "CMD")
		for _, pr := range all {
			if every || pr.TTY == "pts/0" {
				put("%7d %-8s %8s %s", pr.PID, pr.TTY, hms(pr.CPUTime), comm(pr))
			}
		}
	}
	return 0
}

func psColumns(p *proc.Proc, all []machine.Process, args string) int {
	_, spec, _ := strings.Cut(args, "-o")
	spec = strings.Fields(strings.TrimSpace(spec) + " x")[0]
	for i, pr := range append([]machine.Process{{}}, all...) {
		var cols []string
		for _, c := range strings.Split(spec, ",") {
			name, title, has := strings.Cut(c, "=")
			if i == 0 {
				if !has {
					title = strings.ToUpper(name)
				}
				cols = append(cols, fmt.Sprintf("%-8s", title))
				continue
			}
			v := "-"
			switch name {
			case "pid":
				v = strconv.Itoa(pr.PID)
			case "ppid":
				v = strconv.Itoa(pr.PPID)
			case "user", "uname":
				v = pr.User
			case "comm", "ucmd":
				v = comm(pr)
			case "args", "cmd", "command":
				v = pr.Command
			case "rss":
				v = fmt.Sprint(pr.RSS >> 10)
			case "vsz":
				v = fmt.Sprint(pr.VSZ >> 10)
			case "pcpu", "%cpu":
				v = fmt.Sprintf("%.1f", pr.CPU)
			case "pmem", "%mem":
				v = fmt.Sprintf("%.1f", 100*float64(pr.RSS)/float64(max(1, p.Facts.Memory)))
			case "stat", "s":
				v = pr.Stat
			case "etime":
				v = hms(p.Facts.Clock().Sub(pr.Started))
			case "time":
				v = hms(pr.CPUTime)
			case "nlwp":
				v = strconv.Itoa(pr.Threads)
			}
			cols = append(cols, fmt.Sprintf("%-8s", v))
		}
		p.Printf("%s\n", strings.TrimRight(strings.Join(cols, " "), " "))
	}
	return 0
}

// began is a start as ps shows it.
func began(t, now time.Time) string {
	if now.Sub(t) > 24*time.Hour {
		return t.Format("Jan02")
	}
	return t.Format("15:04")
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func hms(d time.Duration) string {
	d = max(0, d)
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

func free(p *proc.Proc) int {
	f, ok := p.Flags("hmgkbtws:", map[string]string{"human": "h", "mega": "m"})
	if !ok {
		return 1
	}
	m := machine.MemoryOf(p.Facts, p.Session.Processes())
	size := func(v int64) string {
		switch {
		case f.Has("h"):
			s := human(v)
			if strings.IndexByte("KMGT", s[len(s)-1]) >= 0 {
				return s + "i"
			}
			return s + "B"
		case f.Has("m"):
			return fmt.Sprint(v >> 20)
		case f.Has("g"):
			return fmt.Sprint(v >> 30)
		case f.Has("b"):
			return fmt.Sprint(v)
		}
		return fmt.Sprint(v >> 10)
	}
	p.Printf("%-7s %11s %11s %11s %11s %11s %11s\n", "", "total", "used", "free", "shared", "buff/cache", "available")
	p.Printf("%-7s %11s %11s %11s %11s %11s %11s\n", "Mem:", size(m.Total), size(m.Used), size(m.Free), size(1<<20), size(m.Cached+m.Buffers), size(m.Available))
	p.Printf("%-7s %11s %11s %11s\n", "Swap:", size(0), size(0), size(0))
	return 0
}

func uptime(p *proc.Proc) int {
	up := p.Facts.Uptime()
	l := machine.Load(p.Facts, p.Session.Processes())
	days := ""
	if d := int(up.Hours()) / 24; d > 0 {
		days = fmt.Sprintf("%d days, ", d)
	}
	p.Printf(" %s up %s%2d:%02d,  0 users,  load average: %.2f, %.2f, %.2f\n", p.Facts.Clock().Format("15:04:05"), days, int(up.Hours())%24,
		int(up.Minutes())%60, l[0], l[1], l[2])
	return 0
}

func vmstat(p *proc.Proc) int {
	m := machine.MemoryOf(p.Facts, p.Session.Processes())
	p.Printf("procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n")
	l := machine.Load(p.Facts, p.Session.Processes())
	us := min(99, int(l[0]*80/float64(p.Facts.CPUs)))
	p.Printf("%2d  0      0 %6d %6d %6d    0    0     2    11  210  402 %2d  2 %2d  0  0\n", int(l[0]), m.Free>>10, m.Buffers>>10, m.Cached>>10, us, max(0, 98-us))
	return 0
}

func id(p *proc.Proc) int {
	switch strings.Join(p.Args[1:], " ") {
	case "-u", "-g", "-G", "-ur":
		p.Printf("0\n")
	case "-un", "-gn", "-nu":
		p.Printf("root\n")
	default:
		p.Printf("uid=0(root) gid=0(root) groups=0(root)\n")
	}
	return 0
}

func hostname(p *proc.Proc) int {
	f, ok := p.Flags("sfidI", nil)
	short, domain, _ := strings.Cut(p.Facts.Hostname, ".")
	switch {
	case !ok:
		return 1
	case len(f.Args) > 0:
		return p.Errorf("you must be root to change the host name")
	case f.Has("s"):
		p.Printf("%s\n", short)
	case f.Has("d"):
		p.Printf("%s\n", domain)
	case f.Has("i") || f.Has("I"):
		p.Printf("%s\n", p.Facts.IP)
	default:
		p.Printf("%s\n", p.Facts.Hostname)
	}
	return 0
}

func uname(p *proc.Proc) int {
	f, ok := p.Flags("asnrvmpio", map[string]string{"all": "a"})
	if !ok {
		return 1
	}
	if p.Name() == "arch" {
		p.Printf("%s\n", p.Facts.Arch)
		return 0
	}
	short, _, _ := strings.Cut(p.Facts.Hostname, ".")
	parts := []struct{ o, v string }{{"s", "Linux"}, {"n", short}, {"r", p.Facts.Kernel}, {"v", "#1 SMP"}, {"m", p.Facts.Arch}, {"o", "GNU/Linux"}}
	var out []string
	for _, x := range parts {
		if f.Has(x.o) || f.Has("a") {
			out = append(out, x.v)
		}
	}
	if len(out) == 0 {
		out = []string{"Linux"}
	}
	p.Printf("%s\n", strings.Join(out, " "))
	return 0
}

func nproc(p *proc.Proc) int { p.Printf("%d\n", p.Facts.CPUs); return 0 }

func mount(p *proc.Proc) int {
	b, err := p.FS.ReadFile("/proc/mounts")
	if err != nil {
		return 1
	}
	for _, l := range textLines(b) {
		w := strings.Fields(l)
		if len(w) > 3 {
			p.Printf("%s on %s type %s (%s)\n", w[0], w[1], w[2], w[3])
		}
	}
	return 0
}

func lsof(p *proc.Proc) int {
	p.Printf("%-10s %6s %-6s %4s %-6s %-8s %-8s %s\n", "COMMAND", "PID", "USER", "FD", "TYPE", "DEVICE", "SIZE/OFF", "NAME")
	for _, pr := range p.Session.Processes() {
		p.Printf("%-10.10s %6d %-6.6s %4s %-6s %-8s %-8s %s\n", comm(pr), pr.PID, pr.User, "cwd", "DIR", "0,51", "4096", "/")
		for _, s := range p.Facts.Services {
			if s.Host == "" && s.PID == pr.PID {
				p.Printf("%-10.10s %6d %-6.6s %4s %-6s %-8d %-8s *:%d (LISTEN)\n", comm(pr), pr.PID, pr.User, "7u", "IPv4", 20000+s.Port, "0t0", s.Port)
			}
		}
	}
	return 0
}

func who(*proc.Proc) int { return 0 }

func getent(p *proc.Proc) int {
	if len(p.Args) < 3 {
		p.Errorf("wrong number of arguments")
		return 1
	}
	switch p.Args[1] {
	case "hosts", "ahosts":
		ip, ok := p.Facts.Resolve(p.Args[2])
		if !ok {
			return 2
		}
		p.Printf("%-15s %s\n", ip, p.Args[2])
	case "passwd", "group":
		b, err := p.FS.ReadFile("/etc/" + p.Args[1])
		if err != nil {
			return 2
		}
		for _, l := range textLines(b) {
			if strings.HasPrefix(l, p.Args[2]+":") {
				p.Printf("%s\n", l)
				return 0
			}
		}
		return 2
	}
	return 0
}

func sysctl(p *proc.Proc) int {
	status := 0
	for _, a := range p.Args[1:] {
		if strings.HasPrefix(a, "-") {
			continue
		}
		b, err := p.FS.ReadFile("/proc/sys/" + strings.ReplaceAll(a, ".", "/"))
		if err != nil {
			status = p.Errorf("cannot stat /proc/sys/%s: No such file or directory", strings.ReplaceAll(a, ".", "/"))
			continue
		}
		p.Printf("%s = %s", a, b)
	}
	return status
}

func pidof(p *proc.Proc) int {
	var out []string
	for _, pr := range p.Session.Processes() {
		for _, a := range p.Args[1:] {
			if comm(pr) == a {
				out = append(out, strconv.Itoa(pr.PID))
			}
		}
	}
	if len(out) == 0 {
		return 1
	}
	p.Printf("%s\n", strings.Join(out, " "))
	return 0
}

func dmesg(p *proc.Proc) int { return p.Errorf("read kernel buffer failed: Operation not permitted") }
