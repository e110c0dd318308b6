package views

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/metrics"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// actTimeout is an act's own deadline; no screen can end it sooner.
const actTimeout = time.Minute

// confirm asks before an act: what, on which targets, in which account and region.
// In production the account's name has to be typed.
func (a *App) confirm(on Clients, k *Kind, s Scope, act *action, items []any, left []string, after func() tea.Cmd) tea.Cmd {
	if len(items) == 0 {
		return nil
	}
	q := Question{Title: act.label + "?", OK: act.label}
	if act.ask != nil {
		q = act.ask(s, items)
	}
	spec := dialog.Spec{
		Title: clean.Line(q.Title), OK: q.OK,
		Done: func(values map[string]string) tea.Cmd {
			return screen.Batch(a.jobs(on, k, s, act, items, values, after)...)
		},
	}
	places := a.placesOf(on, items)
	for i, where := range places {
		if i > 0 {
			spec.Text += "\n"
		}
		spec.Text += "Account " + clean.Line(where.String())
		if where.guarded && spec.Token == "" {
			spec.Danger, spec.Token = true, where.token()
		}
	}
	for _, line := range q.Lines {
		spec.Text += "\n" + clean.Line(line)
	}
	for _, line := range left {
		spec.Text += "\n" + line
	}
	for _, v := range items {
		name := k.label(v)
		if id := k.id(v); id != name {
			name += "  " + id
		}
		if len(places) > 1 {
			name += "  in " + a.placeOf(on, v).short()
		}
		spec.Names = append(spec.Names, clean.Line(name))
	}
	for _, f := range q.Fields {
		spec.Fields = append(spec.Fields, f.dialog())
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(a.theme, spec)})
}

// placed are items that keep their account when the console shows another: shells and
// forwards.
type placed interface{ at() place }

// placeOf is where an item is acted on.
func (a *App) placeOf(on Clients, item any) place {
	if p, ok := item.(placed); ok {
		return p.at()
	}
	return on.where(a.cfg)
}

// placesOf are the places of items, each once.
func (a *App) placesOf(on Clients, items []any) []place {
	var out []place
	for _, v := range items {
		if p := a.placeOf(on, v); !slices.Contains(out, p) {
			out = append(out, p)
		}
		if _, ok := v.(placed); !ok {
			break // the others are where this one is
		}
	}
	return out
}

// jobs makes one job for each target: the fate of one says nothing of the others'.
func (a *App) jobs(on Clients, k *Kind, s Scope, act *action, items []any, values map[string]string, after func() tea.Cmd) []tea.Cmd {
	var cmds []tea.Cmd
	for _, v := range items {
		label := fmt.Sprintf("%s %s", act.label, clean.Line(k.label(v)))
		cmds = append(cmds, screen.Cmd(screen.Start{Job: screen.Job{
			Label: label, Timeout: actTimeout, Where: a.placeOf(on, v).short(),
			Run: func(ctx context.Context) (string, error) { return act.run(ctx, on, s, v, values) },
			Done: func(_ string, err error) tea.Cmd {
				if err != nil || after == nil {
					return nil
				}
				return after()
			},
		}}))
	}
	return cmds
}

func (f Field) dialog() dialog.Field {
	d := dialog.Field{Name: f.Name, Label: f.Label, Default: f.Value, Required: f.Number}
	if f.Number {
		d.Kind, d.Max = dialog.Number, 100_000
	}
	return d
}

// askCost asks before an overlay is read for very many rows, to sort by it, filter by
// it or save it. Refused may be nil.
func (a *App) askCost(k *Kind, column, to string, n int, paid bool, agree func() tea.Cmd, refused func()) tea.Cmd {
	text := fmt.Sprintf("%s is known for the rows on the screen. To %s it, it has to be read for all %s rows.", column, to, comma(n))
	if paid {
		often := "each minute while this list is open"
		if to == "save" {
			often = "once"
		}
		text += fmt.Sprintf("\nThat costs about USD %.2f %s.", metrics.EstimateUSD(2*n), often)
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(a.theme, dialog.Spec{
		Title: "Read " + column + " of all " + k.Name + "?", Text: text, OK: "Read",
		Done: func(map[string]string) tea.Cmd { return agree() },
		Cancelled: func() tea.Cmd {
			if refused != nil {
				refused()
			}
			return nil
		},
	})})
}
