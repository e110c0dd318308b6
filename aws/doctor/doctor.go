// Package doctor finds out why ECS Exec cannot open a shell, or what is wrong with
// one that it can: the points of AWS's exec checker and what else is known to stand
// in the way. It only reads. Whoever asks gets each point as soon as it is known;
// what cannot be read is unknown, with the permission that is missing.
package doctor

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// Point is one thing that a shell depends on: how it stands, what shows it, and what
// to do about it. Texts may quote what others wrote: they must be cleaned before they
// are shown.
type Point struct {
	Name      string // one of Names
	Container string // "" where it is about the task, the cluster or the caller
	State     ecs.PointState
	Evidence  string
	Fix       string // what to do, in words
	Paste     string // a command or a policy statement that does it; "" where there is none
	Missing   string // the IAM action without which the point is unknown
}

// Names of the points.
const (
	Task        = "task"
	Choice      = "container"
	Status      = "container status"
	Enabled     = "exec enabled"
	Caller      = "your permission"
	CallerKey   = "your permission for the key"
	Role        = "task role"
	RootFS      = "root file system"
	Platform    = "platform"
	IPv6        = "IPv6"
	Endpoints   = "VPC endpoint"
	Environment = "environment"
	Proxy       = "proxy"
	Agent       = "exec agent"
	Key         = "session key"
	RoleKey     = "task role for the key"
	Logging     = "session log"
	Bucket      = "session bucket"
	RoleLogs    = "task role for the log"
	RoleBucket  = "task role for the bucket"
	Resume      = "resume and end"
	Processes   = "process namespace"
	Init        = "init process"
	StartDirect = "sessions past ECS"
	CLI         = "aws CLI"
	Plugin      = "session-manager-plugin"
)

// Names lists the points, those that are the likelier cause of a failure first: what
// is gone or switched off, who may not, what keeps the agent from its service; then
// the agent itself, which shows only that one of them did.
func Names() []string {
	return []string{
		Task, Choice, Status, Enabled, Caller, Role, RootFS, Platform, IPv6, Endpoints, Environment, Proxy, Agent,
		Key, CallerKey, RoleKey, Logging, Bucket, RoleLogs, RoleBucket, Resume, Processes, Init, StartDirect, CLI, Plugin,
	}
}

// Subject is what is examined.
type Subject struct {
	Cluster   string       // ARN
	Service   *ecs.Service // nil: the task's own is read
	Task      *ecs.Task    // nil: the service has none
	Container string       // "" means all that are the application's own
	// Failure is the error of the call that did not open a shell; nil: none was made.
	Failure error
}

// Client examines tasks of one account. It is safe for use by several goroutines.
type Client struct {
	account *aws.Account
	ecs     *ecs.Client
	iam     *iam.Client
	ec2     *ec2.Client
	kms     *kms.Client
	logs    *logs.Client
}

// New makes the account's doctor.
func New(a *aws.Account) *Client {
	cfg := a.Config()
	return &Client{
		account: a, ecs: ecs.New(a), iam: iam.NewFromConfig(cfg), ec2: ec2.NewFromConfig(cfg), kms: kms.NewFromConfig(cfg), logs: logs.NewFromConfig(cfg),
	}
}

// patience is how long an examination may take; what is not known by then is unknown.
const patience = 30 * time.Second

// Examine yields the points as they become known, in no order. Calls run at the same
// time; all of them have ended when the range has.
func (c *Client) Examine(parent context.Context, s Subject) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		ctx, cancel := context.WithTimeout(aws.Foreground(parent), patience)
		x := &exam{Client: c, ctx: ctx, Subject: s}
		checks := x.checks()
		known := make(chan []Point, len(checks))
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		for _, check := range checks {
			running.Go(func() { known <- check() })
		}
		for range checks {
			for _, p := range <-known {
				if parent.Err() != nil || !yield(p) {
					return
				}
			}
		}
	}
}

// Sort orders points: failed, warned, unknown, passed; within each the likelier cause
// first.
func Sort(points []Point) {
	order := map[string]int{}
	for i, n := range Names() {
		order[n] = i
	}
	slices.SortStableFunc(points, func(a, b Point) int {
		if d := rank(a.State) - rank(b.State); d != 0 {
			return d
		}
		if d := order[a.Name] - order[b.Name]; d != 0 {
			return d
		}
		return strings.Compare(a.Container, b.Container)
	})
}

func rank(s ecs.PointState) int {
	return map[ecs.PointState]int{ecs.PointFailed: 0, ecs.PointWarned: 1, ecs.PointUnknown: 2, ecs.PointPassed: 3}[s]
}

// Likely is the point that most likely explains why no shell opens; false where none
// does. The agent's failure alone explains little: what is warned about and can keep
// it from its service goes before it.
func Likely(points []Point, failure error) (Point, bool) {
	sorted := slices.Clone(points)
	Sort(sorted)
	find := func(state ecs.PointState, names ...string) (Point, bool) {
		i := slices.IndexFunc(sorted, func(p Point) bool { return p.State == state && slices.Contains(names, p.Name) })
		if i < 0 {
			return Point{}, false
		}
		return sorted[i], true
	}
	if e := aws.AsError(failure); e != nil && e.Class == aws.Denied {
		if p, ok := find(ecs.PointFailed, Caller, CallerKey); ok {
			return p, true
		}
	}
	if p, ok := find(ecs.PointFailed, Names()[:slices.Index(Names(), Agent)]...); ok {
		return p, true
	}
	_, down := find(ecs.PointFailed, Agent)
	if down || failure != nil {
		if p, ok := find(ecs.PointWarned, Endpoints, Environment, Proxy); ok {
			return p, true
		}
	}
	return find(ecs.PointFailed, Names()...)
}

// Choose picks the task of a service that tells most: of the running ones one that is
// not ready for a shell, else one of which that is not known, else any; the newest of
// them. Where none runs, it is the one that stopped last. How says which it is, and
// what is known of the others; the task is nil where there is none.
func Choose(ctx context.Context, c *ecs.Client, s ecs.Service) (task *ecs.Task, how []string, err error) {
	running, gaps := aws.Collect(c.Tasks(ctx, ecs.TaskQuery{Cluster: s.ClusterARN, Service: s.Name}))
	if len(running) == 0 && len(gaps) > 0 {
		return nil, nil, gaps[0].Err
	}
	if len(running) == 0 {
		return chooseStopped(ctx, c, s)
	}
	type judged struct {
		ecs.Task
		state ecs.ReadyState
		why   string
	}
	var all []judged
	reasons := map[string]int{}
	count := map[ecs.ReadyState]int{}
	for _, t := range running {
		var definition *ecs.TaskDefinition
		if td, err := c.TaskDefinition(ctx, t.TaskDefinition); err == nil {
			definition = &td
		}
		state, _, why := ecs.TaskExec(t, definition)
		all = append(all, judged{t, state, why})
		if count[state]++; state != ecs.Ready {
			reasons[why]++
		}
	}
	order := map[ecs.ReadyState]int{ecs.NotReady: 0, ecs.ReadyUnknown: 1, ecs.Ready: 2}
	best := slices.MinFunc(all, func(a, b judged) int {
		if d := order[a.state] - order[b.state]; d != 0 {
			return d
		}
		if d := b.Created.Compare(a.Created); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	of := fmt.Sprintf("of %d tasks", len(running))
	if len(running) == 1 {
		of = "the only one"
	}
	words := map[ecs.ReadyState]string{ecs.NotReady: "not ready for a shell", ecs.ReadyUnknown: "of unknown readiness", ecs.Ready: "ready as far as ECS tells"}
	how = append(how, fmt.Sprintf("task %s, %s: the newest of the %d that are %s", best.ID, of, count[best.state], words[best.state]))
	if len(running) == 1 {
		how[0] = fmt.Sprintf("task %s, the only one: %s", best.ID, words[best.state])
	}
	for _, why := range slices.Sorted(keys(reasons)) {
		how = append(how, fmt.Sprintf("%d of %d: %s", reasons[why], len(running), why))
	}
	if len(gaps) > 0 {
		how = append(how, "not all tasks could be read: "+aws.AsError(gaps[0].Err).Error())
	}
	return &best.Task, how, nil
}

func keys[V any](m map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func chooseStopped(ctx context.Context, c *ecs.Client, s ecs.Service) (*ecs.Task, []string, error) {
	stopped, gaps := aws.Collect(c.Tasks(ctx, ecs.TaskQuery{Cluster: s.ClusterARN, Service: s.Name, Stopped: true}))
	switch {
	case len(stopped) > 0:
		last := slices.MaxFunc(stopped, func(a, b ecs.Task) int { return a.Created.Compare(b.Created) })
		return &last, []string{"task " + last.ID + ": none runs, it is the newest of those that stopped within the hour"}, nil
	case len(gaps) > 0:
		return nil, nil, gaps[0].Err
	}
	return nil, []string{"no task: none runs, and none stopped within the hour; what the next one would meet is examined"}, nil
}
