package logs

import "ecsole/aws/ecs"

// ForTasks works out the streams of the given tasks of one task definition, one
// source per container and task.
func ForTasks(d *ecs.TaskDefinition, tasks ...ecs.Task) []Source { return nil }

// ForService works out the sources of all tasks of a task definition, those to
// come included where the stream's names allow it; the tasks that run now are
// needed only where they do not.
func ForService(d *ecs.TaskDefinition, tasks ...ecs.Task) []Source { return nil }
