package views

import (
	"context"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"ecsole/aws"
	"ecsole/aws/exec"
	"ecsole/aws/exec/forward"
	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/table"
)

// forwarded is a forward and the account it belongs to.
type forwarded struct {
	*forward.Forward
	place place
}

func (f forwarded) at() place { return f.place }

var _ = register(Resource[forwarded]{
	Name: "forwards", Aliases: []string{"forward", "pf"},
	Every: 2 * time.Second,
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[forwarded] {
		return func(yield func(aws.Page[forwarded]) bool) {
			var all []forwarded
			if c.forwards != nil {
				all = c.forwards()
			}
			yield(aws.Page[forwarded]{Items: all, Seen: len(all), Total: len(all)})
		}
	},
	ID:         func(v forwarded) string { return v.Address() },
	Label:      func(v forwarded) string { return v.Address() },
	Health:     forwardHealth,
	ScopeTitle: func(Scope) string { return "this run" },
	Empty:      func(Scope) string { return "shift-f on a service, task or container forwards a port" },
	Columns: []Column[forwarded]{
		{Title: "ADDRESS", Field: "address", Key: "D", Priority: 100, Value: func(v forwarded) any { return v.Address() }},
		{Title: "FAR END", Field: "farEnd", Priority: 93, Max: 40, Value: func(v forwarded) any { return v.Far() }},
		{Title: "TARGET", Field: "target", Key: "N", Priority: 95, Max: 44, Value: func(v forwarded) any { return v.Target() }},
		{Title: "STATE", Field: "state", Key: "S", Priority: 97, Value: func(v forwarded) any { return v.State().String() }},
		{Title: "CONNS", Field: "connections", Key: "C", Priority: 91, Align: table.Right,
			Value: func(v forwarded) any { _, total := v.Connections(); return total },
			Cell: func(v forwarded) table.Cell {
				open, total := v.Connections()
				return table.Cell{Text: fmt.Sprintf("%d/%d", open, total), Sort: total}
			}},
		{Title: "OPEN", Field: "openConnections", Wide: true, Align: table.Right, Value: func(v forwarded) any { open, _ := v.Connections(); return open }},
		{Title: "TO", Field: "bytesTo", Key: "T", Priority: 60, Align: table.Right,
			Value: func(v forwarded) any { to, _ := v.Traffic(); return int(to) },
			Cell:  func(v forwarded) table.Cell { to, _ := v.Traffic(); return bytesCell(to) }},
		{Title: "FROM", Field: "bytesFrom", Key: "F", Priority: 60, Align: table.Right,
			Value: func(v forwarded) any { _, from := v.Traffic(); return int(from) },
			Cell:  func(v forwarded) table.Cell { _, from := v.Traffic(); return bytesCell(from) }},
		{Title: "LAST ERROR", Field: "lastError", Priority: 94, Max: 70,
			Value: func(v forwarded) any {
				if _, err := v.LastError(); err != nil {
					return err.Error()
				}
				return nil
			},
			Cell: lastErrorCell},
		{Title: "ERROR AT", Field: "lastErrorAt", Wide: true, Value: func(v forwarded) any { at, _ := v.LastError(); return moment(at) }},
		{Title: "FOLLOWS", Field: "follows", Wide: true, Value: func(v forwarded) any { return v.Request().Follow }},
		{Title: "ACCOUNT", Field: "account", Priority: 50, Value: func(v forwarded) any { return v.place.short() }},
		{Title: "AGE", Field: "begun", Key: "A", Priority: 70, Align: table.Right, Value: func(v forwarded) any { return v.Begun() }},
	},
	Actions: []Action[forwarded]{
		{Name: "enter", Label: "Copy address", Show: copyAddress},
		{Name: "copy", Label: "Copy address", Hidden: true, Show: copyAddress},
		{Name: "restart", Label: "Reconnect", Changes: true, Off: func(v forwarded) string {
			if s := v.State(); s == forward.Ready || s == forward.Reconnecting {
				return "this forward is " + s.String()
			}
			return ""
		},
			Ask: func(_ Scope, all []forwarded) Question {
				return Question{Title: "Reconnect this forward?", OK: "Reconnect", Lines: []string{
					"To " + all[0].Target() + " in " + all[0].place.short() + ", or another task of its service where that one has gone."}}
			},
			Run: func(ctx context.Context, _ Clients, _ Scope, v forwarded, _ map[string]string) (string, error) {
				return "to " + clean.Line(v.Target()), v.Renew(ctx)
			}},
		{Name: "delete", Label: "Close", Changes: true, Many: true, Off: func(v forwarded) string {
			if v.State() == forward.Closed {
				return "this forward is closed"
			}
			return ""
		},
			Ask: askClose,
			Run: func(ctx context.Context, _ Clients, _ Scope, v forwarded, _ map[string]string) (string, error) {
				v.Close(ctx)
				return "closed", nil
			}},
	},
})

// toForwards leads to the forwards from anywhere.
func toForwards[T any](Scope, T) (string, Scope) { return "forwards", Scope{} }

func copyAddress(_ *App, _ Scope, v forwarded) (Opening, error) {
	return Opening{Cmd: screen.Cmd(screen.Copy{Text: v.Address(), What: "address " + v.Address()})}, nil
}

func askClose(_ Scope, all []forwarded) Question {
	q := Question{Title: fmt.Sprintf("Close %d forwards?", len(all)), OK: "Close"}
	if len(all) == 1 {
		q.Title = "Close this forward?"
	}
	n := 0
	for _, v := range all {
		open, _ := v.Connections()
		n += open
		q.Lines = append(q.Lines, v.Address()+" → "+v.Far()+" of "+v.Target()+" in "+v.place.short())
	}
	if n > 0 {
		q.Lines = append(q.Lines, fmt.Sprintf("Connections that are cut off: %d.", n))
	}
	return q
}

func forwardHealth(v forwarded) (Health, string) {
	switch s := v.State(); s {
	case forward.Ready:
		return table.OK, ""
	case forward.Asleep:
		return table.OK, "its session has ended; the next connection opens another"
	case forward.Broken:
		_, err := v.LastError()
		if err == nil {
			return table.Failed, "broken"
		}
		return table.Failed, err.Error()
	case forward.Closed:
		return table.Done, "closed"
	default:
		return table.Pending, s.String()
	}
}

func bytesCell(n int64) table.Cell {
	return table.Cell{Text: humanize.Bytes(uint64(max(n, 0))), Sort: int(n)}
}

func lastErrorCell(v forwarded) table.Cell {
	at, err := v.LastError()
	if err == nil {
		return table.Cell{Text: table.Nothing, State: table.Dim}
	}
	return table.Cell{Text: age(at) + " ago: " + clean.Line(err.Error()), State: table.Warn}
}

// live says in a few words what goes on beside the screens; "" where nothing does.
func (a *App) live() string {
	shells, forwards := a.open.live()
	switch {
	case forwards == 0:
		return plural(shells, "shell")
	case shells == 0:
		return plural(forwards, "forward")
	}
	return plural(shells, "shell") + ", " + plural(forwards, "forward")
}

// plural counts things: "1 shell", "2 shells", and nothing for none.
func plural(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// live counts the shells and the forwards of all accounts. What runs a single command
// is the affair of the job that it belongs to.
func (o *accounts) live() (shells, forwards int) {
	for _, c := range o.all() {
		if c.Exec.Live() > 0 {
			for _, s := range c.Exec.List() {
				if !s.Alone() && s.State() != exec.Ended {
					shells++
				}
			}
		}
		forwards += c.Forwards.Live()
	}
	return shells, forwards
}
