package logsapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a world's time that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is a simulator and the SDK's client of it.
type rig struct {
	*testing.T
	sim   *sim.Sim
	api   *sdk.Client
	clock *clock
}

func start(t *testing.T, o sim.Options) rig {
	t.Helper()
	c := &clock{at: noon}
	if o.Clock == nil {
		o.Clock = c.now
	}
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	key, secret, region := s.Static("")
	api := sdk.New(sdk.Options{
		Region: region, Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		BaseEndpoint: sdkaws.String("http://simulator"), HTTPClient: &http.Client{Transport: transport}, Retryer: sdkaws.NopRetryer{},
	}, func(o *sdk.Options) {
		o.EndpointResolverV2 = sdk.NewDefaultEndpointResolverV2()
	})
	return rig{t, s, api, c}
}

// flood is a group of its own with streams of a certain rate.
func (r rig) flood(group string, streams int, rate float64) {
	r.Helper()
	for i := range streams {
		r.sim.Logs().AddGroup(group, logtext.Make(logtext.Stream{
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

// wants checks the code of an error.
func (r rig) wants(err error, code, part string) {
	r.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), part) {
		r.Errorf("error is %v, want %s: …%s…", err, code, part)
	}
}
