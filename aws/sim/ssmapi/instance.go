package ssmapi

import (
	"fmt"
	"strings"
	"time"

	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/world"
)

// host describes a container instance: its shell shows what runs on it.
func (s *SSM) host(id string) machine.Facts {
	f := machine.Facts{
		Hostname: "ip-10-0-7-11." + s.World.Region() + ".compute.internal", IP: "10.0.7.11", Workdir: "/usr/bin", Bash: true,
		OS: "Amazon Linux 2023", OSID: "amzn", Version: "2023", Kernel: "6.1.112-124.190.amzn2023.x86_64",
		CPUs: 4, Memory: 16 << 30, Disk: 64 << 30, Now: s.World.Now, Env: []string{"HOME=/root", "SHELL=/bin/bash"},
	}
	i := s.instance(id)
	if i == nil {
		return f
	}
	f.Booted = i.Registered
	ip := fmt.Sprintf("10.0.%d.%d", 16+i.Seed%8, 10+i.Seed/8%200)
	f.IP, f.Hostname = ip, "ip-"+strings.ReplaceAll(ip, ".", "-")+"."+s.World.Region()+".compute.internal"
	f.CPUs, f.Memory = max(1, i.CPU/1024), int64(i.Memory)<<20
	f.Files = map[string]machine.File{
		"/etc/ecs/ecs.config":        {Text: "ECS_CLUSTER=" + clusterName(i.ClusterARN) + "\nECS_ENABLE_CONTAINER_METADATA=true\n"},
		"/var/log/ecs/ecs-agent.log": {Text: "level=info time=" + i.Registered.UTC().Format(time.RFC3339) + " msg=\"Registered container instance with cluster!\"\n"},
	}
	f.Processes = func(at time.Time) []machine.Process { return s.hostProcesses(i, at) }
	return f
}

func clusterName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func (s *SSM) hostProcesses(i *world.Instance, at time.Time) []machine.Process {
	up := at.Sub(i.Registered)
	system := func(pid int, command string, rss int64, cpu float64) machine.Process {
		return machine.Process{PID: pid, PPID: 1, User: "root", TTY: "?", Stat: "Ssl", Command: command, RSS: rss << 20, VSZ: rss << 22, CPU: cpu,
			Threads: 9, Started: i.Registered, CPUTime: time.Duration(float64(up) * cpu / 100), FDs: 30}
	}
	out := []machine.Process{
		system(1, "/usr/lib/systemd/systemd --switched-root --system --deserialize 32", 14, 0.1),
		system(1022, "/usr/bin/containerd", 48, 0.5),
		system(1140, "/usr/bin/dockerd --default-ulimit nofile=32768:65536", 88, 0.8),
		system(1302, "/usr/libexec/amazon-ecs-init start", 9, 0),
		system(1398, "/agent", 40, 0.6),
		system(1467, "/usr/bin/amazon-ssm-agent", 18, 0.1),
	}
	pid := 2100
	for _, t := range s.World.Tasks(clusterName(i.ClusterARN)) {
		if t.InstanceARN != i.ARN || t.LastStatus != "RUNNING" {
			continue
		}
		for _, cd := range t.Definition.Containers {
			b := &builder{world: s.World, task: t, name: cd.Name, cd: cd, own: t.Facts.Container == cd.Name}
			for _, p := range b.processes(at) {
				p.PID, p.PPID = pid, 1022
				pid += 13
				out = append(out, p)
			}
		}
	}
	return out
}
