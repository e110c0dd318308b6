package doctor

import (
	"fmt"
	"strings"
	"time"

	"ecsole/aws/ecs"
)

// known are the points that the task and its definition tell by themselves.
func (x *exam) known() []Point {
	if x.Task == nil {
		return x.untasked()
	}
	td, err := x.definition()
	definition := &td
	if err != nil {
		definition = nil
	}
	var out []Point
	for i, c := range x.containers() {
		for _, p := range ecs.ExecReadiness(*x.Task, c, definition).Points {
			switch p.Name {
			case Enabled, Platform, Role: // judged by more than is known here
				continue
			case Task, Processes:
				if i > 0 {
					continue
				}
				out = append(out, Point{Name: p.Name, State: p.State, Evidence: p.Evidence, Fix: p.Fix})
				continue
			case Choice:
				p.Evidence += x.leftOut()
			case Agent:
				if !x.Task.ExecEnabled && p.State == ecs.PointUnknown { // that there is none is known
					p.State, p.Fix = ecs.PointFailed, ""
				}
			case RootFS:
				if definition == nil {
					continue
				}
			}
			out = append(out, Point{Name: p.Name, Container: c.Name, State: p.State, Evidence: p.Evidence, Fix: p.Fix, Paste: remedy(p)})
		}
		if definition != nil {
			out = append(out, x.environment(c.Name, td, &out)...)
		}
	}
	if len(out) == 0 {
		names := make([]string, len(x.Task.Containers))
		for i, c := range x.Task.Containers {
			names[i] = c.Name
		}
		out = append(out, Point{Name: Choice, State: ecs.PointFailed, Evidence: fmt.Sprintf("the task has no container %q, but %s", x.Container, strings.Join(names, ", "))})
	}
	if definition == nil {
		out = append(out, undefined(err)...)
	}
	return out
}

// leftOut names the sidecars that take no shell, where no container was asked for.
func (x *exam) leftOut() string {
	var names []string
	for _, c := range x.Task.Containers {
		if of := ecs.Sidecar(c.Name); of != "" && x.Container == "" {
			names = append(names, c.Name+" of "+of)
		}
	}
	if len(names) == 0 || len(names) == len(x.Task.Containers) {
		return ""
	}
	return "; left out, since they take no shell: " + strings.Join(names, ", ")
}

// undefined are the points that need the task definition, where it cannot be read.
func undefined(err error) []Point {
	var out []Point
	for _, name := range []string{RootFS, Environment, Proxy, Processes, Init} {
		out = append(out, unknown(name, err))
	}
	return out
}

// untasked are the points of a service without a task.
func (x *exam) untasked() []Point {
	out := []Point{{Name: Task, State: ecs.PointFailed, Evidence: "the service has no task", Fix: "scale it to one or more"}}
	if x.Service != nil {
		out[0].Paste = x.updateService("--desired-count", "1")
	}
	td, err := x.definition()
	if err != nil {
		return append(out, undefined(err)...)
	}
	would := ecs.Task{TaskDefinition: td.ARN}
	for i, def := range td.Containers {
		if x.Container != "" && def.Name != x.Container {
			continue
		}
		for _, p := range ecs.ExecReadiness(would, ecs.Container{Name: def.Name}, &td).Points {
			switch {
			case p.Name == RootFS, p.Name == Environment, p.Name == Init:
				out = append(out, Point{Name: p.Name, Container: def.Name, State: p.State, Evidence: p.Evidence, Fix: p.Fix, Paste: remedy(p)})
			case p.Name == Processes && i == 0:
				out = append(out, Point{Name: p.Name, State: p.State, Evidence: p.Evidence, Fix: p.Fix})
			}
		}
		out = append(out, x.environment(def.Name, td, &out)...)
	}
	return out
}

// remedy is what to write into the container's definition.
func remedy(p ecs.Point) string {
	if p.State == ecs.PointPassed {
		return ""
	}
	switch p.Name {
	case RootFS:
		return `"readonlyRootFilesystem": false`
	case Init:
		return `"linuxParameters": {"initProcessEnabled": true}`
	}
	return ""
}

// The addresses of the metadata services, which no proxy reaches.
const (
	instanceMetadata = "169.254.169.254"
	taskMetadata     = "169.254.170.2"
)

// environment is the point about proxies. It adds to the evidence about credentials
// what cannot be seen: files of variables.
func (x *exam) environment(container string, td ecs.TaskDefinition, so *[]Point) []Point {
	def, ok := td.Container(container)
	if !ok {
		return nil
	}
	if len(def.EnvFiles) > 0 {
		for i := range *so {
			if p := &(*so)[i]; p.Name == Environment && p.Container == container && p.State == ecs.PointPassed {
				p.State, p.Evidence = ecs.PointUnknown, p.Evidence+", but there are files of variables in S3, which are not looked into"
			}
		}
	}
	proxy, except := "", ""
	for _, e := range def.Env {
		switch strings.ToUpper(e.Key) {
		case "HTTP_PROXY", "HTTPS_PROXY":
			if e.Value != "" && (proxy == "" || e.Key == "HTTP_PROXY") {
				proxy = e.Key
			}
		case "NO_PROXY":
			except += "," + e.Value
		}
	}
	p := Point{Name: Proxy, Container: container, Evidence: "no proxy is set"}
	if proxy != "" {
		var lacking []string
		for _, address := range []string{instanceMetadata, taskMetadata} {
			if !excepted(except, address) {
				lacking = append(lacking, address)
			}
		}
		p.Evidence = proxy + " is set, and NO_PROXY has the addresses of the metadata services"
		if len(lacking) > 0 {
			p.State = ecs.PointWarned
			p.Evidence = proxy + " is set, and NO_PROXY lacks " + strings.Join(lacking, " and ") + ": the agent asks the proxy for its credentials"
			p.Fix = "add the addresses to NO_PROXY in the container's definition"
			p.Paste = `{"name": "NO_PROXY", "value": "` + instanceMetadata + "," + taskMetadata + `"}`
		}
	}
	return []Point{p}
}

// excepted reports whether a NO_PROXY list covers an address of 169.254.0.0/16.
func excepted(list, address string) bool {
	for _, e := range strings.Split(list, ",") {
		switch e = strings.TrimSpace(e); e {
		case "*", address, "169.254.0.0/16", "169.254.", "169.254.*":
			return true
		}
	}
	return false
}

// enabled tells a task that was started too early from a service that has exec off.
func (x *exam) enabled() []Point {
	p := Point{Name: Enabled, Evidence: "enableExecuteCommand is true for the task"}
	service, err := x.service()
	switch {
	case x.Task == nil && service != nil && service.ExecEnabled:
		p.Evidence = "enableExecuteCommand is true for the service"
	case x.Task == nil:
		p.State, p.Evidence = ecs.PointFailed, "enableExecuteCommand is false for the service"
		p.Fix, p.Paste = "enable it; only tasks started afterwards have it", x.updateService("--enable-execute-command", "--force-new-deployment")
	case x.Task.ExecEnabled && service != nil && !service.ExecEnabled:
		p.State, p.Evidence = ecs.PointWarned, "the task has it, but the service has it no longer: the next task will not"
		p.Fix, p.Paste = "enable it on the service", x.updateService("--enable-execute-command")
	case x.Task.ExecEnabled:
	case service != nil && service.ExecEnabled:
		p.State, p.Evidence = ecs.PointFailed, "the service has enableExecuteCommand, but this task was started before, "+ago(x.Task.Created)
		p.Fix, p.Paste = "replace the tasks by a new deployment", x.updateService("--force-new-deployment")
	case service != nil:
		p.State, p.Evidence = ecs.PointFailed, "enableExecuteCommand is false for the service and its tasks"
		p.Fix, p.Paste = "enable it; only tasks started afterwards have it", x.updateService("--enable-execute-command", "--force-new-deployment")
	case err != nil:
		p.State, p.Evidence = ecs.PointFailed, "enableExecuteCommand is false for this task; its service could not be read"
		p.Fix, p.Paste = "enable it; only tasks started afterwards have it", x.updateService("--enable-execute-command", "--force-new-deployment")
	default:
		p.State, p.Evidence = ecs.PointFailed, "enableExecuteCommand is false for this task, which belongs to no service"
		p.Fix = "run it anew with exec enabled"
		p.Paste = command("aws", "ecs", "run-task", "--cluster", ecs.NameOf(x.Cluster), "--task-definition", ecs.NameOf(x.Task.TaskDefinition), "--enable-execute-command", "--region", x.account.Region())
	}
	return []Point{p}
}

func ago(t time.Time) string {
	if t.IsZero() {
		return "at a time that is not known"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// updateService is the command that changes the service.
func (x *exam) updateService(flags ...string) string {
	name := ""
	switch {
	case x.Service != nil:
		name = x.Service.Name
	case x.Task != nil:
		name = x.Task.Service()
	}
	words := []string{"aws", "ecs", "update-service", "--cluster", ecs.NameOf(x.Cluster), "--service", name}
	return command(append(append(words, flags...), "--region", x.account.Region())...)
}

// command is a line for a shell.
func command(words ...string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=/.,:+@%"
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; w == "" || strings.Trim(w, plain) != "" {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// leastAgent is the first ECS agent on EC2 that knows exec.
const leastAgent = "1.50.2"

func (x *exam) platform() []Point {
	p := Point{Name: Platform}
	if x.Task == nil {
		p.Evidence = "Fargate gives new tasks a platform that has exec"
		if !x.fargate() {
			p.State, p.Evidence = ecs.PointUnknown, "it shows with the next task"
		}
		return []Point{p}
	}
	instance, err := x.instance()
	switch {
	case x.fargate():
		for _, q := range ecs.ExecReadiness(*x.Task, ecs.Container{}, nil).Points {
			if q.Name == Platform {
				p.State, p.Evidence, p.Fix = q.State, q.Evidence, q.Fix
			}
		}
		if p.State == ecs.PointFailed {
			p.Paste = x.updateService("--platform-version", "LATEST", "--force-new-deployment")
		}
	case err != nil:
		return []Point{unknown(Platform, err)}
	case instance == nil:
		p.State, p.Evidence = ecs.PointUnknown, "the task does not say what it runs on"
	case ecs.Before(instance.AgentVersion, leastAgent):
		p.State, p.Evidence = ecs.PointFailed, fmt.Sprintf("the ECS agent of instance %s is %s; exec needs %s", instance.EC2ID, instance.AgentVersion, leastAgent)
		p.Fix = "update the agent"
		p.Paste = command("aws", "ecs", "update-container-agent", "--cluster", ecs.NameOf(x.Cluster), "--container-instance", instance.ID, "--region", x.account.Region())
	case !instance.AgentConnected:
		p.State, p.Evidence = ecs.PointFailed, fmt.Sprintf("the ECS agent of instance %s is not connected to ECS", instance.EC2ID)
		p.Fix = "look at the instance: its ecs-agent and its way to ECS"
	default:
		p.Evidence = fmt.Sprintf("ECS agent %s on instance %s", instance.AgentVersion, instance.EC2ID)
	}
	return []Point{p}
}
