package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ecsole/aws"
)

// Target is what a TARGET on the command line turned out to be.
type Target struct {
	ClusterARN string
	Service    *Service // where the target names a service; see Task.Service otherwise
	Task       *Task    // where the target names a task
	Container  string   // from a container's ARN, else ""
}

// Spec is a TARGET as it was typed, taken apart. One of its fields at least is set.
type Spec struct {
	Cluster, Service string // name or ARN
	Task             string // id or ARN; with Service also the beginning of an id
	ContainerARN     string // then Task and Cluster are set too
	Region, Account  string // of an ARN
}

// ErrTarget marks a TARGET that cannot be understood.
var ErrTarget = errors.New("a target is an ARN, [CLUSTER/]SERVICE[/TASK] or [CLUSTER/]TASKID")

// shortestID is how much of a task's id must be typed at least.
const shortestID = 4

// ParseTarget takes a TARGET apart: ARN | [CLUSTER/]SERVICE[/TASK] |
// [CLUSTER/]TASKID. Of two parts the first is always the cluster. A last part of 32
// hex digits is a task's id.
func ParseTarget(s string) (Spec, error) {
	if strings.HasPrefix(s, "arn:") {
		return parseARNTarget(s)
	}
	parts := strings.Split(s, "/")
	for _, p := range parts {
		if err := validName(p); err != nil {
			return Spec{}, fmt.Errorf("target %q: %w", s, err)
		}
	}
	last := parts[len(parts)-1]
	switch {
	case len(parts) == 1 && isTaskID(last):
		return Spec{Task: last}, nil
	case len(parts) == 1:
		return Spec{Service: last}, nil
	case len(parts) == 2 && isTaskID(last):
		return Spec{Cluster: parts[0], Task: last}, nil
	case len(parts) == 2:
		return Spec{Cluster: parts[0], Service: last}, nil
	case len(parts) == 3 && isHex(last) && len(last) >= shortestID:
		return Spec{Cluster: parts[0], Service: parts[1], Task: last}, nil
	case len(parts) == 3:
		return Spec{}, fmt.Errorf("target %q: %q is no task id: %w", s, last, ErrTarget)
	}
	return Spec{}, fmt.Errorf("target %q: too many parts: %w", s, ErrTarget)
}

func parseARNTarget(s string) (Spec, error) {
	a, ok := ParseARN(s)
	if !ok || a.Service != "ecs" {
		return Spec{}, fmt.Errorf("target %q is no ARN of ECS: %w", s, ErrTarget)
	}
	spec := Spec{Region: a.Region, Account: a.Account}
	switch n := len(a.Parts); {
	case a.Type == "cluster" && n == 1:
		spec.Cluster = s
	case a.Type == "service" && n <= 2:
		spec.Cluster, spec.Service = ClusterOf(s), s
	case (a.Type == "service-deployment" || a.Type == "service-revision") && n == 3:
		spec.Cluster, spec.Service = ClusterOf(s), ServiceOf(s)
	case a.Type == "task" && n <= 2:
		spec.Cluster, spec.Task = ClusterOf(s), s
	case a.Type == "container" && n == 3:
		spec.Cluster, spec.Task, spec.ContainerARN = ClusterOf(s), TaskARN(ClusterOf(s), a.Parts[1]), s
	default:
		return Spec{}, fmt.Errorf("target %q: a %s is neither service nor task: %w", s, a.Type, ErrTarget)
	}
	return spec, nil
}

// validName holds what ECS allows in names of clusters and services.
func validName(s string) error {
	if s == "" {
		return fmt.Errorf("a part is empty: %w", ErrTarget)
	}
	for _, r := range s {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return fmt.Errorf("%q cannot be in a name: %w", r, ErrTarget)
		}
	}
	if len(s) > 255 {
		return fmt.Errorf("a name has at most 255 letters: %w", ErrTarget)
	}
	return nil
}

func isHex(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "0123456789abcdef") == ""
}

func isTaskID(s string) bool { return len(s) == 32 && isHex(s) }

// AmbiguousError says that a TARGET names several things.
type AmbiguousError struct {
	Target     string
	Candidates []string // each a TARGET that is not ambiguous
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q is ambiguous: %s", e.Target, strings.Join(e.Candidates, ", "))
}

// Resolve finds what a TARGET means. cluster, if not "", is the cluster (name or ARN)
// in which a target without one is looked for; without it all clusters are searched.
// A target that exists more than once is an *AmbiguousError.
func Resolve(ctx context.Context, c *Client, target, cluster string) (Target, error) {
	spec, err := ParseTarget(target)
	if err != nil {
		return Target{}, err
	}
	if spec.Region != "" && spec.Region != c.account.Region() {
		return Target{}, fmt.Errorf("%s is in %s, not in %s: choose its region", target, spec.Region, c.account.Region())
	}
	if id, ok := c.account.KnownIdentity(); ok && spec.Account != "" && spec.Account != id.Account {
		return Target{}, fmt.Errorf("%s is in account %s, not in %s: choose its profile", target, spec.Account, id.Account)
	}
	switch {
	case cluster == "" || spec.Cluster == cluster:
	case spec.Cluster == "":
		spec.Cluster = cluster
	case NameOf(spec.Cluster) != NameOf(cluster):
		return Target{}, fmt.Errorf("%q names cluster %s, but cluster %s was asked for", target, NameOf(spec.Cluster), NameOf(cluster))
	}
	s := search{Client: c, target: target, spec: spec}
	switch {
	case spec.Service != "" && spec.Task != "":
		return s.taskOfService(ctx)
	case spec.Service != "":
		return s.find(ctx, s.service)
	case spec.Task != "":
		return s.find(ctx, s.task)
	}
	return s.cluster(ctx)
}

// search is one resolution under way.
type search struct {
	*Client
	target string
	spec   Spec
}

func (s search) missing(format string, args ...any) error {
	return &aws.Error{Class: aws.NotFound, Text: fmt.Sprintf(format, args...)}
}

func (s search) cluster(ctx context.Context) (Target, error) {
	found, gaps := aws.Collect(s.DescribeClusters(ctx, []string{s.spec.Cluster}))
	if len(gaps) > 0 {
		return Target{}, gaps[0].Err
	}
	if len(found) == 0 || found[0].Status == "INACTIVE" {
		return Target{}, s.missing("there is no cluster %s", NameOf(s.spec.Cluster))
	}
	return Target{ClusterARN: found[0].ARN}, nil
}

// find looks in the one cluster that the target names, or in all.
func (s search) find(ctx context.Context, in func(ctx context.Context, cluster string) ([]Target, error)) (Target, error) {
	if s.spec.Cluster != "" {
		found, err := in(ctx, s.spec.Cluster)
		if err != nil {
			return Target{}, err
		}
		return s.only(found, "in cluster "+NameOf(s.spec.Cluster))
	}
	clusters, gaps := aws.Collect(s.Clusters(ctx))
	if len(gaps) > 0 {
		return Target{}, fmt.Errorf("%q names no cluster, and not all clusters can be read: %w", s.target, gaps[0].Err)
	}
	var (
		mu     sync.Mutex
		wait   sync.WaitGroup
		found  []Target
		denied []*aws.Error
		failed error
		slots  = make(chan struct{}, 5)
	)
	for _, cl := range clusters {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			got, err := in(ctx, cl.ARN)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, got...)
			switch e := aws.AsError(err); {
			case e == nil:
			case e.Class == aws.Denied: // what may not be read is hardly what is meant
				denied = append(denied, e)
			case failed == nil:
				failed = fmt.Errorf("cannot look for %q in cluster %s: %w", s.target, cl.Name, err)
			}
		})
	}
	wait.Wait()
	if failed != nil {
		return Target{}, failed
	}
	if len(found) == 0 && len(denied) > 0 {
		e := *denied[0]
		e.Text = fmt.Sprintf("%q cannot be looked for in %d of %d clusters", s.target, len(denied), len(clusters))
		e.Hint = fmt.Sprintf("needed in %d of %d clusters to look for %q; a target may name its cluster", len(denied), len(clusters), s.target)
		return Target{}, &e
	}
	return s.only(found, fmt.Sprintf("in any of %d clusters", len(clusters)))
}

// unread is why something that was asked for by name could not be read. Without a
// word about it, it does not exist.
func unread(gaps []aws.Gap) error {
	for _, g := range gaps {
		if !errors.Is(g.Err, ErrUnanswered) {
			return g.Err
		}
	}
	return nil
}

func (s search) only(found []Target, where string) (Target, error) {
	switch len(found) {
	case 0:
		what := "service " + NameOf(s.spec.Service)
		if s.spec.Task != "" {
			what = "task " + NameOf(s.spec.Task)
		}
		return Target{}, s.missing("there is no %s %s", what, where)
	case 1:
		return found[0], nil
	}
	e := &AmbiguousError{Target: s.target}
	for _, t := range found {
		e.Candidates = append(e.Candidates, t.String())
	}
	slices.Sort(e.Candidates)
	return Target{}, e
}

// String is a TARGET that means this one.
func (t Target) String() string {
	s := NameOf(t.ClusterARN)
	if t.Service != nil {
		s += "/" + t.Service.Name
	}
	if t.Task != nil {
		s += "/" + t.Task.ID
	}
	return s
}

func (s search) service(ctx context.Context, cluster string) ([]Target, error) {
	items, gaps := aws.Collect(s.DescribeServices(ctx, cluster, []string{s.spec.Service}))
	if err := unread(gaps); err != nil {
		return nil, err
	}
	var out []Target
	for _, it := range items {
		if it.Status != "INACTIVE" { // deleted ones stay readable for a while
			out = append(out, Target{ClusterARN: it.ClusterARN, Service: &it})
		}
	}
	return out, nil
}

func (s search) task(ctx context.Context, cluster string) ([]Target, error) {
	items, gaps := aws.Collect(s.DescribeTasks(ctx, cluster, []string{NameOf(s.spec.Task)}))
	if err := unread(gaps); err != nil {
		return nil, err
	}
	var out []Target
	for _, it := range items {
		t := Target{ClusterARN: it.ClusterARN, Task: &it}
		for _, c := range it.Containers {
			if s.spec.ContainerARN != "" && c.ARN == s.spec.ContainerARN {
				t.Container = c.Name
			}
		}
		if s.spec.ContainerARN != "" && t.Container == "" {
			return nil, s.missing("task %s has no container %s", it.ID, NameOf(s.spec.ContainerARN))
		}
		out = append(out, t)
	}
	return out, nil
}

// taskOfService finds a task by its id or the beginning of it among a service's.
func (s search) taskOfService(ctx context.Context) (Target, error) {
	of := s
	of.spec.Task = ""
	svc, err := of.find(ctx, of.service)
	if err != nil {
		return Target{}, err
	}
	var found []Target
	for _, stopped := range []bool{false, true} {
		tasks, gaps := aws.Collect(s.Tasks(ctx, TaskQuery{Cluster: svc.ClusterARN, Service: svc.Service.Name, Stopped: stopped}))
		if len(gaps) > 0 {
			return Target{}, gaps[0].Err
		}
		for _, t := range tasks {
			if strings.HasPrefix(t.ID, s.spec.Task) {
				found = append(found, Target{ClusterARN: svc.ClusterARN, Service: svc.Service, Task: &t})
			}
		}
		if len(found) > 0 && !stopped { // the running come first
			break
		}
	}
	return s.only(found, "of service "+svc.Service.Name)
}
