package views

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/logs"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
)

// knownGroups are a region's log groups.
type knownGroups struct {
	groups []logs.Group
	more   bool
	err    error // what was read before it counts
}

// fieldNames are the fields that Logs Insights knows in a group.
type fieldNames []string

// mostGroups bounds what is read for completion; any other name can be typed.
const mostGroups = 2000

func (s *insights) readGroups() tea.Cmd {
	hub, region := s.on.Logs, s.region
	return screen.Do(s.work.Lane("groups"), time.Minute, func(ctx context.Context) (knownGroups, error) {
		groups, more, err := hub.Groups(aws.Foreground(ctx), region, mostGroups)
		return knownGroups{groups, more, err}, nil
	})
}

func (s *insights) tookGroups(r screen.Result[knownGroups]) tea.Cmd {
	if !screen.Current(s.work, r) {
		return nil
	}
	s.known, s.more, s.unread = r.Value.groups, r.Value.more, r.Value.err
	if r.Err != nil {
		s.unread = r.Err
	}
	text := s.pending
	if s.pending = ""; text == "" {
		return nil
	}
	return s.setGroups(text)
}

func (s *insights) readFields() tea.Cmd {
	if len(s.groups) == 0 {
		return nil
	}
	hub, region, group := s.on.Logs, s.region, s.groups[0]
	return screen.Do(s.work.Lane("fields"), openTimeout, func(ctx context.Context) (fieldNames, error) {
		return hub.Fields(ctx, region, group)
	})
}

// askGroups opens the line for the log groups.
func (s *insights) askGroups() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptInput, Text: strings.Join(s.groups, " "), Placeholder: "log groups, up to 50: /ecs/prod/checkout /ecs/prod/*",
		Suggest: s.suggestGroups, Done: s.setGroups,
	})
}

// suggestGroups completes the last name of the line.
func (s *insights) suggestGroups(text string) []string {
	head, word := "", text
	if i := strings.LastIndexAny(text, " ,"); i >= 0 {
		head, word = text[:i+1], text[i+1:]
	}
	taken := strings.FieldsFunc(head, apart)
	var out []string
	for _, g := range s.known {
		if strings.HasPrefix(g.Name, word) && word != "" && !slices.Contains(taken, g.Name) {
			out = append(out, head+g.Name)
		}
	}
	return out
}

func apart(r rune) bool { return r == ' ' || r == ',' }

// setGroups takes names and patterns; a pattern stands for the groups that it matches.
func (s *insights) setGroups(text string) tea.Cmd {
	groups, none := expand(strings.FieldsFunc(text, apart), s.known)
	if none != "" {
		why := "matches no log group"
		switch {
		case s.unread != nil:
			why = "cannot be looked up: " + problem(s.unread)
		case s.more:
			why += fmt.Sprintf(" of the first %s", comma(len(s.known)))
		case s.work.Lane("groups").Busy():
			why = "cannot be looked up yet: the log groups are being read"
		}
		return flashText(screen.Warn, none+" "+why)
	}
	if len(groups) == 0 {
		return nil
	}
	s.groups = groups
	cmds := []tea.Cmd{s.readFields(), s.askEstimate()}
	if len(groups) > logs.QueryGroups {
		cmds = append(cmds, flashText(screen.Warn, fmt.Sprintf("%d log groups; Logs Insights takes %d at once", len(groups), logs.QueryGroups)))
	}
	return screen.Batch(cmds...)
}

// expand replaces patterns by what they match; none is a pattern that matches nothing.
func expand(names []string, known []logs.Group) (groups []string, none string) {
	for _, name := range names {
		if !strings.ContainsAny(name, "*?") {
			if !slices.Contains(groups, name) {
				groups = append(groups, name)
			}
			continue
		}
		found := false
		for _, g := range known {
			if globbed(name, g.Name) {
				found = true
				if !slices.Contains(groups, g.Name) {
					groups = append(groups, g.Name)
				}
			}
		}
		if !found {
			return groups, name
		}
	}
	return groups, ""
}

// globbed matches a pattern whose * also stands for slashes.
func globbed(pattern, name string) bool {
	flat := strings.NewReplacer("/", "\x01", "[", `\[`, `\`, `\\`)
	ok, err := path.Match(flat.Replace(pattern), strings.ReplaceAll(name, "/", "\x01"))
	return ok && err == nil
}

// askRange opens the line for the range of time.
func (s *insights) askRange() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptInput, Text: s.span.Name, Placeholder: "-15m · 14:05..14:20 · 2026-11-22T14:00Z..",
		Done: func(text string) tea.Cmd {
			zone := time.UTC
			if s.app.cfg.Logs.LocalTime {
				zone = time.Local
			}
			r, err := logview.ParseRange(text, s.app.now(), zone)
			if err != nil {
				return flashText(screen.Warn, err.Error())
			}
			if r.Head || r.Last == 0 && r.From.IsZero() {
				return flashText(screen.Warn, "a query needs a beginning: -15m, 14:05..14:20")
			}
			s.span = r
			return s.askEstimate()
		},
	})
}

// insightsOf carries what a log view shows over: its groups, its range, its filter.
func insightsOf(a *App, on Clients, sources []logs.Source) func(r logview.Range, text string) tea.Cmd {
	byRegion := logs.GroupsOf(sources)
	region, left := "", []string{}
	for _, r := range sortedKeys(byRegion) {
		switch {
		case len(byRegion[region]) < len(byRegion[r]):
			region = r
		case r != region:
			left = append(left, byRegion[r]...)
		}
	}
	groups := byRegion[region]
	if len(groups) == 0 {
		return nil
	}
	return func(r logview.Range, text string) tea.Cmd {
		open := screen.Cmd(screen.Push{Screen: newInsights(a, on, inquiry{Region: region, Groups: groups, Span: r, Text: text})})
		if len(left) > 0 {
			return screen.Batch(open, flashText(screen.Warn, "a query stays in one region; not asked: "+strings.Join(left, ", ")))
		}
		return open
	}
}
