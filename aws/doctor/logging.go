package doctor

import (
	"fmt"
	"strings"

	sdklogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	sdkkms "github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

const (
	noKey       = "not needed: the cluster names no KMS key for sessions"
	byKeyPolicy = " (the key's own policy may, which the simulation does not see)"
	byBucket    = " (the bucket's own policy may, which the simulation does not see)"
)

// sessionKey is the KMS key that the cluster wants sessions to be encrypted with.
type sessionKey struct {
	id    string // as the cluster names it
	arn   string // "" where there is none
	state kmstypes.KeyState
	err   error // why the key itself could not be read
}

func (x *exam) sessionKey() (sessionKey, error) {
	return x.keyFact.get(func() (sessionKey, error) {
		c, err := x.cluster()
		if err != nil || c.ExecKMSKey == "" {
			return sessionKey{}, err
		}
		k := sessionKey{id: c.ExecKMSKey, arn: x.keyARN(c.ExecKMSKey)}
		out, err := x.kms.DescribeKey(x.ctx, &sdkkms.DescribeKeyInput{KeyId: &c.ExecKMSKey})
		if err != nil {
			k.err = aws.AsError(err)
			return k, nil
		}
		if m := out.KeyMetadata; m != nil {
			k.state = m.KeyState
			if arn := str(m.Arn); arn != "" {
				k.arn = arn
			}
		}
		return k, nil
	})
}

// keyARN makes an ARN of a key's id or alias.
func (x *exam) keyARN(id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	a, _ := ecs.ParseARN(x.Cluster)
	if !strings.HasPrefix(id, "alias/") {
		id = "key/" + id
	}
	return "arn:" + a.Partition + ":kms:" + a.Region + ":" + a.Account + ":" + id
}

func (x *exam) key() []Point {
	p := Point{Name: Key}
	k, err := x.sessionKey()
	switch {
	case err != nil:
		return []Point{unknown(Key, err)}
	case k.arn == "":
		p.Evidence = "none: sessions are encrypted by TLS alone"
	case k.err != nil && aws.AsError(k.err).Class == aws.NotFound:
		p.State, p.Evidence = ecs.PointFailed, "KMS does not know the key "+k.id+" that the cluster names"
		p.Fix = "name a key that exists in the cluster's executeCommandConfiguration"
	case k.err != nil:
		return []Point{unknown(Key, k.err)}
	case k.state != kmstypes.KeyStateEnabled:
		p.State, p.Evidence = ecs.PointFailed, fmt.Sprintf("the key %s is %s", k.id, k.state)
		p.Fix, p.Paste = "enable it", command("aws", "kms", "enable-key", "--key-id", k.arn, "--region", x.account.Region())
		if k.state == kmstypes.KeyStatePendingDeletion {
			p.Fix, p.Paste = "cancel its deletion and enable it", command("aws", "kms", "cancel-key-deletion", "--key-id", k.arn, "--region", x.account.Region())
		}
	default:
		p.Evidence = "KMS key " + k.arn + " is enabled"
	}
	return []Point{p}
}

// roleKey is whether the agent may open what the caller's data key encrypts.
func (x *exam) roleKey() []Point {
	k, err := x.sessionKey()
	switch {
	case err != nil:
		return []Point{unknown(RoleKey, err)}
	case k.arn == "":
		return []Point{{Name: RoleKey, Evidence: noKey}}
	}
	return []Point{x.judgeRole(RoleKey, []string{decrypt}, []string{k.arn}, "ecs-exec-key", byKeyPolicy)}
}

// judgeRole is judge for the agent's role. Without a role the point about it fails
// already.
func (x *exam) judgeRole(name string, actions, resources []string, policy, hint string) Point {
	role, err := x.agentRole()
	switch {
	case err != nil:
		return unknown(name, err)
	case role.arn == "":
		return Point{Name: name, State: ecs.PointFailed, Evidence: "there is no role", Fix: "give the task definition a task role with this statement", Paste: statement(actions, resources...)}
	}
	return x.judge(name, role.String(), ask{principal: role.arn, actions: actions, resources: resources}, ecs.PointFailed, policy, hint)
}

// roleLogs is whether the agent may write the log of sessions.
func (x *exam) roleLogs() []Point {
	c, err := x.cluster()
	switch {
	case err != nil:
		return []Point{unknown(RoleLogs, err)}
	case c.ExecLogging != "OVERRIDE" || c.ExecLogGroup == "":
		return []Point{{Name: RoleLogs, Evidence: "not needed: the cluster names no log group for sessions"}}
	}
	if p := x.judgeRole(RoleLogs, []string{describeGroups}, nil, "ecs-exec-log-groups", ""); p.State != ecs.PointPassed {
		return []Point{p}
	}
	a, _ := ecs.ParseARN(c.ARN)
	group := "arn:" + a.Partition + ":logs:" + a.Region + ":" + a.Account + ":log-group:" + c.ExecLogGroup + ":*"
	return []Point{x.judgeRole(RoleLogs, logActions, []string{group}, "ecs-exec-log", "")}
}

// roleBucket is whether the agent may put the log of sessions into the bucket.
func (x *exam) roleBucket() []Point {
	c, err := x.cluster()
	switch {
	case err != nil:
		return []Point{unknown(RoleBucket, err)}
	case c.ExecLogging != "OVERRIDE" || c.ExecBucket == "":
		return []Point{{Name: RoleBucket, Evidence: "not needed: the cluster names no bucket for sessions"}}
	}
	a, _ := ecs.ParseARN(c.ARN)
	bucket := "arn:" + a.Partition + ":s3:::" + c.ExecBucket
	if p := x.judgeRole(RoleBucket, []string{putObject}, []string{bucket + "/" + strings.TrimPrefix(c.ExecBucketPrefix+"/*", "/")}, "ecs-exec-bucket", byBucket); p.State != ecs.PointPassed {
		return []Point{p}
	}
	return []Point{x.judgeRole(RoleBucket, []string{bucketSecurity}, []string{bucket}, "ecs-exec-bucket-encryption", byBucket)}
}

// logging is where the cluster has sessions logged.
func (x *exam) logging() []Point {
	c, err := x.cluster()
	if err != nil {
		return []Point{unknown(Logging, err)}
	}
	p := Point{Name: Logging}
	switch {
	case c.ExecLogging == "NONE":
		p.State, p.Evidence = ecs.PointWarned, "the cluster logs no session (NONE): AWS keeps no word of what is typed"
		p.Fix = "set executeCommandConfiguration.logging to OVERRIDE with a log group or a bucket"
	case c.ExecLogging == "OVERRIDE" && c.ExecLogGroup != "":
		p = x.group(c)
	case c.ExecLogging == "OVERRIDE" && c.ExecBucket != "":
		p.Evidence = "sessions go to the bucket " + c.ExecBucket + "; the image needs script and cat for it"
	case c.ExecLogging == "OVERRIDE":
		p.State, p.Evidence = ecs.PointWarned, "logging is OVERRIDE, but neither a log group nor a bucket is named"
		p.Fix = "name one in the cluster's executeCommandConfiguration"
	default:
		p = x.defaultLog()
	}
	return []Point{p}
}

// bucket is whether the bucket of the sessions' logs is there.
func (x *exam) bucket() []Point {
	c, err := x.cluster()
	switch {
	case err != nil:
		return []Point{unknown(Bucket, err)}
	case c.ExecLogging != "OVERRIDE" || c.ExecBucket == "":
		return []Point{{Name: Bucket, Evidence: "not needed: the cluster names no bucket for sessions"}}
	}
	region, err := x.account.LookBucket(x.ctx, c.ExecBucket)
	e := aws.AsError(err)
	p := Point{Name: Bucket, Evidence: "the bucket " + c.ExecBucket + " is there"}
	switch {
	case e == nil && region != "" && region != x.account.Region():
		p.Evidence += ", in " + region
	case e == nil:
	case e.Class == aws.NotFound:
		p.State, p.Evidence = ecs.PointWarned, "there is no bucket "+c.ExecBucket+", which the cluster names: nothing is kept of sessions there"
		if c.ExecBucketEncrypted {
			p.State, p.Evidence = ecs.PointFailed, "there is no bucket "+c.ExecBucket+", which the cluster names, and it must be encrypted: sessions are refused"
		}
		p.Fix = "create it, or name another in the cluster's executeCommandConfiguration"
		p.Paste = command("aws", "s3", "mb", "s3://"+c.ExecBucket, "--region", x.account.Region())
	default:
		p = unknown(Bucket, e)
		if p.Missing != "" {
			p.Evidence = "there is a bucket " + c.ExecBucket + ", which may be anybody's: " + p.Evidence
		}
	}
	return []Point{p}
}

// defaultLog: the session goes to where the container's own log goes, if that is
// awslogs.
func (x *exam) defaultLog() Point {
	td, err := x.definition()
	if err != nil {
		return unknown(Logging, err)
	}
	p := Point{Name: Logging, Evidence: "sessions go to the containers' own awslogs streams (DEFAULT); the image needs script and cat for it"}
	var without []string
	for _, c := range td.Containers {
		if (x.Container == "" && ecs.Sidecar(c.Name) == "" || c.Name == x.Container) && c.LogDriver != "awslogs" {
			without = append(without, c.Name)
		}
	}
	if len(without) > 0 {
		p.State, p.Evidence = ecs.PointWarned, "logging is DEFAULT, which needs the awslogs driver; nothing is kept of sessions in "+strings.Join(without, ", ")
		p.Fix = "set executeCommandConfiguration.logging to OVERRIDE with a log group or a bucket"
	}
	return p
}

// group looks the log group of sessions up.
func (x *exam) group(c ecs.Cluster) Point {
	out, err := x.logs.DescribeLogGroups(x.ctx, &sdklogs.DescribeLogGroupsInput{LogGroupNamePrefix: &c.ExecLogGroup})
	if err != nil {
		return unknown(Logging, aws.AsError(err))
	}
	p := Point{Name: Logging}
	for _, g := range out.LogGroups {
		if str(g.LogGroupName) != c.ExecLogGroup {
			continue
		}
		p.Evidence = "sessions go to the log group " + c.ExecLogGroup + "; the image needs script and cat for it"
		if c.ExecLogsEncrypted && str(g.KmsKeyId) == "" {
			p.State, p.Evidence = ecs.PointFailed, "the cluster wants its session log encrypted, but the log group "+c.ExecLogGroup+" has no KMS key: sessions are refused"
			p.Fix = "give the group a key"
			p.Paste = command("aws", "logs", "associate-kms-key", "--log-group-name", c.ExecLogGroup, "--kms-key-id", "KEY-ARN", "--region", x.account.Region())
		}
		return p
	}
	p.State, p.Evidence = ecs.PointWarned, "the log group "+c.ExecLogGroup+" that the cluster names does not exist: nothing is kept of sessions, or the agent refuses them"
	if c.ExecLogsEncrypted {
		p.State, p.Evidence = ecs.PointFailed, "the log group "+c.ExecLogGroup+" that the cluster names does not exist, and it must be encrypted: sessions are refused"
	}
	p.Fix, p.Paste = "create it", command("aws", "logs", "create-log-group", "--log-group-name", c.ExecLogGroup, "--region", x.account.Region())
	return p
}
