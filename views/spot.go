package views

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// spot is a container that something is to be done in, through its agent.
type spot struct {
	on         Clients
	task       ecs.Task
	container  ecs.Container
	definition *ecs.TaskDefinition // nil where it could not be read
}

// label names the container in dialogs, jobs and lists.
func (s spot) label() string {
	return shellLabel(s.task, s.container.Name)
}

// declared are the TCP ports that the task definition, or the running container, names:
// the only ones that can be forwarded.
func (s spot) declared() []int {
	all := s.container.Ports
	if d, ok := s.definition.Container(s.container.Name); ok {
		all = append(slices.Clone(d.Ports), all...)
	}
	var out []int
	for _, p := range all {
		n := p.Container
		if first, _, ok := strings.Cut(p.Range, "-"); ok && n == 0 {
			n, _ = strconv.Atoi(first) // 0 is none
		}
		if n > 0 && !strings.EqualFold(p.Protocol, "udp") && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// inContainer goes on with the container of a row, or says what stands in the way.
func inContainer(a *App, v container, what string, then func(spot) Opening) Opening {
	return a.ready(spot{a.on, v.task, v.Container, v.definition}, what, then)
}

// ready goes on where the container's agent can be reached, as far as is known; else a
// dialog says what stands in the way, with its evidence and its cure.
func (a *App) ready(s spot, what string, then func(spot) Opening) Opening {
	if o, ok := a.notReady(s.on, s.task, s.container, s.definition, what); ok {
		return o
	}
	return then(s)
}

// inTask goes on with the container of a task; with several, it asks in which.
func inTask(a *App, t ecs.Task, what string, then func(spot) Opening) Opening {
	on := a.on
	return Opening{Label: what + " " + shortID(t.ID), Job: func(ctx context.Context) (tea.Cmd, error) {
		return a.choose(ctx, on, t, what, then), nil
	}}
}

// inService goes on with a service's newest task that is ready, or the newest of all.
func inService(a *App, v ecs.Service, what string, then func(spot) Opening) Opening {
	on := a.on
	return Opening{Label: what + " " + v.Name, Job: func(ctx context.Context) (tea.Cmd, error) {
		ctx = aws.Foreground(ctx) // a key waits for it
		tasks, gaps := aws.Collect(on.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: v.ClusterARN, Service: v.Name}))
		if len(tasks) == 0 {
			if len(gaps) > 0 {
				return nil, gaps[0].Err
			}
			return nil, errors.New(v.Name + " has no running task")
		}
		best := slices.MaxFunc(tasks, func(x, y ecs.Task) int {
			rank := func(t ecs.Task) int {
				state, _, _ := ecs.TaskExec(t, nil)
				if state == ecs.Ready && t.DesiredStatus != "STOPPED" {
					return 1
				}
				return 0
			}
			if d := rank(x) - rank(y); d != 0 {
				return d
			}
			return x.Created.Compare(y.Created)
		})
		return a.choose(ctx, on, best, what, then), nil
	}}
}

// choose asks for the container of a task that has several.
func (a *App) choose(ctx context.Context, on Clients, t ecs.Task, what string, then func(spot) Opening) tea.Cmd {
	var definition *ecs.TaskDefinition
	if td, err := on.ECS.TaskDefinition(aws.Foreground(ctx), t.TaskDefinition); err == nil {
		definition = &td
	}
	containers := shellable(t)
	if len(containers) == 1 {
		return a.carryOut(a.ready(spot{on, t, containers[0], definition}, what, then))
	}
	var items []dialog.Item
	for _, c := range containers {
		r := ecs.ExecReadiness(t, c, definition)
		items = append(items, dialog.Item{Label: c.Name, Detail: strings.TrimSuffix(r.State.String()+": "+r.Why(), ": ")})
	}
	title := strings.ToUpper(what[:1]) + what[1:] + " which container?"
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(a.theme, title, items, 0, func(i int) tea.Cmd {
		return a.carryOut(a.ready(spot{on, t, containers[i], definition}, what, then))
	})})
}

// carryOut is the Cmd of an Opening whose reading belongs to no screen.
func (a *App) carryOut(o Opening) tea.Cmd {
	if o.Job == nil {
		return o.cmd()
	}
	ctx := a.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, openTimeout)
		defer cancel()
		next, err := o.Job(ctx)
		if err != nil {
			return screen.Flash{Level: screen.Warn, Err: err}
		}
		if next == nil {
			return nil
		}
		return next()
	}
}

// FreePort is a port of this machine that nobody listens on: the wanted one where that
// is free, else whichever the system gives; 0 where it gives none.
func FreePort(address string, wanted int) int {
	for _, port := range []int{wanted, 0} {
		if port != 0 && port < 1024 {
			continue // the system's own
		}
		if l, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port))); err == nil {
			_, text, _ := net.SplitHostPort(l.Addr().String())
			_ = l.Close() // it was only a question
			n, _ := strconv.Atoi(text)
			return n
		}
	}
	return 0
}
