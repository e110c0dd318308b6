package ecsapi

import (
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

type listTasksInput struct {
	Cluster    string `json:"cluster"`
	Instance   string `json:"containerInstance"`
	Family     string `json:"family"`
	Max        *int   `json:"maxResults"`
	Token      string `json:"nextToken"`
	StartedBy  string `json:"startedBy"`
	Service    string `json:"serviceName"`
	Desired    string `json:"desiredStatus"`
	LaunchType string `json:"launchType"`
}

func (s *service) listTasks(c *api.Call) (any, error) {
	var in listTasksInput
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 100, 100)
	if err != nil {
		return nil, err
	}
	if err := s.checkTaskFilters(k, &in); err != nil {
		return nil, err
	}
	arns := []string{}
	for _, t := range s.w.Tasks(k.Name) {
		if in.match(t) {
			arns = append(arns, t.ARN)
		}
	}
	scope := strings.Join([]string{"ListTasks", k.Name, in.Instance, in.Family, in.StartedBy, in.Service, in.Desired, in.LaunchType}, "|")
	page, next, ok := s.Pager.Page(scope, in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		ARNs []string `json:"taskArns"`
		Next string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

// checkTaskFilters refuses what AWS refuses and writes filters in one form.
func (s *service) checkTaskFilters(k *world.Cluster, in *listTasksInput) error {
	switch in.Desired {
	case "":
		in.Desired = "RUNNING"
	case "RUNNING", "PENDING", "STOPPED":
	default:
		return api.Errorf("InvalidParameterException", "desiredStatus must be one of RUNNING, PENDING, STOPPED.")
	}
	if in.StartedBy != "" && (in.Instance != "" || in.Family != "" || in.Service != "") {
		return api.Errorf("InvalidParameterException", "cannot specify startedBy with another filter.")
	}
	if in.Service != "" {
		v := s.w.Service(k.Name, in.Service)
		if v == nil {
			return api.Errorf("ServiceNotFoundException", "Service not found.")
		}
		in.Service = v.Name
	}
	if in.Instance != "" {
		in.Instance = s.w.ARN("ecs", "container-instance/%s/%s", k.Name, lastPart(in.Instance))
		found := false
		for _, i := range s.w.Instances(k.Name) {
			found = found || i.ARN == in.Instance
		}
		if !found {
			return api.Errorf("InvalidParameterException", "The referenced container instance was not found.")
		}
	}
	return nil
}

func (in *listTasksInput) match(t *world.Task) bool {
	switch {
	// No task's desired status is PENDING, as AWS says.
	case t.DesiredStatus != in.Desired,
		in.Service != "" && t.ServiceName != in.Service,
		in.Instance != "" && t.InstanceARN != in.Instance,
		in.Family != "" && t.Definition.Family != in.Family,
		in.StartedBy != "" && t.StartedBy != in.StartedBy,
		in.LaunchType != "" && t.LaunchType != in.LaunchType:
		return false
	}
	return true
}

type taskShape struct {
	Attachments     []attachment      `json:"attachments"`
	Attributes      []world.Attribute `json:"attributes"`
	AZ              string            `json:"availabilityZone"`
	Provider        string            `json:"capacityProviderName,omitempty"`
	ClusterARN      string            `json:"clusterArn"`
	Connectivity    string            `json:"connectivity,omitempty"`
	ConnectedAt     time.Time         `json:"connectivityAt"`
	InstanceARN     string            `json:"containerInstanceArn,omitempty"`
	Containers      []containerShape  `json:"containers"`
	CPU             string            `json:"cpu"`
	Created         time.Time         `json:"createdAt"`
	Desired         string            `json:"desiredStatus"`
	Exec            bool              `json:"enableExecuteCommand"`
	ExecStopped     time.Time         `json:"executionStoppedAt"`
	Group           string            `json:"group"`
	Health          string            `json:"healthStatus"`
	Last            string            `json:"lastStatus"`
	LaunchType      string            `json:"launchType"`
	Memory          string            `json:"memory"`
	Overrides       taskOverride      `json:"overrides"`
	PlatformVersion string            `json:"platformVersion,omitempty"`
	PlatformFamily  string            `json:"platformFamily,omitempty"`
	PullStarted     time.Time         `json:"pullStartedAt"`
	PullStopped     time.Time         `json:"pullStoppedAt"`
	Started         time.Time         `json:"startedAt"`
	StartedBy       string            `json:"startedBy,omitempty"`
	StopCode        string            `json:"stopCode,omitempty"`
	Stopped         time.Time         `json:"stoppedAt"`
	StoppedReason   string            `json:"stoppedReason,omitempty"`
	Stopping        time.Time         `json:"stoppingAt"`
	Tags            []world.Tag       `json:"tags"`
	ARN             string            `json:"taskArn"`
	Definition      string            `json:"taskDefinitionArn"`
	Version         int               `json:"version"`
	Ephemeral       *world.Ephemeral  `json:"ephemeralStorage,omitempty"`
}

type taskOverride struct {
	Containers []containerOverride `json:"containerOverrides"`
	Devices    []struct{}          `json:"inferenceAcceleratorOverrides"`
}

type containerOverride struct {
	Name string `json:"name"`
}

type attachment struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Status  string `json:"status"`
	Details []pair `json:"details"`
}

type containerShape struct {
	ARN         string              `json:"containerArn"`
	TaskARN     string              `json:"taskArn"`
	Name        string              `json:"name"`
	Image       string              `json:"image"`
	Digest      string              `json:"imageDigest,omitempty"`
	RuntimeID   string              `json:"runtimeId,omitempty"`
	Last        string              `json:"lastStatus"`
	ExitCode    *int                `json:"exitCode,omitempty"`
	Reason      string              `json:"reason,omitempty"`
	Bindings    []world.PortBinding `json:"networkBindings"`
	Interfaces  []netInterface      `json:"networkInterfaces"`
	Health      string              `json:"healthStatus"`
	Agents      []managedAgent      `json:"managedAgents,omitempty"`
	CPU         string              `json:"cpu"`
	Memory      string              `json:"memory,omitempty"`
	Reservation string              `json:"memoryReservation,omitempty"`
}

type netInterface struct {
	Attachment string `json:"attachmentId"`
	IPv4       string `json:"privateIpv4Address"`
}

type managedAgent struct {
	Started time.Time `json:"lastStartedAt"`
	Name    string    `json:"name"`
	Reason  string    `json:"reason,omitempty"`
	Last    string    `json:"lastStatus"`
}

func (s *service) describeTasks(c *api.Call) (any, error) {
	var in struct {
		Cluster string   `json:"cluster"`
		Tasks   []string `json:"tasks"`
		Include []string `json:"include"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if len(in.Tasks) == 0 {
		return nil, api.Errorf("InvalidParameterException", "Tasks cannot be empty.")
	}
	if err := batch("tasks", len(in.Tasks), 100); err != nil {
		return nil, err
	}
	k, err := s.cluster(c, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := struct {
		Tasks    []taskShape `json:"tasks"`
		Failures []failure   `json:"failures"`
	}{make([]taskShape, 0, len(in.Tasks)), []failure{}}
	for _, id := range in.Tasks {
		if err := sameCluster(id, k.Name); err != nil {
			return nil, err
		}
		t := s.w.VisibleTask(k.Name, id)
		arn := s.w.ARN("ecs", "task/%s/%s", k.Name, lastPart(id))
		if f, gone := s.missing(arn, t == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		out.Tasks = append(out.Tasks, taskOf(t, in.Include))
	}
	return out, nil
}

func taskOf(t *world.Task, include []string) taskShape {
	o := taskShape{
		Attachments: []attachment{}, Attributes: []world.Attribute{{Name: "ecs.cpu-architecture", Value: arch(t)}}, AZ: t.AZ, Provider: t.CapacityProvider,
		ClusterARN: t.ClusterARN, Connectivity: t.Connectivity, ConnectedAt: t.Connected, InstanceARN: t.InstanceARN, CPU: t.Definition.CPU, Created: t.Created,
		Desired: t.DesiredStatus, Exec: t.Exec, ExecStopped: t.ExecStopped, Group: t.Group, Health: t.Health, Last: t.LastStatus, LaunchType: t.LaunchType,
		Memory: t.Definition.Memory, Overrides: taskOverride{Containers: []containerOverride{}, Devices: []struct{}{}}, PlatformVersion: t.PlatformVersion,
		PullStarted: t.PullStarted, PullStopped: t.PullStopped, Started: t.Started, StartedBy: t.StartedBy, StopCode: t.StopCode, Stopped: t.Stopped,
		StoppedReason: t.StoppedReason, Stopping: t.Stopping, Tags: tags(include, t.Tags), ARN: t.ARN, Definition: t.Definition.ARN, Version: t.Version,
	}
	if t.LaunchType == "FARGATE" {
		o.PlatformFamily = "Linux"
		o.Ephemeral = &world.Ephemeral{GiB: 20}
		if t.Definition.Ephemeral != nil {
			o.Ephemeral = t.Definition.Ephemeral
		}
	}
	if e := t.ENI; e != nil {
		status := "ATTACHED"
		switch t.LastStatus {
		case "PROVISIONING":
			status = "PRECREATED"
		case "DEPROVISIONING":
			status = "DETACHING"
		case "STOPPED":
			status = "DELETED"
		}
		o.Attachments = append(o.Attachments, attachment{e.AttachmentID, "ElasticNetworkInterface", status, []pair{
			{"subnetId", e.Subnet}, {"networkInterfaceId", e.ID}, {"macAddress", e.MAC}, {"privateDnsName", e.DNS}, {"privateIPv4Address", e.IP},
		}})
	}
	for _, k := range t.Containers {
		o.Containers = append(o.Containers, containerOf(t, k))
		o.Overrides.Containers = append(o.Overrides.Containers, containerOverride{k.Name})
	}
	return o
}

func containerOf(t *world.Task, k world.Container) containerShape {
	o := containerShape{
		ARN: k.ARN, TaskARN: t.ARN, Name: k.Name, Image: k.Image, Last: k.LastStatus, ExitCode: k.ExitCode, Reason: k.Reason,
		Bindings: k.HostPorts, Interfaces: []netInterface{}, Health: k.Health, CPU: k.CPU, Memory: k.Memory, Reservation: k.Reservation,
	}
	if o.Bindings == nil {
		o.Bindings = []world.PortBinding{}
	}
	if !t.PullStopped.IsZero() {
		o.Digest, o.RuntimeID = k.Digest, k.RuntimeID
	}
	if t.ENI != nil {
		o.Interfaces = append(o.Interfaces, netInterface{t.ENI.AttachmentID, t.ENI.IP})
	}
	if k.Agent != "" {
		o.Agents = []managedAgent{{k.AgentStarted, "ExecuteCommandAgent", k.AgentReason, k.Agent}}
	}
	return o
}

func arch(t *world.Task) string {
	if r := t.Definition.Runtime; r != nil && r.CPU == "ARM64" {
		return "arm64"
	}
	return "x86_64"
}
