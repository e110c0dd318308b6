package ecsapi

import (
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

func (s *service) listServices(c *api.Call) (any, error) {
	var in struct {
		Cluster    string `json:"cluster"`
		Max        *int   `json:"maxResults"`
		Token      string `json:"nextToken"`
		LaunchType string `json:"launchType"`
		Scheduling string `json:"schedulingStrategy"`
		Managed    string `json:"resourceManagementType"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 10, 100)
	if err != nil {
		return nil, err
	}
	arns := []string{}
	for _, v := range s.w.Services(k.Name) {
		if v.Status == "INACTIVE" || in.LaunchType != "" && v.LaunchType != in.LaunchType ||
			in.Scheduling != "" && v.Scheduling != in.Scheduling || in.Managed == "ECS" {
			continue
		}
		arns = append(arns, v.ARN)
	}
	scope := strings.Join([]string{"ListServices", k.Name, in.LaunchType, in.Scheduling, in.Managed}, "|")
	page, next, ok := s.Pager.Page(scope, in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		ARNs []string `json:"serviceArns"`
		Next string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

type serviceShape struct {
	ARN             string                `json:"serviceArn"`
	Name            string                `json:"serviceName"`
	ClusterARN      string                `json:"clusterArn"`
	LoadBalancers   []world.LoadBalancer  `json:"loadBalancers"`
	Registries      []struct{}            `json:"serviceRegistries"`
	Status          string                `json:"status"`
	Desired         int                   `json:"desiredCount"`
	Running         int                   `json:"runningCount"`
	Pending         int                   `json:"pendingCount"`
	LaunchType      string                `json:"launchType,omitempty"`
	Strategy        []world.StrategyItem  `json:"capacityProviderStrategy,omitempty"`
	PlatformVersion string                `json:"platformVersion,omitempty"`
	PlatformFamily  string                `json:"platformFamily,omitempty"`
	TaskDefinition  string                `json:"taskDefinition"`
	Configuration   deploymentConfig      `json:"deploymentConfiguration"`
	Deployments     []deploymentShape     `json:"deployments"`
	Role            string                `json:"roleArn"`
	Events          []eventShape          `json:"events"`
	Created         time.Time             `json:"createdAt"`
	Current         string                `json:"currentServiceDeployment,omitempty"`
	Revisions       []revisionSummary     `json:"currentServiceRevisions"`
	Constraints     []struct{}            `json:"placementConstraints"`
	Placement       []placementStrategy   `json:"placementStrategy"`
	Network         *networkConfiguration `json:"networkConfiguration,omitempty"`
	Grace           *int                  `json:"healthCheckGracePeriodSeconds,omitempty"`
	Scheduling      string                `json:"schedulingStrategy"`
	Controller      controller            `json:"deploymentController"`
	Tags            []world.Tag           `json:"tags,omitempty"`
	CreatedBy       string                `json:"createdBy"`
	ManagedTags     bool                  `json:"enableECSManagedTags"`
	Propagate       string                `json:"propagateTags"`
	Exec            bool                  `json:"enableExecuteCommand"`
	Rebalancing     string                `json:"availabilityZoneRebalancing,omitempty"`
}

type controller struct {
	Type string `json:"type"`
}

type placementStrategy struct {
	Type  string `json:"type"`
	Field string `json:"field"`
}

type deploymentConfig struct {
	Breaker    breaker     `json:"deploymentCircuitBreaker"`
	MaxPercent int         `json:"maximumPercent"`
	MinHealthy int         `json:"minimumHealthyPercent"`
	Alarms     *alarmsConf `json:"alarms,omitempty"`
	Strategy   string      `json:"strategy"`
	Bake       int         `json:"bakeTimeInMinutes"`
}

type breaker struct {
	Enable   bool `json:"enable"`
	Rollback bool `json:"rollback"`
}

type alarmsConf struct {
	Names    []string `json:"alarmNames"`
	Rollback bool     `json:"rollback"`
	Enable   bool     `json:"enable"`
}

type deploymentShape struct {
	ID              string                `json:"id"`
	Status          string                `json:"status"`
	TaskDefinition  string                `json:"taskDefinition"`
	Desired         int                   `json:"desiredCount"`
	Pending         int                   `json:"pendingCount"`
	Running         int                   `json:"runningCount"`
	Failed          int                   `json:"failedTasks"`
	Created         time.Time             `json:"createdAt"`
	Updated         time.Time             `json:"updatedAt"`
	Strategy        []world.StrategyItem  `json:"capacityProviderStrategy,omitempty"`
	LaunchType      string                `json:"launchType,omitempty"`
	PlatformVersion string                `json:"platformVersion,omitempty"`
	PlatformFamily  string                `json:"platformFamily,omitempty"`
	Network         *networkConfiguration `json:"networkConfiguration,omitempty"`
	Rollout         string                `json:"rolloutState,omitempty"`
	RolloutReason   string                `json:"rolloutStateReason,omitempty"`
}

type eventShape struct {
	ID      string    `json:"id"`
	Created time.Time `json:"createdAt"`
	Message string    `json:"message"`
}

type revisionSummary struct {
	ARN       string `json:"arn"`
	Requested int    `json:"requestedTaskCount"`
	Running   int    `json:"runningTaskCount"`
	Pending   int    `json:"pendingTaskCount"`
}

func (s *service) describeServices(c *api.Call) (any, error) {
	var in struct {
		Cluster  string   `json:"cluster"`
		Services []string `json:"services"`
		Include  []string `json:"include"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if len(in.Services) == 0 {
		return nil, api.Errorf("InvalidParameterException", "Services cannot be empty.")
	}
	if err := batch("service names", len(in.Services), 10); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := struct {
		Services []serviceShape `json:"services"`
		Failures []failure      `json:"failures"`
	}{[]serviceShape{}, []failure{}}
	for _, id := range in.Services {
		if err := sameCluster(id, k.Name); err != nil {
			return nil, err
		}
		v := s.w.Service(k.Name, id)
		arn := s.w.ARN("ecs", "service/%s/%s", k.Name, lastPart(id))
		if f, gone := s.missing(arn, v == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		out.Services = append(out.Services, serviceOf(v, in.Include))
	}
	return out, nil
}

// sameCluster refuses a new-style ARN (…:service/CLUSTER/NAME) of another cluster.
func sameCluster(id, cluster string) error {
	if !strings.HasPrefix(id, "arn:") {
		return nil
	}
	parts := strings.Split(id, "/")
	if len(parts) == 3 && parts[1] != cluster {
		return api.Errorf("InvalidParameterException", "Invalid identifier: Identifier is for cluster %s. Your cluster is %s", parts[1], cluster)
	}
	return nil
}

func serviceOf(v *world.Service, include []string) serviceShape {
	o := serviceShape{
		ARN: v.ARN, Name: v.Name, ClusterARN: v.ClusterARN, LoadBalancers: balancers(v.LoadBalancers), Registries: []struct{}{},
		Status: v.Status, Desired: v.Desired, Running: v.Running, Pending: v.Pending, LaunchType: v.LaunchType, Strategy: v.Strategy,
		PlatformVersion: v.PlatformVersion, TaskDefinition: v.TaskDefinition, Configuration: configOf(v), Role: v.RoleARN,
		Deployments: make([]deploymentShape, len(v.Deployments)), Events: make([]eventShape, 0, len(v.Events)), Created: v.Created, Current: v.Current,
		Revisions: []revisionSummary{}, Constraints: []struct{}{}, Placement: []placementStrategy{}, Network: network(v.Network),
		Scheduling: v.Scheduling, Controller: controller{"ECS"}, CreatedBy: v.CreatedBy, ManagedTags: true, Propagate: "SERVICE", Exec: v.Exec, Rebalancing: v.AZRebalancing,
	}
	if v.PlatformVersion != "" {
		o.PlatformFamily = "Linux"
	} else if v.Scheduling != "DAEMON" {
		o.Placement = []placementStrategy{{"spread", "attribute:ecs.availability-zone"}, {"spread", "instanceId"}}
	}
	if len(v.LoadBalancers) > 0 {
		o.Grace = &v.GraceSeconds
	}
	if includes(include, "TAGS") {
		o.Tags = v.Tags
	}
	for i, d := range v.Deployments {
		o.Deployments[i] = deploymentShape{
			ID: d.ID, Status: d.Status, TaskDefinition: d.TaskDefinition, Desired: d.Desired, Pending: d.Pending, Running: d.Running, Failed: d.Failed,
			Created: d.Created, Updated: d.Updated, Strategy: v.Strategy, LaunchType: v.LaunchType, Network: network(v.Network), Rollout: d.Rollout, RolloutReason: d.RolloutReason,
		}
		if v.PlatformVersion != "" {
			o.Deployments[i].PlatformVersion, o.Deployments[i].PlatformFamily = "1.4.0", "Linux"
		}
		if d.RevisionARN != "" {
			o.Revisions = append(o.Revisions, revisionSummary{d.RevisionARN, d.Desired, d.Running, d.Pending})
		}
	}
	for i := len(v.Events) - 1; i >= 0; i-- {
		e := v.Events[i]
		o.Events = append(o.Events, eventShape{e.ID, e.Time, e.Message})
	}
	return o
}

func configOf(v *world.Service) deploymentConfig {
	o := deploymentConfig{
		Breaker: breaker{v.Breaker, v.Rollback}, MaxPercent: v.MaxPercent, MinHealthy: v.MinHealthy, Strategy: "ROLLING",
	}
	if len(v.Alarms) > 0 {
		o.Alarms = &alarmsConf{v.Alarms, true, true}
	}
	return o
}
