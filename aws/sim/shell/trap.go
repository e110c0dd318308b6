package shell

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/tools"
)

// traps are what a group's shell has asked for with trap. What such a shell runs is in
// a group within its own, which a signal ends while the shell goes on.
type traps struct {
	up      *group // the group that it is stopped and put in front with; nil at the top
	within  map[*group]bool
	caught  map[int]bool // by number: true where a command runs, false where nothing is done
	pending []int
	poke    chan struct{} // holds one while something is pending; nil without traps
}

// top is the group that keys stop.
func (g *group) top() *group {
	for g.up != nil {
		g = g.up
	}
	return g
}

// trapped takes a signal that the group does not end by, hands it on to the groups
// within, and says so.
func (g *group) trapped(sig int) bool {
	g.mu.Lock()
	run, ok := g.caught[sig]
	if run {
		if len(g.pending) < 16 && !slices.Contains(g.pending, sig) {
			g.pending = append(g.pending, sig)
		}
		select {
		case g.poke <- struct{}{}:
		default:
		}
	}
	within := slices.Collect(maps.Keys(g.within))
	g.mu.Unlock()
	if ok {
		for _, w := range within {
			w.send(sig)
		}
	}
	return ok
}

// catches says whether a signal leaves the group alive.
func (g *group) catches(sig int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.caught[sig]
	return ok
}

// catch makes a shell's traps, by the signals' names, those of the group.
func (g *group) catch(all map[string]string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.caught = map[int]bool{}
	for name, do := range all {
		if n, ok := tools.SignalNumber(name); ok && n != sigKill && n != sigStop {
			g.caught[n] = do != ""
		}
	}
	if g.poke == nil {
		g.poke = make(chan struct{}, 1)
	}
}

// ignored are the traps that what the group runs has too: signals that do nothing.
func (g *group) ignored() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[string]string{}
	for n, run := range g.caught {
		if !run {
			out[signalName(n)] = ""
		}
	}
	return out
}

// poked has a value when a trap is to be run.
func (g *group) poked() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.poke
}

// first is the signal whose trap is to be run next, or 0.
func (g *group) first() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) == 0 {
		return 0
	}
	return g.pending[0]
}

// take gives the signals whose traps are to be run.
func (g *group) take() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.pending
	g.pending = nil
	select {
	case <-g.poke:
	default:
	}
	return all
}

// apart is the group for what the shell runs: one within its own where it has traps.
func (s *Shell) apart() (g *group, part func()) {
	outer := s.group
	if len(s.traps) == 0 {
		return outer, func() {}
	}
	g = newGroup(outer.ctx, outer.id, outer.text, outer.wake)
	g.up = outer
	g.catch(s.ignored())
	outer.mu.Lock()
	if outer.within == nil {
		outer.within = map[*group]bool{}
	}
	outer.within[g] = true
	outer.mu.Unlock()
	return g, func() {
		outer.mu.Lock()
		delete(outer.within, g)
		outer.mu.Unlock()
		g.cancel()
	}
}

// ignored are the traps that a copy of the shell keeps.
func (s *Shell) ignored() map[string]string {
	out := map[string]string{}
	for name, do := range s.traps {
		if do == "" && name != "EXIT" {
			out[name] = ""
		}
	}
	return out
}

// signalName is a signal as trap names it: without SIG, also for a number.
func signalName(sig any) string {
	name := strings.TrimPrefix(strings.ToUpper(fmt.Sprint(sig)), "SIG")
	if n, err := strconv.Atoi(name); err == nil {
		return tools.SignalName(n)
	}
	return name
}

func trap(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 || args[0] == "-p" {
		for _, sig := range slices.Sorted(maps.Keys(s.traps)) {
			fmt.Fprintf(s.handle(1), "trap -- '%s' %s\n", s.traps[sig], sig)
		}
		return 0
	}
	do, reset := args[0], args[0] == "-"
	if len(args) == 1 {
		reset = true
	} else {
		args = args[1:]
	}
	status := 0
	for _, a := range args {
		sig := signalName(a)
		if _, ok := tools.SignalNumber(sig); !ok && sig != "EXIT" && sig != "ERR" && sig != "DEBUG" && sig != "RETURN" {
			s.errorf("trap: %s: invalid signal specification", a)
			status = 1
			continue
		}
		if reset {
			delete(s.traps, sig)
		} else {
			s.traps[sig] = do
		}
	}
	s.group.catch(s.traps)
	return status
}

// runTrap runs a trap once.
func (s *Shell) runTrap(sig string) {
	do, ok := s.traps[sig]
	if !ok {
		return
	}
	delete(s.traps, sig)
	was, status := s.flow, s.last
	s.flow = onward
	s.runText("trap", do)
	s.flow, s.last = was, status
}

// runTraps runs the traps of signals that came. It is called between commands.
func (s *Shell) runTraps() {
	if len(s.traps) == 0 || s.ctx.Err() != nil {
		return
	}
	for _, sig := range s.group.take() {
		was, status := s.flow, s.last
		s.flow = onward
		if s.runText("trap", s.traps[signalName(sig)]); s.flow != exiting {
			s.flow, s.last = was, status
		}
	}
}

// trapAtPrompt runs the trap of an interrupt that no command was running for.
func (s *Shell) trapAtPrompt(ctx context.Context) {
	do := s.traps[signalName(sigInt)]
	if f, err := s.parser().Parse(strings.NewReader(do), ""); err == nil {
		s.runLine(ctx, f.Stmts)
	}
}
