package doctor

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// What the agent calls through the role of its task.
var (
	agentActions  = []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"}
	logActions    = []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}
	resumeActions = []string{"ssm:ResumeSession", "ssm:TerminateSession"}
)

const (
	executeCommand  = "ecs:ExecuteCommand"
	generateDataKey = "kms:GenerateDataKey"
	decrypt         = "kms:Decrypt"
	startSession    = "ssm:StartSession"
	describeGroups  = "logs:DescribeLogGroups"
	putObject       = "s3:PutObject"
	bucketSecurity  = "s3:GetEncryptionConfiguration"
	simulatePolicy  = "iam:SimulatePrincipalPolicy"
	readRole        = "iam:GetRole"
)

// ask is one question to the simulation of policies.
type ask struct {
	principal string // ARN of a user or role
	actions   []string
	resources []string // ARNs; none means "*"
	container string   // condition key ecs:container-name
}

// refusal is an action that policies do not allow, and what kind of policy stands
// against it.
type refusal struct {
	action, why string
	explicit    bool
}

// simulate asks which of the actions are not allowed.
func (x *exam) simulate(q ask) ([]refusal, error) {
	in := &sdkiam.SimulatePrincipalPolicyInput{PolicySourceArn: &q.principal, ActionNames: q.actions, ResourceArns: q.resources}
	entry := func(key, value string, kind types.ContextKeyTypeEnum) {
		if value != "" {
			in.ContextEntries = append(in.ContextEntries, types.ContextEntry{ContextKeyName: &key, ContextKeyType: kind, ContextKeyValues: []string{value}})
		}
	}
	entry("ecs:cluster", x.Cluster, types.ContextKeyTypeEnumString)
	entry("ecs:container-name", q.container, types.ContextKeyTypeEnumString)
	entry("aws:RequestedRegion", x.account.Region(), types.ContextKeyTypeEnumString)
	var out []refusal
	answered := map[string]bool{}
	pages := sdkiam.NewSimulatePrincipalPolicyPaginator(x.iam, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(x.ctx)
		if err != nil {
			return nil, aws.AsError(err)
		}
		for _, r := range page.EvaluationResults {
			action := str(r.EvalActionName)
			answered[strings.ToLower(action)] = true
			if r.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
				out = append(out, refused(action, r))
			}
		}
	}
	for _, action := range q.actions {
		if !answered[strings.ToLower(action)] {
			return nil, &aws.Error{Op: simulatePolicy, Class: aws.Internal, Text: "IAM's answer leaves out " + action}
		}
	}
	return out, nil
}

// refused says which kind of policy an action fails at.
func refused(action string, r types.EvaluationResult) refusal {
	out := refusal{action: action, why: "no policy allows it"}
	boundary, organization := r.PermissionsBoundaryDecisionDetail, r.OrganizationsDecisionDetail
	missing := r.MissingContextValues
	for _, s := range r.ResourceSpecificResults {
		missing = append(missing, s.MissingContextValues...)
		if boundary == nil {
			boundary = s.PermissionsBoundaryDecisionDetail
		}
	}
	switch {
	case organization != nil && !organization.AllowedByOrganizations:
		out.why, out.explicit = "a service control policy of the organization does not allow it", true
	case boundary != nil && !boundary.AllowedByPermissionsBoundary:
		out.why, out.explicit = "the permissions boundary does not allow it", true
	case r.EvalDecision == types.PolicyEvaluationDecisionTypeExplicitDeny:
		out.why, out.explicit = "denied explicitly", true
		if len(r.MatchedStatements) > 0 {
			out.why += " by policy " + str(r.MatchedStatements[0].SourcePolicyId)
		}
	case len(missing) > 0:
		out.why = "no policy allows it as far as the simulation can tell, which does not know the condition " + missing[0]
	}
	return out
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// describe puts refusals in a sentence: who may not do what, and why.
func describe(who string, refusals []refusal) string {
	return fmt.Sprintf("%s may not %s: %s", who, strings.Join(actionsOf(refusals), ", "), refusals[0].why)
}

// statement is a policy statement that allows the actions.
func statement(actions []string, resources ...string) string {
	s := struct {
		Effect           string
		Action, Resource []string
	}{"Allow", actions, resources}
	if len(resources) == 0 {
		s.Resource = []string{"*"}
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "" // texts only
	}
	return string(b)
}

// grant is the command that gives a role a policy of that one statement; for other
// principals it is the statement.
func grant(principal, policy string, actions []string, resources ...string) string {
	a, ok := ecs.ParseARN(principal)
	s := statement(actions, resources...)
	if !ok || a.Type != "role" || strings.HasPrefix(ecs.NameOf(principal), "AWSReservedSSO_") {
		return s
	}
	return command("aws", "iam", "put-role-policy", "--role-name", ecs.NameOf(principal), "--policy-name", policy,
		"--policy-document", `{"Version":"2012-10-17","Statement":[`+s+`]}`)
}

func actionsOf(refusals []refusal) []string {
	out := make([]string, len(refusals))
	for i, r := range refusals {
		out[i] = r.action
	}
	return out
}

// judge makes a point of a simulation: bad is its state where something is refused.
func (x *exam) judge(name, who string, q ask, bad ecs.PointState, policy, hint string) Point {
	refusals, err := x.simulate(q)
	switch {
	case err != nil && aws.AsError(err).Class == aws.NotFound:
		return Point{Name: name, State: ecs.PointFailed, Evidence: who + " does not exist", Fix: "create it, or name another in the task definition"}
	case err != nil:
		return unknown(name, err)
	}
	return x.verdict(name, who, q, refusals, bad, policy, hint)
}

// verdict makes a point of what a simulation has answered.
func (x *exam) verdict(name, who string, q ask, refusals []refusal, bad ecs.PointState, policy, hint string) Point {
	p := Point{Name: name, Evidence: who + " may " + strings.Join(q.actions, ", ") + " (by simulation of its policies)"}
	if len(refusals) > 0 {
		p.State, p.Evidence, p.Fix = bad, describe(who, refusals)+hint, "allow it to "+who
		p.Paste = grant(q.principal, policy, actionsOf(refusals), q.resources...)
		if refusals[0].explicit {
			p.Fix, p.Paste = "that policy has to change; a further permission does not lift it", ""
		}
	}
	return p
}

// taskRole is the role by which the exec agent acts.
type taskRole struct {
	arn  string // "" where there is none
	from string // "task role", "instance role"
}

func (r taskRole) String() string { return r.from + " " + ecs.NameOf(r.arn) }

// agentRole is the task's role, one that it was started with instead, or where it has
// none the instance's.
func (x *exam) agentRole() (taskRole, error) {
	return x.roleFact.get(func() (taskRole, error) {
		if x.Task != nil && x.Task.TaskRoleOverride != "" {
			return taskRole{x.Task.TaskRoleOverride, "task role (overridden)"}, nil
		}
		td, err := x.definition()
		switch {
		case err != nil:
			return taskRole{}, err
		case td.TaskRole != "":
			return taskRole{x.fullRole(td.TaskRole), "task role"}, nil
		}
		instance, err := x.instance()
		if err != nil || instance == nil || instance.EC2ID == "" {
			return taskRole{}, err
		}
		return x.instanceRole(instance.EC2ID)
	})
}

// fullRole makes an ARN of a role that a definition names without one.
func (x *exam) fullRole(role string) string {
	if strings.HasPrefix(role, "arn:") {
		return role
	}
	a, _ := ecs.ParseARN(x.Cluster)
	return "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + strings.TrimPrefix(role, "/")
}

func (x *exam) instanceRole(id string) (taskRole, error) {
	machines, err := x.ec2.DescribeInstances(x.ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		return taskRole{}, aws.AsError(err)
	}
	profile := ""
	for _, r := range machines.Reservations {
		for _, m := range r.Instances {
			if m.IamInstanceProfile != nil {
				profile = ecs.NameOf(str(m.IamInstanceProfile.Arn))
			}
		}
	}
	if profile == "" {
		return taskRole{}, nil
	}
	out, err := x.iam.GetInstanceProfile(x.ctx, &sdkiam.GetInstanceProfileInput{InstanceProfileName: &profile})
	if err != nil {
		return taskRole{}, aws.AsError(err)
	}
	for _, r := range out.InstanceProfile.Roles {
		return taskRole{str(r.Arn), "instance role"}, nil
	}
	return taskRole{}, nil
}

// role is what the agent needs in any case.
func (x *exam) role() []Point {
	role, err := x.agentRole()
	switch {
	case err != nil:
		return []Point{unknown(Role, err)}
	case role.arn == "" && x.Task != nil && x.Task.InstanceARN != "":
		return []Point{{Name: Role, State: ecs.PointFailed, Evidence: "neither the task nor its instance has a role, so the agent has no credentials",
			Fix: "give the task definition a task role with this statement", Paste: statement(agentActions)}}
	case role.arn == "":
		return []Point{{Name: Role, State: ecs.PointFailed, Evidence: "the task has no role, so the agent has no credentials",
			Fix: "give the task definition a task role with this statement", Paste: statement(agentActions)}}
	}
	return []Point{x.judge(Role, role.String(), ask{principal: role.arn, actions: agentActions}, ecs.PointFailed, "ecs-exec", "")}
}
