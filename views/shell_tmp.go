package views

import (
	"ecsole/aws/ecs"
	"errors"
)

func containerShell(a *App, _ Scope, v container) (Opening, error) { return Opening{}, errors.New("x") }
func taskShell(a *App, _ Scope, t ecs.Task) (Opening, error)       { return Opening{}, errors.New("x") }
