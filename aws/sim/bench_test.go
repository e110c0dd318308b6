package sim_test

import (
	"context"
	"testing"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws/sim"
)

// large is the scale that has to start in under two seconds.
var large = sim.Scale{Clusters: 4, Services: 2000, Tasks: 10000}

func BenchmarkStartLarge(b *testing.B) {
	for b.Loop() {
		s, err := sim.New(sim.Options{Scale: large})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDescribeTasksLarge(b *testing.B) {
	ctx := context.Background()
	s, cfg := serve(b, sim.Options{Scale: large, Faults: "buckets=off"})
	c := sdk.NewFromConfig(cfg)
	list, err := c.ListTasks(ctx, &sdk.ListTasksInput{Cluster: sdkaws.String("prod")})
	if err != nil || len(list.TaskArns) != 100 {
		b.Fatalf("%d tasks, %v", len(list.TaskArns), err)
	}
	_ = s
	b.ResetTimer()
	for b.Loop() {
		if _, err := c.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: sdkaws.String("prod"), Tasks: list.TaskArns}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListTasksLarge(b *testing.B) {
	ctx := context.Background()
	_, cfg := serve(b, sim.Options{Scale: large, Faults: "buckets=off"})
	c := sdk.NewFromConfig(cfg)
	for b.Loop() {
		if _, err := c.ListTasks(ctx, &sdk.ListTasksInput{Cluster: sdkaws.String("prod")}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDescribeServicesLarge(b *testing.B) {
	ctx := context.Background()
	_, cfg := serve(b, sim.Options{Scale: large, Faults: "buckets=off"})
	c := sdk.NewFromConfig(cfg)
	list, err := c.ListServices(ctx, &sdk.ListServicesInput{Cluster: sdkaws.String("prod")})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.DescribeServices(ctx, &sdk.DescribeServicesInput{Cluster: sdkaws.String("prod"), Services: list.ServiceArns}); err != nil {
			b.Fatal(err)
		}
	}
}
