package logsapi

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logtext"
)

const perPage = 50

type logGroup struct {
	Name      string `json:"logGroupName"`
	Created   int64  `json:"creationTime"`
	Retention int    `json:"retentionInDays,omitempty"`
	Filters   int    `json:"metricFilterCount"`
	ARN       string `json:"arn"`
	Stored    int64  `json:"storedBytes"`
	Class     string `json:"logGroupClass"`
	GroupARN  string `json:"logGroupArn"`
}

func (l *Logs) describeGroups(c *api.Call) (any, error) {
	var in struct {
		Prefix  string   `json:"logGroupNamePrefix"`
		Pattern string   `json:"logGroupNamePattern"`
		Class   string   `json:"logGroupClass"`
		IDs     []string `json:"logGroupIdentifiers"`
		Token   string   `json:"nextToken"`
		Limit   *int     `json:"limit"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit, err := limitOf(in.Limit, perPage, perPage)
	if err != nil {
		return nil, err
	}
	if in.Prefix != "" && in.Pattern != "" {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	wanted := map[string]bool{}
	for _, id := range in.IDs {
		name, err := l.name(id)
		if err != nil {
			return nil, err
		}
		wanted[name] = true
	}
	groups := l.groups()
	var names []string
	for _, n := range slices.Sorted(maps.Keys(groups)) {
		if strings.HasPrefix(n, in.Prefix) && strings.Contains(strings.ToLower(n), strings.ToLower(in.Pattern)) &&
			(len(wanted) == 0 || wanted[n]) && (in.Class == "" || in.Class == "STANDARD") {
			names = append(names, n)
		}
	}
	scope := fmt.Sprintf("DescribeLogGroups|%s|%s|%s|%v", in.Prefix, in.Pattern, in.Class, in.IDs)
	page, next, ok := l.pager.Page(scope, in.Token, names, limit)
	if !ok {
		return nil, errToken
	}
	out := struct {
		Groups []logGroup `json:"logGroups"`
		Token  string     `json:"nextToken,omitempty"`
	}{Groups: []logGroup{}, Token: next}
	for i, n := range page {
		arn := l.arn(n)
		age := c.Now.Sub(groups[n]).Seconds()
		out.Groups = append(out.Groups, logGroup{
			Name: n, Created: groups[n].UnixMilli(), ARN: arn + ":*", GroupARN: arn, Class: "STANDARD",
			Retention: []int{14, 30, 30, 90, 0}[(i+len(n))%5], Stored: int64(max(age, 0)*180) * 10,
		})
	}
	return out, nil
}

type logStream struct {
	Name       string `json:"logStreamName"`
	Created    int64  `json:"creationTime"`
	First      *int64 `json:"firstEventTimestamp"`
	Last       *int64 `json:"lastEventTimestamp"`
	Ingested   *int64 `json:"lastIngestionTime"`
	UploadNext string `json:"uploadSequenceToken"`
	ARN        string `json:"arn"`
	Stored     int64  `json:"storedBytes"`
}

func (l *Logs) describeStreams(c *api.Call) (any, error) {
	var in struct {
		Group      string `json:"logGroupName"`
		ID         string `json:"logGroupIdentifier"`
		Prefix     string `json:"logStreamNamePrefix"`
		Order      string `json:"orderBy"`
		Descending bool   `json:"descending"`
		Token      string `json:"nextToken"`
		Limit      *int   `json:"limit"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit, err := limitOf(in.Limit, perPage, perPage)
	if err != nil {
		return nil, err
	}
	group, err := l.group(in.Group, in.ID)
	if err != nil {
		return nil, err
	}
	switch in.Order {
	case "", "LogStreamName", "LastEventTime":
	default:
		return nil, invalid("1 validation error detected: Value '%s' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]", in.Order)
	}
	if in.Order == "LastEventTime" && in.Prefix != "" {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	streams, ok := l.Streams(group)
	if !ok {
		return nil, errNoGroup
	}
	streams = slices.DeleteFunc(streams, func(s *logtext.Stream) bool { return !strings.HasPrefix(s.Name, in.Prefix) })
	// The key of a page: names as they are, times so that they sort as text.
	byKey, keys := make(map[string]*logtext.Stream, len(streams)), make([]string, 0, len(streams))
	for _, s := range streams {
		key := s.Name
		if in.Order == "LastEventTime" {
			at := int64(0)
			if t, ok := l.lastEvent(s, c.Now); ok {
				at = t.UnixMilli()
			}
			if in.Descending {
				at = math.MaxInt64 - at
			}
			key = fmt.Sprintf("%020d %s", at, s.Name)
		}
		byKey[key] = s
		keys = append(keys, key)
	}
	slices.Sort(keys)
	scope := fmt.Sprintf("DescribeLogStreams|%s|%s|%s|%v", group, in.Prefix, in.Order, in.Descending)
	page, next, ok := l.page(scope, in.Token, keys, limit, in.Descending && in.Order != "LastEventTime")
	if !ok {
		return nil, errToken
	}
	out := struct {
		Streams []logStream `json:"logStreams"`
		Token   string      `json:"nextToken,omitempty"`
	}{Streams: []logStream{}, Token: next}
	for _, k := range page {
		out.Streams = append(out.Streams, l.describe(group, byKey[k], c.Now))
	}
	return out, nil
}

// page is the pager's, or the same from the end of the keys.
func (l *Logs) page(scope, token string, keys []string, limit int, reverse bool) ([]string, string, bool) {
	if !reverse {
		return l.pager.Page(scope, token, keys, limit)
	}
	end := len(keys)
	if token != "" {
		var before string
		if !l.pager.Read(scope, token, &before) {
			return nil, "", false
		}
		end, _ = slices.BinarySearch(keys, before)
	}
	begin := max(0, end-limit)
	page := slices.Clone(keys[begin:end])
	slices.Reverse(page)
	next := ""
	if begin > 0 {
		next = l.pager.Token(scope, keys[begin])
	}
	return page, next, true
}

// settled is how far a stream's last event in DescribeLogStreams lags behind: it is
// eventually consistent (by up to an hour at AWS).
const settled = 10 * time.Second

func (l *Logs) lastEvent(s *logtext.Stream, now time.Time) (time.Time, bool) {
	return s.Last(now.Add(-settled))
}

func (l *Logs) describe(group string, s *logtext.Stream, now time.Time) logStream {
	out := logStream{
		Name: s.Name, Created: s.Start.UnixMilli(), ARN: l.arn(group) + ":log-stream:" + s.Name,
		UploadNext: "49039859599726049823098498209384902834098235098",
	}
	first, ok := logtext.Forward([]*logtext.Stream{s}, s.Start, now, now, nil).Next()
	if last, has := l.lastEvent(s, now); ok && has {
		f, t, in := first.Time, last.UnixMilli(), last.UnixMilli()+240
		out.First, out.Last, out.Ingested = &f, &t, &in
	}
	return out
}

// limitOf reads a limit: absent is the default.
func limitOf(given *int, standard, most int) (int, error) {
	switch {
	case given == nil:
		return standard, nil
	case *given < 1:
		return 0, constraint(*given, "limit", "value greater than or equal to 1")
	case *given > most:
		return 0, constraint(*given, "limit", fmt.Sprintf("value less than or equal to %d", most))
	}
	return *given, nil
}
