package screens

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
)

// Top shows the processes until q.
func Top(p *proc.Proc) int {
	every := 3 * time.Second
	batch, left := false, -1
	for i := 1; i < len(p.Args); i++ {
		switch a := p.Args[i]; {
		case a == "-b":
			batch = true
		case (a == "-d" || a == "-n") && i+1 < len(p.Args):
			i++
			var v float64
			fmt.Sscan(p.Args[i], &v)
			if a == "-n" {
				left = int(v)
			} else if v >= 0.1 {
				every = time.Duration(v * float64(time.Second))
			}
		case strings.HasPrefix(a, "-n"):
			fmt.Sscan(a[2:], &left)
		}
	}
	s, ok := open(p)
	if ok && batch {
		s.close()
	}
	if !ok || batch {
		for ; left != 0; left-- {
			p.Printf("%s\n", strings.Join(topLines(p, 'P', 1<<16, false), "\n"))
			if left == 1 || !p.Sleep(every) {
				break
			}
		}
		return 0
	}
	defer s.close()
	by := 'P'
	for left != 0 {
		_, rows := s.size()
		s.draw(topLines(p, by, rows, true))
		k, ev := s.wait(every)
		switch {
		case ev == ended:
			return 130
		case ev == elapsed:
			left--
		case k.Text == "q" || k.Text == "Q" || k.Name == "ctrl+c":
			return 0
		case k.Text == "M" || k.Text == "P" || k.Text == "T" || k.Text == "N":
			by = rune(k.Text[0])
		}
	}
	return 0
}

func topLines(p *proc.Proc, by rune, rows int, style bool) []string {
	all := p.Session.Processes()
	now, up := p.Facts.Clock(), p.Facts.Uptime()
	load, m := machine.Load(p.Facts, all), machine.MemoryOf(p.Facts, all)
	running, stopped := 0, 0
	var cpu float64
	for _, pr := range all {
		cpu += pr.CPU
		if strings.HasPrefix(pr.Stat, "R") {
			running++
		}
		if strings.HasPrefix(pr.Stat, "T") {
			stopped++
		}
	}
	cpu = min(100, cpu/float64(max(1, p.Facts.CPUs)))
	mib := func(n int64) float64 { return float64(n) / (1 << 20) }
	out := []string{
		fmt.Sprintf("top - %s up %d days, %2d:%02d,  0 users,  load average: %.2f, %.2f, %.2f", now.Format("15:04:05"), int(up.Hours())/24, int(up.Hours())%24, int(up.Minutes())%60, load[0], load[1], load[2]),
		fmt.Sprintf("Tasks: %3d total, %3d running, %3d sleeping, %3d stopped, %3d zombie", len(all), running, len(all)-running-stopped, stopped, 0),
		fmt.Sprintf("%%Cpu(s): %4.1f us, %4.1f sy, %4.1f ni, %4.1f id, %4.1f wa", cpu*0.85, cpu*0.15, 0.0, 100-cpu, 0.0),
		fmt.Sprintf("MiB Mem : %8.1f total, %8.1f free, %8.1f used, %8.1f buff/cache", mib(m.Total), mib(m.Free), mib(m.Used), mib(m.Cached+m.Buffers)),
		fmt.Sprintf("MiB Swap: %8.1f total, %8.1f free, %8.1f used. %8.1f avail Mem", 0.0, 0.0, 0.0, mib(m.Available)),
		"",
	}
	title := fmt.Sprintf("%7s %-9s %2s %3s %7s %6s %s %5s %5s %9s %s", "PID", "USER", "PR", "NI", "VIRT", "RES", "S", "%CPU", "%MEM", "TIME+", "COMMAND")
	if style {
		title = "\x1b[7m" + title + "\x1b[0m"
	}
	out = append(out, title)
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		switch by {
		case 'M':
			return a.RSS > b.RSS
		case 'T':
			return a.CPUTime > b.CPUTime
		case 'N':
			return a.PID > b.PID
		}
		return a.CPU > b.CPU
	})
	for _, pr := range all {
		if len(out) >= rows {
			break
		}
		t := pr.CPUTime
		out = append(out, fmt.Sprintf("%7d %-9.9s %2d %3d %7s %6s %.1s %5.1f %5.1f %3d:%02d.%02d %s", pr.PID, pr.User, 20, 0, size(pr.VSZ), size(pr.RSS), pr.Stat, pr.CPU,
			100*float64(pr.RSS)/float64(max(1, p.Facts.Memory)), int(t.Minutes()), int(t.Seconds())%60, int(t.Milliseconds()/10)%100, machine.Comm(pr)))
	}
	return out
}

// size is a number of kilobytes, or of megabytes with an m.
func size(n int64) string {
	if n > 9_999_999<<10 {
		return fmt.Sprintf("%.1fg", float64(n)/(1<<30))
	}
	return fmt.Sprint(n >> 10)
}
