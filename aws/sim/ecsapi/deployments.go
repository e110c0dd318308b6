package ecsapi

import (
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

type deploymentBrief struct {
	ARN        string    `json:"serviceDeploymentArn"`
	ServiceARN string    `json:"serviceArn"`
	ClusterARN string    `json:"clusterArn"`
	Started    time.Time `json:"startedAt"`
	Created    time.Time `json:"createdAt"`
	Finished   time.Time `json:"finishedAt"`
	Target     string    `json:"targetServiceRevisionArn"`
	Status     string    `json:"status"`
	Reason     string    `json:"statusReason,omitempty"`
}

func (s *service) listDeployments(c *api.Call) (any, error) {
	var in struct {
		Service string   `json:"service"`
		Cluster string   `json:"cluster"`
		Status  []string `json:"status"`
		Created struct {
			Before time.Time `json:"before"`
			After  time.Time `json:"after"`
		} `json:"createdAt"`
		Max   *int   `json:"maxResults"`
		Token string `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 20, 100)
	if err != nil {
		return nil, err
	}
	if parts := strings.Split(in.Service, "/"); in.Cluster == "" && len(parts) == 3 {
		in.Cluster = parts[1] // the ARN says it
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	v := s.w.Service(k.Name, in.Service)
	if v == nil {
		return nil, api.Errorf("ServiceNotFoundException", "Service not found.")
	}
	list := s.w.ServiceDeployments(v.ARN)
	slices.Reverse(list) // newest first
	byARN := map[string]*world.ServiceDeployment{}
	arns := []string{}
	for _, d := range list {
		if len(in.Status) > 0 && !slices.Contains(in.Status, d.Status) ||
			!in.Created.After.IsZero() && d.Created.Before(in.Created.After) || !in.Created.Before.IsZero() && d.Created.After(in.Created.Before) {
			continue
		}
		byARN[d.ARN] = d
		arns = append(arns, d.ARN)
	}
	scope := strings.Join(append([]string{"ListServiceDeployments", v.ARN}, in.Status...), "|")
	page, next, ok := s.Pager.Ordered(scope, in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	out := struct {
		Deployments []deploymentBrief `json:"serviceDeployments"`
		Next        string            `json:"nextToken,omitempty"`
	}{make([]deploymentBrief, len(page)), next}
	for i, a := range page {
		d := byARN[a]
		out.Deployments[i] = deploymentBrief{d.ARN, d.ServiceARN, d.ClusterARN, d.Started, d.Created, d.Finished, d.Target, d.Status, d.Reason}
	}
	return out, nil
}

type serviceDeploymentShape struct {
	ARN           string            `json:"serviceDeploymentArn"`
	ServiceARN    string            `json:"serviceArn"`
	ClusterARN    string            `json:"clusterArn"`
	Created       time.Time         `json:"createdAt"`
	Started       time.Time         `json:"startedAt"`
	Finished      time.Time         `json:"finishedAt"`
	Stopped       time.Time         `json:"stoppedAt"`
	Updated       time.Time         `json:"updatedAt"`
	Sources       []revisionSummary `json:"sourceServiceRevisions"`
	Target        revisionSummary   `json:"targetServiceRevision"`
	Status        string            `json:"status"`
	Reason        string            `json:"statusReason,omitempty"`
	Stage         string            `json:"lifecycleStage,omitempty"`
	Configuration deploymentConfig  `json:"deploymentConfiguration"`
	Rollback      *rollbackShape    `json:"rollback,omitempty"`
	Breaker       breakerShape      `json:"deploymentCircuitBreaker"`
	Alarms        alarmsShape       `json:"alarms"`
}

type rollbackShape struct {
	Reason   string    `json:"reason"`
	Started  time.Time `json:"startedAt"`
	Revision string    `json:"serviceRevisionArn"`
}

type breakerShape struct {
	Status    string `json:"status"`
	Failures  int    `json:"failureCount"`
	Threshold int    `json:"threshold"`
}

type alarmsShape struct {
	Status    string   `json:"status"`
	Names     []string `json:"alarmNames"`
	Triggered []string `json:"triggeredAlarmNames"`
}

func (s *service) describeDeployments(c *api.Call) (any, error) {
	var in struct {
		ARNs []string `json:"serviceDeploymentArns"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := batch("serviceDeploymentArns", len(in.ARNs), 20); err != nil {
		return nil, err
	}
	out := struct {
		Deployments []serviceDeploymentShape `json:"serviceDeployments"`
		Failures    []failure                `json:"failures"`
	}{[]serviceDeploymentShape{}, []failure{}}
	for _, arn := range in.ARNs {
		d := s.w.ServiceDeployment(arn)
		var v *world.Service
		if d != nil {
			v = s.w.Service(lastPart(d.ClusterARN), d.ServiceARN)
		}
		if f, gone := s.missing(arn, v == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		out.Deployments = append(out.Deployments, s.deploymentOf(d, v))
	}
	return out, nil
}

func (s *service) deploymentOf(d *world.ServiceDeployment, v *world.Service) serviceDeploymentShape {
	o := serviceDeploymentShape{
		ARN: d.ARN, ServiceARN: d.ServiceARN, ClusterARN: d.ClusterARN, Created: d.Created, Started: d.Started, Finished: d.Finished, Stopped: d.Stopped,
		Updated: d.Updated, Sources: []revisionSummary{}, Target: revisionSummary{d.Target, d.Desired, d.Running, d.Pending},
		Status: d.Status, Reason: d.Reason, Stage: d.Stage, Configuration: configOf(v),
		Breaker: breakerShape{d.BreakerStatus, d.Failures, d.Threshold}, Alarms: alarmsShape{d.AlarmStatus, d.Alarms, []string{}},
	}
	if o.Alarms.Names == nil {
		o.Alarms.Names = []string{}
	}
	for _, r := range d.Sources {
		sum := revisionSummary{ARN: r}
		for _, dep := range v.Deployments {
			if dep.RevisionARN == r {
				sum.Requested, sum.Running, sum.Pending = dep.Desired, dep.Running, dep.Pending
			}
		}
		o.Sources = append(o.Sources, sum)
	}
	if d.Rollback != "" {
		o.Rollback = &rollbackShape{d.RollbackReason, d.RollbackStarted, d.Rollback}
	}
	return o
}

type revisionShape struct {
	ARN             string                `json:"serviceRevisionArn"`
	ServiceARN      string                `json:"serviceArn"`
	ClusterARN      string                `json:"clusterArn"`
	TaskDefinition  string                `json:"taskDefinition"`
	Strategy        []world.StrategyItem  `json:"capacityProviderStrategy,omitempty"`
	LaunchType      string                `json:"launchType,omitempty"`
	PlatformVersion string                `json:"platformVersion,omitempty"`
	PlatformFamily  string                `json:"platformFamily,omitempty"`
	LoadBalancers   []world.LoadBalancer  `json:"loadBalancers"`
	Network         *networkConfiguration `json:"networkConfiguration,omitempty"`
	Images          []world.RevisionImage `json:"containerImages"`
	GuardDuty       bool                  `json:"guardDutyEnabled"`
	Created         time.Time             `json:"createdAt"`
}

func (s *service) describeRevisions(c *api.Call) (any, error) {
	var in struct {
		ARNs []string `json:"serviceRevisionArns"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := batch("serviceRevisionArns", len(in.ARNs), 20); err != nil {
		return nil, err
	}
	out := struct {
		Revisions []revisionShape `json:"serviceRevisions"`
		Failures  []failure       `json:"failures"`
	}{[]revisionShape{}, []failure{}}
	for _, arn := range in.ARNs {
		r := s.w.Revision(arn)
		if f, gone := s.missing(arn, r == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		o := revisionShape{
			ARN: r.ARN, ServiceARN: r.ServiceARN, ClusterARN: r.ClusterARN, TaskDefinition: r.TaskDefinition, Strategy: r.Strategy, LaunchType: r.LaunchType,
			LoadBalancers: balancers(r.LoadBalancers), Network: network(r.Network), Images: r.Images, GuardDuty: r.GuardDuty, Created: r.Created,
		}
		if r.PlatformVersion != "" {
			o.PlatformVersion, o.PlatformFamily = "1.4.0", "Linux"
		}
		out.Revisions = append(out.Revisions, o)
	}
	return out, nil
}
