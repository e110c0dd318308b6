package ecs

import (
	"cmp"
	"slices"
	"strconv"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func readTask(t types.Task, raw Raw) Task {
	out := Task{
		ARN: str(t.TaskArn), ID: NameOf(str(t.TaskArn)), ClusterARN: str(t.ClusterArn), TaskDefinition: str(t.TaskDefinitionArn),
		Group: str(t.Group), StartedBy: str(t.StartedBy), LastStatus: str(t.LastStatus), DesiredStatus: str(t.DesiredStatus),
		Health: string(t.HealthStatus), Connectivity: string(t.Connectivity), LaunchType: string(t.LaunchType), CapacityProvider: str(t.CapacityProviderName),
		PlatformVersion: str(t.PlatformVersion), PlatformFamily: str(t.PlatformFamily), AZ: str(t.AvailabilityZone), CPU: str(t.Cpu), Memory: str(t.Memory),
		InstanceARN: str(t.ContainerInstanceArn), ExecEnabled: t.EnableExecuteCommand, StopCode: string(t.StopCode), StoppedReason: str(t.StoppedReason),
		Created: when(t.CreatedAt), Started: when(t.StartedAt), Stopping: when(t.StoppingAt), Stopped: when(t.StoppedAt),
		PullStarted: when(t.PullStartedAt), PullStopped: when(t.PullStoppedAt), ExecutionStopped: when(t.ExecutionStoppedAt), ConnectivityAt: when(t.ConnectivityAt),
		Version: t.Version, Attachments: attachments(t.Attachments), Attributes: attributes(t.Attributes), Tags: tags(t.Tags), Raw: raw,
	}
	switch {
	case t.EphemeralStorage != nil:
		out.EphemeralGiB = int(t.EphemeralStorage.SizeInGiB)
	case t.FargateEphemeralStorage != nil:
		out.EphemeralGiB = int(t.FargateEphemeralStorage.SizeInGiB)
	}
	if o := t.Overrides; o != nil {
		out.TaskRoleOverride, out.ExecRoleOverride = str(o.TaskRoleArn), str(o.ExecutionRoleArn)
		out.Overrides = mapped(o.ContainerOverrides, func(c types.ContainerOverride) ContainerOverride {
			return ContainerOverride{Name: str(c.Name), Command: c.Command, Env: pairs(c.Environment), CPU: num(c.Cpu), Memory: num(c.Memory), Reservation: num(c.MemoryReservation)}
		})
	}
	raws := map[string]Raw{}
	for _, r := range elements(member(raw, "containers")) {
		raws[text(member(r, "name"))] = r
	}
	out.Containers = mapped(t.Containers, func(c types.Container) Container {
		own := readContainer(c, raws[str(c.Name)])
		if own.TaskARN == out.ARN {
			own.TaskARN = out.ARN // the same text once in memory
		}
		return own
	})
	// AWS answers containers in no order that it promises; a list must not jump.
	slices.SortStableFunc(out.Containers, func(a, b Container) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func readContainer(c types.Container, raw Raw) Container {
	out := Container{
		Name: str(c.Name), ARN: str(c.ContainerArn), TaskARN: str(c.TaskArn), Image: str(c.Image), ImageDigest: str(c.ImageDigest), RuntimeID: str(c.RuntimeId),
		LastStatus: str(c.LastStatus), Health: string(c.HealthStatus), Reason: str(c.Reason), CPU: str(c.Cpu), Memory: str(c.Memory),
		MemoryReservation: str(c.MemoryReservation), GPUs: c.GpuIds, Raw: raw,
	}
	if c.ExitCode != nil {
		code := int(*c.ExitCode)
		out.ExitCode = &code
	}
	for _, n := range c.NetworkInterfaces {
		for _, ip := range []string{str(n.PrivateIpv4Address), str(n.Ipv6Address)} {
			if ip != "" {
				out.IPs = append(out.IPs, ip)
			}
		}
	}
	for _, b := range c.NetworkBindings {
		out.Ports = append(out.Ports, Port{BindIP: str(b.BindIP), Container: num(b.ContainerPort), Host: num(b.HostPort), Range: str(b.ContainerPortRange), Protocol: string(b.Protocol)})
	}
	for _, a := range c.ManagedAgents {
		if a.Name == types.ManagedAgentNameExecuteCommandAgent {
			out.ExecAgent, out.ExecAgentReason, out.ExecAgentStarted = str(a.LastStatus), str(a.Reason), when(a.LastStartedAt)
		}
	}
	return out
}

func readInstance(i types.ContainerInstance, raw Raw) Instance {
	out := Instance{
		ARN: str(i.ContainerInstanceArn), ID: NameOf(str(i.ContainerInstanceArn)), EC2ID: str(i.Ec2InstanceId), Status: str(i.Status),
		StatusReason: str(i.StatusReason), AgentConnected: i.AgentConnected, AgentUpdate: string(i.AgentUpdateStatus),
		Running: int(i.RunningTasksCount), Pending: int(i.PendingTasksCount), CapacityProvider: str(i.CapacityProviderName),
		Registered: when(i.RegisteredAt), Attributes: attributes(i.Attributes), Attachments: attachments(i.Attachments), Tags: tags(i.Tags), Raw: raw,
	}
	if v := i.VersionInfo; v != nil {
		out.AgentVersion, out.Docker = str(v.AgentVersion), str(v.DockerVersion)
	}
	if h := i.HealthStatus; h != nil {
		out.Health = string(h.OverallStatus)
	}
	for _, a := range i.Attributes {
		switch str(a.Name) {
		case "ecs.availability-zone":
			out.AZ = str(a.Value)
		case "ecs.instance-type":
			out.Type = str(a.Value)
		case "ecs.ami-id":
			out.AMI = str(a.Value)
		}
	}
	amounts := func(in []types.Resource) (cpu, memory int, gpus []string) {
		for _, r := range in {
			switch str(r.Name) {
			case "CPU":
				cpu = int(r.IntegerValue)
			case "MEMORY":
				memory = int(r.IntegerValue)
			case "GPU":
				gpus = r.StringSetValue
			}
		}
		return cpu, memory, gpus
	}
	out.CPUTotal, out.MemoryTotal, out.GPUs = amounts(i.RegisteredResources)
	out.CPULeft, out.MemoryLeft, _ = amounts(i.RemainingResources)
	return out
}

func readCapacityProvider(p types.CapacityProvider, raw Raw) CapacityProvider {
	out := CapacityProvider{
		ARN: str(p.CapacityProviderArn), Name: str(p.Name), Status: string(p.Status), Kind: string(p.Type),
		UpdateStatus: string(p.UpdateStatus), UpdateReason: str(p.UpdateStatusReason), ClusterARN: str(p.Cluster), Tags: tags(p.Tags), Raw: raw,
	}
	if a := p.AutoScalingGroupProvider; a != nil {
		out.AutoScalingGroup, out.TerminationProtection, out.Draining = str(a.AutoScalingGroupArn), string(a.ManagedTerminationProtection), string(a.ManagedDraining)
		if m := a.ManagedScaling; m != nil {
			out.ManagedScaling, out.TargetCapacity = string(m.Status), num(m.TargetCapacity)
		}
	}
	if m := p.ManagedInstancesProvider; m != nil {
		out.InfrastructureRole = str(m.InfrastructureRoleArn)
	}
	if out.Kind == "" { // servers that do not know the field yet
		switch {
		case p.AutoScalingGroupProvider != nil:
			out.Kind = string(types.CapacityProviderTypeEc2Autoscaling)
		case p.ManagedInstancesProvider != nil:
			out.Kind = string(types.CapacityProviderTypeManagedInstances)
		case out.Name == "FARGATE" || out.Name == "FARGATE_SPOT":
			out.Kind = out.Name
		}
	}
	return out
}

func readDefinition(d types.TaskDefinition, t []types.Tag, raw Raw) TaskDefinition {
	out := TaskDefinition{
		ARN: str(d.TaskDefinitionArn), Family: str(d.Family), Status: string(d.Status), Revision: int(d.Revision),
		NetworkMode: string(d.NetworkMode), PIDMode: string(d.PidMode), IPCMode: string(d.IpcMode), CPU: str(d.Cpu), Memory: str(d.Memory),
		Compatibilities: mapped(d.Compatibilities, func(c types.Compatibility) string { return string(c) }),
		Requires:        mapped(d.RequiresCompatibilities, func(c types.Compatibility) string { return string(c) }),
		TaskRole:        str(d.TaskRoleArn), ExecRole: str(d.ExecutionRoleArn), FaultInjection: sdkaws.ToBool(d.EnableFaultInjection),
		Containers: mapped(d.ContainerDefinitions, readContainerDefinition), Volumes: mapped(d.Volumes, readVolume),
		Registered: when(d.RegisteredAt), Deregistered: when(d.DeregisteredAt), RegisteredBy: str(d.RegisteredBy), Tags: tags(t), Raw: raw,
	}
	if d.EphemeralStorage != nil {
		out.EphemeralGiB = int(d.EphemeralStorage.SizeInGiB)
	}
	if p := d.RuntimePlatform; p != nil {
		out.CPUArch, out.OSFamily = string(p.CpuArchitecture), string(p.OperatingSystemFamily)
	}
	for _, p := range d.PlacementConstraints {
		out.Placement = append(out.Placement, constraint(string(p.Type), str(p.Expression)))
	}
	return out
}

func readVolume(v types.Volume) Volume {
	out := Volume{Name: str(v.Name), Kind: "host", Details: map[string]string{}}
	set := func(k, value string) {
		if value != "" {
			out.Details[k] = value
		}
	}
	switch {
	case v.EfsVolumeConfiguration != nil:
		e := v.EfsVolumeConfiguration
		out.Kind, out.Source = "efs", str(e.FileSystemId)
		set("root", str(e.RootDirectory))
		set("transit encryption", string(e.TransitEncryption))
		if e.TransitEncryptionPort != nil {
			set("port", strconv.Itoa(int(*e.TransitEncryptionPort)))
		}
		if a := e.AuthorizationConfig; a != nil {
			set("access point", str(a.AccessPointId))
			set("iam", string(a.Iam))
		}
	case v.FsxWindowsFileServerVolumeConfiguration != nil:
		f := v.FsxWindowsFileServerVolumeConfiguration
		out.Kind, out.Source = "fsx", str(f.FileSystemId)
		set("root", str(f.RootDirectory))
	case v.DockerVolumeConfiguration != nil:
		d := v.DockerVolumeConfiguration
		out.Kind, out.Source = "docker", str(d.Driver)
		set("scope", string(d.Scope))
	case v.S3filesVolumeConfiguration != nil:
		out.Kind = "s3files"
	case sdkaws.ToBool(v.ConfiguredAtLaunch):
		out.Kind, out.Source = "ebs", "configured at launch"
	case v.Host != nil:
		out.Source = str(v.Host.SourcePath)
	}
	return out
}
