package world

import "errors"

// errUnbuilt is the answer of acts that the world does not know yet.
var errUnbuilt = errors.New("not known to this world")

// New makes a world.
func New(o Options) (*World, error) { return nil, errUnbuilt }

// StopTask stops a task as a user does; its service starts another.
func (w *World) StopTask(arn, reason string) (*Task, error) { return nil, errUnbuilt }

// Update is a change of a service; nil members stay.
type Update struct {
	Desired        *int
	TaskDefinition string // ARN; "" keeps it
	Force          bool
	Exec           *bool
	MinHealthy     *int
	MaxPercent     *int
	Breaker        *bool
	Rollback       *bool
	By             string // ARN of who changes it
}

// UpdateService changes a service; a new definition, Force or Exec rolls a deployment.
func (w *World) UpdateService(arn string, u Update) (*Service, error) { return nil, errUnbuilt }

// Register adds a revision to a family.
func (w *World) Register(td TaskDefinition) (*TaskDefinition, error) { return nil, errUnbuilt }
