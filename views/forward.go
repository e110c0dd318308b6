package views

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/ecs"
	"ecsole/aws/exec/forward"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/views/config"
)

// ForwardNote is what everybody should know who forwards a port.
const ForwardNote = "AWS does not log what goes through a forward, and many policies deny it (ssm:StartSession)."

// ForwardTold reports whether the user has had ForwardNote at an earlier forward.
func ForwardTold(p config.Paths) bool {
	_, err := os.Stat(p.Told())
	return err == nil
}

// TellForward keeps in mind that the user has had ForwardNote. Where that cannot be
// kept, it is told again.
func TellForward(p config.Paths) {
	if os.MkdirAll(p.Data, 0o700) == nil {
		_ = os.WriteFile(p.Told(), nil, 0o600)
	}
}

// Forbidden is why no port may be forwarded, or nil.
func Forbidden(cfg config.Config) error {
	if cfg.Forward.Allowed() {
		return nil
	}
	return errors.New("forwarding ports is forbidden by the configuration (forward.allow: false)")
}

func containerForward(a *App, _ Scope, v container) (Opening, error) {
	if err := Forbidden(a.cfg); err != nil {
		return Opening{}, err
	}
	return inContainer(a, v, "forward to", a.forward), nil
}

func taskForward(a *App, _ Scope, t ecs.Task) (Opening, error) {
	if err := Forbidden(a.cfg); err != nil {
		return Opening{}, err
	}
	return inTask(a, t, "forward to", a.forward), nil
}

func serviceForward(a *App, _ Scope, v ecs.Service) (Opening, error) {
	if err := Forbidden(a.cfg); err != nil {
		return Opening{}, err
	}
	return inService(a, v, "forward to", a.forward), nil
}

// forward looks for a free port and asks the rest.
func (a *App) forward(s spot) Opening {
	address := a.cfg.Forward.Address
	return Opening{Label: "forward to " + s.container.Name, Job: func(context.Context) (tea.Cmd, error) {
		wanted := 0
		if ports := s.declared(); len(ports) > 0 {
			wanted = ports[0]
		}
		free := FreePort(address, wanted)
		told := ForwardTold(a.paths)
		return func() tea.Msg { return forwardAsked{s, wanted, free, told} }, nil
	}}
}

// forwardAsked brings what the dialog of a forward proposes to the event loop.
type forwardAsked struct {
	spot          spot
	port, freeOne int
	told          bool // of what a forward is
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9.:_-]{1,253}$`)

// askForward asks what is to be forwarded, and where to.
func (a *App) askForward(m forwardAsked) tea.Cmd {
	s := m.spot
	where := s.on.where(a.cfg)
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	fields := []dialog.Field{
		{Name: "port", Label: "Port there", Kind: dialog.Number, Min: 1, Max: 65535, Default: number(m.port), Required: true},
		{Name: "local", Label: "Local port", Kind: dialog.Number, Min: 0, Max: 65535, Default: number(m.freeOne), Placeholder: "a free one"},
		{Name: "address", Label: "Local address", Default: a.cfg.Forward.Address, Required: true, Check: checkAddress},
		{Name: "host", Label: "Remote host", Placeholder: "none: the container itself", Check: func(v string) error {
			if !hostName.MatchString(v) {
				return errors.New("is no name or address of a host")
			}
			return nil
		}},
	}
	if s.task.Service() != "" {
		fields = append(fields, dialog.Field{Name: "follow", Label: "Follow service", Kind: dialog.Flag, Default: strconv.FormatBool(a.cfg.Forward.Follow)})
	}
	text := "Account " + clean.Line(where.String())
	if ports := s.declared(); len(ports) > 0 {
		text += "\nThe task definition names port " + strings.Trim(strings.ReplaceAll(fmt.Sprint(ports), " ", ", "), "[]") + "."
	}
	if !m.told {
		text += "\n" + ForwardNote
	}
	spec := dialog.Spec{Title: "Forward a port?", Text: text, Names: []string{clean.Line(s.label())}, Fields: fields, OK: "Forward", Danger: where.guarded,
		Done: func(v map[string]string) tea.Cmd { return a.forwardTo(s, v) }}
	if where.guarded {
		spec.Title, spec.Token = "Forward a port in production?", where.token()
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(a.theme, spec)})
}

// checkAddress holds that an address is one to listen on.
func checkAddress(v string) error {
	if v != "localhost" && net.ParseIP(v) == nil {
		return errors.New("is no IP address")
	}
	return nil
}

// loopback addresses can be reached from this machine alone.
func loopback(address string) bool {
	ip := net.ParseIP(address)
	return address == "localhost" || ip != nil && ip.IsLoopback()
}

// forwardTo opens what was asked for; who would open this machine's port to others
// is asked again.
func (a *App) forwardTo(s spot, v map[string]string) tea.Cmd {
	port, _ := strconv.Atoi(v["port"]) // the dialog has checked it
	r := forward.Request{
		Cluster: s.task.ClusterARN, Task: s.task.ARN, Service: s.task.Service(), Container: s.container.Name, RuntimeID: s.container.RuntimeID,
		Host: v["host"], Port: port, Local: net.JoinHostPort(v["address"], orDefault(v["local"], "0")), Follow: v["follow"] == "true",
		Reason: a.incident(),
	}
	if loopback(v["address"]) {
		return a.startForward(s.on, r)
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(a.theme, dialog.Spec{
		Title: "Listen on " + clean.Line(v["address"]) + "?", Danger: true, OK: "Listen",
		Text: "Whoever can reach this machine there can use the forward, without any credentials.",
		Done: func(map[string]string) tea.Cmd { return a.startForward(s.on, r) },
	})})
}

// startForward opens a forward as a job, so that leaving the screen cannot leave it
// half open.
func (a *App) startForward(on Clients, r forward.Request) tea.Cmd {
	return screen.Cmd(screen.Start{Job: screen.Job{
		Label: "forward to " + clean.Line(r.Target()), Timeout: actTimeout, Where: on.where(a.cfg).short(),
		Run: func(ctx context.Context) (string, error) {
			f, err := on.Forwards.Open(ctx, r)
			if err != nil {
				return "", err
			}
			TellForward(a.paths) // the dialog has
			return clean.Line(f.Address() + " → " + f.Far() + " is open"), nil
		},
	}})
}
