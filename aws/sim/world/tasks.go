package world

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// remembered is how long AWS tells of a stopped task.
const remembered = time.Hour

// keepGone is how many gone tasks a service keeps for the sake of its log streams.
const keepGone = 60

// newTask makes a task of a service's deployment (or of none: s nil), not yet
// placed in the state.
func (w *World) newTask(s *Service, dep *Deployment, td *TaskDefinition, c *Cluster, created time.Time) *Task {
	h := w.next()
	id := hexID(h, 32)
	t := &Task{
		ARN: w.ARN("ecs", "task/%s/%s", c.Name, id), ID: id, ClusterARN: c.ARN, ClusterName: c.Name,
		Group: "family:" + td.Family, Definition: td, LastStatus: "PROVISIONING", DesiredStatus: "RUNNING",
		Health: "UNKNOWN", Created: created, Seed: h, ServiceSeed: h, Version: 1, LaunchType: "FARGATE", AZ: w.az(int(h % 3)), Tags: td.Tags,
	}
	if s != nil {
		t.ServiceName, t.Group, t.StartedBy, t.Deployment = s.Name, "service:"+s.Name, dep.ID, dep.ID
		t.Exec, t.Story, t.App = s.Exec, s.Story, s.App
		t.ServiceSeed = s.Seed
		w.place(t, s)
	}
	if t.LaunchType == "FARGATE" {
		t.PlatformVersion = "1.4.0"
	}
	if td.NetworkMode == "awsvpc" {
		zone := int(t.AZ[len(t.AZ)-1] - 'a')
		ip := fmt.Sprintf("10.%d.%d.%d", 16+text(c.Name)%16, zone*16+int(h>>8%16), 4+h>>16%250)
		t.ENI = &ENI{
			AttachmentID: uuid(mix(h, 2)), ID: "eni-0" + hexID(mix(h, 3), 16), Subnet: w.subnet(c.Name, zone), IP: ip,
			MAC: mac(mix(h, 4)), DNS: "ip-" + dashes(ip) + "." + w.region + ".compute.internal",
		}
	}
	for i := range td.Containers {
		t.Containers = append(t.Containers, w.newContainer(t, &td.Containers[i], uint64(i)))
	}
	if s != nil && w.state.plans[s.ARN].template.agent {
		t.Containers = append(t.Containers, Container{
			Name: "aws-gd-agent", ARN: w.ARN("ecs", "container/%s/%s/%s", c.Name, id, uuid(mix(h, 90))),
			Image:  "593207742271.dkr.ecr." + w.region + ".amazonaws.com/aws-guardduty-agent-fargate:v1.7.0",
			Digest: digest("aws-gd-agent"), LastStatus: "PENDING", Health: "UNKNOWN", CPU: "0", RuntimeID: id + "-" + digits(mix(h, 91), 10), IP: ipOf(t),
		})
	}
	w.decide(t, s)
	return t
}

func ipOf(t *Task) string {
	if t.ENI == nil {
		return ""
	}
	return t.ENI.IP
}

func (w *World) newContainer(t *Task, cd *ContainerDefinition, i uint64) Container {
	h := mix(t.Seed, i, 5)
	c := Container{
		Name: cd.Name, ARN: w.ARN("ecs", "container/%s/%s/%s", t.ClusterName, t.ID, uuid(h)), Image: cd.Image, Digest: digest(cd.Image),
		LastStatus: "PENDING", Health: "UNKNOWN", CPU: strconv.Itoa(cd.CPU), IP: ipOf(t), RuntimeID: t.ID + "-" + digits(mix(h, 1), 10),
	}
	if t.LaunchType == "EC2" {
		c.RuntimeID = hexID(mix(h, 1), 64)
	}
	if cd.Memory != nil {
		c.Memory = strconv.Itoa(*cd.Memory)
	}
	if cd.Reservation != nil {
		c.Reservation = strconv.Itoa(*cd.Reservation)
	}
	for _, p := range cd.Ports {
		host := p.HostPort
		if t.Definition.NetworkMode == "bridge" && host == 0 {
			host = 32768 + int(h%28000)
		}
		if t.Definition.NetworkMode != "awsvpc" {
			c.HostPorts = append(c.HostPorts, PortBinding{BindIP: "0.0.0.0", ContainerPort: p.ContainerPort, HostPort: host, Protocol: "tcp"})
		}
	}
	if t.Exec {
		c.Agent = "PENDING"
	}
	return c
}

// admit puts a new task into the state.
func (w *World) admit(t *Task) {
	w.state.tasks[t.ARN] = t
	list := w.state.visible[t.ClusterName]
	if n := len(list); w.building || n == 0 || list[n-1] < t.ARN {
		w.state.visible[t.ClusterName] = append(list, t.ARN)
	} else {
		i, _ := slices.BinarySearch(list, t.ARN)
		w.state.visible[t.ClusterName] = slices.Insert(list, i, t.ARN)
	}
	if t.ServiceName != "" {
		s := serviceARN(t)
		w.state.ofService[s] = append(w.state.ofService[s], t.ARN)
		w.state.dirty[s] = struct{}{}
	}
	w.reserve(t, 1)
}

// serviceARN is the ARN of the task's service.
func serviceARN(t *Task) string {
	// arn:…:cluster/NAME and arn:…:service/NAME/SERVICE differ in their resource.
	const mark = ":cluster/"
	head := t.ClusterARN[:len(t.ClusterARN)-len(t.ClusterName)-len(mark)]
	return head + ":service/" + t.ClusterName + "/" + t.ServiceName
}

// change replaces a task by a changed copy.
func (w *World) change(arn string, f func(*Task)) *Task {
	old := w.state.tasks[arn]
	if old == nil {
		return nil
	}
	t := *old
	t.Containers = slices.Clone(old.Containers)
	t.Version++
	f(&t)
	w.state.tasks[arn] = &t
	if t.ServiceName != "" {
		w.state.dirty[serviceARN(&t)] = struct{}{}
	}
	return &t
}

// living lists a service's tasks that are not stopped, oldest first.
func (w *World) living(service string) []*Task {
	var out []*Task
	for _, a := range w.state.ofService[service] {
		if t := w.state.tasks[a]; t != nil && t.LastStatus != "STOPPED" {
			out = append(out, t)
		}
	}
	return out
}

// settled puts a task that has long been running into the state.
func (w *World) settled(s *Service, dep *Deployment, td *TaskDefinition, started time.Time, i int) {
	c := w.state.clusters[s.ClusterName]
	t := w.newTask(s, dep, td, c, started.Add(-35*time.Second))
	t.PullStarted, t.PullStopped = started.Add(-22*time.Second), started.Add(-8*time.Second)
	t.Connected = started.Add(-25 * time.Second)
	w.running(t, started)
	if i == 0 && s.Story == Miner {
		w.infect(t)
	}
	w.admit(t)
	w.foretell(t)
}

// running fills in what a task has from its start on.
func (w *World) running(t *Task, at time.Time) {
	t.LastStatus, t.Started, t.Connectivity = "RUNNING", at, "CONNECTED"
	t.begin(at)
	for i := range t.Containers {
		c := &t.Containers[i]
		c.LastStatus = "RUNNING"
		if def := t.definition(c.Name); def != nil && def.HealthCheck != nil {
			c.Health = "HEALTHY"
			t.Health = "HEALTHY"
		}
		if c.Agent == "" || c.Name == "aws-gd-agent" {
			continue
		}
		c.Agent, c.AgentStarted = "RUNNING", at
		if t.Story == AgentDown {
			c.Agent = "STOPPED"
			c.AgentReason = "Received Container Stopped event"
		}
	}
}

func (t *Task) definition(container string) *ContainerDefinition {
	for i := range t.Definition.Containers {
		if t.Definition.Containers[i].Name == container {
			return &t.Definition.Containers[i]
		}
	}
	return nil
}

// start begins a new task and lets it come up: PROVISIONING, PENDING, RUNNING.
func (w *World) start(s *Service, dep *Deployment, td *TaskDefinition, c *Cluster, group, by string) *Task {
	t := w.newTask(s, dep, td, c, w.now)
	if s == nil {
		t.Group, t.StartedBy = group, by
	}
	w.admit(t)
	provision := w.between(6*time.Second, 14*time.Second)
	if t.LastStatus == "PENDING" {
		provision = 0
	}
	w.after(provision, func() {
		w.unlessStopping(t.ARN, func(t *Task) {
			t.LastStatus, t.Connected, t.Connectivity = "PENDING", w.now, "CONNECTED"
			t.PullStarted = w.now.Add(300 * time.Millisecond)
		})
	})
	pulled := provision + w.between(4*time.Second, 12*time.Second)
	w.after(pulled, func() { w.unlessStopping(t.ARN, func(t *Task) { t.PullStopped = w.now }) })
	w.after(pulled+w.between(time.Second, 4*time.Second), func() {
		if n := w.unlessStopping(t.ARN, func(t *Task) { w.running(t, w.now) }); n != nil {
			w.foretell(n)
			w.started(n)
		}
	})
	return t
}

func (w *World) unlessStopping(arn string, f func(*Task)) *Task {
	if t := w.state.tasks[arn]; t == nil || t.DesiredStatus == "STOPPED" {
		return nil
	}
	return w.change(arn, f)
}

// end stops a task: code and reason are AWS's; exits gives containers their ends
// before the others are stopped. It goes through its last states by itself.
func (w *World) end(arn, code, reason string, exits func(*Task)) *Task {
	t := w.state.tasks[arn]
	if t == nil || t.DesiredStatus == "STOPPED" {
		return t
	}
	was := t.LastStatus
	t = w.change(arn, func(t *Task) {
		t.DesiredStatus, t.StopCode, t.StoppedReason, t.Stopping = "STOPPED", code, reason, w.now
		if exits != nil {
			exits(t)
		}
		if was == "RUNNING" && code == "ServiceSchedulerInitiated" && w.balanced(t) {
			t.LastStatus = "DEACTIVATING"
		} else if was == "RUNNING" {
			t.LastStatus = "STOPPING"
		}
	})
	quit := w.between(2*time.Second, 9*time.Second)
	if t.LastStatus == "DEACTIVATING" {
		drain := w.between(8*time.Second, 20*time.Second)
		w.after(drain, func() { w.change(arn, func(t *Task) { t.LastStatus = "STOPPING" }) })
		quit += drain
	}
	w.after(quit, func() { w.quit(arn, was == "RUNNING") })
	return t
}

// balanced reports whether a load balancer sends requests to the task.
func (w *World) balanced(t *Task) bool {
	if t.ServiceName == "" {
		return false
	}
	s := w.state.services[serviceARN(t)]
	return s != nil && len(s.LoadBalancers) > 0
}

// quit ends the containers of a stopping task, and then the task.
func (w *World) quit(arn string, ran bool) {
	t := w.change(arn, func(t *Task) {
		t.ExecStopped = w.now
		if t.LaunchType == "FARGATE" {
			t.LastStatus = "DEPROVISIONING"
		}
		for i := range t.Containers {
			c := &t.Containers[i]
			if c.LastStatus == "STOPPED" {
				continue
			}
			c.LastStatus = "STOPPED"
			if c.Agent != "" {
				c.Agent = "STOPPED"
			}
			if ran {
				code := 0
				if t.App == Java || t.App == Python || t.App == Worker {
					code = 143
				}
				c.ExitCode = &code
			}
		}
	})
	if t == nil {
		return
	}
	last := time.Duration(0)
	if t.LaunchType == "FARGATE" {
		last = w.between(5*time.Second, 14*time.Second)
	}
	w.after(last, func() { w.stopped(arn) })
}

func (w *World) stopped(arn string) {
	t := w.change(arn, func(t *Task) {
		t.LastStatus, t.Stopped, t.Connectivity = "STOPPED", w.now, "DISCONNECTED"
	})
	if t == nil {
		return
	}
	w.reserve(t, -1)
	w.after(remembered, func() { w.vanish(arn) })
	w.ended(t)
}

// vanish takes a stopped task out of what AWS tells of.
func (w *World) vanish(arn string) {
	t := w.state.tasks[arn]
	if t == nil {
		return
	}
	list := w.state.visible[t.ClusterName]
	if i, ok := slices.BinarySearch(list, arn); ok {
		w.state.visible[t.ClusterName] = slices.Delete(slices.Clone(list), i, i+1)
	}
	if t.ServiceName == "" {
		delete(w.state.tasks, arn)
		return
	}
	s := serviceARN(t)
	all := w.state.ofService[s]
	gone := len(all) - len(w.living(s))
	if gone <= keepGone {
		return
	}
	for i, a := range all {
		if o := w.state.tasks[a]; o != nil && o.LastStatus == "STOPPED" && w.now.Sub(o.Stopped) >= remembered {
			delete(w.state.tasks, a)
			w.state.ofService[s] = slices.Delete(slices.Clone(all), i, i+1)
			return
		}
	}
}

func mac(h uint64) string {
	x := hexID(h, 10)
	return "0a:" + x[0:2] + ":" + x[2:4] + ":" + x[4:6] + ":" + x[6:8] + ":" + x[8:10]
}

func dashes(ip string) string {
	b := []byte(ip)
	for i := range b {
		if b[i] == '.' {
			b[i] = '-'
		}
	}
	return string(b)
}

// threshold is the circuit breaker's: half the desired count, from 3 to 200.
func threshold(desired int) int {
	return min(max(3, int(math.Ceil(float64(desired)/2))), 200)
}
