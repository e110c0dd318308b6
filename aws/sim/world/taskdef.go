package world

import "time"

// TaskDefinition is one revision, with AWS's member names: RegisterTaskDefinition
// is read into it and DescribeTaskDefinition written from it.
type TaskDefinition struct {
	ARN             string                `json:"taskDefinitionArn"`
	Containers      []ContainerDefinition `json:"containerDefinitions"`
	Family          string                `json:"family"`
	TaskRole        string                `json:"taskRoleArn,omitempty"`
	ExecRole        string                `json:"executionRoleArn,omitempty"`
	NetworkMode     string                `json:"networkMode,omitempty"`
	Revision        int                   `json:"revision"`
	Volumes         []Volume              `json:"volumes"`
	Status          string                `json:"status"`
	RequiresAttrs   []Attribute           `json:"requiresAttributes,omitempty"`
	Placement       []Placement           `json:"placementConstraints"`
	Compatibilities []string              `json:"compatibilities"`
	Requires        []string              `json:"requiresCompatibilities,omitempty"`
	Runtime         *RuntimePlatform      `json:"runtimePlatform,omitempty"`
	CPU             string                `json:"cpu,omitempty"`
	Memory          string                `json:"memory,omitempty"`
	PIDMode         string                `json:"pidMode,omitempty"`
	IPCMode         string                `json:"ipcMode,omitempty"`
	Ephemeral       *Ephemeral            `json:"ephemeralStorage,omitempty"`
	FaultInjection  *bool                 `json:"enableFaultInjection,omitempty"`
	Registered      time.Time             `json:"registeredAt"`
	Deregistered    time.Time             `json:"deregisteredAt"`
	RegisteredBy    string                `json:"registeredBy,omitempty"`
	Tags            []Tag                 `json:"-"`
}

// ContainerDefinition is one container of a task definition.
type ContainerDefinition struct {
	Name               string            `json:"name"`
	Image              string            `json:"image"`
	RepoAuth           map[string]string `json:"repositoryCredentials,omitempty"`
	CPU                int               `json:"cpu"`
	Memory             *int              `json:"memory,omitempty"`
	Reservation        *int              `json:"memoryReservation,omitempty"`
	Links              []string          `json:"links,omitempty"`
	Ports              []PortMapping     `json:"portMappings"`
	Essential          *bool             `json:"essential,omitempty"`
	Restart            *RestartPolicy    `json:"restartPolicy,omitempty"`
	EntryPoint         []string          `json:"entryPoint,omitempty"`
	Command            []string          `json:"command,omitempty"`
	Env                []EnvVar          `json:"environment"`
	EnvFiles           []EnvFile         `json:"environmentFiles,omitempty"`
	Mounts             []Mount           `json:"mountPoints"`
	VolumesFrom        []VolumeFrom      `json:"volumesFrom"`
	Linux              *LinuxParameters  `json:"linuxParameters,omitempty"`
	Secrets            []Secret          `json:"secrets,omitempty"`
	DependsOn          []Dependency      `json:"dependsOn,omitempty"`
	StartTimeout       *int              `json:"startTimeout,omitempty"`
	StopTimeout        *int              `json:"stopTimeout,omitempty"`
	Hostname           string            `json:"hostname,omitempty"`
	User               string            `json:"user,omitempty"`
	WorkingDir         string            `json:"workingDirectory,omitempty"`
	Privileged         *bool             `json:"privileged,omitempty"`
	ReadonlyRoot       *bool             `json:"readonlyRootFilesystem,omitempty"`
	Interactive        *bool             `json:"interactive,omitempty"`
	TTY                *bool             `json:"pseudoTerminal,omitempty"`
	Labels             map[string]string `json:"dockerLabels,omitempty"`
	Ulimits            []Ulimit          `json:"ulimits,omitempty"`
	Log                *LogConfiguration `json:"logConfiguration,omitempty"`
	HealthCheck        *HealthCheck      `json:"healthCheck,omitempty"`
	SystemControls     []SystemControl   `json:"systemControls"`
	FireLens           *FireLens         `json:"firelensConfiguration,omitempty"`
	VersionConsistency string            `json:"versionConsistency,omitempty"`
}

// IsEssential reports whether the task stops with the container; AWS's default is yes.
func (c ContainerDefinition) IsEssential() bool { return c.Essential == nil || *c.Essential }

// LogConfiguration of a container; Secrets are options whose values are elsewhere.
type LogConfiguration struct {
	Driver  string            `json:"logDriver"`
	Options map[string]string `json:"options,omitempty"`
	Secrets []Secret          `json:"secretOptions,omitempty"`
}

// FireLens marks the log router.
type FireLens struct {
	Type    string            `json:"type"`
	Options map[string]string `json:"options,omitempty"`
}

// PortMapping of a container.
type PortMapping struct {
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	Protocol      string `json:"protocol"`
	Name          string `json:"name,omitempty"`
	AppProtocol   string `json:"appProtocol,omitempty"`
}

// EnvVar is one variable of the environment.
type EnvVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// EnvFile is a file of variables.
type EnvFile struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

// Secret is a name and where its value is.
type Secret struct {
	Name string `json:"name"`
	From string `json:"valueFrom"`
}

// Mount is a volume in a container.
type Mount struct {
	Volume   string `json:"sourceVolume"`
	Path     string `json:"containerPath"`
	ReadOnly bool   `json:"readOnly"`
}

// VolumeFrom mounts another container's volumes.
type VolumeFrom struct {
	Container string `json:"sourceContainer"`
	ReadOnly  bool   `json:"readOnly"`
}

// Dependency orders the start of containers.
type Dependency struct {
	Container string `json:"containerName"`
	Condition string `json:"condition"`
}

// HealthCheck of a container; times in seconds.
type HealthCheck struct {
	Command  []string `json:"command"`
	Interval int      `json:"interval,omitempty"`
	Timeout  int      `json:"timeout,omitempty"`
	Retries  int      `json:"retries,omitempty"`
	Start    int      `json:"startPeriod,omitempty"`
}

// LinuxParameters of a container.
type LinuxParameters struct {
	Capabilities *Capabilities `json:"capabilities,omitempty"`
	Init         *bool         `json:"initProcessEnabled,omitempty"`
}

// Capabilities added to or dropped from the default set.
type Capabilities struct {
	Add  []string `json:"add,omitempty"`
	Drop []string `json:"drop,omitempty"`
}

// Ulimit of a container.
type Ulimit struct {
	Name string `json:"name"`
	Soft int    `json:"softLimit"`
	Hard int    `json:"hardLimit"`
}

// SystemControl is a sysctl.
type SystemControl struct {
	Namespace string `json:"namespace"`
	Value     string `json:"value"`
}

// RestartPolicy of a container.
type RestartPolicy struct {
	Enabled       bool  `json:"enabled"`
	IgnoredCodes  []int `json:"ignoredExitCodes,omitempty"`
	AttemptPeriod int   `json:"restartAttemptPeriod,omitempty"`
}

// Volume of a task definition.
type Volume struct {
	Name     string            `json:"name"`
	Host     map[string]string `json:"host,omitempty"`
	Docker   map[string]any    `json:"dockerVolumeConfiguration,omitempty"`
	EFS      map[string]any    `json:"efsVolumeConfiguration,omitempty"`
	AtLaunch *bool             `json:"configuredAtLaunch,omitempty"`
}

// RuntimePlatform is processor and operating system.
type RuntimePlatform struct {
	CPU string `json:"cpuArchitecture,omitempty"`
	OS  string `json:"operatingSystemFamily,omitempty"`
}

// Ephemeral storage of a task in GiB.
type Ephemeral struct {
	GiB int `json:"sizeInGiB"`
}

// Attribute that an instance must have or has.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// Placement constrains where tasks run.
type Placement struct {
	Type       string `json:"type"`
	Expression string `json:"expression,omitempty"`
}
