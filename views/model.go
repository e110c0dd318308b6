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
		if msg.on.Account != p.app.on.Account {
			return p, nil // another account by now
		}
		return p, screen.Cmd(screen.Reset{Screen: newBrowser(p.app, msg.on, msg.kind, msg.scope, msg.filter)})
	case switched:
		return p, p.app.switchedTo(msg)
	case profilesRead:
		p.app.profiles = msg.all
		return p, nil
	case question:
		return p, screen.Batch(p.app.asker.ask(msg), p.app.asker.wait())
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	return p, cmd
}
