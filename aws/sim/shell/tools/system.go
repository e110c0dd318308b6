package tools

import (
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
)

func comm(p machine.Process) string { return machine.Comm(p) }

func systemTools() map[string]proc.Tool {
	return map[string]proc.Tool{"kill": kill, "pkill": pgrep, "pgrep": pgrep, "killall": pgrep}
}

func netTools() map[string]proc.Tool    { return nil }
func screenTools() map[string]proc.Tool { return nil }
