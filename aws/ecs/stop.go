package ecs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Culprits are the containers to blame for a task's end, the likeliest first: those
// out of memory, those that could not start, those that failed by themselves. When
// one essential container ends, ECS stops the others; what these exit with (143, or
// 137 after the stop timeout) says nothing, and they are left out.
func Culprits(t Task) []Container {
	var out []Container
	for _, c := range t.Containers {
		if blame(c) < harmless {
			out = append(out, c)
		}
	}
	if len(out) == 0 { // 143 and 137 count when nobody else failed
		for _, c := range t.Containers {
			if c.ExitCode != nil && *c.ExitCode != 0 {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Container) int { return cmp.Compare(blame(a), blame(b)) })
	return out
}

const harmless = 9

func blame(c Container) int {
	switch {
	case outOfMemory(c.Reason):
		return 0
	case c.ExitCode == nil && c.LastStatus == "STOPPED" && c.Reason != "":
		return 1
	case c.ExitCode == nil || *c.ExitCode == 0 || *c.ExitCode == 143 || *c.ExitCode == 137:
		return harmless
	}
	return 2
}

// asked reports whether somebody, not the task itself, made it stop.
func asked(t Task) bool {
	switch t.StopCode {
	case "UserInitiated", "ServiceSchedulerInitiated", "SpotInterruption", "TerminationNotice", "InfrastructureHealth":
		return true
	}
	return false
}

// StopSummary says in one line why a task stops or stopped, for lists:
// "EssentialContainerExited · app exit 137, out of memory". It is "" for a task that
// is not stopping. The text is foreign: it must be cleaned before it is shown.
func StopSummary(t Task) string {
	if t.StopCode == "" && t.StoppedReason == "" && t.LastStatus != "STOPPED" {
		return ""
	}
	var parts []string
	if t.StopCode != "" {
		parts = append(parts, t.StopCode)
	}
	culprits := Culprits(t)
	if asked(t) && !slices.ContainsFunc(culprits, func(c Container) bool { return blame(c) < harmless }) {
		culprits = nil // they ended because they were told to
	}
	for i, c := range culprits {
		if i == 2 {
			parts = append(parts, fmt.Sprintf("+%d more", len(culprits)-i))
			break
		}
		parts = append(parts, c.Name+" "+ExitSummary(c, asked(t)))
	}
	if len(culprits) == 0 && t.StopCode == "EssentialContainerExited" {
		parts = append(parts, "exit 0")
	}
	if r := brief(t.StoppedReason); r != "" && !redundant(t.StopCode, r) && !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(p, r) }) {
		parts = append(parts, r)
	}
	return strings.Join(parts, " · ")
}

// redundant reports whether a reason only repeats the stop code.
func redundant(code, reason string) bool {
	return code == "EssentialContainerExited" && strings.HasPrefix(reason, "Essential container in task exited")
}

// Wanted reports whether a stopped task ended as somebody wished: stopped by a user,
// by a deployment or scaling, or run to its end with exit 0 in every container.
func Wanted(t Task) bool {
	failing := slices.ContainsFunc(Culprits(t), func(c Container) bool { return blame(c) < harmless })
	switch t.StopCode {
	case "UserInitiated":
		return !failing
	case "ServiceSchedulerInitiated":
		return !failing && !unhealthyReason(t.StoppedReason)
	case "EssentialContainerExited", "":
		return len(Culprits(t)) == 0
	}
	return false
}

// unhealthyReason recognises the scheduler's reasons for replacing a sick task:
// "Task failed ELB health checks in (target-group …)", "Task failed container health
// checks".
func unhealthyReason(reason string) bool {
	return strings.Contains(reason, "failed") && strings.Contains(reason, "health check")
}
