package views

import (
	"context"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/metrics"
	"ecsole/tui/logview"
)

// happenedTo reads what happened to a service: its deployments, the ends of its
// tasks, its alarms. For anything else nothing is known.
func happenedTo(on Clients, t logTarget) func(context.Context, time.Time) ([]logview.Tick, error) {
	name, arn := "", ""
	switch {
	case t.service != nil:
		name, arn = t.service.Name, t.service.ARN
	case len(t.tasks) > 0 && t.tasks[0].Service() != "":
		name = t.tasks[0].Service()
		arn = ecs.ServiceARN(t.cluster, name)
	default:
		return nil
	}
	return func(ctx context.Context, since time.Time) ([]logview.Tick, error) {
		var out []logview.Tick
		var failed error
		add := func(at time.Time, kind byte, text string) {
			if !at.IsZero() && !at.Before(since) {
				out = append(out, logview.Tick{Time: at, Kind: kind, Text: text})
			}
		}
		deployments(ctx, on, arn, since, &failed, func(d ecs.ServiceDeployment) {
			id := shortID(lastPart(d.ARN))
			add(d.Started, 'd', "deployment "+id+" started")
			if d.RollbackReason != "" {
				add(d.RollbackStarted, 'd', "deployment "+id+" is rolled back: "+d.RollbackReason)
			}
			add(d.Finished, 'd', "deployment "+id+" ended: "+orDefault(d.StatusReason, d.Status))
		})
		for p := range on.ECS.Tasks(ctx, ecs.TaskQuery{Cluster: t.cluster, Service: name, Stopped: true}) {
			note(p.Gaps, &failed)
			for _, v := range p.Items {
				add(v.Stopped, 's', "task "+shortID(v.ID)+" stopped: "+ecs.StopSummary(v))
			}
		}
		for p := range on.Metrics.Alarms(ctx) {
			note(p.Gaps, &failed)
			for _, v := range p.Items {
				if v.Service() == name && v.Cluster() == lastPart(t.cluster) {
					add(v.Since, 'a', alarmTick(v))
				}
			}
		}
		return out, failed
	}
}

// deployments hands over those of a service since a time; the list begins with the
// newest, so that it need not be read to its end.
func deployments(ctx context.Context, on Clients, arn string, since time.Time, failed *error, take func(ecs.ServiceDeployment)) {
	for p := range on.ECS.ServiceDeployments(ctx, arn) {
		note(p.Gaps, failed)
		old := 0
		for _, d := range p.Items {
			if end := d.Finished; !end.IsZero() && end.Before(since) {
				old++
				continue
			}
			take(d)
		}
		if old > 0 && old == len(p.Items) {
			return
		}
	}
}

// note keeps the first reason why something is missing.
func note(gaps []aws.Gap, failed *error) {
	for _, g := range gaps {
		if *failed == nil {
			*failed = aws.AsError(g.Err)
		}
	}
}

func alarmTick(v metrics.Alarm) string {
	switch v.State {
	case "ALARM":
		return "alarm " + v.Name + " went off: " + v.Reason
	case "OK":
		return "alarm " + v.Name + " is over"
	}
	return "alarm " + v.Name + " has too little data"
}
