package ssmapi_test

import (
	"fmt"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

func TestDescribeSessions(t *testing.T) {
	r := simtest.Start(t, sim.Options{})
	c := sdk.NewFromConfig(r.Config)
	task, box := ready(t, r.Sim, "prod")
	var ids []string
	for range 5 {
		out, err := c.StartSession(t.Context(), &sdk.StartSessionInput{Target: sdkaws.String(target("prod", task, box)),
			DocumentName: sdkaws.String("AWS-StartPortForwardingSession"), Parameters: map[string][]string{"portNumber": {"80"}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *out.SessionId)
	}
	list := func(state types.SessionState, size int32, filters ...types.SessionFilter) (pages [][]string) {
		t.Helper()
		p := sdk.NewDescribeSessionsPaginator(c, &sdk.DescribeSessionsInput{State: state, MaxResults: &size, Filters: filters})
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var page []string
			for _, s := range out.Sessions {
				page = append(page, *s.SessionId)
			}
			pages = append(pages, page)
		}
		return pages
	}
	want := fmt.Sprint([][]string{{ids[4], ids[3]}, {ids[2], ids[1]}, {ids[0]}})
	if got := fmt.Sprint(list(types.SessionStateActive, 2)); got != want {
		t.Errorf("pages %s, want %s", got, want)
	}
	if _, err := c.TerminateSession(t.Context(), &sdk.TerminateSessionInput{SessionId: &ids[1]}); err != nil {
		t.Fatal(err)
	}
	hour := func(d time.Duration, key types.SessionFilterKey) types.SessionFilter {
		return types.SessionFilter{Key: key, Value: sdkaws.String(time.Now().Add(d).UTC().Format(time.RFC3339))}
	}
	for want, got := range map[string]any{
		fmt.Sprint([][]string{{ids[1]}}): list(types.SessionStateHistory, 200, hour(-time.Hour, types.SessionFilterKeyInvokedAfter)),
		"[[]]":                           list(types.SessionStateHistory, 200, hour(-time.Hour, types.SessionFilterKeyInvokedBefore)),
		fmt.Sprint([][]string{{ids[4], ids[3], ids[2], ids[0]}}): list(types.SessionStateActive, 200, types.SessionFilter{
			Key: types.SessionFilterKeyTargetId, Value: sdkaws.String(target("prod", task, box))}),
	} {
		if fmt.Sprint(got) != want {
			t.Errorf("listed %v, want %s", got, want)
		}
	}
	for code, in := range map[string]*sdk.DescribeSessionsInput{
		"ValidationException": {State: types.SessionStateActive, MaxResults: sdkaws.Int32(201)},
		"InvalidNextToken":    {State: types.SessionStateActive, NextToken: sdkaws.String("nobody-0")},
		"InvalidFilterKey":    {State: types.SessionStateActive, Filters: []types.SessionFilter{{Key: "Colour", Value: sdkaws.String("red")}}},
	} {
		_, err := c.DescribeSessions(t.Context(), in)
		r.Wants(err, code, "")
	}
}
