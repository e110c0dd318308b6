package logsapi

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logpattern"
	"ecsole/aws/sim/logtext"
)

// Limits of one page of events (API model), and how much is searched for one page
// before it is given back, perhaps empty, with a token.
const (
	maxEvents  = 10000
	maxBytes   = 1 << 20
	perEvent   = 26 // what an event counts beside its message
	searchPage = 60000
	tokenLife  = 24 * time.Hour
)

type filterInput struct {
	Group   string   `json:"logGroupName"`
	ID      string   `json:"logGroupIdentifier"`
	Streams []string `json:"logStreamNames"`
	Prefix  string   `json:"logStreamNamePrefix"`
	Start   *int64   `json:"startTime"`
	End     *int64   `json:"endTime"`
	Pattern string   `json:"filterPattern"`
	Token   string   `json:"nextToken"`
	Limit   *int     `json:"limit"`
}

type filteredEvent struct {
	Stream   string `json:"logStreamName"`
	Time     int64  `json:"timestamp"`
	Message  string `json:"message"`
	Ingested int64  `json:"ingestionTime"`
	ID       string `json:"eventId"`
}

type filterOutput struct {
	Events   []filteredEvent `json:"events"`
	Searched []struct{}      `json:"searchedLogStreams"`
	Token    string          `json:"nextToken,omitempty"`
}

// place is what a token of events says: behind which event to go on, and when it
// was given.
type place struct {
	After *logtext.Pos `json:"a,omitempty"`
	At    int64        `json:"t"`
	N     int          `json:"n"` // tokens given so far: no two are the same
	Again bool         `json:"d,omitempty"`
}

func (l *Logs) filter(c *api.Call) (any, error) {
	var in filterInput
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
	pattern, err := parsePattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	from, to, err := span(in.Start, in.End)
	if err != nil {
		return nil, err
	}
	streams, err := l.choose(group, in.Streams, in.Prefix)
	if err != nil {
		return nil, err
	}
	scope := fmt.Sprintf("FilterLogEvents|%s|%q|%s|%d|%d|%q", group, in.Streams, in.Prefix, from, to, in.Pattern)
	at := place{At: c.Now.UnixMilli()}
	if in.Token != "" && (!l.pager.Read(scope, in.Token, &at) || c.Now.Sub(time.UnixMilli(at.At)) > tokenLife) {
		return nil, errToken
	}
	out := filterOutput{Events: []filteredEvent{}, Searched: []struct{}{}}
	empty, twice := l.turnOfPage()
	if empty {
		at.N++
		out.Token = l.pager.Token(scope, at)
		return out, nil
	}
	begin := at
	r := logtext.Forward(streams, time.UnixMilli(from), time.UnixMilli(to), c.Now, at.After)
	more := collect(&out, r, pattern, limit, &at)
	at.N++
	switch {
	case twice && !begin.Again && len(out.Events) > 0:
		begin.N, begin.Again = at.N, true
		out.Token = l.pager.Token(scope, begin)
	case more:
		at.Again = false
		out.Token = l.pager.Token(scope, at)
	}
	return out, nil
}

// collect fills one page and moves the place behind what was searched; false is
// the end of the range.
func collect(out *filterOutput, r *logtext.Reader, p *logpattern.Pattern, limit int, at *place) bool {
	bytes := 0
	for r.Read < searchPage {
		e, ok := r.Next()
		if !ok {
			return false
		}
		if p.Match(e.Message) {
			bytes += len(e.Message) + perEvent
			// The event that does not fit begins the next page.
			if len(out.Events) == limit || bytes > maxBytes && len(out.Events) > 0 {
				return true
			}
			out.Events = append(out.Events, filteredEvent{e.Stream.Name, e.Time, e.Message, e.Ingested, e.ID()})
		}
		pos := e.Pos()
		at.After = &pos
	}
	return true
}

// turnOfPage counts a page and says whether a switch makes it empty, or one that
// comes twice.
func (l *Logs) turnOfPage() (empty, twice bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.switches
	s.pages++
	return s.empty > 0 && s.pages%s.empty == 0, s.duplicate > 0 && s.pages%s.duplicate == 0
}

func parsePattern(s string) (*logpattern.Pattern, error) {
	p, err := logpattern.Parse(s)
	if err != nil {
		return nil, invalid("Invalid filter pattern: %s", strings.TrimPrefix(err.Error(), logpattern.ErrSyntax.Error()+": "))
	}
	return p, nil
}

// span reads the ends of a range in milliseconds; both belong to it.
func span(start, end *int64) (from, to int64, err error) {
	to = math.MaxInt64
	if start != nil {
		from = *start
	}
	if end != nil {
		to = *end
	}
	switch {
	case from < 0:
		return 0, 0, constraint(from, "startTime", "value greater than or equal to 0")
	case to < 0:
		return 0, 0, constraint(to, "endTime", "value greater than or equal to 0")
	case from > to:
		return 0, 0, invalid("startTime must be less than or equal to endTime.")
	}
	return from, to, nil
}

// choose takes the streams of a group by name or by prefix. A name that does not
// exist is a fault, a prefix that nothing has is not.
func (l *Logs) choose(group string, names []string, prefix string) ([]*logtext.Stream, error) {
	switch {
	case len(names) > 100:
		return nil, constraint(fmt.Sprintf("[%s, …]", names[0]), "logStreamNames", "length less than or equal to 100")
	case len(names) > 0 && prefix != "":
		return nil, invalid("Only one of the parameters logStreamNamePrefix and logStreamNames can be specified.")
	}
	streams, ok := l.Streams(group)
	if !ok {
		return nil, errNoGroup
	}
	if len(names) == 0 {
		return slices.DeleteFunc(streams, func(s *logtext.Stream) bool { return !strings.HasPrefix(s.Name, prefix) }), nil
	}
	byName := make(map[string]*logtext.Stream, len(streams))
	for _, s := range streams {
		byName[s.Name] = s
	}
	var out []*logtext.Stream
	for i, n := range names {
		s := byName[n]
		if s == nil {
			return nil, errNoStream
		}
		if !slices.Contains(names[:i], n) {
			out = append(out, s)
		}
	}
	return out, nil
}
