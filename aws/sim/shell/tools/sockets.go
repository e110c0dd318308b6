package tools

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/proc"
)

// sockets is netstat and ss.
func sockets(p *proc.Proc) int {
	args := strings.Join(p.Args[1:], "")
	program := func(pid int) string {
		if !strings.Contains(args, "p") {
			return ""
		}
		for _, pr := range p.Session.Processes() {
			if pr.PID == pid {
				if p.Name() == "ss" {
					return fmt.Sprintf("users:((%q,pid=%d,fd=7))", comm(pr), pid)
				}
				return fmt.Sprintf("%d/%s", pid, comm(pr))
			}
		}
		return "-"
	}
	if p.Name() == "ss" {
		p.Printf("%-6s %-6s %-6s %18s %18s %s\n", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process")
	} else {
		p.Printf("Active Internet connections (servers and established)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\n")
	}
	for _, s := range p.Facts.Services {
		if s.Host != "" {
			continue
		}
		if p.Name() == "ss" {
			p.Printf("%-6s %-6d %-6d %18s %18s %s\n", "LISTEN", 0, 4096, fmt.Sprintf("0.0.0.0:%d", s.Port), "0.0.0.0:*", program(s.PID))
		} else {
			p.Printf("%-5s %6d %6d %-23s %-23s %-11s %s\n", "tcp", 0, 0, fmt.Sprintf("0.0.0.0:%d", s.Port), "0.0.0.0:*", "LISTEN", program(s.PID))
		}
	}
	if strings.Contains(args, "l") {
		return 0
	}
	for i, s := range p.Facts.Services {
		if s.Host == "" || s.Host == "169.254.170.2" {
			continue
		}
		ip, ok := p.Facts.Resolve(s.Host)
		if !ok {
			continue
		}
		local, peer := fmt.Sprintf("%s:%d", p.Facts.IP, 40_210+i*14), fmt.Sprintf("%s:%d", ip, s.Port)
		if p.Name() == "ss" {
			p.Printf("%-6s %-6d %-6d %18s %18s %s\n", "ESTAB", 0, 0, local, peer, program(1))
		} else {
			p.Printf("%-5s %6d %6d %-23s %-23s %-11s %s\n", "tcp", 0, 0, local, peer, "ESTABLISHED", program(1))
		}
	}
	return 0
}

// ping is refused: containers have no raw sockets.
func ping(p *proc.Proc) int {
	p.Errorf("socket: Operation not permitted")
	return 2
}

// nc connects its input and output to a port.
func nc(p *proc.Proc) int {
	f, ok := p.Flags("zvw:nlkp:u", nil)
	if !ok {
		return 1
	}
	if len(f.Args) < 2 {
		return p.Errorf("missing hostname and port arguments")
	}
	port, err := strconv.Atoi(f.Args[1])
	if err != nil {
		return p.Errorf("port number invalid: %s", f.Args[1])
	}
	c, err := p.Facts.Dial(p.Ctx, f.Args[0], port)
	if err != nil {
		fmt.Fprintf(p.Err, "nc: connect to %s port %d (tcp) failed: Connection refused\n", f.Args[0], port)
		return 1
	}
	defer c.Close()
	if f.Has("v") {
		fmt.Fprintf(p.Err, "Connection to %s %d port [tcp/*] succeeded!\n", f.Args[0], port)
	}
	if f.Has("z") {
		return 0
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(p.Out, c) // one side has ended
	}()
	_ = p.Lines(p.In, func(line string) bool {
		_, err := io.WriteString(c, line+"\n")
		return err == nil
	})
	if c.SetReadDeadline(time.Now().Add(200*time.Millisecond)) != nil {
		c.Close()
	}
	<-done
	return 0
}

func redisCLI(p *proc.Proc) int {
	args := p.Args[1:]
	host, port := "localhost", 6379
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-h":
			host = args[1]
		case "-p":
			port, _ = strconv.Atoi(args[1])
		}
		args = args[2:]
	}
	c, err := p.Facts.Dial(p.Ctx, host, port)
	if err != nil {
		fmt.Fprintf(p.Err, "Could not connect to Redis at %s:%d: Connection refused\n", host, port)
		return 1
	}
	defer c.Close()
	if len(args) == 0 {
		return p.Errorf("the interactive mode is not supported: give a command")
	}
	if _, err := io.WriteString(c, strings.Join(args, " ")+"\r\n"); err != nil {
		return 1
	}
	_ = c.SetReadDeadline(time.Now().Add(time.Second)) // a pipe has deadlines
	buf := make([]byte, 64<<10)
	n, _ := c.Read(buf) // an answer comes in one piece
	out := string(buf[:n])
	switch {
	case strings.HasPrefix(out, "$-1"):
		out = "(nil)\n"
	case strings.HasPrefix(out, "$"):
		_, out, _ = strings.Cut(out, "\r\n")
	case strings.HasPrefix(out, ":"):
		out = "(integer) " + out[1:]
	case strings.HasPrefix(out, "-"):
		out = "(error) " + out[1:]
	default:
		out = strings.TrimPrefix(out, "+")
	}
	p.Printf("%s", strings.ReplaceAll(out, "\r\n", "\n"))
	return 0
}
