package logs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/sim"
	"ecsole/lines"
	"ecsole/lines/match"
)

func TestAskReadsAllAndTellsItsProgress(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 20)
		now := time.Now()
		q := Query{Groups: []string{floodGroup}, From: now.Add(-25 * time.Minute), To: now.Add(-10 * time.Minute), Text: "fields @timestamp, @logStream, @message", Limit: MostRows}
		parts, scanned := 0, int64(0)
		a, err := r.hub.Ask(t.Context(), q, func(a Answer) {
			parts++
			if a.Done || a.Scanned < scanned {
				t.Errorf("progress: %d records after %d, done %v", a.Scanned, scanned, a.Done)
			}
			scanned = a.Scanned
		})
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, n := range r.truth(q.From, q.To) {
			want += n
		}
		if !a.Done || len(a.Rows) < 12_000 || int64(len(a.Rows)) != a.Scanned || parts < 1 || a.Bytes == 0 || a.CostUSD <= 0 || a.Groups != 1 || a.More {
			t.Errorf("%d parts, done %v, %s", parts, a.Done, a.Describe())
		}
		// Insights counts seconds, both ends included.
		if d := len(a.Rows) - want; d < 0 || d > 200 {
			t.Errorf("%d rows, %d events", len(a.Rows), want)
		}
		if strings.Join(a.Columns, " ") != "@timestamp @logStream @message" || len(a.Ptrs) != len(a.Rows) || a.Ptrs[0] == "" {
			t.Errorf("columns %q", a.Columns)
		}
	})
}

func TestAskStopsTheQueryWhenNobodyWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(5, 40)
		ctx, cancel := context.WithCancel(t.Context())
		now := time.Now()
		_, err := r.hub.Ask(ctx, Query{Groups: []string{floodGroup}, From: now.Add(-time.Hour), To: now, Text: "stats count(*)"}, func(Answer) { cancel() })
		if aws.AsError(err).Class != aws.Cancelled {
			t.Fatal(err)
		}
		if n := r.sim.Faults().Calls("logs:StopQuery"); n != 1 {
			t.Errorf("StopQuery was called %d times", n)
		}
		n := r.sim.Faults().Calls("logs:GetQueryResults")
		wait(10 * time.Second)
		if m := r.sim.Faults().Calls("logs:GetQueryResults"); m != n {
			t.Error("the query is still asked about")
		}
	})
}

func TestAskSaysWhatIsWrong(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 1)
		now := time.Now()
		ask := func(change func(*Query)) *aws.Error {
			q := Query{Groups: []string{floodGroup}, From: now.Add(-time.Hour), To: now, Text: "fields @message"}
			change(&q)
			_, err := r.hub.Ask(t.Context(), q, nil)
			return aws.AsError(err)
		}
		if e := ask(func(q *Query) { q.Text = "fields @message | fitler x" }); e == nil || e.Class != aws.Invalid || !strings.Contains(e.Hint, "at character") {
			t.Errorf("%+v", e)
		}
		if e := ask(func(q *Query) { q.Groups = nil }); e == nil || e.Class != aws.Invalid {
			t.Errorf("%+v", e)
		}
		if e := ask(func(q *Query) { q.Groups = make([]string, 51) }); e == nil || e.Class != aws.Invalid {
			t.Errorf("%+v", e)
		}
		if e := ask(func(q *Query) { q.To = q.From }); e == nil || e.Class != aws.Invalid {
			t.Errorf("%+v", e)
		}
		if e := ask(func(q *Query) { q.Groups = []string{"/none"} }); e == nil || e.Class != aws.NotFound {
			t.Errorf("%+v", e)
		}
		r.sim.Faults().Deny("logs:StartQuery")
		if e := ask(func(*Query) {}); e == nil || e.Class != aws.Denied || e.Action != "logs:StartQuery" {
			t.Errorf("%+v", e)
		}
	})
}

// TestFilterCarriesOver holds the translated filter against the filter itself: the
// query finds the lines that the log view shows.
func TestFilterCarriesOver(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(2, 3)
		now := time.Now().Truncate(time.Second)
		from, to := now.Add(-10*time.Minute), now.Add(-5*time.Minute)
		tail := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{From: from, To: to}})
		defer tail.Close()
		until(t, "the range", func() bool { return tail.State().Ended != "" })
		all := 0
		for _, text := range []string{
			"", "request", "POST", "!GET", `"path=/v1/users"`, "users/\\d+ && !status=404", "GET|POST && level=info", "level>=warn", "!level>=warn", "status>=400", "!status=404", "path=/v1/users*", `method="POST"`, "method=~^p", "-f usrs",
		} {
			filter, err := match.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			tail.Store().All().Read(func(x lines.Reader) {
				for i := range x.Len() {
					// The ends of a query are whole seconds.
					if l := x.Line(i); l.Time < to.UnixMilli() && filter.Match(l.Text, l.Level) {
						want++
					}
				}
			})
			q := Query{Groups: []string{floodGroup}, From: from, To: to.Add(-time.Second), Text: strings.Replace(InsightsQuery(filter, []Source{floodSource}), "limit 1000", "limit 100000", 1), Limit: MostRows}
			a, err := r.hub.Ask(t.Context(), q, nil)
			if err != nil {
				t.Errorf("%q becomes\n%s\n%v", text, q.Text, err)
				continue
			}
			if len(a.Rows) != want {
				t.Errorf("%q finds %d lines; as a query %d\n%s", text, want, len(a.Rows), q.Text)
			}
			all += want
		}
		if all < 2000 {
			t.Errorf("only %d lines: no test", all)
		}
	})
}

func TestTranslation(t *testing.T) {
	for text, want := range map[string]string{
		"a/b":                  `@message like /(?i)a\/b/`,
		"!timeout|refused":     `@message not like /(?i)timeout|refused/`,
		"status>=500":          "status >= 500",
		"!status>=500":         "status < 500",
		`.user.id="7"`:         `user.id = "7"`,
		`.user-x.id="a\"b"`:    "`user-x.id` = \"a\\\"b\"",
		"path=/api/*":          `path like /(?i)^\/api\/.*$/`,
		"path!=/api/*":         `path not like /(?i)^\/api\/.*$/`,
		"path=~^/api":          `path like /(?i)^\/api/`,
		"path!~^/api":          `path not like /(?i)^\/api/`,
		"level=error":          `@message like /(?i)\b(error|err|severe)\b/`,
		"level>error && !a==b": `@message like /(?i)\b(fatal|critical|crit|panic)\b/ && a != "b"`,
		"-f a.b":               `@message like /(?i)a.{0,8}\..{0,8}b/`,
	} {
		q, err := match.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, term := range q.Terms() {
			got = append(got, condition(term, fieldName(strings.TrimPrefix(term.Field, "."))))
		}
		if s := strings.Join(got, " && "); s != want {
			t.Errorf("%q becomes %s, want %s", text, s, want)
		}
	}
	sources := []Source{floodSource, {Group: "g", Stream: "a.b"}, {Region: "r", Group: "h", Prefix: "p/"}, {Elsewhere: "x", Group: "z"}}
	if got, want := InsightsQuery(nil, sources), `^(load\/app\/|a\.b$|p\/)`; !strings.Contains(got, "/"+want+"/") {
		t.Errorf("%s", got)
	}
	if got := GroupsOf(sources); fmt.Sprint(got) != "map[:["+floodGroup+" g] r:[h]]" {
		t.Error(got)
	}
}

func TestChartOfAnAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(2, 5)
		now := time.Now().Truncate(time.Minute)
		q := Query{Groups: []string{floodGroup}, From: now.Add(-20 * time.Minute), To: now.Add(-time.Second), Text: "stats count(*) as n by bin(5m), @logStream"}
		a, err := r.hub.Ask(t.Context(), q, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := a.Over()
		if !ok || len(c.Names) != 2 || len(c.Times) != 4 || !strings.HasPrefix(c.Names[0], "n load/app/") {
			t.Fatalf("%v %+v of %q", ok, c, a.Columns)
		}
		sum := 0.0
		for _, row := range c.Values {
			for _, v := range row {
				sum += v
			}
		}
		if int64(sum) != a.Scanned {
			t.Errorf("the chart shows %v of %d", sum, a.Scanned)
		}
		for i := 1; i < len(c.Times); i++ {
			if c.Times[i].Sub(c.Times[i-1]) != 5*time.Minute {
				t.Errorf("times %v", c.Times)
			}
		}
		if _, ok := (Answer{Columns: []string{"@message"}, Rows: [][]string{{"x"}}}).Over(); ok {
			t.Error("a chart of nothing")
		}
	})
}

func TestEstimate(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(1, 5)
		now := time.Now()
		q := Query{Groups: []string{floodGroup, "/none"}, From: now.Add(-time.Hour), To: now}
		one, err := r.hub.EstimateQuery(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		q.From = now.Add(-10 * time.Hour)
		ten, err := r.hub.EstimateQuery(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if one.Bytes <= 0 || one.CostUSD <= 0 || len(one.Unknown) != 1 || one.Unknown[0] != "/none" || ten.Bytes < 5*one.Bytes {
			t.Errorf("an hour: %+v; ten: %+v", one, ten)
		}
		r.sim.Faults().Deny("cloudwatch:GetMetricData")
		r.sim.Faults().Deny("logs:DescribeLogGroups")
		if e, err := r.hub.EstimateQuery(t.Context(), q); err != nil || len(e.Unknown) != 2 || e.Bytes != 0 {
			t.Errorf("without permissions: %+v, %v", e, err)
		}
		q.Groups = nil
		if _, err := r.hub.EstimateQuery(t.Context(), q); err == nil || !errors.As(err, new(*aws.Error)) {
			t.Error(err)
		}
	})
}
