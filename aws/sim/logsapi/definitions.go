package logsapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logtext"
)

// definition is a query that somebody saved.
type definition struct {
	ID       string   `json:"queryDefinitionId"`
	Name     string   `json:"name"`
	Text     string   `json:"queryString"`
	Modified int64    `json:"lastModified"`
	Groups   []string `json:"logGroupNames"`
}

// definitions are the queries that the account's people have saved.
func (l *Logs) definitions(now time.Time) []definition {
	at := now.Add(-30 * 24 * time.Hour).Truncate(time.Hour).UnixMilli()
	groups := []string{}
	for _, g := range slices.Sorted(maps.Keys(l.groups())) {
		if strings.Contains(g, "checkout") {
			groups = append(groups, g)
		}
	}
	return []definition{
		{ID: "5a0c2d1e-0000-4000-8000-000000000001", Name: "oncall/errors by minute", Modified: at, Groups: groups,
			Text: "filter @message like /(?i)error/\n| stats count(*) as errors by bin(1m)"},
		{ID: "5a0c2d1e-0000-4000-8000-000000000002", Name: "oncall/busiest streams", Modified: at, Groups: []string{},
			Text: "stats count(*) as n by @logStream\n| sort n desc\n| limit 20"},
	}
}

func (l *Logs) queryDefinitions(c *api.Call) (any, error) {
	var in struct {
		Prefix string `json:"queryDefinitionNamePrefix"`
		Max    *int   `json:"maxResults"`
		Token  string `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit, err := limitOf(in.Max, 1000, 1000)
	if err != nil {
		return nil, err
	}
	byID := map[string]definition{}
	for _, d := range l.definitions(c.Now) {
		if strings.HasPrefix(d.Name, in.Prefix) {
			byID[d.ID] = d
		}
	}
	page, next, ok := l.pager.Page("DescribeQueryDefinitions|"+in.Prefix, in.Token, slices.Sorted(maps.Keys(byID)), limit)
	if !ok {
		return nil, errToken
	}
	out := struct {
		Definitions []definition `json:"queryDefinitions"`
		Token       string       `json:"nextToken,omitempty"`
	}{Definitions: []definition{}, Token: next}
	for _, id := range page {
		out.Definitions = append(out.Definitions, byID[id])
	}
	return out, nil
}

// sampled is how many events the fields of a group are told from.
const sampled = 200

// groupField is a field and the share of events that have it.
type groupField struct {
	Name    string `json:"name"`
	Percent int    `json:"percent"`
}

func (l *Logs) groupFields(c *api.Call) (any, error) {
	var in struct {
		Name string `json:"logGroupName"`
		ID   string `json:"logGroupIdentifier"`
		Time *int64 `json:"time"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	name := in.Name
	if name == "" {
		var err error
		if name, err = l.name(in.ID); err != nil {
			return nil, err
		}
	}
	streams, ok := l.Streams(name)
	if !ok {
		return nil, errNoGroup
	}
	end := c.Now
	if in.Time != nil {
		end = time.Unix(*in.Time, 0).Add(8 * time.Minute)
	}
	seen, n := map[string]int{}, 0
	for r := logtext.Backward(streams, end.Add(-15*time.Minute), end, c.Now, nil); n < sampled; n++ {
		e, ok := r.Next()
		if !ok {
			break
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal([]byte(e.Message), &fields) == nil {
			for k := range fields {
				seen[k]++
			}
		}
	}
	out := []groupField{}
	if n > 0 {
		for _, k := range []string{"@timestamp", "@message", "@logStream", "@log", "@ingestionTime"} {
			out = append(out, groupField{k, 100})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, groupField{k, 100 * seen[k] / n})
	}
	return map[string]any{"logGroupFields": out}, nil
}
