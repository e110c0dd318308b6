package tools

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/proc"
)

// env prints the environment or runs a command in another one.
func env(p *proc.Proc) int {
	vars := append([]string(nil), p.Env...)
	args := p.Args[1:]
	for len(args) > 0 {
		a := args[0]
		switch {
		case a == "-i" || a == "-":
			vars = nil
		case a == "-u" && len(args) > 1:
			args = args[1:]
			var left []string
			for _, v := range vars {
				if !strings.HasPrefix(v, args[0]+"=") {
					left = append(left, v)
				}
			}
			vars = left
		case strings.Contains(a, "=") && a[0] != '-':
			vars = append(vars, a)
		default:
			q := p.With(args...)
			q.Env = vars
			if q.Getenv("PATH") == "" {
				q.Env = append(q.Env, "PATH="+p.Getenv("PATH"))
			}
			return p.Session.Run(q)
		}
		args = args[1:]
	}
	for _, v := range vars {
		p.Printf("%s\n", v)
	}
	return 0
}

func printenv(p *proc.Proc) int {
	if len(p.Args) == 1 {
		return env(p)
	}
	status := 0
	for _, name := range p.Args[1:] {
		found := false
		for _, e := range p.Env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				p.Printf("%s\n", v)
				found = true
			}
		}
		if !found {
			status = 1
		}
	}
	return status
}

// timeout ends a command after a time.
func timeout(p *proc.Proc) int {
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if (args[0] == "-s" || args[0] == "-k") && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) < 2 {
		return p.Errorf("missing operand")
	}
	d, err := time.ParseDuration(args[0])
	if err != nil {
		if d, err = time.ParseDuration(args[0] + "s"); err != nil {
			return p.Errorf("invalid time interval '%s'", args[0])
		}
	}
	status, late := p.Session.Limit(p.With(args[1:]...), d)
	if late {
		return 124
	}
	return status
}

// prefix runs the rest of its line: nohup, nice.
func prefix(p *proc.Proc) int {
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-n" && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return p.Errorf("missing operand")
	}
	return p.Session.Run(p.With(args...))
}

func su(p *proc.Proc) int { return p.Session.Run(p.With("sh")) }

// watch runs a command again and again on a cleared screen.
func watch(p *proc.Proc) int {
	every := 2 * time.Second
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		a := args[0]
		args = args[1:]
		v := strings.TrimPrefix(a, "-n")
		if a == "-n" && len(args) > 0 {
			v, args = args[0], args[1:]
		}
		if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0.1 {
			every = time.Duration(s * float64(time.Second))
		}
	}
	if len(args) == 0 {
		return p.Errorf("missing operand")
	}
	for {
		if _, err := io.WriteString(p.Out, "\x1b[H\x1b[2J"+fmt.Sprintf("Every %s: %s\n\n", every, strings.Join(args, " "))); err != nil {
			return 1
		}
		p.Session.Run(p.With("sh", "-c", strings.Join(args, " ")))
		if !p.Sleep(every) {
			return 130
		}
	}
}

func sleep(p *proc.Proc) int {
	var sum time.Duration
	for _, a := range p.Args[1:] {
		unit := time.Second
		num := a
		if a != "" {
			switch a[len(a)-1] {
			case 's':
				num = a[:len(a)-1]
			case 'm':
				num, unit = a[:len(a)-1], time.Minute
			case 'h':
				num, unit = a[:len(a)-1], time.Hour
			case 'd':
				num, unit = a[:len(a)-1], 24*time.Hour
			}
		}
		v, err := strconv.ParseFloat(num, 64)
		if err != nil || v < 0 || v > 1e9 {
			return p.Errorf("invalid time interval '%s'", a)
		}
		sum += time.Duration(v * float64(unit))
	}
	if len(p.Args) == 1 {
		return p.Errorf("missing operand")
	}
	return b2i(!p.Sleep(sum))
}
