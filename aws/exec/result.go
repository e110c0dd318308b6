package exec

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/channel"
	"ecsole/aws/exec/manager"
)

// Result is how a session ended. Text and Err may quote the remote.
type Result struct {
	Text  string // of the remote's closing message, or our own words
	Err   error  // nil for an ordinary end
	Ended time.Time
	// Own says that the user ended it, here or in the shell: it needs no explanation.
	Own bool
}

// ErrTaskStopped is an end with the task.
var ErrTaskStopped = errors.New("the task has stopped")

const (
	// typedLately is how fresh the last input is when a plain end was the user's doing.
	typedLately = 3 * time.Second
	// askWithin is how long the end may wait for what has become of the task.
	askWithin = 3 * time.Second
)

// endedShell is an end that needs no explanation.
const endedShell = "the shell has ended"

// conclude finds the words for an end.
func (x *Session) conclude(r channel.Result) Result {
	now := time.Now()
	out := Result{Text: r.Text, Err: r.Err, Ended: now}
	x.mu.Lock()
	asked := x.asked
	x.mu.Unlock()
	plain := r.Err == nil && r.Text == ""
	switch {
	case asked:
		return Result{Text: "ended here", Ended: now, Own: true}
	case plain && x.in.Load() > 0 && now.Sub(x.LastInput()) < typedLately:
		out.Text, out.Own = endedShell, true
		return out
	}
	if why := x.taskEnd(); why != "" {
		out.Text = fmt.Sprintf("%s: %s", ErrTaskStopped, why)
		out.Err = fmt.Errorf("%w: %s", ErrTaskStopped, why)
		return out
	}
	switch {
	case plain:
		out.Text, out.Own = endedShell, true
	case r.Err == nil:
	case errors.Is(r.Err, channel.ErrOver) && now.Sub(x.LastInput()) > x.owner.config().IdleLimit-time.Minute:
		out.Text = fmt.Sprintf("the service ended the session: no input for %s", now.Sub(x.LastInput()).Round(time.Minute))
	default:
		out.Text = manager.Reason(r.Err)
	}
	return out
}

// taskEnd says how the session's task ended, or "".
func (x *Session) taskEnd() string {
	if x.request.Instance != "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.owner.account.Context()), askWithin)
	defer cancel()
	t, err := x.owner.task(aws.Foreground(ctx), x.request)
	if err != nil || t.LastStatus == "RUNNING" && t.DesiredStatus == "RUNNING" {
		return ""
	}
	return stopText(t, x.request.Container)
}

// stopText says why a task stops and how the container ended.
func stopText(t ecs.Task, container string) string {
	text := ecs.StopSummary(t)
	for _, c := range t.Containers {
		if c.Name != container || c.ExitCode == nil {
			continue
		}
		if exit := fmt.Sprintf("%s exit %d", c.Name, *c.ExitCode); !contains(text, exit) {
			text = joined(text, c.Name+" "+ecs.ExitSummary(c, true))
		}
	}
	if text == "" {
		text = t.LastStatus
	}
	return text
}

// task reads the request's task.
func (s *Sessions) task(ctx context.Context, r Request) (ecs.Task, error) {
	tasks, gaps := aws.Collect(s.ecs.DescribeTasks(ctx, r.Cluster, []string{r.Task}))
	if len(tasks) == 1 {
		return tasks[0], nil
	}
	for _, g := range gaps {
		if g.Err != nil {
			return ecs.Task{}, g.Err
		}
	}
	return ecs.Task{}, &aws.Error{Op: "ecs:DescribeTasks", Class: aws.NotFound, Text: "task " + lastPart(r.Task) + " is not known any more"}
}
