package logs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws"
)

// What Logs Insights allows (CloudWatch Logs quotas, API model).
const (
	QueryGroups = 50      // log groups of one query
	QueryRows   = 10_000  // of an answer, where no limit is asked for
	MostRows    = 100_000 // with one
	// QueryPrice is USD per GB that a query scans (CloudWatch pricing).
	QueryPrice = 0.005
)

// Query is a question to Logs Insights.
type Query struct {
	Region   string   // "" is the account's own
	Groups   []string // names, at most QueryGroups
	From, To time.Time
	Text     string
	Limit    int // rows; 0 is QueryRows
}

// Answer is what a query has found so far.
type Answer struct {
	ID      string
	Columns []string   // in the order in which they turn up; without @ptr
	Rows    [][]string // a cell per column, "" where a row has none
	Ptrs    []string   // of each row, where it is one event; "" otherwise
	// Done is false while the query runs: the rows may still change.
	Done     bool
	Scanned  int64 // records
	Matched  int64
	Bytes    int64 // scanned: what is paid for
	Groups   int
	CostUSD  float64
	Duration time.Duration
	// More says that rows were left out because of the limit.
	More bool
}

// How often a query is asked how far it is.
const (
	firstPoll = 300 * time.Millisecond
	lastPoll  = 2 * time.Second
	stopWait  = 10 * time.Second
	startWait = 30 * time.Second
)

// Ask runs a query to its end. While it runs, progress (nil is allowed) gets what
// there is so far. When the context ends, the query is stopped at AWS, too: it
// would go on, and be paid for; the error says so where that failed. The call is a
// metered read: it passes in read-only mode and is journalled.
func (h *Hub) Ask(ctx context.Context, q Query, progress func(Answer)) (answer Answer, err error) {
	if err := q.check(); err != nil {
		return Answer{}, err
	}
	client := h.client(q.Region)
	began := time.Now()
	in := &sdk.StartQueryInput{
		LogGroupNames: q.Groups, QueryString: &q.Text, StartTime: sdkaws.Int64(q.From.Unix()), EndTime: sdkaws.Int64(q.To.Unix()),
	}
	if q.Limit > 0 {
		in.Limit = sdkaws.Int32(int32(min(q.Limit, MostRows)))
	}
	// Given up half-way, the start would leave a query behind whose id nobody knows.
	starting, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWait)
	started, err := client.StartQuery(aws.Foreground(starting), in)
	cancel()
	if err != nil {
		return Answer{}, queryError(err)
	}
	r := running{hub: h, query: q, id: sdkaws.ToString(started.QueryId), began: began}
	done := false
	defer func() {
		if done {
			return
		}
		if unstopped := r.stop(); unstopped != nil {
			err = &aws.Error{Op: "logs:StopQuery", Class: unstopped.Class, Action: unstopped.Action, Err: unstopped, RequestID: unstopped.RequestID,
				Text: "the query was given up, but AWS did not stop it: " + unstopped.Error(), Hint: "it runs on for 60 minutes at most, and what it scans is paid for"}
		}
	}()
	poll := firstPoll
	for {
		if err := sleep(ctx, poll); err != nil {
			return Answer{ID: r.id}, aws.AsError(err)
		}
		poll = min(poll*3/2, lastPoll)
		a, status, err := r.look(ctx)
		if err != nil {
			return Answer{ID: r.id}, err
		}
		switch status {
		case types.QueryStatusScheduled, types.QueryStatusRunning, types.QueryStatusUnknown:
			if progress != nil {
				progress(a)
			}
			continue
		}
		done = true
		if status != types.QueryStatusComplete {
			return a, &aws.Error{Op: "logs:GetQueryResults", Class: aws.Internal, Text: "the query ended as " + string(status),
				Hint: "a query may run for 60 minutes; a shorter range or fewer groups scan less"}
		}
		a.Done = true
		return a, nil
	}
}

func (q *Query) check() error {
	invalid := func(text string) error {
		return &aws.Error{Op: "logs:StartQuery", Class: aws.Invalid, Text: text}
	}
	switch n := len(q.Groups); {
	case n == 0:
		return invalid("a query needs a log group")
	case n > QueryGroups:
		return invalid(fmt.Sprintf("%d log groups at once; Logs Insights takes %d", n, QueryGroups))
	case !q.From.Before(q.To):
		return invalid("the range of the query is empty")
	}
	return nil
}

// queryError adds the place to an error of the query's text.
func queryError(err error) error {
	var bad *types.MalformedQueryException
	e := aws.AsError(err)
	var limit *types.LimitExceededException
	if errors.As(err, &limit) {
		e = &aws.Error{Op: e.Op, Class: aws.Throttled, Code: e.Code, RequestID: e.RequestID, Err: err, Text: sdkaws.ToString(limit.Message),
			Hint: "Logs Insights runs 100 queries at once for the whole account: wait, or stop others"}
	}
	if errors.As(err, &bad) {
		e = &aws.Error{Op: e.Op, Class: aws.Invalid, Code: e.Code, RequestID: e.RequestID, Err: err, Text: sdkaws.ToString(bad.Message)}
		if c := bad.QueryCompileError; c != nil && sdkaws.ToString(c.Message) != "" {
			e.Text = sdkaws.ToString(c.Message)
			if l := c.Location; l != nil {
				e.Hint = fmt.Sprintf("at character %d", sdkaws.ToInt32(l.StartCharOffset)+1)
			}
		}
	}
	return e
}

// running is a query that has been started.
type running struct {
	hub   *Hub
	query Query
	id    string
	began time.Time
}

// stop ends the query at AWS, whatever has become of who asked.
func (r *running) stop() *aws.Error {
	ctx, cancel := context.WithTimeout(aws.Foreground(context.WithoutCancel(r.hub.ctx)), stopWait)
	defer cancel()
	_, err := r.hub.client(r.query.Region).StopQuery(ctx, &sdk.StopQueryInput{QueryId: &r.id})
	e := aws.AsError(err)
	if err == nil || e.Class == aws.Invalid || e.Class == aws.NotFound { // it had ended by itself
		return nil
	}
	return e
}

// limits finds the limit command of a query.
var limits = regexp.MustCompile(`(?i)(?:^|\|)\s*limit\s+(\d+)`)

// look asks how far the query is, and reads its further pages.
func (r *running) look(ctx context.Context) (a Answer, status types.QueryStatus, err error) {
	a.ID = r.id
	client := r.hub.client(r.query.Region)
	columns := map[string]int{}
	var token *string
	for {
		out, err := client.GetQueryResults(aws.Foreground(ctx), &sdk.GetQueryResultsInput{QueryId: &r.id, NextToken: token})
		if err != nil {
			return a, status, aws.AsError(err)
		}
		status = out.Status
		if s := out.Statistics; s != nil {
			a.Scanned, a.Matched, a.Bytes = int64(s.RecordsScanned), int64(s.RecordsMatched), int64(s.BytesScanned)
			a.Groups = int(s.LogGroupsScanned)
		}
		for _, row := range out.Results {
			a.add(row, columns)
		}
		if token = out.NextToken; sdkaws.ToString(token) == "" {
			break
		}
	}
	for i := range a.Rows {
		for len(a.Rows[i]) < len(a.Columns) {
			a.Rows[i] = append(a.Rows[i], "")
		}
	}
	a.CostUSD = float64(a.Bytes) / 1e9 * QueryPrice
	a.Duration = time.Since(r.began)
	limit := r.query.Limit
	if limit == 0 {
		limit = QueryRows
	}
	// Rows that are events say by their number what the query's own limit left out;
	// those of stats do not.
	if m := limits.FindAllStringSubmatch(r.query.Text, -1); m != nil && slices.ContainsFunc(a.Ptrs, func(p string) bool { return p != "" }) {
		if n, err := strconv.Atoi(m[len(m)-1][1]); err == nil {
			limit = min(limit, n)
		}
	}
	a.More = len(a.Rows) >= limit && a.Matched > int64(len(a.Rows))
	return a, status, nil
}

func (a *Answer) add(row []types.ResultField, columns map[string]int) {
	ptr := ""
	cells := make([]string, len(a.Columns))
	for _, f := range row {
		name := sdkaws.ToString(f.Field)
		if name == "@ptr" {
			ptr = sdkaws.ToString(f.Value)
			continue
		}
		i, ok := columns[name]
		if !ok {
			i = len(a.Columns)
			columns[name] = i
			a.Columns = append(a.Columns, name)
		}
		for len(cells) <= i {
			cells = append(cells, "")
		}
		cells[i] = sdkaws.ToString(f.Value)
	}
	a.Rows = append(a.Rows, cells)
	a.Ptrs = append(a.Ptrs, ptr)
}

// SavedQuery is a query that somebody saved in the account.
type SavedQuery struct {
	ID, Name, Text string
	Groups         []string
	Modified       time.Time
}

// SavedQueries lists the queries that are saved in the account, by name.
func (h *Hub) SavedQueries(ctx context.Context, region string) ([]SavedQuery, error) {
	var out []SavedQuery
	var token *string
	for {
		page, err := h.client(region).DescribeQueryDefinitions(ctx, &sdk.DescribeQueryDefinitionsInput{MaxResults: sdkaws.Int32(1000), NextToken: token})
		if err != nil {
			return out, aws.AsError(err)
		}
		for _, d := range page.QueryDefinitions {
			out = append(out, SavedQuery{
				ID: sdkaws.ToString(d.QueryDefinitionId), Name: sdkaws.ToString(d.Name), Text: sdkaws.ToString(d.QueryString),
				Groups: d.LogGroupNames, Modified: time.UnixMilli(sdkaws.ToInt64(d.LastModified)),
			})
		}
		if token = page.NextToken; sdkaws.ToString(token) == "" {
			slices.SortFunc(out, func(a, b SavedQuery) int { return compareText(a.Name, b.Name) })
			return out, nil
		}
	}
}

// Fields lists the fields that Logs Insights has found in a group, the most
// frequent first, for completion.
func (h *Hub) Fields(ctx context.Context, region, group string) ([]string, error) {
	out, err := h.client(region).GetLogGroupFields(ctx, &sdk.GetLogGroupFieldsInput{LogGroupName: &group})
	if err != nil {
		return nil, aws.AsError(err)
	}
	slices.SortStableFunc(out.LogGroupFields, func(a, b types.LogGroupField) int { return int(b.Percent - a.Percent) })
	var names []string
	for _, f := range out.LogGroupFields {
		names = append(names, sdkaws.ToString(f.Name))
	}
	return names, nil
}
