package logsapi

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logtext"
)

type outputEvent struct {
	Time     int64  `json:"timestamp"`
	Message  string `json:"message"`
	Ingested int64  `json:"ingestionTime"`
}

// get reads one stream in either direction. The tokens are always there; at an end
// of the stream the one that was given comes back.
func (l *Logs) get(c *api.Call) (any, error) {
	var in struct {
		Group    string `json:"logGroupName"`
		ID       string `json:"logGroupIdentifier"`
		Stream   string `json:"logStreamName"`
		Start    *int64 `json:"startTime"`
		End      *int64 `json:"endTime"`
		Token    string `json:"nextToken"`
		Limit    *int   `json:"limit"`
		FromHead bool   `json:"startFromHead"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit, err := limitOf(in.Limit, maxEvents, maxEvents)
	if err != nil {
		return nil, err
	}
	group, err := l.group(in.Group, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Stream == "" {
		return nil, invalid("1 validation error detected: Value null at 'logStreamName' failed to satisfy constraint: Member must not be null")
	}
	from, to, err := span(in.Start, in.End)
	if err != nil {
		return nil, err
	}
	if in.End != nil {
		to-- // unlike FilterLogEvents, the end does not belong to the range
	}
	streams, err := l.choose(group, []string{in.Stream}, "")
	if err != nil {
		return nil, err
	}
	scope := fmt.Sprintf("GetLogEvents|%s|%s", group, in.Stream)
	way, at, err := l.way(scope, in.Token, in.FromHead)
	if err != nil {
		return nil, err
	}
	var r *logtext.Reader
	if way == forward {
		r = logtext.Forward(streams, time.UnixMilli(from), time.UnixMilli(to), c.Now, at)
	} else {
		r = logtext.Backward(streams, time.UnixMilli(from), time.UnixMilli(to), c.Now, at)
	}
	events := take(r, limit)
	if way == backward {
		slices.Reverse(events)
	}
	// Where there is nothing, both tokens stay where they are.
	first, last := at, at
	if at == nil {
		first, last = &logtext.Pos{Time: from}, &logtext.Pos{Time: from}
		if way == backward && to != math.MaxInt64 {
			first, last = &logtext.Pos{Time: to + 1}, &logtext.Pos{Time: to + 1}
		}
	}
	if n := len(events); n > 0 {
		a, b := events[0].Pos(), events[n-1].Pos()
		first, last = &a, &b
	}
	out := struct {
		Events   []outputEvent `json:"events"`
		Forward  string        `json:"nextForwardToken"`
		Backward string        `json:"nextBackwardToken"`
	}{
		Events:  make([]outputEvent, len(events)),
		Forward: forward + l.pager.Token(scope, last), Backward: backward + l.pager.Token(scope, first),
	}
	for i, e := range events {
		out.Events[i] = outputEvent{e.Time, e.Message, e.Ingested}
	}
	return out, nil
}

const (
	forward  = "f/"
	backward = "b/"
)

// way reads a token: the direction, and the event behind (or before) which to read.
func (l *Logs) way(scope, token string, fromHead bool) (string, *logtext.Pos, error) {
	if token == "" {
		if fromHead {
			return forward, nil, nil
		}
		return backward, nil, nil
	}
	var p logtext.Pos
	for _, way := range []string{forward, backward} {
		if rest, ok := strings.CutPrefix(token, way); ok && l.pager.Read(scope, rest, &p) {
			return way, &p, nil
		}
	}
	return "", nil, errToken
}

// take reads a page of at most so many events and at most one megabyte.
func take(r *logtext.Reader, limit int) []logtext.Event {
	var out []logtext.Event
	bytes := 0
	for len(out) < limit {
		e, ok := r.Next()
		if !ok {
			break
		}
		if bytes += len(e.Message) + perEvent; bytes > maxBytes && len(out) > 0 {
			break
		}
		out = append(out, e)
	}
	return out
}
