// Package ecsapi answers ECS in the simulator: listing, describing and the acts of
// an operator, with ECS's page sizes, batch limits, failures and errors. Its words
// are ECS's own as far as they are publicly known.
package ecsapi

import (
	"strings"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/world"
)

// Needs is what ECS needs of the server.
type Needs struct {
	World    *world.World
	Sessions *session.Registry
	Pager    *api.Pager
	// Failure is a switch of tests: the reason for which an id is to be missing.
	Failure func(id string) (reason string, ok bool)
}

type service struct {
	Needs
	w *world.World
}

// The throttle buckets of ECS (AmazonECS/APIReference/request-throttling).
var (
	clusterRead    = api.Bucket{Name: "cluster-read", Burst: 50, Refill: 20}
	serviceRead    = api.Bucket{Name: "service-read", Burst: 100, Refill: 20}
	resourceRead   = api.Bucket{Name: "cluster-resource-read", Burst: 100, Refill: 20}
	definitionRead = api.Bucket{Name: "task-definition-read", Burst: 50, Refill: 20}
	deploymentRead = api.Bucket{Name: "service-deployment", Burst: 50, Refill: 20}
	revisionRead   = api.Bucket{Name: "service-revision", Burst: 50, Refill: 20}
	providerRead   = api.Bucket{Name: "capacity-provider-read", Burst: 50, Refill: 20}
	resourceModify = api.Bucket{Name: "cluster-resource-modify", Burst: 100, Refill: 40}
	serviceModify  = api.Bucket{Name: "service-modify", Burst: 50, Refill: 5}
	definitionMod  = api.Bucket{Name: "task-definition-modify", Burst: 20, Refill: 1}
)

// Service is ECS.
func Service(n Needs) api.Service {
	s := &service{Needs: n, w: n.World}
	op := func(name string, b api.Bucket, do func(*api.Call) (any, error)) api.Operation {
		return api.Operation{Name: name, Bucket: b, Do: do, Resource: s.resource}
	}
	return api.Service{
		Name: "ecs", Target: "AmazonEC2ContainerServiceV20141113",
		Operations: []api.Operation{
			op("ListClusters", clusterRead, s.listClusters),
			op("DescribeClusters", clusterRead, s.describeClusters),
			op("ListServices", serviceRead, s.listServices),
			op("DescribeServices", serviceRead, s.describeServices),
			op("ListTasks", resourceRead, s.listTasks),
			op("DescribeTasks", resourceRead, s.describeTasks),
			op("ListContainerInstances", resourceRead, s.listInstances),
			op("DescribeContainerInstances", resourceRead, s.describeInstances),
			op("DescribeTaskDefinition", definitionRead, s.describeDefinition),
			op("ListTaskDefinitions", definitionRead, s.listDefinitions),
			op("ListTaskDefinitionFamilies", definitionRead, s.listFamilies),
			op("DescribeCapacityProviders", providerRead, s.describeProviders),
			op("ListServiceDeployments", deploymentRead, s.listDeployments),
			op("DescribeServiceDeployments", deploymentRead, s.describeDeployments),
			op("DescribeServiceRevisions", revisionRead, s.describeRevisions),
			op("UpdateService", serviceModify, s.updateService),
			op("StopTask", resourceModify, s.stopTask),
			op("ExecuteCommand", resourceModify, s.execute),
			op("RegisterTaskDefinition", definitionMod, s.register),
		},
	}
}

// resource is the ARN that a denial names: the thing acted on, as far as the
// request says what it is.
func (s *service) resource(c *api.Call) string {
	cluster := lastPart(text(c, "cluster"))
	if cluster == "" {
		cluster = "default"
	}
	arn := func(kind, id string) string {
		if id == "" || strings.HasPrefix(id, "arn:") {
			return id
		}
		return s.w.ARN("ecs", "%s/%s/%s", kind, cluster, id)
	}
	switch c.Operation {
	case "DescribeServices":
		return arn("service", first(c, "services"))
	case "UpdateService":
		return arn("service", text(c, "service"))
	case "DescribeTasks":
		return arn("task", first(c, "tasks"))
	case "StopTask", "ExecuteCommand":
		return arn("task", text(c, "task"))
	case "DescribeClusters":
		return s.w.ARN("ecs", "cluster/%s", lastPart(first(c, "clusters")))
	case "DescribeContainerInstances":
		return arn("container-instance", first(c, "containerInstances"))
	case "ListServiceDeployments":
		return arn("service", text(c, "service"))
	}
	return "*"
}

func text(c *api.Call, name string) string {
	v, _ := c.Input[name].(string)
	return v
}

func first(c *api.Call, name string) string {
	if l, ok := c.Input[name].([]any); ok && len(l) > 0 {
		v, _ := l[0].(string)
		return v
	}
	return ""
}

// here reports whether the call is for the Region where the world is; the others
// are empty.
func (s *service) here(c *api.Call) bool { return c.Region == s.w.Region() }

// cluster finds the cluster that a request means.
func (s *service) cluster(c *api.Call, id string) (*world.Cluster, error) {
	if id == "" {
		id = "default"
	}
	if k := s.w.Cluster(id); k != nil && s.here(c) {
		return k, nil
	}
	return nil, api.Errorf("ClusterNotFoundException", "Cluster not found.")
}

// limit reads maxResults.
func limit(n *int, usual, most int) (int, error) {
	if n == nil {
		return usual, nil
	}
	if *n < 1 || *n > most {
		return 0, api.Errorf("InvalidParameterException", "maxResults must be between 1 and %d.", most)
	}
	return *n, nil
}

func badToken() error { return api.Errorf("InvalidParameterException", "Invalid token.") }

// batch checks the number of ids in a Describe call.
func batch(what string, n, most int) error {
	switch {
	case n == 0:
		return api.Errorf("InvalidParameterException", "%s cannot be empty.", what)
	case n > most:
		return api.Errorf("InvalidParameterException", "%s can have at most %d items.", what, most)
	}
	return nil
}

// failure is one entry of failures[].
type failure struct {
	ARN    string `json:"arn"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// missing says whether an id is in failures[] by a switch, else by its absence.
func (s *service) missing(arn string, absent bool) (failure, bool) {
	if reason, ok := s.Failure(arn); ok {
		return failure{ARN: arn, Reason: reason}, true
	}
	return failure{ARN: arn, Reason: "MISSING"}, absent
}

// includes reports whether a request asks for a part.
func includes(include []string, part string) bool {
	for _, p := range include {
		if p == part {
			return true
		}
	}
	return false
}

func tags(include []string, t []world.Tag) []world.Tag {
	if !includes(include, "TAGS") || t == nil {
		return []world.Tag{}
	}
	return t
}

// lastPart is what follows the last slash of an ARN, or the name itself.
func lastPart(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// strategy is never null on the wire.
func strategy(s []world.StrategyItem) []world.StrategyItem {
	if s == nil {
		return []world.StrategyItem{}
	}
	return s
}

type networkConfiguration struct {
	VPC *world.Network `json:"awsvpcConfiguration"`
}

func network(n *world.Network) *networkConfiguration {
	if n == nil {
		return nil
	}
	return &networkConfiguration{n}
}

func balancers(l []world.LoadBalancer) []world.LoadBalancer {
	if l == nil {
		return []world.LoadBalancer{}
	}
	return l
}
