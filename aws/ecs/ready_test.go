package ecs

import (
	"strings"
	"testing"
)

// exec returns a task that is ready, with its container and definition, to be
// spoilt by a test.
func execReady() (Task, TaskDefinition) {
	t := Task{
		LastStatus: "RUNNING", DesiredStatus: "RUNNING", Connectivity: "CONNECTED", LaunchType: "FARGATE", PlatformVersion: "1.4.0", PlatformFamily: "Linux",
		ExecEnabled: true, Group: "service:web",
		Containers: []Container{{Name: "app", LastStatus: "RUNNING", RuntimeID: "abc-1", ExecAgent: "RUNNING"}},
	}
	td := TaskDefinition{TaskRole: "arn:aws:iam::1:role/app", Containers: []ContainerDefinition{{Name: "app", InitProcess: true}}}
	return t, td
}

func TestExecReadiness(t *testing.T) {
	for name, c := range map[string]struct {
		spoil    func(*Task, *TaskDefinition)
		state    ReadyState
		point    string
		is       PointState
		evidence string
	}{
		"ready":             {func(*Task, *TaskDefinition) {}, Ready, "exec agent", PointPassed, "RUNNING"},
		"not running":       {func(t *Task, _ *TaskDefinition) { t.LastStatus = "PENDING" }, NotReady, "task", PointFailed, "PENDING"},
		"stopping":          {func(t *Task, _ *TaskDefinition) { t.DesiredStatus = "STOPPED" }, Ready, "task", PointWarned, "about to stop"},
		"container stopped": {func(t *Task, _ *TaskDefinition) { t.Containers[0].LastStatus = "STOPPED" }, NotReady, "container status", PointFailed, "STOPPED"},
		"not enabled": {func(t *Task, _ *TaskDefinition) { t.ExecEnabled = false; t.Containers[0].ExecAgent = "" },
			NotReady, "exec enabled", PointFailed, "false"},
		"agent starting": {func(t *Task, _ *TaskDefinition) { t.Containers[0].ExecAgent = "PENDING" }, NotReady, "exec agent", PointFailed, "starting"},
		"agent stopped": {func(t *Task, _ *TaskDefinition) {
			t.Containers[0].ExecAgent, t.Containers[0].ExecAgentReason = "STOPPED", "cannot reach\nssmmessages"
		}, NotReady, "exec agent", PointFailed, "STOPPED: cannot reach ssmmessages"},
		"agent unknown": {func(t *Task, _ *TaskDefinition) { t.Containers[0].ExecAgent = "" }, ReadyUnknown, "exec agent", PointUnknown, "lists no"},
		"sidecar": {func(t *Task, d *TaskDefinition) { t.Containers[0].Name = "ecs-service-connect-abc" },
			NotReady, "container", PointFailed, "Service Connect"},
		"guardduty":      {func(t *Task, d *TaskDefinition) { t.Containers[0].Name = "aws-gd-agent" }, NotReady, "container", PointFailed, "GuardDuty"},
		"read-only root": {func(_ *Task, d *TaskDefinition) { d.Containers[0].ReadonlyRoot = true }, NotReady, "root file system", PointFailed, "/var/lib/amazon"},
		"read-only root with volumes": {func(_ *Task, d *TaskDefinition) {
			d.Containers[0].ReadonlyRoot = true
			d.Containers[0].MountPoints = []Mount{{Path: "/var/lib/amazon"}, {Path: "/var/log"}}
		}, Ready, "root file system", PointWarned, "does not support"},
		"read-only root with read-only volumes": {func(_ *Task, d *TaskDefinition) {
			d.Containers[0].ReadonlyRoot = true
			d.Containers[0].MountPoints = []Mount{{Path: "/var/lib/amazon", ReadOnly: true}, {Path: "/var/log"}}
		}, NotReady, "root file system", PointFailed, "/var/lib/amazon"},
		"old platform": {func(t *Task, _ *TaskDefinition) { t.PlatformVersion = "1.3.0" }, NotReady, "platform", PointFailed, "1.3.0"},
		"windows platform": {func(t *Task, _ *TaskDefinition) {
			t.PlatformVersion, t.PlatformFamily = "1.0.0", "WINDOWS_SERVER_2022_CORE"
		}, Ready, "platform", PointPassed, "1.0.0"},
		"ec2, agent proves it": {func(t *Task, _ *TaskDefinition) { t.LaunchType, t.PlatformVersion = "EC2", "" },
			Ready, "platform", PointPassed, "agent runs"},
		"ec2, agent unknown": {func(t *Task, _ *TaskDefinition) {
			t.LaunchType, t.PlatformVersion, t.Containers[0].ExecAgent = "EC2", "", ""
		}, ReadyUnknown, "platform", PointUnknown, "1.50.2"},
		"no role": {func(t *Task, d *TaskDefinition) { d.TaskRole = ""; t.Containers[0].ExecAgent = "" }, NotReady, "task role", PointFailed, "no role"},
		"no role on ec2": {func(t *Task, d *TaskDefinition) {
			d.TaskRole, t.InstanceARN, t.Containers[0].ExecAgent = "", "arn:i", ""
		}, ReadyUnknown, "task role", PointUnknown, "instance"},
		"role overridden": {func(t *Task, d *TaskDefinition) { d.TaskRole, t.TaskRoleOverride = "", "arn:aws:iam::1:role/x" }, Ready, "task role", PointPassed, "x lets"},
		"keys in the environment": {func(_ *Task, d *TaskDefinition) {
			d.Containers[0].Env = []Tag{{"AWS_ACCESS_KEY_ID", "AKIASECRET"}}
			d.Containers[0].Secrets = []Secret{{Name: "AWS_SECRET_ACCESS_KEY"}}
		}, Ready, "environment", PointWarned, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"},
		"shared processes": {func(t *Task, d *TaskDefinition) {
			d.PIDMode = "task"
			t.Containers = append(t.Containers, Container{Name: "b"})
		}, Ready, "process namespace", PointWarned, "one can have a shell"},
		"no init": {func(_ *Task, d *TaskDefinition) { d.Containers[0].InitProcess = false }, Ready, "init process", PointWarned, "zombies"},
	} {
		t.Run(name, func(t *testing.T) {
			task, td := execReady()
			c.spoil(&task, &td)
			r := ExecReadiness(task, task.Containers[0], &td)
			if r.State != c.state {
				t.Errorf("state %v, want %v: %+v", r.State, c.state, r.Points)
			}
			found := false
			for _, p := range r.Points {
				if p.Name != c.point {
					continue
				}
				found = true
				if p.State != c.is || !strings.Contains(p.Evidence, c.evidence) {
					t.Errorf("%+v, want %v with %q", p, c.is, c.evidence)
				}
				if strings.Contains(p.Evidence, "AKIA") {
					t.Errorf("the evidence shows a secret: %q", p.Evidence)
				}
				if p.State == PointFailed && p.Fix == "" {
					t.Errorf("no fix for %+v", p)
				}
			}
			if !found {
				t.Errorf("no point %q in %+v", c.point, r.Points)
			}
			if (r.Why() == "") != (r.State == Ready) {
				t.Errorf("state %v, why %q", r.State, r.Why())
			}
		})
	}
}

func TestExecWithoutDefinition(t *testing.T) {
	task, _ := execReady()
	if r := ExecReadiness(task, task.Containers[0], nil); r.State != Ready {
		t.Errorf("a running agent outweighs an unknown definition: %+v", r)
	}
	task.Containers[0].ExecAgent = ""
	if r := ExecReadiness(task, task.Containers[0], nil); r.State != ReadyUnknown {
		t.Errorf("got %+v", r)
	}
}

func TestTaskExec(t *testing.T) {
	task, td := execReady()
	task.Containers = append(task.Containers, Container{Name: "aws-gd-agent", LastStatus: "RUNNING"}, Container{Name: "side", LastStatus: "RUNNING", RuntimeID: "x", ExecAgent: "STOPPED"})
	if s, names, why := TaskExec(task, &td); s != Ready || len(names) != 1 || names[0] != "app" || why != "" {
		t.Errorf("got %v %v %q", s, names, why)
	}
	task.Containers[0].ExecAgent = "PENDING"
	if s, names, why := TaskExec(task, &td); s != NotReady || len(names) != 0 || !strings.Contains(why, "starting") {
		t.Errorf("got %v %v %q", s, names, why)
	}
	if s, _, why := TaskExec(Task{LastStatus: "RUNNING"}, nil); s != NotReady || why == "" {
		t.Errorf("a task without containers: %v %q", s, why)
	}
}
