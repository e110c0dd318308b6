package world

import (
	"slices"
	"strings"
	"time"
)

// Role is an IAM role of the account. Roles are as its task definitions and
// container instances name them; nobody changes their policies.
type Role struct {
	Name, Path, ARN, ID string
	Service             string // who may assume it: "ecs-tasks.amazonaws.com"
	Policy              string // id of the policy that allows what it may do
	Allows              []string
	Created             time.Time

	lacks wrong
}

// May reports whether a policy of the role allows an action.
func (r *Role) May(action string) bool {
	return r.lacks.may(r, action) && slices.ContainsFunc(r.Allows, func(p string) bool {
		prefix, wild := strings.CutSuffix(p, "*")
		return p == action || wild && strings.HasPrefix(action, prefix)
	})
}

// SingleSignOn is the role of those who sign in with IAM Identity Center: its ARN has
// a path, which the ARN of a session does not show.
const SingleSignOn = "AWSReservedSSO_OnCall_4f1c20a86be7d935"

// InstanceRole is the role of all container instances, by their instance profile.
const InstanceRole = "ecsInstanceRole"

// Roles lists the account's roles by name.
func (w *World) Roles() []*Role {
	w.mu.Lock()
	defer w.mu.Unlock()
	byName := map[string]*Role{}
	add := func(path, name, service, policy string, allows ...string) {
		byName[name] = &Role{
			Name: name, Path: path, ARN: w.role(strings.TrimPrefix(path, "/") + name), ID: "AROA" + strings.ToUpper(hexID(mix(w.seed, text(name), 51), 17)),
			Service: service, Policy: policy, Allows: allows, Created: w.now.AddDate(-1, 0, 0).Truncate(24 * time.Hour), lacks: w.wrong,
		}
	}
	for _, revisions := range w.state.families {
		for _, td := range revisions {
			if name := lastPart(td.TaskRole); name != "" {
				add("/", name, "ecs-tasks.amazonaws.com", name+"-policy", taskRoleAllows(name)...)
			}
		}
	}
	add("/", "ecsTaskExecutionRole", "ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy",
		"ecr:*", "logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue")
	add("/", InstanceRole, "ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role", "ecs:*", "ecr:*", "logs:CreateLogStream", "logs:PutLogEvents")
	add("/", "ci-deploy", "codebuild.amazonaws.com", "AdministratorAccess", "*")
	add("/", "terraform", "codebuild.amazonaws.com", "AdministratorAccess", "*")
	add("/aws-reserved/sso.amazonaws.com/"+w.region+"/", SingleSignOn, "sso.amazonaws.com", "AwsSSOInlinePolicy", "*")
	out := make([]*Role, 0, len(byName))
	for _, r := range byName {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *Role) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// taskRoleAllows is what a task's role may do. The ledger's has never been given what
// the exec agent needs, which is why its agents have stopped.
func taskRoleAllows(name string) []string {
	allows := []string{
		"sqs:*", "s3:GetObject", "s3:PutObject", "s3:GetEncryptionConfiguration", "kms:Decrypt",
		"logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:CreateLogStream", "logs:PutLogEvents",
	}
	if !strings.HasSuffix(name, "-ledger-task") {
		allows = append(allows, "ssmmessages:*")
	}
	return allows
}

// Role finds a role by name; nil if there is none.
func (w *World) Role(name string) *Role {
	for _, r := range w.Roles() {
		if r.Name == name {
			return r
		}
	}
	return nil
}
