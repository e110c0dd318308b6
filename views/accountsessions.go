package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/manager"
	"ecsole/tui/table"
)

// accountSession is a session of Session Manager, whoever began it, and the container
// that it goes to, as far as that can be found out.
type accountSession struct {
	manager.Listed
	cluster, service, task, container string
}

// sessionsSince is how far back the sessions that have ended are listed.
const sessionsSince = 24 * time.Hour

var _ = register(Resource[accountSession]{
	Name: "ssm", Noun: "sessions of the account", Aliases: []string{"ssm-sessions"},
	Every: 15 * time.Second,
	List:  listAccountSessions,
	ID:    func(v accountSession) string { return v.Listed.ID },
	Label: func(v accountSession) string { return v.Listed.ID },
	Health: func(v accountSession) (Health, string) {
		switch {
		case v.Status == "Failed":
			return table.Failed, "failed"
		case !v.Live():
			return table.Done, "ended"
		case v.Status == "Connected":
			return table.OK, ""
		}
		return table.Pending, strings.ToLower(v.Status)
	},
	ScopeTitle: func(s Scope) string { return "active, and ended of " + short(orSince(s.Since)) },
	Sort:       "AGE", Descending: true,
	Columns: []Column[accountSession]{
		{Title: "ID", Field: "id", Key: "N", Priority: 90, Max: 46, Value: func(v accountSession) any { return v.Listed.ID }},
		{Title: "STATE", Field: "state", Key: "S", Priority: 100, Value: func(v accountSession) any { return strings.ToLower(v.Status) }},
		{Title: "TARGET", Field: "target", Key: "T", Priority: 95, Max: 60, Value: func(v accountSession) any { return v.where() }},
		{Title: "CLUSTER", Field: "cluster", Wide: true, Value: func(v accountSession) any { return orNil(v.cluster) }},
		{Title: "SERVICE", Field: "service", Wide: true, Value: func(v accountSession) any { return orNil(v.service) }},
		{Title: "TASK", Field: "task", Wide: true, Value: func(v accountSession) any { return orNil(v.task) }},
		{Title: "CONTAINER", Field: "container", Wide: true, Value: func(v accountSession) any { return orNil(v.container) }},
		{Title: "SSM TARGET", Field: "ssmTarget", Wide: true, Value: func(v accountSession) any { return v.Listed.Target }},
		{Title: "OWNER", Field: "owner", Key: "O", Priority: 85, Max: 40,
			Value: func(v accountSession) any { return v.Owner },
			Cell: func(v accountSession) table.Cell {
				return valueCell(identityName(aws.Identity{ARN: v.Owner}))
			}},
		{Title: "DOCUMENT", Field: "document", Key: "D", Priority: 60, Max: 44, Value: func(v accountSession) any { return orNil(v.Document) }},
		{Title: "START", Field: "start", Priority: 70, Value: func(v accountSession) any { return v.Start }, Cell: func(v accountSession) table.Cell {
			return table.Cell{Text: v.Start.UTC().Format("2006-01-02 15:04:05Z"), Sort: v.Start}
		}},
		{Title: "AGE", Field: "ageSeconds", Key: "A", Priority: 80, Align: table.Right,
			Value: func(v accountSession) any { return int(time.Since(v.Start).Seconds()) },
			Cell:  func(v accountSession) table.Cell { return valueCell(v.Start) }},
		{Title: "END", Field: "end", Wide: true, Align: table.Right, Value: func(v accountSession) any { return moment(v.End) }},
		{Title: "REASON", Field: "reason", Wide: true, Value: func(v accountSession) any { return orNil(v.Reason) }},
	},
})

func orSince(d time.Duration) time.Duration {
	if d == 0 {
		return sessionsSince
	}
	return d
}

// where is the target in words: "prod/checkout/3f2a91c0:app", or what SSM calls it.
func (v accountSession) where() string {
	if v.cluster == "" {
		return v.Listed.Target
	}
	parts := []string{v.cluster}
	if v.service != "" {
		parts = append(parts, v.service)
	}
	text := strings.Join(append(parts, shortID(v.task)), "/")
	if v.container != "" {
		text += ":" + v.container
	}
	return text
}

// listAccountSessions lists sessions and finds their containers. Tasks that ECS has
// forgotten keep no more than their ids.
func listAccountSessions(ctx context.Context, c Clients, s Scope) aws.Pages[accountSession] {
	return func(yield func(aws.Page[accountSession]) bool) {
		tasks := map[string]ecs.Task{}
		for p := range manager.New(c.Account).Sessions(ctx, time.Now().Add(-orSince(s.Since))) {
			page := aws.Page[accountSession]{Gaps: p.Gaps, Seen: p.Seen, Total: p.Total}
			findTasks(ctx, c, p.Items, tasks)
			for _, l := range p.Items {
				v := accountSession{Listed: l}
				if cluster, task, runtime, ok := l.Container(); ok {
					v.cluster, v.task = cluster, task
					v.place(tasks[cluster+"/"+task], runtime)
				}
				page.Items = append(page.Items, v)
			}
			if s.Cluster != "" {
				page.Items = slices.DeleteFunc(page.Items, func(v accountSession) bool { return v.cluster != lastPart(s.Cluster) })
			}
			if !yield(page) {
				return
			}
		}
	}
}

func (v *accountSession) place(t ecs.Task, runtime string) {
	v.service = t.Service()
	for _, c := range t.Containers {
		if c.RuntimeID == runtime {
			v.container = c.Name
		}
	}
}

// findTasks reads the tasks of sessions that are not known yet. One that cannot be read
// is not asked for again.
func findTasks(ctx context.Context, c Clients, list []manager.Listed, known map[string]ecs.Task) {
	wanted := map[string][]string{}
	for _, l := range list {
		cluster, task, _, ok := l.Container()
		key := cluster + "/" + task
		if _, have := known[key]; ok && !have {
			known[key] = ecs.Task{}
			wanted[cluster] = append(wanted[cluster], task)
		}
	}
	for cluster, ids := range wanted {
		items, _ := aws.Collect(c.ECS.DescribeTasks(ctx, cluster, ids)) // without them the ids stand for themselves
		for _, t := range items {
			known[fmt.Sprintf("%s/%s", cluster, t.ID)] = t
		}
	}
}
