package views

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/tui/screen"
	"ecsole/views/command"
)

// commander runs the ':' line.
type commander struct{ app *App }

// special are the words that name no kind.
var special = []string{"ctx", "profile", "region", "incident", "audit", "api", "aliases", "insights", "quit", "help"}

// Run carries a line out. What is not understood is said, never guessed.
func (c commander) Run(line string) tea.Cmd {
	line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), ":"))
	first, rest, _ := strings.Cut(line, " ")
	if to, ok := c.app.cfg.Aliases[first]; ok {
		line = strings.TrimSpace(to + " " + rest)
	}
	l, err := command.Parse(line)
	if err != nil {
		return flashText(screen.Warn, err.Error())
	}
	return c.app.run(l)
}

// Suggest completes kinds, special words, clusters, profiles and regions.
func (c commander) Suggest(text string) []string {
	a := c.app
	w := command.Words{Special: append(slices.Clone(special), "context", "contexts", "q", "q!", "exit"), Args: map[string][]string{}, Regions: regions}
	for word, k := range kinds {
		if word == k.Name {
			w.Kinds = append(w.Kinds, word)
		} else {
			w.Aliases = append(w.Aliases, word)
		}
	}
	for alias := range a.cfg.Aliases {
		w.Aliases = append(w.Aliases, alias)
	}
	var clusters []string
	for _, arn := range a.clusters {
		clusters = append(clusters, lastPart(arn))
	}
	for _, kind := range []string{"services", "tasks", "instances", "findings", "alarms"} {
		k := kinds[kind]
		for _, word := range append([]string{k.Name}, k.Aliases...) {
			w.Args[word] = clusters
		}
	}
	w.Args["cluster"] = clusters
	for _, p := range a.profiles {
		w.Profiles = append(w.Profiles, p.Name)
	}
	for _, word := range []string{"ctx", "context", "profile"} {
		w.Args[word] = w.Profiles
	}
	w.Args["region"] = regions
	return w.Suggest(text)
}

// run carries out a parsed command. A command clears the stack, as in k9s.
func (a *App) run(l command.Line) tea.Cmd {
	a.wish++
	if l.Word == "cluster" && len(l.Args) == 1 {
		l.Word = "services"
	}
	if l.Profile != "" || l.Region != "" {
		return a.runElsewhere(l)
	}
	switch l.Word {
	case "q", "q!", "qa", "quit", "exit":
		return screen.Cmd(screen.Quit{})
	case "h", "help", "?":
		return screen.Cmd(screen.Help{})
	case "ctx", "context", "contexts", "profile", "profiles":
		return a.runContext(l)
	case "region", "regions":
		if len(l.Args) != 1 {
			return flashText(screen.Warn, "region needs one name, such as :region eu-west-1")
		}
		return a.switchTo("", l.Args[0], command.Line{})
	case "incident":
		return a.setIncident(strings.Join(l.Args, " "))
	case "alias", "aliases", "a":
		return screen.Cmd(screen.Push{Screen: newBrowser(a, a.on, kinds["aliases"], Scope{}, l.Filter)})
	case "insights":
		return a.runInsights(l)
	case "api":
		return screen.Cmd(screen.Push{Screen: newBrowser(a, a.on, kinds["api"], Scope{}, l.Filter)})
	}
	k, ok := KindNamed(l.Word)
	if !ok {
		return flashText(screen.Warn, fmt.Sprintf("there is no command %q; ctrl-a lists them", l.Word))
	}
	return a.runKind(k, l)
}

// runKind opens a kind; its first argument is a cluster, for task definitions'
// revisions a family. A name that no cluster has is what the rows are filtered by.
func (a *App) runKind(k *Kind, l command.Line) tea.Cmd {
	on := a.on
	switch {
	case len(l.Args) == 0:
		return screen.Cmd(screen.Reset{Screen: newBrowser(a, on, k, Scope{}, l.Filter)})
	case len(l.Args) > 1:
		return flashText(screen.Warn, fmt.Sprintf(":%s takes one name at most; a filter begins with /", k.Name))
	case k.Name == "revisions":
		return screen.Cmd(screen.Reset{Screen: newBrowser(a, on, k, Scope{Family: l.Args[0]}, l.Filter)})
	}
	name := l.Args[0]
	for _, arn := range a.clusters {
		if lastPart(arn) == name || arn == name {
			return screen.Cmd(screen.Reset{Screen: newBrowser(a, on, k, Scope{Cluster: arn}, l.Filter)})
		}
	}
	wish := a.wish
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(on.Account.Context(), openTimeout)
		defer cancel()
		arn, err := findCluster(aws.Foreground(ctx), on, name)
		switch {
		case err == nil:
			return foundCluster{on, k, Scope{Cluster: arn}, l.Filter, wish, ""}
		case errors.Is(err, errNoCluster) && l.Filter == "":
			// ":svc api" in an account without a cluster api: the name is in the rows.
			return foundCluster{on, k, Scope{}, regexp.QuoteMeta(name), wish, err.Error() + "; these are the " + k.noun + " with that name in all clusters"}
		}
		return screen.Flash{Level: screen.Warn, Err: err}
	}
}

// foundCluster opens a kind once its cluster's ARN is known.
type foundCluster struct {
	on     Clients
	kind   *Kind
	scope  Scope
	filter string
	wish   int
	note   string // what was not found on the way
}

// runElsewhere switches the account and runs the rest of the line there. A word that
// nothing there answers to switches nothing.
func (a *App) runElsewhere(l command.Line) tea.Cmd {
	if _, ok := KindNamed(l.Word); !ok && l.Word != "insights" {
		return flashText(screen.Warn, fmt.Sprintf("there is no command %q to run in another account", l.Word))
	}
	rest := l
	rest.Profile, rest.Region = "", ""
	return a.switchTo(l.Profile, l.Region, rest)
}

// setIncident stamps an incident on every record from now on; without an id it
// takes the stamp away.
func (a *App) setIncident(id string) tea.Cmd {
	if a.o.Journal == nil {
		return flashText(screen.Error, "there is no journal to stamp")
	}
	before := a.o.Journal.Incident()
	if id == "" && before == "" {
		return flashText(screen.Info, "no incident is set; :incident ID stamps one on every record")
	}
	a.o.Journal.SetIncident(id)
	on, text := a.on, "incident "+id+" is stamped on every record from now on"
	if id == "" {
		text = "no incident from now on; it was " + before
	}
	return screen.Batch(flashText(screen.Info, text), func() tea.Msg { a.note(on, "incident.set", id, ""); return nil })
}

// regions are offered for completion; any other name works too.
var regions = []string{
	"af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1",
	"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
	"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
	"us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
}
