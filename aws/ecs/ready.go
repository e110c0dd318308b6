package ecs

import (
	"fmt"
	"strconv"
	"strings"
)

// PointState is how one point of a check went.
type PointState int

const (
	PointPassed  PointState = iota
	PointWarned             // a shell works, but something about it is not as it should be
	PointUnknown            // what it depends on is not known here
	PointFailed             // no shell before this is mended
)

func (s PointState) String() string {
	return [...]string{"passed", "warned", "unknown", "failed"}[s]
}

// Point is one thing that a shell depends on: how it stands, what shows it, and what
// to do about it. Evidence may quote foreign text: it must be cleaned before it is
// shown.
type Point struct {
	Name     string
	State    PointState
	Evidence string
	Fix      string
}

// ReadyState sums a readiness up.
type ReadyState int

const (
	ReadyUnknown ReadyState = iota
	Ready
	NotReady
)

func (s ReadyState) String() string {
	return [...]string{"unknown", "ready", "not ready"}[s]
}

// Readiness says whether ECS Exec can open a shell in a container, and why.
type Readiness struct {
	State  ReadyState
	Points []Point
}

// Why is the first failed point's evidence, else the first unknown one's; "" when ready.
func (r Readiness) Why() string {
	for _, want := range []PointState{PointFailed, PointUnknown} {
		for _, p := range r.Points {
			if p.State == want && r.State != Ready {
				return p.Evidence
			}
		}
	}
	return ""
}

// ExecReadiness judges a container's readiness for ECS Exec from what DescribeTasks says and,
// if it is there, the task definition; nil leaves the points that need it unknown.
// It calls nobody. A running agent outweighs what is unknown: the state is then
// Ready. (Requirements: AWS's "Monitor Amazon ECS containers with ECS Exec".)
func ExecReadiness(t Task, c Container, td *TaskDefinition) Readiness {
	def, known := td.Container(c.Name)
	agent := agentPoint(t, c)
	up := agent.State == PointPassed
	points := []Point{sidecarPoint(c), taskPoint(t), containerPoint(c), enabledPoint(t), agent, platformPoint(t, up)}
	if known {
		points = append(points, rootPoint(def), rolePoint(t, td, up), environmentPoint(def), pidPoint(t, td), initPoint(def, td))
	} else {
		points = append(points, Point{Name: "root file system", State: PointUnknown, Evidence: "the task definition is not known here"})
	}
	r := Readiness{State: Ready, Points: points}
	for _, p := range points {
		if p.State == PointFailed {
			r.State = NotReady
			return r
		}
		if p.State == PointUnknown && !up {
			r.State = ReadyUnknown
		}
	}
	return r
}

// TaskExec sums a task up: ready if any of its containers is (their names are
// returned), else what stands in the way of the first that is no sidecar.
func TaskExec(t Task, td *TaskDefinition) (state ReadyState, ready []string, why string) {
	state, why = NotReady, "it has no container that takes a shell"
	first := true
	for _, c := range t.Containers {
		if Sidecar(c.Name) != "" {
			continue
		}
		r := ExecReadiness(t, c, td)
		if r.State == Ready {
			ready = append(ready, c.Name)
		}
		if first || r.State == ReadyUnknown && state == NotReady {
			state, why, first = r.State, r.Why(), false
		}
	}
	if len(ready) > 0 {
		return Ready, ready, ""
	}
	return state, nil, why
}

// Sidecar names the service that puts a container of that name into tasks by itself.
func Sidecar(name string) string {
	switch {
	case name == "aws-gd-agent", strings.HasPrefix(name, "aws-guardduty-agent"):
		return "GuardDuty"
	case strings.HasPrefix(name, "ecs-service-connect-"):
		return "Service Connect"
	}
	return ""
}

func sidecarPoint(c Container) Point {
	p := Point{Name: "container", Evidence: "it is the application's own"}
	if s := Sidecar(c.Name); s != "" {
		p.State, p.Evidence, p.Fix = PointFailed, "it is a sidecar of "+s+", which takes no shell", "choose another container of the task"
	}
	return p
}

func taskPoint(t Task) Point {
	p := Point{Name: "task", Evidence: "RUNNING"}
	switch {
	case t.LastStatus != "RUNNING":
		p.State, p.Evidence = PointFailed, because("it is "+t.LastStatus, StopSummary(t))
		p.Fix = "choose a running task"
		if t.LastStatus == "PROVISIONING" || t.LastStatus == "PENDING" || t.LastStatus == "ACTIVATING" {
			p.Fix = "wait until it runs"
		}
	case t.DesiredStatus == "STOPPED":
		p.State, p.Evidence = PointWarned, because("it is about to stop", StopSummary(t))
	case t.Connectivity == "DISCONNECTED":
		p.State, p.Evidence, p.Fix = PointWarned, "its agent is disconnected from ECS", "look at the instance's ecs-agent and its network"
	}
	return p
}

func containerPoint(c Container) Point {
	p := Point{Name: "container status", Evidence: c.LastStatus}
	switch {
	case c.LastStatus != "RUNNING":
		p.State, p.Evidence, p.Fix = PointFailed, because("it is "+c.LastStatus, ExitSummary(c, false)), "choose a running container"
	case c.RuntimeID == "":
		p.State, p.Evidence = PointWarned, "RUNNING, without a runtime id: sessions that a KMS key encrypts will fail"
	}
	return p
}

const enableFix = "aws ecs update-service --enable-execute-command --force-new-deployment (only tasks started afterwards have it)"

func enabledPoint(t Task) Point {
	p := Point{Name: "exec enabled", Evidence: "enableExecuteCommand is true"}
	if !t.ExecEnabled {
		p.State, p.Evidence, p.Fix = PointFailed, "enableExecuteCommand is false for this task", enableFix
		if t.Service() == "" {
			p.Fix = "run the task anew with enableExecuteCommand"
		}
	}
	return p
}

func agentPoint(t Task, c Container) Point {
	p := Point{Name: "exec agent", Evidence: "ExecuteCommandAgent is RUNNING"}
	switch c.ExecAgent {
	case "RUNNING":
	case "":
		p.State, p.Evidence = PointUnknown, "ECS lists no ExecuteCommandAgent for this container"
		if !t.ExecEnabled {
			p.Evidence, p.Fix = "there is none: exec is not enabled", enableFix
		}
	case "PENDING":
		p.State, p.Evidence, p.Fix = PointFailed, because("ExecuteCommandAgent is still starting", c.ExecAgentReason), "wait a moment"
	default:
		p.State, p.Evidence = PointFailed, because("ExecuteCommandAgent is "+c.ExecAgent, c.ExecAgentReason)
		p.Fix = "check the task role's ssmmessages permissions, the way to ssmmessages (VPC endpoint, NAT) and a read-only root file system; then stop the task: its successor starts the agent anew"
	}
	return p
}

// platformPoint: Fargate 1.4.0 on Linux, 1.0.0 on Windows. On EC2 the agent must be
// 1.50.2 or newer, which only the instance tells; a running exec agent proves it.
func platformPoint(t Task, up bool) Point {
	p := Point{Name: "platform"}
	fargate := t.LaunchType == "FARGATE" || strings.HasPrefix(t.CapacityProvider, "FARGATE")
	switch {
	case up && !fargate:
		p.Evidence = "the exec agent runs"
	case !fargate:
		p.State, p.Evidence, p.Fix = PointUnknown, "on EC2 the ECS agent must be 1.50.2 or newer; the task does not say", "look at the instance"
	case t.PlatformVersion == "":
		p.State, p.Evidence = PointUnknown, "the platform version is not known"
		if up {
			p.State, p.Evidence = PointPassed, "the exec agent runs"
		}
	default:
		least := "1.4.0"
		if strings.HasPrefix(strings.ToUpper(t.PlatformFamily), "WINDOWS") {
			least = "1.0.0"
		}
		p.Evidence = "Fargate " + t.PlatformVersion
		if Before(t.PlatformVersion, least) {
			p.State, p.Evidence, p.Fix = PointFailed, "Fargate "+t.PlatformVersion+" has no exec", "deploy with platform version "+least+" or LATEST"
		}
	}
	return p
}

// Before compares dotted versions; what is no number ("LATEST") is before nothing.
func Before(v, least string) bool {
	a, b := strings.Split(v, "."), strings.Split(least, ".")
	for i := range b {
		x := 0
		if i < len(a) {
			n, err := strconv.Atoi(a[i])
			if err != nil {
				return false
			}
			x = n
		}
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// agentPaths are where the agent must be able to write inside the container.
var agentPaths = [...]string{"/var/lib/amazon", "/var/log/amazon"}

func rootPoint(def ContainerDefinition) Point {
	p := Point{Name: "root file system", Evidence: "it can be written"}
	if !def.ReadonlyRoot {
		return p
	}
	for _, path := range agentPaths {
		if !writable(def, path) {
			p.State, p.Evidence = PointFailed, "readonlyRootFilesystem is true, and the exec agent must write to "+path
			p.Fix = "deploy without readonlyRootFilesystem, or with writable volumes at " + strings.Join(agentPaths[:], " and ")
			return p
		}
	}
	p.State, p.Evidence = PointWarned, "readonlyRootFilesystem is true, which AWS does not support with exec; the agent's own paths are writable volumes"
	return p
}

func writable(def ContainerDefinition, path string) bool {
	for _, m := range def.MountPoints {
		if !m.ReadOnly && (m.Path == path || strings.HasPrefix(path, strings.TrimSuffix(m.Path, "/")+"/") || strings.HasPrefix(m.Path, path+"/ssm")) {
			return true
		}
	}
	return false
}

func rolePoint(t Task, td *TaskDefinition, up bool) Point {
	p := Point{Name: "task role"}
	role := t.TaskRoleOverride
	if role == "" {
		role = td.TaskRole
	}
	switch {
	case role != "" && up:
		p.Evidence = NameOf(role) + " lets the agent in"
	case role != "":
		p.State, p.Evidence = PointUnknown, NameOf(role)+" must allow ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel, OpenDataChannel"
		p.Fix = "check the role's policies"
	case up:
		p.Evidence = "none, but the agent has credentials"
	default:
		p.State, p.Evidence, p.Fix = PointFailed, "the task has no role, so the agent has no credentials", "give the task definition a task role that allows the ssmmessages actions"
		if t.InstanceARN != "" {
			p.State, p.Evidence = PointUnknown, "the task has no role; the agent depends on the instance's"
		}
	}
	return p
}

// hijackers are variables that the agent's SDK takes for its own credentials.
var hijackers = [...]string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"}

func environmentPoint(def ContainerDefinition) Point {
	p := Point{Name: "environment", Evidence: "no AWS keys in it"}
	has := func(name string) bool {
		for _, h := range hijackers {
			if name == h {
				return true
			}
		}
		return false
	}
	var found []string
	for _, e := range def.Env {
		if has(e.Key) {
			found = append(found, e.Key)
		}
	}
	for _, s := range def.Secrets {
		if has(s.Name) {
			found = append(found, s.Name)
		}
	}
	if len(found) > 0 {
		p.State = PointWarned
		p.Evidence = "the exec agent takes " + strings.Join(found, ", ") + " for its own credentials"
		p.Fix = "use the task role instead of keys"
	}
	return p
}

func pidPoint(t Task, td *TaskDefinition) Point {
	p := Point{Name: "process namespace", Evidence: "each container has its own"}
	if td.PIDMode == "task" && len(t.Containers) > 1 {
		p.State = PointWarned
		p.Evidence = fmt.Sprintf("pidMode is task: of %d containers only one can have a shell at a time", len(t.Containers))
		p.Fix = "deploy without pidMode, or end the shell in the other container first"
	}
	return p
}

func initPoint(def ContainerDefinition, td *TaskDefinition) Point {
	p := Point{Name: "init process", Evidence: "initProcessEnabled is true"}
	if !def.InitProcess && !strings.HasPrefix(td.OSFamily, "WINDOWS") {
		p.State, p.Evidence, p.Fix = PointWarned, "initProcessEnabled is not set: what a shell leaves behind stays as zombies", "set linuxParameters.initProcessEnabled"
	}
	return p
}
