package world

import (
	"slices"
	"strconv"
)

// place chooses launch type, provider, zone and instance for a service's task.
func (w *World) place(t *Task, s *Service) {
	switch {
	case s.LaunchType == "FARGATE":
	case len(s.Strategy) > 1: // a base on FARGATE, the rest on Spot
		t.CapacityProvider = s.Strategy[len(s.Strategy)-1].Provider
		if base := s.Strategy[0]; base.Base > w.onProvider(s, base.Provider) {
			t.CapacityProvider = base.Provider
		}
	case len(s.Strategy) == 1 && (s.Strategy[0].Provider == "FARGATE" || s.Strategy[0].Provider == "FARGATE_SPOT"):
		t.CapacityProvider = s.Strategy[0].Provider
	default:
		t.LaunchType = "EC2"
		if len(s.Strategy) == 1 {
			t.CapacityProvider = s.Strategy[0].Provider
		}
		if in := w.roomiest(s, t.Definition); in != nil {
			t.InstanceARN, t.AZ = in.ARN, in.AZ
		}
		t.LastStatus = "PENDING" // nothing is provisioned for it
		if t.Definition.NetworkMode == "awsvpc" {
			t.LastStatus = "PROVISIONING"
		}
	}
}

// onProvider counts a service's tasks on a capacity provider.
func (w *World) onProvider(s *Service, provider string) int {
	n := 0
	for _, t := range w.living(s.ARN) {
		if t.CapacityProvider == provider {
			n++
		}
	}
	return n
}

// roomiest finds the instance with the most memory left that has room for the
// task; a daemon goes where its service has none. Nil: there is none.
func (w *World) roomiest(s *Service, td *TaskDefinition) *Instance {
	cpu, memory := needs(td)
	taken := map[string]bool{}
	if s.Scheduling == "DAEMON" {
		for _, t := range w.living(s.ARN) {
			taken[t.InstanceARN] = true
		}
	}
	var best *Instance
	for _, in := range w.state.instances[s.ClusterName] {
		if in.Status == "ACTIVE" && in.CPULeft >= cpu && in.MemoryLeft >= memory && !taken[in.ARN] && (best == nil || in.MemoryLeft > best.MemoryLeft) {
			best = in
		}
	}
	return best
}

func needs(td *TaskDefinition) (cpu, memory int) {
	cpu, _ = strconv.Atoi(td.CPU)
	memory, _ = strconv.Atoi(td.Memory)
	return cpu, memory
}

// reserve takes or gives back an instance's room. dir is 1 or -1.
func (w *World) reserve(t *Task, dir int) {
	if t.InstanceARN == "" {
		return
	}
	list := w.state.instances[t.ClusterName]
	for i, in := range list {
		if in.ARN != t.InstanceARN {
			continue
		}
		n := *in
		cpu, memory := needs(t.Definition)
		n.CPULeft -= dir * cpu
		n.MemoryLeft -= dir * memory
		n.Running += dir
		if !w.building {
			list = slices.Clone(list)
		}
		list[i] = &n
		w.state.instances[t.ClusterName] = list
		return
	}
}
