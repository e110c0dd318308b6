package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// describeService sums a service up: how it fares, its deployments, its events,
// what its tasks are made of. A part that cannot be read says so in its place.
func describeService(ctx context.Context, c Clients, _ Scope, v ecs.Service) (Document, error) {
	fresh, gaps := aws.Collect(c.ECS.DescribeServices(ctx, v.ClusterARN, []string{v.ARN}))
	if len(fresh) == 1 {
		v = fresh[0]
	}
	var d Document
	d.Add(unrefreshed(len(fresh), gaps))
	var s Section
	verdict := ecs.ServiceHealth(v)
	s.fact("Service", v.Name)
	s.fact("Cluster", lastPart(v.ClusterARN))
	s.fact("Status", strings.TrimSuffix(v.Status+" · "+verdict.Reason, " · "))
	s.factf("Tasks", "%d running of %d desired, %d pending", v.Running, v.Desired, v.Pending)
	s.fact("Launch", launch(v))
	s.fact("Platform", v.PlatformVersion)
	s.fact("Scheduling", v.Scheduling)
	s.fact("Task definition", lastPart(v.TaskDefinition))
	s.fact("ECS Exec", map[bool]string{true: "enabled", false: "disabled"}[v.ExecEnabled])
	s.fact("AZ rebalancing", v.AZRebalancing)
	s.moment("Created", v.Created)
	s.fact("Created by", lastPart(v.CreatedBy))
	s.fact("ARN", v.ARN)
	d.Add(s)
	d.Add(alertSection(c, func(f findingsIndex) []string { return findingLines(f.Of(v.ClusterARN, v.Name)) }))
	d.Add(deploymentsSection(v))
	d.Add(rolloutSection(ctx, c, v))
	d.Add(eventSection(v.Events))
	d.Add(networkSection(v))
	if td, err := c.ECS.TaskDefinition(ctx, v.TaskDefinition); err != nil {
		d.Add(Section{Title: "Task definition", Unknown: err})
	} else {
		d.Sections = append(d.Sections, describeDefinition(td).Sections...)
	}
	d.Add(tagSection(v.Tags))
	return d, nil
}

func deploymentsSection(v ecs.Service) Section {
	s := Section{Title: "Deployments", Grid: [][]string{{"STATUS", "ROLLOUT", "TASK DEF", "RUN/DES", "PENDING", "FAILED", "AGE", "REASON"}}}
	for _, d := range v.Deployments {
		s.Grid = append(s.Grid, []string{
			d.Status, d.RolloutState, lastPart(d.TaskDefinition), fmt.Sprintf("%d/%d", d.Running, d.Desired),
			fmt.Sprint(d.Pending), fmt.Sprint(d.Failed), age(d.Created), d.RolloutReason,
		})
	}
	s.factf("Controller", "%s %s", orDefault(v.DeploymentController, "ECS"), orDefault(v.DeployStrategy, "ROLLING"))
	if v.MaxPercent > 0 { // other controllers do not tell
		s.factf("Healthy", "minimum %d %%, maximum %d %%", v.MinHealthyPercent, v.MaxPercent)
	}
	s.fact("Circuit breaker", breaker(v))
	s.fact("Alarms", strings.Join(v.DeploymentAlarms, ", "))
	return s
}

func breaker(v ecs.Service) string {
	switch {
	case v.CircuitBreaker && v.CircuitRollback:
		return "on, rolls back"
	case v.CircuitBreaker:
		return "on, does not roll back"
	}
	return "off"
}

// rolloutSection reads the service deployments of the last days, which say why one
// failed and which revision it came from.
func rolloutSection(ctx context.Context, c Clients, v ecs.Service) Section {
	s := Section{Title: "Rollouts"}
	items, gaps := aws.Collect(c.ECS.ServiceDeployments(ctx, v.ARN))
	for _, g := range gaps {
		s.Unknown = g.Err
	}
	if len(items) == 0 {
		return s
	}
	slices.SortFunc(items, func(a, b ecs.ServiceDeployment) int { return b.Created.Compare(a.Created) })
	s.Grid = [][]string{{"STATUS", "STAGE", "AGE", "BREAKER", "REASON"}}
	shown := items[:min(len(items), rolloutsShown)]
	if more := len(items) - len(shown); more > 0 {
		s.Lines = append(s.Lines, fmt.Sprintf("… and %d older", more))
	}
	for _, r := range shown {
		failures := r.BreakerStatus
		if r.BreakerThreshold > 0 {
			failures = fmt.Sprintf("%s %d/%d", r.BreakerStatus, r.BreakerFailures, r.BreakerThreshold)
		}
		s.Grid = append(s.Grid, []string{r.Status, r.Stage, age(r.Created), failures, orDefault(r.RollbackReason, r.StatusReason)})
	}
	return s
}

// How much of what may be long a description shows.
const (
	eventsShown   = 20
	rolloutsShown = 8
)

func eventSection(events []ecs.Event) Section {
	s := Section{Title: "Events"}
	shown := events[:min(len(events), eventsShown)]
	for _, e := range shown {
		if s.Grid == nil {
			s.Grid = append(s.Grid, []string{"AGE", "MESSAGE"})
		}
		s.Grid = append(s.Grid, []string{age(e.Time), e.Message})
	}
	if more := len(events) - len(shown); more > 0 {
		s.Lines = append(s.Lines, fmt.Sprintf("… and %d older; the raw answer has them all, and AWS keeps the last 100", more))
	}
	return s
}

// unrefreshed says that a description is made of what the list had: the item could
// not be read afresh, or is gone.
func unrefreshed(found int, gaps []aws.Gap) Section {
	s := Section{Title: "As the list had it"}
	switch {
	case found > 0:
		return Section{}
	case len(gaps) > 0:
		s.Unknown = gaps[0].Err
	default:
		s.Lines = []string{"ECS does not know it any more"}
	}
	return s
}

func networkSection(v ecs.Service) Section {
	s := Section{Title: "Network"}
	s.fact("Subnets", strings.Join(v.Network.Subnets, ", "))
	s.fact("Security groups", strings.Join(v.Network.SecurityGroups, ", "))
	s.fact("Public address", v.Network.PublicIP)
	for _, lb := range v.LoadBalancers {
		s.factf("Target group", "%s → %s:%d", orDefault(lastTwo(lb.TargetGroupARN), lb.Name), lb.Container, lb.Port)
	}
	return s
}

// lastTwo is the name of a target group: targetgroup/NAME/ID without the first word.
func lastTwo(arn string) string {
	parts := strings.Split(arn, "/")
	if len(parts) < 3 {
		return arn
	}
	return parts[len(parts)-2]
}

func tagSection(tags []ecs.Tag) Section {
	s := Section{Title: "Tags"}
	for _, t := range tags {
		s.fact(t.Key, t.Value)
	}
	return s
}
