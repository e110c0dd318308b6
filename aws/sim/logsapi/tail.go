package logsapi

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logpattern"
	"ecsole/aws/sim/logtext"
)

// everySecond is how often a live tail session is told of new events.
const everySecond = time.Second

type tailInput struct {
	IDs      []string `json:"logGroupIdentifiers"`
	Streams  []string `json:"logStreamNames"`
	Prefixes []string `json:"logStreamNamePrefixes"`
	Pattern  string   `json:"logEventFilterPattern"`
}

type sessionStart struct {
	RequestID string   `json:"requestId"`
	SessionID string   `json:"sessionId"`
	IDs       []string `json:"logGroupIdentifiers"`
	Streams   []string `json:"logStreamNames"`
	Prefixes  []string `json:"logStreamNamePrefixes"`
	Pattern   string   `json:"logEventFilterPattern"`
}

type sessionUpdate struct {
	Metadata struct {
		Sampled bool `json:"sampled"`
	} `json:"sessionMetadata"`
	Results []tailEvent `json:"sessionResults"`
}

// tailEvent is an event of live tail: it has no id.
type tailEvent struct {
	Stream   string `json:"logStreamName"`
	Group    string `json:"logGroupIdentifier"`
	Message  string `json:"message"`
	Time     int64  `json:"timestamp"`
	Ingested int64  `json:"ingestionTime"`
}

func (l *Logs) startTail(c *api.Call) (any, error) {
	var in tailInput
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	pattern, err := parsePattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	groups, err := l.tailGroups(in)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	limit, length := l.switches.tailLimit, l.switches.tailLength
	if l.tails >= limit {
		l.mu.Unlock()
		return nil, api.Errorf("LimitExceededException", "Your account has reached the limit of %d concurrent Live Tail sessions.", limit)
	}
	l.tails++
	l.mu.Unlock()
	t := &tail{logs: l, in: in, groups: groups, pattern: pattern, call: c, until: time.Now().Add(length)}
	return &api.Stream{Run: t.run}, nil
}

// tailGroups checks the parameters: ARNs of at most ten groups, and streams only
// where there is one group.
func (l *Logs) tailGroups(in tailInput) ([]string, error) {
	switch {
	case len(in.IDs) == 0:
		return nil, constraint("[]", "logGroupIdentifiers", "length greater than or equal to 1")
	case len(in.IDs) > 10:
		return nil, constraint(fmt.Sprintf("[%s, …]", in.IDs[0]), "logGroupIdentifiers", "length less than or equal to 10")
	case len(in.IDs) > 1 && len(in.Streams)+len(in.Prefixes) > 0:
		return nil, invalid("logStreamNames and logStreamNamePrefixes can be specified only with one log group.")
	case len(in.Streams) > 0 && len(in.Prefixes) > 0:
		return nil, invalid("Only one of the parameters logStreamNames and logStreamNamePrefixes can be specified.")
	case len(in.Streams) > 100 || len(in.Prefixes) > 100:
		return nil, constraint("[…]", "logStreamNames", "length less than or equal to 100")
	}
	var groups []string
	for _, id := range in.IDs {
		if !strings.HasPrefix(id, "arn:") {
			return nil, invalid("%s is not the ARN of a log group.", id)
		}
		name, err := l.name(id)
		if err != nil {
			return nil, err
		}
		if _, ok := l.Streams(name); !ok {
			return nil, errNoGroup
		}
		if slices.Contains(groups, name) {
			return nil, invalid("The log group %s is given twice.", name)
		}
		groups = append(groups, name)
	}
	return groups, nil
}

// tail is one live tail session.
type tail struct {
	logs    *Logs
	in      tailInput
	groups  []string
	pattern *logpattern.Pattern
	call    *api.Call
	until   time.Time
}

func (t *tail) run(send func(string, any) error) error {
	l := t.logs
	defer func() {
		l.mu.Lock()
		l.tails--
		l.mu.Unlock()
	}()
	id := make([]byte, 16)
	rand.Read(id)
	start := sessionStart{
		RequestID: t.call.RequestID, SessionID: hex.EncodeToString(id), IDs: t.in.IDs,
		Streams: orEmpty(t.in.Streams), Prefixes: orEmpty(t.in.Prefixes), Pattern: t.in.Pattern,
	}
	if err := send("sessionStart", start); err != nil {
		return nil // the client has gone
	}
	tick := time.NewTicker(everySecond)
	defer tick.Stop()
	known := l.world.Now()
	for {
		select {
		case <-t.call.Context.Done():
			return nil
		case at := <-tick.C:
			if at.After(t.until) {
				return api.Errorf("SessionTimeoutException", "The session has timed out.")
			}
		}
		now := l.world.Now()
		if err := send("sessionUpdate", t.update(known, now)); err != nil {
			return nil
		}
		known = now
	}
}

// update collects what was ingested after known and by now, sampled down evenly
// where it is too much.
func (t *tail) update(known, now time.Time) sessionUpdate {
	l := t.logs
	l.mu.Lock()
	most := l.switches.tailEvents
	l.mu.Unlock()
	u := sessionUpdate{Results: []tailEvent{}}
	for _, g := range t.groups {
		streams, _ := l.Streams(g)
		streams = slices.DeleteFunc(streams, func(s *logtext.Stream) bool { return !t.wants(s.Name) })
		r := logtext.Forward(streams, known.Add(-logtext.MaxDelay), now, now, nil)
		for {
			e, ok := r.Next()
			if !ok {
				break
			}
			if e.Ingested > known.UnixMilli() && t.pattern.Match(e.Message) {
				u.Results = append(u.Results, tailEvent{e.Stream.Name, l.arn(g), e.Message, e.Time, e.Ingested})
			}
		}
	}
	if n := len(u.Results); n > most {
		kept := make([]tailEvent, most)
		for i := range kept {
			kept[i] = u.Results[i*n/most]
		}
		u.Results, u.Metadata.Sampled = kept, true
	}
	return u
}

func (t *tail) wants(stream string) bool {
	switch {
	case len(t.in.Streams) > 0:
		return slices.Contains(t.in.Streams, stream)
	case len(t.in.Prefixes) > 0:
		return slices.ContainsFunc(t.in.Prefixes, func(p string) bool { return strings.HasPrefix(stream, p) })
	}
	return true
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
