package world

import (
	"slices"
	"strings"
)

// What can be wrong with all that a shell of ECS Exec depends on.
const (
	WrongKey         = "key"         // the KMS keys are disabled
	WrongIPv6        = "ipv6"        // the subnets have no IPv4
	WrongShared      = "shared"      // the subnets are another account's
	WrongEndpoint    = "endpoint"    // the endpoints have no private names
	WrongAgent       = "ecs-agent"   // the instances' ECS agents are too old
	WrongPlatform    = "platform"    // so is the platform of tasks on Fargate
	WrongRole        = "role"        // the task definitions name no task role
	WrongRootFS      = "root-fs"     // the containers' root file systems are read-only
	WrongEnvironment = "environment" // the containers have AWS keys of their own
	WrongProxy       = "proxy"       // the containers have a proxy, for all addresses
	WrongProcesses   = "processes"   // the containers of a task share their processes
	WrongInit        = "init"        // no container has an init process
	WrongLogGroup    = "log-group"   // the log group of sessions is not there
	WrongBucket      = "bucket"      // nor is their bucket
)

// Wrongs lists them.
func Wrongs() []string {
	return []string{WrongKey, WrongIPv6, WrongShared, WrongEndpoint, WrongAgent, WrongPlatform, WrongRole, WrongRootFS, WrongEnvironment, WrongProxy,
		WrongProcesses, WrongInit, WrongLogGroup, WrongBucket}
}

// fatal are those with which no agent of a session gets to its service.
var fatal = []string{WrongIPv6, WrongAgent, WrongPlatform, WrongRole, WrongRootFS, WrongEnvironment}

// wrong is what is the matter with the whole account.
type wrong struct {
	what  []string
	lacks []string // actions that no role of a task or an instance allows
}

func (w wrong) has(what string) bool { return slices.Contains(w.what, what) }

// SetWrong makes something wrong, one of Wrongs, or right again.
func (w *World) SetWrong(what string, is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong.what = without(w.wrong.what, what)
	if is {
		w.wrong.what = append(w.wrong.what, what)
	}
}

// Wrong reports whether it is.
func (w *World) Wrong(what string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong.has(what)
}

// SetLack takes an action ("kms:Decrypt") from all roles of tasks and instances, or
// gives it back.
func (w *World) SetLack(action string, is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong.lacks = without(w.wrong.lacks, action)
	if is {
		w.wrong.lacks = append(w.wrong.lacks, action)
	}
}

func without(all []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(o string) bool { return o == s })
}

// Bucket reports whether the account has a bucket of that name: those that its clusters
// log sessions to.
func (w *World) Bucket(name string) bool {
	return !w.Wrong(WrongBucket) && slices.ContainsFunc(w.Clusters(), func(c *Cluster) bool { return c.Exec.Bucket == name })
}

// wronged is a task as it is with all that is wrong.
func (w *World) wronged(t *Task) *Task {
	if t == nil || len(w.wrong.what) == 0 {
		return t
	}
	c := *t
	c.Definition = w.wrongedDefinition(t.Definition)
	fargate := c.LaunchType == "FARGATE"
	if fargate && w.wrong.has(WrongPlatform) {
		c.PlatformVersion = "1.3.0"
	}
	if slices.ContainsFunc(fatal, func(what string) bool {
		return w.wrong.has(what) && (what != WrongPlatform || fargate) && (what != WrongAgent || !fargate)
	}) {
		c.Containers = slices.Clone(t.Containers)
		for i := range c.Containers {
			if k := &c.Containers[i]; k.Agent == "RUNNING" {
				k.Agent = "STOPPED"
			}
		}
	}
	return &c
}

func (w *World) wrongedDefinition(td *TaskDefinition) *TaskDefinition {
	if td == nil || len(w.wrong.what) == 0 {
		return td
	}
	c := *td
	c.Containers = slices.Clone(td.Containers)
	if w.wrong.has(WrongRole) {
		c.TaskRole = ""
	}
	if w.wrong.has(WrongProcesses) {
		c.PIDMode = "task"
	}
	for i := range c.Containers {
		k := &c.Containers[i]
		if w.wrong.has(WrongRootFS) {
			yes := true
			k.ReadonlyRoot = &yes
		}
		if w.wrong.has(WrongInit) {
			k.Linux = nil
		}
		k.Env = slices.Clone(k.Env)
		if w.wrong.has(WrongEnvironment) {
			k.Env = append(k.Env, EnvVar{"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"}, EnvVar{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})
		}
		if w.wrong.has(WrongProxy) {
			k.Env = append(k.Env, EnvVar{"HTTP_PROXY", "http://proxy.internal:3128"})
		}
	}
	return &c
}

// may reports whether a role keeps an action.
func (w wrong) may(r *Role, action string) bool {
	if !strings.HasPrefix(r.Service, "ecs-tasks.") && !strings.HasPrefix(r.Service, "ec2.") {
		return true
	}
	return !slices.Contains(w.lacks, action)
}
