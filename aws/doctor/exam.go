package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// exam is one examination. What several points need is read once, by whoever needs it
// first.
type exam struct {
	*Client
	Subject
	ctx context.Context

	definitionFact fact[ecs.TaskDefinition]
	serviceFact    fact[*ecs.Service]
	clusterFact    fact[ecs.Cluster]
	instanceFact   fact[*ecs.Instance]
	callerFact     fact[caller]
	roleFact       fact[taskRole]
	subnetFact     fact[subnet]
	keyFact        fact[sessionKey]
}

// fact is something that is read once.
type fact[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (f *fact[T]) get(read func() (T, error)) (T, error) {
	f.once.Do(func() { f.value, f.err = read() })
	return f.value, f.err
}

// checks are what is asked at the same time.
func (x *exam) checks() []func() []Point {
	return []func() []Point{
		x.known, x.enabled, x.platform, x.role, x.roleKey, x.roleLogs, x.roleBucket,
		x.mayExec, x.mayUseKey, x.startDirect, x.resume, x.endpoints, x.ipv6, x.key, x.logging, x.bucket, byConstruction,
	}
}

// byConstruction are the points about other programs, which nothing here needs.
func byConstruction() []Point {
	return []Point{
		{Name: CLI, Evidence: "not needed: ecsole speaks to ECS itself"},
		{Name: Plugin, Evidence: "not needed: ecsole holds the session itself"},
	}
}

// unknown is a point that could not be read, and why.
func unknown(name string, err error) Point {
	e := aws.AsError(err)
	p := Point{Name: name, State: ecs.PointUnknown, Evidence: e.Error(), Fix: e.Hint}
	if e.Class == aws.Denied && e.Action != "" {
		p.Missing = e.Action
		p.Evidence, p.Fix = "it cannot be read without "+e.Action, "allow it to whoever is to use the doctor"
		if strings.Contains(e.Hint, "explicit") {
			p.Fix = e.Hint
		}
	}
	return p
}

// first gives the one item that was asked for by name; nil where there is none.
func first[T any](pages aws.Pages[T]) (*T, error) {
	items, gaps := aws.Collect(pages)
	if len(items) > 0 {
		return &items[0], nil
	}
	for _, g := range gaps {
		if !errors.Is(g.Err, ecs.ErrUnanswered) {
			return nil, g.Err
		}
	}
	return nil, nil
}

// service is the one that the task belongs to; nil where it belongs to none.
func (x *exam) service() (*ecs.Service, error) {
	return x.serviceFact.get(func() (*ecs.Service, error) {
		if x.Service != nil || x.Task == nil || x.Task.Service() == "" {
			return x.Service, nil
		}
		return first(x.Client.ecs.DescribeServices(x.ctx, x.Cluster, []string{x.Task.Service()}))
	})
}

// definition is the task's, else the one that the service starts tasks by. Variables
// that the task overrides count as its own.
func (x *exam) definition() (ecs.TaskDefinition, error) {
	return x.definitionFact.get(func() (ecs.TaskDefinition, error) {
		arn := ""
		switch {
		case x.Task != nil:
			arn = x.Task.TaskDefinition
		case x.Service != nil:
			arn = x.Service.TaskDefinition
		}
		td, err := x.Client.ecs.TaskDefinition(x.ctx, arn)
		if err != nil || x.Task == nil {
			return td, err
		}
		td.Containers = slices.Clone(td.Containers) // the client keeps the original
		for i := range td.Containers {
			for _, o := range x.Task.Overrides {
				if o.Name == td.Containers[i].Name {
					td.Containers[i].Env = append(slices.Clone(td.Containers[i].Env), o.Env...)
				}
			}
		}
		return td, nil
	})
}

var errNoCluster = &aws.Error{Class: aws.NotFound, Op: "ecs:DescribeClusters", Text: "the cluster could not be found"}

func (x *exam) cluster() (ecs.Cluster, error) {
	return x.clusterFact.get(func() (ecs.Cluster, error) {
		c, err := first(x.Client.ecs.DescribeClusters(x.ctx, []string{x.Cluster}))
		switch {
		case err != nil:
			return ecs.Cluster{}, err
		case c == nil:
			return ecs.Cluster{}, errNoCluster
		}
		return *c, nil
	})
}

// instance is the container instance that the task runs on; nil on Fargate.
func (x *exam) instance() (*ecs.Instance, error) {
	return x.instanceFact.get(func() (*ecs.Instance, error) {
		if x.Task == nil || x.Task.InstanceARN == "" {
			return nil, nil
		}
		return first(x.Client.ecs.DescribeInstances(x.ctx, x.Cluster, []string{x.Task.InstanceARN}))
	})
}

// fargate tells where the task runs, or would.
func (x *exam) fargate() bool {
	if x.Task != nil {
		return x.Task.LaunchType == "FARGATE" || strings.HasPrefix(x.Task.CapacityProvider, "FARGATE")
	}
	s := x.Service
	return s != nil && (s.LaunchType == "FARGATE" || len(s.Strategy) > 0 && strings.HasPrefix(s.Strategy[0].Provider, "FARGATE"))
}

// containers are those whose points are asked for.
func (x *exam) containers() []ecs.Container {
	if x.Task == nil {
		return nil
	}
	var own []ecs.Container
	for _, c := range x.Task.Containers {
		switch {
		case x.Container != "" && c.Name == x.Container:
			return []ecs.Container{c}
		case x.Container == "" && ecs.Sidecar(c.Name) == "":
			own = append(own, c)
		}
	}
	if x.Container == "" && len(own) == 0 {
		return x.Task.Containers
	}
	return own
}
