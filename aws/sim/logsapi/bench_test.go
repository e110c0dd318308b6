package logsapi_test

import (
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"ecsole/aws/sim"
)

// client is a simulator of a large account.
func client(b *testing.B, o sim.Options) *sdk.Client {
	b.Helper()
	s, err := sim.New(o)
	if err != nil {
		b.Fatal(err)
	}
	s.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	b.Cleanup(func() { s.Close(); <-served })
	key, secret, region := s.Static("")
	return sdk.New(sdk.Options{
		Region: region, Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""), BaseEndpoint: sdkaws.String("http://simulator"),
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}},
	})
}

// BenchmarkFollow is what a tail of one service asks every two seconds, in an
// account of 10,000 tasks.
func BenchmarkFollow(b *testing.B) {
	c := client(b, sim.Options{Scale: sim.Scale{Services: 2000, Tasks: 10000}})
	for b.Loop() {
		now := time.Now()
		_, err := c.FilterLogEvents(ctx, &sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/ecs/prod/checkout"), StartTime: sdkaws.Int64(now.Add(-3 * time.Second).UnixMilli())})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage is a page of 10,000 events.
func BenchmarkPage(b *testing.B) {
	c := client(b, sim.Options{LogRate: 5000})
	for b.Loop() {
		now := time.Now()
		out, err := c.FilterLogEvents(ctx, &sdk.FilterLogEventsInput{LogGroupName: sdkaws.String("/ecs/prod/catalog"), StartTime: sdkaws.Int64(now.Add(-time.Hour).UnixMilli())})
		if err != nil || len(out.Events) < 3000 {
			b.Fatal(err, len(out.Events))
		}
	}
}
