package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/exec"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// noShell opens the doctor by itself where a shell did not open: a dialog with the
// likely cause, which fills in, and from which all points are a key away. What has
// nothing to do with a container (a host's shell, credentials, a refusal of our own)
// stays a message.
func (a *App) noShell(on Clients, r exec.Request, err error) tea.Cmd {
	e := aws.AsError(err)
	if r.Task == "" || e.RefusedHere() || e.Class == aws.Expired || e.Class == aws.Cancelled || e.Class == aws.Throttled {
		return nil
	}
	p := patient{cluster: r.Cluster, task: r.Task, container: r.Container, label: r.Label, failure: err}
	return screen.Cmd(screen.Ask{Overlay: newConsultation(a, on, p), Unasked: true})
}

// consultation is that dialog.
type consultation struct {
	screen.Overlay
	app  *App
	on   Clients
	work *screen.Work
	now  diagnosis
	err  error
	all  bool // the examination has ended
}

func newConsultation(a *App, on Clients, p patient) *consultation {
	c := &consultation{app: a, on: on, work: screen.NewWork(on.Account.Context()), now: diagnosis{patient: p}}
	c.Overlay = dialog.Offer(a.theme, screen.Error, "No shell in "+clean.Line(p.label), c.text, "All points", func() tea.Cmd {
		known := c.now
		return screen.Cmd(screen.Push{Screen: a.doctorScreen(on, p, &known)})
	})
	return c
}

// WorkID makes answers find the dialog.
func (c *consultation) WorkID() screen.ID { return c.work.ID() }

// Init begins the examination.
func (c *consultation) Init() tea.Cmd {
	p := c.now.patient
	return screen.Stream(c.work.Lane("examine"), doctorTimeout, func(ctx context.Context, emit func(diagnosis)) error {
		return examine(ctx, c.on, p, emit)
	})
}

// Update takes what is found, and gives keys to the dialog. When it closes, so does
// the examination.
func (c *consultation) Update(msg tea.Msg) (tea.Cmd, bool) {
	if r, ok := msg.(screen.Result[diagnosis]); ok {
		switch {
		case !screen.Current(c.work, r):
			return nil, false
		case r.More:
			c.now = r.Value
			return r.Next, false
		}
		c.err, c.all = r.Err, true
		return nil, false
	}
	cmd, done := c.Overlay.Update(msg)
	if done {
		c.work.Close()
	}
	return cmd, done
}

// text is what went wrong and why, as far as that is known.
func (c *consultation) text() string {
	lines := []string{clean.Line(problem(c.now.failure)), ""}
	cause, found := c.now.likely()
	switch {
	case found:
		lines = append(lines, "Likely cause:", pointGlyph(cause.State)+" "+clean.Line(cause.Name)+" ("+cause.State.String()+")")
		for _, l := range c.now.pointLines(cause) {
			lines = append(lines, "  "+clean.Line(l))
		}
	case c.err != nil:
		lines = append(lines, "The cause could not be examined: "+clean.Line(problem(c.err)))
	case c.all:
		lines = append(lines, "Nothing was found that explains it.")
	}
	if c.all {
		return strings.Join(append(lines, "", c.now.verdict()), "\n")
	}
	return strings.Join(append(lines, "", "Examining… "+c.now.verdict()), "\n")
}
