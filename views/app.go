package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/lines"
	"ecsole/tui"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/tui/terminal"
	"ecsole/tui/theme"
	"ecsole/views/command"
	"ecsole/views/config"
)

// Options are what the program gives to the console.
type Options struct {
	Config  config.Config
	Paths   config.Paths
	Journal *audit.Journal
	// Problem is why there is no journal.
	Problem error
	// Open opens an account; empty names mean the defaults. It does no network.
	Open     func(ctx context.Context, profile, region string, asker aws.Asker) (*aws.Account, error)
	Profiles func() ([]aws.Profile, error)
	Profile  string
	Region   string
	Cluster  string
	Command  string // to begin with
	Theme    *theme.Theme
	History  []string
	Save     func([]string)
	Clip     func(string) error
	Now      func() time.Time
	Version  string
}

// App is the console: the account that is shown, and what the screens share. It
// belongs to the event loop.
type App struct {
	o     Options
	ctx   context.Context // ends with Close
	end   context.CancelFunc
	cfg   config.Config
	paths config.Paths
	theme *theme.Theme
	// budget is for the log lines of all accounts of this run.
	budget *lines.Budget
	keys   *keymap.Map
	now    func() time.Time
	asker  *asker

	on       Clients
	open     *accounts
	errands  *errands
	copies   copies
	profiles []aws.Profile
	wish     int      // number of the newest command or drill-down: what an older one asked for comes too late
	clusters []string // ARNs seen on the present account
	sorted   map[string]table.Sort
	wide     map[string]bool
	draft    string  // the query that was typed last into Logs Insights
	problems []error // of the start: shown as the first messages
}

// New makes the console on its first account. The account need not be usable: the
// console says what is wrong with it and can switch to another.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Theme == nil {
		o.Theme = theme.New(theme.Options{})
	}
	ctx, end := context.WithCancel(ctx)
	a := &App{
		o: o, ctx: ctx, end: end, cfg: o.Config, paths: o.Paths, theme: o.Theme, now: o.Now,
		sorted: map[string]table.Sort{}, wide: map[string]bool{}, open: &accounts{}, errands: &errands{}, asker: newAsker(o.Theme, ctx.Done()),
		budget: lines.NewBudget(int64(o.Config.Logs.BudgetMB) << 20),
	}
	a.keys, a.problems = keymap.New(o.Config.Keys)
	if err := terminal.CheckEscape(a.cfg.Exec.Escape); err != nil {
		a.problems = append(a.problems, fmt.Errorf("exec.escape %q: %w", a.cfg.Exec.Escape, err))
		a.cfg.Exec.Escape = ""
	}
	if o.Problem != nil {
		a.problems = append(a.problems, fmt.Errorf("no journal, so every act is refused: %w", o.Problem))
	}
	account, err := o.Open(ctx, o.Profile, o.Region, a.asker)
	if err != nil {
		end()
		return nil, err
	}
	a.adopt(a.clients(account, o.Region))
	return a, nil
}

// adopt makes an account the one that is shown.
func (a *App) adopt(c Clients) {
	a.on = c
	a.clusters = nil
	a.open.show(c)
}

// Close ends all accounts of this run.
func (a *App) Close() {
	a.end()
	for _, c := range a.open.all() {
		c.Account.Close()
	}
}

// Model is the console as a program for the terminal.
func (a *App) Model() tea.Model {
	return program{app: a, Model: tui.New(tui.Options{
		Home: a.home, Header: a.header, Commander: commander{a}, ReadOnly: func() bool { return a.on.Account.ReadOnly() },
		Actions: a.everywhere,
		Guards:  []func() string{a.sessionsGuard}, Explain: explain, Problems: a.messages,
		Keymap: a.keys, Theme: a.theme, Title: "ecsole", Mouse: a.cfg.UI.EnableMouse,
		Compact: a.cfg.UI.Headless, NoCrumb: a.cfg.UI.Crumbsless, History: a.history(), SaveHistory: a.o.Save,
		CopyNative: a.o.Clip, Copied: a.copied, Save: a.saveText, Now: a.now,
	})}
}

// history is the commands of earlier runs and the one that this run begins with: it is
// the one in force, to which the keys of the history lead back.
func (a *App) history() []string {
	line, _, _ := a.first()
	if n := len(a.o.History); line == "" || n > 0 && a.o.History[n-1] == line {
		return a.o.History
	}
	return append(slices.Clone(a.o.History), line)
}

// everywhere are the keys that work on every screen, beside the shell's own.
func (a *App) everywhere() []screen.Action {
	return []screen.Action{{
		Name: "aliases", Keys: a.keys.For("aliases"), Label: "Commands", Help: "List commands and aliases", Section: "general", Hidden: true,
		Run: func() tea.Cmd { return a.run(command.Line{Word: "aliases"}) },
	}}
}

// first is the line that the console begins with: the command line's, else the
// configuration's.
func (a *App) first() (line string, l command.Line, k *Kind) {
	switch {
	case a.o.Command != "":
		line = strings.TrimPrefix(a.o.Command, ":")
	case a.o.Cluster != "":
		line = "services " + a.o.Cluster
	default:
		line = a.cfg.DefaultView
	}
	l, err := command.Parse(line)
	if named, ok := KindNamed(l.Word); err == nil && ok && len(l.Args) == 0 && l.Profile == "" && l.Region == "" {
		k = named
	}
	return line, l, k
}

// home is the first screen: what the first line names, if that is all it does.
func (a *App) home() screen.Screen {
	if _, l, k := a.first(); k != nil {
		return newBrowser(a, a.on, k, Scope{}, l.Filter)
	}
	return newBrowser(a, a.on, kinds["clusters"], Scope{}, "")
}

// start is run once the first screen stands: who are we, and the command that the
// home screen could not take.
func (a *App) start() tea.Cmd {
	cmds := []tea.Cmd{a.identify(a.on), a.readProfiles(), a.asker.wait()}
	if a.o.Command != "" || a.o.Cluster != "" || a.cfg.DefaultView != "clusters" {
		cmds = append(cmds, a.readClusters(a.on))
	}
	for _, err := range a.problems {
		cmds = append(cmds, screen.Cmd(screen.Flash{Level: screen.Error, Text: err.Error(), Err: err}))
	}
	if line, _, k := a.first(); k == nil {
		cmds = append(cmds, commander{a}.Run(line))
	}
	return screen.Batch(cmds...)
}

// identify asks once who the credentials belong to; the header shows it from then.
func (a *App) identify(on Clients) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(on.Account.Context(), openTimeout)
		defer cancel()
		if _, err := on.Account.Identity(aws.Foreground(ctx)); err != nil {
			return unidentified{on, err}
		}
		return nil
	}
}

// unidentified is why it is not known whose an account's credentials are.
type unidentified struct {
	on  Clients
	err error
}

// every is a kind's refresh clock.
func (a *App) every(k *Kind) time.Duration { return max(k.every, a.cfg.Refresh()) }

// show opens the screen of a kind in a scope.
func (a *App) show(on Clients, kind string, s Scope) tea.Cmd {
	a.wish++
	k := kinds[kind]
	return screen.Cmd(screen.Push{Screen: newBrowser(a, on, k, s, "")})
}

// favourites are the clusters on the keys 1 to 9: the configured ones, then those
// that were seen.
func (a *App) favourites(on Clients) []string {
	var out []string
	for _, name := range a.cfg.Favorites {
		for _, arn := range a.clusters {
			if lastPart(arn) == name || arn == name {
				out = append(out, arn)
			}
		}
	}
	for _, arn := range a.clusters {
		if len(a.cfg.Favorites) == 0 && len(out) < 9 && !slices.Contains(out, arn) {
			out = append(out, arn)
		}
	}
	return out[:min(len(out), 9)]
}

// note journals something that is no act: unmasking, copies, incidents. It writes to
// the disk, so it runs outside the event loop; a journal that fails is a message.
func (a *App) note(on Clients, action, target, detail string) {
	if j := on.Account.Journal(); j != nil {
		if err := j.Note(audit.Record{Kind: audit.KindNote, Action: action, Target: target, After: detail}); err != nil {
			on.Account.Problems().Add(err)
		}
	}
}

// explain says what an error means to the user.
func explain(err error) screen.Problem {
	e := aws.AsError(err)
	return screen.Problem{Class: e.Class.String(), Op: e.Op, Text: summary(err), Hint: e.Hint, RequestID: e.RequestID, Denied: e.Class == aws.Denied}
}

// messages are the failed calls of all accounts of this run.
func (a *App) messages() []tui.Message {
	var out []tui.Message
	for _, c := range a.open.all() {
		for _, p := range c.Account.Problems().Recent() {
			out = append(out, tui.Message{Time: p.Time, Level: screen.Warn, Problem: explain(p.Error)})
		}
	}
	return out
}

// sessionsGuard says which shells and forwards would end with the console.
func (a *App) sessionsGuard() string {
	shells, forwards := a.open.live()
	verb, text := "are", a.live()
	if shells+forwards == 1 {
		verb, text = "is", "one"+strings.TrimPrefix(text, "1")
	}
	if text == "" {
		return ""
	}
	return text + " " + verb + " open"
}
