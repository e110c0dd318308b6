package tools

import (
	"ecsole/aws/sim/shell/proc"
	"ecsole/aws/sim/shell/screens"
)

func screenTools() map[string]proc.Tool {
	return map[string]proc.Tool{"top": screens.Top, "htop": screens.Top, "less": screens.Less, "more": screens.Less,
		"vi": screens.Vi, "vim": screens.Vi, "nano": screens.Vi}
}
