package logsapi_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
)

// ask runs a query to its end; polls is how often it had to be asked.
func (r rig) ask(query string, from, to time.Time, groups ...string) (out *sdk.GetQueryResultsOutput, polls int) {
	r.Helper()
	started, err := r.api.StartQuery(ctx, &sdk.StartQueryInput{LogGroupNames: groups, StartTime: sdkaws.Int64(from.Unix()), EndTime: sdkaws.Int64(to.Unix()), QueryString: &query})
	if err != nil {
		r.Fatal(err)
	}
	for {
		if out, err = r.api.GetQueryResults(ctx, &sdk.GetQueryResultsInput{QueryId: started.QueryId}); err != nil {
			r.Fatal(err)
		}
		if polls++; out.Status != types.QueryStatusRunning {
			return out, polls
		}
	}
}

func cell(row []types.ResultField, name string) string {
	for _, c := range row {
		if *c.Field == name {
			return *c.Value
		}
	}
	return ""
}

func TestInsights(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	r.flood("/flood", 4, 30)
	r.flood("/other", 2, 10)
	from, to := noon.Add(-2*time.Minute), noon.Add(-time.Minute-time.Second)
	whole := len(truth(r, "/flood", from, to.Add(999*time.Millisecond))) + len(truth(r, "/other", from, to.Add(999*time.Millisecond)))

	got, _ := r.ask("stats count(*) as n by @log", from, to, "/flood", "/other")
	sum := 0
	for _, row := range got.Results {
		n, err := strconv.Atoi(cell(row, "n"))
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if got.Status != types.QueryStatusComplete || len(got.Results) != 2 || sum != whole || whole < 5000 {
		t.Errorf("%d events counted in %d groups, want %d", sum, len(got.Results), whole)
	}
	if s := got.Statistics; int(s.RecordsScanned) != whole || int(s.RecordsMatched) != whole || s.BytesScanned < float64(whole*50) || s.LogGroupsScanned != 2 {
		t.Errorf("statistics %+v", s)
	}

	got, _ = r.ask("fields @timestamp, status, path | filter status >= 500 | sort duration_ms desc | limit 20", from, to, "/flood")
	for _, row := range got.Results {
		if s := cell(row, "status"); s[0] != '5' || cell(row, "@ptr") == "" || !strings.HasPrefix(cell(row, "path"), "/v1/") {
			t.Errorf("row %v", row)
		}
	}
	got, _ = r.ask("fields @message", from, to, "/flood")
	last := ""
	for _, row := range got.Results {
		if at := cell(row, "@timestamp"); at > last && last != "" {
			t.Fatal("events are not newest first")
		}
	}
	// Over a long range the query takes several answers, and can be stopped.
	long := noon.Add(-10 * time.Minute)
	_, polls := r.ask("stats count(*)", long, noon, "/flood")
	if polls < 3 {
		t.Errorf("%d answers for a long query", polls)
	}
	started, err := r.api.StartQuery(ctx, &sdk.StartQueryInput{LogGroupName: sdkaws.String("/flood"), StartTime: sdkaws.Int64(long.Unix()), EndTime: sdkaws.Int64(noon.Unix()), QueryString: sdkaws.String("stats count(*)")})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := r.api.GetQueryResults(ctx, &sdk.GetQueryResultsInput{QueryId: started.QueryId}); err != nil || out.Status != types.QueryStatusRunning || out.Statistics.RecordsScanned == 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := r.api.StopQuery(ctx, &sdk.StopQueryInput{QueryId: started.QueryId}); err != nil || !out.Success {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := r.api.GetQueryResults(ctx, &sdk.GetQueryResultsInput{QueryId: started.QueryId}); err != nil || out.Status != types.QueryStatusCancelled {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = r.api.StopQuery(ctx, &sdk.StopQueryInput{QueryId: started.QueryId})
	r.Wants(err, "InvalidParameterException", "not running")
}

func TestInsightsParameters(t *testing.T) {
	r := start(t, sim.Options{Region: "us-east-1"})
	r.flood("/flood", 1, 1)
	start := func(query string, groups ...string) error {
		_, err := r.api.StartQuery(ctx, &sdk.StartQueryInput{LogGroupNames: groups, StartTime: sdkaws.Int64(noon.Add(-time.Hour).Unix()), EndTime: sdkaws.Int64(noon.Unix()), QueryString: &query})
		return err
	}
	var bad *types.MalformedQueryException
	if err := start("fields a | fetch b", "/flood"); !errors.As(err, &bad) || bad.QueryCompileError == nil || *bad.QueryCompileError.Location.StartCharOffset != 11 {
		t.Errorf("%v", err)
	}
	r.Wants(start("fields a", "/none"), "ResourceNotFoundException", "log group")
	r.Wants(start("fields a"), "InvalidParameterException", "Exactly one")
	r.Wants(start("fields a", make([]string, 51)...), "InvalidParameterException", "50")
	_, err := r.api.GetQueryResults(ctx, &sdk.GetQueryResultsInput{QueryId: sdkaws.String("nobody")})
	r.Wants(err, "ResourceNotFoundException", "query")
	for range 100 {
		if err := start("stats count(*)", "/flood"); err != nil {
			t.Fatal(err)
		}
	}
	r.Wants(start("stats count(*)", "/flood"), "LimitExceededException", "100")
}
