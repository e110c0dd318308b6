// Package tools are the commands of the virtual shell: small versions of what a
// Linux image holds, on a disk in memory. They know nothing of the host.
package tools

import (
	"ecsole/aws/sim/shell/proc"
)

// Shells are the names of programs that the shell itself runs.
func Shells() []string { return []string{"sh", "bash", "dash"} }

// All are the tools by name.
func All() map[string]proc.Tool {
	all := map[string]proc.Tool{}
	for _, group := range []map[string]proc.Tool{textTools(), fileTools(), systemTools(), netTools(), shellTools(), screenTools()} {
		for name, t := range group {
			all[name] = t
		}
	}
	return all
}
