package views

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/terminal"
)

// opener is a way to open a container of a task.
type opener func(Clients, ecs.Task, ecs.Container, *ecs.TaskDefinition) Opening

// containerShell opens a shell in a container, or says why it cannot.
func containerShell(a *App, _ Scope, v container) (Opening, error) {
	return a.shell(a.on, v.task, v.Container, v.definition), nil
}

// containerShellWith is containerShell with a command that it asks for.
func containerShellWith(a *App, _ Scope, v container) (Opening, error) {
	return a.shellWith(a.on, v.task, v.Container, v.definition), nil
}

// taskShell opens a shell in the task's container; with several, it asks in which.
func taskShell(a *App, _ Scope, t ecs.Task) (Opening, error) { return a.inTask(t, a.shell), nil }

// taskShellWith is taskShell with a command that it asks for.
func taskShellWith(a *App, _ Scope, t ecs.Task) (Opening, error) {
	return a.inTask(t, a.shellWith), nil
}

// inTask opens the task's container; with several, it asks which.
func (a *App) inTask(t ecs.Task, open opener) Opening {
	on := a.on
	return Opening{Label: "shell in " + shortID(t.ID), Job: func(ctx context.Context) (tea.Cmd, error) {
		var definition *ecs.TaskDefinition
		if td, err := on.ECS.TaskDefinition(ctx, t.TaskDefinition); err == nil {
			definition = &td
		}
		containers := shellable(t)
		if len(containers) == 1 {
			return open(on, t, containers[0], definition).cmd(), nil
		}
		var items []dialog.Item
		for _, c := range containers {
			r := ecs.ExecReadiness(t, c, definition)
			items = append(items, dialog.Item{Label: c.Name, Detail: strings.TrimSuffix(r.State.String()+": "+r.Why(), ": ")})
		}
		choice := dialog.Choose(a.theme, "Shell in which container?", items, 0, func(i int) tea.Cmd {
			return open(on, t, containers[i], definition).cmd()
		})
		return screen.Cmd(screen.Ask{Overlay: choice}), nil
	}}
}

// shellable are the containers that are not AWS's own sidecars; all of them, when
// there are no others.
func shellable(t ecs.Task) []ecs.Container {
	var out []ecs.Container
	for _, c := range t.Containers {
		if c.Name != "aws-gd-agent" && !strings.HasPrefix(c.Name, "ecs-service-connect-") {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return t.Containers
	}
	return out
}

// shell opens a session and gives it the terminal. When something known stands in
// the way, a dialog says what, with its evidence and its cure.
func (a *App) shell(on Clients, t ecs.Task, c ecs.Container, definition *ecs.TaskDefinition) Opening {
	if o, ok := a.notReady(on, t, c, definition, "shell in"); ok {
		return o
	}
	r := a.execRequest(t, c)
	return a.guardedShell(on, "Open a shell in production?", r.Label, func() tea.Cmd { return a.startShell(on, r) })
}

// shellWith is shell with another command than the usual one.
func (a *App) shellWith(on Clients, t ecs.Task, c ecs.Container, definition *ecs.TaskDefinition) Opening {
	if o, ok := a.notReady(on, t, c, definition, "shell in"); ok {
		return o
	}
	r := a.execRequest(t, c)
	usual, text := orDefault(r.Command, "bash"), "It gets the terminal, as a shell does. The agent starts it without a shell: sh -c '…' where you need one."
	if r.Windows {
		usual, text = "cmd.exe", "It gets the terminal in place of PowerShell."
	}
	return Opening{Overlay: dialog.New(a.theme, dialog.Spec{
		Title: "Open with which command?", Text: text, Names: []string{clean.Line(r.Label)}, OK: "Open",
		Fields: []dialog.Field{{Name: "command", Label: "Command", Default: usual, Required: true}},
		Done: func(values map[string]string) tea.Cmd {
			r.Command = strings.TrimSpace(values["command"])
			return a.guardedShell(on, "Run this in production?", r.Label+"  "+r.Command, func() tea.Cmd { return a.startShell(on, r) }).cmd()
		},
	})}
}

// notReady says in a dialog what is known to stand in the way of a shell, or of what
// else goes through the container's agent ("forward to").
func (a *App) notReady(on Clients, t ecs.Task, c ecs.Container, definition *ecs.TaskDefinition, what string) (Opening, bool) {
	r := ecs.ExecReadiness(t, c, definition)
	if r.State != ecs.NotReady {
		return Opening{}, false
	}
	text := readinessText(r)
	p := patient{cluster: t.ClusterARN, task: t.ARN, container: c.Name, label: shellLabel(t, c.Name)}
	return Opening{Overlay: dialog.Offer(a.theme, screen.Warn, "No "+what+" "+clean.Line(c.Name), func() string { return text }, "Doctor", func() tea.Cmd {
		return screen.Cmd(screen.Push{Screen: a.doctorScreen(on, p, nil)})
	})}, true
}

// execRequest is the usual session in a container. The configured command is for
// Linux; Windows has PowerShell.
func (a *App) execRequest(t ecs.Task, c ecs.Container) exec.Request {
	r := exec.Request{
		Cluster: t.ClusterARN, Task: t.ARN, Container: c.Name, RuntimeID: c.RuntimeID, Windows: isWindows(t),
		Label: shellLabel(t, c.Name), Reason: a.incident(),
	}
	if !r.Windows {
		r.Command = a.cfg.Exec.Command
	}
	return r
}

func isWindows(t ecs.Task) bool {
	return strings.HasPrefix(strings.ToUpper(t.PlatformFamily), "WINDOWS")
}

// shellLabel names a container of a task in lists: "checkout/3f2a91c0:app".
func shellLabel(t ecs.Task, container string) string {
	return fmt.Sprintf("%s/%s:%s", orDefault(t.Service(), t.Group), shortID(t.ID), container)
}

// guardedShell asks before a session is opened in production.
func (a *App) guardedShell(on Clients, title, target string, start func() tea.Cmd) Opening {
	where := on.where(a.cfg)
	if !where.guarded {
		return Opening{Cmd: start()}
	}
	return Opening{Overlay: dialog.New(a.theme, dialog.Spec{
		Title: title, Text: "Account " + clean.Line(where.String()), Names: []string{clean.Line(target)},
		OK: "Open", Danger: true, Token: where.token(),
		Done: func(map[string]string) tea.Cmd { return start() },
	})}
}

// startShell opens the session as a job, so that leaving the screen cannot leave it
// half open, and hands the terminal over when it stands.
func (a *App) startShell(on Clients, r exec.Request) tea.Cmd {
	var session *exec.Session
	return screen.Cmd(screen.Start{Job: screen.Job{
		Label: "open a shell in " + clean.Line(r.Label), Timeout: actTimeout, Where: on.where(a.cfg).short(),
		Run: func(ctx context.Context) (string, error) {
			s, err := on.Exec.Open(ctx, r)
			session = s
			return "open", err
		},
		Done: func(_ string, err error) tea.Cmd {
			if err != nil {
				return a.noShell(on, r, err)
			}
			return a.attach(session)
		},
	}})
}

// attach gives the terminal to a session until it ends or is detached. The jump key
// changes between all sessions of this run without leaving.
func (a *App) attach(s *exec.Session) tea.Cmd {
	host := terminal.New(s, terminal.Options{
		Escape: a.cfg.Exec.Escape,
		List: func() []terminal.Session {
			var all []terminal.Session
			for _, sh := range a.open.shells(a.cfg) {
				all = append(all, sh.Session)
			}
			return all
		},
		Describe: func(t terminal.Session) (title, banner string) {
			where := ""
			for _, sh := range a.open.shells(a.cfg) {
				if terminal.Session(sh.Session) == t {
					where = sh.place.banner()
				}
			}
			return "ecsole " + clean.Line(t.Label()), clean.Line(t.Label() + " · " + where)
		},
	})
	return tea.Exec(terminal.Lending(host), func(err error) tea.Msg {
		last := host.Session()
		label := clean.Line(last.Label())
		switch {
		case err != nil:
			return screen.Flash{Level: screen.Error, Text: "shell in " + label, Err: err}
		case host.Detached():
			return screen.Flash{Text: "shell in " + label + " goes on; :sessions lists it"}
		}
		text, err := last.Ending()
		if err != nil {
			return screen.Flash{Level: screen.Warn, Text: "shell in " + label + " ended: " + clean.Line(orDefault(text, err.Error())), Err: err, Unasked: true}
		}
		return screen.Flash{Text: "shell in " + label + " ended: " + orDefault(clean.Line(text), "closed")}
	})
}

func (a *App) incident() string {
	if a.o.Journal == nil {
		return ""
	}
	return a.o.Journal.Incident()
}

// readinessText lists what stands in the way, with evidence and cure.
func readinessText(r ecs.Readiness) string {
	var b strings.Builder
	for _, p := range r.Points {
		if p.State == ecs.PointPassed {
			continue
		}
		fmt.Fprintf(&b, "%s %s\n", pointGlyph(p.State), clean.Line(p.Name))
		if p.Evidence != "" {
			fmt.Fprintf(&b, "  %s\n", clean.Line(p.Evidence))
		}
		if p.Fix != "" {
			fmt.Fprintf(&b, "  → %s\n", clean.Line(p.Fix))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
