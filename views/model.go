package views

import (
	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// program is the shell with the console's own messages taken out before it.
type program struct {
	tea.Model
	app *App
}

// Init starts the shell and what the console reads at first.
func (p program) Init() tea.Cmd { return screen.Batch(p.Model.Init(), p.app.start()) }

// Update handles what concerns the console as a whole, and leaves the rest to the
// shell.
func (p program) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case foundCluster:
		if msg.wish != p.app.wish {
			return p, nil // the user is elsewhere by now
		}
		note := tea.Cmd(nil)
		if msg.note != "" {
			note = flashText(screen.Warn, msg.note)
		}
		return p.do(screen.Batch(screen.Cmd(screen.Reset{Screen: newBrowser(p.app, msg.on, msg.kind, msg.scope, msg.filter)}), note))
	case switched:
		if msg.wish != p.app.wish {
			return p, func() tea.Msg { msg.on.Account.Close(); return nil }
		}
		return p.do(p.app.switchedTo(msg))
	case clustersRead:
		if msg.on.Account == p.app.on.Account && len(p.app.clusters) == 0 {
			p.app.clusters = msg.arns
		}
		return p, nil
	case unidentified:
		if msg.on.Account != p.app.on.Account {
			return p, nil // it would read as if the account that is shown now were meant
		}
		return p.do(flash(screen.Error, msg.err))
	case profilesRead:
		p.app.profiles = msg.all
		return p, nil
	case forwardAsked:
		return p.do(p.app.askForward(msg))
	case question:
		return p.do(screen.Batch(p.app.asker.ask(msg), p.app.asker.wait()))
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	return p, cmd
}

// do carries out at once what is ready of a Cmd: the next key belongs to the screen
// that it opens.
func (p program) do(cmd tea.Cmd) (tea.Model, tea.Cmd) {
	ready, rest := screen.Settle(cmd)
	for _, msg := range ready {
		var more tea.Cmd
		p.Model, more = p.Model.Update(msg)
		rest = screen.Batch(rest, more)
	}
	return p, rest
}
