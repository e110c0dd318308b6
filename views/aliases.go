package views

import (
	"context"
	"fmt"
	"strings"

	"ecsole/aws"
	"ecsole/tui/table"
)

// word is one thing that can be typed after ':'.
type word struct {
	name, what string
	others     []string
}

var _ = register(Resource[word]{
	Name: "aliases", Noun: "commands", Aliases: []string{"alias"},
	List: func(_ context.Context, c Clients, _ Scope) aws.Pages[word] {
		return func(yield func(aws.Page[word]) bool) {
			all := words()
			yield(aws.Page[word]{Items: all, Seen: len(all), Total: len(all)})
		}
	},
	ID:         func(v word) string { return v.name },
	Label:      func(v word) string { return v.name },
	Health:     func(word) (Health, string) { return table.OK, "" },
	ScopeTitle: func(Scope) string { return "command line" },
	Columns: []Column[word]{
		{Title: "COMMAND", Field: "command", Key: "N", Priority: 100, Value: func(v word) any { return v.name }},
		{Title: "ALSO", Field: "aliases", Priority: 90, Min: 12, Value: func(v word) any { return strings.Join(v.others, " ") }},
		{Title: "WHAT", Field: "what", Priority: 95, Min: 24, Value: func(v word) any { return v.what }},
	},
	Actions: []Action[word]{
		{Name: "enter", Label: "Run", Show: func(a *App, _ Scope, v word) (Opening, error) {
			return Opening{Cmd: commander{a}.Run(v.name)}, nil
		}},
	},
})

// meanings say what a kind's list is for, where its name does not.
var meanings = map[string]string{
	"alarms":          "CloudWatch alarms",
	"aliases":         "this list",
	"api":             "calls to AWS: their number, pace and errors",
	"containers":      "containers of running tasks",
	"findings":        "GuardDuty's findings",
	"forwards":        "ports forwarded by this run",
	"instances":       "hosts: container instances",
	"journal":         "every act of this machine, and recorded shells to play",
	"profiles":        "profiles of the AWS configuration, to switch to",
	"revisions":       "revisions of task definitions",
	"runs":            "commands run with x, and their answers",
	"sessions":        "shells of this run",
	"ssm":             "sessions of the account, whoever began them",
	"taskdefinitions": "families of task definitions",
}

func words() []word {
	out := []word{
		{"region", "another region of this profile", nil},
		{"incident", "stamp an incident on every record from now on; without an id, end it", nil},
		{"insights", "query log groups with Logs Insights", nil},
		{"help", "all keys of this screen", []string{"h", "?"}},
		{"quit", "leave", []string{"q", "exit"}},
	}
	for _, k := range Kinds() {
		out = append(out, word{k.Name, orDefault(meanings[k.Name], k.noun), k.Aliases})
	}
	return out
}

func dollars(v float64) string {
	if v == 0 {
		return table.Nothing
	}
	return fmt.Sprintf("%.4f", v)
}
