package metricsapi

import (
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/world"
)

// source gives the samples of one metric in the minute around a time: one for each
// task that reported. No samples is no datapoint, which is not zero.
type source func(at time.Time) []float64

// view reads the world once for a call: whose tasks there were.
type view struct {
	world    *world.World
	services map[string][]*world.Task // by service ARN
	clusters map[string][]*world.Task // by cluster name
}

func (m *Metrics) view() *view {
	return &view{world: m.world, services: map[string][]*world.Task{}, clusters: map[string][]*world.Task{}}
}

func (v *view) service(s *world.Service) []*world.Task {
	tasks, ok := v.services[s.ARN]
	if !ok {
		tasks = v.world.History(s.ARN)
		v.services[s.ARN] = tasks
	}
	return tasks
}

// sampleTasks is how many tasks stand for a large cluster.
const sampleTasks = 64

// cluster is all tasks of a cluster, or an even choice of them and how many tasks
// each of them stands for.
func (v *view) cluster(c *world.Cluster) ([]*world.Task, float64) {
	tasks, ok := v.clusters[c.Name]
	if !ok {
		for _, s := range v.world.Services(c.Name) {
			tasks = append(tasks, v.service(s)...)
		}
		for _, t := range v.world.Tasks(c.Name) {
			if t.ServiceName == "" {
				tasks = append(tasks, t)
			}
		}
		v.clusters[c.Name] = tasks
	}
	if len(tasks) <= sampleTasks {
		return tasks, 1
	}
	some := make([]*world.Task, sampleTasks)
	for i := range some {
		some[i] = tasks[i*len(tasks)/sampleTasks]
	}
	return some, float64(len(tasks)) / sampleTasks
}

// source finds a metric; nil is one that does not exist, which has no data.
func (v *view) source(namespace, name string, d dims) source {
	c := v.world.Cluster(d["ClusterName"])
	var s *world.Service
	if c != nil && d["ServiceName"] != "" {
		s = v.world.Service(c.Name, d["ServiceName"])
	}
	switch {
	case namespace == "AWS/ApplicationELB":
		return v.balancer(name, d)
	case c == nil:
		return nil
	case namespace == "AWS/ECS" && d.is("ClusterName", "ServiceName") && s != nil:
		return v.utilization(name, v.service(s))
	case namespace == "AWS/ECS" && d.is("ClusterName"):
		return v.hosts(name, c)
	case namespace == "AWS/ECS/ManagedScaling" && d.is("CapacityProviderName", "ClusterName"):
		return v.scaling(name, c, d["CapacityProviderName"])
	case namespace == "ECS/ContainerInsights" && c.Insights != "disabled":
		return v.insights(name, c, s, d)
	}
	return nil
}

// each samples every task that runs.
func each(tasks []*world.Task, f func(t *world.Task, at time.Time) float64) source {
	return func(at time.Time) []float64 {
		var out []float64
		for _, t := range tasks {
			if runs(t, at) {
				out = append(out, f(t, at))
			}
		}
		return out
	}
}

// total is one sample: the sum over the tasks that run; none where none runs.
func total(tasks []*world.Task, factor float64, f func(t *world.Task, at time.Time) float64) source {
	one := each(tasks, f)
	return func(at time.Time) []float64 {
		list := one(at)
		if len(list) == 0 {
			return nil
		}
		sum := 0.0
		for _, x := range list {
			sum += x
		}
		return []float64{sum * factor}
	}
}

func runs(t *world.Task, at time.Time) bool {
	return !t.Started.IsZero() && !at.Before(t.Started) && (t.ExecStopped.IsZero() || at.Before(t.ExecStopped))
}

// cpu is in per cent of the reservation. Where tasks are missing for want of
// capacity, the others carry their load, and on EC2 that may be more than they have
// reserved.
func cpu(t *world.Task, at time.Time) float64 {
	v := t.CPU(at)
	if t.Story == world.NoCapacity {
		v *= 2.6
	}
	return v
}

func memory(t *world.Task, at time.Time) float64 { return t.Memory(at) }

func reserved(t *world.Task) (cpuUnits, memoryMB float64) {
	cpuUnits, _ = strconv.ParseFloat(t.Definition.CPU, 64)
	memoryMB, _ = strconv.ParseFloat(t.Definition.Memory, 64)
	return cpuUnits, memoryMB
}

func cpuUnits(t *world.Task, at time.Time) float64 {
	c, _ := reserved(t)
	return c * cpu(t, at) / 100
}

func memoryMB(t *world.Task, at time.Time) float64 {
	_, m := reserved(t)
	return m * memory(t, at) / 100
}

// requests is how many the task served per second.
func requests(t *world.Task, at time.Time) float64 {
	return t.Facts.RequestRate * world.Traffic(t.ServiceSeed, at)
}

func (v *view) utilization(name string, tasks []*world.Task) source {
	switch name {
	case "CPUUtilization":
		return each(tasks, cpu)
	case "MemoryUtilization":
		return each(tasks, memory)
	}
	return nil
}

// hosts are the metrics of a cluster's EC2 instances.
func (v *view) hosts(name string, c *world.Cluster) source {
	instances := v.world.Instances(c.Name)
	if len(instances) == 0 {
		return nil
	}
	var cpus, memories float64
	for _, i := range instances {
		cpus, memories = cpus+float64(i.CPU), memories+float64(i.Memory)
	}
	tasks, factor := v.cluster(c)
	own := make([]*world.Task, 0, len(tasks))
	for _, t := range tasks {
		if t.LaunchType == "EC2" {
			own = append(own, t)
		}
	}
	share := func(of float64, f func(t *world.Task, at time.Time) float64) source {
		sum := total(own, factor*100/of, f)
		return func(at time.Time) []float64 {
			if s := sum(at); s != nil {
				return s
			}
			return []float64{0} // instances report, whatever runs on them
		}
	}
	switch name {
	case "CPUUtilization":
		return share(cpus, cpuUnits)
	case "MemoryUtilization":
		return share(memories, memoryMB)
	case "CPUReservation":
		return share(cpus, func(t *world.Task, _ time.Time) float64 { c, _ := reserved(t); return c })
	case "MemoryReservation":
		return share(memories, func(t *world.Task, _ time.Time) float64 { _, m := reserved(t); return m })
	}
	return nil
}

// scaling is how much of a capacity provider's instances is needed: above 100 it
// has too few.
func (v *view) scaling(name string, c *world.Cluster, provider string) source {
	if name != "CapacityProviderReservation" || !strings.HasPrefix(provider, c.Name+"-") {
		return nil
	}
	base := v.hosts("MemoryReservation", c)
	if base == nil {
		return nil
	}
	short := 0
	for _, s := range v.world.Services(c.Name) {
		if s.Story == world.NoCapacity {
			short += s.Desired - s.Running
		}
	}
	return func(at time.Time) []float64 {
		r := 90 + base(at)[0]/20
		if short > 0 {
			r = 100 + 25*float64(short)
		}
		return []float64{float64(int(r))}
	}
}
