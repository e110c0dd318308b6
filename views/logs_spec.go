package views

import (
	"context"
	"errors"
	"fmt"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/logs"
)

// LogRequest is what `logs TARGET` is asked for.
type LogRequest struct {
	Target, Cluster, Container string
	// Previous asks for the tasks that stopped last in place of those that run.
	Previous bool
}

// LogSpec is what `logs TARGET` reads.
type LogSpec struct {
	logs.Spec
	// Head is said before the lines: why the tasks ended whose lines these are.
	Head []string
	// Unread is why some of it may be missing.
	Unread error
}

// FindLogs works out what `logs TARGET` reads.
func FindLogs(ctx context.Context, c Clients, r LogRequest) (LogSpec, error) {
	t, err := ecs.Resolve(ctx, c.ECS, r.Target, r.Cluster)
	if err != nil {
		return LogSpec{}, err
	}
	want := logTarget{cluster: t.ClusterARN, container: orDefault(r.Container, t.Container)}
	switch {
	case t.Task != nil:
		want.definition, want.tasks, want.name = t.Task.TaskDefinition, []ecs.Task{*t.Task}, shortID(t.Task.ID)
	case t.Service != nil:
		want.definition, want.service, want.name = t.Service.TaskDefinition, t.Service, t.Service.Name
	default:
		return LogSpec{}, fmt.Errorf("%s is neither a service nor a task", r.Target)
	}
	var s sourced
	if r.Previous {
		s, err = previousSources(ctx, c, want)
	} else {
		s, err = sourcesOf(aws.Foreground(ctx), c, want)
	}
	if errors.Is(err, errNoLogs) && want.container != "" {
		return LogSpec{}, fmt.Errorf("%s has no container %q", r.Target, want.container)
	}
	if err != nil {
		return LogSpec{}, err
	}
	out := LogSpec{Spec: logs.Spec{Sources: s.sources, Scope: s.target.scope(), Tasks: tasksOf(c, s.target)}, Head: s.target.head, Unread: s.unread}
	if r.Previous {
		out.Range.To = s.target.until
		for _, v := range s.target.tasks {
			if out.Range.From.IsZero() || v.Created.Before(out.Range.From) {
				out.Range.From = v.Created
			}
		}
	}
	return out, nil
}

// RecordUnmask journals that secrets in log lines are about to be shown.
func RecordUnmask(c Clients, target string) error { return unmasked(c, target, "log lines of "+target) }
