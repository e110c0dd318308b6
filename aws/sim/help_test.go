package sim_test

import (
	"context"
	"errors"
	"testing"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"ecsole/aws/sim"
)

// serve runs a simulator on a pipe and gives the configuration of a client that
// does not retry, so that each call is one request.
func serve(t testing.TB, o sim.Options) (*sim.Sim, sdkaws.Config) {
	t.Helper()
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, dial := sim.Pipe()
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	client := sim.Client(dial)
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, sim.ErrClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
	id, secret, region := s.Static("")
	return s, sdkaws.Config{
		Region:       region,
		BaseEndpoint: sdkaws.String("http://simulator"),
		Credentials:  credentials.NewStaticCredentialsProvider(id, secret, ""),
		HTTPClient:   client,
		Retryer:      func() sdkaws.Retryer { return sdkaws.NopRetryer{} },
	}
}

// code is the error code of a failed call, "" for none.
func code(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Fatalf("not an API error: %v", err)
	}
	return e.ErrorCode()
}

func ptr[T any](v T) *T { return &v }

var background = context.Background()
