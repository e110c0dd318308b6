// Package ecs reads and changes Amazon ECS through one account: listings that
// arrive page by page, plain structs, and judgements of health and exec readiness
// that are pure functions of them.
package ecs

import (
	"context"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws"
)

// Client is one account's ECS. It is safe for use by several goroutines.
type Client struct {
	account     *aws.Account
	sdk         *sdk.Client
	definitions definitions
}

// New returns the account's ECS client; there is one per account, so that what it
// remembers (task definitions) is remembered once.
func New(a *aws.Account) *Client {
	return aws.Own(a, "ecs", func(a *aws.Account) (*Client, func()) {
		c := &Client{account: a, sdk: sdk.NewFromConfig(a.Config())}
		c.definitions.read = c.readDefinition
		return c, nil
	})
}

// Batch and page limits of the API (botocore model of ECS, 2026).
const (
	servicesPerCall    = 10
	resourcesPerCall   = 100 // clusters, tasks, container instances
	deploymentsPerCall = 20  // and service revisions
	providersPerCall   = 10
)

// page is what every list call asks for: ListServices answers ten ids unless told.
func page(token string) (size *int32, next *string) {
	if token != "" {
		next = &token
	}
	return sdkaws.Int32(100), next
}

func failures(in []types.Failure) []failure {
	return mapped(in, func(f types.Failure) failure { return failure{str(f.Arn), str(f.Reason), str(f.Detail)} })
}

// read makes items of an answer's structs, each with its own bytes of the answer.
func read[A, B any](body *aws.RawBody, field, key string, in []A, id func(A) *string, make func(A, Raw) B) []B {
	raws := rawByKey(body.Bytes(), field, key)
	return mapped(in, func(a A) B { return make(a, raws[str(id(a))]) })
}

// Clusters lists all clusters of the region.
func (c *Client) Clusters(ctx context.Context) aws.Pages[Cluster] {
	return plan[Cluster]{
		op: "ecs:DescribeClusters", batch: resourcesPerCall, workers: 2,
		key:      func(c Cluster) string { return c.ARN },
		describe: c.describeClusters,
		list: func(ctx context.Context, token string) (out listed[Cluster], err error) {
			size, next := page(token)
			o, err := c.sdk.ListClusters(ctx, &sdk.ListClustersInput{MaxResults: size, NextToken: next})
			if err != nil {
				return out, err
			}
			return listed[Cluster]{ids: o.ClusterArns, next: str(o.NextToken)}, nil
		},
	}.pages(ctx)
}

// DescribeClusters reads some clusters by name or ARN. Those that do not exist are
// absent.
func (c *Client) DescribeClusters(ctx context.Context, names []string) aws.Pages[Cluster] {
	return plan[Cluster]{
		op: "ecs:DescribeClusters", ids: names, batch: resourcesPerCall, workers: 2,
		key: func(c Cluster) string { return c.ARN }, describe: c.describeClusters,
	}.pages(ctx)
}

func (c *Client) describeClusters(ctx context.Context, ids []string) (described[Cluster], error) {
	ctx, body := aws.CaptureRaw(ctx)
	o, err := c.sdk.DescribeClusters(ctx, &sdk.DescribeClustersInput{Clusters: ids, Include: []types.ClusterField{
		types.ClusterFieldAttachments, types.ClusterFieldConfigurations, types.ClusterFieldSettings, types.ClusterFieldStatistics, types.ClusterFieldTags,
	}})
	if err != nil {
		return described[Cluster]{}, err
	}
	items := read(body, "clusters", "clusterArn", o.Clusters, func(c types.Cluster) *string { return c.ClusterArn }, readCluster)
	return described[Cluster]{items, failures(o.Failures)}, nil
}

// Services lists the services of a cluster (name or ARN).
func (c *Client) Services(ctx context.Context, cluster string) aws.Pages[Service] {
	p := c.services(cluster)
	p.list = func(ctx context.Context, token string) (out listed[Service], err error) {
		size, next := page(token)
		o, err := c.sdk.ListServices(ctx, &sdk.ListServicesInput{Cluster: &cluster, MaxResults: size, NextToken: next})
		if err != nil {
			return out, err
		}
		return listed[Service]{ids: o.ServiceArns, next: str(o.NextToken)}, nil
	}
	return p.pages(ctx)
}

// DescribeServices reads some services of one cluster by name or ARN. Those that do
// not exist are absent.
func (c *Client) DescribeServices(ctx context.Context, cluster string, names []string) aws.Pages[Service] {
	p := c.services(cluster)
	p.ids = names
	return p.pages(ctx)
}

func (c *Client) services(cluster string) plan[Service] {
	return plan[Service]{
		op: "ecs:DescribeServices", batch: servicesPerCall, workers: 10,
		key: func(s Service) string { return s.ARN },
		describe: func(ctx context.Context, ids []string) (described[Service], error) {
			ctx, body := aws.CaptureRaw(ctx)
			o, err := c.sdk.DescribeServices(ctx, &sdk.DescribeServicesInput{Cluster: &cluster, Services: ids, Include: []types.ServiceField{types.ServiceFieldTags}})
			if err != nil {
				return described[Service]{}, err
			}
			items := read(body, "services", "serviceArn", o.Services, func(s types.Service) *string { return s.ServiceArn }, readService)
			return described[Service]{items, failures(o.Failures)}, nil
		},
	}
}

// TaskQuery selects tasks of one cluster. Of Service, Family and Instance at most
// one is set: ECS takes no more.
type TaskQuery struct {
	Cluster  string // name or ARN
	Service  string // name
	Family   string // of task definitions
	Instance string // ID or ARN of a container instance
	// Stopped selects tasks whose desired status is STOPPED: those that are stopping,
	// and those stopped within about the last hour. Otherwise those meant to run,
	// whether they do yet or not.
	Stopped bool
}

// Tasks lists tasks.
func (c *Client) Tasks(ctx context.Context, q TaskQuery) aws.Pages[Task] {
	p := c.tasks(q.Cluster)
	opt := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	p.list = func(ctx context.Context, token string) (out listed[Task], err error) {
		size, next := page(token)
		in := &sdk.ListTasksInput{Cluster: &q.Cluster, ServiceName: opt(q.Service), Family: opt(q.Family), ContainerInstance: opt(q.Instance), MaxResults: size, NextToken: next}
		if q.Stopped {
			in.DesiredStatus = types.DesiredStatusStopped
		}
		o, err := c.sdk.ListTasks(ctx, in)
		if err != nil {
			return out, err
		}
		return listed[Task]{ids: o.TaskArns, next: str(o.NextToken)}, nil
	}
	return p.pages(ctx)
}

// DescribeTasks reads some tasks of one cluster by id or ARN. Those that ECS knows
// no more are absent.
func (c *Client) DescribeTasks(ctx context.Context, cluster string, arns []string) aws.Pages[Task] {
	p := c.tasks(cluster)
	p.ids = arns
	return p.pages(ctx)
}

func (c *Client) tasks(cluster string) plan[Task] {
	return plan[Task]{
		op: "ecs:DescribeTasks", batch: resourcesPerCall, workers: 5,
		key: func(t Task) string { return t.ARN },
		describe: func(ctx context.Context, ids []string) (described[Task], error) {
			ctx, body := aws.CaptureRaw(ctx)
			o, err := c.sdk.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: &cluster, Tasks: ids, Include: []types.TaskField{types.TaskFieldTags}})
			if err != nil {
				return described[Task]{}, err
			}
			items := read(body, "tasks", "taskArn", o.Tasks, func(t types.Task) *string { return t.TaskArn }, readTask)
			return described[Task]{items, failures(o.Failures)}, nil
		},
	}
}

// Instances lists the container instances of a cluster (name or ARN), all but the
// inactive ones.
func (c *Client) Instances(ctx context.Context, cluster string) aws.Pages[Instance] {
	p := c.instances(cluster)
	p.list = func(ctx context.Context, token string) (out listed[Instance], err error) {
		size, next := page(token)
		o, err := c.sdk.ListContainerInstances(ctx, &sdk.ListContainerInstancesInput{Cluster: &cluster, MaxResults: size, NextToken: next})
		if err != nil {
			return out, err
		}
		return listed[Instance]{ids: o.ContainerInstanceArns, next: str(o.NextToken)}, nil
	}
	return p.pages(ctx)
}

// DescribeInstances reads some container instances of one cluster by id or ARN. Those
// that ECS knows no more are absent.
func (c *Client) DescribeInstances(ctx context.Context, cluster string, arns []string) aws.Pages[Instance] {
	p := c.instances(cluster)
	p.ids = arns
	return p.pages(ctx)
}

func (c *Client) instances(cluster string) plan[Instance] {
	return plan[Instance]{
		op: "ecs:DescribeContainerInstances", batch: resourcesPerCall, workers: 5,
		key: func(i Instance) string { return i.ARN },
		describe: func(ctx context.Context, ids []string) (described[Instance], error) {
			ctx, body := aws.CaptureRaw(ctx)
			o, err := c.sdk.DescribeContainerInstances(ctx, &sdk.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: ids,
				Include: []types.ContainerInstanceField{types.ContainerInstanceFieldTags, types.ContainerInstanceFieldContainerInstanceHealth}})
			if err != nil {
				return described[Instance]{}, err
			}
			items := read(body, "containerInstances", "containerInstanceArn", o.ContainerInstances, func(i types.ContainerInstance) *string { return i.ContainerInstanceArn }, readInstance)
			return described[Instance]{items, failures(o.Failures)}, nil
		},
	}
}
