package logsapi_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
)

var ctx = context.Background()

func TestGroups(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	var all []types.LogGroup
	in := &sdk.DescribeLogGroupsInput{Limit: sdkaws.Int32(7)}
	for {
		out, err := r.api.DescribeLogGroups(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.LogGroups) > 7 {
			t.Fatalf("a page of %d", len(out.LogGroups))
		}
		all = append(all, out.LogGroups...)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	var names []string
	for _, g := range all {
		names = append(names, *g.LogGroupName)
		if *g.Arn != *g.LogGroupArn+":*" || !strings.Contains(*g.LogGroupArn, ":log-group:"+*g.LogGroupName) {
			t.Errorf("ARNs %s and %s", *g.Arn, *g.LogGroupArn)
		}
	}
	for _, want := range []string{"/ecs/prod/checkout", "/ecs/prod/cart", "/ecs/exec/prod", "/aws/ecs/containerinsights/prod/performance"} {
		if !slices.Contains(names, want) {
			t.Errorf("no group %s in %v", want, names)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("groups are not in order, or twice")
	}
	// FireLens that leads elsewhere and no log configuration at all leave no group.
	if slices.Contains(names, "/ecs/data/etl-loader") {
		t.Error("a service without logs has a group")
	}
	out, err := r.api.DescribeLogGroups(ctx, &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: sdkaws.String("/ecs/staging/")})
	if err != nil || len(out.LogGroups) == 0 || len(out.LogGroups) >= len(all) {
		t.Errorf("%d groups under a prefix, %v", len(out.LogGroups), err)
	}
	_, err = r.api.DescribeLogGroups(ctx, &sdk.DescribeLogGroupsInput{Limit: sdkaws.Int32(51)})
	r.Wants(err, "InvalidParameterException", "limit")
}

func TestStreams(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	group := sdkaws.String("/ecs/prod/checkout")
	list := func(in *sdk.DescribeLogStreamsInput) (out []types.LogStream) {
		in.LogGroupName, in.Limit = group, sdkaws.Int32(3)
		for {
			page, err := r.api.DescribeLogStreams(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, page.LogStreams...)
			if in.NextToken = page.NextToken; in.NextToken == nil {
				return out
			}
		}
	}
	names := func(list []types.LogStream) (out []string) {
		for _, s := range list {
			out = append(out, *s.LogStreamName)
		}
		return out
	}
	byName := names(list(&sdk.DescribeLogStreamsInput{}))
	if len(byName) < 12 || !slices.IsSorted(byName) {
		t.Fatalf("streams by name: %v", byName)
	}
	down := names(list(&sdk.DescribeLogStreamsInput{Descending: sdkaws.Bool(true)}))
	slices.Reverse(down)
	if !slices.Equal(byName, down) {
		t.Error("descending is not the reverse")
	}
	recent := list(&sdk.DescribeLogStreamsInput{OrderBy: types.OrderByLastEventTime, Descending: sdkaws.Bool(true)})
	if len(recent) != len(byName) || !slices.IsSortedFunc(recent, func(a, b types.LogStream) int {
		return int(sdkaws.ToInt64(b.LastEventTimestamp) - sdkaws.ToInt64(a.LastEventTimestamp))
	}) {
		t.Error("streams are not in the order of their last events")
	}
	sides := names(list(&sdk.DescribeLogStreamsInput{LogStreamNamePrefix: sdkaws.String("otel-collector/")}))
	if len(sides) == 0 || len(sides) >= len(byName) {
		t.Errorf("%d of %d streams are a sidecar's", len(sides), len(byName))
	}
	_, err := r.api.DescribeLogStreams(ctx, &sdk.DescribeLogStreamsInput{LogGroupName: group, LogStreamNamePrefix: sdkaws.String("x"), OrderBy: types.OrderByLastEventTime})
	r.Wants(err, "InvalidParameterException", "LastEventTime")
	_, err = r.api.DescribeLogStreams(ctx, &sdk.DescribeLogStreamsInput{LogGroupName: sdkaws.String("/none")})
	r.Wants(err, "ResourceNotFoundException", "log group does not exist")
	// Streams of FireLens have the task's id in the tag.
	out, err := r.api.DescribeLogStreams(ctx, &sdk.DescribeLogStreamsInput{LogGroupName: sdkaws.String("/ecs/prod/cart"), LogStreamNamePrefix: sdkaws.String("firelens/cart-firelens-")})
	if err != nil || len(out.LogStreams) == 0 {
		t.Errorf("no FireLens streams: %v", err)
	}
}

func TestFilterPagesToTheEnd(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	r.flood("/flood", 20, 18)
	from, to := noon.Add(-time.Minute), noon.Add(-20*time.Second)
	in := func() *sdk.FilterLogEventsInput {
		return &sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/flood"), StartTime: sdkaws.Int64(from.UnixMilli()), EndTime: sdkaws.Int64(to.UnixMilli())}
	}
	want := truth(r, "/flood", from, to)
	if len(want) < 12000 {
		t.Fatalf("only %d events", len(want))
	}
	got, pages := r.filterAll(in())
	equal(t, want, got)
	// 10,000 events or one megabyte a page.
	if pages < len(want)/10000 {
		t.Errorf("%d events in %d pages", len(want), pages)
	}
	if !slices.IsSortedFunc(got, func(a, b types.FilteredLogEvent) int { return int(*a.Timestamp - *b.Timestamp) }) {
		t.Error("events are not in the order of time")
	}
	// With pages that are empty and pages that come twice, nothing is lost.
	r.Sim.Logs().EmptyPages(3)
	r.Sim.Logs().DuplicatePages(4)
	twice, pagesNow := r.filterAll(in())
	if pagesNow <= pages || len(twice) <= len(got) {
		t.Errorf("%d pages with %d events, before %d with %d", pagesNow, len(twice), pages, len(got))
	}
	seen := map[string]bool{}
	twice = slices.DeleteFunc(twice, func(e types.FilteredLogEvent) bool {
		again := seen[*e.EventId]
		seen[*e.EventId] = true
		return again
	})
	equal(t, want, twice)
	r.Sim.Logs().EmptyPages(0)
	r.Sim.Logs().DuplicatePages(0)
	// A rare pattern: pages may be empty, and each has a token until the end.
	rare := in()
	rare.FilterPattern = sdkaws.String(`{ $.msg = "slow query" && $.duration_ms >= 2000 }`)
	few, _ := r.filterAll(rare)
	n := 0
	for _, e := range want {
		var line struct {
			Msg string  `json:"msg"`
			MS  float64 `json:"duration_ms"`
		}
		if json.Unmarshal([]byte(e.Message), &line) == nil && line.Msg == "slow query" && line.MS >= 2000 {
			n++
		}
	}
	if n == 0 || len(few) != n {
		t.Errorf("%d events match, want %d", len(few), n)
	}
}

func truth(r rig, group string, from, to time.Time) (out []logtext.Event) {
	reader := r.Sim.Logs().Events(group, from, to)
	for {
		e, ok := reader.Next()
		if !ok {
			return out
		}
		out = append(out, e)
	}
}

func equal(t *testing.T, want []logtext.Event, got []types.FilteredLogEvent) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i, e := range want {
		if *got[i].EventId != e.ID() || *got[i].Timestamp != e.Time || *got[i].IngestionTime != e.Ingested || *got[i].LogStreamName != e.Stream.Name || *got[i].Message != e.Message {
			t.Fatalf("event %d is %+v, want %+v", i, got[i], e)
		}
	}
}

func TestFilterParameters(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	group := sdkaws.String("/ecs/prod/checkout")
	call := func(in sdk.FilterLogEventsInput) (*sdk.FilterLogEventsOutput, error) {
		return r.api.FilterLogEvents(ctx, &in)
	}
	streams, err := r.api.DescribeLogStreams(ctx, &sdk.DescribeLogStreamsInput{LogGroupName: group})
	if err != nil {
		t.Fatal(err)
	}
	one := *streams.LogStreams[0].LogStreamName
	many := make([]string, 101)
	for i := range many {
		many[i] = one
	}
	for _, c := range []struct {
		in         sdk.FilterLogEventsInput
		code, part string
	}{
		{sdk.FilterLogEventsInput{}, "InvalidParameterException", "logGroup"},
		{sdk.FilterLogEventsInput{LogGroupName: group, LogGroupIdentifier: group}, "InvalidParameterException", "exclusive"},
		{sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/none")}, "ResourceNotFoundException", "The specified log group does not exist."},
		{sdk.FilterLogEventsInput{LogGroupName: group, LogStreamNames: []string{one, "nobody"}}, "ResourceNotFoundException", "The specified log stream does not exist."},
		{sdk.FilterLogEventsInput{LogGroupName: group, LogStreamNames: many}, "InvalidParameterException", "less than or equal to 100"},
		{sdk.FilterLogEventsInput{LogGroupName: group, LogStreamNames: []string{one}, LogStreamNamePrefix: sdkaws.String("c")}, "InvalidParameterException", "logStreamNamePrefix"},
		{sdk.FilterLogEventsInput{LogGroupName: group, Limit: sdkaws.Int32(10001)}, "InvalidParameterException", "limit"},
		{sdk.FilterLogEventsInput{LogGroupName: group, FilterPattern: sdkaws.String("{ $.a")}, "InvalidParameterException", "Invalid filter pattern"},
		{sdk.FilterLogEventsInput{LogGroupName: group, StartTime: sdkaws.Int64(5), EndTime: sdkaws.Int64(4)}, "InvalidParameterException", "startTime"},
		{sdk.FilterLogEventsInput{LogGroupName: group, NextToken: sdkaws.String("made up")}, "InvalidParameterException", "nextToken"},
		{sdk.FilterLogEventsInput{LogGroupIdentifier: streams.LogStreams[0].Arn}, "ResourceNotFoundException", "log group"},
	} {
		_, err := call(c.in)
		r.Wants(err, c.code, c.part)
	}
	// A prefix that nothing has is no fault, and neither is an ARN as identifier.
	out, err := call(sdk.FilterLogEventsInput{LogGroupIdentifier: sdkaws.String("arn:aws:logs:us-east-1:111122223333:log-group:/ecs/prod/checkout"), LogStreamNamePrefix: sdkaws.String("nobody/")})
	if err != nil || len(out.Events) != 0 || out.NextToken != nil {
		t.Errorf("%v, %v", out, err)
	}
	out, err = call(sdk.FilterLogEventsInput{LogGroupName: group, LogStreamNames: []string{one}, Limit: sdkaws.Int32(5)})
	if err != nil || len(out.Events) != 5 || out.NextToken == nil || *out.Events[0].LogStreamName != one {
		t.Errorf("%v, %v", out, err)
	}
	// A token serves its own question only, and for a day.
	r.flood("/flood", 2, 5)
	asked := sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/flood"), Limit: sdkaws.Int32(1)}
	first, err := call(asked)
	if err != nil || first.NextToken == nil {
		t.Fatal(err)
	}
	asked.NextToken = first.NextToken
	if _, err = call(asked); err != nil {
		t.Error(err)
	}
	_, err = call(sdk.FilterLogEventsInput{LogGroupName: group, NextToken: first.NextToken})
	r.Wants(err, "InvalidParameterException", "nextToken")
	r.Clock.Move(25 * time.Hour)
	_, err = call(asked)
	r.Wants(err, "InvalidParameterException", "nextToken")
}

func TestLateEventsComeLater(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	r.Sim.Logs().Late(0.2)
	in := func() *sdk.FilterLogEventsInput {
		return &sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/ecs/prod/checkout"), StartTime: sdkaws.Int64(noon.Add(-time.Minute).UnixMilli()), EndTime: sdkaws.Int64(noon.UnixMilli())}
	}
	early, _ := r.filterAll(in())
	r.Clock.Move(10 * time.Second)
	whole, _ := r.filterAll(in())
	if len(early) == 0 || len(whole) <= len(early) {
		t.Errorf("%d events at once, %d in the end", len(early), len(whole))
	}
	for _, e := range early {
		if *e.IngestionTime > noon.UnixMilli() {
			t.Error("an event was there before it was ingested")
		}
	}
}

func TestGetBothWays(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	r.flood("/flood", 1, 50)
	from, to := noon.Add(-50*time.Second), noon.Add(-20*time.Second)
	want := truth(r, "/flood", from, to.Add(-time.Millisecond))
	in := func(head bool) *sdk.GetLogEventsInput {
		return &sdk.GetLogEventsInput{
			LogGroupName: sdkaws.String("/flood"), LogStreamName: &want[0].Stream.Name, Limit: sdkaws.Int32(400), StartFromHead: sdkaws.Bool(head),
			StartTime: sdkaws.Int64(from.UnixMilli()), EndTime: sdkaws.Int64(to.UnixMilli()),
		}
	}
	read := func(head bool) (out []types.OutputLogEvent) {
		q := in(head)
		for {
			page, err := r.api.GetLogEvents(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			next := page.NextForwardToken
			if head {
				out = append(out, page.Events...)
			} else {
				out = append(slices.Clone(page.Events), out...)
				next = page.NextBackwardToken
			}
			if q.NextToken != nil && *q.NextToken == *next {
				if len(page.Events) != 0 {
					t.Error("events behind the end")
				}
				return out
			}
			q.NextToken = next
		}
	}
	for _, head := range []bool{true, false} {
		got := read(head)
		if len(got) != len(want) {
			t.Fatalf("from the head %v: %d events, want %d", head, len(got), len(want))
		}
		for i, e := range got {
			if *e.Message != want[i].Message || *e.Timestamp != want[i].Time {
				t.Fatalf("from the head %v: event %d is %s", head, i, *e.Message)
			}
		}
	}
	// Back from the end, then forward again: what comes after is found as it comes.
	q := in(false)
	q.EndTime, q.Limit = nil, sdkaws.Int32(10)
	page, err := r.api.GetLogEvents(ctx, q)
	if err != nil || len(page.Events) != 10 {
		t.Fatal(err, len(page.Events))
	}
	last := *page.Events[9].Timestamp
	q.NextToken = page.NextForwardToken
	page, err = r.api.GetLogEvents(ctx, q)
	if err != nil || len(page.Events) != 0 || *page.NextForwardToken != *q.NextToken {
		t.Fatalf("at the end: %d events, %v", len(page.Events), err)
	}
	r.Clock.Move(5 * time.Second)
	page, err = r.api.GetLogEvents(ctx, q)
	if err != nil || len(page.Events) != 10 || *page.Events[0].Timestamp < last {
		t.Fatalf("after five seconds: %d events, %v", len(page.Events), err)
	}
	_, err = r.api.GetLogEvents(ctx, &sdk.GetLogEventsInput{LogGroupName: sdkaws.String("/flood"), LogStreamName: sdkaws.String("nobody")})
	r.Wants(err, "ResourceNotFoundException", "log stream does not exist")
}

// The story of the world is told by its logs: a container that leaked says so.
func TestStoriesInLogs(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	for _, c := range []struct{ group, pattern string }{
		{"/ecs/prod/search", `"heap usage is high"`},
		{"/ecs/prod/search", `OutOfMemoryError`},
		{"/ecs/prod/payments", `"PAYMENTS_SIGNING_KEY_V2 is not set"`},
		{"/ecs/prod/image-resizer", `"new job from"`},
		{"/ecs/prod/notifications", `"timed out after 5s"`},
		{"/ecs/prod/pricing", `"pricing-db:5432"`},
	} {
		events, _ := r.filterAll(&sdk.FilterLogEventsInput{
			LogGroupName: &c.group, FilterPattern: &c.pattern, StartTime: sdkaws.Int64(noon.Add(-70 * time.Minute).UnixMilli()),
		})
		if len(events) == 0 {
			t.Errorf("%s says nothing of %s", c.group, c.pattern)
		}
	}
}

func TestThrottleByRegion(t *testing.T) {
	for region, tps := range map[string]int{"eu-central-1": 5, "eu-west-1": 10, "us-east-1": 25} {
		r := start(t, sim.Options{Region: region})
		r.Sim.Faults().Buckets(true)
		ok := 0
		for range 40 {
			_, err := r.api.FilterLogEvents(ctx, &sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/ecs/prod/checkout"), Limit: sdkaws.Int32(1)})
			if err == nil {
				ok++
			} else {
				r.Wants(err, "ThrottlingException", "Rate exceeded")
			}
		}
		// Forty calls take a moment, in which a few tokens come back.
		if ok < tps || ok > tps+15 && tps < 25 {
			t.Errorf("%s: %d of 40 calls passed, the bucket holds %d", region, ok, tps)
		}
	}
}
