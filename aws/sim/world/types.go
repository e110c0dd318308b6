package world

import "time"

// Everything that the world hands out is a snapshot: it is never changed after it
// was given, and the receiver does not change it either. What happens next makes a
// new value. So snapshots may be kept and read without locks.

// Tag is one key and value.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// StrategyItem is one line of a capacity provider strategy.
type StrategyItem struct {
	Provider string `json:"capacityProvider"`
	Weight   int    `json:"weight"`
	Base     int    `json:"base"`
}

// Cluster is an ECS cluster.
type Cluster struct {
	ARN, Name string
	Insights  string // "disabled", "enabled", "enhanced"
	Exec      ExecConfig
	Providers []string
	Strategy  []StrategyItem
	Tags      []Tag
	Created   time.Time
}

// ExecConfig is how a cluster logs ECS Exec sessions.
type ExecConfig struct {
	Logging          string // "NONE", "DEFAULT", "OVERRIDE"
	KMSKey           string
	LogGroup, Bucket string
}

// Service is an ECS service.
type Service struct {
	ARN, Name, ClusterARN, ClusterName string
	Status                             string // ACTIVE, DRAINING, INACTIVE
	Desired, Running, Pending          int
	LaunchType                         string // "FARGATE", "EC2"; empty with a strategy
	Strategy                           []StrategyItem
	PlatformVersion                    string
	Scheduling                         string // REPLICA, DAEMON
	Exec                               bool
	Network                            *Network
	LoadBalancers                      []LoadBalancer
	RoleARN                            string
	GraceSeconds                       int
	MinHealthy, MaxPercent             int
	Breaker, Rollback                  bool
	Alarms                             []string
	AZRebalancing                      string
	TaskDefinition                     string // ARN of the primary deployment's revision
	Deployments                        []Deployment
	Events                             []Event // newest last, at most 100
	Current                            string  // ARN of the current service deployment
	Created                            time.Time
	CreatedBy                          string
	Tags                               []Tag

	// Story is what is the matter with the service.
	Story Story
	// App is what kind of program it runs.
	App App
	// Seed is the service's own seed, for what is a pure function of it.
	Seed uint64
}

// Deployment is one line of a service's deployments.
type Deployment struct {
	ID, Status, TaskDefinition, RevisionARN string // Status: PRIMARY, ACTIVE, INACTIVE
	Desired, Running, Pending, Failed       int
	Rollout, RolloutReason                  string // IN_PROGRESS, COMPLETED, FAILED
	Created, Updated                        time.Time
}

// Event is one message of a service.
type Event struct {
	ID      string
	Time    time.Time
	Message string
}

// LoadBalancer ties a container port to a target group.
type LoadBalancer struct {
	TargetGroup string `json:"targetGroupArn"`
	Container   string `json:"containerName"`
	Port        int    `json:"containerPort"`
}

// Network is an awsvpc configuration.
type Network struct {
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups"`
	PublicIP       string   `json:"assignPublicIp"`
}

// ServiceDeployment is one entry of ListServiceDeployments.
type ServiceDeployment struct {
	ARN, ServiceARN, ClusterARN         string
	Status, Reason, Stage               string
	Target                              string   // ARN of a service revision
	Sources                             []string // ARNs of service revisions
	Rollback                            string   // the revision rolled back to, or ""
	RollbackReason                      string
	RollbackStarted                     time.Time
	BreakerStatus                       string // MONITORING, MONITORING_COMPLETE, TRIGGERED, DISABLED
	Failures, Threshold                 int
	AlarmStatus                         string
	Alarms                              []string
	Created, Started, Finished, Stopped time.Time
	Updated                             time.Time
	Desired, Running, Pending           int // of the target revision's tasks
}

// Revision is a service revision.
type Revision struct {
	ARN, ServiceARN, ClusterARN, TaskDefinition string
	LaunchType, PlatformVersion                 string
	Strategy                                    []StrategyItem
	Network                                     *Network
	LoadBalancers                               []LoadBalancer
	Images                                      []RevisionImage
	GuardDuty                                   bool
	Created                                     time.Time
}

// RevisionImage is what an image reference was resolved to.
type RevisionImage struct {
	Container string `json:"containerName"`
	Image     string `json:"image"`
	Digest    string `json:"imageDigest"`
}

// Task is one task, running or stopped. A stopped task is described for an hour;
// the world itself remembers it longer, since its log streams remain.
type Task struct {
	ARN, ID, ClusterARN, ClusterName  string
	ServiceName                       string // "" for a task of no service
	Group, StartedBy                  string
	Deployment                        string // id of the deployment that started it
	Definition                        *TaskDefinition
	LastStatus, DesiredStatus         string
	Health, Connectivity              string
	LaunchType, CapacityProvider      string
	PlatformVersion                   string
	AZ                                string
	InstanceARN                       string
	Exec                              bool
	StopCode, StoppedReason           string
	Created, PullStarted, PullStopped time.Time
	Connected, Started                time.Time
	Stopping, ExecStopped, Stopped    time.Time
	Containers                        []Container
	ENI                               *ENI
	Tags                              []Tag
	Version                           int

	Story Story
	App   App
	Facts Facts
	Seed  uint64
	// ServiceSeed is the seed of its service, or its own where it has none.
	ServiceSeed uint64
}

// Container is one container of a task.
type Container struct {
	Name, ARN, Image, Digest, RuntimeID string
	LastStatus, Health, Reason          string
	ExitCode                            *int
	CPU, Memory, Reservation            string
	IP                                  string
	HostPorts                           []PortBinding
	// Agent is the status of the ExecuteCommandAgent, "" where exec is off.
	Agent, AgentReason string
	AgentStarted       time.Time
}

// PortBinding is a port of a container on its host.
type PortBinding struct {
	BindIP        string `json:"bindIP"`
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	Protocol      string `json:"protocol"`
}

// ENI is a task's network interface.
type ENI struct {
	AttachmentID, ID, Subnet, MAC, IP, DNS string
}

// Instance is a container instance.
type Instance struct {
	ARN, ID, ClusterARN, EC2ID, Status string
	Agent, Docker, AMI, Type, AZ       string
	Connected                          bool
	Provider                           string
	CPU, Memory, CPULeft, MemoryLeft   int
	Running, Pending                   int
	Health, HealthReason               string
	Registered                         time.Time
	Tags                               []Tag
	Seed                               uint64
}

// CapacityProvider is one capacity provider.
type CapacityProvider struct {
	ARN, Name, Cluster, Kind string // Kind: EC2_AUTOSCALING, FARGATE, FARGATE_SPOT
	ASG                      string // ARN
	ManagedScaling           string
	Target                   int
	TerminationProtection    string
	Draining                 string
}
