package views

import (
	"context"
	"time"

	"ecsole/aws"
	"ecsole/aws/exec"
	"ecsole/tui/table"
)

// shell is a session and the account it belongs to.
type shell struct {
	*exec.Session
	place place
}

func (s shell) at() place { return s.place }

var _ = register(Resource[shell]{
	Name: "sessions", Aliases: []string{"session", "shells"},
	Every: 2 * time.Second,
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[shell] {
		return func(yield func(aws.Page[shell]) bool) {
			var all []shell
			if c.shells != nil {
				all = c.shells()
			}
			yield(aws.Page[shell]{Items: all, Seen: len(all), Total: len(all)})
		}
	},
	ID:    func(v shell) string { return v.ID() },
	Label: func(v shell) string { return v.Label() },
	Health: func(v shell) (Health, string) {
		switch v.State() {
		case exec.Connected:
			return table.OK, ""
		case exec.Ended:
			return table.Done, v.Result().Text
		}
		return table.Pending, v.State().String()
	},
	ScopeTitle: func(Scope) string { return "this run" },
	Empty:      func(Scope) string { return "s on a task or container opens a shell; :ssm lists those of the account" },
	Columns: []Column[shell]{
		{Title: "TARGET", Field: "target", Key: "N", Priority: 100, Min: 32, Value: func(v shell) any { return v.Label() }},
		{Title: "STATE", Field: "state", Key: "S", Priority: 90, Value: func(v shell) any { return v.State().String() }},
		{Title: "ACCOUNT", Field: "account", Priority: 70, Value: func(v shell) any { return v.place.short() }},
		{Title: "IDLE", Field: "lastInput", Key: "I", Priority: 60, Align: table.Right, Value: func(v shell) any { return v.LastInput() }},
		{Title: "IN", Field: "bytesIn", Priority: 40, Align: table.Right, Value: func(v shell) any { in, _ := v.Traffic(); return int(in) }},
		{Title: "OUT", Field: "bytesOut", Priority: 40, Align: table.Right, Value: func(v shell) any { _, out := v.Traffic(); return int(out) }},
		{Title: "AGE", Field: "begun", Key: "A", Priority: 80, Align: table.Right, Value: func(v shell) any { return v.Begun() }},
		{Title: "ENDED", Field: "ending", Priority: 50, Max: 60, Value: func(v shell) any { return orNil(v.Result().Text) }},
	},
	Actions: []Action[shell]{
		{Name: "enter", Label: "Attach", Off: ended, Show: func(a *App, _ Scope, v shell) (Opening, error) {
			return Opening{Cmd: a.attach(v.Session)}, nil
		}},
		{Name: "delete", Label: "End", Changes: true, Many: true, Off: ended,
			Ask: func(_ Scope, all []shell) Question {
				return Question{Title: "End " + plural(len(all), "shell") + "?", OK: "End", Lines: []string{"What runs in them is hung up."}}
			},
			Run: func(ctx context.Context, _ Clients, _ Scope, v shell, _ map[string]string) (string, error) {
				return "ended", v.End(ctx) // journalled as exec.terminate, by the session's id
			}},
	},
})

func ended(v shell) string {
	if v.State() == exec.Ended {
		return "this shell has ended"
	}
	return ""
}
