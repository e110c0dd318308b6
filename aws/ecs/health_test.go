package ecs

import (
	"strings"
	"testing"
)

func code(n int) *int { return &n }

func TestExitWords(t *testing.T) {
	for n, want := range map[int]string{
		0: "success", 1: "general error", 126: "cannot be executed", 127: "not found", 130: "SIGINT", 134: "SIGABRT",
		137: "SIGKILL", 139: "segmentation", 143: "SIGTERM", 159: "SIGSYS", 165: "signal 37", 255: "-1",
		-1073741819: "access violation", 3221225786: "Ctrl-C",
	} {
		if got := ExitWords(n); !strings.Contains(got, want) {
			t.Errorf("ExitWords(%d) = %q, want something with %q", n, got, want)
		}
	}
	for _, n := range []int{3, 42, 124, 200, 254, -7} {
		if got := ExitWords(n); got != "" {
			t.Errorf("ExitWords(%d) = %q: it means nothing in particular", n, got)
		}
	}
}

func TestStopSummary(t *testing.T) {
	const oom = "OutOfMemoryError: Container killed due to memory usage"
	for name, c := range map[string]struct {
		task   Task
		want   string
		wanted bool
	}{
		"running": {Task{LastStatus: "RUNNING"}, "", true},
		"out of memory, with the sidecar told to stop": {
			Task{LastStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Containers: []Container{
				{Name: "envoy", LastStatus: "STOPPED", ExitCode: code(143)},
				{Name: "app", LastStatus: "STOPPED", ExitCode: code(137), Reason: oom},
			}},
			"EssentialContainerExited · app exit 137, out of memory", false,
		},
		"a killed container without a reason": {
			Task{LastStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Containers: []Container{
				{Name: "app", LastStatus: "STOPPED", ExitCode: code(137)},
			}},
			"EssentialContainerExited · app exit 137, killed, often for its memory", false,
		},
		"the failing one before the killed ones": {
			Task{LastStatus: "STOPPED", StopCode: "EssentialContainerExited", Containers: []Container{
				{Name: "a", LastStatus: "STOPPED", ExitCode: code(137)},
				{Name: "b", LastStatus: "STOPPED", ExitCode: code(139)},
			}},
			"EssentialContainerExited · b exit 139, SIGSEGV, segmentation fault", false,
		},
		"an image that cannot be pulled": {
			Task{LastStatus: "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: "CannotPullContainerError: pull image manifest has been retried 1 time(s):\n not found", Containers: []Container{
				{Name: "app", LastStatus: "STOPPED"},
			}},
			"TaskFailedToStart · CannotPullContainerError: pull image manifest has been retried 1 time(s): not found", false,
		},
		"a container that could not start": {
			Task{LastStatus: "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: "Task failed to start", Containers: []Container{
				{Name: "app", LastStatus: "STOPPED", Reason: "CannotStartContainerError: no such file"},
			}},
			"TaskFailedToStart · app did not start: CannotStartContainerError: no such file · Task failed to start", false,
		},
		"a finished job": {
			Task{LastStatus: "STOPPED", StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Containers: []Container{
				{Name: "job", LastStatus: "STOPPED", ExitCode: code(0)},
			}},
			"EssentialContainerExited · exit 0", true,
		},
		"stopped by a user": {
			Task{LastStatus: "STOPPED", StopCode: "UserInitiated", StoppedReason: "Task stopped by user", Containers: []Container{
				{Name: "app", LastStatus: "STOPPED", ExitCode: code(143)},
			}},
			"UserInitiated · Task stopped by user", true,
		},
		"scaled in": {
			Task{LastStatus: "STOPPED", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by deployment ecs-svc/12"},
			"ServiceSchedulerInitiated · Scaling activity initiated by deployment ecs-svc/12", true,
		},
		"unhealthy for its load balancer": {
			Task{LastStatus: "STOPPED", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web-blue/0a1b)", Containers: []Container{
				{Name: "app", LastStatus: "STOPPED", ExitCode: code(137)},
			}},
			"ServiceSchedulerInitiated · Task failed ELB health checks in (target-group web-blue)", false,
		},
		"spot": {
			Task{LastStatus: "STOPPED", StopCode: "SpotInterruption", StoppedReason: "Your Spot Task was interrupted."},
			"SpotInterruption · Your Spot Task was interrupted.", false,
		},
		"three to blame": {
			Task{LastStatus: "STOPPED", StopCode: "EssentialContainerExited", Containers: []Container{
				{Name: "a", LastStatus: "STOPPED", ExitCode: code(1)}, {Name: "b", LastStatus: "STOPPED", ExitCode: code(3)}, {Name: "c", LastStatus: "STOPPED", ExitCode: code(4)},
			}},
			"EssentialContainerExited · a exit 1, general error · b exit 3 · +1 more", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := StopSummary(c.task); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if got := Wanted(c.task); got != c.wanted {
				t.Errorf("Wanted = %v", got)
			}
			if c.task.LastStatus == "STOPPED" {
				if v := TaskHealth(c.task); (v.Grade == OK) != c.wanted {
					t.Errorf("TaskHealth = %+v", v)
				}
			}
		})
	}
}

func TestBrief(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"no  name\n here": "no name here",
		"arn: is no name": "arn: is no name",
		"(instance arn:aws:ecs:eu-central-1:1:container-instance/prod/0a), now": "(instance 0a), now",
		"unable to assume arn:aws:iam::1:role/app.":                             "unable to assume app.",
		"secret arn:aws:secretsmanager:eu-central-1:1:secret:db":                "secret arn:aws:secretsmanager:eu-central-1:1:secret:db",
	} {
		if got := brief(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestServiceHealth(t *testing.T) {
	steady := []Deployment{{Status: "PRIMARY", TaskDefinition: "x/web:4", RolloutState: "COMPLETED", Desired: 3, Running: 3}}
	for name, c := range map[string]struct {
		service Service
		grade   Grade
		reason  string
	}{
		"steady":   {Service{Status: "ACTIVE", Desired: 3, Running: 3, Deployments: steady}, OK, ""},
		"zero":     {Service{Status: "ACTIVE", Deployments: steady}, OK, "scaled to zero"},
		"draining": {Service{Status: "DRAINING", Running: 2}, Pending, "2 tasks left"},
		"deleted":  {Service{Status: "INACTIVE"}, Unknown, "deleted"},
		"starting": {Service{Status: "ACTIVE", Desired: 3, Running: 1, Pending: 2, Deployments: steady}, Pending, "1 of 3 running, 2 starting"},
		"short, with the event that says why": {
			Service{Name: "web", Status: "ACTIVE", Desired: 3, Running: 1, Pending: 1, Deployments: steady, Events: []Event{{Message: "(service web) was unable to place a task because no container instance met all of its requirements."}}},
			Failed, "1 of 3 running: unable to place a task because no container instance",
		},
		"short, with an event of no concern": {
			Service{Name: "web", Status: "ACTIVE", Desired: 3, Running: 1, Deployments: steady, Events: []Event{{Message: "(service web) has reached a steady state."}}},
			Failed, "1 of 3 running",
		},
		"deploying": {
			Service{Status: "ACTIVE", Desired: 3, Running: 4, Deployments: []Deployment{
				{Status: "PRIMARY", TaskDefinition: "x/web:5", RolloutState: "IN_PROGRESS", Desired: 3, Running: 1, Failed: 1},
				{Status: "ACTIVE", TaskDefinition: "x/web:4", RolloutState: "COMPLETED", Running: 3},
			}},
			Pending, "deploying web:5: 1 of 3 running, 1 task failed",
		},
		"deployment in trouble": {
			Service{Status: "ACTIVE", Desired: 3, Running: 3, Deployments: []Deployment{
				{Status: "PRIMARY", TaskDefinition: "x/web:5", RolloutState: "IN_PROGRESS", Desired: 3, Failed: 4},
				{Status: "ACTIVE", TaskDefinition: "x/web:4", RolloutState: "COMPLETED", Running: 3},
			}},
			Failed, "deploying web:5: 0 of 3 running, 4 tasks failed",
		},
		"deployment failed": {
			Service{Status: "ACTIVE", Desired: 3, Deployments: []Deployment{{Status: "PRIMARY", TaskDefinition: "x/web:5", RolloutState: "FAILED", RolloutReason: "ECS deployment circuit breaker: tasks failed to start."}}},
			Failed, "deployment of web:5 failed: ECS deployment circuit breaker: tasks failed to start.",
		},
		"rolling back": {
			Service{Status: "ACTIVE", Desired: 3, Running: 3, Deployments: []Deployment{
				{Status: "PRIMARY", TaskDefinition: "x/web:4", RolloutState: "IN_PROGRESS", RolloutReason: "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.", Running: 3, Desired: 3},
				{Status: "ACTIVE", TaskDefinition: "x/web:5", RolloutState: "FAILED", RolloutReason: "tasks failed to start"},
			}},
			Failed, "deployment of web:5 failed, rolling back to web:4: tasks failed to start",
		},
		"rolling back, the failed one gone": {
			Service{Status: "ACTIVE", Desired: 3, Running: 2, Deployments: []Deployment{{Status: "PRIMARY", TaskDefinition: "x/web:4", RolloutState: "IN_PROGRESS", RolloutReason: "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.", Running: 2, Desired: 3}}},
			Failed, "rolling back to web:4: 2 of 3 running",
		},
		"old one draining": {
			Service{Status: "ACTIVE", Desired: 3, Running: 5, Deployments: []Deployment{
				{Status: "PRIMARY", TaskDefinition: "x/web:5", RolloutState: "COMPLETED", Desired: 3, Running: 3},
				{Status: "ACTIVE", TaskDefinition: "x/web:4", RolloutState: "COMPLETED", Running: 2},
			}},
			Pending, "web:5 is up, 2 tasks of the old deployment left",
		},
		"task set": {
			Service{Status: "ACTIVE", Desired: 2, Running: 2, DeploymentController: "CODE_DEPLOY", TaskSets: []TaskSet{{Stability: "STABILIZING", TaskDefinition: "x/web:5", Desired: 2, Running: 1}}},
			Pending, "task set of web:5: 1 of 2 running",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := ServiceHealth(c.service)
			if v.Grade != c.grade || !strings.Contains(v.Reason, c.reason) || c.reason == "" && v.Reason != "" {
				t.Errorf("got %v %q, want %v %q", v.Grade, v.Reason, c.grade, c.reason)
			}
		})
	}
}

func TestTaskHealth(t *testing.T) {
	run := Task{LastStatus: "RUNNING", DesiredStatus: "RUNNING", Health: "UNKNOWN", Connectivity: "CONNECTED"}
	with := func(f func(*Task)) Task { t := run; f(&t); return t }
	for name, c := range map[string]struct {
		task   Task
		grade  Grade
		reason string
	}{
		"running":   {run, OK, ""},
		"starting":  {Task{LastStatus: "PENDING", DesiredStatus: "RUNNING"}, Pending, "starting: pending"},
		"cancelled": {Task{LastStatus: "PROVISIONING", DesiredStatus: "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: "no address"}, Failed, "stopped before it ran: TaskFailedToStart · no address"},
		"stopping":  {with(func(t *Task) { t.DesiredStatus, t.StopCode = "STOPPED", "UserInitiated" }), Pending, "stopping: UserInitiated"},
		"ending":    {Task{LastStatus: "DEPROVISIONING"}, Pending, "stopping"},
		"unhealthy": {with(func(t *Task) { t.Health = "UNHEALTHY"; t.Containers = []Container{{Name: "app", Health: "UNHEALTHY"}} }), Failed, "app unhealthy"},
		"helper failed": {with(func(t *Task) {
			t.Containers = []Container{{Name: "app", LastStatus: "RUNNING"}, {Name: "metrics", LastStatus: "STOPPED", ExitCode: code(2)}}
		}), Failed, "metrics exit 2"},
		"init done": {with(func(t *Task) { t.Containers = []Container{{Name: "init", LastStatus: "STOPPED", ExitCode: code(0)}} }), OK, ""},
		"cut off":   {with(func(t *Task) { t.Connectivity = "DISCONNECTED" }), Unknown, "disconnected"},
		"strange":   {Task{LastStatus: "FLOATING"}, Unknown, "FLOATING"},
	} {
		if v := TaskHealth(c.task); v.Grade != c.grade || !strings.Contains(v.Reason, c.reason) || c.reason == "" && v.Reason != "" {
			t.Errorf("%s: got %v %q, want %v %q", name, v.Grade, v.Reason, c.grade, c.reason)
		}
	}
}

func TestOtherHealth(t *testing.T) {
	for name, c := range map[string]struct {
		got    Verdict
		grade  Grade
		reason string
	}{
		"cluster":              {ClusterHealth(Cluster{Status: "ACTIVE", Running: 2}), OK, ""},
		"cluster, starting":    {ClusterHealth(Cluster{Status: "ACTIVE", Pending: 1}), Pending, "1 task starting"},
		"cluster, failed":      {ClusterHealth(Cluster{Status: "FAILED"}), Failed, "could not be created"},
		"cluster, deleted":     {ClusterHealth(Cluster{Status: "INACTIVE"}), Unknown, "deleted"},
		"cluster, attachment":  {ClusterHealth(Cluster{Status: "ACTIVE", Attachments: []Attachment{{Type: "as_policy", Status: "FAILED"}}}), Failed, "as_policy"},
		"instance":             {InstanceHealth(Instance{Status: "ACTIVE", AgentConnected: true}), OK, ""},
		"instance, draining":   {InstanceHealth(Instance{Status: "DRAINING", Running: 1}), Pending, "1 task left"},
		"instance, cut off":    {InstanceHealth(Instance{Status: "ACTIVE"}), Failed, "disconnected"},
		"instance, impaired":   {InstanceHealth(Instance{Status: "ACTIVE", AgentConnected: true, Health: "IMPAIRED"}), Failed, "impaired"},
		"deployment":           {DeploymentHealth(ServiceDeployment{Status: "SUCCESSFUL"}), OK, ""},
		"deployment, going on": {DeploymentHealth(ServiceDeployment{Status: "IN_PROGRESS"}), Pending, "in progress"},
		"deployment, undone":   {DeploymentHealth(ServiceDeployment{Status: "ROLLBACK_SUCCESSFUL", StatusReason: "alarm"}), Failed, "rollback successful: alarm"},
		"deployment, new kind": {DeploymentHealth(ServiceDeployment{Status: "LEVITATING"}), Unknown, "levitating"},
	} {
		if c.got.Grade != c.grade || !strings.Contains(c.got.Reason, c.reason) || c.reason == "" && c.got.Reason != "" {
			t.Errorf("%s: got %v %q, want %v %q", name, c.got.Grade, c.got.Reason, c.grade, c.reason)
		}
	}
}
