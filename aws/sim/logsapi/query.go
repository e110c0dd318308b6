package logsapi

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/insights"
	"ecsole/aws/sim/logtext"
)

// Limits of Logs Insights: queries at once, groups of one query, rows of an answer.
const (
	maxQueries   = 100
	maxGroups    = 50
	maxRows      = 100000
	rowsPerPage  = 10000
	queryLife    = time.Hour
	recordsAtOne = 25000 // that are scanned for one answer of GetQueryResults
)

// query is one execution. It goes on when its results are asked for: so it needs
// no goroutine, and its progress can be watched.
type query struct {
	mu      sync.Mutex
	id      string
	begun   time.Time
	reader  *logtext.Reader
	groups  map[*logtext.Stream]string
	run     *insights.Run
	status  string // Running, Complete, Cancelled
	results [][]insights.Field
}

func (l *Logs) startQuery(c *api.Call) (any, error) {
	var in struct {
		Group    string   `json:"logGroupName"`
		Groups   []string `json:"logGroupNames"`
		IDs      []string `json:"logGroupIdentifiers"`
		Start    *int64   `json:"startTime"`
		End      *int64   `json:"endTime"`
		Query    *string  `json:"queryString"`
		Limit    *int     `json:"limit"`
		Language string   `json:"queryLanguage"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	limit, err := limitOf(in.Limit, rowsPerPage, maxRows)
	switch {
	case err != nil:
		return nil, err
	case in.Start == nil || in.End == nil || in.Query == nil:
		return nil, invalid("startTime, endTime and queryString are required.")
	case *in.Start > *in.End:
		return nil, invalid("End time should not be before the start time.")
	case in.Language != "" && in.Language != "CWLI":
		return nil, invalid("Queries in %s are not answered here, only CWLI.", in.Language)
	}
	parsed, err := insights.Parse(*in.Query)
	if err != nil {
		return nil, malformed(err, *in.Query)
	}
	names, err := l.queryGroups(in.Group, in.Groups, in.IDs)
	if err != nil {
		return nil, err
	}
	q := &query{begun: c.Now, status: "Running", run: parsed.Run(limit), groups: map[*logtext.Stream]string{}}
	var streams []*logtext.Stream
	for _, n := range names {
		list, ok := l.Streams(n)
		if !ok {
			return nil, errNoGroup
		}
		for _, s := range list {
			q.groups[s] = l.world.Account() + ":" + n
		}
		streams = append(streams, list...)
	}
	q.reader = logtext.Backward(streams, time.Unix(*in.Start, 0), time.Unix(*in.End, 999e6), c.Now, nil)
	raw := make([]byte, 16)
	rand.Read(raw)
	h := hex.EncodeToString(raw)
	q.id = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	if err := l.keep(q); err != nil {
		return nil, err
	}
	return map[string]string{"queryId": q.id}, nil
}

// queryGroups reads the three ways of naming groups, of which one is to be used.
func (l *Logs) queryGroups(one string, names, ids []string) ([]string, error) {
	ways := 0
	if one != "" {
		ways++
		names = append(names, one)
	}
	if len(names) > 0 && one == "" {
		ways++
	}
	if len(ids) > 0 {
		ways++
	}
	if ways != 1 {
		return nil, invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.")
	}
	for _, id := range ids {
		n, err := l.name(id)
		if err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	if len(names) > maxGroups {
		return nil, invalid("At most %d log groups can be queried at once.", maxGroups)
	}
	return names, nil
}

// malformed is the fault of a query that cannot be read, with the place.
func malformed(err error, text string) error {
	at := 0
	if m := regexp.MustCompile(`at character (\d+)`).FindStringSubmatch(err.Error()); m != nil {
		at, _ = strconv.Atoi(m[1])
	}
	e := api.Errorf("MalformedQueryException", "%s", err)
	e.Fields = map[string]any{"queryCompileError": map[string]any{
		"message": errors.Unwrap(err).Error(), "location": map[string]any{"startCharOffset": at, "endCharOffset": max(at, len(text))},
	}}
	return e
}

// keep remembers a query, and forgets those that are over for long.
func (l *Logs) keep(q *query) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	running := 0
	for id, old := range l.queries {
		old.mu.Lock()
		switch {
		case q.begun.Sub(old.begun) > queryLife:
			delete(l.queries, id)
		case old.status == "Running":
			running++
		}
		old.mu.Unlock()
	}
	if running >= maxQueries {
		return api.Errorf("LimitExceededException", "Account maximum query concurrency limit of [%d] reached.", maxQueries)
	}
	l.queries[q.id] = q
	return nil
}

func (l *Logs) lookup(id string) (*query, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queries[id]; q != nil {
		return q, nil
	}
	return nil, api.Errorf("ResourceNotFoundException", "The specified query does not exist.")
}

func (l *Logs) queryResults(c *api.Call) (any, error) {
	var in struct {
		ID    string `json:"queryId"`
		Token string `json:"nextToken"`
		Max   *int   `json:"maxItems"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	most := rowsPerPage
	if in.Max != nil && *in.Max > 0 {
		most = min(*in.Max, rowsPerPage)
	}
	q, err := l.lookup(in.ID)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.goOn()
	begin := 0
	if in.Token != "" && !l.pager.Read("GetQueryResults|"+q.id, in.Token, &begin) {
		return nil, errToken
	}
	begin = min(begin, len(q.results))
	end := min(begin+most, len(q.results))
	out := struct {
		Language string             `json:"queryLanguage"`
		Results  [][]insights.Field `json:"results"`
		Stats    map[string]float64 `json:"statistics"`
		Status   string             `json:"status"`
		Token    string             `json:"nextToken,omitempty"`
	}{
		Language: "CWLI", Results: q.results[begin:end], Status: q.status,
		Stats: map[string]float64{
			"recordsMatched": float64(q.run.Matched), "recordsScanned": float64(q.run.Scanned), "bytesScanned": float64(q.run.Bytes),
			"estimatedRecordsSkipped": 0, "estimatedBytesSkipped": 0, "logGroupsScanned": float64(q.groupCount()),
		},
	}
	if out.Results == nil {
		out.Results = [][]insights.Field{}
	}
	if end < len(q.results) && q.status != "Running" {
		out.Token = l.pager.Token("GetQueryResults|"+q.id, end)
	}
	return out, nil
}

func (q *query) groupCount() int {
	seen := map[string]bool{}
	for _, g := range q.groups {
		seen[g] = true
	}
	return len(seen)
}

// goOn scans a part more and takes the results so far.
func (q *query) goOn() {
	if q.status != "Running" {
		return
	}
	for range recordsAtOne {
		e, ok := q.reader.Next()
		if ok {
			ok = q.run.Add(insights.Record{
				Time: e.Time, Ingested: e.Ingested, Message: e.Message, Stream: e.Stream.Name, Log: q.groups[e.Stream],
				Ptr: base64.RawStdEncoding.EncodeToString([]byte(fmt.Sprintf("%s|%s", q.groups[e.Stream], e.ID()))),
			})
		}
		if !ok {
			q.status = "Complete"
			break
		}
	}
	q.results = q.run.Results()
}

func (l *Logs) stopQuery(c *api.Call) (any, error) {
	var in struct {
		ID string `json:"queryId"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	q, err := l.lookup(in.ID)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.status != "Running" {
		return nil, invalid("Query with id %s is not running, its status is %s.", q.id, q.status)
	}
	q.status = "Cancelled"
	return map[string]bool{"success": true}, nil
}
