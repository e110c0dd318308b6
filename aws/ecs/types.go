package ecs

import (
	"encoding/json"
	"time"
)

// Raw is the item's own JSON as it came over the wire.
type Raw = json.RawMessage

// Tag is one key and value.
type Tag struct{ Key, Value string }

// Cluster as DescribeClusters gives it, with settings, configuration and statistics.
type Cluster struct {
	ARN, Name, Status          string
	Running, Pending, Services int
	Instances                  int // registered container instances
	CapacityProviders          []string
	DefaultStrategy            []StrategyItem
	ContainerInsights          string // "", "disabled", "enabled", "enhanced"
	ExecLogging                string // "", "NONE", "DEFAULT", "OVERRIDE"
	ExecKMSKey                 string
	ExecLogGroup, ExecBucket   string
	ExecBucketPrefix           string
	ExecLogsEncrypted          bool              // the log group must have a KMS key
	ExecBucketEncrypted        bool              // the bucket must have encryption on
	StorageKMSKey              string            // managed storage
	Namespace                  string            // Service Connect's default, an ARN
	Statistics                 map[string]string // "runningFargateTasksCount": "12" …
	Attachments                []Attachment
	Tags                       []Tag
	Raw                        Raw
}

// StrategyItem is one line of a capacity provider strategy.
type StrategyItem struct {
	Provider     string
	Base, Weight int
}

// Service as DescribeServices gives it.
type Service struct {
	ARN, Name, ClusterARN, Status        string
	Desired, Running, Pending            int
	LaunchType, PlatformVersion          string
	Strategy                             []StrategyItem
	Scheduling                           string // REPLICA, DAEMON
	TaskDefinition                       string // ARN
	ExecEnabled                          bool
	Deployments                          []Deployment
	Events                               []Event // newest first, at most 100 (AWS keeps no more)
	LoadBalancers                        []LoadBalancer
	Network                              Network
	RoleARN                              string
	HealthGraceSeconds                   int
	MinHealthyPercent, MaxPercent        int
	CircuitBreaker, CircuitRollback      bool
	DeploymentAlarms                     []string
	DeploymentController, DeployStrategy string // ECS, CODE_DEPLOY, EXTERNAL; ROLLING, BLUE_GREEN, LINEAR, CANARY
	CurrentDeploymentARN                 string
	AZRebalancing                        string
	AlarmRollback                        bool // with DeploymentAlarms
	BakeMinutes                          int  // BLUE_GREEN, LINEAR, CANARY
	PlatformFamily                       string
	Registries                           []Registry
	Placement                            []string // "spread(attribute:ecs.availability-zone)", "constraint distinctInstance"
	TaskSets                             []TaskSet
	Revisions                            []RevisionUse
	PropagateTags, ManagedBy             string // NONE, SERVICE, TASK_DEFINITION; "", CUSTOMER, ECS
	Created                              time.Time
	CreatedBy                            string
	Tags                                 []Tag
	Raw                                  Raw
}

// Deployment is one line of Service.Deployments.
type Deployment struct {
	ID, Status, TaskDefinition        string // PRIMARY, ACTIVE, INACTIVE
	Desired, Running, Pending, Failed int
	RolloutState, RolloutReason       string // COMPLETED, FAILED, IN_PROGRESS; "" where ECS does not drive it
	LaunchType, PlatformVersion       string
	Strategy                          []StrategyItem
	Created, Updated                  time.Time
}

// TaskSet is one set of a service whose deployments CodeDeploy or another
// controller drives.
type TaskSet struct {
	ID, ARN, Status, TaskDefinition string // PRIMARY, ACTIVE, DRAINING
	Desired, Running, Pending       int
	Stability                       string // STEADY_STATE, STABILIZING
	Created, Updated                time.Time
}

// RevisionUse is how many tasks of a service run one of its revisions.
type RevisionUse struct {
	ARN                         string
	Requested, Running, Pending int
}

// Registry is a service discovery entry.
type Registry struct {
	ARN, Container string
	Port           int
}

// Event is one message of a service.
type Event struct {
	ID      string
	Time    time.Time
	Message string
}

// LoadBalancer ties a container port to a target group.
type LoadBalancer struct {
	TargetGroupARN, Name, Container string
	Port                            int
}

// Network is an awsvpc configuration.
type Network struct {
	Subnets, SecurityGroups []string
	PublicIP                string // ENABLED, DISABLED, ""
}

// Task as DescribeTasks gives it.
type Task struct {
	ARN, ID, ClusterARN, TaskDefinition string // ID: the last part of the ARN
	Group, StartedBy                    string // Group: "service:NAME" or "family:NAME"
	LastStatus, DesiredStatus           string
	Health, Connectivity                string
	LaunchType, CapacityProvider        string
	PlatformVersion, PlatformFamily     string
	AZ, CPU, Memory                     string
	InstanceARN                         string
	ExecEnabled                         bool
	StopCode, StoppedReason             string
	Created, Started, Stopping, Stopped time.Time
	PullStarted, PullStopped            time.Time
	ExecutionStopped                    time.Time // the containers' end, before Stopped
	ConnectivityAt                      time.Time
	Version                             int64 // counts the task's changes of state
	Containers                          []Container
	Attachments                         []Attachment
	EphemeralGiB                        int
	TaskRoleOverride, ExecRoleOverride  string
	Overrides                           []ContainerOverride
	Attributes                          []Tag
	Tags                                []Tag
	Raw                                 Raw
}

// Service names the service a task belongs to, or "".
func (t Task) Service() string {
	const p = "service:"
	if len(t.Group) > len(p) && t.Group[:len(p)] == p {
		return t.Group[len(p):]
	}
	return ""
}

// Container is one container of a task.
type Container struct {
	Name, ARN, TaskARN, Image, ImageDigest, RuntimeID string
	LastStatus, Health, Reason                        string
	ExitCode                                          *int
	CPU, Memory, MemoryReservation                    string
	IPs                                               []string
	Ports                                             []Port
	ExecAgent, ExecAgentReason                        string // status of ExecuteCommandAgent, "" where there is none
	ExecAgentStarted                                  time.Time
	GPUs                                              []string
	Raw                                               Raw
}

// ContainerOverride is what a task changed of its definition's container.
type ContainerOverride struct {
	Name                     string
	Command                  []string
	Env                      []Tag // values may be secrets: mask before showing
	CPU, Memory, Reservation int   // 0 where not overridden
}

// Port is a network binding or a port mapping.
type Port struct {
	BindIP          string
	Container, Host int
	Range           string // "8000-8100" instead of Container
	Protocol        string
	Name, App       string // of a mapping: its name and application protocol
}

// Attachment is a network interface or a volume of a task.
type Attachment struct {
	ID, Type, Status string
	Details          map[string]string
}

// TaskDefinition as DescribeTaskDefinition gives it; a revision never changes.
type TaskDefinition struct {
	ARN, Family, Status           string
	Revision                      int
	NetworkMode, PIDMode, IPCMode string
	CPU, Memory                   string
	Compatibilities               []string
	TaskRole, ExecRole            string
	EphemeralGiB                  int
	CPUArch, OSFamily             string
	Containers                    []ContainerDefinition
	Volumes                       []Volume
	Requires                      []string // launch types it was validated for
	Placement                     []string
	FaultInjection                bool
	Registered, Deregistered      time.Time
	RegisteredBy                  string
	Tags                          []Tag
	Raw                           Raw
}

// ContainerDefinition is one container of a task definition.
type ContainerDefinition struct {
	Name, Image, User         string
	CPU, Memory, Reservation  int
	Essential, Privileged     bool
	ReadonlyRoot, InitProcess bool
	Command, EntryPoint       []string
	Ports                     []Port
	Env                       []Tag    // values may be secrets: mask before showing
	Secrets                   []Secret // names and sources, never values
	LogDriver                 string   // "", "awslogs", "awsfirelens", …
	LogOptions                map[string]string
	LogSecrets                []Secret
	FirelensType              string // set on the log router itself: fluentd, fluentbit
	HealthCheck               []string
	HealthInterval            int // seconds; 0 where the service's default holds
	HealthTimeout             int
	HealthRetries             int
	HealthStartPeriod         int
	DependsOn                 []string // "init: SUCCESS"
	MountPoints               []Mount
	EnvFiles                  []string // S3 ARNs
	Registry                  string   // secret with the registry's credentials
	WorkingDir                string
	StartTimeout, StopTimeout int // seconds; 0 where the default holds
	AddCaps, DropCaps         []string
	Restarts                  bool // a restart policy is on
	Labels                    map[string]string
	VersionConsistency        string
	Interactive, TTY          bool
}

// Container finds a container's definition by name.
func (d *TaskDefinition) Container(name string) (ContainerDefinition, bool) {
	if d != nil {
		for _, c := range d.Containers {
			if c.Name == name {
				return c, true
			}
		}
	}
	return ContainerDefinition{}, false
}

// Secret is a reference to Secrets Manager or Parameter Store.
type Secret struct{ Name, From string }

// Mount is a volume in a container.
type Mount struct {
	Volume, Path string
	ReadOnly     bool
}

// Volume of a task definition.
type Volume struct {
	Name, Kind, Source string // Kind: host, efs, ebs, docker, fsx
	Details            map[string]string
}

// TaskDefinitionFamily is a family that has at least one active revision.
type TaskDefinitionFamily struct {
	Name   string
	Latest string // ARN; "" in listings, which give names only (see Client.Latest)
}

// Revision is one entry of ListTaskDefinitions.
type Revision struct {
	ARN, Family string
	Number      int
	Status      string // ACTIVE, INACTIVE
}

// Instance is a container instance.
type Instance struct {
	ARN, ID, EC2ID, Status, AgentVersion string
	AgentConnected                       bool
	Running, Pending                     int
	CapacityProvider, AZ, Type, AMI      string
	CPUTotal, CPULeft                    int
	MemoryTotal, MemoryLeft              int
	Health                               string
	StatusReason, AgentUpdate, Docker    string
	GPUs                                 []string
	Registered                           time.Time
	Attributes                           []Tag
	Attachments                          []Attachment
	Tags                                 []Tag
	Raw                                  Raw
}

// ServiceDeployment as DescribeServiceDeployments gives it.
type ServiceDeployment struct {
	ARN, ServiceARN, Status, StatusReason, Stage string
	TargetRevision                               string
	SourceRevisions                              []string
	Created, Started, Finished, Stopped          time.Time
	BreakerStatus                                string
	BreakerFailures, BreakerThreshold            int
	AlarmStatus                                  string
	Alarms                                       []string
	TriggeredAlarms                              []string
	RollbackReason, RollbackRevision             string
	RollbackStarted                              time.Time
	ClusterARN, Strategy                         string
	BakeMinutes                                  int
	Target                                       RevisionUse
	Sources                                      []RevisionUse
	Hooks                                        []Hook
	Updated                                      time.Time
	Raw                                          Raw
}

// Hook is a lifecycle hook of a deployment.
type Hook struct {
	ID, Status, Kind, Target string // AWAITING_ACTION …; AWS_LAMBDA, PAUSE
	Expires                  time.Time
	OnTimeout                string
}

// ServiceRevision as DescribeServiceRevisions gives it.
type ServiceRevision struct {
	ARN, TaskDefinition, LaunchType, PlatformVersion string
	Images                                           []RevisionImage
	GuardDuty                                        bool
	ServiceARN, ClusterARN, PlatformFamily           string
	Strategy                                         []StrategyItem
	LoadBalancers                                    []LoadBalancer
	Network                                          Network
	Created                                          time.Time
	Raw                                              Raw
}

// RevisionImage is what an image reference was resolved to.
type RevisionImage struct{ Container, Image, Digest string }

// CapacityProvider as DescribeCapacityProviders gives it. Kind is EC2_AUTOSCALING,
// MANAGED_INSTANCES, FARGATE or FARGATE_SPOT.
type CapacityProvider struct {
	ARN, Name, Status, Kind         string
	UpdateStatus, UpdateReason      string
	ClusterARN                      string // of managed instances
	InfrastructureRole              string
	Tags                            []Tag
	AutoScalingGroup                string
	ManagedScaling                  string
	TargetCapacity                  int
	TerminationProtection, Draining string
	Raw                             Raw
}
