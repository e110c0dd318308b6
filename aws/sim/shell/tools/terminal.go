package tools

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/tty"
)

// stty shows and sets the terminal's modes.
func stty(p *proc.Proc) int {
	if !proc.IsTTY(p.In) || p.TTY == nil {
		return p.Errorf("'standard input': Inappropriate ioctl for device")
	}
	m := p.TTY.Mode()
	cols, rows := p.TTY.Size()
	args := p.Args[1:]
	if len(args) == 0 || args[0] == "-a" {
		p.Printf("speed 38400 baud; rows %d; columns %d; line = 0;\nintr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; susp = ^Z; werase = ^W; lnext = ^V;\n", rows, cols)
		p.Printf("%sisig %sicanon %secho %sicrnl %sopost\n", minus(m.Signals), minus(m.Canon), minus(m.Echo), minus(m.CRNL), minus(m.Post))
		return 0
	}
	for i := 0; i < len(args); i++ {
		a := args[i]
		on := !strings.HasPrefix(a, "-")
		switch strings.TrimPrefix(a, "-") {
		case "size":
			p.Printf("%d %d\n", rows, cols)
		case "g":
			p.Printf("ecsole:%t:%t:%t:%t:%t\n", m.Canon, m.Echo, m.Signals, m.CRNL, m.Post)
		case "sane", "cooked":
			m = tty.Cooked()
		case "raw":
			if m = tty.Raw(); !on {
				m = tty.Cooked()
			}
		case "cbreak":
			m.Canon = !on
		case "echo":
			m.Echo = on
		case "icanon":
			m.Canon = on
		case "isig":
			m.Signals = on
		case "icrnl":
			m.CRNL = on
		case "opost", "onlcr":
			m.Post = on
		case "rows", "cols", "columns", "min", "time", "erase", "intr", "eof", "susp":
			i++ // the window is the client's; the keys are fixed
		case "ixon", "ixoff", "iexten", "echoe", "echok", "echonl", "echoctl", "echoke", "brkint", "inlcr", "igncr", "iutf8", "noflsh", "hup", "hupcl", "crtscts":
		default:
			if saved, ok := strings.CutPrefix(a, "ecsole:"); ok {
				_, err := fmt.Sscanf(strings.ReplaceAll(saved, ":", " "), "%t %t %t %t %t", &m.Canon, &m.Echo, &m.Signals, &m.CRNL, &m.Post)
				if err == nil {
					continue
				}
			}
			return p.Errorf("invalid argument '%s'", a)
		}
	}
	p.TTY.SetMode(m)
	return 0
}

func minus(on bool) string {
	if on {
		return ""
	}
	return "-"
}

func ttyTool(p *proc.Proc) int {
	if !proc.IsTTY(p.In) {
		p.Printf("not a tty\n")
		return 1
	}
	p.Printf("/dev/pts/0\n")
	return 0
}

func tput(p *proc.Proc) int {
	cols, rows := 80, 24
	if p.TTY != nil {
		cols, rows = p.TTY.Size()
	}
	arg := func(i int) int {
		if len(p.Args) > i {
			n, _ := strconv.Atoi(p.Args[i])
			return n
		}
		return 0
	}
	if len(p.Args) < 2 {
		return p.Errorf("usage: tput capname")
	}
	switch p.Args[1] {
	case "cols":
		p.Printf("%d\n", cols)
	case "lines":
		p.Printf("%d\n", rows)
	case "colors":
		p.Printf("256\n")
	case "clear", "reset":
		p.Printf("\x1b[H\x1b[2J\x1b[3J")
	case "bold":
		p.Printf("\x1b[1m")
	case "rev", "smso":
		p.Printf("\x1b[7m")
	case "smul":
		p.Printf("\x1b[4m")
	case "sgr0", "rmso":
		p.Printf("\x1b[0m")
	case "setaf":
		p.Printf("\x1b[38;5;%dm", arg(2))
	case "setab":
		p.Printf("\x1b[48;5;%dm", arg(2))
	case "cup":
		p.Printf("\x1b[%d;%dH", arg(2)+1, arg(3)+1)
	case "el":
		p.Printf("\x1b[K")
	case "ed":
		p.Printf("\x1b[J")
	case "civis":
		p.Printf("\x1b[?25l")
	case "cnorm":
		p.Printf("\x1b[?25h")
	case "smcup":
		p.Printf("\x1b[?1049h")
	case "rmcup":
		p.Printf("\x1b[?1049l")
	default:
		return p.Errorf("unknown terminfo capability '%s'", p.Args[1])
	}
	return 0
}

func clearTool(p *proc.Proc) int {
	if p.Name() == "reset" {
		if p.TTY != nil {
			p.TTY.SetMode(tty.Cooked())
		}
		p.Printf("\x1bc")
	}
	p.Printf("\x1b[H\x1b[2J\x1b[3J")
	return 0
}

// date shows the container's time.
func date(p *proc.Proc) int {
	at := p.Facts.Clock().UTC()
	layout := "+%a %b %e %H:%M:%S %Z %Y"
	args := p.Args[1:]
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-u" || a == "--utc":
		case a == "-R":
			layout = "+%a, %d %b %Y %H:%M:%S +0000"
		case strings.HasPrefix(a, "-I"):
			layout = "+%Y-%m-%d"
			if a == "-Iseconds" {
				layout = "+%Y-%m-%dT%H:%M:%S+00:00"
			}
		case a == "-d" && i+1 < len(args):
			i++
			if s, ok := strings.CutPrefix(args[i], "@"); ok {
				n, err := strconv.ParseInt(s, 10, 64)
				if err != nil {
					return p.Errorf("invalid date '%s'", args[i])
				}
				at = time.Unix(n, 0).UTC()
				continue
			}
			t, err := relative(at, args[i])
			if err != nil {
				return p.Errorf("invalid date '%s'", args[i])
			}
			at = t
		case strings.HasPrefix(a, "+"):
			layout = a
		default:
			return p.Errorf("cannot set date: Operation not permitted")
		}
	}
	p.Printf("%s\n", strftime(layout[1:], at))
	return 0
}

func relative(at time.Time, s string) (time.Time, error) {
	for _, l := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(l, s); err == nil {
			return t, nil
		}
	}
	switch s {
	case "now", "today":
		return at, nil
	case "yesterday":
		return at.AddDate(0, 0, -1), nil
	case "tomorrow":
		return at.AddDate(0, 0, 1), nil
	}
	var n int
	var unit, ago string
	k, _ := fmt.Sscanf(s, "%d %s %s", &n, &unit, &ago) // two words are enough
	if k < 2 {
		return at, strconv.ErrSyntax
	}
	if ago == "ago" {
		n = -n
	}
	switch strings.TrimSuffix(unit, "s") {
	case "second", "sec":
		return at.Add(time.Duration(n) * time.Second), nil
	case "minute", "min":
		return at.Add(time.Duration(n) * time.Minute), nil
	case "hour":
		return at.Add(time.Duration(n) * time.Hour), nil
	case "day":
		return at.AddDate(0, 0, n), nil
	}
	return at, strconv.ErrSyntax
}

func strftime(layout string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			b.WriteByte(layout[i])
			continue
		}
		i++
		switch layout[i] {
		case 'Y':
			b.WriteString(t.Format("2006"))
		case 'y':
			b.WriteString(t.Format("06"))
		case 'm':
			b.WriteString(t.Format("01"))
		case 'd':
			b.WriteString(t.Format("02"))
		case 'e':
			b.WriteString(t.Format("_2"))
		case 'H':
			b.WriteString(t.Format("15"))
		case 'I':
			b.WriteString(t.Format("03"))
		case 'M':
			b.WriteString(t.Format("04"))
		case 'S':
			b.WriteString(t.Format("05"))
		case 'p':
			b.WriteString(t.Format("PM"))
		case 'a':
			b.WriteString(t.Format("Mon"))
		case 'A':
			b.WriteString(t.Format("Monday"))
		case 'b', 'h':
			b.WriteString(t.Format("Jan"))
		case 'B':
			b.WriteString(t.Format("January"))
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case 'u':
			fmt.Fprint(&b, (int(t.Weekday())+6)%7+1)
		case 'Z':
			b.WriteString("UTC")
		case 'z':
			b.WriteString("+0000")
		case 's':
			fmt.Fprint(&b, t.Unix())
		case 'N':
			fmt.Fprintf(&b, "%09d", t.Nanosecond())
		case 'F':
			b.WriteString(t.Format("2006-01-02"))
		case 'T':
			b.WriteString(t.Format("15:04:05"))
		case 'R':
			b.WriteString(t.Format("15:04"))
		case 'D':
			b.WriteString(t.Format("01/02/06"))
		case 'c':
			b.WriteString(t.Format("Mon Jan _2 15:04:05 2006"))
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '%':
			b.WriteByte('%')
		default:
			b.WriteByte('%')
			b.WriteByte(layout[i])
		}
	}
	return b.String()
}
