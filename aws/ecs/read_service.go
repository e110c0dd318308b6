package ecs

import (
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func str(p *string) string        { return sdkaws.ToString(p) }
func num(p *int32) int            { return int(sdkaws.ToInt32(p)) }
func when(p *time.Time) time.Time { return sdkaws.ToTime(p) }

// mapped turns each element of a slice into one of ours.
func mapped[A, B any](in []A, f func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}

func tags(in []types.Tag) []Tag {
	return mapped(in, func(t types.Tag) Tag { return Tag{str(t.Key), str(t.Value)} })
}

func pairs(in []types.KeyValuePair) []Tag {
	return mapped(in, func(t types.KeyValuePair) Tag { return Tag{str(t.Name), str(t.Value)} })
}

func attributes(in []types.Attribute) []Tag {
	return mapped(in, func(t types.Attribute) Tag { return Tag{str(t.Name), str(t.Value)} })
}

func attachments(in []types.Attachment) []Attachment {
	return mapped(in, func(a types.Attachment) Attachment {
		d := make(map[string]string, len(a.Details))
		for _, kv := range a.Details {
			d[str(kv.Name)] = str(kv.Value)
		}
		return Attachment{ID: str(a.Id), Type: str(a.Type), Status: str(a.Status), Details: d}
	})
}

func strategy(in []types.CapacityProviderStrategyItem) []StrategyItem {
	return mapped(in, func(i types.CapacityProviderStrategyItem) StrategyItem {
		return StrategyItem{Provider: str(i.CapacityProvider), Base: int(i.Base), Weight: int(i.Weight)}
	})
}

func network(n *types.NetworkConfiguration) Network {
	if n == nil || n.AwsvpcConfiguration == nil {
		return Network{}
	}
	v := n.AwsvpcConfiguration
	return Network{Subnets: v.Subnets, SecurityGroups: v.SecurityGroups, PublicIP: string(v.AssignPublicIp)}
}

func loadBalancers(in []types.LoadBalancer) []LoadBalancer {
	return mapped(in, func(l types.LoadBalancer) LoadBalancer {
		return LoadBalancer{TargetGroupARN: str(l.TargetGroupArn), Name: str(l.LoadBalancerName), Container: str(l.ContainerName), Port: num(l.ContainerPort)}
	})
}

func readCluster(c types.Cluster, raw Raw) Cluster {
	out := Cluster{
		ARN: str(c.ClusterArn), Name: str(c.ClusterName), Status: str(c.Status),
		Running: int(c.RunningTasksCount), Pending: int(c.PendingTasksCount), Services: int(c.ActiveServicesCount),
		Instances: int(c.RegisteredContainerInstancesCount), CapacityProviders: c.CapacityProviders,
		DefaultStrategy: strategy(c.DefaultCapacityProviderStrategy), Attachments: attachments(c.Attachments),
		Tags: tags(c.Tags), Raw: raw,
	}
	for _, s := range c.Settings {
		if s.Name == types.ClusterSettingNameContainerInsights {
			out.ContainerInsights = str(s.Value)
		}
	}
	if len(c.Statistics) > 0 {
		out.Statistics = make(map[string]string, len(c.Statistics))
		for _, kv := range c.Statistics {
			out.Statistics[str(kv.Name)] = str(kv.Value)
		}
	}
	if d := c.ServiceConnectDefaults; d != nil {
		out.Namespace = str(d.Namespace)
	}
	if c.Configuration == nil {
		return out
	}
	if m := c.Configuration.ManagedStorageConfiguration; m != nil {
		out.StorageKMSKey = str(m.KmsKeyId)
	}
	if e := c.Configuration.ExecuteCommandConfiguration; e != nil {
		out.ExecLogging, out.ExecKMSKey = string(e.Logging), str(e.KmsKeyId)
		if l := e.LogConfiguration; l != nil {
			out.ExecLogGroup, out.ExecBucket, out.ExecBucketPrefix = str(l.CloudWatchLogGroupName), str(l.S3BucketName), str(l.S3KeyPrefix)
			out.ExecLogsEncrypted, out.ExecBucketEncrypted = l.CloudWatchEncryptionEnabled, l.S3EncryptionEnabled
		}
	}
	return out
}

func readService(s types.Service, raw Raw) Service {
	out := Service{
		ARN: str(s.ServiceArn), Name: str(s.ServiceName), ClusterARN: str(s.ClusterArn), Status: str(s.Status),
		Desired: int(s.DesiredCount), Running: int(s.RunningCount), Pending: int(s.PendingCount),
		LaunchType: string(s.LaunchType), PlatformVersion: str(s.PlatformVersion), PlatformFamily: str(s.PlatformFamily),
		Strategy: strategy(s.CapacityProviderStrategy), Scheduling: string(s.SchedulingStrategy),
		TaskDefinition: str(s.TaskDefinition), ExecEnabled: s.EnableExecuteCommand,
		Deployments: mapped(s.Deployments, readDeployment), LoadBalancers: loadBalancers(s.LoadBalancers),
		Events: mapped(s.Events, func(e types.ServiceEvent) Event {
			return Event{ID: str(e.Id), Time: when(e.CreatedAt), Message: str(e.Message)}
		}),
		Network: network(s.NetworkConfiguration), RoleARN: str(s.RoleArn), HealthGraceSeconds: num(s.HealthCheckGracePeriodSeconds),
		DeploymentController: "ECS", CurrentDeploymentARN: str(s.CurrentServiceDeployment),
		AZRebalancing: string(s.AvailabilityZoneRebalancing), Created: when(s.CreatedAt), CreatedBy: str(s.CreatedBy),
		PropagateTags: string(s.PropagateTags), ManagedBy: string(s.ResourceManagementType),
		TaskSets: mapped(s.TaskSets, readTaskSet), Tags: tags(s.Tags), Raw: raw,
	}
	if s.DeploymentController != nil {
		out.DeploymentController = string(s.DeploymentController.Type)
	}
	for _, r := range s.ServiceRegistries {
		out.Registries = append(out.Registries, Registry{ARN: str(r.RegistryArn), Container: str(r.ContainerName), Port: max(num(r.ContainerPort), num(r.Port))})
	}
	for _, r := range s.CurrentServiceRevisions {
		out.Revisions = append(out.Revisions, RevisionUse{ARN: str(r.Arn), Requested: int(r.RequestedTaskCount), Running: int(r.RunningTaskCount), Pending: int(r.PendingTaskCount)})
	}
	for _, p := range s.PlacementStrategy {
		out.Placement = append(out.Placement, string(p.Type)+"("+str(p.Field)+")")
	}
	for _, p := range s.PlacementConstraints {
		out.Placement = append(out.Placement, constraint(string(p.Type), str(p.Expression)))
	}
	if d := s.DeploymentConfiguration; d != nil {
		out.MinHealthyPercent, out.MaxPercent = num(d.MinimumHealthyPercent), num(d.MaximumPercent)
		out.DeployStrategy, out.BakeMinutes = string(d.Strategy), num(d.BakeTimeInMinutes)
		if b := d.DeploymentCircuitBreaker; b != nil {
			out.CircuitBreaker, out.CircuitRollback = b.Enable, b.Rollback
		}
		if a := d.Alarms; a != nil && a.Enable {
			out.DeploymentAlarms, out.AlarmRollback = a.AlarmNames, a.Rollback
		}
	}
	return out
}

func constraint(kind, expression string) string {
	if expression == "" {
		return "constraint " + kind
	}
	return "constraint " + kind + "(" + expression + ")"
}

func readDeployment(d types.Deployment) Deployment {
	return Deployment{
		ID: str(d.Id), Status: str(d.Status), TaskDefinition: str(d.TaskDefinition),
		Desired: int(d.DesiredCount), Running: int(d.RunningCount), Pending: int(d.PendingCount), Failed: int(d.FailedTasks),
		RolloutState: string(d.RolloutState), RolloutReason: str(d.RolloutStateReason),
		LaunchType: string(d.LaunchType), PlatformVersion: str(d.PlatformVersion), Strategy: strategy(d.CapacityProviderStrategy),
		Created: when(d.CreatedAt), Updated: when(d.UpdatedAt),
	}
}

func readTaskSet(t types.TaskSet) TaskSet {
	return TaskSet{
		ID: str(t.Id), ARN: str(t.TaskSetArn), Status: str(t.Status), TaskDefinition: str(t.TaskDefinition),
		Desired: int(t.ComputedDesiredCount), Running: int(t.RunningCount), Pending: int(t.PendingCount),
		Stability: string(t.StabilityStatus), Created: when(t.CreatedAt), Updated: when(t.UpdatedAt),
	}
}

func readServiceDeployment(d types.ServiceDeployment, raw Raw) ServiceDeployment {
	out := ServiceDeployment{
		ARN: str(d.ServiceDeploymentArn), ServiceARN: str(d.ServiceArn), ClusterARN: str(d.ClusterArn),
		Status: string(d.Status), StatusReason: str(d.StatusReason), Stage: string(d.LifecycleStage),
		Created: when(d.CreatedAt), Started: when(d.StartedAt), Finished: when(d.FinishedAt), Stopped: when(d.StoppedAt), Updated: when(d.UpdatedAt),
		Sources: mapped(d.SourceServiceRevisions, readRevisionUse), Raw: raw,
	}
	for _, s := range out.Sources {
		out.SourceRevisions = append(out.SourceRevisions, s.ARN)
	}
	if t := d.TargetServiceRevision; t != nil {
		out.Target = readRevisionUse(*t)
		out.TargetRevision = out.Target.ARN
	}
	if b := d.DeploymentCircuitBreaker; b != nil {
		out.BreakerStatus, out.BreakerFailures, out.BreakerThreshold = string(b.Status), int(b.FailureCount), int(b.Threshold)
	}
	if a := d.Alarms; a != nil {
		out.AlarmStatus, out.Alarms, out.TriggeredAlarms = string(a.Status), a.AlarmNames, a.TriggeredAlarmNames
	}
	if r := d.Rollback; r != nil {
		out.RollbackReason, out.RollbackRevision, out.RollbackStarted = str(r.Reason), str(r.ServiceRevisionArn), when(r.StartedAt)
	}
	if c := d.DeploymentConfiguration; c != nil {
		out.Strategy, out.BakeMinutes = string(c.Strategy), num(c.BakeTimeInMinutes)
	}
	out.Hooks = mapped(d.LifecycleHookDetails, func(h types.DeploymentLifecycleHookDetail) Hook {
		return Hook{ID: str(h.HookId), Status: string(h.Status), Kind: string(h.TargetType), Target: str(h.TargetArn), Expires: when(h.ExpiresAt), OnTimeout: string(h.TimeoutAction)}
	})
	return out
}

func readRevisionUse(r types.ServiceRevisionSummary) RevisionUse {
	return RevisionUse{ARN: str(r.Arn), Requested: int(r.RequestedTaskCount), Running: int(r.RunningTaskCount), Pending: int(r.PendingTaskCount)}
}

func readServiceRevision(r types.ServiceRevision, raw Raw) ServiceRevision {
	return ServiceRevision{
		ARN: str(r.ServiceRevisionArn), ServiceARN: str(r.ServiceArn), ClusterARN: str(r.ClusterArn), TaskDefinition: str(r.TaskDefinition),
		LaunchType: string(r.LaunchType), PlatformVersion: str(r.PlatformVersion), PlatformFamily: str(r.PlatformFamily),
		Images: mapped(r.ContainerImages, func(i types.ContainerImage) RevisionImage {
			return RevisionImage{Container: str(i.ContainerName), Image: str(i.Image), Digest: str(i.ImageDigest)}
		}),
		GuardDuty: r.GuardDutyEnabled, Strategy: strategy(r.CapacityProviderStrategy), LoadBalancers: loadBalancers(r.LoadBalancers),
		Network: network(r.NetworkConfiguration), Created: when(r.CreatedAt), Raw: raw,
	}
}
