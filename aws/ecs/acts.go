package ecs

import (
	"context"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
)

// The calls below change something. The caller puts an audit.Act in the context;
// without one the account's gate refuses them.

// ForceDeploy replaces a service's tasks by new ones of the same definition. The
// cluster is a name or ARN, so is the service.
func (c *Client) ForceDeploy(ctx context.Context, cluster, service string) error {
	_, err := c.sdk.UpdateService(ctx, &sdk.UpdateServiceInput{Cluster: &cluster, Service: &service, ForceNewDeployment: true})
	return failed(err)
}

// SetDesired changes how many tasks a service is to run.
func (c *Client) SetDesired(ctx context.Context, cluster, service string, desired int) error {
	if desired < 0 || desired > 1<<31-1 {
		return &aws.Error{Op: "ecs:UpdateService", Class: aws.Invalid, Text: "the desired count must not be negative"}
	}
	_, err := c.sdk.UpdateService(ctx, &sdk.UpdateServiceInput{Cluster: &cluster, Service: &service, DesiredCount: sdkaws.Int32(int32(desired))})
	return failed(err)
}

// SetTaskDefinition deploys another revision (ARN or family:revision).
func (c *Client) SetTaskDefinition(ctx context.Context, cluster, service, definition string) error {
	_, err := c.sdk.UpdateService(ctx, &sdk.UpdateServiceInput{Cluster: &cluster, Service: &service, TaskDefinition: &definition})
	return failed(err)
}

// StopTask stops a task (ARN or id); the reason is what its stoppedReason will say.
func (c *Client) StopTask(ctx context.Context, cluster, task, reason string) error {
	in := &sdk.StopTaskInput{Cluster: &cluster, Task: &task}
	if reason != "" {
		in.Reason = &reason
	}
	_, err := c.sdk.StopTask(ctx, in)
	return failed(err)
}

// ExecSession is an opened shell: where its data channel is, and the token for it.
// The token opens the channel to whoever has it: it is never logged or shown.
type ExecSession struct{ SessionID, StreamURL, Token string }

// ExecuteCommand begins a command in a container. ECS knows interactive ones only.
func (c *Client) ExecuteCommand(ctx context.Context, cluster, task, container, command string) (ExecSession, error) {
	in := &sdk.ExecuteCommandInput{Cluster: &cluster, Task: &task, Command: &command, Interactive: true}
	if container != "" {
		in.Container = &container
	}
	o, err := c.sdk.ExecuteCommand(ctx, in)
	if err != nil {
		return ExecSession{}, failed(err)
	}
	if o.Session == nil || str(o.Session.StreamUrl) == "" {
		return ExecSession{}, &aws.Error{Op: "ecs:ExecuteCommand", Class: aws.Internal, Text: "the answer holds no session"}
	}
	return ExecSession{SessionID: str(o.Session.SessionId), StreamURL: str(o.Session.StreamUrl), Token: str(o.Session.TokenValue)}, nil
}

// failed is the error as the user is to see it, nil for nil.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return aws.AsError(err)
}
