package views

import (
	"context"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/views/command"
	"ecsole/views/config"
)

// accounts are all accounts of this run: shells, forwards and jobs keep theirs when
// the console moves on. It is safe for many goroutines.
type accounts struct {
	mu   sync.Mutex
	list []Clients
	now  Clients // the one that is shown
}

// show makes an account the one that is shown.
func (o *accounts) show(c Clients) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = c
	if !slices.ContainsFunc(o.list, func(have Clients) bool { return have.Account == c.Account }) {
		o.list = append(o.list, c)
	}
}

// shown is the account that is shown, for what runs outside the event loop.
func (o *accounts) shown() Clients {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *accounts) all() []Clients {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

// shells are the sessions of all accounts, each with its place.
func (o *accounts) shells(cfg config.Config) []shell {
	var out []shell
	for _, c := range o.all() {
		for _, s := range c.Exec.List() {
			if !s.Alone() {
				out = append(out, shell{s, c.where(cfg)})
			}
		}
	}
	return out
}

// forwards are those of all accounts, each with its place.
func (o *accounts) forwards(cfg config.Config) []forwarded {
	var out []forwarded
	for _, c := range o.all() {
		for _, f := range c.Forwards.List() {
			out = append(out, forwarded{f, c.where(cfg)})
		}
	}
	return out
}

// clients makes the clients of an account of this run; region is what it was opened
// with, "" for the profile's own.
func (a *App) clients(account *aws.Account, region string) Clients {
	c := NewClients(account, a.knownProfiles, a.budget)
	c.asked, c.aliases = region, a.cfg.Accounts
	c.Exec.Configure(exec.Settings{Recording: Recording(a.cfg, a.paths)})
	c.errands = a.errands
	c.shells = func() []shell { return a.open.shells(a.cfg) }
	c.forwards = func() []forwarded { return a.open.forwards(a.cfg) }
	return c
}

// knownProfiles are the AWS configuration's profiles; where it does not say whose they
// are, AWS may have said so in this run. It is safe for many goroutines.
func (a *App) knownProfiles() ([]aws.Profile, error) {
	if a.o.Profiles == nil {
		return nil, nil
	}
	all, err := a.o.Profiles()
	all = slices.Clone(all) // whoever was given it before reads on
	for _, c := range a.open.all() {
		id, ok := c.Account.KnownIdentity()
		for i := range all {
			if ok && all[i].AccountID == "" && all[i].Name == c.Account.Profile() {
				all[i].AccountID = id.Account
			}
		}
	}
	return all, err
}

// readProfiles reads the AWS configuration's profiles, for :ctx and completion.
func (a *App) readProfiles() tea.Cmd {
	read := a.o.Profiles
	if read == nil {
		return nil
	}
	return func() tea.Msg {
		all, err := read()
		return profilesRead{all, err}
	}
}

type profilesRead struct {
	all []aws.Profile
	err error
}

// runContext lists the profiles, or switches to the one named.
func (a *App) runContext(l command.Line) tea.Cmd {
	if len(l.Args) == 0 {
		return screen.Cmd(screen.Push{Screen: newBrowser(a, a.on, kinds["profiles"], Scope{}, l.Filter)})
	}
	if len(l.Args) > 2 {
		return flashText(screen.Warn, ":ctx takes a profile, and a region behind it")
	}
	region := ""
	if len(l.Args) == 2 {
		region = l.Args[1]
	}
	return a.switchTo(l.Args[0], region, command.Line{})
}

// switchTo opens another account and starts over there. The account before stays
// open: its shells, forwards and jobs go on. Nothing is asked of the present
// credentials, so it works also when they are dead.
func (a *App) switchTo(profile, region string, then command.Line) tea.Cmd {
	a.wish++
	if profile == "" {
		profile = a.on.Account.Profile()
	}
	asked := region
	if i := slices.IndexFunc(a.profiles, func(p aws.Profile) bool { return p.Name == profile }); region == "" && i >= 0 {
		region = a.profiles[i].Region
	}
	for _, c := range a.open.all() {
		if c.Account.Profile() == profile && (c.Account.Region() == region || c.asked == asked) {
			return a.switchedTo(switched{on: c, then: then})
		}
	}
	open, ctx, asker, wish := a.o.Open, a.ctx, a.asker, a.wish
	return func() tea.Msg {
		account, err := open(ctx, profile, region, asker)
		if err != nil {
			return screen.Flash{Level: screen.Error, Err: err}
		}
		return switched{on: a.clients(account, asked), then: then, wish: wish}
	}
}

// switched tells the console that an account has been opened.
type switched struct {
	on   Clients
	then command.Line
	wish int
}

// switchedTo shows the account and journals the switch.
func (a *App) switchedTo(m switched) tea.Cmd {
	before := a.on
	a.adopt(m.on)
	after := m.on
	record := func() tea.Msg {
		if a.o.Journal == nil {
			return nil
		}
		err := m.on.Account.Journal().Note(audit.Record{
			Kind: audit.KindNote, Action: "account.switch", Target: after.where(a.cfg).String(), Before: before.where(a.cfg).String(),
		})
		if err != nil {
			return screen.Flash{Level: screen.Error, Text: "the journal cannot be written: " + err.Error(), Err: err}
		}
		return nil
	}
	goOn := screen.Cmd(screen.Reset{Screen: newBrowser(a, a.on, kinds["clusters"], Scope{}, "")})
	read := tea.Cmd(nil)
	if k, ok := KindNamed(m.then.Word); ok {
		goOn, read = a.runKind(k, m.then), a.readClusters(m.on)
	} else if m.then.Word == "insights" {
		goOn = screen.Batch(goOn, a.runInsights(m.then))
	}
	return screen.Batch(goOn, record, a.identify(m.on), read)
}

// readClusters lists the clusters for the number keys and completion, where the
// first screen is not their list. When they cannot be had, that is no more than
// keys that are missing: the screen itself says what is wrong.
func (a *App) readClusters(on Clients) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(on.Account.Context(), openTimeout)
		defer cancel()
		items, _ := aws.Collect(on.ECS.Clusters(ctx))
		read := clustersRead{on: on}
		for _, c := range items {
			read.arns = append(read.arns, c.ARN)
		}
		return read
	}
}

type clustersRead struct {
	on   Clients
	arns []string
}

// profile is one with what the configuration calls its account.
type profile struct {
	aws.Profile
	alias string
}

var _ = register(Resource[profile]{
	Name: "profiles", Aliases: []string{"ctx", "context", "contexts"},
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[profile] {
		return func(yield func(aws.Page[profile]) bool) {
			all, err := c.profiles()
			p := aws.Page[profile]{Seen: len(all), Total: len(all)}
			for _, v := range all {
				p.Items = append(p.Items, profile{v, c.aliases[v.AccountID]})
			}
			if err != nil {
				p.Gaps = []aws.Gap{{Err: err, Fatal: true}}
			}
			yield(p)
		}
	},
	ID:         func(v profile) string { return v.Name },
	Label:      func(v profile) string { return v.Name },
	Health:     func(profile) (Health, string) { return table.OK, "" },
	ScopeTitle: func(Scope) string { return "aws config" },
	Columns: []Column[profile]{
		{Title: "PROFILE", Field: "profile", Key: "N", Priority: 100, Value: func(v profile) any { return v.Name }},
		{Title: "ACCOUNT", Field: "account", Key: "C", Priority: 90, Value: func(v profile) any { return orNil(v.AccountID) }},
		{Title: "ALIAS", Field: "alias", Key: "L", Priority: 60, Value: func(v profile) any { return orNil(v.alias) }},
		{Title: "REGION", Field: "region", Key: "R", Priority: 80, Value: func(v profile) any { return orNil(v.Region) }},
		{Title: "CREDENTIALS", Field: "kind", Key: "K", Priority: 70, Value: func(v profile) any { return orNil(v.Kind) }},
	},
	Actions: []Action[profile]{
		{Name: "enter", Label: "Switch", Show: func(a *App, _ Scope, v profile) (Opening, error) {
			return Opening{Cmd: a.switchTo(v.Name, v.Region, command.Line{})}, nil
		}},
	},
})

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
