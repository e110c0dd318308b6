package ecs

import (
	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func secrets(in []types.Secret) []Secret {
	return mapped(in, func(s types.Secret) Secret { return Secret{Name: str(s.Name), From: str(s.ValueFrom)} })
}

func readContainerDefinition(c types.ContainerDefinition) ContainerDefinition {
	out := ContainerDefinition{
		Name: str(c.Name), Image: str(c.Image), User: str(c.User), CPU: int(c.Cpu), Memory: num(c.Memory), Reservation: num(c.MemoryReservation),
		// A container without the field is essential: that is ECS's default.
		Essential: c.Essential == nil || *c.Essential, Privileged: sdkaws.ToBool(c.Privileged), ReadonlyRoot: sdkaws.ToBool(c.ReadonlyRootFilesystem),
		Command: c.Command, EntryPoint: c.EntryPoint, Env: pairs(c.Environment), Secrets: secrets(c.Secrets),
		WorkingDir: str(c.WorkingDirectory), StartTimeout: num(c.StartTimeout), StopTimeout: num(c.StopTimeout), Labels: c.DockerLabels,
		VersionConsistency: string(c.VersionConsistency), Interactive: sdkaws.ToBool(c.Interactive), TTY: sdkaws.ToBool(c.PseudoTerminal),
	}
	for _, p := range c.PortMappings {
		out.Ports = append(out.Ports, Port{Container: num(p.ContainerPort), Host: num(p.HostPort), Range: str(p.ContainerPortRange), Protocol: string(p.Protocol), Name: str(p.Name), App: string(p.AppProtocol)})
	}
	for _, m := range c.MountPoints {
		out.MountPoints = append(out.MountPoints, Mount{Volume: str(m.SourceVolume), Path: str(m.ContainerPath), ReadOnly: sdkaws.ToBool(m.ReadOnly)})
	}
	for _, d := range c.DependsOn {
		out.DependsOn = append(out.DependsOn, str(d.ContainerName)+": "+string(d.Condition))
	}
	for _, f := range c.EnvironmentFiles {
		out.EnvFiles = append(out.EnvFiles, str(f.Value))
	}
	if l := c.LogConfiguration; l != nil {
		out.LogDriver, out.LogOptions, out.LogSecrets = string(l.LogDriver), l.Options, secrets(l.SecretOptions)
	}
	if f := c.FirelensConfiguration; f != nil {
		out.FirelensType = string(f.Type)
	}
	if h := c.HealthCheck; h != nil {
		out.HealthCheck = h.Command
		out.HealthInterval, out.HealthTimeout, out.HealthRetries, out.HealthStartPeriod = num(h.Interval), num(h.Timeout), num(h.Retries), num(h.StartPeriod)
	}
	if p := c.LinuxParameters; p != nil {
		out.InitProcess = sdkaws.ToBool(p.InitProcessEnabled)
		if p.Capabilities != nil {
			out.AddCaps, out.DropCaps = p.Capabilities.Add, p.Capabilities.Drop
		}
	}
	if r := c.RepositoryCredentials; r != nil {
		out.Registry = str(r.CredentialsParameter)
	}
	if r := c.RestartPolicy; r != nil {
		out.Restarts = sdkaws.ToBool(r.Enabled)
	}
	return out
}
