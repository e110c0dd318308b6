package doctor

import (
	"strings"

	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// caller is who calls, as IAM simulates it.
type caller struct {
	arn  string // of a user or a role
	name string // "role ops"
	root bool   // the account's own user, to whom no policy of IAM applies
	// guessed: the role's path could not be read; Err is why.
	guessed error
}

// who works the caller out. A session's ARN names its role without the path, which
// only the role itself tells.
func (x *exam) who() (caller, error) {
	return x.callerFact.get(func() (caller, error) {
		id, err := x.account.Identity(x.ctx)
		if err != nil {
			return caller{}, err
		}
		f := strings.SplitN(id.ARN, ":", 6)
		if len(f) != 6 {
			return caller{}, &aws.Error{Op: "sts:GetCallerIdentity", Class: aws.Internal, Text: "who calls cannot be told from " + id.ARN}
		}
		kind, name, _ := strings.Cut(f[5], "/")
		switch kind {
		case "root":
			return caller{arn: id.ARN, name: "the root user", root: true}, nil
		case "user":
			return caller{arn: id.ARN, name: "user " + ecs.NameOf(name)}, nil
		case "assumed-role":
			role, _, _ := strings.Cut(name, "/")
			return x.roleOfSession(role, "arn:"+f[1]+":iam::"+f[4]+":role/"+role)
		}
		return caller{}, &aws.Error{Op: simulatePolicy, Class: aws.Unsupported, Text: "the policies of a " + strings.ReplaceAll(kind, "-", " ") + " cannot be simulated"}
	})
}

func (x *exam) roleOfSession(role, guess string) (caller, error) {
	c := caller{arn: guess, name: "role " + role}
	out, err := x.iam.GetRole(x.ctx, &sdkiam.GetRoleInput{RoleName: &role})
	if err != nil {
		if c.guessed = aws.AsError(err); x.ctx.Err() != nil {
			return c, c.guessed
		}
		return c, nil
	}
	if arn := str(out.Role.Arn); arn != "" {
		c.arn = arn
	}
	return c, nil
}

// judgeCaller is judge for whoever calls.
func (x *exam) judgeCaller(name string, q ask, bad ecs.PointState, hint string) Point {
	c, err := x.who()
	switch {
	case err != nil:
		return unknown(name, err)
	case c.root:
		return Point{Name: name, Evidence: "the account's root user may do whatever the organization allows"}
	}
	q.principal = c.arn
	refusals, err := x.simulate(q)
	if err != nil && c.guessed != nil && aws.AsError(err).Class == aws.NotFound {
		return unknown(name, c.guessed) // a role with a path, which is not known
	}
	if err != nil {
		return unknown(name, err)
	}
	return x.verdict(name, c.name, q, refusals, bad, "ecs-exec", hint)
}

// mayExec is whether the caller may open shells. What ECS itself has answered goes
// before any simulation.
func (x *exam) mayExec() []Point {
	resources := []string{x.Cluster}
	if x.Task != nil {
		resources = []string{x.Task.ARN, x.Cluster}
	}
	q := ask{actions: []string{executeCommand}, resources: resources, container: x.Container}
	if own := x.containers(); q.container == "" && len(own) > 0 {
		q.container = own[0].Name
	}
	p := x.judgeCaller(Caller, q, ecs.PointFailed, "")
	if p.State == ecs.PointFailed && p.Paste != "" {
		c, _ := x.who()
		p.Paste = grant(c.arn, "ecs-exec", q.actions, x.tasks(), x.Cluster) // the next task has another ARN
	}
	if e := aws.AsError(x.Failure); e != nil && e.Class == aws.Denied && e.Action == executeCommand {
		p = Point{Name: Caller, State: ecs.PointFailed, Evidence: "ECS refused it: " + e.Error(), Fix: e.Hint, Paste: statement(q.actions, x.tasks(), x.Cluster)}
	}
	return []Point{p}
}

// mayUseKey is whether the caller may make the data key of an encrypted session.
func (x *exam) mayUseKey() []Point {
	key, err := x.sessionKey()
	switch {
	case err != nil:
		return []Point{unknown(CallerKey, err)}
	case key.arn == "":
		return []Point{{Name: CallerKey, Evidence: noKey}}
	}
	p := x.judgeCaller(CallerKey, ask{actions: []string{generateDataKey}, resources: []string{key.arn}}, ecs.PointFailed, byKeyPolicy)
	if e := aws.AsError(x.Failure); e != nil && e.Class == aws.Denied && e.Action == generateDataKey {
		p = Point{Name: CallerKey, State: ecs.PointFailed, Evidence: "KMS refused it: " + e.Error(), Fix: e.Hint, Paste: statement([]string{generateDataKey}, key.arn)}
	}
	return []Point{p}
}

// startDirect warns of a way past ECS: sessions that are begun at SSM are neither
// bounded by ECS's conditions nor logged.
func (x *exam) startDirect() []Point {
	resource := x.tasks()
	if x.Task != nil {
		resource = x.Task.ARN
	}
	p := x.judgeCaller(StartDirect, ask{actions: []string{startSession}, resources: []string{resource}}, ecs.PointPassed, "")
	switch {
	case p.State != ecs.PointPassed:
		return []Point{p}
	case p.Paste != "" || p.Fix != "": // refused, as it should be
		return []Point{{Name: StartDirect, Evidence: p.Evidence + ", as AWS recommends; port forwards need it"}}
	}
	c, _ := x.who()
	return []Point{{
		Name: StartDirect, State: ecs.PointWarned,
		Evidence: c.name + " may ssm:StartSession on the task: such sessions are not logged and go past ECS's conditions (port forwards need it)",
		Fix:      "deny it to whoever needs no port forward", Paste: denial(startSession, x.tasks()),
	}}
}

// tasks stands for all tasks of the cluster.
func (x *exam) tasks() string {
	a, ok := ecs.ParseARN(x.Cluster)
	if !ok {
		return "*"
	}
	a.Type, a.Parts = "task", []string{ecs.NameOf(x.Cluster), "*"}
	return a.String()
}

func denial(action, resource string) string {
	return `{"Effect":"Deny","Action":"` + action + `","Resource":"` + resource + `"}`
}

// resume is what the console needs once a session stands.
func (x *exam) resume() []Point {
	a, ok := ecs.ParseARN(x.Cluster)
	if !ok {
		a.Partition, a.Region, a.Account = "aws", x.account.Region(), "*"
	}
	sessions := "arn:" + a.Partition + ":ssm:" + a.Region + ":" + a.Account + ":session/*"
	return []Point{x.judgeCaller(Resume, ask{actions: resumeActions, resources: []string{sessions}}, ecs.PointWarned,
		": a lost connection ends the shell, or a session stays open until it has been idle for 20 minutes")}
}
