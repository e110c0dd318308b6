package findings

import (
	"strings"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

// finding makes plain what GuardDuty says. The service comes from the task's group
// ("service:NAME"), since by the time it is read the task may be gone.
func finding(f types.Finding, detector string) Finding {
	out := Finding{
		ID: sdkaws.ToString(f.Id), ARN: sdkaws.ToString(f.Arn), Type: sdkaws.ToString(f.Type),
		Title: sdkaws.ToString(f.Title), Description: sdkaws.ToString(f.Description),
		Severity: sdkaws.ToFloat64(f.Severity), Detector: detector,
		Region: sdkaws.ToString(f.Region), Account: sdkaws.ToString(f.AccountId),
		Created: when(f.CreatedAt), Updated: when(f.UpdatedAt), Count: 1,
	}
	out.Label = Label(out.Severity)
	if f.Resource != nil {
		resource(&out, f.Resource)
	}
	if s := f.Service; s != nil {
		if s.Count != nil {
			out.Count = int(*s.Count)
		}
		out.First, out.Last = when(s.EventFirstSeen), when(s.EventLastSeen)
		if s.RuntimeDetails != nil {
			out.Process = process(s.RuntimeDetails.Process)
		}
		if s.Detection != nil && s.Detection.Sequence != nil {
			sequence(&out, s.Detection.Sequence)
		}
	}
	if out.ClusterName == "" {
		out.ClusterName = afterLast(out.ClusterARN, "cluster/")
	}
	return out
}

func resource(out *Finding, r *types.Resource) {
	out.ResourceType = sdkaws.ToString(r.ResourceType)
	if r.InstanceDetails != nil {
		out.InstanceID = sdkaws.ToString(r.InstanceDetails.InstanceId)
	}
	if c := r.ContainerDetails; c != nil {
		out.Container, out.Image = sdkaws.ToString(c.Name), sdkaws.ToString(c.Image)
	}
	cluster := r.EcsClusterDetails
	if cluster == nil {
		return
	}
	out.ClusterARN, out.ClusterName = sdkaws.ToString(cluster.Arn), sdkaws.ToString(cluster.Name)
	task := cluster.TaskDetails
	if task == nil {
		return
	}
	out.TaskARN, out.TaskDefinition = sdkaws.ToString(task.Arn), sdkaws.ToString(task.DefinitionArn)
	if name, ok := strings.CutPrefix(sdkaws.ToString(task.Group), "service:"); ok {
		out.ServiceName = name
	}
	if len(task.Containers) > 0 && out.Container == "" {
		c := task.Containers[0]
		out.Container, out.Image = sdkaws.ToString(c.Name), sdkaws.ToString(c.Image)
	}
}

func process(p *types.ProcessDetails) *Process {
	if p == nil {
		return nil
	}
	out := &Process{
		Name: sdkaws.ToString(p.Name), Path: sdkaws.ToString(p.ExecutablePath), SHA256: sdkaws.ToString(p.ExecutableSha256),
		User: sdkaws.ToString(p.User), PID: int(sdkaws.ToInt32(p.Pid)), Started: sdkaws.ToTime(p.StartTime),
	}
	for _, l := range p.Lineage {
		path := sdkaws.ToString(l.ExecutablePath)
		if path == "" {
			path = sdkaws.ToString(l.Name)
		}
		out.Lineage = append(out.Lineage, path)
	}
	return out
}

// sequence takes an attack sequence's cluster and tasks from its resources, since
// it has no ecsClusterDetails of its own.
func sequence(out *Finding, s *types.Sequence) {
	for _, r := range s.Resources {
		uid := sdkaws.ToString(r.Uid)
		switch r.ResourceType {
		case types.FindingResourceTypeEcsCluster:
			if out.ClusterARN == "" {
				out.ClusterARN, out.ClusterName = uid, sdkaws.ToString(r.Name)
			}
		case types.FindingResourceTypeEcsTask:
			out.TaskARNs = append(out.TaskARNs, uid)
		}
	}
	for _, g := range s.Signals {
		out.Signals = append(out.Signals, Signal{
			Type: string(g.Type), Name: sdkaws.ToString(g.Name), Severity: sdkaws.ToFloat64(g.Severity),
			Count: int(sdkaws.ToInt32(g.Count)), First: sdkaws.ToTime(g.FirstSeenAt), Last: sdkaws.ToTime(g.LastSeenAt),
		})
	}
}

func afterLast(s, sep string) string {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return ""
	}
	return s[i+len(sep):]
}
