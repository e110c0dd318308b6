package views

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/findings"
)

// describeTask sums a task up: what became of it and why, its containers with
// image and digest, network, volumes, roles.
func describeTask(ctx context.Context, c Clients, _ Scope, v ecs.Task) (Document, error) {
	fresh, gaps := aws.Collect(c.ECS.DescribeTasks(ctx, v.ClusterARN, []string{v.ARN}))
	if len(fresh) == 1 {
		v = fresh[0]
	}
	td, unread := c.ECS.TaskDefinition(ctx, v.TaskDefinition)
	var d Document
	d.Add(unrefreshed(len(fresh), gaps))
	var s Section
	s.fact("Task", v.ID)
	s.fact("Cluster", lastPart(v.ClusterARN))
	s.fact("Group", v.Group)
	s.fact("Started by", v.StartedBy)
	s.factf("Status", "%s, desired %s", v.LastStatus, v.DesiredStatus)
	s.fact("Health", v.Health)
	s.fact("Stopped because", ecs.StopSummary(v))
	s.fact("Stop code", v.StopCode)
	s.fact("Stop reason", v.StoppedReason)
	s.fact("Launch", strings.Trim(v.LaunchType+" "+v.CapacityProvider, " "))
	s.fact("Platform", strings.Trim(v.PlatformFamily+" "+v.PlatformVersion, " "))
	s.factf("Size", "%s CPU units, %s MiB", orDefault(v.CPU, "–"), orDefault(v.Memory, "–"))
	s.fact("Zone", v.AZ)
	s.fact("Instance", lastPart(v.InstanceARN))
	s.fact("Task definition", lastPart(v.TaskDefinition))
	s.moment("Created", v.Created)
	s.moment("Started", v.Started)
	s.moment("Stopping", v.Stopping)
	s.moment("Stopped", v.Stopped)
	s.fact("ARN", v.ARN)
	d.Add(s)
	d.Add(alertSection(c, func(f findingsIndex) []string { return findingLines(f.Of(v.ARN, "")) }))
	d.Add(containerSection(v))
	d.Add(execSection(v, td, unread))
	d.Add(attachmentSection(v))
	if unread != nil {
		d.Add(Section{Title: "Task definition", Unknown: unread})
	} else {
		d.Sections = append(d.Sections, describeDefinition(td).Sections...)
	}
	d.Add(tagSection(v.Tags))
	return d, nil
}

func containerSection(v ecs.Task) Section {
	s := Section{Title: "Containers", Grid: [][]string{{"NAME", "STATUS", "HEALTH", "EXIT", "IMAGE", "DIGEST"}}}
	for _, c := range v.Containers {
		s.Grid = append(s.Grid, []string{c.Name, c.LastStatus, c.Health, exit(c), lastPart(c.Image), shortDigest(c.ImageDigest)})
		if c.Reason != "" {
			s.factf(c.Name, "%s", c.Reason)
		}
	}
	return s
}

func exit(c ecs.Container) string {
	if c.ExitCode == nil {
		return "–"
	}
	return fmt.Sprintf("%d %s", *c.ExitCode, ecs.ExitWords(*c.ExitCode))
}

func shortDigest(d string) string {
	if hex, ok := strings.CutPrefix(d, "sha256:"); ok && len(hex) > 12 {
		return "sha256:" + hex[:12] // what Docker shows of it
	}
	return d
}

func execSection(v ecs.Task, td ecs.TaskDefinition, unread error) Section {
	s := Section{Title: "ECS Exec", Unknown: unread}
	definition := &td
	if unread != nil {
		definition = nil
	}
	for _, c := range v.Containers {
		r := ecs.ExecReadiness(v, c, definition)
		line := r.State.String()
		if why := r.Why(); why != "" {
			line += ": " + why
		}
		s.fact(c.Name, line)
	}
	return s
}

func attachmentSection(v ecs.Task) Section {
	s := Section{Title: "Attachments"}
	for _, a := range v.Attachments {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(a.Details)) {
			parts = append(parts, k+" "+a.Details[k])
		}
		s.factf(a.Type, "%s\n%s", a.Status, strings.Join(parts, "\n"))
	}
	return s
}

func describeContainer(_ context.Context, _ Clients, _ Scope, v container) (Document, error) {
	var d Document
	var s Section
	s.fact("Container", v.Name)
	s.factf("Task", "%s (%s)", v.task.ID, v.task.Group)
	s.fact("Status", v.LastStatus)
	s.fact("Health", v.Health)
	s.fact("Exit", exit(v.Container))
	s.fact("Reason", v.Reason)
	s.fact("Image", v.Image)
	s.fact("Digest", v.ImageDigest)
	s.fact("Addresses", strings.Join(v.IPs, ", "))
	s.fact("Ports", ports(v.Container, v))
	s.fact("Runtime id", v.RuntimeID)
	s.fact("ARN", v.ARN)
	d.Add(s)
	d.Add(readinessSection(ecs.ExecReadiness(v.task, v.Container, v.definition)))
	if v.why != nil {
		d.Add(Section{Title: "Definition", Unknown: v.why})
	}
	if declared, ok := v.declared(); ok {
		d.Add(definitionOf(declared))
	}
	return d, nil
}

func readinessSection(r ecs.Readiness) Section {
	s := Section{Title: "ECS Exec: " + r.State.String(), Grid: [][]string{{"", "POINT", "FOUND", "FIX"}}}
	for _, p := range r.Points {
		s.Grid = append(s.Grid, []string{pointGlyph(p.State), p.Name, p.Evidence, p.Fix})
	}
	return s
}

func pointGlyph(p ecs.PointState) string {
	return map[ecs.PointState]string{ecs.PointPassed: "✓", ecs.PointWarned: "!", ecs.PointUnknown: "?", ecs.PointFailed: "✗"}[p]
}

// alertSection lists findings from the account's watcher, and says how far they can
// be believed: no line is no finding only where the region is watched.
func alertSection(c Clients, find func(findingsIndex) []string) Section {
	s := Section{Title: "GuardDuty"}
	index, old, err := c.Findings.Snapshot()
	if index == nil {
		if s.Unknown = err; err == nil {
			s.Lines = []string{"not read yet"}
		}
		return s
	}
	s.Lines = find(findingsIndex{index})
	if len(s.Lines) == 0 {
		s.Lines = []string{"no findings"}
	}
	switch {
	case index.State.Unknown:
		s.Lines = append(s.Lines, "whether GuardDuty watches this region is not known")
	case !index.State.Enabled:
		s.Lines = append(s.Lines, "GuardDuty does not watch this region")
	}
	if index.Gaps {
		s.Lines = append(s.Lines, "not all findings could be read")
	}
	if err != nil {
		s.Lines = append(s.Lines, "read "+short(old)+" ago; since then: "+problem(err))
	}
	return s
}

func findingLines(all []findings.Finding) []string {
	var lines []string
	for _, f := range all {
		lines = append(lines, fmt.Sprintf("⚑ %s %s · %s · %s ago", f.Label, f.Type, f.Title, age(f.Updated)))
	}
	return lines
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
