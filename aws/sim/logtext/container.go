package logtext

import (
	"strings"
	"time"

	"ecsole/aws/sim/world"
)

// Of makes the stream of one container of a task, with the mean rate in lines per
// second. It is complete as far as the task's snapshot knows: a later snapshot of
// the same task may know of its end.
func Of(t *world.Task, c *world.ContainerDefinition, name string, rate, late float64) *Stream {
	s := Stream{
		Name: name, Seed: mix(t.Seed, hash(c.Name)), Rate: rate, Late: late,
		Service: t.ServiceName, Container: c.Name, TaskID: t.ID, Facts: t.Facts,
		Program: ProgramOf(t.App, t.ServiceName, c.Name, c.Image),
		Start:   began(t), Stopping: t.Stopping, End: ended(t),
	}
	if t.Facts.Container == c.Name {
		// What the world calls the application's own container is the application.
		s.Program = ProgramOf(t.App, t.ServiceName, "app", c.Image)
	}
	if s.Service == "" {
		s.Service = strings.TrimPrefix(t.Group, "family:")
	}
	s.Host = "ip-10-0-0-1"
	if t.ENI != nil && t.ENI.DNS != "" {
		s.Host, _, _ = strings.Cut(t.ENI.DNS, ".")
	}
	if c.Log != nil {
		_, byDate := c.Log.Options["awslogs-datetime-format"]
		_, byPattern := c.Log.Options["awslogs-multiline-pattern"]
		s.Joined = byDate || byPattern
	}
	if !s.own() {
		s.Rate /= 6 // a sidecar has less to say
	}
	// What users write comes into the log as they wrote it.
	for _, part := range []string{"notification", "comment", "review", "chat"} {
		s.Hostile = s.Hostile || s.own() && strings.Contains(s.Service, part)
	}
	return Make(s)
}

// began is when the task's containers started; zero: not yet.
func began(t *world.Task) time.Time {
	switch {
	case !t.Started.IsZero():
		return t.Started
	case t.Facts.Crash != nil && !t.PullStopped.IsZero():
		return t.PullStopped // it died before the task counted as running
	}
	return time.Time{}
}

// ended is when they ended; zero: they run.
func ended(t *world.Task) time.Time {
	var end time.Time
	for _, at := range []time.Time{t.ExecStopped, t.Stopped} {
		if !at.IsZero() && (end.IsZero() || at.Before(end)) {
			end = at
		}
	}
	if c := t.Facts.Crash; c != nil && (end.IsZero() || c.At.Before(end)) {
		end = c.At
	}
	if l := t.Facts.Leak; l != nil && !end.IsZero() && l.Full.Before(end) {
		end = l.Full // the kernel was quicker
	}
	return end
}
