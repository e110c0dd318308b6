package logsapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/simtest"
	"ecsole/aws/sim/world"
)

var noon = simtest.Noon()

// rig is a simulator and the SDK's client of it.
type rig struct {
	*simtest.Rig
	api *sdk.Client
}

func start(t *testing.T, o sim.Options) rig {
	t.Helper()
	r := simtest.Start(t, o)
	return rig{r, sdk.NewFromConfig(r.Config)}
}

// flood is a group of its own with streams of a certain rate.
func (r rig) flood(group string, streams int, rate float64) {
	r.Helper()
	for i := range streams {
		r.Sim.Logs().AddGroup(group, logtext.Make(logtext.Stream{
			Name: "load/app/" + strings.Repeat(string(rune('a'+i%26)), 4) + string(rune('a'+i/26)), Seed: uint64(i), Rate: rate, Start: noon.Add(-time.Hour),
			Service: "orders-api", Container: "app", TaskID: "0123456789abcdef", Host: "host", Program: logtext.ProgramOf(world.API, "orders-api", "app", ""),
		}))
	}
}

// filterAll follows the tokens of FilterLogEvents to the end.
func (r rig) filterAll(in *sdk.FilterLogEventsInput) (events []types.FilteredLogEvent, pages int) {
	r.Helper()
	seen := map[string]bool{}
	for {
		out, err := r.api.FilterLogEvents(context.Background(), in)
		if err != nil {
			r.Fatal(err)
		}
		pages++
		events = append(events, out.Events...)
		if out.NextToken == nil {
			return events, pages
		}
		if seen[*out.NextToken] {
			r.Fatal("a token came twice")
		}
		seen[*out.NextToken] = true
		in.NextToken = out.NextToken
	}
}
