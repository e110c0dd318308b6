package views

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ecsole/aws/audit"
	"ecsole/aws/ecs"
)

func askRedeploy(_ Scope, services []ecs.Service) Question {
	q := Question{Title: "Force a new deployment?", OK: "Deploy"}
	if len(services) > 1 {
		q.Title = fmt.Sprintf("Force a new deployment of %d services?", len(services))
	}
	for _, v := range services {
		if deploying(v) {
			q.Lines = append(q.Lines, v.Name+" is being deployed: that deployment is replaced.")
		}
	}
	return q
}

func deploying(v ecs.Service) bool {
	for _, d := range v.Deployments {
		if d.RolloutState == "IN_PROGRESS" {
			return true
		}
	}
	return false
}

func runRedeploy(ctx context.Context, c Clients, _ Scope, v ecs.Service, _ map[string]string) (string, error) {
	ctx = audit.WithAct(ctx, audit.Act{
		Action: "service.redeploy", Target: v.ARN, Before: lastPart(v.TaskDefinition), After: lastPart(v.TaskDefinition) + ", new deployment",
	})
	return "deployment of " + v.Name + " started", c.ECS.ForceDeploy(ctx, v.ClusterARN, v.Name)
}

func askScale(_ Scope, services []ecs.Service) Question {
	v := services[0]
	return Question{
		Title:  "Scale " + v.Name + "?",
		Lines:  []string{fmt.Sprintf("Now %d desired, %d running. An auto scaling policy may set it back.", v.Desired, v.Running)},
		Fields: []Field{{Name: "desired", Label: "Desired count", Value: strconv.Itoa(v.Desired), Number: true}},
		OK:     "Scale",
	}
}

func runScale(ctx context.Context, c Clients, _ Scope, v ecs.Service, answers map[string]string) (string, error) {
	n, err := strconv.Atoi(strings.TrimSpace(answers["desired"]))
	if err != nil || n < 0 {
		return "", fmt.Errorf("%q is not a number of tasks", answers["desired"])
	}
	ctx = audit.WithAct(ctx, audit.Act{
		Action: "service.scale", Target: v.ARN, Before: fmt.Sprintf("desired %d", v.Desired), After: fmt.Sprintf("desired %d", n),
	})
	return fmt.Sprintf("%s is asked for %d tasks", v.Name, n), c.ECS.SetDesired(ctx, v.ClusterARN, v.Name, n)
}

func runStop(ctx context.Context, c Clients, _ Scope, v ecs.Task, answers map[string]string) (string, error) {
	ctx = audit.WithAct(ctx, audit.Act{
		Action: "task.stop", Target: v.ARN, Before: v.LastStatus, After: "STOPPED", Reason: answers["reason"],
	})
	return "task " + shortID(v.ID) + " is stopping", c.ECS.StopTask(ctx, v.ClusterARN, v.ARN, answers["reason"])
}
