package guarddutyapi

import (
	"slices"
	"time"

	"ecsole/aws/sim/world"
)

// hosts are findings on EC2 instances: they name no task.
func (g *guardDuty) hosts() []finding {
	var out []finding
	clusters := g.world.Clusters()
	slices.SortStableFunc(clusters, func(a, b *world.Cluster) int {
		return len(g.world.Instances(b.Name)) - len(g.world.Instances(a.Name))
	})
	for _, c := range clusters {
		instances := g.world.Instances(c.Name)
		if len(instances) == 0 {
			continue
		}
		i := instances[0]
		resource := map[string]any{"resourceType": "Instance", "instanceDetails": map[string]any{
			"instanceId": i.EC2ID, "instanceType": i.Type, "imageId": i.AMI, "instanceState": "running", "availabilityZone": i.AZ, "launchTime": stamp(i.Registered),
			"tags":              []any{map[string]any{"key": "Name", "value": c.Name + "-ecs"}},
			"networkInterfaces": []any{map[string]any{"privateIpAddress": "10.16.3.17", "vpcId": "vpc-0a1b2c3d4e5f60718", "subnetId": "subnet-0123456789abcdef0"}},
		}}
		switch len(out) {
		case 0:
			out = append(out, finding{
				key: "probe/" + i.EC2ID, kind: "Recon:EC2/PortProbeUnprotectedPort", severity: 2, feature: "FlowLogs", since: g.opened.Add(-50 * time.Hour), every: 3 * time.Hour, resource: resource,
				title: "An unprotected port of the instance " + i.EC2ID + " is being probed.", text: "Port 9100 of the instance is open to the internet and is probed by a known scanner.",
				service: map[string]any{"action": map[string]any{"actionType": "PORT_PROBE", "portProbeAction": map[string]any{"blocked": false, "portProbeDetails": []any{}}}},
			}, finding{
				key: "old/" + i.EC2ID, kind: "UnauthorizedAccess:EC2/SSHBruteForce", severity: 2, feature: "FlowLogs", since: g.opened.Add(-20 * 24 * time.Hour), archived: true, resource: resource,
				title: "SSH brute force attacks against " + i.EC2ID + ".", text: "198.51.100.77 tried many passwords.",
			})
		case 2:
			out = append(out, finding{
				key: "dns/" + i.EC2ID, kind: "Trojan:EC2/DNSDataExfiltration", severity: 8, feature: "DnsLogs", since: g.opened.Add(-26 * time.Hour), every: 5 * time.Hour, resource: resource,
				title: "The instance " + i.EC2ID + " queries names that look like stolen data.", text: "Many queries for long names below dns.example were made.",
				service: map[string]any{"action": map[string]any{"actionType": "DNS_REQUEST", "dnsRequestAction": map[string]any{"domain": "a9f2c7.dns.example", "protocol": "UDP", "blocked": false}}},
			})
		}
	}
	return out
}

// chooseVictim is the task that somebody gets into: chosen once, since findings
// outlive tasks.
func (g *guardDuty) chooseVictim() *world.Task {
	for _, c := range g.world.Clusters() {
		for _, s := range g.world.Services(c.Name) {
			if s.Story != world.AgentDown {
				continue
			}
			for _, t := range g.world.History(s.ARN) {
				if t.LastStatus == "RUNNING" {
					return t
				}
			}
		}
	}
	return nil
}

// visitors is somebody in a container: a finding that appears some minutes after
// the simulator began, so that one can watch it come.
func (g *guardDuty) visitors() []finding {
	t := g.victim
	if t == nil {
		return nil
	}
	since := g.opened.Add(-time.Minute)
	return []finding{{
		key: "shell/" + t.ARN, kind: "Execution:Runtime/SuspiciousCommand", severity: 5, feature: "RuntimeMonitoring", since: since, every: 40 * time.Minute,
		title: "A suspicious command was executed in the container " + t.Facts.Container + " of the ECS task " + t.ID + ".", text: "A shell read files that hold credentials.",
		resource: g.taskResource(t, t.Facts.Container),
		service: map[string]any{"runtimeDetails": map[string]any{"process": map[string]any{
			"name": "sh", "executablePath": "/bin/dash", "executableSha256": g.id("dash") + g.id("dash2"), "pid": 2207, "namespacePid": 61, "pwd": "/app",
			"startTime": since, "uuid": g.id("shell", t.ID), "user": "root", "userId": 0, "euid": 0, "lineage": []any{},
		}, "context": map[string]any{"commandLineExample": "cat /proc/1/environ"}}},
	}}
}
