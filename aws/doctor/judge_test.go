package doctor

import (
	"strings"
	"testing"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

// What the simulated account's networks are not like.
func TestEndpoints(t *testing.T) {
	x := &exam{Client: New(simtest.Start(t, sim.Options{}).Account())}
	const name = "com.amazonaws.eu-central-1.ssmmessages"
	no := false
	endpoint := func(service, state string, private *bool) ec2types.VpcEndpoint {
		return ec2types.VpcEndpoint{VpcEndpointId: text("vpce-1"), ServiceName: &service, State: ec2types.State(state), PrivateDnsEnabled: private}
	}
	for what, c := range map[string]struct {
		all   []ec2types.VpcEndpoint
		state ecs.PointState
		words string
	}{
		"none":            {nil, ecs.PointPassed, "no endpoint at all"},
		"another region":  {[]ec2types.VpcEndpoint{endpoint("com.amazonaws.eu-west-1.ssmmessages", "available", nil)}, ecs.PointWarned, "none for ssmmessages"},
		"pending":         {[]ec2types.VpcEndpoint{endpoint(name, "pendingAcceptance", nil)}, ecs.PointWarned, "is pendingAcceptance"},
		"no private name": {[]ec2types.VpcEndpoint{endpoint(name, "available", &no)}, ecs.PointWarned, "modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled"},
		"one of two is good": {[]ec2types.VpcEndpoint{endpoint(name, "failed", nil), endpoint("com.amazonaws.eu-central-1.s3", "available", nil), endpoint(name, "Available", nil)},
			ecs.PointPassed, "vpce-1 for ssmmessages"},
	} {
		p := x.judgeEndpoints(subnet{id: "subnet-1", vpc: "vpc-1"}, c.all)
		if p.State != c.state || !strings.Contains(p.Evidence+p.Paste, c.words) {
			t.Errorf("%s: %+v", what, p)
		}
	}
}

// Which kind of policy stands against an action decides what helps.
func TestRefusals(t *testing.T) {
	for what, c := range map[string]struct {
		result   types.EvaluationResult
		words    string
		explicit bool
	}{
		"nothing allows it": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny}, "no policy allows it", false},
		"a policy denies it": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeExplicitDeny, MatchedStatements: []types.Statement{{SourcePolicyId: text("no-exec")}}},
			"denied explicitly by policy no-exec", true},
		"the boundary": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny, PermissionsBoundaryDecisionDetail: &types.PermissionsBoundaryDecisionDetail{}},
			"the permissions boundary", true},
		"the boundary, for one resource": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny, ResourceSpecificResults: []types.ResourceSpecificResult{
			{PermissionsBoundaryDecisionDetail: &types.PermissionsBoundaryDecisionDetail{}}}}, "the permissions boundary", true},
		"the organization": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny, OrganizationsDecisionDetail: &types.OrganizationsDecisionDetail{}},
			"service control policy", true},
		"a condition": {types.EvaluationResult{EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny, ResourceSpecificResults: []types.ResourceSpecificResult{
			{MissingContextValues: []string{"aws:MultiFactorAuthPresent"}}}}, "does not know the condition aws:MultiFactorAuthPresent", false},
	} {
		if r := refused("ecs:ExecuteCommand", c.result); !strings.Contains(r.why, c.words) || r.explicit != c.explicit {
			t.Errorf("%s: %+v", what, r)
		}
	}
	x := &exam{}
	p := x.verdict(Role, "role r", ask{principal: "arn:aws:iam::1:role/r", actions: agentActions}, []refusal{{"a:B", "denied explicitly by policy p", true}}, ecs.PointFailed, "x", "")
	if p.Paste != "" || !strings.Contains(p.Fix, "that policy has to change") {
		t.Errorf("a further permission does not help: %+v", p)
	}
}

// What is to be pasted must mean one thing to a shell.
func TestWhatIsPasted(t *testing.T) {
	for want, words := range map[string][]string{
		"aws ecs x --a=b": {"aws", "ecs", "x", "--a=b"}, "a '' 'b c' '$(rm)'": {"a", "", "b c", "$(rm)"}, `'it'\''s'`: {"it's"},
	} {
		if got := command(words...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	role := "arn:aws:iam::111122223333:role/service-role/worker"
	if got := grant(role, "p", []string{"a:B"}, "r"); got != `aws iam put-role-policy --role-name worker --policy-name p --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B"],"Resource":["r"]}]}'` {
		t.Error(got)
	}
	// Roles of IAM Identity Center are changed there, and users by whoever manages them.
	for _, principal := range []string{"arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_1", "arn:aws:iam::1:user/ann"} {
		if got := grant(principal, "p", []string{"a:B"}); got != `{"Effect":"Allow","Action":["a:B"],"Resource":["*"]}` {
			t.Error(got)
		}
	}
}

func TestProxyExceptions(t *testing.T) {
	for list, want := range map[string]bool{
		"": false, "localhost": false, "169.254.169.254": true, " a , 169.254.169.254 ": true, "169.254.0.0/16": true, "*": true, "169.254.170.2": false,
	} {
		if excepted(list, instanceMetadata) != want {
			t.Errorf("%q: %v", list, !want)
		}
	}
}

func TestUnknownSaysWhatIsMissing(t *testing.T) {
	p := unknown(Key, &aws.Error{Op: "kms:DescribeKey", Class: aws.Denied, Action: "kms:DescribeKey", Text: "missing permission kms:DescribeKey", Hint: "denied explicitly in a service control policy"})
	if p.State != ecs.PointUnknown || p.Missing != "kms:DescribeKey" || !strings.Contains(p.Fix, "service control policy") {
		t.Errorf("%+v", p)
	}
	p = unknown(Key, &aws.Error{Op: "kms:DescribeKey", Class: aws.Network, Text: "no answer in time"})
	if p.Missing != "" || p.Evidence != "no answer in time" {
		t.Errorf("%+v", p)
	}
}
