package metricsapi

import (
	"slices"
	"time"

	"ecsole/aws/sim/world"
)

// insights are the metrics of Container Insights; those of single tasks and
// containers need the enhanced kind.
func (v *view) insights(name string, c *world.Cluster, s *world.Service, d dims) source {
	var tasks []*world.Task
	factor := 1.0
	switch {
	case d.is("ClusterName"):
		tasks, factor = v.cluster(c)
		if f := v.clusterCount(name, c); f != nil {
			return f
		}
	case d.is("ClusterName", "ServiceName") && s != nil:
		tasks = v.service(s)
		if f := v.serviceCount(name, s, tasks); f != nil {
			return f
		}
	case d.is("ClusterName", "TaskDefinitionFamily"):
		all, _ := v.cluster(c)
		for _, t := range all {
			if t.Definition.Family == d["TaskDefinitionFamily"] {
				tasks = append(tasks, t)
			}
		}
	case d.is("ClusterName", "ServiceName", "TaskId") && s != nil, d.is("ClusterName", "ServiceName", "TaskId", "ContainerName") && s != nil:
		if c.Insights != "enhanced" {
			return nil
		}
		for _, t := range v.service(s) {
			if t.ID == d["TaskId"] {
				tasks = append(tasks, t)
			}
		}
		if container := d["ContainerName"]; container != "" {
			return v.container(name, tasks, container)
		}
	}
	if len(tasks) == 0 {
		return nil
	}
	if f := resource(name, tasks, factor); f != nil {
		return f
	}
	if c.Insights == "enhanced" {
		return enhanced(name, tasks)
	}
	return nil
}

// resource are the sums over tasks that both kinds of Container Insights have.
func resource(name string, tasks []*world.Task, factor float64) source {
	sum := func(f func(t *world.Task, at time.Time) float64) source { return total(tasks, factor, f) }
	switch name {
	case "CpuUtilized":
		return sum(cpuUnits)
	case "CpuReserved":
		return sum(func(t *world.Task, _ time.Time) float64 { c, _ := reserved(t); return c })
	case "MemoryUtilized":
		return sum(memoryMB)
	case "MemoryReserved":
		return sum(func(t *world.Task, _ time.Time) float64 { _, m := reserved(t); return m })
	case "NetworkRxBytes":
		return sum(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 900 })
	case "NetworkTxBytes":
		return sum(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 4100 })
	case "StorageReadBytes":
		return sum(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 120 })
	case "StorageWriteBytes":
		return sum(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 310 })
	case "EphemeralStorageReserved":
		return sum(func(t *world.Task, _ time.Time) float64 { return ephemeral(t) })
	case "EphemeralStorageUtilized":
		return sum(func(t *world.Task, at time.Time) float64 { return ephemeral(t) * disk(t, at) / 100 })
	}
	return nil
}

// ephemeral storage in GB: Fargate gives 20 GiB, or what the definition asks for.
func ephemeral(t *world.Task) float64 {
	if t.LaunchType != "FARGATE" {
		return 0
	}
	if t.Definition.Ephemeral != nil {
		return float64(t.Definition.Ephemeral.GiB)
	}
	return 20
}

// disk is in per cent; it fills a little from the start on.
func disk(t *world.Task, at time.Time) float64 {
	return min(7+at.Sub(t.Started).Hours()/6+2*world.Noise(t.Seed, at, time.Hour), 92)
}

func enhanced(name string, tasks []*world.Task) source {
	switch name {
	case "TaskCpuUtilization":
		return each(tasks, cpu)
	case "TaskMemoryUtilization":
		return each(tasks, memory)
	case "TaskEphemeralStorageUtilization":
		return each(tasks, disk)
	}
	return nil
}

// container are the metrics of one container: the application's own has nine
// tenths of what the task uses.
func (v *view) container(name string, tasks []*world.Task, container string) source {
	known := func(t *world.Task) bool {
		return slices.ContainsFunc(t.Containers, func(c world.Container) bool { return c.Name == container })
	}
	if len(tasks) == 0 || !known(tasks[0]) {
		return nil
	}
	part := func(t *world.Task) float64 {
		if len(t.Containers) == 1 {
			return 1
		}
		if t.Facts.Container == container {
			return 0.9
		}
		return 0.1 / float64(len(t.Containers)-1)
	}
	of := func(f func(t *world.Task, at time.Time) float64) source {
		return each(tasks, func(t *world.Task, at time.Time) float64 { return f(t, at) * part(t) })
	}
	switch name {
	case "ContainerCpuUtilization":
		return of(cpu)
	case "ContainerMemoryUtilization":
		return of(memory)
	case "ContainerCpuUtilized":
		return of(cpuUnits)
	case "ContainerMemoryUtilized":
		return of(memoryMB)
	case "ContainerCpuReserved":
		return of(func(t *world.Task, _ time.Time) float64 { c, _ := reserved(t); return c })
	case "ContainerMemoryReserved":
		return of(func(t *world.Task, _ time.Time) float64 { _, m := reserved(t); return m })
	case "ContainerNetworkRxBytes":
		return of(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 900 })
	case "ContainerNetworkTxBytes":
		return of(func(t *world.Task, at time.Time) float64 { return requests(t, at) * 4100 })
	case "RestartCount":
		return each(tasks, func(*world.Task, time.Time) float64 { return 0 })
	case "UnHealthyContainerHealthStatus":
		return each(tasks, func(t *world.Task, at time.Time) float64 {
			if t.Facts.Container == container && sick(t, at) {
				return 1
			}
			return 0
		})
	}
	return nil
}

func sick(t *world.Task, at time.Time) bool {
	return !t.Facts.Unhealthy.IsZero() && !at.Before(t.Facts.Unhealthy)
}

// clusterCount are the counts of a cluster.
func (v *view) clusterCount(name string, c *world.Cluster) source {
	constant := func(n int) source { return func(time.Time) []float64 { return []float64{float64(n)} } }
	switch name {
	case "ServiceCount":
		return constant(len(v.world.Services(c.Name)))
	case "ContainerInstanceCount":
		return constant(len(v.world.Instances(c.Name)))
	case "TaskCount":
		v.cluster(c)
		return count(v.clusters[c.Name], runs)
	}
	return nil
}

// serviceCount are the counts of a service.
func (v *view) serviceCount(name string, s *world.Service, tasks []*world.Task) source {
	switch name {
	case "RunningTaskCount":
		return count(tasks, runs)
	case "PendingTaskCount":
		return count(tasks, func(t *world.Task, at time.Time) bool {
			waits := t.Started.IsZero() && t.Stopped.IsZero() || at.Before(t.Started)
			return !at.Before(t.Created) && waits
		})
	case "DesiredTaskCount":
		return func(time.Time) []float64 { return []float64{float64(s.Desired)} }
	case "TaskSetCount":
		return func(time.Time) []float64 { return []float64{0} }
	case "DeploymentCount":
		deployments := v.world.ServiceDeployments(s.ARN)
		return func(at time.Time) []float64 {
			n := 1.0
			for _, d := range deployments {
				ended := !d.Finished.IsZero() && !at.Before(d.Finished) || !d.Stopped.IsZero() && !at.Before(d.Stopped)
				if !at.Before(d.Created) && !ended {
					n = 2
				}
			}
			return []float64{n}
		}
	}
	return nil
}

func count(tasks []*world.Task, f func(*world.Task, time.Time) bool) source {
	return func(at time.Time) []float64 {
		n := 0
		for _, t := range tasks {
			if f(t, at) {
				n++
			}
		}
		return []float64{float64(n)}
	}
}

// balancer are the metrics of a service's target group.
func (v *view) balancer(name string, d dims) source {
	if !d.is("TargetGroup", "LoadBalancer") {
		return nil
	}
	for _, c := range v.world.Clusters() {
		for _, s := range v.world.Services(c.Name) {
			if len(s.LoadBalancers) > 0 && suffix(s.LoadBalancers[0].TargetGroup, "targetgroup/") == d["TargetGroup"] {
				return targets(name, v.service(s))
			}
		}
	}
	return nil
}

func targets(name string, tasks []*world.Task) source {
	perMinute := func(share func(t *world.Task) float64) source {
		return total(tasks, 60, func(t *world.Task, at time.Time) float64 {
			e := share(t)
			if sick(t, at) {
				e = 0.6
			}
			return requests(t, at) * e
		})
	}
	switch name {
	case "RequestCount":
		return total(tasks, 60, requests)
	case "HTTPCode_Target_5XX_Count":
		return perMinute(func(t *world.Task) float64 { return t.Facts.ErrorRate })
	case "HTTPCode_Target_2XX_Count":
		return total(tasks, 60, func(t *world.Task, at time.Time) float64 { return requests(t, at) * (0.95 - t.Facts.ErrorRate) })
	case "TargetResponseTime":
		return each(tasks, func(t *world.Task, at time.Time) float64 {
			return t.Facts.Latency.Seconds() * (1 + 0.2*world.Noise(t.Seed, at, time.Minute))
		})
	case "HealthyHostCount":
		return count(tasks, func(t *world.Task, at time.Time) bool { return runs(t, at) && !sick(t, at) })
	case "UnHealthyHostCount":
		return count(tasks, func(t *world.Task, at time.Time) bool { return runs(t, at) && sick(t, at) })
	}
	return nil
}
