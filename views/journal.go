package views

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/tui/table"
)

var _ = register(Resource[audit.Record]{
	Name: "journal", Noun: "journal records", Aliases: []string{"audit", "j"},
	List:  listJournal,
	ID:    func(v audit.Record) string { return orDefault(v.Hash, fmt.Sprint(v.Seq)) },
	Label: func(v audit.Record) string { return fmt.Sprint(v.Seq) },
	Health: func(v audit.Record) (Health, string) {
		switch {
		case v.Error != "":
			return table.Failed, v.Error
		case v.Kind == audit.KindIntent:
			return table.Info, ""
		}
		return table.OK, ""
	},
	ScopeTitle: func(Scope) string { return "this machine" },
	Sort:       "SEQ", Descending: true,
	Columns: []Column[audit.Record]{
		{Title: "SEQ", Field: "seq", Key: "N", Priority: 90, Align: table.Right, Value: func(v audit.Record) any { return int(v.Seq) }},
		{Title: "TIME", Field: "time", Key: "A", Priority: 95, Value: func(v audit.Record) any { return v.Time }, Cell: func(v audit.Record) table.Cell {
			return table.Cell{Text: v.Time.UTC().Format("01-02 15:04:05Z"), Sort: v.Time}
		}},
		{Title: "KIND", Field: "kind", Key: "K", Priority: 70, Value: func(v audit.Record) any { return string(v.Kind) }},
		{Title: "ACTION", Field: "action", Key: "C", Priority: 100, Value: func(v audit.Record) any { return v.Action }},
		{Title: "TARGET", Field: "target", Key: "T", Priority: 80, Min: 14, Max: 50, Value: func(v audit.Record) any { return v.Target }, Cell: func(v audit.Record) table.Cell {
			return table.Cell{Text: valueCell(shortTarget(v.Target)).Text, Plain: v.Target}
		}},
		{Title: "BECAME", Field: "after", Priority: 60, Max: 40, Value: func(v audit.Record) any { return v.After }},
		{Title: "RESULT", Field: "result", Priority: 75, Min: 12, Max: 40, Value: func(v audit.Record) any { return orDefault(v.Error, v.Result) }},
		{Title: "INCIDENT", Field: "incident", Key: "I", Priority: 50, Value: func(v audit.Record) any { return v.Incident }},
		{Title: "ACCOUNT", Field: "account", Priority: 40, Value: func(v audit.Record) any { return v.Account }},
		{Title: "REGION", Field: "region", Wide: true, Value: func(v audit.Record) any { return v.Region }},
		{Title: "IDENTITY", Field: "identity", Wide: true, Value: func(v audit.Record) any { return v.Identity }},
		{Title: "HASH", Field: "hash", Wide: true, Min: 20, Value: func(v audit.Record) any { return v.Hash }},
	},
	Actions: []Action[audit.Record]{
		{Name: "enter", Label: "Describe", Show: func(a *App, s Scope, v audit.Record) (Opening, error) {
			return a.describe(kinds["journal"], s, v), nil
		}},
		{Name: "replay", Label: "Play", Help: "Play the recording of a shell", Off: unplayable, Show: playRecord},
	},
	Describe: describeRecord,
	Raw: func(v audit.Record) json.RawMessage {
		b, _ := json.Marshal(v) // plain fields: it cannot fail
		return b
	},
})

// shortTarget leaves off what all ARNs share.
func shortTarget(target string) string {
	for i, n := 0, 0; i < len(target); i++ {
		if target[i] == ':' {
			if n++; n == 5 {
				return target[i+1:]
			}
		}
	}
	return target
}

// listJournal reads the file as it is. A line that is torn or foreign is a gap, not
// a silence.
func listJournal(_ context.Context, c Clients, _ Scope) aws.Pages[audit.Record] {
	return func(yield func(aws.Page[audit.Record]) bool) {
		j := c.Account.Journal()
		if j == nil {
			yield(aws.Page[audit.Record]{Gaps: []aws.Gap{{Err: errNoJournal, Fatal: true}}})
			return
		}
		var p aws.Page[audit.Record]
		for r, err := range audit.Read(j.Path()) {
			switch {
			case errors.Is(err, os.ErrNotExist):
			case err != nil:
				p.Gaps = append(p.Gaps, aws.Gap{Err: err, Fatal: true})
			default:
				p.Items = append(p.Items, r)
			}
		}
		p.Seen, p.Total = len(p.Items), len(p.Items)
		yield(p)
	}
}

var errNoJournal = &aws.Error{Class: aws.Internal, Text: "there is no journal; every act is refused"}

func describeRecord(_ context.Context, _ Clients, _ Scope, v audit.Record) (Document, error) {
	var d Document
	var s Section
	s.factf("Record", "%d, %s", v.Seq, v.Kind)
	s.moment("Time", v.Time)
	s.fact("Action", v.Action)
	s.fact("Target", v.Target)
	s.fact("Before", v.Before)
	s.fact("After", v.After)
	s.fact("Reason", v.Reason)
	s.fact("Result", v.Result)
	s.fact("Error", v.Error)
	s.fact("Incident", v.Incident)
	d.Add(s)
	call := Section{Title: "Call"}
	call.fact("Operation", v.Op)
	call.fact("Request", v.Request)
	call.fact("Intent", v.Ref)
	d.Add(call)
	file := Section{Title: "File"}
	file.fact("Path", v.Path)
	if v.Bytes > 0 {
		file.factf("Bytes", "%d", v.Bytes)
	}
	file.fact("SHA-256", v.SHA256)
	d.Add(file)
	who := Section{Title: "Who"}
	who.fact("Profile", v.Profile)
	who.fact("Account", v.Account)
	who.fact("Region", v.Region)
	who.fact("Identity", v.Identity)
	who.fact("Endpoint", v.Endpoint)
	who.factf("Process", "%s@%s, pid %d, run %s", v.User, v.Host, v.PID, v.Session)
	d.Add(who)
	chain := Section{Title: "Chain"}
	chain.fact("Hash", v.Hash)
	chain.fact("Previous", v.Prev)
	d.Add(chain)
	return d, nil
}
