package ecsapi_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"ecsole/aws/sim"
	"ecsole/aws/sim/world"
)

var background = context.Background()

func ptr[T any](v T) *T { return &v }

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
	*sdk.Client
	sim   *sim.Sim
	clock *clock
}

func (r rig) world() *world.World { return r.sim.World() }

func start(t *testing.T, o sim.Options) rig {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	o.Clock = c.now
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	client := sim.Client(dial)
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
	id, secret, region := s.Static("")
	return rig{t, sdk.New(sdk.Options{
		Region: region, BaseEndpoint: sdkaws.String("http://simulator"), HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""), Retryer: sdkaws.NopRetryer{},
	}), s, c}
}

// refused checks an error's code and a part of its text.
func (r rig) refused(err error, code, text string) {
	r.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), text) {
		r.Errorf("want %s (%s), got %v", code, text, err)
	}
}

// services reads all services of a cluster, page by page.
func (r rig) services(cluster string, size *int32) (arns []string, pages int) {
	r.Helper()
	p := sdk.NewListServicesPaginator(r, &sdk.ListServicesInput{Cluster: &cluster, MaxResults: size})
	for p.HasMorePages() {
		out, err := p.NextPage(background)
		if err != nil {
			r.Fatal(err)
		}
		arns, pages = append(arns, out.ServiceArns...), pages+1
	}
	return arns, pages
}

func (r rig) tasks(in sdk.ListTasksInput) []string {
	r.Helper()
	if in.Cluster == nil {
		in.Cluster = ptr("prod")
	}
	var arns []string
	p := sdk.NewListTasksPaginator(r, &in)
	for p.HasMorePages() {
		out, err := p.NextPage(background)
		if err != nil {
			r.Fatal(err)
		}
		arns = append(arns, out.TaskArns...)
	}
	return arns
}

func (r rig) service(cluster, name string) types.Service {
	r.Helper()
	out, err := r.DescribeServices(background, &sdk.DescribeServicesInput{Cluster: &cluster, Services: []string{name}})
	if err != nil || len(out.Services) != 1 {
		r.Fatalf("%+v, %v", out, err)
	}
	return out.Services[0]
}
