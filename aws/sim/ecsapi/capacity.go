package ecsapi

import (
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

func (s *service) listInstances(c *api.Call) (any, error) {
	var in struct {
		Cluster string `json:"cluster"`
		Max     *int   `json:"maxResults"`
		Token   string `json:"nextToken"`
		Status  string `json:"status"`
		Filter  string `json:"filter"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 100, 100)
	if err != nil {
		return nil, err
	}
	if in.Filter != "" {
		return nil, api.Errorf("InvalidParameterException", "This account has no filter expressions.")
	}
	arns := []string{}
	for _, i := range s.w.Instances(k.Name) {
		if in.Status == "" || i.Status == in.Status {
			arns = append(arns, i.ARN)
		}
	}
	page, next, ok := s.Pager.Page("ListContainerInstances|"+k.Name+"|"+in.Status, in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		ARNs []string `json:"containerInstanceArns"`
		Next string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

type instanceShape struct {
	ARN         string            `json:"containerInstanceArn"`
	EC2         string            `json:"ec2InstanceId"`
	Provider    string            `json:"capacityProviderName,omitempty"`
	Version     int               `json:"version"`
	Versions    versionInfo       `json:"versionInfo"`
	Remaining   []resourceShape   `json:"remainingResources"`
	Registered  []resourceShape   `json:"registeredResources"`
	Status      string            `json:"status"`
	Connected   bool              `json:"agentConnected"`
	Running     int               `json:"runningTasksCount"`
	Pending     int               `json:"pendingTasksCount"`
	Attributes  []world.Attribute `json:"attributes"`
	Since       time.Time         `json:"registeredAt"`
	Attachments []struct{}        `json:"attachments"`
	Tags        []world.Tag       `json:"tags"`
	Health      *healthShape      `json:"healthStatus,omitempty"`
}

type versionInfo struct {
	Agent  string `json:"agentVersion"`
	Hash   string `json:"agentHash"`
	Docker string `json:"dockerVersion"`
}

type resourceShape struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Double  float64  `json:"doubleValue"`
	Long    int64    `json:"longValue"`
	Integer int      `json:"integerValue"`
	Strings []string `json:"stringSetValue,omitempty"`
}

type healthShape struct {
	Overall string        `json:"overallStatus"`
	Details []healthCheck `json:"details"`
}

type healthCheck struct {
	Type    string    `json:"type"`
	Status  string    `json:"status"`
	Reason  string    `json:"statusReason,omitempty"`
	Updated time.Time `json:"lastUpdated"`
	Changed time.Time `json:"lastStatusChange"`
}

func (s *service) describeInstances(c *api.Call) (any, error) {
	var in struct {
		Cluster   string   `json:"cluster"`
		Instances []string `json:"containerInstances"`
		Include   []string `json:"include"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if len(in.Instances) == 0 {
		return nil, api.Errorf("InvalidParameterException", "Container instance cannot be empty.")
	}
	if err := batch("container instances", len(in.Instances), 100); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	byID := map[string]*world.Instance{}
	for _, i := range s.w.Instances(k.Name) {
		byID[i.ID] = i
	}
	out := struct {
		Instances []instanceShape `json:"containerInstances"`
		Failures  []failure       `json:"failures"`
	}{[]instanceShape{}, []failure{}}
	for _, id := range in.Instances {
		if err := sameCluster(id, k.Name); err != nil {
			return nil, err
		}
		i := byID[lastPart(id)]
		arn := s.w.ARN("ecs", "container-instance/%s/%s", k.Name, lastPart(id))
		if f, gone := s.missing(arn, i == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		o := instanceOf(i, in.Include, c.Now)
		o.Attributes = append(o.Attributes, world.Attribute{Name: "ecs.vpc-id", Value: s.w.VPC(k.Name)}, world.Attribute{Name: "ecs.subnet-id", Value: s.w.SubnetOf(k.Name, i.AZ)})
		out.Instances = append(out.Instances, o)
	}
	return out, nil
}

func instanceOf(i *world.Instance, include []string, now time.Time) instanceShape {
	o := instanceShape{
		ARN: i.ARN, EC2: i.EC2ID, Provider: i.Provider, Version: 10 + i.Running, Versions: versionInfo{i.Agent, "bfc6d3f2", i.Docker},
		Registered: resources(i.CPU, i.Memory), Remaining: resources(i.CPULeft, i.MemoryLeft), Status: i.Status, Connected: i.Connected,
		Running: i.Running, Pending: i.Pending, Since: i.Registered, Attachments: []struct{}{}, Tags: tags(include, i.Tags),
		Attributes: []world.Attribute{
			{Name: "ecs.ami-id", Value: i.AMI}, {Name: "ecs.availability-zone", Value: i.AZ}, {Name: "ecs.instance-type", Value: i.Type},
			{Name: "ecs.os-type", Value: "linux"}, {Name: "ecs.os-family", Value: "LINUX"}, {Name: "ecs.cpu-architecture", Value: "x86_64"},
			{Name: "com.amazonaws.ecs.capability.logging-driver.awslogs"}, {Name: "ecs.capability.execute-command"},
		},
	}
	if includes(include, "CONTAINER_INSTANCE_HEALTH") {
		o.Health = &healthShape{i.Health, []healthCheck{{"CONTAINER_RUNTIME", i.Health, i.HealthReason, now.Add(-30 * time.Second), i.Registered}}}
	}
	return o
}

func resources(cpu, memory int) []resourceShape {
	return []resourceShape{
		{Name: "CPU", Type: "INTEGER", Integer: cpu},
		{Name: "MEMORY", Type: "INTEGER", Integer: memory},
		{Name: "PORTS", Type: "STRINGSET", Strings: []string{"22", "2376", "2375", "51678", "51679"}},
		{Name: "PORTS_UDP", Type: "STRINGSET", Strings: []string{}},
	}
}

type providerShape struct {
	ARN     string      `json:"capacityProviderArn"`
	Name    string      `json:"name"`
	Cluster string      `json:"cluster,omitempty"`
	Status  string      `json:"status"`
	ASG     *asgShape   `json:"autoScalingGroupProvider,omitempty"`
	Tags    []world.Tag `json:"tags"`
	Type    string      `json:"type"`
}

type asgShape struct {
	ARN         string         `json:"autoScalingGroupArn"`
	Scaling     managedScaling `json:"managedScaling"`
	Termination string         `json:"managedTerminationProtection"`
	Draining    string         `json:"managedDraining"`
}

type managedScaling struct {
	Status string `json:"status"`
	Target int    `json:"targetCapacity"`
	Min    int    `json:"minimumScalingStepSize"`
	Max    int    `json:"maximumScalingStepSize"`
	Warmup int    `json:"instanceWarmupPeriod"`
}

func (s *service) describeProviders(c *api.Call) (any, error) {
	var in struct {
		Names   []string `json:"capacityProviders"`
		Cluster string   `json:"cluster"`
		Include []string `json:"include"`
		Max     *int     `json:"maxResults"`
		Token   string   `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 10, 10)
	if err != nil {
		return nil, err
	}
	if len(in.Names) > 100 {
		return nil, batch("capacity providers", len(in.Names), 100)
	}
	byName := map[string]*world.CapacityProvider{}
	names := []string{}
	if s.here(c) {
		for _, p := range s.w.CapacityProviders() {
			if in.Cluster == "" || lastPart(p.Cluster) == lastPart(in.Cluster) {
				byName[p.Name] = p
				names = append(names, p.Name)
			}
		}
	}
	out := struct {
		Providers []providerShape `json:"capacityProviders"`
		Failures  []failure       `json:"failures"`
		Next      string          `json:"nextToken,omitempty"`
	}{[]providerShape{}, []failure{}, ""}
	if len(in.Names) > 0 {
		asked := names[:0:0]
		for _, id := range in.Names {
			arn := s.w.ARN("ecs", "capacity-provider/%s", lastPart(id))
			if f, gone := s.missing(arn, byName[lastPart(id)] == nil); gone {
				out.Failures = append(out.Failures, f)
				continue
			}
			asked = append(asked, lastPart(id))
		}
		names = asked
	}
	slices.Sort(names)
	page, next, ok := s.Pager.Page("DescribeCapacityProviders|"+in.Cluster+"|"+strings.Join(in.Names, ","), in.Token, names, n)
	if !ok {
		return nil, badToken()
	}
	out.Next = next
	for _, name := range page {
		out.Providers = append(out.Providers, providerOf(byName[name]))
	}
	return out, nil
}

func providerOf(p *world.CapacityProvider) providerShape {
	o := providerShape{ARN: p.ARN, Name: p.Name, Cluster: p.Cluster, Status: "ACTIVE", Tags: []world.Tag{}, Type: p.Kind}
	if p.ASG != "" {
		o.ASG = &asgShape{
			ARN: p.ASG, Scaling: managedScaling{p.ManagedScaling, p.Target, 1, 10, 300}, Termination: p.TerminationProtection, Draining: p.Draining,
		}
	}
	return o
}
