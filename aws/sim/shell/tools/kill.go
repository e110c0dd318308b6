package tools

import (
	"fmt"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

// signalNames are the signals from 1 on.
const signalNames = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"

// SignalNumber reads "9", "KILL" or "SIGKILL".
func SignalNumber(name string) (int, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		return n, n >= 0 && n <= 64
	}
	name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	for i, s := range strings.Fields(signalNames) {
		if s == name {
			return i + 1, true
		}
	}
	return 0, false
}

// SignalName is the name of a signal, "EXIT" for 0 and "" for none.
func SignalName(n int) string {
	names := strings.Fields("EXIT " + signalNames)
	if n < 0 || n >= len(names) {
		return ""
	}
	return names[n]
}

func kill(p *proc.Proc) int {
	sig, status := 15, 0
	args := p.Args[1:]
	if len(args) > 0 && args[0] == "-l" {
		for i, s := range strings.Fields(signalNames) {
			fmt.Fprintf(p.Out, "%2d) SIG%s\n", i+1, s)
		}
		return 0
	}
	if len(args) > 1 && args[0] == "-s" {
		args = append([]string{"-" + args[1]}, args[2:]...)
	}
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		n, ok := SignalNumber(args[0][1:])
		if !ok {
			return p.Errorf("%s: invalid signal", args[0][1:])
		}
		sig, args = n, args[1:]
	}
	for _, a := range args {
		pid, err := strconv.Atoi(a)
		if err != nil {
			status = p.Errorf("failed to parse argument: '%s'", a)
			continue
		}
		if err := p.Session.Signal(pid, sig); err != nil {
			status = p.Errorf("(%s): %v", a, err)
		}
	}
	return status
}

// pkill and pgrep find processes by name.
func pgrep(p *proc.Proc) int {
	f, ok := p.Flags("flnxu:9", map[string]string{"full": "f"})
	if !ok || len(f.Args) == 0 {
		p.Errorf("no matching criteria specified")
		return 2
	}
	status := 1
	for _, pr := range p.Session.Processes() {
		name := comm(pr)
		if f.Has("f") {
			name = pr.Command
		}
		if !strings.Contains(name, f.Args[0]) || pr.PID == p.PID {
			continue
		}
		status = 0
		switch {
		case p.Name() == "pkill" || p.Name() == "killall":
			sig := 15
			if f.Has("9") {
				sig = 9
			}
			_ = p.Session.Signal(pr.PID, sig) // it may have ended meanwhile
		case f.Has("l"):
			p.Printf("%d %s\n", pr.PID, comm(pr))
		default:
			p.Printf("%d\n", pr.PID)
		}
	}
	return status
}
