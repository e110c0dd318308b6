package views

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/logs"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// past is a query that was asked before.
type past struct {
	At      time.Time `json:"at"`
	Profile string    `json:"profile"`
	Region  string    `json:"region"`
	Groups  []string  `json:"groups"`
	Text    string    `json:"text"`
}

// keptQueries is how many are kept.
const keptQueries = 200

// readAsked reads the queries that were asked before, oldest first. A file that
// cannot be read, or lines in it, are as if they were not there.
func readAsked(path string) []past {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []past
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var p past
		if json.Unmarshal(in.Bytes(), &p) == nil && p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}

// keepAsked appends a query; an equal one before it goes.
func keepAsked(path string, p past) error {
	all := slices.DeleteFunc(readAsked(path), func(o past) bool {
		return o.Text == p.Text && o.Profile == p.Profile && o.Region == p.Region && slices.Equal(o.Groups, p.Groups)
	})
	all = append(all, p)
	all = all[max(len(all)-keptQueries, 0):]
	var b strings.Builder
	for _, one := range all {
		line, err := json.Marshal(one)
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { // the journal may lie elsewhere
		return err
	}
	if err := os.WriteFile(path+".new", []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// remember keeps the query that is being asked, for other runs too.
func (s *insights) remember() tea.Cmd {
	p := past{At: s.app.now().UTC(), Profile: s.on.Account.Profile(), Region: s.regionName(), Groups: s.asked.Groups, Text: s.asked.Text}
	file := s.app.paths.Queries()
	return func() tea.Msg {
		if err := keepAsked(file, p); err != nil {
			return screen.Flash{Level: screen.Warn, Text: "the query is not kept for later", Err: err}
		}
		return nil
	}
}

// askedBefore are past queries, the newest first.
type askedBefore []past

func (s *insights) history() tea.Cmd {
	file := s.app.paths.Queries()
	return screen.Do(s.work.Lane("history"), openTimeout, func(context.Context) (askedBefore, error) {
		all := readAsked(file)
		slices.Reverse(all)
		return all, nil
	})
}

func (s *insights) tookHistory(r screen.Result[askedBefore]) tea.Cmd {
	if !screen.Current(s.work, r) || s.hidden {
		return nil
	}
	if len(r.Value) == 0 {
		return flashText(screen.Info, "no query was asked yet")
	}
	items := make([]dialog.Item, len(r.Value))
	for i, p := range r.Value {
		items[i] = dialog.Item{Label: oneRow(p.Text), Detail: fmt.Sprintf("%s ago, %s", age(p.At), count(len(p.Groups), "group"))}
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(s.app.theme, "Queries asked before", items, 0, func(i int) tea.Cmd {
		p := r.Value[i]
		groups := p.Groups
		if p.Profile != s.on.Account.Profile() || p.Region != s.regionName() {
			groups = nil // another account's
		}
		return s.take(p.Text, groups)
	})})
}

// oneRow is a query as one line of a list.
func oneRow(text string) string {
	const most = 48
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// take puts a query in the editor.
func (s *insights) take(text string, groups []string) tea.Cmd {
	s.text.SetText(text)
	s.typing = true
	if len(groups) == 0 || slices.Equal(groups, s.groups) {
		return nil
	}
	s.groups = groups
	return screen.Batch(s.readFields(), s.askEstimate())
}

// savedQueries are those that somebody saved in the account.
type savedQueries []logs.SavedQuery

func (s *insights) saved() tea.Cmd {
	hub, region := s.on.Logs, s.region
	return screen.Do(s.work.Lane("saved"), openTimeout, func(ctx context.Context) (savedQueries, error) {
		return hub.SavedQueries(aws.Foreground(ctx), region)
	})
}

func (s *insights) tookSaved(r screen.Result[savedQueries]) tea.Cmd {
	switch {
	case !screen.Current(s.work, r) || s.hidden:
		return nil
	case r.Err != nil:
		return flash(screen.Warn, r.Err)
	case len(r.Value) == 0:
		return flashText(screen.Info, "no query is saved in this account and region")
	}
	items := make([]dialog.Item, len(r.Value))
	for i, q := range r.Value {
		items[i] = dialog.Item{Label: q.Name, Detail: oneRow(q.Text)}
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(s.app.theme, "Queries saved in the account", items, 0, func(i int) tea.Cmd {
		return s.take(r.Value[i].Text, r.Value[i].Groups)
	})})
}
