package ecsapi

import (
	"ecsole/aws/sim/api"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/world"
)

func (s *service) updateService(c *api.Call) (any, error) {
	var in struct {
		Cluster       string               `json:"cluster"`
		Service       string               `json:"service"`
		Desired       *int                 `json:"desiredCount"`
		Definition    string               `json:"taskDefinition"`
		Strategy      []world.StrategyItem `json:"capacityProviderStrategy"`
		Rebalancing   string               `json:"availabilityZoneRebalancing"`
		Network       networkConfiguration `json:"networkConfiguration"`
		Platform      string               `json:"platformVersion"`
		Force         bool                 `json:"forceNewDeployment"`
		Grace         *int                 `json:"healthCheckGracePeriodSeconds"`
		Exec          *bool                `json:"enableExecuteCommand"`
		Configuration struct {
			Breaker *breaker `json:"deploymentCircuitBreaker"`
			Max     *int     `json:"maximumPercent"`
			Min     *int     `json:"minimumHealthyPercent"`
		} `json:"deploymentConfiguration"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	v := s.w.Service(k.Name, in.Service)
	switch {
	case v == nil:
		return nil, api.Errorf("ServiceNotFoundException", "Service not found.")
	case v.Status != "ACTIVE":
		return nil, api.Errorf("ServiceNotActiveException", "Service was not ACTIVE.")
	case in.Desired != nil && *in.Desired < 0:
		return nil, api.Errorf("InvalidParameterException", "desiredCount must be a non-negative integer.")
	case in.Desired != nil && v.Scheduling == "DAEMON":
		return nil, api.Errorf("InvalidParameterException", "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.")
	}
	u := world.Update{
		Desired: in.Desired, Force: in.Force, Exec: in.Exec, MinHealthy: in.Configuration.Min, MaxPercent: in.Configuration.Max,
		AZRebalancing: in.Rebalancing, GraceSeconds: in.Grace, PlatformVersion: in.Platform, CapacityStrategy: in.Strategy, Network: in.Network.VPC,
	}
	if b := in.Configuration.Breaker; b != nil {
		u.Breaker, u.Rollback = &b.Enable, &b.Rollback
	}
	if in.Definition != "" {
		td := s.w.Definition(in.Definition)
		if td == nil {
			return nil, api.Errorf("ClientException", "TaskDefinition not found.")
		}
		if td.Status != "ACTIVE" {
			return nil, api.Errorf("ClientException", "TaskDefinition is inactive")
		}
		u.TaskDefinition = td.ARN
	}
	if v, err = s.w.UpdateService(v.ARN, u); err != nil {
		return nil, err
	}
	return struct {
		Service serviceShape `json:"service"`
	}{serviceOf(v, nil)}, nil
}

func noTask() error {
	return api.Errorf("InvalidParameterException", "The referenced task was not found.")
}

func (s *service) stopTask(c *api.Call) (any, error) {
	var in struct {
		Cluster string `json:"cluster"`
		Task    string `json:"task"`
		Reason  string `json:"reason"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := sameCluster(in.Task, k.Name); err != nil {
		return nil, err
	}
	t := s.w.VisibleTask(k.Name, in.Task)
	if t == nil {
		return nil, noTask()
	}
	if t, err = s.w.StopTask(t.ARN, in.Reason); err != nil {
		return nil, noTask()
	}
	return struct {
		Task taskShape `json:"task"`
	}{taskOf(t, nil)}, nil
}

const (
	execOff   = "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again."
	execFault = "The execute command failed due to an internal error. Try again later."
)

func (s *service) execute(c *api.Call) (any, error) {
	var in struct {
		Cluster     string `json:"cluster"`
		Container   string `json:"container"`
		Command     string `json:"command"`
		Interactive bool   `json:"interactive"`
		Task        string `json:"task"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := sameCluster(in.Task, k.Name); err != nil {
		return nil, err
	}
	if in.Command == "" {
		return nil, api.Errorf("InvalidParameterException", "Command cannot be empty.")
	}
	if !in.Interactive {
		return nil, api.Errorf("InvalidParameterException", "Interactive is the only mode supported currently.")
	}
	t := s.w.VisibleTask(k.Name, in.Task)
	if t == nil {
		return nil, noTask()
	}
	box, err := execTarget(t, in.Container)
	if err != nil {
		return nil, err
	}
	ses := s.Sessions.Open("ecs-execute-command", session.Spec{
		Kind: session.Exec, Target: "ecs:" + k.Name + "_" + t.ID + "_" + box.RuntimeID, ClusterARN: k.ARN, TaskARN: t.ARN,
		Container: box.Name, RuntimeID: box.RuntimeID, Command: in.Command, KMSKey: k.Exec.KMSKey, Owner: c.Principal.ARN,
	})
	scheme, host := c.StreamHost()
	type sessionShape struct {
		ID    string `json:"sessionId"`
		URL   string `json:"streamUrl"`
		Token string `json:"tokenValue"`
	}
	return struct {
		ClusterARN   string       `json:"clusterArn"`
		ContainerARN string       `json:"containerArn"`
		Container    string       `json:"containerName"`
		Interactive  bool         `json:"interactive"`
		Session      sessionShape `json:"session"`
		TaskARN      string       `json:"taskArn"`
	}{k.ARN, box.ARN, box.Name, true, sessionShape{ses.ID, scheme + "://" + host + ses.Path(), ses.Token}, t.ARN}, nil
}

// execTarget finds the container that a command runs in, or says why none can.
func execTarget(t *world.Task, name string) (*world.Container, error) {
	if !t.Exec || t.LastStatus != "RUNNING" {
		return nil, api.Errorf("InvalidParameterException", execOff)
	}
	if name == "" && len(t.Containers) > 1 {
		return nil, api.Errorf("InvalidParameterException", "A container name must be specified for a task with more than one container.")
	}
	for i := range t.Containers {
		box := &t.Containers[i]
		if name != "" && box.Name != name {
			continue
		}
		switch {
		case box.LastStatus != "RUNNING" || box.Agent == "" || box.Agent == "PENDING":
			return nil, api.Errorf("InvalidParameterException", execOff)
		case box.Agent != "RUNNING":
			return nil, api.Errorf("TargetNotConnectedException", execFault)
		}
		return box, nil
	}
	return nil, api.Errorf("InvalidParameterException", "The container %s was not found in the task.", name)
}
