package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"ecsole/aws/sim"
	"ecsole/aws/sim/world"
)

// modeSim makes this program serve a simulated account, in a process of its own so
// that its work is not charged to what is measured.
const modeSim = "serve-account"

// size says how big an account is.
type size struct {
	Scale   sim.Scale
	LogRate float64 // lines a second of all services
	Latency time.Duration
	// Host makes shells processes of this machine instead of the virtual shell, whose
	// own speed is not what is measured.
	Host bool
	// Faults are the simulator's switches, as text.
	Faults string
}

// account is a running simulator.
type account struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	env []string
}

// runSim serves until its input ends. It prints the environment, a line each, and an
// empty line; then it answers questions on its input, a line each: an action's name
// with the number of calls of it, "names" with all names in the account, "shell" with
// a container that shells can be opened in.
func runSim(options string) error {
	var w size
	if err := json.Unmarshal([]byte(options), &w); err != nil {
		return err
	}
	s, err := sim.New(sim.Options{Seed: 1, Scale: w.Scale, LogRate: w.LogRate, Latency: w.Latency, HostShell: w.Host, Faults: w.Faults})
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go s.Serve(l)
	for _, line := range s.Env("http://" + l.Addr().String()) {
		if v, ok := strings.CutPrefix(line, "export "); ok {
			fmt.Println(v)
		}
	}
	fmt.Println()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var answer any = s.Faults().Calls(in.Text())
		switch in.Text() {
		case "names":
			answer = namesOf(s.World())
		case "shell":
			answer = shellOf(s.World())
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return err
		}
	}
	return in.Err()
}

// names are what the clusters and services of an account are called.
type names struct{ Clusters, Services []string }

func namesOf(w *world.World) names {
	var n names
	for _, c := range w.Clusters() {
		n.Clusters = append(n.Clusters, c.Name)
		for _, v := range w.Services(c.Name) {
			n.Services = append(n.Services, v.Name)
		}
	}
	return n
}

// target is a container that shells can be opened in.
type target struct{ Cluster, Task, Container, RuntimeID string }

func shellOf(w *world.World) target {
	for _, c := range w.Clusters() {
		for _, t := range w.Tasks(c.Name) {
			if t.App != world.API || t.Story != world.Steady || !t.Exec || t.LastStatus != "RUNNING" {
				continue
			}
			for i, d := range t.Definition.Containers {
				if v := t.Containers[i]; v.Name == t.Facts.Container && v.Agent == "RUNNING" && d.ReadonlyRoot == nil {
					return target{c.Name, t.ID, v.Name, v.RuntimeID}
				}
			}
		}
	}
	return target{}
}

// serve starts an account of its own for one program, with full throttle buckets.
func (b *bench) serve(ctx context.Context, w size) (*account, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w.Latency = b.latency
	options, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	a := &account{cmd: exec.CommandContext(ctx, self, modeSim, string(options))}
	a.cmd.Stderr = os.Stderr
	a.cmd.Env = append(os.Environ(), "HOME="+b.dir) // no user's start files for its shells
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	pipe, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	a.out = bufio.NewReader(pipe)
	for {
		line, err := a.out.ReadString('\n')
		if err != nil {
			a.close()
			return nil, fmt.Errorf("the simulator did not start: %w", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		a.env = append(a.env, line)
	}
	b.sims++
	home := fmt.Sprintf("%s/home%d", b.dir, b.sims)
	if err := os.MkdirAll(home, 0o700); err != nil {
		a.close()
		return nil, err
	}
	a.env = append(a.env, "HOME="+home, "PATH="+os.Getenv("PATH"), "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8")
	return a, nil
}

// ask puts a question to the simulator itself. A list read over its API would use up
// tokens of its throttle buckets, and be counted.
func (a *account) ask(question string, answer any) error {
	if _, err := fmt.Fprintln(a.in, question); err != nil {
		return err
	}
	line, err := a.out.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, answer)
}

// calls is how often an action was called so far; "*" counts all.
func (a *account) calls(action string) (int, error) {
	var n int
	err := a.ask(action, &n)
	return n, err
}

func (a *account) names() (names, error) {
	var n names
	err := a.ask("names", &n)
	return n, err
}

// variable is one of the environment that points clients at the account.
func (a *account) variable(name string) string {
	for _, v := range a.env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

func (a *account) close() {
	a.in.Close()
	a.cmd.Process.Kill()
	a.cmd.Wait()
}
